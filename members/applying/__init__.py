"""How an organisation applies for membership."""

"""Who acts for an organisation: roles, how they begin, how they are handed over."""

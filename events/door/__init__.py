"""At the door: who has come."""

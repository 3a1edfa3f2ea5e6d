"""Technoparks of the stories, and a busy fortnight in one of them."""

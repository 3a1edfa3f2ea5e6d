"""The life of an event: its states, and what of it is edited."""

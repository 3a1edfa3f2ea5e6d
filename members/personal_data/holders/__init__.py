"""Who holds what about a person: what of it they get, and what an erasure makes of it."""

"""A person's own account: logging in, the second factor, what they set for themselves."""

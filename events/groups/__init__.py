"""Groups of pupils: their lists, and the consents of their parents."""

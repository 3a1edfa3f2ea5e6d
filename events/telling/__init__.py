"""What the registered are told: of changes, by the clock, in words of the organisers."""

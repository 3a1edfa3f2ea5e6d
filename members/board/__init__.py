"""Sessions of the board: what comes before it, what it decides, what follows."""

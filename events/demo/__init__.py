"""Stories to look at, and numbers to measure by."""

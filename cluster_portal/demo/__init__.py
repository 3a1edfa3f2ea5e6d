"""Demo data: the organisations of five stories from public news, or any number of plausible ones."""

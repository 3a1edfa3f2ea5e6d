"""What programs read of the directory, and of what is their own."""

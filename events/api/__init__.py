"""What programs read of events, and do for whoever asks."""

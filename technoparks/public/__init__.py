"""What everybody may read of technoparks and their labs."""

"""When labs are open, as their hosts set it, and what becomes of bookings that lie outside."""

"""Labs in the dashboard: of the host, and bookings of a guest."""

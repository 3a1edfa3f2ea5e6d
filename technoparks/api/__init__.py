"""Technoparks for programs: what everybody reads, and bookings of the organisations that one acts for."""

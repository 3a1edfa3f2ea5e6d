"""Technoparks: labs, equipment, bookings, inductions, cohorts."""

"""Technoparks, labs, equipment, bookings, inductions, cohorts. Not begun."""

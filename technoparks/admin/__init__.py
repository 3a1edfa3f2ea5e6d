"""The association's office at work on technoparks."""

from technoparks.admin import bookings, inductions, labs, outages, sites

__all__ = ["bookings", "inductions", "labs", "outages", "sites"]

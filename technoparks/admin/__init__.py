"""The association's office at work on technoparks."""

from technoparks.admin import bookings, inductions, labs, sites

__all__ = ["bookings", "inductions", "labs", "sites"]

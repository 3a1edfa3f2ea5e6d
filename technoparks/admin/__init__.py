"""The association's office at work on technoparks."""

from technoparks.admin import bookings, labs, sites

__all__ = ["bookings", "labs", "sites"]

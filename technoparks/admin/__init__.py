"""The association's office at work on technoparks."""

from technoparks.admin import bookings, certificates, inductions, labs, learners, outages, programmes, sites

__all__ = ["bookings", "certificates", "inductions", "labs", "learners", "outages", "programmes", "sites"]

"""Machines out of order: whose bookings are hit, and what becomes of them."""

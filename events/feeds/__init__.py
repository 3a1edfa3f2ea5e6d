"""Calendars of one person, and of one organisation as its people see it: whoever holds the address reads it."""

"""The association's staff at work on events."""

from events.admin import certificates, events, places, programme, registrations

__all__ = ["certificates", "events", "places", "programme", "registrations"]

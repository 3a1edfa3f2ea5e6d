"""The association's staff at work on events."""

from events.admin import events, places, programme, registrations

__all__ = ["events", "places", "programme", "registrations"]

"""An event as a file for calendars (RFC 5545, RFC 5546). The same UID each time, and a SEQUENCE that rises with each
change of time or place, so that a calendar moves what it has instead of adding another."""

from functools import lru_cache
from typing import Literal

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Timezone
from icalendar import Event as Entry

from common.addresses import absolute, without_language
from events.models import Event

Method = Literal["PUBLISH", "REQUEST", "CANCEL"]
NAME = "event.ics"


def calendar_file(event: Event, *, method: Method = "PUBLISH") -> bytes:
    """Nobody is named in it, and the online link is not: it stands on the page of whoever is admitted. In the clock of
    the place. Raises ValueError for an event without a time."""
    if event.starts_at is None or event.ends_at is None:
        raise ValueError("no time, no entry")
    entry = Entry()
    entry.add("uid", str(event.uid))
    entry.add("sequence", event.sequence)
    entry.add("dtstamp", timezone.now())
    entry.add("last-modified", event.updated_at)
    entry.add("dtstart", event.starts_at.astimezone(event.zone))
    entry.add("dtend", event.ends_at.astimezone(event.zone))
    entry.add("summary", event.title)
    entry.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    entry.add("url", absolute(without_language(event.get_absolute_url())))
    entry.add("organizer", f"mailto:{settings.OFFICE_EMAIL}")
    if event.lead:
        entry.add("description", event.lead)
    if where := ", ".join(filter(None, [event.town, event.place])):
        entry.add("location", where)
    calendar = Calendar()
    calendar.add("prodid", "-//Cluster Portal//Events//")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(entry)
    calendar.subcomponents[:0] = map(_zone, calendar.get_missing_tzids())  # before the entry that names them
    return calendar.to_ical()


@lru_cache
def _zone(name: str) -> Timezone:
    """Looking for its changes takes longer than all the rest of a file."""
    return Timezone.from_tzid(name)


def content_type(method: Method) -> str:
    return f'text/calendar; method={method}; charset="utf-8"'

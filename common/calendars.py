"""iCalendar (RFC 5545): entries and the calendars that hold them, for the programs of their readers."""

import datetime
import uuid
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from icalendar import Calendar, Event, Timezone

CONTENT_TYPE = "text/calendar; charset=utf-8"
END = b"END:VCALENDAR\r\n"


class Made(NamedTuple):
    """An entry as it stands in a calendar."""

    zone: str  # "" of an entry without a clock
    year: int
    text: bytes


class Facts(NamedTuple):
    """What an entry says besides its time; ``lines`` are paragraphs, of which empty ones are left out."""

    uid: uuid.UUID
    sequence: int
    created_at: datetime.datetime
    updated_at: datetime.datetime
    summary: str
    status: str
    location: str = ""
    lines: Iterable[str] = ()
    address: str = ""


def made(facts: Facts, starts: datetime.date, ends: datetime.date, *, zone: str) -> Made:
    """Dates of whole days, with the day after the last one; else moments by the clock of ``zone``."""
    entry = Event()
    entry.add("uid", str(facts.uid))
    entry.add("sequence", facts.sequence)
    entry.add("dtstamp", facts.updated_at)
    entry.add("created", facts.created_at)
    entry.add("last-modified", facts.updated_at)
    entry.add("summary", facts.summary)
    entry.add("dtstart", starts)
    if ends > starts:
        entry.add("dtend", ends)
    entry.add("status", facts.status)
    entry.add("location", facts.location)
    entry.add("description", "\n\n".join(filter(None, (*facts.lines, facts.address))))
    if facts.address:
        entry.add("url", facts.address)
    return Made(zone, starts.year, entry.to_ical())


def calendar(name: str, entries: Iterable[Made]) -> bytes:
    """With each zone once, as far back as it is needed."""
    entries, since = list(entries), dict[str, int]()
    for entry in entries:
        if entry.zone not in ("", "UTC"):
            since[entry.zone] = min(entry.year, since.get(entry.zone, entry.year))
    zones = (_zone(zone, year) for zone, year in sorted(since.items()))
    return b"".join([_head(name), *zones, *(entry.text for entry in entries), END])


@lru_cache
def _head(name: str) -> bytes:
    calendar = Calendar()
    calendar.add("prodid", "-//School Cluster Association//Portal//RU")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    return calendar.to_ical().removesuffix(END)


@lru_cache
def _zone(name: str, year: int) -> bytes:
    """Its offsets since that year, for programs that know no names of zones. No longer ago: some of them misread a
    long list of changes (vobject takes Kaliningrad's of 2011 for the last one)."""
    return Timezone.from_tzid(name, first_date=datetime.date(year, 1, 1)).to_ical()

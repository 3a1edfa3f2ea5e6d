"""Events as iCalendar (RFC 5545), for the calendars of their readers.

An event known to no more than a month has no place in a calendar and is left out.
"""

import datetime
import uuid
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.addresses import absolute, without_language
from common.calendars import Facts, Made, calendar, made
from events.models import EXACT, NOT_HELD, Event, EventFormat, EventState, Precision
from events.public.filters import Selection

MOST = 1000  # events of one calendar
MOST_KNOWN = 20_000
STATUSES = {EventState.CANCELLED: "CANCELLED", EventState.POSTPONED: "TENTATIVE"}
DAY = datetime.timedelta(days=1)

COLUMNS = (
    "slug", "uid", "sequence", "created_at", "updated_at", "name", "name_en", "summary", "summary_en", "starts_at",
    "ends_at", "precision", "time_zone", "format", "city", "city_en", "venue", "venue_en", "state",
)  # fmt: skip


class Entry(NamedTuple):
    """The columns of an event that its entry is made of."""

    slug: str
    uid: uuid.UUID
    sequence: int
    created_at: datetime.datetime
    updated_at: datetime.datetime
    name: str
    name_en: str
    summary: str
    summary_en: str
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    precision: str
    time_zone: str
    format: str
    city: str
    city_en: str
    venue: str
    venue_en: str
    state: str

    @property
    def address(self) -> str:
        return absolute(without_language(Event.get_absolute_url(self)))


# A row that anybody has written is another version of it to PostgreSQL (by whom and where: xmin, ctid), so what was
# made of one is never old.
Version = tuple[int, str, str | None]
_known: dict[Version, Made] = {}


def calendar_of(selection: Selection) -> bytes:
    """What the address asks for; cancelled ones as well, or a calendar would never hear of it. Two queries at most."""
    language = get_language()
    return _calendar(_entries([(pk, version, language) for pk, version in _found(selection)]))


def calendar_of_one(event: Event) -> bytes:
    """Empty where its day is not known."""
    return _calendar(filter(None, [made_of(event)]))


def made_of(event: Event, *, status: str = "", lines: Iterable[str] = ()) -> Made | None:
    """``status`` and ``lines`` are what it is to one reader. None where its day is not known."""
    if event.starts_at is None or event.precision not in EXACT:
        return None
    return _made(Entry(*(getattr(event, column) for column in COLUMNS)), status=status, lines=lines)


def _found(selection: Selection) -> Iterable[tuple[int, str]]:
    if selection.words:  # what they mean is asked of the database
        return _versions(selection)
    with connection.cursor() as cursor:
        cursor.execute(*_asked(selection))
        return cursor.fetchall()


@lru_cache(maxsize=1000)
def _asked(selection: Selection) -> tuple[str, tuple]:
    return _versions(selection).query.sql_with_params()


def _versions(selection: Selection) -> QuerySet:
    dated = selection.of(selection.found(states=NOT_HELD))
    dated = dated.filter(precision__in=EXACT, starts_at__isnull=False)
    version = RawSQL("events_event.xmin::text || events_event.ctid::text", ())
    return dated.annotate(version=version).values_list("pk", "version")[:MOST]


def _entries(versions: list[Version]) -> list[Made]:
    """Each is made once: to write a thousand takes a second."""
    if len(_known) > MOST_KNOWN:
        _known.clear()
    if missing := {version[0]: version for version in versions if version not in _known}:
        for pk, *row in Event.objects.filter(pk__in=missing).values_list("pk", *COLUMNS):
            _known[missing[pk]] = _made(Entry(*row))
    return [_known[version] for version in versions if version in _known]


def _made(entry: Entry, *, status: str = "", lines: Iterable[str] = ()) -> Made:
    english = get_language() == "en"
    starts, ends, zone = _span(entry)
    lead = (english and entry.summary_en) or entry.summary
    return made(
        Facts(
            uid=entry.uid,
            sequence=entry.sequence,
            created_at=entry.created_at,
            updated_at=entry.updated_at,
            summary=(english and entry.name_en) or entry.name,
            status=STATUSES.get(EventState(entry.state), status or "CONFIRMED"),
            location=_location(entry, english=english),
            lines=(*lines, lead),
            address=entry.address,
        ),
        starts,
        ends,
        zone=zone,
    )


def _span(entry: Entry) -> tuple[datetime.date, datetime.date, str]:
    """By the clock of the place; of whole days the end is the day after the last one."""
    zone = ZoneInfo(entry.time_zone)
    starts, ends = entry.starts_at.astimezone(zone), entry.ends_at.astimezone(zone)
    if entry.precision == Precision.DAY:
        return starts.date(), ends.date() + DAY, ""
    return starts, ends, entry.time_zone


def _location(entry: Entry, *, english: bool) -> str:
    if entry.format == EventFormat.ONLINE:
        return _("Online")
    parts = ((english and entry.venue_en) or entry.venue, (english and entry.city_en) or entry.city)
    return ", ".join(filter(None, parts))


def _calendar(entries: Iterable[Made]) -> bytes:
    return calendar(_("Events of the School Cluster Association"), entries)

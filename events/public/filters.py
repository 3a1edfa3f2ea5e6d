"""The filters of the events, the same for the list, the month, the feeds and the API."""

import datetime
from dataclasses import dataclass
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Case, CharField, F, Q, Value, When
from django.http import QueryDict
from django.utils import timezone

from common import facets
from common.facets import Facet, each_of
from events.models import AWAITED, Event, EventFormat, EventKind, EventOrganiser
from events.models.event import EventQuerySet
from members.models import Audience
from members.organisations.filters import Overview
from projects.models import PUBLIC_STATES

UPCOMING, PAST, ALL = "upcoming", "past", "all"
SLOT = 300  # s; «now» moves on in steps, so that what was asked and counted a moment ago is known
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
MOST_YEARS = range(1900, 2200)

# Who names no audience means everybody.
TO_EVERYBODY = Q(audience=[])
AUDIENCES = ArrayField(CharField())
FACETS = {
    "kind": Facet.of("kind"),
    "format": Facet.of("format"),
    "audience": Facet(
        lambda chosen: Q(audience__overlap=chosen) | TO_EVERYBODY,
        each_of(Case(When(TO_EVERYBODY, then=Value(Audience.values, AUDIENCES)), default=F("audience"))),
    ),
    "direction": Facet.of_many("direction_slugs"),
    "region": Facet.of("region__code"),
}


@dataclass(frozen=True)
class Selection(facets.Selection):
    """What an address asks of the events."""

    FACETS = FACETS

    kind: tuple[str, ...] = ()
    format: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    direction: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    when: str = ""
    since: datetime.date | None = None
    until: datetime.date | None = None
    organiser: str = ""
    technopark: str = ""
    project: str = ""
    at: datetime.datetime = EPOCH

    @classmethod
    def asked(cls, query: QueryDict, overview: Overview, **more: Any) -> Self:
        known = {
            "kind": EventKind.values,
            "format": EventFormat.values,
            "audience": Audience.values,
            "direction": overview.directions,
            "region": overview.regions,
            "sort": ("date",),
        }
        when, since, until = query.get("when", ""), query.get("from", ""), query.get("until", "")
        first, last = day_of(since), day_of(until)
        read: dict[str, Any] = {
            "when": when if when in (UPCOMING, PAST, ALL) else "",
            "since": first,
            "until": None if first and last and last < first else last,
            "organiser": query.get("organiser", ""),
            "technopark": query.get("technopark", ""),
            "project": query.get("project", ""),
            "at": _now(),
        }
        pairs = ((when, read["when"]), (since, read["since"]), (until, read["until"]))
        unknown = tuple(text for text, understood in pairs if text and not understood)
        return cls.read(query, known, unknown=unknown, **{**read, **more})

    @property
    def period(self) -> str:
        """Of asked dates it does not matter whether they are over."""
        return self.when or (ALL if self.since or self.until else UPCOMING)

    def found(self, *, states: tuple[str, ...] = AWAITED) -> EventQuerySet:
        """Those of the time, the organiser, the place and the words; what the facets choose of them comes on top."""
        events = Event.objects.public()
        if self.period == UPCOMING:
            events = events.upcoming(self.at, states=states)
        elif self.period == PAST:
            events = events.past(self.at)
        if self.since or self.until:
            events = events.on(DateRange(self.since, self.until, "[]"))
        if self.organiser:
            own = EventOrganiser.objects.filter(organisation__slug=self.organiser, organisation__is_published=True)
            events = events.filter(pk__in=own.values("event"))
        if self.technopark:
            events = events.filter(technopark__slug=self.technopark, technopark__is_published=True)
        if self.project:
            events = events.filter(project__slug=self.project, project__state__in=PUBLIC_STATES)
        return self.in_order(events).searched(self.words)

    def of(self, found: EventQuerySet) -> EventQuerySet:
        """Those of ``found`` that are meant: of words the best first, unless the order of time is asked for."""
        chosen = self.narrowed(found)
        return self.in_order(chosen) if self.sort else chosen

    def in_order(self, events: EventQuerySet) -> EventQuerySet:
        is_ahead = self.period == UPCOMING or (self.period == ALL and (self.since or self.until))
        return events.soonest_first() if is_ahead else events.latest_first()


def day_of(text: str) -> datetime.date | None:
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in MOST_YEARS else None


def _now() -> datetime.datetime:
    return datetime.datetime.fromtimestamp(timezone.now().timestamp() // SLOT * SLOT, tz=datetime.UTC)

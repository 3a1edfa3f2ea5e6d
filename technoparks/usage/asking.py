"""What an address asks of the bookings of a technopark; the report and the list behind its numbers read it alike."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import F, Value
from django.db.models.functions import Greatest, Least
from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from common.days import FIRST, LAST
from common.one_line import one_line
from members.models import Organisation
from technoparks.models import BookedFor, Booking, BookingState, Lab, Technopark
from technoparks.models.booking import BookingQuerySet
from technoparks.usage import measures
from technoparks.usage.measures import BOOKED, HOUR, SECONDS
from technoparks.usage.periods import LONGEST, Period

GROUPS = {"booked": BOOKED}  # of states, asked for by one word
NONE = "-"  # in an address: without a direction
Found = TypeVar("Found")


@dataclass(frozen=True)
class Asked:
    """What is None or "" narrows nothing. ``labs`` are all that the technopark has. ``weekday`` and ``hour`` narrow to
    an hour of the week: a booking then counts for what of it lies in that hour."""

    technopark: Technopark
    labs: Sequence[Lab]
    period: Period | None = None
    lab: Lab | None = None
    direction: str = ""  # its slug, or NONE
    guest: Organisation | None = None
    kind: str = ""
    state: str = ""
    title: str = ""
    weekday: int | None = None
    hour: int | None = None
    unknown: tuple[str, ...] = ()

    @classmethod
    def of(cls, query: QueryDict, technopark: Technopark, labs: Sequence[Lab]) -> "Asked":
        reading = _Reading(query)
        states = {value: value for value in (*GROUPS, *BookingState.values)}
        return cls(
            technopark=technopark,
            labs=labs,
            lab=reading.one_of("lab", {str(lab.pk): lab for lab in labs}),
            direction=reading.one_of("direction", {slug: slug for slug in directions_of(labs)}) or "",
            guest=reading.read("guest", lambda slug: Organisation.objects.filter(slug=slug).first()),
            kind=reading.one_of("kind", {value: value for value in BookedFor.values}) or "",
            state=reading.one_of("state", states) or "",
            title=one_line(query.get("title", ""))[:150],
            weekday=reading.one_of("weekday", {str(number): number for number in range(7)}),
            hour=reading.one_of("hour", {str(number): number for number in range(24)}),
            period=reading.period(),
            unknown=tuple(reading.unknown),
        )

    @property
    def chosen_labs(self) -> list[Lab]:
        return [lab for lab in self.labs if self.lab in (None, lab) and self.direction in ("", direction_of(lab))]

    def of_period(self, period: Period) -> "Asked":
        """What a report asks: of its labs everything."""
        return Asked(self.technopark, self.labs, period, self.lab, self.direction, unknown=self.unknown)

    @cached_property
    def parameters(self) -> dict[str, str]:
        """Those of the address that asks the same."""
        found = {
            "technopark": self.technopark.slug,
            **(self.period.asked if self.period else {}),
            "lab": str(self.lab.pk) if self.lab else "",
            "direction": self.direction,
            "guest": self.guest.slug if self.guest else "",
            "kind": self.kind,
            "state": self.state,
            "title": self.title,
            "weekday": "" if self.weekday is None else str(self.weekday),
            "hour": "" if self.hour is None else str(self.hour),
        }
        return {name: value for name, value in found.items() if value}

    def address(self, **changed: object) -> str:
        """``?…``; None takes a value away."""
        asked: dict[str, Any] = {**self.parameters, **changed}
        return f"?{urlencode({name: value for name, value in asked.items() if value is not None})}"

    @property
    def bookings(self) -> BookingQuerySet:
        """With the seconds that they count for."""
        found: Any = Booking.objects.filter(lab__in=[lab.pk for lab in self.chosen_labs])
        if self.period:
            begins, ends = measures.day_bounds(self.period.first, self.period.last, self.technopark.zone)
            found = found.filter(span__startswith__gte=begins, span__startswith__lt=ends)
        exact = {"organisation": self.guest, "kind": self.kind, "title": self.title}
        found = found.filter(**{name: value for name, value in exact.items() if value})
        if self.state:
            found = found.filter(state__in=GROUPS.get(self.state, (self.state,)))
        return self._in_the_week(found)

    def _in_the_week(self, found: Any) -> BookingQuerySet:
        zone = self.technopark.time_zone
        if self.weekday is not None:
            found = found.alias(day=measures.weekday(zone)).filter(day=self.weekday)
        if self.hour is None:
            return measures.counted(found)
        begins, ends = self.hour * HOUR, (self.hour + 1) * HOUR
        placed = found.alias(starts=measures.second(zone), stops=F("starts") + measures.seconds)
        within = Least(F("stops"), Value(ends), output_field=SECONDS) - Greatest(F("starts"), Value(begins))
        return measures.counted(placed.filter(starts__lt=ends, stops__gt=begins), within=within)


def direction_of(lab: Lab) -> str:
    return lab.direction.slug if lab.direction else NONE


def directions_of(labs: Sequence[Lab]) -> dict[str, str]:
    """Slug and title of each, as they are called; at the end that there is none."""
    found = {direction_of(lab): lab.direction for lab in labs}
    named = {slug: one.title for slug, one in found.items() if one}
    nameless = {NONE: _("Without a direction")} if NONE in found else {}
    return dict(sorted(named.items(), key=lambda pair: pair[1])) | nameless


class _Reading:
    """Of an address, with what nobody knows in it."""

    def __init__(self, query: QueryDict) -> None:
        self.query, self.unknown = query, list[str]()

    def read(self, name: str, find: Callable[[str], Found | None]) -> Found | None:
        value = self.query.get(name, "").strip()
        found = find(value) if value else None
        if value and found is None:
            self.unknown.append(value[:100])
        return found

    def one_of(self, name: str, known: Mapping[str, Found]) -> Found | None:
        return self.read(name, known.get)

    def period(self) -> Period | None:
        """One that lacks a day begins or ends with that of the other."""
        first, last = self.read("from", _day), self.read("till", _day)
        first, last = first or last, last or first
        if first is None or last is None:
            return None
        if not datetime.timedelta() <= last - first <= LONGEST:
            self.unknown.append(f"{first} – {last}")
            return None
        return Period(first, last)


def _day(text: str) -> datetime.date | None:
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        return None
    return day if FIRST < day < LAST else None

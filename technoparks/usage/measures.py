"""What a booking counts for, as expressions of the database; ``Tally`` sums them up.

Everything is counted in seat-hours: hours times seats, and of the whole room all the seats that it has. Beside them

* booked is what was confirmed, whatever became of it: to come, on hold, used, missed. What waits for the host, was
  declined, ran out or was cancelled is not booked.
* used is what was checked in, and where nobody checks in, what is over. Person-hours are its hours times its people.
* missed is what nobody came to, from its beginning to its end; released of it is the time from which on its seats were
  free again. Whoever booked them then counts anew.
* room-hours are the time in which anybody has booked a seat of the room, without what was released.

A booking belongs to the day on which it begins, by the clock of its technopark. None goes over midnight, as no lab is
open over it.
"""

import datetime
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, TypeVar

from django.contrib.postgres.fields import DateTimeRangeField
from django.db.models import (
    Aggregate,
    Case,
    Count,
    DecimalField,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Q,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Greatest, Least

from technoparks.models import BookingState
from technoparks.models.booking import BookingQuerySet
from technoparks.usage.opening import HOUR

S = BookingState
BOOKED = (S.CONFIRMED, S.HELD, S.USED, S.MISSED)
SECONDS: DecimalField = DecimalField()
Key = TypeVar("Key", bound=Hashable)

seats: Any = Func(
    F("seats"),
    template="(SELECT sum(upper(run) - lower(run)) FROM unnest(%(expressions)s) AS run)",
    output_field=IntegerField(),
)
seconds: Any = Func(
    F("span__endswith") - F("span__startswith"),
    template="extract(epoch FROM %(expressions)s)::bigint",
    output_field=SECONDS,
)
released_of_seats: Any = Case(
    When(
        state=S.MISSED,
        then=Greatest(
            Func(
                F("span__endswith") - F("released_at"),
                template="extract(epoch FROM %(expressions)s)::bigint",
                output_field=SECONDS,
            ),
            Value(0),
            output_field=SECONDS,
        )
        * F("number_of_seats"),
    ),
    default=Value(0),
    output_field=SECONDS,
)
kept: Any = Case(
    When(
        state=S.MISSED,
        then=Func(F("span__startswith"), Least(F("span__endswith"), F("released_at")), function="tstzrange"),
    ),
    default=F("span"),
    output_field=DateTimeRangeField(),
)


class _Union(Aggregate):
    function = "range_agg"
    output_field = DateTimeRangeField()


def time_of_any(ranges: str, **narrowed: Any) -> Func:
    """Seconds in which at least one of the ranges lasts."""
    template = "(SELECT sum(extract(epoch FROM upper(run) - lower(run))) FROM unnest(%(expressions)s) AS run)"
    return Func(_Union(ranges, filter=Q(**narrowed)), template=template, output_field=SECONDS)


def clock(zone: str, part: str) -> Any:
    """Of the beginning, by the clock of ``zone``: its ``part`` as PostgreSQL calls it."""
    at = Func(F("span__startswith"), Value(zone), template="(%(expressions)s)", arg_joiner=" AT TIME ZONE ")
    return Func(at, template=f"extract({part} FROM %(expressions)s)::int", output_field=IntegerField())


def weekday(zone: str) -> Any:
    """Monday is 0."""
    return ExpressionWrapper(clock(zone, "isodow") - 1, output_field=IntegerField())


def second(zone: str) -> Any:
    """Of the day at which it begins."""
    hour, minute = clock(zone, "hour"), clock(zone, "minute")
    return ExpressionWrapper(hour * HOUR + minute * 60 + clock(zone, "second"), output_field=IntegerField())


def counted(bookings: BookingQuerySet, within: Any = None) -> BookingQuerySet:
    """With the seconds that each of them counts for; ``within`` is how many of its seconds do, if not all."""
    lasts = seconds if within is None else within
    product = {"output_field": SECONDS}
    return bookings.alias(number_of_seats=seats, lasts=lasts).annotate(
        seat_seconds=ExpressionWrapper(F("lasts") * F("number_of_seats"), **product),
        person_seconds=ExpressionWrapper(F("lasts") * F("people"), **product),
        released_seconds=released_of_seats,
    )


SUMS: dict[str, Aggregate] = {
    "number": Count("pk"),
    "seat_time": Sum("seat_seconds", default=0),
    "person_time": Sum("person_seconds", default=0),
    "released_time": Sum("released_seconds", default=0),
}


def hours(time: Decimal | int) -> Decimal:
    """Of seconds."""
    return round(Decimal(time) / HOUR, 2)


@dataclass(slots=True)
class Tally:
    """Bookings in the states of BOOKED, and seconds."""

    number: int = 0
    booked: Decimal = Decimal(0)
    used: Decimal = Decimal(0)
    missed: Decimal = Decimal(0)
    released: Decimal = Decimal(0)
    people: Decimal = Decimal(0)

    def add(self, state: str, row: dict[str, Any]) -> None:
        if state not in BOOKED:
            return
        self.number += row["number"]
        self.booked += row["seat_time"]
        if state == S.USED:
            self.used += row["seat_time"]
            self.people += row["person_time"]
        if state == S.MISSED:
            self.missed += row["seat_time"]
            self.released += row["released_time"]

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def taken(self) -> Decimal:
        return self.booked - self.released


def tallies(rows: Iterable[dict[str, Any]], key: Callable[[dict[str, Any]], Key]) -> dict[Key, Tally]:
    found: dict[Key, Tally] = {}
    for row in rows:
        found.setdefault(key(row), Tally()).add(row["state"], row)
    return found


def day_bounds(
    first: datetime.date, last: datetime.date, zone: datetime.tzinfo
) -> tuple[datetime.datetime, datetime.datetime]:
    """From the midnight before the first day to the one after the last."""
    after = last + datetime.timedelta(days=1)
    return tuple(datetime.datetime(day.year, day.month, day.day, tzinfo=zone) for day in (first, after))  # type: ignore[return-value]

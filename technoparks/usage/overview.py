"""The figures of all technoparks in a period, each by its own clock, in four queries."""

import datetime
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.db.models import DateField, F, Func

from technoparks.booking.hours import DAY
from technoparks.models import Booking, Lab, Technopark
from technoparks.usage.measures import SUMS, Tally, counted, day_bounds, tallies
from technoparks.usage.opening import open_grids
from technoparks.usage.periods import Period

day_there: Any = Func(
    F("span__startswith"),
    F("lab__technopark__time_zone"),
    template="(%(expressions)s)::date",
    arg_joiner=" AT TIME ZONE ",
    output_field=DateField(),
)


@dataclass(frozen=True, slots=True)
class OfTechnopark:
    """``opened``: seconds of all its seats."""

    technopark: Technopark
    opened: int
    tally: Tally


def overview(period: Period) -> list[OfTechnopark]:
    """Of each that has labs."""
    labs = [*Lab.objects.prefetch_related("opening_hours").order_by("technopark")]
    grids, opened = open_grids(labs, period.first, period.last), Counter[int]()
    for lab in labs:
        opened[lab.technopark_id] += grids[lab.pk].total() * lab.seats
    parks = Technopark.objects.filter(pk__in=opened).select_related("host").order_by("name", "pk")
    found = _tallies(period)
    return [OfTechnopark(park, opened[park.pk], found.get(park.pk, Tally())) for park in parks]


def _tallies(period: Period) -> dict[int, Tally]:
    # By any clock of the world the days lie within these moments.
    begins, ends = day_bounds(period.first - DAY, period.last + DAY, datetime.UTC)
    near: Any = Booking.objects.filter(span__startswith__gte=begins, span__startswith__lt=ends)
    there = near.alias(day=day_there).filter(day__range=(period.first, period.last)).order_by()
    rows: Any = counted(there).values("lab__technopark", "state").annotate(**SUMS)
    return tallies(rows, lambda row: row["lab__technopark"])

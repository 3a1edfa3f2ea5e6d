"""What is free in a lab: seats and machines at a time, and the next times at which somebody fits in."""

import datetime
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from technoparks.booking.hours import DAY, Span, open_days
from technoparks.models import Booking, EquipmentTime, Lab
from technoparks.models.seats import Seats, runs

LOOKED_THROUGH = 14  # days, for alternatives
OFFERED = 3  # alternatives
Taken = tuple[datetime.datetime, datetime.datetime, Seats]
FAR = datetime.datetime(9999, 1, 1, tzinfo=datetime.UTC)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to fit in: for whom, with which machines, and for how long."""

    people: int
    is_whole: bool = False
    equipment: tuple[int, ...] = ()


def blocked_span(lab: Lab, starts: datetime.datetime, ends: datetime.datetime) -> Span:
    """With the time to tidy up after it."""
    return starts, ends + datetime.timedelta(minutes=lab.buffer_minutes)


def chosen_seats(lab: Lab, wish: Wish, taken: Collection[int]) -> Seats | None:
    """Neighbouring ones where there are as many together, else the first free ones; None where there are too few. Those
    who booked when the lab had more seats sit on some of today's as well."""
    if wish.is_whole or not lab.by_seats:
        return None if taken else tuple(range(1, lab.seats + 1))
    free = [seat for seat in range(1, lab.seats + 1) if seat not in taken]
    if number_free(lab, taken) < wish.people:
        return None
    together = next((first for first, last in runs(free) if last - first + 1 >= wish.people), None)
    return tuple(range(together, together + wish.people)) if together else tuple(free[: wish.people])


def number_free(lab: Lab, taken: Collection[int]) -> int:
    return max(0, lab.seats - len(taken))


def bounds(span: Any) -> Span:
    """Of a range; one without an end lasts for ever."""
    return span.lower, span.upper or FAR


def taken_of(labs: Iterable[Lab], starts: datetime.datetime, ends: datetime.datetime) -> dict[int, list[Taken]]:
    """By the key of the lab; who has the whole room has all its seats of today as well. One query."""
    all_seats = {lab.pk: range(1, lab.seats + 1) for lab in labs}
    found: dict[int, list[Taken]] = {key: [] for key in all_seats}
    bookings = Booking.objects.blocking().filter(lab__in=all_seats, blocked__overlap=(starts, ends)).order_by()
    for lab, blocked, seats, is_whole in bookings.values_list("lab", "blocked", "seats", "is_whole"):
        found[lab].append((*bounds(blocked), tuple({*seats, *all_seats[lab]}) if is_whole else seats))
    return found


@dataclass(slots=True)
class Calendar:
    """What blocks a lab and some of its machines in a span, read at once. Two queries."""

    lab: Lab
    seats: list[Taken]
    machines: list[tuple[int, datetime.datetime, datetime.datetime]]

    @classmethod
    def of(
        cls, lab: Lab, starts: datetime.datetime, ends: datetime.datetime, equipment: Iterable[int] = ()
    ) -> "Calendar":
        times = EquipmentTime.objects.filter(
            equipment__in=[*equipment], is_blocking=True, span__overlap=(starts, ends)
        ).order_by()
        return cls(
            lab,
            taken_of([lab], starts, ends)[lab.pk],
            [(machine, *bounds(one)) for machine, one in times.values_list("equipment", "span")],
        )

    def within(self, starts: datetime.datetime, ends: datetime.datetime) -> "Calendar":
        """What blocks a part of it: to look through many times of a day, only that day need be read."""
        return Calendar(
            self.lab,
            [one for one in self.seats if one[0] < ends and one[1] > starts],
            [one for one in self.machines if one[1] < ends and one[2] > starts],
        )

    def taken(self, starts: datetime.datetime, ends: datetime.datetime) -> set[int]:
        return {seat for lower, upper, seats in self.seats if lower < ends and upper > starts for seat in seats}

    def busy_machines(self, starts: datetime.datetime, ends: datetime.datetime) -> set[int]:
        return {machine for machine, lower, upper in self.machines if lower < ends and upper > starts}

    def fits(self, starts: datetime.datetime, ends: datetime.datetime, wish: Wish) -> bool:
        span = blocked_span(self.lab, starts, ends)
        has_machines = not self.busy_machines(*span) & set(wish.equipment)
        return has_machines and chosen_seats(self.lab, wish, self.taken(*span)) is not None


def next_free(lab: Lab, wish: Wish, *, after: datetime.datetime, minutes: int, number: int = OFFERED) -> list[Span]:
    """The first times of this length at which ``wish`` fits in, none of them overlapping another. Four queries."""
    zone = lab.technopark.zone
    now = timezone.now()
    earliest = max(after, now + datetime.timedelta(hours=lab.notice_hours))
    latest = now + lab.days_ahead * DAY
    first = earliest.astimezone(zone).date()
    days = open_days(lab, first, first + LOOKED_THROUGH * DAY)
    spans = [span for day in days for span in day.spans]
    if not spans:
        return []
    calendar = Calendar.of(lab, spans[0][0], spans[-1][1] + DAY, wish.equipment)
    length, step = datetime.timedelta(minutes=minutes), datetime.timedelta(minutes=lab.step_minutes)
    found = list[Span]()
    for opens, closes in spans:
        that_day = calendar.within(*blocked_span(lab, opens, closes))
        for starts, ends in _slots(opens, closes, length, step):
            is_new = not found or starts >= found[-1][1]
            if earliest <= starts <= latest and is_new and that_day.fits(starts, ends, wish):
                found.append((starts, ends))
                if len(found) == number:
                    return found
    return found


def _slots(
    opens: datetime.datetime, closes: datetime.datetime, length: datetime.timedelta, step: datetime.timedelta
) -> Iterator[Span]:
    starts = opens
    while starts + length <= closes:
        yield starts, starts + length
        starts += step

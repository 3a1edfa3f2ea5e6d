"""When a group comes: its hours of the week, from its first day to its last, by the clock of the technopark."""

import datetime
from collections.abc import Iterable, Sequence

from django.utils.dates import WEEKDAYS_ABBR

from common.times import TO, within
from members.models import Organisation, User
from technoparks.booking.bookings import MOST_TIMES, Asked
from technoparks.booking.hours import DAY, Span, at, holiday_on
from technoparks.booking.trying import Try, tried
from technoparks.models import ADULT, BookedFor, Booking, BookingState, Cohort, CohortHours

OFF = (BookingState.CANCELLED, BookingState.DECLINED, BookingState.EXPIRED)


def lesson_times(cohort: Cohort) -> list[Span]:
    """Public holidays are left out."""
    zone, found = cohort.programme.technopark.zone, list[Span]()
    weekly = [*cohort.hours.all()]
    for number in range((cohort.ends_on - cohort.starts_on).days + 1):
        day = cohort.starts_on + number * DAY
        if cohort.lab.keeps_holidays and holiday_on(day):
            continue
        found += [
            (at(day, one.starts, zone), at(day, one.ends, zone)) for one in weekly if one.weekday == day.weekday()
        ]
    return sorted(found)


def asked_of(cohort: Cohort) -> Asked:
    """The teacher needs no seat of the learners."""
    return Asked(
        title=f"{cohort.programme.name}: {cohort.name}"[: Booking._meta.get_field("title").max_length or None],
        kind=BookedFor.CLASS,
        people=cohort.places,
        is_whole=cohort.is_whole,
        youngest=cohort.programme.age_from or ADULT,
    )


def portions(times: Sequence[Span]) -> Iterable[list[Span]]:
    """As many as a series has."""
    return ([*times[first : first + MOST_TIMES]] for first in range(0, len(times), MOST_TIMES))


def tried_lessons(cohort: Cohort, *, by: User) -> list[Try]:
    """How each lesson would fare if the group was opened now. Raises RuleViolated for what is wrong with all."""
    times = lesson_times(cohort)
    if not times:
        return []
    host: Organisation = cohort.programme.technopark.host
    return tried(cohort.lab, organisation=host, by=by, asked=asked_of(cohort), times=times, person=cohort.teacher)


def lessons_of(cohort: Cohort) -> list[Booking]:
    """Those that are not called off, in turn."""
    found = Booking.objects.filter(series__cohort=cohort).exclude(state__in=OFF).select_related("lab__technopark")
    return [*found.order_by("span", "pk")]


def week_said(hours: Iterable[CohortHours]) -> str:
    """«пн, ср 16:00–17:30; сб 10:00–12:00»."""
    by_span = dict[tuple[datetime.time, datetime.time], list[str]]()
    for one in hours:
        by_span.setdefault((one.starts, one.ends), []).append(within(WEEKDAYS_ABBR[one.weekday]))
    return "; ".join(f"{', '.join(days)} {starts:%H:%M}{TO}{ends:%H:%M}" for (starts, ends), days in by_span.items())

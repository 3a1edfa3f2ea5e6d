"""How each time of a series would fare, before anything is booked."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from common.errors import RuleViolated
from technoparks.booking.bookings import Asked
from technoparks.booking.free import Calendar, blocked_span
from technoparks.booking.hours import Span
from technoparks.booking.rules import check_time
from technoparks.models import Lab


@dataclass(frozen=True, slots=True)
class Try:
    """``problem`` is "" where it would be booked."""

    starts: datetime.datetime
    ends: datetime.datetime
    problem: str


def tried(lab: Lab, asked: Asked, times: Sequence[Span]) -> list[Try]:
    """By the clock of the lab, without a lock: what was free here may be taken when it is booked."""
    zone = lab.technopark.zone
    calendar = Calendar.of(lab, *blocked_span(lab, min(times)[0], max(times)[1]), equipment=asked.equipment)
    return [
        Try(starts.astimezone(zone), ends.astimezone(zone), _problem(calendar, asked, starts, ends))
        for starts, ends in times
    ]


def _problem(calendar: Calendar, asked: Asked, starts: datetime.datetime, ends: datetime.datetime) -> str:
    try:
        check_time(calendar.lab, starts, ends)
    except RuleViolated as error:
        return error.message
    return "" if calendar.fits(starts, ends, asked.wish) else _("Taken at this time.")

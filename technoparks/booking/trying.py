"""How each time of a series would fare, before anything is booked."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from common.errors import RuleViolated
from common.times import Precision, Times
from members.models import Organisation, User
from technoparks.booking.bookings import Asked
from technoparks.booking.free import Calendar, blocked_span
from technoparks.booking.hours import Span
from technoparks.booking.knowledge import check_inductions
from technoparks.booking.rules import check_hours, check_lab, check_people, check_time
from technoparks.models import Equipment, HoursAccount, Lab


@dataclass(frozen=True, slots=True)
class Try:
    """``problem`` is "" where it would be booked."""

    times: Times
    problem: str


def tried(
    lab: Lab,
    *,
    organisation: Organisation,
    by: User,
    asked: Asked,
    times: Sequence[Span],
    person: User | None = None,
) -> list[Try]:
    """Without a lock: what was free here may be taken when it is booked. ``person`` as of ``book_series``.

    Raises RuleViolated for what is wrong with all of them: the lab, the people, the inductions, the hours of the month.
    """
    check_lab(lab, organisation)
    check_people(lab, people=asked.people, youngest=asked.youngest)
    if organisation.pk != lab.technopark.host_id:
        key = {"technopark": lab.technopark, "organisation": organisation}
        account = HoursAccount.objects.filter(**key).first() or HoursAccount(**key)
        check_hours(account, lab, person=person or by, spans=[*times])
    zone = lab.technopark.zone
    classes = {*Equipment.objects.filter(pk__in=asked.equipment).values_list("kind", flat=True)}
    days = [starts.astimezone(zone).date() for starts, _ends in times]
    check_inductions(lab, machines=classes, person=person or by, days=days, by=by)
    calendar = Calendar.of(lab, *blocked_span(lab, min(times)[0], max(times)[1]), equipment=asked.equipment)
    return [
        Try(Times(starts, ends, Precision.TIME, zone.key), _problem(calendar, asked, starts, ends))
        for starts, ends in times
    ]


def _problem(calendar: Calendar, asked: Asked, starts: datetime.datetime, ends: datetime.datetime) -> str:
    try:
        check_time(calendar.lab, starts, ends)
    except RuleViolated as error:
        return error.message
    return "" if calendar.fits(starts, ends, asked.wish) else _("Taken at this time.")

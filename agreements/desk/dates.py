"""The days of an organisation's agreements, by month: what ends, until when one objects, signs and delivers."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agreements.life.timers import last_day_to_object
from agreements.models import (
    IN_FORCE,
    UNCONCLUDED,
    Agreement,
    AgreementState,
    Obligation,
    ObligationState,
    Renewal,
    RoundState,
    SigningRound,
)
from members.models import Organisation

MONTHS = 6
MOST = 300  # of one sort in these months
MOST_NOTICE = datetime.timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Day:
    day: datetime.date
    what: str | Promise
    agreement: Agreement
    note: str = ""
    whose: str = ""

    @property
    def is_past(self) -> bool:
        return self.day < timezone.localdate()


def months_later(month: datetime.date, number: int) -> datetime.date:
    """The first day of that month, within what a calendar holds."""
    count = month.year * 12 + month.month - 1 + number
    year, place = divmod(count, 12)
    return datetime.date(min(max(year, 2000), 2200), place + 1, 1)


def asked_month(typed: str) -> datetime.date:
    """Of "2026-11"; this month for anything else."""
    try:
        month = datetime.datetime.strptime(typed, "%Y-%m").date()  # noqa: DTZ007 - a month has no zone
    except ValueError:
        month = timezone.localdate()
    return months_later(month, 0)


def dates_of(organisation: Organisation, first: datetime.date) -> list[tuple[datetime.date, list[Day]]]:
    """By month, of the six from ``first`` on."""
    days = sorted(_days(organisation, first, months_later(first, MONTHS)), key=lambda one: (one.day, one.agreement.pk))
    return [(month, [*some]) for month, some in groupby(days, key=lambda one: one.day.replace(day=1))]


def _days(organisation: Organisation, first: datetime.date, end: datetime.date) -> Iterator[Day]:
    own = Agreement.objects.of(organisation).defer("terms")
    span = (first, end - datetime.timedelta(days=1))
    for one in own.filter(state__in=UNCONCLUDED, planned_on__range=span).order_by("planned_on", "pk")[:MOST]:
        yield Day(one.planned_on, _("Planned to be signed"), one, one.planned_at)
    for one in own.filter(state=AgreementState.CONCLUDED, starts_on__range=span).order_by("starts_on", "pk")[:MOST]:
        yield Day(one.starts_on, _("Comes into force"), one)
    standing = own.filter(state__in=IN_FORCE)
    objected = Q(renewal=Renewal.AUTOMATIC, ends_on__gte=first, ends_on__lt=end + MOST_NOTICE)
    ending = standing.filter(Q(ends_on__range=span) | objected)
    for one in ending.order_by("ends_on", "pk")[:MOST]:
        if one.ends_on < end:
            renews = one.renewal == Renewal.AUTOMATIC
            yield Day(
                one.ends_on, _("Ends, and renews itself unless somebody has objected") if renews else _("Ends"), one
            )
        if one.renewal == Renewal.AUTOMATIC and first <= (day := last_day_to_object(one, one.ends_on)) < end:
            yield Day(day, _("Last day to object to the renewal"), one)
    rounds = SigningRound.objects.filter(state=RoundState.OPEN, agreement__in=own.values("pk"))
    closing = rounds.filter(closes_at__date__range=span).select_related("agreement")
    for one in closing.order_by("closes_at", "pk")[:MOST]:
        yield Day(timezone.localdate(one.closes_at), _("The signing ends"), one.agreement)
    due = Obligation.objects.filter(
        state=ObligationState.OPEN, due_on__range=span, agreement__in=standing.values("pk")
    ).select_related("agreement", "owner")
    for one in due.order_by("due_on", "pk")[:MOST]:
        ours = one.owner_id == organisation.pk
        yield Day(
            one.due_on,
            _("We are to deliver") if ours else _("Others are to deliver"),
            one.agreement,
            one.what,
            one.owner.title,
        )

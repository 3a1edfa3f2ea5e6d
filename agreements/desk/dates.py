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
from agreements.models.agreement import AgreementQuerySet
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
        if one.planned_on:
            yield Day(one.planned_on, _("Planned to be signed"), one, one.planned_at)
    for one in own.filter(state=AgreementState.CONCLUDED, starts_on__range=span).order_by("starts_on", "pk")[:MOST]:
        if one.starts_on:
            yield Day(one.starts_on, _("Comes into force"), one)
    standing = own.filter(state__in=IN_FORCE)
    yield from _ends(standing, first, end)
    rounds = SigningRound.objects.filter(state=RoundState.OPEN, agreement__in=own.values("pk"))
    closing = rounds.filter(closes_at__date__range=span).select_related("agreement").order_by("closes_at", "pk")
    for signing in closing[:MOST]:
        yield Day(timezone.localdate(signing.closes_at), _("The signing ends"), signing.agreement)
    promised = Obligation.objects.filter(state=ObligationState.OPEN, agreement__in=standing.values("pk"))
    due = promised.filter(due_on__range=span).select_related("agreement", "owner").order_by("due_on", "pk")
    for promise in due[:MOST]:
        what = _("We are to deliver") if promise.owner_id == organisation.pk else _("Others are to deliver")
        if promise.due_on:
            yield Day(promise.due_on, what, promise.agreement, promise.what, promise.owner.title)


def _ends(standing: AgreementQuerySet, first: datetime.date, end: datetime.date) -> Iterator[Day]:
    """The days on which they end, and until which one may object to a renewal that may lie months later."""
    ends = Q(ends_on__gte=first, ends_on__lt=end)
    renews = Q(renewal=Renewal.AUTOMATIC, ends_on__gte=first, ends_on__lt=end + MOST_NOTICE)
    for one in standing.filter(ends | renews).order_by("ends_on", "pk")[:MOST]:
        if one.ends_on is None:
            continue
        is_renewed = one.renewal == Renewal.AUTOMATIC
        if one.ends_on < end:
            what = _("Ends, and renews itself unless somebody has objected") if is_renewed else _("Ends")
            yield Day(one.ends_on, what, one)
        if is_renewed and first <= (day := last_day_to_object(one, one.ends_on)) < end:
            yield Day(day, _("Last day to object to the renewal"), one)

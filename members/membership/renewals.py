"""What the clock does to memberships: the next period and its invoice, reminders, grace and lapse."""

import datetime
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from typing import Any

import structlog
from django.db import transaction
from django.db.models import DateField, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Cast, Greatest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from common.errors import RuleViolated
from members.membership.fees import DAY, next_year_begins, no_fee_for, reduced
from members.membership.invoices import (
    STEPS,
    a_year_from,
    bill_period,
    check_is_heard,
    lines_of,
    tell_of_invoice,
    with_hearing,
)
from members.membership.life import (
    ACTIVE,
    COMING_BACK,
    GRACE,
    IN_GRACE,
    LAPSED,
    REGISTER,
    Who,
    change_membership_status,
    locked_membership,
)
from members.models import (
    COUNTING,
    AssociationRequisites,
    Fee,
    FeeReduction,
    Invoice,
    Membership,
    MembershipPeriod,
    MembershipReminder,
    MembershipStatus,
    MembershipStatusChange,
    User,
)
from members.notices.notifications import Words

AHEAD = datetime.timedelta(days=60)  # of the end of a period the next one is made

logger = structlog.get_logger(__name__)


def renew_and_remind() -> None:
    """Whatever is due and not done yet, however long nobody did it. Each membership is a transaction of its own, under
    its lock: run twice or by two at once, it does nothing twice.
    """
    for membership in to_be_renewed():
        with _on_its_own(membership):
            _renew(membership)
    for invoice in _to_be_followed(timezone.localdate()):
        with _on_its_own(invoice.period.membership):
            _follow(invoice)


@contextmanager
def _on_its_own(membership: Membership) -> Iterator[None]:
    """One that breaks a rule stays as it is, waits for the office in a queue, and stops no other."""
    try:
        with transaction.atomic():
            yield
    except RuleViolated as error:
        logger.warning("membership_left_behind", membership=membership.pk, reason=error.code)


def to_be_renewed() -> QuerySet[Membership]:
    """Those whose last period ends soon, or has ended; what stays so waits for the office (no fee, no bank
    details, a year that is over)."""
    last_period = MembershipPeriod.objects.filter(membership=OuterRef("pk")).order_by("-ends_on")
    running = Membership.objects.running().annotate(time_ends_on=Subquery(last_period.values("ends_on")[:1]))
    return running.filter(time_ends_on__lte=timezone.localdate() + AHEAD).order_by("time_ends_on", "pk")


def _renew(membership: Membership) -> None:
    """A year that is over is billed by the office alone: a clock that finds one has been given a wrong day."""
    locked, today = locked_membership(membership), timezone.localdate()
    last = locked.periods.first()
    if locked.is_running and last and last.ends_on <= today + AHEAD:
        starts_on = next_year_begins(locked, last)
        if a_year_from(starts_on) <= today:
            raise RuleViolated(_("A year that is over is billed by the office alone."), code="year_over")
        bill_period(locked, starts_on=starts_on, by=None)


@transaction.atomic
def bill_next_period(membership: Membership, *, by: User) -> Invoice | None:
    """Sooner than the clock would; None where no fee is asked. Raises RuleViolated where ``next_period`` does."""
    locked = locked_membership(membership)
    starts_on, _amount = next_period(with_next_year(Membership.objects.all()).get(pk=locked.pk))
    return bill_period(locked, starts_on=starts_on, by=by)


def with_next_year(memberships: QuerySet[Membership]) -> QuerySet[Membership]:
    """With what ``next_period`` reads: two queries for however many."""
    last = MembershipPeriod.objects.filter(membership=OuterRef("pk")).order_by("-starts_on")
    day_after = last.values(day_after=Cast(F("ends_on") + DAY, DateField()))[:1]
    resumed = MembershipStatusChange.objects.filter(membership=OuterRef("pk")).resuming()
    begins = OuterRef("next_from")
    fee = Fee.objects.valid_on(begins).for_organisation_of(OuterRef("tier"), OuterRef("organisation__kind"))
    reduction = FeeReduction.objects.filter(membership=OuterRef("pk")).valid_on(begins)
    return (
        memberships.select_related("organisation")
        .prefetch_related("periods")
        .annotate(next_from=Greatest(Subquery(day_after), Subquery(resumed.values("on")[:1])))
        .annotate(
            next_fee=Subquery(fee.values("amount")[:1]),
            next_reduction=Subquery(reduction.values("percent")[:1]),
            can_be_invoiced=Exists(AssociationRequisites.objects.all()),
        )
    )


def next_period(membership: Membership) -> tuple[datetime.date, Decimal]:
    """When it begins and what is to be paid for it, of one that was fetched ``with_next_year``.

    Raises RuleViolated where there is none to bill.
    """
    known: Any = membership
    last = next(iter(membership.periods.all()), None)
    if membership.is_over:
        raise RuleViolated(_("The membership is over."), code="membership_over")
    if last is None:
        text = _("It has no period yet: bill its first year on its own page.")
        raise RuleViolated(text, code="no_period")
    if last.starts_on > timezone.localdate():
        raise RuleViolated(_("The next year is on record: %(period)s.") % {"period": last}, code="billed")
    if known.next_fee is None:
        raise no_fee_for(membership)
    amount = reduced(known.next_fee, known.next_reduction or 0)
    if amount and not known.can_be_invoiced:
        text = _("No invoice without bank details: enter those of the association in the office first.")
        raise RuleViolated(text, code="no_requisites")
    return known.next_from, amount


@transaction.atomic
def remind(membership: Membership) -> Invoice:
    """Tell the heads how the oldest open invoice stands. Raises RuleViolated where ``to_remind_of`` does."""
    locked = locked_membership(membership)
    invoice = to_remind_of(with_reminders(Membership.objects.all()).get(pk=locked.pk))
    tell_of_invoice(invoice, _reminded_today(), partial(_words, locked, invoice, timezone.localdate()))
    return invoice


def with_reminders(memberships: QuerySet[Membership]) -> QuerySet[Membership]:
    """With what ``to_remind_of`` reads: three queries for however many."""
    open_ones = with_hearing(Invoice.objects.open(), _reminded_today()).select_related("organisation")
    fetched = Prefetch("periods__invoices", open_ones, to_attr="open_ones")
    return memberships.select_related("organisation").prefetch_related(fetched)


def to_remind_of(membership: Membership) -> Invoice:
    """The oldest open invoice of one that was fetched ``with_reminders``.

    Raises RuleViolated where nothing is open, where nobody would read it, and a second time on a day.
    """
    periods: Iterable[Any] = membership.periods.all()
    invoice = min((one for period in periods for one in period.open_ones), key=lambda one: one.due_on, default=None)
    if invoice is None:
        raise RuleViolated(_("No invoice is open."), code="nothing_open")
    check_is_heard(invoice)
    return invoice


def _reminded_today() -> str:
    return f"reminder by the office on {timezone.localdate()}"


def _to_be_followed(today: datetime.date) -> QuerySet[Invoice]:
    """Open invoices of running memberships of which something is due and has not been done."""
    due = _to_be_moved(today)
    for step in STEPS:
        told = MembershipReminder.objects.filter(period=OuterRef("period"), step=step)
        due |= Q(~Exists(told), due_on__lte=today - step * DAY)
    open_ones = Invoice.objects.open().filter(period__membership__status__in=COUNTING)
    return open_ones.filter(due).select_related("period__membership").order_by("due_on", "pk")


def _to_be_moved(today: datetime.date) -> Q:
    """Of open invoices: those that the status of their membership does not follow yet."""
    overdue = Q(period__membership__status=ACTIVE, due_on__lt=today)
    return overdue | Q(period__membership__status=IN_GRACE, due_on__lt=today - GRACE)


def left_behind() -> QuerySet[Membership]:
    """Those that the clock did not move though it has had a day for it: they break a rule."""
    unmoved = Invoice.objects.open().filter(_to_be_moved(timezone.localdate() - DAY)).order_by("due_on")
    first = unmoved.filter(period__membership=OuterRef("pk")).values("due_on")[:1]
    return (
        Membership.objects.running()
        .annotate(waits_since=Subquery(first))
        .exclude(waits_since=None)
        .order_by("waits_since")
    )


def _follow(invoice: Invoice) -> None:
    membership = locked_membership(invoice.period.membership)
    now_open = Invoice.objects.open().select_related("period__membership", "organisation").filter(pk=invoice.pk).first()
    if now_open is None or not membership.is_running:
        return
    today = timezone.localdate()
    if membership.status == ACTIVE and now_open.due_on < today:
        membership = _move(membership, now_open, IN_GRACE, now_open.due_on + DAY)
    if membership.status == IN_GRACE and now_open.due_on + GRACE < today:
        membership = _move(membership, now_open, LAPSED, now_open.due_on + GRACE + DAY)
    _remind(membership, now_open, today)


def _move(membership: Membership, invoice: Invoice, status: MembershipStatus, day: datetime.date) -> Membership:
    """On the day when it was due, however late the clock comes to it, but not before the last move."""
    last = membership.changes.last()
    with override(REGISTER):
        named = {"invoice": invoice, "day": date_format(invoice.due_on)}
        reason = _("Invoice %(invoice)s was not paid by %(day)s") % named
    return change_membership_status(
        membership, status=status, on=max(day, last.on) if last else day, by=None, reason=reason, who=Who.CLOCK
    )


def _remind(membership: Membership, invoice: Invoice, today: datetime.date) -> None:
    """Of all steps that have become due, the heads get one letter, which says how things stand today."""
    told = {*invoice.period.reminders.values_list("step", flat=True)}
    missing = [step for step in STEPS if invoice.due_on + step * DAY <= today and step not in told]
    if not missing:
        return
    MembershipReminder.objects.bulk_create(MembershipReminder(period=invoice.period, step=step) for step in missing)
    tell_of_invoice(
        invoice, f"reminder {missing[-1]:+} of {invoice.due_on}", partial(_words, membership, invoice, today)
    )


def _words(membership: Membership, invoice: Invoice, today: datetime.date) -> Words:
    left, lines = (invoice.due_on - today).days, lines_of(invoice)
    if membership.status == LAPSED:
        title = _("The membership has lapsed: the fee was not paid")
        day = {"day": date_format((membership.ended_on or today) + COMING_BACK)}
        lines.append(_("Once it is paid, by %(day)s at the latest, the membership is active again.") % day)
    elif left < 0:
        title = _("The term for paying the fee ended on %(day)s") % {"day": date_format(invoice.due_on)}
        day = {"day": date_format(invoice.due_on + GRACE)}
        lines.append(_("The membership counts until %(day)s, and lapses unless the fee is paid.") % day)
    elif left == 0:
        title = _("Today is the last day to pay the fee")
        day = {"day": date_format(invoice.due_on + GRACE)}
        lines.append(_("From tomorrow the membership is in grace: it still counts, until %(day)s.") % day)
    else:
        title = ngettext("%(days)d day is left to pay the fee", "%(days)d days are left to pay the fee", left)
        title %= {"days": left}
        lines.append(_("Last day to pay: %(day)s") % {"day": date_format(invoice.due_on)})
    return Words(title, "\n".join(lines))

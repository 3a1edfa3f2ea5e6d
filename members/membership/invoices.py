"""Invoices for the fee: issued with their period, paid or cancelled, and what follows for the membership."""

import datetime
from collections.abc import Callable
from functools import partial
from typing import Any

import segno
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Concat
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.documents import order_document
from common.errors import RuleViolated
from common.models import Document
from common.numbers import next_number
from common.payment_code import payment_code
from common.text import typographic
from members.membership.fees import DAY, Charge, charge_for, roubles
from members.membership.life import (
    IN_GRACE,
    LAPSED,
    PAY_WITHIN,
    REGISTER,
    Who,
    change_membership_status,
    lapsed_for_good,
    locked_membership,
)
from members.models import (
    AssociationRequisites,
    Invoice,
    InvoiceState,
    Membership,
    MembershipPeriod,
    MembershipReminder,
    MembershipStatus,
    Notification,
    User,
)
from members.notices.notifications import Words, acting_heads, heads_of, notify
from members.notices.topics import FEES

TEMPLATE = "pdf/members/membership_invoice.typ"
# When the heads hear of a fee, in days from the last day to pay: at -60 the invoice itself is issued, after 0 the
# membership is in grace, and at 61 it lapses.
STEPS = (-60, -30, -14, 0, 14, 30, 61)


@transaction.atomic
def bill_period(membership: Membership, *, starts_on: datetime.date, by: User | None) -> Invoice | None:
    """The invoice for the year of membership that begins on that day; None where no fee is asked for it.

    The period is on record either way. Asked again, it is the same; where the invoice was cancelled, a new one.

    Raises RuleViolated where the membership is over, periods would overlap, no fee is set, or nobody has entered to
    whom it is paid.
    """
    locked = locked_membership(membership)
    if locked.is_over:
        raise RuleViolated(_("The membership is over."), code="membership_over")
    period = locked.periods.filter(starts_on=starts_on).first() or _begin(locked, starts_on)
    standing = period.invoices.exclude(state=InvoiceState.CANCELLED).first()
    if standing:
        return standing
    charge = charge_for(locked, on=starts_on)
    return _issue(period, charge, by) if charge.amount else None


def _begin(membership: Membership, starts_on: datetime.date) -> MembershipPeriod:
    ends_on = a_year_from(starts_on) - DAY
    if membership.periods.filter(starts_on__lte=ends_on, ends_on__gte=starts_on).exists():
        raise RuleViolated(_("Periods of one membership cannot overlap."), code="period_overlap")
    return MembershipPeriod.objects.create(membership=membership, starts_on=starts_on, ends_on=ends_on)


def a_year_from(day: datetime.date) -> datetime.date:
    """The same day of the next year; for 29 February, 1 March."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return datetime.date(day.year + 1, 3, 1)


def _issue(period: MembershipPeriod, charge: Charge, by: User | None) -> Invoice:
    requisites = AssociationRequisites.objects.first()
    if requisites is None:
        text = _("No invoice without bank details: enter those of the association in the office first.")
        raise RuleViolated(text, code="no_requisites")
    today, organisation = timezone.localdate(), period.membership.organisation
    invoice = Invoice(
        period=period,
        organisation=organisation,
        issued_on=today,
        due_on=max(period.starts_on - DAY, today + PAY_WITHIN),
        amount=charge.amount,
        payer=organisation.name,
        payer_inn=organisation.inn,
        marked_by=by,
    )
    invoice.number = f"{today.year}-{next_number(f'invoice {today.year}'):04}"
    invoice.document = _order(invoice, requisites)
    invoice.save()
    period.reminders.all().delete()  # of an invoice that was cancelled; nobody has been reminded of this one
    reached = [step for step in STEPS if invoice.due_on + step * DAY <= today]
    rows = [MembershipReminder(period=period, step=step) for step in reached]
    MembershipReminder.objects.bulk_create(rows)
    tell_of_invoice(invoice, "issued", partial(_words_of_issue, invoice))
    return invoice


@transaction.atomic
def mark_paid(invoice: Invoice, *, paid_on: datetime.date, by: User) -> Invoice:
    """The fee has arrived. With it a membership in grace is active again, and one that lapsed less than a year ago.

    Repeated by the same person, does nothing. Raises RuleViolated for a cancelled invoice, one that another has marked
    already, a day to come, and a membership that lapsed longer ago: then the organisation joins anew, and the money
    goes back.
    """
    membership = locked_membership(invoice.period.membership)
    locked = Invoice.objects.select_related("period", "organisation", "marked_by").get(pk=invoice.pk)
    if locked.paid_on:
        if (locked.marked_by, locked.paid_on) == (by, paid_on):
            return locked
        told = {"invoice": locked, "day": date_format(locked.paid_on), "who": locked.marked_by or "—"}
        text = _("Invoice %(invoice)s is marked as paid on %(day)s already: %(who)s was quicker.")
        raise RuleViolated(text % told, code="paid")
    if locked.state == InvoiceState.CANCELLED:
        raise RuleViolated(_("Invoice %(invoice)s is cancelled.") % {"invoice": locked}, code="cancelled")
    if paid_on > timezone.localdate():
        raise RuleViolated(_("What lies ahead has not been paid yet."), code="ahead")
    locked.state, locked.paid_on, locked.marked_by = InvoiceState.PAID, paid_on, by
    locked.save(update_fields=["state", "paid_on", "marked_by"])
    if membership.status in (IN_GRACE, LAPSED):
        _take_back(membership, locked, paid_on, by, gettext_lazy("Invoice %(invoice)s is paid"))
    tell_of_invoice(locked, "paid", partial(_words_of_payment, locked))
    return locked


@transaction.atomic
def cancel_invoice(invoice: Invoice, *, by: User) -> Invoice:
    """It was a mistake, or the board has decided so: nothing is owed for it. A membership in grace is active again, and
    one that lapsed, unless a payment would come too late as well. Repeated by the same person, does nothing.

    Raises RuleViolated for one that is paid, or that another has cancelled already.
    """
    membership, today = locked_membership(invoice.period.membership), timezone.localdate()
    locked = Invoice.objects.select_related("period", "organisation", "marked_by").get(pk=invoice.pk)
    if locked.state == InvoiceState.CANCELLED:
        if locked.marked_by == by:
            return locked
        told = {"invoice": locked, "who": locked.marked_by or _("the portal")}
        raise RuleViolated(_("Invoice %(invoice)s is cancelled already: %(who)s was quicker.") % told, code="cancelled")
    if locked.state == InvoiceState.PAID:
        raise RuleViolated(_("Invoice %(invoice)s is paid.") % {"invoice": locked}, code="paid")
    locked.state, locked.cancelled_on, locked.marked_by = InvoiceState.CANCELLED, today, by
    locked.save(update_fields=["state", "cancelled_on", "marked_by"])
    was_missed = membership.status in (IN_GRACE, LAPSED) and locked.due_on < today
    if was_missed and not lapsed_for_good(membership, on=today):
        _take_back(membership, locked, today, by, gettext_lazy("Invoice %(invoice)s is cancelled"))
    tell_of_invoice(locked, "cancelled", partial(_words_of_cancelling, locked))
    return locked


def _take_back(membership: Membership, invoice: Invoice, on: datetime.date, by: User, what: Promise) -> None:
    """Unless another fee is overdue. What the lapse has cancelled of years to come is billed anew."""
    if Invoice.objects.of(membership).unpaid_after(timezone.localdate()).exists():
        return
    ended_on, last = membership.ended_on, membership.changes.last()
    on = max(on, last.on) if last else on
    with translation.override(REGISTER):
        reason = str(what) % {"invoice": invoice}
    change_membership_status(membership, status=MembershipStatus.ACTIVE, on=on, by=by, reason=reason, who=Who.PAYMENT)
    if ended_on:
        for period in membership.periods.filter(starts_on__gt=ended_on, invoices__cancelled_on=ended_on).distinct():
            bill_period(membership, starts_on=period.starts_on, by=by)


@transaction.atomic
def send_again(invoice: Invoice) -> Invoice:
    """Tell the heads of it once more, as of its issue. Raises RuleViolated where ``can_be_sent_again`` does."""
    locked_membership(invoice.period.membership)
    locked = with_sending(Invoice.objects.all()).get(pk=invoice.pk)
    can_be_sent_again(locked)
    tell_of_invoice(locked, _sent_today(), partial(_words_of_issue, locked))
    return locked


def with_sending(invoices: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """With what ``can_be_sent_again`` reads."""
    return with_hearing(invoices, _sent_today()).select_related("period__membership", "organisation")


def can_be_sent_again(invoice: Invoice) -> None:
    """Of one that was fetched ``with_sending``. Raises RuleViolated for one that is not open, where nobody would read
    it, and a second time on a day."""
    if invoice.state != InvoiceState.ISSUED:
        text = _("Nothing is to be paid for it: %(state)s.") % {"state": invoice.get_state_display()}
        raise RuleViolated(text, code="not_open")
    check_is_heard(invoice)


def with_hearing(invoices: QuerySet[Invoice], what: str) -> QuerySet[Invoice]:
    """With whether anybody would read of them, and whether somebody has been told ``what`` already."""
    readers = acting_heads().filter(organisation=OuterRef("organisation"))
    told = Notification.objects.filter(key=Concat(Value("invoice "), OuterRef("number"), Value(f" {what}")))
    return invoices.annotate(is_heard=Exists(readers), is_told=Exists(told))


def unheard() -> QuerySet[Invoice]:
    """Open ones to be paid within a month, or overdue, of whose reminders nobody would read."""
    due = Invoice.objects.open().filter(due_on__lte=timezone.localdate() + PAY_WITHIN)
    return due.exclude(Exists(acting_heads().filter(organisation=OuterRef("organisation"))))


def check_is_heard(invoice: Invoice) -> None:
    """Of one that was fetched ``with_hearing``. Raises RuleViolated where nobody acts for the organisation, and where
    they have been told that already."""
    known: Any = invoice
    if not known.is_heard:
        raise RuleViolated(_("It has neither a head nor a coordinator who would read it."), code="nobody_reads")
    if known.is_told:
        raise RuleViolated(_("Its heads were told of it today."), code="told_today")


def _sent_today() -> str:
    return f"sent again on {timezone.localdate()}"


# --- What the heads read -------------------------------------------------------------------------------------


def tell_of_invoice(invoice: Invoice, what: str, words: Callable[[], Words]) -> None:
    notify(
        heads_of(invoice.organisation),
        topic=FEES,
        key=_key(invoice, what),
        words=words,
        link=invoice.period.membership.get_absolute_url(),
    )


def _key(invoice: Invoice, what: str) -> str:
    return f"invoice {invoice.number} {what}"


def lines_of(invoice: Invoice) -> list[str]:
    """Whose fee it is, how much and for what time."""
    period = {"start": date_format(invoice.period.starts_on), "end": date_format(invoice.period.ends_on)}
    return [
        invoice.organisation.title,
        _("Invoice: %(invoice)s, %(amount)s") % {"invoice": invoice, "amount": roubles(invoice.amount)},
        _("Period: %(start)s – %(end)s") % period,
    ]


def _words_of_issue(invoice: Invoice) -> Words:
    day = {"day": date_format(invoice.due_on)}
    lines = [*lines_of(invoice), _("The PDF with the bank details and a code for payment is on the dashboard.")]
    return Words(_("The fee is to be paid by %(day)s") % day, "\n".join(lines))


def _words_of_payment(invoice: Invoice) -> Words:
    return Words(_("The fee has been received"), "\n".join(lines_of(invoice)))


def _words_of_cancelling(invoice: Invoice) -> Words:
    return Words(_("Invoice %(invoice)s is cancelled") % {"invoice": invoice}, "\n".join(lines_of(invoice)))


# --- The PDF -------------------------------------------------------------------------------------------------


def _order(invoice: Invoice, requisites: AssociationRequisites) -> Document:
    """In Russian, as it goes through a Russian bank."""
    with translation.override("ru"):
        data = _words(invoice, requisites)
    code = payment_code(
        name=requisites.name,
        account=requisites.account,
        bank=requisites.bank,
        bic=requisites.bic,
        correspondent_account=requisites.correspondent_account,
        inn=requisites.inn,
        kpp=requisites.kpp,
        purpose=data["purpose"],
        amount=invoice.amount,
    )
    qr = segno.make_qr(code, error="m", encoding="utf-8").svg_inline(border=0)
    return order_document(TEMPLATE, {**data, "code": code, "qr": qr})


def _words(invoice: Invoice, requisites: AssociationRequisites) -> dict[str, Any]:
    period, organisation = invoice.period, invoice.organisation
    purpose = (
        f"Членский взнос за период с {period.starts_on:%d.%m.%Y} по {period.ends_on:%d.%m.%Y} "
        f"по счёту № {invoice.number} от {invoice.issued_on:%d.%m.%Y}. НДС не облагается"
    )
    return {
        "number": invoice.number,
        "issued": date_format(invoice.issued_on),
        "due": date_format(invoice.due_on),
        "start": date_format(period.starts_on),
        "end": date_format(period.ends_on),
        "amount": roubles(invoice.amount, kopecks=True),
        "purpose": purpose,
        "payer": typographic(invoice.payer),
        "payer_inn": invoice.payer_inn,
        "payer_ogrn": organisation.ogrn,
        "payee": {
            name: getattr(requisites, name)
            for name in ("name", "inn", "kpp", "account", "bank", "bic", "correspondent_account")
        },
        "address": settings.SITE_ADDRESS.partition("://")[2],
    }

"""What was billed, and what is owed."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Count, Exists, Min, OuterRef, Q, Subquery, Sum

from members.membership.fees import DAY
from members.membership.reports.scope import Scope
from members.models import Invoice, InvoiceState, Organisation


class Amount(NamedTuple):
    number: int
    roubles: Decimal


@dataclass(frozen=True, slots=True)
class Billing:
    """Of the invoices issued in a year or a month: as each of ``BILLS`` names them, how many and how much."""

    since: datetime.date
    until: datetime.date
    amounts: dict[str, Amount]


class Debtor(NamedTuple):
    organisation: Organisation
    owed: Amount
    oldest: datetime.date  # last day to pay that is over


AGES = {"1-30": (1, 30), "31-90": (31, 90), "91-": (91, None)}  # days after the last day to pay
BILLS = ("billed", "paid", "open", "ahead", "overdue", *AGES)


def bill(day: datetime.date, what: str) -> Q:
    """Invoices that are so when the day ends. ``billed``: issued and not cancelled by then, and each of those is either
    ``paid`` or ``open``; of what is open is ``ahead`` what may still be paid in time, and the rest ``overdue``, of
    one of AGES.
    """
    billed = Q(issued_on__lte=day) & stands_on(day)
    is_open = billed & ~is_paid_on(day)
    match what:
        case "billed":
            return billed
        case "paid":
            return billed & is_paid_on(day)
        case "open":
            return is_open
        case "ahead":
            return is_open & Q(due_on__gte=day)
        case "overdue":
            return is_open & Q(due_on__lt=day)
    least, most = AGES[what]
    return is_open & Q(due_on__lte=day - least * DAY) & (Q(due_on__gte=day - most * DAY) if most else Q())


def stands_on(day: datetime.date) -> Q:
    return ~Q(state=InvoiceState.CANCELLED) | Q(cancelled_on__gt=day)


def is_paid_on(day: datetime.date) -> Q:
    return Q(paid_on__isnull=False, paid_on__lte=day)


def billings(scope: Scope) -> list[Billing]:
    """From the first invoice on record to the day, without a gap."""
    issued = Invoice.objects.filter(issued_on__lte=scope.day, **scope.of("organisation"))
    rows = issued.annotate(since=scope.trunc("issued_on")).order_by().values_list("since")
    numbers = {f"{what}_number": Count("pk", filter=bill(scope.day, what)) for what in BILLS}
    sums = {f"{what}_sum": Sum("amount", filter=bill(scope.day, what), default=Decimal(0)) for what in BILLS}
    counted: dict[datetime.date, dict[str, Amount]] = {}
    for since, *found in rows.annotate(**numbers, **sums):
        amounts = map(Amount, found[: len(BILLS)], found[len(BILLS) :])
        counted[since] = dict(zip(BILLS, amounts, strict=True))
    nothing = dict.fromkeys(BILLS, Amount(0, Decimal(0)))
    spans = scope.spans(min(counted, default=scope.day + DAY))
    return [Billing(since, until, counted.get(since, nothing)) for since, until in spans]


def total(billed: Iterable[Billing], what: str) -> Amount:
    amounts = [one.amounts[what] for one in billed]
    return Amount(sum(one.number for one in amounts), sum((one.roubles for one in amounts), Decimal(0)))


def debtors(scope: Scope, most: int | None = None) -> list[Debtor]:
    """Whose invoices are overdue on the day, who owes most first; ``most``: so many at most."""
    overdue = Invoice.objects.filter(bill(scope.day, "overdue"), organisation=OuterRef("pk")).order_by()
    owed = overdue.values("organisation")
    organisations = Organisation.objects.filter(Exists(overdue)).annotate(
        number=Subquery(owed.annotate(found=Count("pk")).values("found")),
        roubles=Subquery(owed.annotate(found=Sum("amount")).values("found")),
        oldest=Subquery(owed.annotate(found=Min("due_on")).values("found")),
    )
    found = organisations.filter(**scope.of("")).order_by("-roubles", "pk")[:most]
    return [Debtor(one, Amount(one.number, one.roubles), one.oldest) for one in found]

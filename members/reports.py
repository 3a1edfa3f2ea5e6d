"""Figures of membership that the office reports. Each counts rows of one list of the office and says which they are:
what narrows the list to them stands beside what counts them.

An organisation counts with the kind and the region that it has today, a membership with the status of its moves and the
tier of the register's history, both at the end of the day.
"""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from django.db import connection
from django.db.models import Case, Count, DateField, Exists, Min, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Trunc

from members.fees import DAY
from members.models import (
    ON_THE_ROLL,
    OVER,
    Invoice,
    InvoiceState,
    Membership,
    MembershipPeriod,
    MembershipStatusChange,
    Organisation,
)
from members.models.membership import MembershipQuerySet

By = Literal["year", "month"]

ROLL = "roll"  # whatever has not ended
JOINED, BACK, LOST = "joined", "back", "lost"


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked for: until which day, by years or months, of which organisations."""

    day: datetime.date
    by: By = "year"
    kind: str = ""
    region: int | None = None  # its key

    def of(self, path: str) -> dict[str, Any]:
        """The filter for rows whose organisation stands at ``path``; nowhere, where they are organisations."""
        chosen = {"kind": self.kind, "region": self.region}
        return {f"{path}__{name}" if path else name: value for name, value in chosen.items() if value}

    def spans(self, first: datetime.date) -> Iterator[tuple[datetime.date, datetime.date]]:
        """First and last days from the one that begins on ``first``; the last of them is cut off at the day."""
        while first <= self.day:
            months = 12 if self.by == "year" else 1
            years, month = divmod(first.month - 1 + months, 12)
            following = datetime.date(first.year + years, month + 1, 1)
            yield first, min(following - DAY, self.day)
            first = following

    def trunc(self, field: str) -> Trunc:
        return Trunc(field, self.by, output_field=DateField())


# --- How memberships stand on a day --------------------------------------------------------------------------------


class Standing(NamedTuple):
    status: str
    tier: str
    kind: str
    region: int | None
    number: int


def standings(scope: Scope) -> list[Standing]:
    """Memberships by status and tier at the end of the day, kind and region. Not in it: those that began later."""
    then: Any = Membership.objects.filter(**scope.of("organisation")).with_status_on(scope.day).with_tier_on(scope.day)
    columns = ("status_then", "tier_then", "organisation__kind", "organisation__region")
    rows = then.order_by().values_list(*columns).annotate(number=Count("pk"))
    return [Standing(*row) for row in rows if row[0]]


def standing_as(memberships: MembershipQuerySet, *, day: datetime.date, status: str = "") -> MembershipQuerySet:
    """Those on record at the end of the day; of this status where one is given, of those on the roll for ``ROLL``."""
    known: Any = memberships.with_status_on(day)
    found = known.filter(status_then__isnull=False)
    return found.filter(status_then__in=ON_THE_ROLL if status == ROLL else [status]) if status else found


# --- What came and went --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Flow:
    """A year or a month. On the roll is what is active, in grace or suspended. Its first and last days are compared, so
    who lapsed and came back in between was there all the time: ``at_start + joined + back − ended = at_end``.
    """

    since: datetime.date
    until: datetime.date
    at_start: int  # on the roll when the day before ended
    joined: int  # whose first move lies here
    back: int  # was over before, is on the roll at the end
    ended: Counter[str]  # was not over before, and is at the end: by status
    lost: int  # of those at the start, over at the end
    at_end: int

    @property
    def attrition(self) -> Decimal | None:
        """The share of those at the start that was over at the end."""
        return Decimal(self.lost) / self.at_start if self.at_start else None


def flows(scope: Scope) -> list[Flow]:
    """From the first move on record to the day, without a gap."""
    changes: dict[datetime.date, Counter[tuple[str | None, str]]] = defaultdict(Counter)
    for since, before, after, number in _changes(scope):
        changes[since][before, after] += number
    found, at_start = [], 0
    for since, until in scope.spans(min(changes, default=scope.day + DAY)):
        flow = _flow(since, until, at_start, changes[since])
        at_start = flow.at_end
        found.append(flow)
    return found


def _changes(scope: Scope) -> list[tuple[datetime.date, str | None, str, int]]:
    """Of those that moved in a period: how many were of which status before it, and when it ended."""
    moves = MembershipStatusChange.objects.filter(on__lte=scope.day, **scope.of("membership__organisation"))
    last = moves.annotate(since=scope.trunc("on")).order_by("membership", "since", "-on", "-pk")
    each, values = last.distinct("membership", "since").values("membership", "since", "status").query.sql_with_params()
    question = f"""
        WITH moved AS (
            SELECT since::date, lag(status) OVER (PARTITION BY membership ORDER BY since) AS before, status
            FROM ({each}) AS each
        )
        SELECT since, before, status, count(*) FROM moved GROUP BY since, before, status
    """  # noqa: S608 - a question of the ORM's, with its values beside it
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return cursor.fetchall()


def _flow(since: datetime.date, until: datetime.date, at_start: int, changes: Counter[tuple[str | None, str]]) -> Flow:
    ended: Counter[str] = Counter()
    joined = back = lost = 0
    for (before, after), number in changes.items():
        joined += number * (before is None)
        back += number * (before in OVER and after in ON_THE_ROLL)
        lost += number * (before in ON_THE_ROLL and after in OVER)
        if before not in OVER and after in OVER:
            ended[after] += number
    return Flow(since, until, at_start, joined, back, ended, lost, at_start + joined + back - ended.total())


def changed(
    memberships: MembershipQuerySet, *, what: str, since: datetime.date, until: datetime.date
) -> MembershipQuerySet:
    """Those that a flow counts as ``what``: JOINED, BACK, LOST, or a status in which they ended."""
    compared: Any = memberships.with_status_on(since - DAY, name="status_before").with_status_on(until)
    was_new, was_there = Q(status_before=None), Q(status_before__in=ON_THE_ROLL)
    match what:
        case "joined":
            return compared.filter(was_new, status_then__isnull=False)
        case "back":
            return compared.filter(status_before__in=OVER, status_then__in=ON_THE_ROLL)
        case "lost":
            return compared.filter(was_there, status_then__in=OVER)
    return compared.filter(was_new | was_there, status_then=what)


# --- What was renewed ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Renewals:
    """Of the years of membership that ran out in a year or a month."""

    since: datetime.date
    until: datetime.date
    ran_out: int
    renewed: int

    @property
    def rate(self) -> Decimal | None:
        return Decimal(self.renewed) / self.ran_out if self.ran_out else None


def renewals(scope: Scope) -> list[Renewals]:
    """From the first year of membership that ran out to the day, without a gap."""
    ended = MembershipPeriod.objects.filter(ends_on__lte=scope.day, **scope.of("membership__organisation"))
    rows = with_renewal(ended, scope.day).annotate(since=scope.trunc("ends_on")).order_by()
    numbers = {"ran_out": Count("pk"), "went_on": Count("pk", filter=Q(renewed=True))}
    counted = {since: found for since, *found in rows.values_list("since").annotate(**numbers)}
    spans = scope.spans(min(counted, default=scope.day + DAY))
    return [Renewals(since, until, *counted.get(since, (0, 0))) for since, until in spans]


def with_renewal(periods: QuerySet[MembershipPeriod], day: datetime.date) -> QuerySet[MembershipPeriod]:
    """With ``renewed``: the next year follows at once, its fee has been paid by ``day``, or none is asked for it, and
    the membership was on the roll when this one ended. Who left and owes nothing any more has not renewed.
    """
    unpaid = Invoice.objects.filter(_stands(day), ~_is_paid(day), period=OuterRef("pk"))
    following = MembershipPeriod.objects.filter(
        ~Exists(unpaid), membership=OuterRef("membership"), starts_on=OuterRef("ends_on") + DAY
    )
    moves = MembershipStatusChange.objects.filter(membership=OuterRef("membership"), on__lte=OuterRef("ends_on"))
    stayed = Q(status_at_end__in=ON_THE_ROLL)
    last = periods.annotate(status_at_end=Subquery(moves.order_by("-on", "-pk").values("status")[:1]))
    return last.annotate(renewed=Case(When(stayed & Exists(following), then=True), default=False))


# --- What is owed --------------------------------------------------------------------------------------------------


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
    billed = Q(issued_on__lte=day) & _stands(day)
    is_open = billed & ~_is_paid(day)
    match what:
        case "billed":
            return billed
        case "paid":
            return billed & _is_paid(day)
        case "open":
            return is_open
        case "ahead":
            return is_open & Q(due_on__gte=day)
        case "overdue":
            return is_open & Q(due_on__lt=day)
    least, most = AGES[what]
    return is_open & Q(due_on__lte=day - least * DAY) & (Q(due_on__gte=day - most * DAY) if most else Q())


def _stands(day: datetime.date) -> Q:
    return ~Q(state=InvoiceState.CANCELLED) | Q(cancelled_on__gt=day)


def _is_paid(day: datetime.date) -> Q:
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

"""What was renewed of the years of membership that ran out."""

import datetime
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Case, Count, Exists, OuterRef, Q, QuerySet, Subquery, When

from members.membership.fees import DAY
from members.membership.reports.bills import is_paid_on, stands_on
from members.membership.reports.scope import Scope
from members.models import ON_THE_ROLL, Invoice, MembershipPeriod, MembershipStatusChange


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
    unpaid = Invoice.objects.filter(stands_on(day), ~is_paid_on(day), period=OuterRef("pk"))
    following = MembershipPeriod.objects.filter(
        ~Exists(unpaid), membership=OuterRef("membership"), starts_on=OuterRef("ends_on") + DAY
    )
    moves = MembershipStatusChange.objects.filter(membership=OuterRef("membership"), on__lte=OuterRef("ends_on"))
    stayed = Q(status_at_end__in=ON_THE_ROLL)
    last = periods.annotate(status_at_end=Subquery(moves.order_by("-on", "-pk").values("status")[:1]))
    return last.annotate(renewed=Case(When(stayed & Exists(following), then=True), default=False))

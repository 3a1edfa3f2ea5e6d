"""What a year of membership costs."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import takewhile

from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from members.models import (
    Fee,
    FeeReduction,
    Invoice,
    InvoiceState,
    Membership,
    MembershipPeriod,
    Tier,
)

KOPECK = Decimal("0.01")
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Charge:
    full: Decimal
    reduction: FeeReduction | None

    @property
    def amount(self) -> Decimal:
        """To be paid, in roubles."""
        return reduced(self.full, self.reduction.percent if self.reduction else 0)


def reduced(full: Decimal, percent: int) -> Decimal:
    return (full * (100 - percent) / 100).quantize(KOPECK, ROUND_HALF_UP)


def charge_for(membership: Membership, *, on: datetime.date) -> Charge:
    """For a year that begins on that day. Raises RuleViolated where no fee is set for the tier."""
    rules = Fee.objects.valid_on(on).for_organisation_of(membership.tier, membership.organisation.kind)
    fee = rules.first()
    if fee is None:
        raise no_fee_for(membership)
    return Charge(fee.amount, membership.fee_reductions.valid_on(on).first())


def no_fee_for(membership: Membership) -> RuleViolated:
    named = {"tier": membership.get_tier_display(), "kind": membership.organisation.get_kind_display()}
    return RuleViolated(_("No fee is set for: %(tier)s, %(kind)s.") % named, code="no_fee")


@dataclass(frozen=True, slots=True)
class Outlook:
    """``settled_until``, and what the year after the last one on record costs."""

    settled_until: datetime.date | None
    next_from: datetime.date | None
    charge: Charge | None  # None where no fee is set


def outlook(membership: Membership) -> Outlook:
    periods = [*membership.periods.prefetch_related("invoices")]
    next_from = next_year_begins(membership, periods[0]) if periods else None
    try:
        charge = charge_for(membership, on=next_from or timezone.localdate())
    except RuleViolated:
        charge = None
    return Outlook(settled_until(periods), next_from, charge)


def next_year_begins(membership: Membership, last: MembershipPeriod) -> datetime.date:
    """As the ``last`` one ends; where it was suspended then, as it is resumed (``with_next_year`` says the same)."""
    return max([last.ends_on + DAY, *membership.changes.resuming().values_list("on", flat=True)[:1]])


def settled_until(periods: Iterable[MembershipPeriod]) -> datetime.date | None:
    """The last day for which nothing is owed, paid or free; what follows an open invoice does not count."""
    oldest_first = sorted(periods, key=lambda one: one.starts_on)
    settled = [*takewhile(lambda one: not open_invoices(one), oldest_first)]
    return settled[-1].ends_on if settled else None


def open_invoices(period: MembershipPeriod) -> list[Invoice]:
    """Asks nothing where the invoices were fetched along."""
    return [one for one in period.invoices.all() if one.state == InvoiceState.ISSUED]


def tiers_with_fees(tiers: Iterable[Tier], *, kind: str) -> list[tuple[str, str]]:
    """As choices for an organisation that has not joined yet: beside each what a year costs it, where that is known."""
    rules = Fee.objects.valid_on(timezone.localdate()).filter(kind__in=[kind, ""]).order_by("kind", "valid_from")
    fees = {fee.tier: fee for fee in rules}  # the last one stays, which applies first
    return [(tier.value, _with_fee(tier, fees.get(tier.value))) for tier in tiers]


def _with_fee(tier: Tier, fee: Fee | None) -> str:
    if fee is None:
        return str(tier.label)
    costs = _("no fee") if fee.exempt else _("%(amount)s a year") % {"amount": roubles(fee.amount)}
    return f"{tier.label} — {costs}"


def roubles(amount: Decimal, *, kopecks: bool = False) -> str:
    """``12 000 ₽``, or ``12 000,50 ₽``, as the reader's language writes it; with ``kopecks`` even if there are none."""
    decimals = 2 if kopecks or amount % 1 else 0
    return f"{number_format(amount, decimals, force_grouping=True)}\N{NO-BREAK SPACE}₽"

"""In what capacity an organisation stands in the association. Computed each time, so that no edit can lose it."""

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.functional import Promise

from members.models.membership import MEMBER_TIERS, Membership, Tier, end_of

if TYPE_CHECKING:
    from members.models.organisation import Organisation


@dataclass(frozen=True, slots=True)
class Standing:
    tier: Tier
    through: "Organisation | None" = None  # the consortium whose membership it is

    @property
    def label(self) -> str | Promise:
        return self.tier.label


def standing_of(organisation: "Organisation", *, on: datetime.date | None = None) -> Standing | None:
    """Its own membership, else that of the consortium it is a part of, at any height; at the end of a past day where
    one is given. A consortium that is a partner makes nobody a member.
    """
    above: set[int] = set()
    whole: Organisation | None = organisation
    while whole and whole.pk not in above:
        above.add(whole.pk)
        tier = _own_tier(whole, on)
        if tier and whole == organisation:
            return Standing(Tier(tier))
        if tier in MEMBER_TIERS:
            return Standing(Tier(tier), whole)
        whole = _consortium_of(whole, on)
    return None


def _own_tier(organisation: "Organisation", on: datetime.date | None) -> str:
    if on is None:
        return organisation.tier
    own: Any = Membership.objects.filter(organisation=organisation).as_of(on).with_tier_on(on)
    return own.values_list("tier_then", flat=True).first() or ""


def _consortium_of(organisation: "Organisation", on: datetime.date | None) -> "Organisation | None":
    """On a past day that of the history; before its first row, that row, as nothing older is on record."""
    if on is None:
        return organisation.consortium
    rows = organisation.history.order_by("history_date", "history_id")
    known = rows.filter(history_date__lt=end_of(on)).last() or rows.first()
    if known is None:
        return organisation.consortium
    return type(organisation).objects.filter(pk=known.consortium_id).first()

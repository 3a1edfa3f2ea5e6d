"""How memberships stand on a day."""

import datetime
from typing import Any, NamedTuple

from django.db.models import Count

from members.membership.reports.scope import Scope
from members.models import ON_THE_ROLL, Membership
from members.models.membership import MembershipQuerySet

ROLL = "roll"  # whatever has not ended


class Tally(NamedTuple):
    """So many memberships stand alike."""

    status: str
    tier: str
    kind: str
    region: int | None
    number: int


def standings(scope: Scope) -> list[Tally]:
    """Memberships by status and tier at the end of the day, kind and region. Not in it: those that began later."""
    then: Any = Membership.objects.filter(**scope.of("organisation")).with_status_on(scope.day).with_tier_on(scope.day)
    columns = ("status_then", "tier_then", "organisation__kind", "organisation__region")
    rows = then.order_by().values_list(*columns).annotate(number=Count("pk"))
    return [Tally(*row) for row in rows if row[0]]


def standing_as(memberships: MembershipQuerySet, *, day: datetime.date, status: str = "") -> MembershipQuerySet:
    """Those on record at the end of the day; of this status where one is given, of those on the roll for ``ROLL``."""
    known: Any = memberships.with_status_on(day)
    found = known.filter(status_then__isnull=False)
    return found.filter(status_then__in=ON_THE_ROLL if status == ROLL else [status]) if status else found

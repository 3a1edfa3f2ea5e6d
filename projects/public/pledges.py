"""Pledges added up: by partner and kind, as the dashboard counts them and as the page of a project thanks for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q, QuerySet, Sum

from members.models import Organisation
from projects.models import MoneySource, Pledge, PledgeKind, PledgeShown, PledgeState, Project

IS_CONFIRMED = Q(state=PledgeState.CONFIRMED)


class Total(NamedTuple):
    """Of one kind, money by its source."""

    kind: str
    source: str
    pledged: Decimal
    confirmed: Decimal

    @property
    def label(self) -> str:
        said = str(PledgeKind(self.kind).label)
        return f"{said} ({MoneySource(self.source).label})" if self.source else said


@dataclass(frozen=True, slots=True)
class Partner:
    organisation: Organisation
    totals: list[Total]


def totals_by(side: str, pledges: QuerySet[Pledge]) -> list[Partner]:
    """``side``: “donor” or “receiver”. Withdrawn ones count for nothing; what is confirmed counts with what has
    come, be it more or less than was pledged. Two queries."""
    rows: Iterable[Any] = (
        pledges.exclude(state=PledgeState.WITHDRAWN)
        .order_by()
        .values(side, "kind", "source")
        .annotate(pledged=Sum("amount"), confirmed=Sum("delivered", filter=IS_CONFIRMED))
        .order_by(side, "kind", "source")
    )
    found: dict[int, list[Total]] = {}
    for row in rows:
        total = Total(row["kind"], row["source"], row["pledged"], row["confirmed"] or Decimal())
        found.setdefault(row[side], []).append(total)
    known = Organisation.objects.in_bulk(found)
    partners = [Partner(known[key], totals) for key, totals in found.items()]
    return sorted(partners, key=lambda one: one.organisation.title)


def thanks(project: Project) -> list[Partner]:
    """Whoever has agreed to be named, in the order of names; without amounts who wants it so. Three queries."""
    shown = project.pledges.standing().exclude(shown=PledgeShown.NOT)
    partners = totals_by("donor", shown.filter(shown=PledgeShown.AMOUNTS))
    named = {one.organisation.pk for one in partners}
    others = Organisation.objects.filter(pk__in=shown.exclude(donor__in=named).values("donor"))
    found = [*partners, *(Partner(one, []) for one in others)]
    return sorted((one for one in found if one.organisation.is_published), key=lambda one: one.organisation.title)

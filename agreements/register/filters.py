"""The filters of the register, the same for the list and the feeds."""

from dataclasses import dataclass
from typing import Any, Self

from django.db.models import Case, CharField, F, Q, Value, When
from django.db.models.functions import Cast, Coalesce, ExtractYear
from django.http import QueryDict
from django.utils.translation import pgettext_lazy

from agreements.models import NUMBERED, UNCONCLUDED, Agreement, AgreementKind, AgreementState, Party
from agreements.models.agreement import ENDING_FIRST, LATEST_FIRST, AgreementQuerySet
from common import facets
from common.facets import Facet
from members.organisations.filters import Overview

PLANNED = "planned"  # to everybody the one state of what is not concluded yet
STATES = {PLANNED: pgettext_lazy("agreement", "Planned")} | {state: AgreementState(state).label for state in NUMBERED}
YEARS = frozenset(map(str, range(1990, 2200)))
SORTS = {
    "date": LATEST_FIRST,
    "end": ENDING_FIRST,
}

FACETS = {
    "kind": Facet.of("kind"),
    "state": Facet(
        lambda chosen: Q(state__in=(*chosen, *(UNCONCLUDED if PLANNED in chosen else ()))),
        Case(When(state__in=UNCONCLUDED, then=Value(PLANNED)), default=F("state"), output_field=CharField()),
    ),
    "region": Facet.of_many("region_codes"),
    "year": Facet(
        lambda chosen: Q(concluded_on__year__in=chosen) | Q(concluded_on=None, planned_on__year__in=chosen),
        Cast(ExtractYear(Coalesce("concluded_on", "planned_on")), CharField()),
    ),
}


@dataclass(frozen=True)
class Selection(facets.Selection):
    """What an address asks of the register."""

    FACETS = FACETS

    kind: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    organisation: str = ""

    @classmethod
    def asked(cls, query: QueryDict, overview: Overview, **more: Any) -> Self:
        known = {
            "kind": AgreementKind.values,
            "state": STATES,
            "region": overview.regions,
            "year": YEARS,
            "sort": SORTS,
        }
        return cls.read(query, known, organisation=query.get("organisation", ""), **more)

    def found(self) -> AgreementQuerySet:
        """Those of the organisation and the words; what the facets choose of them comes on top."""
        agreements = Agreement.objects.shown()
        if self.organisation:
            own = Party.objects.filter(organisation__slug=self.organisation, organisation__is_published=True)
            agreements = agreements.filter(pk__in=own.values("agreement"))
        return agreements.order_by(*LATEST_FIRST).searched(self.words)

    def of(self, found: AgreementQuerySet) -> AgreementQuerySet:
        """Those of ``found`` that are meant: of words the best first, unless another order is asked for."""
        chosen = self.narrowed(found)
        return chosen.order_by(*SORTS[self.sort]) if self.sort else chosen

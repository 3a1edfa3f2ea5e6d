"""An organisation's own agreements in pages, in as many queries for one as for a hundred."""

from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.db.models import Q
from django.http import QueryDict

from agreements.models import IN_FORCE, OVER, UNCONCLUDED, Agreement, AgreementKind, AgreementState, Party
from agreements.models.agreement import AgreementQuerySet
from common.one_line import one_line
from members.models import Organisation

ON_A_PAGE = 20
# What a reader asks for with one word; each state by itself can be asked for as well.
GROUPS = {"open": UNCONCLUDED, "in_force": IN_FORCE, "over": (*OVER, AgreementState.CANCELLED)}


@dataclass(frozen=True, slots=True)
class Asked:
    """What narrows the list; what is not known narrows nothing."""

    words: str = ""
    kind: str = ""
    state: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> "Asked":
        kind, state = query.get("kind", ""), query.get("state", "")
        return cls(
            words=one_line(query.get("q", ""))[:100],
            kind=kind if kind in AgreementKind.values else "",
            state=state if state in GROUPS or state in AgreementState.values else "",
        )

    @property
    def narrows(self) -> bool:
        return bool(self.words or self.kind or self.state)


def page_of_agreements(organisation: Organisation, asked: Asked, number: str | None) -> Page[Agreement]:
    found = searched(Agreement.objects.of(organisation), asked.words)
    if asked.kind:
        found = found.filter(kind=asked.kind)
    if asked.state:
        found = found.filter(state__in=GROUPS.get(asked.state, (asked.state,)))
    rows = found.order_by("-updated_at", "-pk").prefetch_related("parties__organisation").defer("terms")
    return Paginator(rows, ON_A_PAGE).get_page(number)


def searched(agreements: AgreementQuerySet, words: str) -> AgreementQuerySet:
    """By subject, number, or whoever is a party."""
    if not words:
        return agreements
    named = Party.objects.filter(organisation__in=Organisation.objects.searched(words).order_by().values("pk"))
    told = Q(pk__in=named.values("agreement"))
    for column in ("subject", "subject_en", "number", "own_number"):
        told |= Q(**{f"{column}__icontains": words})
    return agreements.filter(told)

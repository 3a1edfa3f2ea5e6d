"""The filters of the projects, the same for the list, the feed and the API."""

from dataclasses import dataclass
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, CharField, F, Q, Value, When
from django.http import QueryDict

from common import facets
from common.facets import Facet, each_of
from members.models import Audience
from members.organisations.filters import Overview
from projects.models import PUBLIC_STATES, Project, ProjectKind, ProjectParticipant
from projects.models.project import ProjectQuerySet

# Who names no audience means everybody.
FOR_EVERYBODY = Q(audience=[])
FACETS = {
    "state": Facet.of("state"),
    "kind": Facet.of("kind"),
    "audience": Facet(
        lambda chosen: Q(audience__overlap=chosen) | FOR_EVERYBODY,
        each_of(
            Case(
                When(FOR_EVERYBODY, then=Value(Audience.values, ArrayField(CharField()))),
                default=F("audience"),
            )
        ),
    ),
    "direction": Facet.of_many("direction_slugs"),
    "region": Facet.of("region__code"),
}


@dataclass(frozen=True)
class Selection(facets.Selection):
    """What an address asks of the projects."""

    FACETS = FACETS

    state: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    direction: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    organisation: str = ""  # that takes part

    @classmethod
    def asked(cls, query: QueryDict, overview: Overview) -> Self:
        known: dict[str, Any] = {
            "state": [state.value for state in PUBLIC_STATES],
            "kind": ProjectKind.values,
            "audience": Audience.values,
            "direction": overview.directions,
            "region": overview.regions,
        }
        return cls.read(query, known, organisation=query.get("organisation", ""))

    @property
    def narrows(self) -> bool:
        return bool(self.organisation) or super().narrows

    def found(self) -> ProjectQuerySet:
        """Those of the organisation and the words; what the facets choose of them comes on top."""
        projects = Project.objects.public().latest_first()
        if self.organisation:
            links = ProjectParticipant.objects.filter(
                organisation__slug=self.organisation, organisation__is_published=True
            )
            projects = projects.filter(pk__in=links.values("project"))
        return projects.searched(self.words)

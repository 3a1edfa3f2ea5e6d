"""The filters of the projects, the same for the list, the feed and the API."""

from dataclasses import dataclass
from typing import Self

from django.http import QueryDict

from common.facets import Facet
from members.organisations.filters import Overview
from projects.models import PUBLIC_STATES, Project, ProjectKind, ProjectParticipant
from projects.models.project import ProjectQuerySet
from projects.public import lists
from projects.public.lists import AUDIENCE, DIRECTION, REGION

FACETS = {
    "state": Facet.of("state"),
    "kind": Facet.of("kind"),
    "audience": AUDIENCE,
    "direction": DIRECTION,
    "region": REGION,
}


@dataclass(frozen=True)
class Selection(lists.Selection):
    """What an address asks of the projects; ``organisation`` takes part in them."""

    FACETS = FACETS

    state: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()

    @classmethod
    def asked(cls, query: QueryDict, overview: Overview) -> Self:
        return cls.of_list(query, overview, state=[state.value for state in PUBLIC_STATES], kind=ProjectKind.values)

    def found(self) -> ProjectQuerySet:
        projects = Project.objects.public().latest_first()
        if self.organisation:
            links = ProjectParticipant.objects.filter(
                organisation__slug=self.organisation, organisation__is_published=True
            )
            projects = projects.filter(pk__in=links.values("project"))
        return projects.searched(self.words)

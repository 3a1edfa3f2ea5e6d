"""The filters of the challenges, the same for the list, the feed and the API."""

from dataclasses import dataclass
from typing import Self

from django.db import models
from django.db.models import Case, Q, Value, When
from django.http import QueryDict
from django.utils.translation import pgettext_lazy

from common.facets import Facet
from members.organisations.filters import Overview
from projects.models import Challenge, ChallengeState, TeamKind
from projects.models.challenge import TAKES_APPLICATIONS, ChallengeQuerySet
from projects.public import lists
from projects.public.lists import AUDIENCE, DIRECTION, REGION


class Stage(models.TextChoices):
    """What a list tells apart; a withdrawn challenge stands in none, though its page stays."""

    OPEN = "open", pgettext_lazy("challenges", "Applications are taken")
    CLOSED = "closed", pgettext_lazy("challenges", "Applications are over")
    COMPLETED = "completed", pgettext_lazy("challenges", "Result is published")


COMPLETED = Q(state=ChallengeState.COMPLETED)
STAGES = {
    Stage.OPEN.value: TAKES_APPLICATIONS,
    Stage.CLOSED.value: ~TAKES_APPLICATIONS & ~COMPLETED,
    Stage.COMPLETED.value: COMPLETED,
}


def _at_stages(chosen: tuple[str, ...]) -> Q:
    return Q(*(STAGES[stage] for stage in chosen), _connector=Q.OR)


FACETS = {
    "stage": Facet(
        _at_stages,
        Case(
            When(TAKES_APPLICATIONS, then=Value(Stage.OPEN)),
            When(COMPLETED, then=Value(Stage.COMPLETED)),
            default=Value(Stage.CLOSED),
        ),
    ),
    "team": Facet.of_many("team_kinds"),
    "audience": AUDIENCE,
    "direction": DIRECTION,
    "region": REGION,
}


@dataclass(frozen=True)
class Selection(lists.Selection):
    """What an address asks of the challenges; ``organisation`` is the company that has set them."""

    FACETS = FACETS

    stage: tuple[str, ...] = ()
    team: tuple[str, ...] = ()

    @classmethod
    def asked(cls, query: QueryDict, overview: Overview) -> Self:
        return cls.of_list(query, overview, stage=Stage.values, team=TeamKind.values)

    def found(self) -> ChallengeQuerySet:
        challenges = Challenge.objects.public().exclude(state=ChallengeState.CANCELLED).soonest_first()
        if self.organisation:
            challenges = challenges.filter(company__slug=self.organisation, company__is_published=True)
        return challenges.searched(self.words)

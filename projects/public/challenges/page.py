"""What the page of a challenge shows."""

from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import Prefetch

from members.audience import grades_said
from members.models import Audience, Direction
from members.organisations.filters import Overview
from projects.models import Award, Challenge, ChallengeStage, ChallengeState, Criterion, TeamParticipant
from projects.policies import can_tend_challenge
from projects.public.challenges.listing import company_of, teams_said
from projects.public.lists import Named

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User


RANKS = len(Award)


class ChallengePage:
    """Its parts are read when they are drawn."""

    def __init__(self, challenge: Challenge, user: "User | AnonymousUser") -> None:
        self.challenge = challenge
        self.user = user

    @cached_property
    def company(self) -> Named | None:
        return company_of(self.challenge)

    @cached_property
    def directions(self) -> list[Direction]:
        return Overview.load().directions_of(self.challenge.direction_slugs)

    @property
    def teams(self) -> str:
        return teams_said(self.challenge)

    @property
    def audience(self) -> str:
        return ", ".join(str(Audience(one).label) for one in self.challenge.audience).capitalize()

    @property
    def grades(self) -> str:
        return grades_said(self.challenge.grade_from, self.challenge.grade_to)

    @cached_property
    def reason(self) -> str:
        """Why it is withdrawn, in the words of whoever did it."""
        if self.challenge.state != ChallengeState.CANCELLED:
            return ""
        last = self.challenge.moves.filter(target=ChallengeState.CANCELLED).last()
        return last.reason if last else ""

    @cached_property
    def accepted(self) -> list[tuple[str, list[str], str]]:
        """Name of a team, who is in it, as far as the portal shows them, and its award; those with one come first."""
        links = TeamParticipant.objects.joined().filter(organisation__is_published=True).select_related("organisation")
        teams = self.challenge.teams.at_work().order_by("pk")
        found = teams.prefetch_related(Prefetch("participants", links))
        is_over = self.challenge.state == ChallengeState.COMPLETED
        ranked = sorted(found, key=lambda team: Award.values.index(team.award) if is_over and team.award else RANKS)
        return [
            (
                team.name,
                [link.organisation.title for link in team.participants.all()],
                team.get_award_display() if is_over and team.award else "",
            )
            for team in ranked
        ]

    @cached_property
    def stages(self) -> list[ChallengeStage]:
        return [*self.challenge.stages.all()]

    @cached_property
    def criteria(self) -> list[Criterion]:
        return [*self.challenge.criteria.all()]

    @property
    def free(self) -> int:
        return max(self.challenge.places - len(self.accepted), 0)

    @cached_property
    def may_review(self) -> bool:
        """The association waits for the reader's opinion."""
        if not self.user.is_authenticated or self.challenge.state != ChallengeState.REVIEW:
            return False
        return self.challenge.reviews.waiting().filter(expert=self.user).exists()

    @cached_property
    def may_score(self) -> bool:
        """The reader judges its teams, and has not finished."""
        if not self.user.is_authenticated or self.challenge.state != ChallengeState.DEFENCE:
            return False
        return self.challenge.judges.judging().filter(user=self.user, ready_at=None).exists()

    @cached_property
    def may_tend(self) -> bool:
        return can_tend_challenge(self.user, self.challenge)

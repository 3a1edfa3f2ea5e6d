"""Projects and who takes part in them."""

import datetime
from typing import Any, cast

import factory
from django.utils import timezone

from members.models import Organisation
from projects.life.machine import Who
from projects.life.teams import move_team
from projects.life.terms import accept_terms, fingerprint_of
from projects.models import (
    Challenge,
    ChallengeStage,
    ChallengeState,
    ParticipantRole,
    Pledge,
    Project,
    ProjectKind,
    ProjectParticipant,
    ProjectResult,
    ProjectState,
    ProjectUpdate,
    RightsHolder,
    RoadmapItem,
    StageWork,
    Team,
    TeamKind,
    TeamParticipant,
    TeamParticipantState,
)
from tests.factories.members import ModelFactory, OrganisationFactory


class ProjectFactory(ModelFactory[Project]):
    """Public and running; ``lead`` is an organisation."""

    class Meta:
        model = Project
        skip_postgeneration_save = True

    kind = ProjectKind.JOINT
    name = factory.Sequence(lambda n: f"Умная теплица № {n}")
    slug = factory.Sequence(lambda n: f"project-{n}")
    summary = "Школа и завод выращивают салат"
    about = "<p>Школа и завод выращивают салат.</p>"
    state = ProjectState.RUNNING

    @factory.post_generation
    def lead(self, create, extracted, **kwargs):
        if extracted:
            ParticipantFactory(project=self, organisation=extracted, role=ParticipantRole.LEAD)


class ParticipantFactory(ModelFactory[ProjectParticipant]):
    class Meta:
        model = ProjectParticipant

    project = factory.SubFactory(ProjectFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = ParticipantRole.PARTNER


class ProjectUpdateFactory(ModelFactory[ProjectUpdate]):
    class Meta:
        model = ProjectUpdate

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"Собран стенд № {n}")


class ProjectResultFactory(ModelFactory[ProjectResult]):
    class Meta:
        model = ProjectResult

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"Отчёт № {n}")
    link = "https://report.example.org/"


class ChallengeFactory(ModelFactory[Challenge]):
    """Open, with all that teams must know."""

    class Meta:
        model = Challenge
        skip_postgeneration_save = True

    company = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda n: f"Датчик влажности № {n}")
    slug = factory.Sequence(lambda n: f"challenge-{n}")
    summary = "Придумать датчик для теплицы"
    about = "<p>Придумать и собрать датчик для теплицы.</p>"
    team_kinds = factory.LazyFunction(lambda: [TeamKind.SCHOOL])
    rights = RightsHolder.AUTHORS
    terms = "<p>Права остаются у авторов.</p>"
    applications_until = factory.LazyFunction(lambda: timezone.localdate() + datetime.timedelta(days=30))
    state = ChallengeState.OPEN


class TeamFactory(ModelFactory[Team]):
    """Being assembled, with three people of the organisation that leads it; ``lead`` is that organisation."""

    class Meta:
        model = Team
        skip_postgeneration_save = True

    challenge = factory.SubFactory(ChallengeFactory)
    kind = TeamKind.SCHOOL
    name = factory.Sequence(lambda n: f"Искра-{n}")
    idea = "<p>Соберём датчик из деталей, которые есть.</p>"

    @factory.post_generation
    def lead(self, create, extracted, **kwargs):
        joined_team(cast("Team", self), extracted or OrganisationFactory(), is_lead=True, people=3)


class StageFactory(ModelFactory[ChallengeStage]):
    class Meta:
        model = ChallengeStage

    challenge = factory.SubFactory(ChallengeFactory)
    name = factory.Sequence(lambda n: f"Образец № {n}")
    expected = "Видео работы"
    due_on = factory.LazyFunction(lambda: timezone.localdate() + datetime.timedelta(days=9))


def worked_at(team: Team) -> StageWork:
    """Handed in at a new stage of its challenge."""
    stage = StageFactory(challenge=team.challenge)
    return StageWork.objects.create(team=team, stage=stage, text="<p>Готово</p>", handed_in_at=timezone.now())


def joined_team(team: Team, organisation: Organisation, *, people: int = 1, **more: Any) -> TeamParticipant:
    """An organisation that takes part and has accepted the terms as they stand."""
    terms = accept_terms(team.challenge, read=fingerprint_of(team.challenge))
    return TeamParticipant.objects.create(
        team=team, organisation=organisation, people=people, terms=terms, accepted_at=timezone.now(),
        **{"state": TeamParticipantState.JOINED, **more},
    )  # fmt: skip


def sent_team(**more: Any) -> Team:
    """That the company has to answer."""
    return move_team(TeamFactory(**more), move="apply", who=Who.LEAD, by=None)


class RoadmapItemFactory(ModelFactory[RoadmapItem]):
    """A milestone, in a year; its owner leads the project."""

    class Meta:
        model = RoadmapItem

    project = factory.SubFactory(ProjectFactory, lead=factory.SubFactory(OrganisationFactory))
    owner = factory.LazyAttribute(
        lambda item: item.project.participant_links.get(role=ParticipantRole.LEAD).organisation
    )
    kind = "milestone"
    name = factory.Sequence(lambda n: f"Веха № {n}")
    due_on = factory.LazyFunction(lambda: timezone.localdate() + datetime.timedelta(days=365))


class PledgeFactory(ModelFactory[Pledge]):
    """Twenty hours to the lead of the project."""

    class Meta:
        model = Pledge

    project = factory.SubFactory(ProjectFactory, lead=factory.SubFactory(OrganisationFactory))
    receiver = factory.LazyAttribute(
        lambda pledge: pledge.project.participant_links.get(role=ParticipantRole.LEAD).organisation
    )
    donor = factory.SubFactory(OrganisationFactory)
    kind = "hours"
    what = "Советы инженеров"
    amount = 20
    due_on = factory.LazyFunction(lambda: timezone.localdate() + datetime.timedelta(days=365))

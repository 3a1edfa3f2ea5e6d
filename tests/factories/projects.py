"""Projects and who takes part in them."""

import datetime

import factory
from django.utils import timezone

from projects.models import (
    Challenge,
    ChallengeState,
    ParticipantRole,
    Project,
    ProjectKind,
    ProjectParticipant,
    ProjectResult,
    ProjectState,
    ProjectUpdate,
    RightsHolder,
    TeamKind,
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

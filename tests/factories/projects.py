"""Projects and who takes part in them."""

import factory

from projects.models import (
    ParticipantRole,
    Project,
    ProjectKind,
    ProjectParticipant,
    ProjectResult,
    ProjectState,
    ProjectUpdate,
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

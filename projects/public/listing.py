"""One reading of the projects: what was asked, what was found, and which choices stand beside it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import pgettext

from common.facets import Option
from common.templatetags.ui import partial_date
from common.times import Precision, within
from members.models import Direction
from projects.models import PUBLIC_STATES, ParticipantRole, Project, ProjectKind, ProjectState
from projects.public.filters import Selection
from projects.public.lists import List, Named, labels, named


class Participant(NamedTuple):
    """An organisation with its roles in a project."""

    organisation: Named
    roles: tuple[str, ...]

    @property
    def roles_said(self) -> str:
        """«Заказчик, наставник»."""
        return ", ".join(str(ParticipantRole(role).label) for role in self.roles).capitalize()


@dataclass(frozen=True, slots=True)
class Row:
    """A project, with what a line of a list says of it."""

    project: Project
    participants: list[Participant]
    directions: list[Direction]
    region: str

    @property
    def when(self) -> str:
        return when(self.project)


def participants_of(project: Project) -> list[Participant]:
    """Each once, in their order, the lead first; only those that have a page on the portal."""
    cards = sorted(project.participant_cards, key=lambda card: card["role"] != ParticipantRole.LEAD)
    roles: dict[Named, list[str]] = {}
    for card in cards:
        roles.setdefault(named(card), []).append(card["role"])
    return [Participant(organisation, tuple(own)) for organisation, own in roles.items()]


def when(project: Project) -> str:
    """«1 сентября 2023 г. – 31 мая 2024 г.», «2022–2024», as far as it is known; "" where nothing is."""
    if project.starts_on is None:
        return ""
    first = partial_date(project.starts_on, project.precision)
    if project.ends_on is None:
        is_on = project.state == ProjectState.RUNNING
        return pgettext("a project", "begun: %(day)s") % {"day": within(first)} if is_on else first
    if project.precision == Precision.YEAR and project.starts_on.year != project.ends_on.year:
        return f"{project.starts_on.year}–{project.ends_on.year}"
    last = partial_date(project.ends_on, project.precision)
    return first if first == last else f"{first} – {within(last)}"


class ProjectList(List[Row]):
    SELECTION = Selection

    def rows_of(self, found: Iterable[Project]) -> list[Row]:
        return [
            Row(
                one,
                participants_of(one),
                self.overview.directions_of(one.direction_slugs),
                self.region_of(one.region_id),
            )
            for one in found
        ]

    def labels_of(self, name: str) -> Mapping[str, str]:
        match name:
            case "state":
                return labels((state.value, state.label) for state in PUBLIC_STATES)
            case "kind":
                return labels(ProjectKind.choices)
        return super().labels_of(name)

    @property
    def states(self) -> list[Option]:
        return self.options("state")

    @property
    def kinds(self) -> list[Option]:
        return self.options("kind")

    @property
    def rss_url(self) -> str:
        return f"{reverse('projects:project_feed_rss')}?{self.first_page.urlencode()}"

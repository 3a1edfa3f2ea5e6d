"""One reading of the projects: what was asked, what was found, and which choices stand beside it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple, cast

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import get_language, pgettext

from common import querystring
from common.caching import kept_until_change
from common.facets import Chip, Counts, FilteredList, Option
from common.search import some_of
from common.templatetags.ui import partial_date
from common.times import Precision, within
from members.models import Audience, Direction, Organisation
from members.organisations.filters import Overview
from projects.models import PUBLIC_STATES, ParticipantRole, Project, ProjectKind, ProjectState
from projects.models.project import ProjectQuerySet
from projects.public.filters import Selection


class Participant(NamedTuple):
    """An organisation in a project, as the row of the project has it."""

    slug: str
    kind: str
    title: str
    roles: tuple[str, ...]

    @property
    def url(self) -> str:
        return Organisation.get_absolute_url(self)

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
    english = get_language() == "en"
    cards = sorted(project.participant_cards, key=lambda card: card["role"] != ParticipantRole.LEAD)
    roles: dict[str, list[str]] = {}
    for card in cards:
        roles.setdefault(card["slug"], []).append(card["role"])
    known = {card["slug"]: card for card in cards}
    return [
        Participant(slug, card["kind"], (english and card["name_en"]) or card["name"], tuple(roles[slug]))
        for slug, card in known.items()
    ]


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


def rows_of(found: ProjectQuerySet, overview: Overview) -> list[Row]:
    names, codes = overview.labels.region, overview.region_codes
    return [
        Row(
            one,
            participants_of(one),
            overview.directions_of(one.direction_slugs),
            names.get(codes.get(one.region_id or 0, ""), ""),
        )
        for one in found
    ]


class ProjectList(FilteredList):
    selection: Selection

    def __init__(self, query: QueryDict) -> None:
        self.query = query
        self.overview = Overview.load()
        self.selection = Selection.asked(query, self.overview)

    @property
    def stamp(self) -> str:
        return self.overview.stamp

    @cached_property
    def counts(self) -> Counts:
        return kept_until_change(f"projects:{self.panel_key}", lambda: self.selection.counts(self.selection.found()))

    @property
    def found(self) -> ProjectQuerySet:
        return self.selection.narrowed(self.selection.found())

    @property
    def rows(self) -> list[Row]:
        """Those of the page."""
        positions = cast("range", self.page.object_list)
        if not positions:
            return []
        chosen = self.found
        rows = some_of(chosen, positions) if self.selection.words else chosen[positions.start : positions.stop]
        return rows_of(rows, self.overview)

    def few(self, number: int) -> list[Row]:
        """For pages that show a few."""
        return rows_of(self.found[:number], self.overview)

    def labels_of(self, name: str) -> Mapping[str, str]:
        match name:
            case "region":
                return self.overview.labels.region
            case "direction":
                return self.overview.labels.direction
            case "state":
                return _labels((state.value, state.label) for state in PUBLIC_STATES)
            case "kind":
                return _labels(ProjectKind.choices)
        return _labels(Audience.choices)

    @property
    def chips(self) -> list[Chip]:
        chips = super().chips
        if slug := self.selection.organisation:
            known = Organisation.objects.published().filter(slug=slug).first()
            chips.append(Chip(known.title if known else slug, querystring.removing(self.query, "organisation")))
        return chips

    @property
    def states(self) -> list[Option]:
        return self.options("state")

    @property
    def kinds(self) -> list[Option]:
        return self.options("kind")

    @property
    def audiences(self) -> list[Option]:
        return self.options("audience")

    @property
    def directions(self) -> list[Option]:
        return self.options("direction")

    @property
    def regions(self) -> list[Option]:
        """Those where there is any."""
        return [option for option in self.options("region") if option.number or option.chosen]

    @property
    def rss_url(self) -> str:
        return f"{reverse('projects:project_feed_rss')}?{self.first_page.urlencode()}"


def _labels(choices: Iterable[tuple[object, object]]) -> dict[str, str]:
    return {str(value): str(label) for value, label in choices}

"""One reading of the challenges: what was asked, what was found, and which choices stand beside it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from common.facets import Option
from members.models import Direction
from projects.models import Challenge, TeamKind
from projects.public.challenges.filters import Selection, Stage
from projects.public.lists import List, Named, labels, named


@dataclass(frozen=True, slots=True)
class Row:
    """A challenge, with what a line of a list says of it."""

    challenge: Challenge
    company: Named | None  # that has a page on the portal
    directions: list[Direction]
    region: str

    @property
    def teams(self) -> str:
        return teams_said(self.challenge)


def company_of(challenge: Challenge) -> Named | None:
    return named(challenge.company_card) if challenge.company_card else None


def teams_said(challenge: Challenge) -> str:
    """«Команда одной школы с учителем, исследовательский коллектив»."""
    names = [str(label) for kind, label in TeamKind.choices if kind in challenge.team_kinds]
    return ", ".join(name if at == 0 else f"{name[0].lower()}{name[1:]}" for at, name in enumerate(names))


class ChallengeList(List[Row]):
    SELECTION = Selection

    @property
    def stamp(self) -> str:
        """At midnight applications end, and nobody writes anything."""
        return f"{super().stamp} {timezone.localdate()}"

    def rows_of(self, found: Iterable[Challenge]) -> list[Row]:
        return [
            Row(one, company_of(one), self.overview.directions_of(one.direction_slugs), self.region_of(one.region_id))
            for one in found
        ]

    def labels_of(self, name: str) -> Mapping[str, str]:
        match name:
            case "stage":
                return labels(Stage.choices)
            case "team":
                return labels(TeamKind.choices)
        return super().labels_of(name)

    @property
    def stages(self) -> list[Option]:
        return self.options("stage")

    @property
    def teams(self) -> list[Option]:
        return self.options("team")

    @property
    def rss_url(self) -> str:
        return f"{reverse('projects:challenge_feed_rss')}?{self.first_page.urlencode()}"

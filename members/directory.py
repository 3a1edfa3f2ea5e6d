"""One reading of the directory: what was asked, what was found, and which choices stand beside it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property

from common import querystring
from common.tiles import Tile
from members.filters import Counts, OrganisationFilter, Overview
from members.models import Kind, Organisation, Tier
from members.models.organisation import OrganisationQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of a facet with the number of organisations behind it."""

    value: str
    label: str
    number: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, and the address of the same list without it."""

    label: str
    url: str


class Directory:
    def __init__(self, query: QueryDict, *, reader: "User | AnonymousUser") -> None:
        self.query = query
        self.reader = reader
        self.filter = OrganisationFilter(query, Organisation.objects.visible_to(reader))
        self.filter.is_valid()
        self.overview = Overview.load()

    @cached_property
    def organisations(self) -> OrganisationQuerySet:
        return self.filter.qs.with_tier().select_related("region").prefetch_related("directions")

    @property
    def words(self) -> str:
        return self.query.get("q", "")

    @cached_property
    def counts(self) -> Counts:
        """Those of the whole directory are at hand; only a narrowed list, or a reader who sees more, asks anew."""
        if self.reader.is_authenticated or self.filter.narrows:
            return self.filter.counts()
        return self.overview.counts

    @cached_property
    def kinds(self) -> list[Option]:
        return self._options("kind", Kind.choices)

    @cached_property
    def roles(self) -> list[Option]:
        return self._options("role", Tier.choices)

    @cached_property
    def regions(self) -> list[Option]:
        return self._options("region", ((region.code, region.title) for region in self.overview.regions))

    @cached_property
    def directions(self) -> list[Option]:
        return self._options("direction", ((direction.slug, direction.title) for direction in self.overview.directions))

    @property
    def tiles(self) -> list[Tile]:
        """The map: each region leads to the same list narrowed to it."""
        here = reverse("members:organisation_list")
        chosen = self.query.getlist("region")
        return [
            Tile.of_region(
                region,
                number=self.counts.region.get(region.code, 0),
                url=here + querystring.setting(self._first_page, "region", region.code),
                chosen=region.code in chosen,
            )
            for region in self.overview.regions
            if region.tile_row is not None
        ]

    @property
    def chips(self) -> list[Chip]:
        chips = [Chip(f"«{self.words}»", querystring.removing(self.query, "q"))] if self.words.strip() else []
        for name, options in (
            ("kind", self.kinds),
            ("role", self.roles),
            ("region", self.regions),
            ("direction", self.directions),
        ):
            chips += [
                Chip(option.label, querystring.removing(self.query, name, option.value))
                for option in options
                if option.chosen
            ]
        return chips

    @property
    def export_url(self) -> str:
        return f"{reverse('members:organisation_export')}?{self._first_page.urlencode()}"

    @property
    def _first_page(self) -> QueryDict:
        query = self.query.copy()
        query.pop("page", None)
        return query

    def _options(self, name: str, choices: Iterable[tuple[str, Any]]) -> list[Option]:
        numbers: dict[str, int] = getattr(self.counts, name)
        chosen = set(self.query.getlist(name))
        return [Option(value, str(label), numbers.get(value, 0), value in chosen) for value, label in choices]

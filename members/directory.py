"""One reading of the directory: what was asked, what was found, and which choices stand beside it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from django.core.paginator import Page, Paginator
from django.http import QueryDict
from django.urls import get_script_prefix, reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language

from common import querystring
from common.caching import kept_until_change
from common.tiles import Tile
from members.filters import Counts, Overview, Selection
from members.models import Organisation
from members.models.organisation import OrganisationQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User


PER_PAGE = 20
SHOWN = ("kind", "short_name", "short_name_en", "slug", "region_id", "city", "city_en", "tier", "direction_slugs")
MOST_PAGES = 500  # beyond that one narrows the list, and the database does not count off hundreds of thousands


class _Paginator(Paginator):
    """Takes the total that the counts already know instead of asking once more."""

    def __init__(self, organisations: OrganisationQuerySet, per_page: int, *, total: int) -> None:
        super().__init__(organisations, per_page)
        self.count = min(total, MOST_PAGES * per_page)


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


@dataclass(frozen=True, slots=True)
class Row:
    """An organisation in words of the reader's language; ``directions`` are pairs of hue and title."""

    organisation: Organisation
    kind: str
    region: str
    place: str
    tier: str
    directions: list[tuple[int, str]]


class Directory:
    def __init__(self, query: QueryDict, *, reader: "User | AnonymousUser") -> None:
        self.query = query
        self.reader = reader
        self.overview = Overview.load()
        self.selection = Selection.read(query, self.overview)

    @cached_property
    def organisations(self) -> OrganisationQuerySet:
        return self.selection.of(self._found)

    @cached_property
    def _found(self) -> OrganisationQuerySet:
        """Those that the words mean: decided once, for the rows and for the counts."""
        return Organisation.objects.visible_to(self.reader).searched(self.selection.words)

    @cached_property
    def page(self) -> Page:
        organisations = self.organisations.only(*SHOWN)
        return _Paginator(organisations, PER_PAGE, total=self.counts.total).get_page(self.query.get("page"))

    @property
    def rows(self) -> Iterator[Row]:
        """Those of the page, as the template shows them."""
        return self.as_rows(self.page)

    def as_rows(self, organisations: Iterable[Organisation]) -> Iterator[Row]:
        """Each with its region and directions, which are at hand and need no query."""
        labels = self.overview.labels
        regions = {region.pk: labels.region[code] for code, region in self.overview.regions.items()}
        directions = {
            slug: (direction.hue, labels.direction[slug]) for slug, direction in self.overview.directions.items()
        }
        for organisation in organisations:
            city, region = organisation.place, regions.get(organisation.region_id or 0, "")
            yield Row(
                organisation=organisation,
                kind=labels.kind[organisation.kind],
                region=region,
                place=city if region in ("", city) else " · ".join(filter(None, (city, region))),
                tier=labels.role.get(organisation.tier, ""),
                directions=[directions[slug] for slug in organisation.direction_slugs],
            )

    @cached_property
    def counts(self) -> Counts:
        """Those of the whole are at hand; those of a choice are kept, as one turns pages and changes the order."""
        if self.reader.is_authenticated:
            return self.selection.counts(self._found)
        if not self.selection.narrows:
            return self.overview.counts
        return kept_until_change(f"directory:{self.panel_key}", lambda: self.selection.counts(self._found))

    @cached_property
    def panel_key(self) -> str:
        """Alike where the filters, their numbers and the map are alike."""
        reader = self.reader.pk or "public"
        asked = f"{self.overview.stamp} {reader} {get_language()} {get_script_prefix()} {self._first_page.urlencode()}"
        return blake2b(asked.encode(), digest_size=16).hexdigest()

    @property
    def kinds(self) -> list[Option]:
        return self._options("kind")

    @property
    def roles(self) -> list[Option]:
        return self._options("role")

    @property
    def regions(self) -> list[Option]:
        return self._options("region")

    @property
    def directions(self) -> list[Option]:
        return self._options("direction")

    @property
    def places(self) -> dict[str, Tile]:
        """Where the choices of a region stand on the map, by their values; those off the map are absent."""
        numbers = self.counts.region
        return {
            code: Tile.of_region(region, number=numbers.get(code, 0), chosen=code in self.selection.region)
            for code, region in self.overview.regions.items()
            if region.tile_row is not None
        }

    @property
    def chips(self) -> list[Chip]:
        chips = (
            [Chip(f"«{self.selection.words}»", querystring.removing(self.query, "q"))] if self.selection.words else []
        )
        for name in ("kind", "role", "region", "direction"):
            labels = getattr(self.overview.labels, name)
            chips += [
                Chip(labels[value], querystring.removing(self.query, name, value))
                for value in getattr(self.selection, name)
            ]
        return chips

    @property
    def export_url(self) -> str:
        return f"{reverse('members:organisation_export')}?{self._first_page.urlencode()}"

    @property
    def _first_page(self) -> QueryDict:
        query = self.query.copy()
        query.pop(querystring.PAGE, None)
        return query

    def _options(self, name: str) -> list[Option]:
        labels: dict[str, str] = getattr(self.overview.labels, name)
        numbers: dict[str, int] = getattr(self.counts, name)
        chosen: list[str] = getattr(self.selection, name)
        return [Option(value, label, numbers.get(value, 0), value in chosen) for value, label in labels.items()]

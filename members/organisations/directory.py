"""One reading of the directory: what was asked, what was found, and which choices stand beside it."""

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from django.db import connection
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import get_language

from common.caching import kept_until_change
from common.facets import Counts, FilteredList, Option
from common.tiles import Tile
from members.models import Organisation
from members.models.organisation import OrganisationQuerySet
from members.organisations.filters import Overview, Selection

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User


# The columns of a row, as tuples: a page of twenty costs no objects.
SHOWN = (
    "slug",
    "kind",
    "short_name",
    "short_name_en",
    "name",
    "name_en",
    "region_id",
    "city",
    "city_en",
    "tier",
    "direction_slugs",
    "website",
)


class Row(NamedTuple):
    """An organisation in words of the reader's language; ``directions`` are pairs of hue and title."""

    slug: str
    kind: str
    title: str
    full_title: str
    kind_label: str
    city: str
    region: str
    role: str
    directions: list[tuple[int, str]]
    website: str

    @property
    def url(self) -> str:
        return Organisation.get_absolute_url(self)

    @property
    def place(self) -> str:
        """City and region, one of them where they are one and the same."""
        return self.city if self.region in ("", self.city) else " · ".join(filter(None, (self.city, self.region)))


def _public_rows(selection: Selection, positions: range) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(*_asked_for_public_rows(selection, positions))
        return cursor.fetchall()


@lru_cache(maxsize=1000)
def _asked_for_public_rows(selection: Selection, positions: range) -> tuple[str, tuple[Any, ...]]:
    """SQL and values: to put the same question together takes the ORM ten times as long as PostgreSQL to answer it."""
    rows = selection.of(Organisation.objects.published()).values_list(*SHOWN)
    return rows[positions.start : positions.stop].query.sql_with_params()


class Directory(FilteredList):
    selection: Selection

    def __init__(self, query: QueryDict, *, reader: "User | AnonymousUser") -> None:
        self.query = query
        self.reader = reader
        self.overview = Overview.load()
        self.selection = Selection.asked(query, self.overview)

    @cached_property
    def organisations(self) -> OrganisationQuerySet:
        return self.selection.of(self._found)

    @cached_property
    def _found(self) -> OrganisationQuerySet:
        """Those that the words mean: decided once, for the rows and for the counts."""
        return Organisation.objects.visible_to(self.reader).searched(self.selection.words)

    @property
    def rows(self) -> Iterator[Row]:
        """Those of the page."""
        positions = cast("range", self.page.object_list)
        if self.reader.is_authenticated or self.selection.words:
            return self._as_rows(self.organisations.values_list(*SHOWN)[positions.start : positions.stop])
        return self._as_rows(_public_rows(self.selection, positions))

    @property
    def all_rows(self) -> Iterator[Row]:
        """Those of all pages, as one reads them."""
        return self._as_rows(self.organisations.values_list(*SHOWN).iterator(chunk_size=500))

    def _as_rows(self, found: Iterable[tuple[Any, ...]]) -> Iterator[Row]:
        """Each with its region and directions, which are at hand and need no query."""
        labels, regions = self.overview.labels, self.overview.region_codes
        english = get_language() == "en"
        for slug, kind, short, short_en, name, name_en, region, city, city_en, tier, directions, website in found:
            yield Row(
                slug,
                kind,
                title=(english and short_en) or short,
                full_title=(english and name_en) or name,
                kind_label=labels.kind[kind],
                city=(english and city_en) or city,
                region=labels.region.get(regions.get(region, ""), ""),
                role=labels.role.get(tier, ""),
                directions=[(one.hue, labels.direction[one.slug]) for one in self.overview.directions_of(directions)],
                website=website,
            )

    @cached_property
    def counts(self) -> Counts:
        """Those of the whole are at hand; those of a choice are kept, as one turns pages and changes the order."""
        if self.reader.is_authenticated:
            return self.selection.counts(self._found)
        if not self.selection.narrows:
            return self.overview.counts
        return kept_until_change(f"directory:{self.panel_key}", lambda: self.selection.counts(self._found))

    @property
    def stamp(self) -> str:
        return f"{self.overview.stamp} {self.reader.pk or 'public'}"

    def labels_of(self, name: str) -> dict[str, str]:
        return getattr(self.overview.labels, name)

    @property
    def kinds(self) -> list[Option]:
        return self.options("kind")

    @property
    def roles(self) -> list[Option]:
        return self.options("role")

    @property
    def regions(self) -> list[Option]:
        return self.options("region")

    @property
    def directions(self) -> list[Option]:
        return self.options("direction")

    @property
    def places(self) -> dict[str, Tile]:
        """Where the choices of a region stand on the map, by their values; those off the map are absent."""
        numbers = self.counts["region"]
        return {
            code: Tile.of_region(region, number=numbers.get(code, 0), chosen=code in self.selection.region)
            for code, region in self.overview.regions.items()
            if region.has_tile
        }

    @property
    def export_url(self) -> str:
        return f"{reverse('members:organisation_export')}?{self.first_page.urlencode()}"

"""One reading of the list of technoparks: what was asked, what was found, and which choices stand beside it."""

from collections.abc import Container
from dataclasses import dataclass
from functools import cached_property
from typing import Self, cast

from django.db.models import Count, F, Q
from django.http import QueryDict
from django.utils import timezone

from common import facets
from common.caching import kept_until_change
from common.charts import Bar, longest
from common.facets import Counts, Facet, FilteredList, Option
from common.tiles import Tile
from members.organisations.filters import Overview
from technoparks.models import SiteStatus, StatusChange, Technopark
from technoparks.models.site import TechnoparkQuerySet
from technoparks.public.figures import current_change, site_bars

OF_DIRECTIONS = Technopark.directions.through.objects
FACETS = {
    "region": Facet.of("region__code"),
    "direction": Facet(
        lambda chosen: Q(pk__in=OF_DIRECTIONS.filter(direction__slug__in=chosen).values("technopark")),
        F("directions__slug"),
    ),
    "status": Facet.of("status"),
}


@dataclass(frozen=True)
class Selection(facets.Selection):
    """What an address asks of the list."""

    FACETS = FACETS

    region: tuple[str, ...] = ()
    direction: tuple[str, ...] = ()
    status: tuple[str, ...] = ()

    @classmethod
    def asked(cls, query: QueryDict, overview: Overview) -> Self:
        known: dict[str, Container[str]] = {
            "region": overview.regions,
            "direction": overview.directions,
            "status": SiteStatus.values,
        }
        return cls.read(query, known)


@dataclass(frozen=True, slots=True)
class Row:
    """A technopark, with what a line of a list says of it."""

    technopark: Technopark
    labs: int
    change: StatusChange | None
    sites: list[Bar]

    @property
    def most_sites(self) -> int:
        return longest(self.sites)


def rows_of(found: TechnoparkQuerySet) -> list[Row]:
    """Networks first. The queries do not grow with the rows."""
    described = Count("labs", filter=Q(labs__is_published=True), distinct=True)
    read = (
        found.annotate(labs_described=described)
        .select_related("host", "region")
        .prefetch_related("directions", "status_changes", "site_counts")
        .order_by("-is_network", "name", "pk")
    )
    return [
        Row(one, one.labs_in_all or one.labs_described, current_change(one), site_bars(one.site_counts.all()))
        for one in read
    ]


class TechnoparkList(FilteredList):
    selection: Selection

    def __init__(self, query: QueryDict) -> None:
        self.query = query
        self.overview = Overview.load()
        self.selection = Selection.asked(query, self.overview)

    @property
    def stamp(self) -> str:
        return f"{self.overview.stamp} {timezone.localdate()}"

    @cached_property
    def _visible(self) -> TechnoparkQuerySet:
        return Technopark.objects.published().with_status()

    @cached_property
    def counts(self) -> Counts:
        return kept_until_change(f"technoparks:{self.panel_key}", lambda: self.selection.counts(self._visible))

    @property
    def rows(self) -> list[Row]:
        """Those of the page."""
        positions = cast("range", self.page.object_list)
        chosen = self.selection.narrowed(self._visible).order_by("-is_network", "name", "pk")
        keys = [*chosen.values_list("pk", flat=True)[positions.start : positions.stop]]
        return rows_of(Technopark.objects.filter(pk__in=keys).with_status())

    def labels_of(self, name: str) -> dict[str, str]:
        match name:
            case "region":
                return self.overview.labels.region
            case "direction":
                return self.overview.labels.direction
        return {value: str(label) for value, label in SiteStatus.choices}

    @property
    def statuses(self) -> list[Option]:
        return [one for one in self.options("status") if one.number or one.chosen]

    @property
    def directions(self) -> list[Option]:
        return self.options("direction")

    @property
    def regions(self) -> list[Option]:
        return self.options("region")

    @property
    def places(self) -> dict[str, Tile]:
        """Of each region that has one: its tile."""
        return {
            code: Tile.of_region(region, number=self.counts["region"].get(code, 0))
            for code, region in self.overview.regions.items()
            if region.has_tile
        }

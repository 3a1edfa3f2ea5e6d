"""What the lists of projects and of challenges share: an organisation, words, names of regions and directions."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Generic, NamedTuple, Self, TypeVar, cast

from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.http import QueryDict
from django.utils.translation import get_language

from common import facets, querystring
from common.caching import kept_until_change
from common.facets import Chip, Counts, Facet, FilteredList, Option, each_of
from common.search import some_of
from members.models import Audience, Organisation
from members.organisations.filters import Overview

# Who names no audience means everybody.
FOR_EVERYBODY = Q(audience=[])
AUDIENCE = Facet(
    lambda chosen: Q(audience__overlap=chosen) | FOR_EVERYBODY,
    each_of(
        Case(When(FOR_EVERYBODY, then=Value(Audience.values, ArrayField(CharField()))), default=F("audience")),
    ),
)
DIRECTION = Facet.of_many("direction_slugs")
REGION = Facet.of("region__code")
AnyRow = TypeVar("AnyRow")


class Named(NamedTuple):
    """An organisation as the row of a project or a challenge has it."""

    slug: str
    kind: str
    title: str

    @property
    def url(self) -> str:
        return Organisation.get_absolute_url(self)


def named(card: Mapping[str, str]) -> Named:
    """By the name of the reader's language."""
    english = get_language() == "en" and card["name_en"]
    return Named(card["slug"], card["kind"], english or card["name"])


@dataclass(frozen=True)
class Selection(facets.Selection):
    """What an address asks of either list."""

    audience: tuple[str, ...] = ()
    direction: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    organisation: str = ""

    @classmethod
    def of_list(cls, query: QueryDict, overview: Overview, **known: Any) -> Self:
        """``known``: the values of the facets that only this list has."""
        known |= {"audience": Audience.values, "direction": overview.directions, "region": overview.regions}
        return cls.read(query, known, organisation=query.get("organisation", ""))

    @classmethod
    @abstractmethod
    def asked(cls, query: QueryDict, overview: Overview) -> Self: ...

    @abstractmethod
    def found(self) -> QuerySet[Any]:
        """Those of the organisation and the words; what the facets choose of them comes on top."""

    @property
    def narrows(self) -> bool:
        return bool(self.organisation) or super().narrows


class List(FilteredList, Generic[AnyRow]):
    """``SELECTION`` reads the address, ``rows_of`` the rows."""

    SELECTION: ClassVar[type[Selection]]
    selection: Selection

    def __init__(self, query: QueryDict) -> None:
        self.query = query
        self.overview = Overview.load()
        self.selection = self.SELECTION.asked(query, self.overview)

    @abstractmethod
    def rows_of(self, found: QuerySet[Any]) -> list[AnyRow]: ...

    @property
    def stamp(self) -> str:
        return self.overview.stamp

    @cached_property
    def counts(self) -> Counts:
        return kept_until_change(f"projects:{self.panel_key}", lambda: self.selection.counts(self.selection.found()))

    @property
    def found(self) -> QuerySet[Any]:
        return self.selection.narrowed(self.selection.found())

    @property
    def rows(self) -> list[AnyRow]:
        """Those of the page."""
        positions = cast("range", self.page.object_list)
        if not positions:
            return []
        chosen = self.found
        return self.rows_of(
            some_of(chosen, positions) if self.selection.words else chosen[positions.start : positions.stop]
        )

    def few(self, number: int) -> list[AnyRow]:
        """For pages that show a few."""
        return self.rows_of(self.found[:number])

    def region_of(self, region: int | None) -> str:
        return self.overview.labels.region.get(self.overview.region_codes.get(region or 0, ""), "")

    def labels_of(self, name: str) -> Mapping[str, str]:
        match name:
            case "region":
                return self.overview.labels.region
            case "direction":
                return self.overview.labels.direction
        return labels(Audience.choices)

    @property
    def chips(self) -> list[Chip]:
        chips = super().chips
        if slug := self.selection.organisation:
            known = Organisation.objects.published().filter(slug=slug).first()
            chips.append(Chip(known.title if known else slug, querystring.removing(self.query, "organisation")))
        return chips

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


def labels(choices: Iterable[tuple[object, object]]) -> dict[str, str]:
    return {str(value): str(label) for value, label in choices}

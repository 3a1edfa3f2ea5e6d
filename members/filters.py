"""The directory's filters, the same for the page, the CSV and the API, and how many stand behind each choice."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

from django.db.models import CharField, Count, F, Func, QuerySet, Value
from django.http import QueryDict
from django.utils.translation import get_language

from common.caching import public_stamp
from common.text import fold
from members.models import Direction, Kind, Organisation, Region, Tier
from members.models.organisation import OrganisationQuerySet

LONGEST_KNOWN = 300  # s
SORTS = {"name": ("sort_name", "pk"), "new": ("-created_at", "-pk")}
BY_NAME_IN_ENGLISH = ("sort_name_en", "pk")


@dataclass(frozen=True)
class Selection:
    """What an address asks of the directory. Values nobody knows stand in ``unknown`` and narrow nothing."""

    words: str = ""
    kind: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    direction: tuple[str, ...] = ()
    sort: str = ""
    unknown: tuple[str, ...] = ()
    is_english: bool = False

    @classmethod
    def read(cls, query: QueryDict, overview: "Overview") -> Self:
        known: dict[str, Any] = {
            "kind": Kind.values,
            "role": Tier.values,
            "region": overview.regions,
            "direction": overview.directions,
            "sort": SORTS,
        }
        asked = {
            name: [value for value in dict.fromkeys(query.getlist(name)) if value] for name in known if name in query
        }
        unknown = tuple(value for name, values in asked.items() for value in values if value not in known[name])
        chosen = {name: tuple(value for value in values if value in known[name]) for name, values in asked.items()}
        sort = "".join(chosen.pop("sort", ())[:1])
        words, is_english = query.get("q", "").strip(), get_language() == "en"
        return cls(words=words, sort=sort, unknown=unknown, is_english=is_english, **chosen)

    @property
    def narrows(self) -> bool:
        return bool(self.words or self.kind or self.role or self.region or self.direction)

    def of(self, found: OrganisationQuerySet) -> OrganisationQuerySet:
        """Those of ``found``, which the words have found, that are meant, in the order asked for."""
        chosen = self._narrowed(found)
        sort = self.sort or ("" if self.words else "name")  # of what was found by words the best comes first
        if sort == "name" and self.is_english:
            return chosen.order_by(*BY_NAME_IN_ENGLISH)
        return chosen.order_by(*SORTS[sort]) if sort else chosen

    def counts(self, found: OrganisationQuerySet) -> "Counts":
        """How many there are in all, and behind each choice with the other filters as they are; one query."""
        return _counted({facet: self._narrowed(found, leave_out=facet) for facet in FACETS})

    def _narrowed(self, organisations: OrganisationQuerySet, *, leave_out: str = "") -> OrganisationQuerySet:
        conditions = {
            "kind": ("kind__in", self.kind),
            "role": ("tier__in", self.role),
            "region": ("region__code__in", self.region),
            "direction": ("direction_slugs__overlap", self.direction),
        }
        return organisations.filter(
            **{lookup: values for name, (lookup, values) in conditions.items() if values and name != leave_out}
        )


@dataclass(slots=True)
class Counts:
    """Value → number of organisations, for each facet."""

    every: dict[str, int] = field(default_factory=dict)
    kind: dict[str, int] = field(default_factory=dict)
    role: dict[str, int] = field(default_factory=dict)
    region: dict[str, int] = field(default_factory=dict)
    direction: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return self.every.get("", 0)


# Facet → the value of an organisation that it counts. The total is the facet of the one value "".
FACETS = {
    "every": Value(""),
    "kind": F("kind"),
    "role": F("tier"),
    "region": F("region__code"),
    "direction": Func(F("direction_slugs"), function="unnest", output_field=CharField()),
}


def _counted(organisations: Mapping[str, OrganisationQuerySet]) -> Counts:
    """Count the organisations given for each facet; one union, so one query."""
    first, *others = (_rows(facet, organisations[facet]) for facet in FACETS)
    counts = Counts()
    for facet, value, number in first.union(*others, all=True):
        if value is not None:
            getattr(counts, facet)[value] = number
    return counts


def _rows(facet: str, organisations: OrganisationQuerySet) -> QuerySet:
    values = organisations.order_by().annotate(facet=Value(facet), value=FACETS[facet]).values_list("facet", "value")
    return values.annotate(number=Count("pk"))


@dataclass(frozen=True, slots=True)
class Labels:
    """What the choices are called in one language, looked up once and not for every row and request."""

    kind: dict[str, str]
    role: dict[str, str]
    region: dict[str, str]
    direction: dict[str, str]


@dataclass(slots=True)
class Overview:
    """What every page of the directory shows besides its rows: the choices, and the counts of the whole."""

    stamp: str
    loaded_at: float  # s since the epoch
    regions: dict[str, Region]  # by code
    directions: dict[str, Direction]  # by slug
    counts: Counts
    region_codes: dict[int, str]  # by primary key
    _labels: dict[str, Labels] = field(default_factory=dict)  # by language

    latest: ClassVar[Self | None] = None

    @classmethod
    def load(cls) -> Self:
        """As this process knows it; three queries once anything public has changed."""
        stamp = public_stamp()
        # A change made while the cache was away has left no stamp.
        if cls.latest is None or cls.latest.stamp != stamp or time.time() > cls.latest.loaded_at + LONGEST_KNOWN:
            regions = {region.code: region for region in Region.objects.all()}
            cls.latest = cls(
                stamp,
                time.time(),
                regions,
                directions={direction.slug: direction for direction in Direction.objects.all()},
                counts=_counted(dict.fromkeys(FACETS, Organisation.objects.published())),
                region_codes={region.pk: code for code, region in regions.items()},
            )
        return cls.latest

    def directions_of(self, slugs: Iterable[str]) -> list[Direction]:
        return [self.directions[slug] for slug in slugs if slug in self.directions]

    @property
    def labels(self) -> Labels:
        """In the language of the reader."""
        language = get_language() or ""
        if language not in self._labels:
            regions = {code: region.title for code, region in self.regions.items()}
            self._labels[language] = Labels(
                kind={value: str(label) for value, label in Kind.choices},
                role={value: str(label) for value, label in Tier.choices},
                region=dict(sorted(regions.items(), key=lambda named: fold(named[1]))),
                direction={slug: direction.title for slug, direction in self.directions.items()},
            )
        return self._labels[language]

"""The directory's filters, the same for the page, the CSV and the API, and how many stand behind each choice."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import ClassVar, Self

from django.http import QueryDict
from django.utils.translation import get_language

from common import facets
from common.caching import public_stamp
from common.facets import EVERY, Counts, Facet
from common.text import fold
from members.models import Direction, Kind, Organisation, Region, Tier
from members.models.organisation import OrganisationQuerySet

LONGEST_KNOWN = 300  # s
SORTS = {"name": ("sort_name", "pk"), "new": ("-created_at", "-pk")}
BY_NAME_IN_ENGLISH = ("sort_name_en", "pk")
FACETS = {
    "kind": Facet.of("kind"),
    "role": Facet.of("tier"),
    "region": Facet.of("region__code"),
    "direction": Facet.of_many("direction_slugs"),
}


@dataclass(frozen=True)
class Selection(facets.Selection):
    """What an address asks of the directory."""

    FACETS = FACETS

    kind: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    direction: tuple[str, ...] = ()

    @classmethod
    def asked(cls, query: QueryDict, overview: "Overview") -> Self:
        known = {
            "kind": Kind.values,
            "role": Tier.values,
            "region": overview.regions,
            "direction": overview.directions,
            "sort": SORTS,
        }
        return cls.read(query, known)

    def of(self, found: OrganisationQuerySet) -> OrganisationQuerySet:
        """Those of ``found``, which the words have found, that are meant, in the order asked for."""
        chosen = self.narrowed(found)
        sort = self.sort or ("" if self.words else "name")  # of what was found by words the best comes first
        if sort == "name" and self.is_english:
            return chosen.order_by(*BY_NAME_IN_ENGLISH)
        return chosen.order_by(*SORTS[sort]) if sort else chosen


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
                counts=Counts.of(dict.fromkeys((EVERY, *FACETS), Organisation.objects.published()), FACETS),
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

"""The directory: its filters, the same for the page, the CSV and the API, and how many stand behind each choice."""

from dataclasses import dataclass, field
from typing import ClassVar, Self

import django_filters
from django.core.cache import cache
from django.db.models import CharField, Count, QuerySet, Value
from django.db.models.functions import Cast
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common.caching import KEPT_FOR, STAMP_KEY
from members.models import Direction, Kind, Membership, Organisation, Region, Tier
from members.models.organisation import OrganisationQuerySet

SORTS = {"name": ("sort_name", "pk"), "new": ("-created_at", "-pk")}


class OrganisationFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(label=_("Words"), max_length=200)
    kind = django_filters.MultipleChoiceFilter(choices=Kind.choices, label=_("Kind"))
    region = django_filters.ModelMultipleChoiceFilter(
        to_field_name="code", queryset=Region.objects.all(), label=_("Region")
    )
    direction = django_filters.ModelMultipleChoiceFilter(
        field_name="directions", to_field_name="slug", queryset=Direction.objects.all(), label=_("Direction")
    )
    role = django_filters.MultipleChoiceFilter(
        choices=Tier.choices, method="filter_role", label=_("Role in the association")
    )
    sort = django_filters.ChoiceFilter(
        choices=[("name", _("by name")), ("new", _("newest first"))],
        method="filter_sort",
        empty_label=None,
        label=_("Order"),
    )

    class Meta:
        model = Organisation
        fields: list[str] = []

    @cached_property
    def found(self) -> OrganisationQuerySet:
        """Those that the words mean: decided once, as every count below starts from it."""
        return self.queryset.searched(self.form.cleaned_data.get("q", ""))

    def filter_queryset(self, queryset: OrganisationQuerySet, *, leave_out: str = "") -> OrganisationQuerySet:
        """Apply what was understood, but for ``leave_out``; what was not stands in ``errors`` and narrows nothing."""
        queryset = self.found
        for name, value in self.form.cleaned_data.items():
            if name not in ("q", leave_out):
                queryset = self.filters[name].filter(queryset, value)
        return queryset

    def filter_role(self, organisations: OrganisationQuerySet, name: str, tiers: list[str]) -> OrganisationQuerySet:
        return organisations.in_tier(tiers)

    def filter_sort(self, organisations: OrganisationQuerySet, name: str, sort: str) -> OrganisationQuerySet:
        return organisations.order_by(*SORTS[sort])

    @property
    def narrows(self) -> bool:
        """Whether anything but the order was chosen."""
        return any(value for name, value in self.form.cleaned_data.items() if name != "sort")

    def counts(self) -> "Counts":
        """How many there are behind each choice with the other filters as they are; one query."""
        parts = [
            _counted(facet, column, self.filter_queryset(self.queryset, leave_out=facet))
            for facet, column in FACETS.items()
        ]
        in_any_role = Membership.objects.running().filter(
            organisation__in=self.filter_queryset(self.queryset, leave_out="role").order_by().values("pk")
        )
        parts.append(_counted("role", "tier", in_any_role))
        counts = Counts()
        for facet, value, number in parts[0].union(*parts[1:], all=True):
            if value is not None:
                getattr(counts, facet)[value] = number
        return counts


# Facet of the filter → the column of the organisation whose values it counts.
FACETS = {"kind": "kind", "region": "region__code", "direction": "directions__slug"}


def _counted(facet: str, column: str, rows: QuerySet) -> QuerySet:
    """Rows of (facet, value, number), alike for all facets so that one union asks for them together."""
    values = rows.order_by().values_list(Value(facet), Cast(column, CharField()))
    return values.annotate(number=Count("pk", distinct=True))


@dataclass(slots=True)
class Counts:
    """Value → number of organisations, for each facet."""

    kind: dict[str, int] = field(default_factory=dict)
    region: dict[str, int] = field(default_factory=dict)
    direction: dict[str, int] = field(default_factory=dict)
    role: dict[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class Overview:
    """What every page of the directory shows besides its rows: the choices, and the counts of the whole."""

    stamp: str
    regions: list[Region]
    directions: list[Direction]
    counts: Counts

    KEY: ClassVar = "directory:overview"

    @classmethod
    def load(cls) -> Self:
        """From the cache, or in three queries; made anew once anything public has changed."""
        found = cache.get_many([STAMP_KEY, cls.KEY])
        stamp, overview = found.get(STAMP_KEY, ""), found.get(cls.KEY)
        if overview is None or overview.stamp != stamp:
            everything = OrganisationFilter({}, Organisation.objects.published())
            everything.is_valid()
            overview = cls(stamp, [*Region.objects.all()], [*Direction.objects.all()], everything.counts())
            cache.set(cls.KEY, overview, timeout=KEPT_FOR)
        return overview

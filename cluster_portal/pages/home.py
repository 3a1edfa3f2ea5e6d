"""What the home page shows: only what exists."""

from typing import Any

from django.db.models import Case, When
from django.http import QueryDict
from django.urls import reverse

from agreements.register.bonds import pairs
from agreements.register.lattice import Lattice
from common.charts import Bar, longest
from common.tiles import Tile
from events.public.listing import EventList
from members.models import Kind, Organisation
from members.models.organisation import OrganisationQuerySet
from members.organisations.filters import Overview
from projects.public.challenges.listing import ChallengeList

NEWEST = 6
NEXT_EVENTS = 4
OPEN_CHALLENGES = 3
ON_THE_LATTICE = 19  # the association and two rings around it


def contents() -> dict[str, Any]:
    overview = Overview.load()
    published = Organisation.objects.published().select_related("region")
    directory = reverse("members:organisation_list")
    kinds = [
        Bar(label, number, kind=kind, url=f"{directory}?kind={kind}")
        for kind, label in Kind.choices
        if (number := overview.counts["kind"].get(kind))
    ]
    agreed = pairs()
    return {
        "has_agreements": bool(agreed),
        "events": EventList(QueryDict()).few(NEXT_EVENTS),
        "challenges": ChallengeList(QueryDict("stage=open")).few(OPEN_CHALLENGES),
        "lattice": Lattice.of(_on_the_lattice(published), agreed),
        "newest": published.filter(is_association=False).order_by("-created_at", "pk")[:NEWEST],
        "figures": {
            "organisations": overview.counts.total,
            "members": sum(number for tier, number in overview.counts["role"].items() if tier),
            "regions": len(overview.counts["region"]),
        },
        "kinds": kinds,
        "all_kinds": Kind.choices,
        "most_of_a_kind": longest(kinds),
        "directions": [
            (direction, overview.counts["direction"].get(slug, 0)) for slug, direction in overview.directions.items()
        ],
        "regions": [
            (overview.regions[code], number)
            for code in overview.labels.region
            if (number := overview.counts["region"].get(code))
        ],
        "tiles": [
            Tile.of_region(
                region,
                number=overview.counts["region"].get(region.code, 0),
                url=f"{directory}?region={region.code}",
            )
            for region in overview.regions.values()
            if region.has_tile
        ],
    }


def _on_the_lattice(published: OrganisationQuerySet) -> OrganisationQuerySet:
    """The association, then its members, then whoever came first to the directory."""
    nearest = published.order_by("-is_association", Case(When(tier="", then=1), default=0), "created_at", "pk")
    return nearest[:ON_THE_LATTICE]

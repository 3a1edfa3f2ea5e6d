"""What the home page shows: only what exists."""

from typing import Any

from django.db.models import F
from django.urls import reverse

from cluster_portal.pages.lattice import Lattice
from common.tiles import Tile
from members.filters import Overview
from members.models import Organisation
from members.models.organisation import OrganisationQuerySet

NEWEST = 6
ON_THE_LATTICE = 19  # the association and two rings around it


def contents() -> dict[str, Any]:
    overview = Overview.load()
    published = Organisation.objects.published().with_tier().select_related("region")
    directory = reverse("members:organisation_list")
    return {
        "lattice": Lattice.of(_on_the_lattice(published)),
        "newest": published.filter(is_association=False).order_by("-created_at", "pk")[:NEWEST],
        "figures": {
            "organisations": sum(overview.counts.kind.values()),
            "members": sum(overview.counts.role.values()),
            "regions": len(overview.counts.region),
        },
        "kinds": overview.counts.kind,
        "directions": [
            (direction, overview.counts.direction.get(direction.slug, 0)) for direction in overview.directions
        ],
        "tiles": [
            Tile.of_region(
                region,
                number=overview.counts.region.get(region.code, 0),
                url=f"{directory}?region={region.code}",
            )
            for region in overview.regions
            if region.tile_row is not None
        ],
    }


def _on_the_lattice(published: OrganisationQuerySet) -> OrganisationQuerySet:
    """The association, then its members, then whoever came first to the directory."""
    nearest = published.order_by("-is_association", F("tier").asc(nulls_last=True), "created_at", "pk")
    return nearest[:ON_THE_LATTICE]

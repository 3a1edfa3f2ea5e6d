"""The association's staff at work on people and organisations."""

from members.admin import (
    applications,
    arrivals,
    board,
    consents,
    fees,
    joining,
    memberships,
    offices,
    organisations,
    partnerships,
    people,
    periods,
    privacy,
    profile_changes,
    taxonomy,
)

__all__ = [
    "applications",
    "arrivals",
    "board",
    "consents",
    "fees",
    "joining",
    "memberships",
    "offices",
    "organisations",
    "partnerships",
    "people",
    "periods",
    "privacy",
    "profile_changes",
    "taxonomy",
]

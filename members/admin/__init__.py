"""The association's staff at work on people and organisations."""

from members.admin import (
    consents,
    memberships,
    organisations,
    partnerships,
    people,
    privacy,
    profile_changes,
    taxonomy,
)

__all__ = [
    "consents",
    "memberships",
    "organisations",
    "partnerships",
    "people",
    "privacy",
    "profile_changes",
    "taxonomy",
]

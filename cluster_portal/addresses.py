"""Addresses that lower floors ask their objects for (ABSOLUTE_URL_OVERRIDES)."""

from functools import lru_cache
from typing import TYPE_CHECKING

from django.urls import get_script_prefix, reverse

if TYPE_CHECKING:
    from members.models.addressed import HasCode, HasOrganisation, HasReference, HasSlug

PLACE = "0"  # a slug that no address holds otherwise


def organisation_detail(organisation: "HasSlug") -> str:
    return _pattern("pages:organisation_detail", get_script_prefix()).replace(PLACE, organisation.slug)


def event_detail(event: "HasSlug") -> str:
    return _pattern("events:event_detail", get_script_prefix()).replace(PLACE, event.slug)


def challenge_detail(challenge: "HasSlug") -> str:
    return _pattern("projects:challenge_detail", get_script_prefix()).replace(PLACE, challenge.slug)


def project_detail(project: "HasSlug") -> str:
    return _pattern("pages:project_detail", get_script_prefix()).replace(PLACE, project.slug)


def technopark_detail(technopark: "HasSlug") -> str:
    return _pattern("pages:technopark_detail", get_script_prefix()).replace(PLACE, technopark.slug)


def agreement_detail(agreement: "HasReference") -> str:
    """In the register, where only public ones are found."""
    return _pattern("agreements:agreement_detail", get_script_prefix(), "0000-0").replace("0000-0", agreement.reference)


@lru_cache
def _pattern(name: str, prefix: str, place: str = PLACE) -> str:
    """``reverse`` once for each language prefix: lists ask for an address in every row."""
    return reverse(name, args=[place])


def verify(certificate: "HasCode") -> str:
    return reverse("pages:verify", args=[certificate.code])


def dashboard(record: "HasOrganisation") -> str:
    """Of what an organisation's own people see there."""
    return reverse("pages:dashboard_overview", args=[record.organisation.slug])


def dashboard_people(record: "HasOrganisation") -> str:
    return reverse("pages:dashboard_people", args=[record.organisation.slug])


def dashboard_membership(membership: "HasOrganisation") -> str:
    return reverse("pages:dashboard_membership", args=[membership.organisation.slug])


def dashboard_profile(record: "HasOrganisation") -> str:
    return reverse("pages:dashboard_profile", args=[record.organisation.slug])


def dashboard_offices(record: "HasOrganisation") -> str:
    return reverse("pages:dashboard_offices", args=[record.organisation.slug])

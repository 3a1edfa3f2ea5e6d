"""Challenges as their companies make and change them."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from common.idempotency import once
from common.slugs import save_at_free_slug
from members.models import Organisation, User
from projects.life.consistency import check_constraints
from projects.life.locked import locked_challenge
from projects.models import Challenge, ChallengeState
from projects.models.challenge import RESERVED_CHALLENGES

# What a company changes itself while teams apply; the rest the association has checked, and teams have read it.
OF_OPEN = ("summary", "summary_en", "directions", "places", "applications_until", "starts_on", "ends_on")


def is_changeable(challenge: Challenge) -> bool:
    """Not while the association reads it, and not what is withdrawn."""
    return challenge.state in (ChallengeState.DRAFT, ChallengeState.OPEN)


@transaction.atomic
def create_challenge(organisation: Organisation, *, typed: Mapping[str, Any], by: User, key: str) -> Challenge:
    """A draft of the organisation, made once for one key."""

    def make() -> Challenge:
        challenge = Challenge(company=organisation, **_columns(typed))
        check_constraints(challenge)
        save_at_free_slug(challenge, reserved=RESERVED_CHALLENGES)
        _set_directions(challenge, typed)
        return challenge

    return once(make, model=Challenge, scope=f"challenge of {organisation.pk} by {by.pk}", key=key, asked=typed)


@transaction.atomic
def edit_challenge(challenge: Challenge, *, typed: Mapping[str, Any]) -> Challenge:
    """Write what was typed anew. Raises RuleViolated where it may not be changed now, or what was typed does not go
    with what stands there or takes from teams what they were offered."""
    locked = locked_challenge(challenge)
    if not is_changeable(locked):
        text = _("Not possible now: the challenge has the state “%(state)s”.")
        raise RuleViolated(text % {"state": locked.get_state_display()}, code="other_state")
    if locked.state == ChallengeState.OPEN:
        _check_open(locked, typed)
    for name, value in _columns(typed).items():
        setattr(locked, name, value)
    check_constraints(locked)
    _set_directions(locked, typed)
    locked.save(update_fields=[*_columns(typed), "updated_at"])
    return locked


def _check_open(challenge: Challenge, typed: Mapping[str, Any]) -> None:
    if not typed.keys() <= {*OF_OPEN}:
        raise RuleViolated(_("Teams have read this, and the association has checked it: write to it."), code="checked")
    if typed.get("places", challenge.places) < challenge.places:
        raise RuleViolated(_("There may be more places for teams now, but not fewer."), code="fewer_places")
    last: datetime.date | None = typed.get("applications_until", challenge.applications_until)
    if last is None or (challenge.applications_until and last < challenge.applications_until):
        raise RuleViolated(_("The last day for applications may become later now, but not earlier."), code="earlier")


def _columns(typed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in typed.items() if name != "directions"}


def _set_directions(challenge: Challenge, typed: Mapping[str, Any]) -> None:
    if "directions" in typed:
        challenge.directions.set(typed["directions"])

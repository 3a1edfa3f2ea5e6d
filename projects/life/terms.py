"""Which terms of a challenge somebody accepts: the very words that they have read."""

import hashlib
import json
from typing import Any

from django.utils.translation import gettext as _

from common.errors import RuleViolated
from projects.models import Challenge, ChallengeTerms

OF_TERMS = ("rights", "needs_nda", "reward", "reward_en", "mentor_hours", "terms", "terms_en")


def fingerprint_of(challenge: Challenge) -> str:
    """SHA-256 of the terms as they stand, in hex: 64 characters."""
    return hashlib.sha256(json.dumps(_wording(challenge), sort_keys=True).encode()).hexdigest()


def accept_terms(challenge: Challenge, *, read: str) -> ChallengeTerms:
    """The terms that whoever accepts them has before them; ``read`` is the fingerprint of what they were shown, and
    ``challenge`` is locked. Raises RuleViolated where they have changed since."""
    if read != fingerprint_of(challenge):
        raise RuleViolated(_("The terms have changed meanwhile: read them again, and accept them then."), code="terms")
    terms, _is_new = ChallengeTerms.objects.get_or_create(
        challenge=challenge, fingerprint=read, defaults=_wording(challenge)
    )
    return terms


def _wording(challenge: Challenge) -> dict[str, Any]:
    return {name: getattr(challenge, name) for name in OF_TERMS}

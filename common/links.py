"""Signed links for people without an account: whoever holds one may do the one thing that it is for.

The address holds a random key and a signature that names the purpose. So a forged one, or one that was made for
something else, is refused before the database is asked, and a copy of the database alone makes no valid one.
"""

from collections.abc import Collection
from datetime import datetime

from django.core.signing import BadSignature, Signer
from django.utils import timezone

from common.models import SignedLink
from common.models.links import SignedLinkQuerySet


def link_tokens(purpose: str, *, subjects: Collection[str], expires_at: datetime | None = None) -> dict[str, str]:
    """Subject → what stands in its address. Who has a valid link keeps it, with its own term.

    One query where all have one, four otherwise.
    """
    keys = _valid_keys(purpose, subjects)
    if missing := sorted({*subjects} - keys.keys()):  # in one order, so that two who make them do not lock each other
        # What has expired would stand in the way; what another has made since we looked would not.
        _standing(purpose, missing).filter(expires_at__lte=timezone.now()).update(revoked_at=timezone.now())
        made = [SignedLink(purpose=purpose, subject=subject, expires_at=expires_at) for subject in missing]
        SignedLink.objects.bulk_create(made, ignore_conflicts=True)
        keys |= _valid_keys(purpose, missing)
    return {subject: _signer(purpose).sign(key) for subject, key in keys.items()}


def renewed_tokens(purpose: str, *, subjects: Collection[str], expires_at: datetime) -> dict[str, str]:
    """As ``link_tokens``, but those that stand, expired ones too, are good until ``expires_at``."""
    _standing(purpose, subjects).update(expires_at=expires_at)
    return link_tokens(purpose, subjects=subjects, expires_at=expires_at)


def subject_of(token: str, *, purpose: str) -> str | None:
    """Whom or what a token was made for; None if it is forged, for another purpose, expired or revoked."""
    try:
        key = _signer(purpose).unsign(token)
    except BadSignature:
        return None
    return SignedLink.objects.valid().filter(purpose=purpose, key=key).values_list("subject", flat=True).first()


def revoke_links(purpose: str, *, subjects: Collection[str]) -> int:
    """From now on they lead nowhere; the next one that is made has another address. Returns how many stood."""
    return _standing(purpose, subjects).update(revoked_at=timezone.now())


def _standing(purpose: str, subjects: Collection[str]) -> SignedLinkQuerySet:
    return SignedLink.objects.filter(purpose=purpose, subject__in=subjects, revoked_at=None)


def _valid_keys(purpose: str, subjects: Collection[str]) -> dict[str, str]:
    return dict(_standing(purpose, subjects).valid().values_list("subject", "key"))


def _signer(purpose: str) -> Signer:
    return Signer(salt=f"common.links {purpose}", sep=".")

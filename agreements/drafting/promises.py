"""The obligations that a draft's terms promise."""

from dataclasses import replace

from django.utils.translation import gettext as _

from agreements.drafting.drafts import change_draft
from agreements.models import Agreement
from agreements.terms import Promise, Terms
from common.errors import RuleViolated

MOST_PROMISES = 60


def write_promise(agreement: Agreement, promise: Promise) -> None:
    """A new one, or the one with its key as it is now: however often it is sent, it is promised once."""

    def change(terms: Terms) -> Terms:
        if promise.key in {one.key for one in terms.promises}:
            return replace(terms, promises=tuple(promise if one.key == promise.key else one for one in terms.promises))
        if len(terms.promises) >= MOST_PROMISES:
            raise RuleViolated(_("%(number)d obligations are the most.") % {"number": MOST_PROMISES}, code="too_many")
        return replace(terms, promises=(*terms.promises, promise))

    change_draft(agreement, change)


def remove_promise(agreement: Agreement, key: str) -> None:
    """Repeated, does nothing."""
    change_draft(
        agreement, lambda terms: replace(terms, promises=tuple(one for one in terms.promises if one.key != key))
    )

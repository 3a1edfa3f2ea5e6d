"""The way out of mail that is no part of a service: an address in every letter, and one POST to it (RFC 2369, 8058).

Whoever holds the letter may unsubscribe its reader, and undo it; nothing else can be done there.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from common.addresses import absolute, without_language
from common.links import link_tokens, subject_of
from common.mail.purposes import Purpose, named

LINK = "unsubscribe"


@dataclass(frozen=True, slots=True)
class Subscription:
    """The letters of a purpose to an address."""

    purpose: Purpose
    address: str

    @property
    def is_on(self) -> bool:
        return self.purpose.readers.want(self.purpose.name, self.address)

    def turn(self, *, on: bool) -> None:
        """Asked again for the same, changes nothing."""
        self.purpose.readers.turn(self.purpose.name, self.address, on=on)

    @property
    def shown_address(self) -> str:
        """Enough for the reader to know it, and for nobody else: ``a***@example.org``."""
        local, _at, domain = self.address.rpartition("@")
        return f"{local[:1]}***@{domain}"

    @property
    def subject(self) -> str:
        return f"{self.address} {self.purpose.name}"


@dataclass(frozen=True, slots=True)
class WayOut:
    address: str
    label: str

    @property
    def line(self) -> str:
        return f"{self.label}: {self.address}"

    @property
    def headers(self) -> dict[str, str]:
        return {"List-Unsubscribe": f"<{self.address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def subscription_of(token: str) -> Subscription | None:
    """None where the link is not valid, or its letters are none any more that may be refused."""
    address, _space, name = (subject_of(token, purpose=LINK) or "").partition(" ")
    purpose = named(name)
    return None if purpose.is_service else Subscription(purpose, address)


def ways_out(letters: Collection[tuple[Purpose, str, str]]) -> list[WayOut | None]:
    """For each (purpose, address, language); None for service mail. One query for all where each has had a letter."""
    subscriptions = [Subscription(purpose, address.lower()) for purpose, address, _language in letters]
    refusable = {one.subject for one in subscriptions if not one.purpose.is_service}
    tokens = link_tokens(LINK, subjects=refusable) if refusable else {}
    return [
        _way_out(subscription.purpose, tokens[subscription.subject], language)
        if subscription.subject in tokens
        else None
        for subscription, (_purpose, _address, language) in zip(subscriptions, letters, strict=True)
    ]


def _way_out(purpose: Purpose, token: str, language: str) -> WayOut:
    path = without_language(reverse("common:unsubscribe", args=[token]))
    with override(language):
        label = _("Unsubscribe from “%(title)s”") % {"title": purpose.title}
    return WayOut(absolute(path, language=language), label)

"""What letters are for. Each app registers its own purposes in its ``emails.py``."""

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import Protocol

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.models import Unsubscription


class Priority(IntEnum):
    """What goes first: somebody sits and waits for a code, nobody for a digest."""

    AWAITED = 0
    NORMAL = 1
    BULK = 2


class Readers(Protocol):
    """Keeps at which addresses the letters of a purpose are wanted."""

    def want(self, purpose: str, address: str) -> bool: ...

    def turn(self, purpose: str, address: str, *, on: bool) -> None: ...


class Addresses:
    """Readers who need no account: wanted is what nobody has unsubscribed from."""

    def want(self, purpose: str, address: str) -> bool:
        return not Unsubscription.objects.filter(purpose=purpose, address=address.lower()).exists()

    def turn(self, purpose: str, address: str, *, on: bool) -> None:
        if on:
            Unsubscription.objects.filter(purpose=purpose, address=address.lower()).delete()
        else:
            Unsubscription.objects.get_or_create(purpose=purpose, address=address.lower())


BY_ADDRESS = Addresses()


@dataclass(frozen=True, slots=True)
class Purpose:
    """``resend``: whether a letter of which nobody knows if it went out goes again, under the same Message-ID.

    ``is_service``: a part of a service that was asked for, so it cannot be unsubscribed from (38-FZ, art. 18, is
    about advertising); ``readers`` keeps who has unsubscribed from what is none. ``is_secret``: it holds what opens an
    account, so nobody but its reader may see it, and that only until its end. ``term``: how long it is worth sending.
    ``is_last``: its reader has been erased, so with its outcome nothing remains of whom it went to.
    """

    name: str
    title: str | Promise
    priority: Priority = Priority.NORMAL
    is_service: bool = True
    resend: bool = False
    is_secret: bool = False
    readers: Readers = BY_ADDRESS
    term: timedelta = timedelta(days=3)
    is_last: bool = False


PURPOSES: dict[str, Purpose] = {}


def register(purpose: Purpose) -> Purpose:
    """Raises ValueError where another purpose has the name."""
    if PURPOSES.setdefault(purpose.name, purpose) != purpose:
        raise ValueError(f"two purposes are called {purpose.name}")
    return purpose


def named(name: str) -> Purpose:
    """One that is known no more, as of a letter older than the code, is taken for the most careful."""
    return PURPOSES.get(name) or Purpose(name, name, is_secret=True)


# No code and no link to a new password is good for longer.
ACCOUNT = register(
    Purpose(
        "account",
        _("Account"),
        Priority.AWAITED,
        is_secret=True,
        term=timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT),
    )
)
ACCOUNT_NOTICE = register(Purpose("account notice", _("What has changed in the account"), resend=True))
SYSTEM = register(Purpose("system", _("To those who run the portal"), resend=True))

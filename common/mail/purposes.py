"""What letters are for. Each app registers its own purposes in its ``emails.py``."""

from dataclasses import dataclass
from enum import IntEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Priority(IntEnum):
    """What goes first: somebody sits and waits for a code, nobody for a digest."""

    AWAITED = 0
    NORMAL = 1
    BULK = 2


@dataclass(frozen=True, slots=True)
class Purpose:
    """``resend``: whether a letter of which nobody knows if it went out goes again, under the same Message-ID.

    ``is_service``: a part of a service that was asked for, so it cannot be unsubscribed from (38-FZ, art. 18, is
    about advertising). ``is_secret``: it holds what opens an account, so nobody but its reader may see it.
    ``is_last``: its reader has been erased, so with its outcome nothing remains of whom it went to.
    """

    name: str
    title: str | Promise
    priority: Priority = Priority.NORMAL
    is_service: bool = True
    resend: bool = False
    is_secret: bool = False
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


ACCOUNT = register(Purpose("account", _("Account"), Priority.AWAITED, is_secret=True))
SYSTEM = register(Purpose("system", _("To those who run the portal"), resend=True))

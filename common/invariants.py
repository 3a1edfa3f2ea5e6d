"""What must hold of what is stored. Each app names its own rules in its ``invariants.py``: what is counted in one place
is recounted from another. Rules that a constraint of the database keeps need none here."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db.models import Model
from django.utils.functional import Promise

# A record that breaks the rule, and the figures that show it, which are the same in every language: «53 > 50».
Broken = tuple[Model, str]


@dataclass(frozen=True, slots=True)
class Invariant:
    """``title`` says what is wrong where it does not hold. ``find`` must find nothing while others write what is right:
    so it asks in one statement, or under the lock of what it counts."""

    name: str
    title: str | Promise
    find: Callable[[], Iterable[Broken]]


INVARIANTS: dict[str, Invariant] = {}


def register(invariant: Invariant) -> Invariant:
    """Raises ValueError where another invariant has the name."""
    if INVARIANTS.setdefault(invariant.name, invariant) is not invariant:
        raise ValueError(f"two invariants are called {invariant.name}")
    return invariant

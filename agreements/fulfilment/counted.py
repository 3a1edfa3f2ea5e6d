"""Work that counts by itself: a domain above, as projects or laboratories, knows how much of an obligation its own
records show. It names a source here, and calls ``agreements.fulfilment.obligations.recount`` when such work is done."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal

from agreements.models import Obligation


@dataclass(frozen=True, slots=True)
class Source:
    """``counted``: how much of the obligation the linked records show. Both sides see those records, so nobody confirms
    them again; what is counted is not to be reported as well."""

    name: str
    kinds: frozenset[str]
    counted: Callable[[Obligation], Decimal]


SOURCES: dict[str, Source] = {}


def register(source: Source) -> Source:
    """Raises ValueError where another source has the name."""
    if SOURCES.setdefault(source.name, source) is not source:
        raise ValueError(f"two sources of counted work are called {source.name}")
    return source


def counted(obligation: Obligation) -> Decimal:
    """By all sources of its kind; nothing of one without an amount, which is done or not."""
    if obligation.amount is None:
        return Decimal()
    sources: Iterable[Source] = SOURCES.values()
    return sum((one.counted(obligation) for one in sources if obligation.kind in one.kinds), Decimal())

"""What a browser sends back by the press of a button: keys of rows, and an act that a rule may forbid."""

from collections.abc import Callable, Iterable

from django.contrib import messages
from django.http import HttpRequest

from common.errors import RuleViolated

DIGITS = 18  # of a number that every bigint column can hold


def posted_key(typed: str | None) -> int | None:
    """The primary key that was sent; None for what cannot be one."""
    return int(typed) if typed and typed.isdecimal() and len(typed) <= DIGITS else None


def posted_keys(typed: Iterable[str]) -> list[int]:
    return [key for key in map(posted_key, typed) if key is not None]


def attempted(request: HttpRequest, act: Callable[[], object]) -> bool:
    """Whether ``act`` is done; the rule that forbids it is told on the next page."""
    try:
        act()
    except RuleViolated as error:
        messages.error(request, error.message)
        return False
    return True

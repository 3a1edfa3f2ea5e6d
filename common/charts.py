"""Charts drawn on the server (templates/components/chart.html)."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Bar:
    label: str | Promise
    number: int
    kind: str = ""  # of organisation: its shape stands before the label
    url: str = ""


def longest(bars: Iterable[Bar]) -> int:
    """The number of a bar that fills its place."""
    return max((bar.number for bar in bars), default=0)

"""Charts drawn on the server (templates/components/chart.html)."""

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class Bar:
    label: str | Promise
    number: int
    kind: str = ""  # of organisation: its shape stands before the label
    url: str = ""

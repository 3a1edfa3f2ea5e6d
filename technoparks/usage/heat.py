"""A map of the hours of the week (templates/components/heat_map.html)."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from math import ceil

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.functional import Promise

from common.report_tables import Cell

STEPS = 4  # of its colours
PLENTY = 100  # from so many on, tenths say nothing


@dataclass(frozen=True, slots=True)
class HeatCell:
    """``share`` of what could be, from which its colour comes."""

    hours: Decimal
    share: Decimal
    url: str
    weekday: str | Promise
    is_open: bool

    @property
    def text(self) -> str:
        return Cell(round(self.hours), places=0).text if self.hours >= PLENTY else self.cell.text

    @property
    def cell(self) -> Cell:
        return Cell(self.hours, self.url, places=1)

    @property
    def share_text(self) -> str:
        return Cell(self.share, is_share=True).text


@dataclass(frozen=True, slots=True)
class HeatRow:
    label: str
    cells: list[HeatCell]


@dataclass(frozen=True)
class Heat:
    title: str
    rows: list[HeatRow]

    @cached_property
    def most(self) -> Decimal:
        return max((one.share for row in self.rows for one in row.cells), default=Decimal(0))

    @property
    def most_text(self) -> str:
        return Cell(self.most, is_share=True).text

    @property
    def drawn(self) -> list[tuple[str, list[tuple[int, HeatCell]]]]:
        """Each cell with its colour: 0 for nothing, then 1…STEPS as it comes near to the fullest of all."""
        return [(row.label, [(self._step(one), one) for one in row.cells]) for row in self.rows]

    def _step(self, cell: HeatCell) -> int:
        return ceil(cell.share / self.most * STEPS) if cell.hours else 0

    @property
    def weekdays(self) -> list[tuple[str | Promise, str | Promise]]:
        return [(WEEKDAYS[number], WEEKDAYS_ABBR[number]) for number in range(7)]

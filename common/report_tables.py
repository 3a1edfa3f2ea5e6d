"""Figures as sections of tables, for a page and for a spreadsheet alike. Each number leads to the list of the rows that
it counts.
"""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.formats import date_format, number_format
from django.utils.functional import Promise

from common.charts import Bar, longest

LONG = 30  # lines
Text = str | Promise


@dataclass(frozen=True, slots=True)
class Cell:
    value: int | Decimal | datetime.date | None
    url: str = ""
    is_share: bool = False
    places: int = 2  # after the point, of what is not whole

    @property
    def text(self) -> str:
        match self.value:
            case None:
                return "—"
            case datetime.date():
                return date_format(self.value, "SHORT_DATE_FORMAT")
            case Decimal() if self.is_share:
                return f"{number_format(round(self.value * 100, 1), 1)}\N{NO-BREAK SPACE}%"
            case Decimal():
                value = round(self.value, self.places)  # otherwise it would be cut off
                return number_format(value, self.places if value % 1 else 0, force_grouping=True)
        return number_format(self.value, force_grouping=True)


@dataclass(frozen=True, slots=True)
class Line:
    label: Text
    cells: list[Cell]
    is_total: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    title: Text
    first: Text  # heading of the labels
    heads: Sequence[Text]
    lines: list[Line]

    @property
    def is_long(self) -> bool:
        """Then it is unfolded by who wants to read it."""
        return len(self.lines) > LONG

    @property
    def rows(self) -> list[tuple[Line, list[tuple[Text, Cell]]]]:
        """Each cell with its heading, which a telephone shows beside it."""
        return [(line, [*zip(self.heads, line.cells, strict=True)]) for line in self.lines]


@dataclass(frozen=True, slots=True)
class Section:
    title: Text
    note: Text
    tables: list[Table]
    chart: Text = ""
    bars: list[Bar] = field(default_factory=list)

    @property
    def most(self) -> int:
        return longest(self.bars)

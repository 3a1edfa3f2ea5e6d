"""The roadmap of a project as everybody reads it: a picture in time, and the same as a table."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from projects.models import ItemState, Project, RoadmapItem, Span

MOST_TICKS = 4
STEPS = (1, 2, 3, 6, 12, 24, 60, 120)  # months between the ticks
NARROWEST = 1.0  # % of the picture, of a bar that would not be seen


@dataclass(frozen=True, slots=True)
class Bar:
    """In % of the width."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Line:
    """``planned`` only where it differs from ``now``."""

    item: RoadmapItem
    now: Bar
    planned: Bar | None

    @property
    def look(self) -> str:
        return "late" if self.item.days_late else self.item.state


@dataclass(frozen=True, slots=True)
class Roadmap:
    """Items with their owners, dates of before and what they wait for, all read in four queries."""

    items: list[RoadmapItem]

    @classmethod
    def of(cls, project: Project) -> Self:
        found = project.roadmap.select_related("owner").prefetch_related("changes__by", "after")
        items = sorted(found, key=lambda item: (item.now.first, item.now.last, item.pk))
        for item in items:
            item.project = project
        return cls(items)

    def __bool__(self) -> bool:
        return bool(self.items)

    @property
    def kept(self) -> list[RoadmapItem]:
        return [item for item in self.items if item.state != ItemState.DROPPED]

    @property
    def done(self) -> int:
        return sum(item.state == ItemState.DONE for item in self.items)

    @property
    def said(self) -> str:
        """«Сделано 3 из 7»."""
        return _("Done: %(done)d of %(all)d") % {"done": self.done, "all": len(self.kept)}

    @property
    def late(self) -> list[RoadmapItem]:
        return [item for item in self.items if item.days_late]

    @property
    def next(self) -> RoadmapItem | None:
        return min((item for item in self.items if item.is_open), key=lambda item: item.due_on, default=None)

    @property
    def drawn(self) -> "Timeline":
        return Timeline(self.items)


class Timeline:
    """Bars of stages and diamonds of milestones; from a little before the first day to a little after the last."""

    def __init__(self, items: list[RoadmapItem]) -> None:
        self.items = items
        days = [day for item in items for day in (*item.now, *item.planned)]
        room = datetime.timedelta(days=max(3, (max(days) - min(days)).days // 40))
        self.first, self.last = min(days) - room, max(days) + room

    @cached_property
    def lines(self) -> list[Line]:
        return [
            Line(item, self._bar(item.now), self._bar(item.planned) if item.planned != item.now else None)
            for item in self.items
        ]

    @property
    def today(self) -> float | None:
        today = timezone.localdate()
        return self._x(today) if self.first <= today <= self.last else None

    @cached_property
    def ticks(self) -> list[tuple[float, str]]:
        """Where a month or a year begins, with its name."""
        months = [*_months(self.first, self.last)]
        step = next((one for one in STEPS if len(months) / one <= MOST_TICKS), STEPS[-1])
        shown = [day for day in months if (day.year * 12 + day.month - 1) % step == 0]
        if not shown:
            middle = self.first + (self.last - self.first) // 2
            return [(self._x(middle), date_format(middle))]
        form = "Y" if step >= 12 else pgettext("format of a month under a picture", "M Y")
        return [(self._x(day), date_format(day, form)) for day in shown]

    def _x(self, day: datetime.date) -> float:
        return round(100 * (day - self.first).days / (self.last - self.first).days, 2)

    def _bar(self, span: Span) -> Bar:
        x = self._x(span.first)
        return Bar(x, max(NARROWEST, round(self._x(span.last + datetime.timedelta(days=1)) - x, 2)))


def _months(first: datetime.date, last: datetime.date) -> Iterator[datetime.date]:
    """First days of months."""
    year, month = first.year, first.month + (first.day > 1)
    while (day := datetime.date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)) <= last:
        yield day
        month += 1

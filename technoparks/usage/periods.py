"""Periods that are asked for most, by their first and last day."""

import datetime
from dataclasses import dataclass

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from technoparks.booking.hours import DAY

SEPTEMBER = 9
LONGEST = datetime.timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Period:
    first: datetime.date
    last: datetime.date

    @classmethod
    def of_months(cls, year: int, month: int, number: int = 1) -> "Period":
        """``month`` may lie before or after those of the year."""
        return cls(_month(year, month), _month(year, month + number) - DAY)

    @property
    def asked(self) -> dict[str, str]:
        return {"from": self.first.isoformat(), "till": self.last.isoformat()}


def _month(year: int, month: int) -> datetime.date:
    return datetime.date(year + (month - 1) // 12, (month - 1) % 12 + 1, 1)


def this_month(today: datetime.date) -> Period:
    return Period.of_months(today.year, today.month)


def periods(today: datetime.date) -> list[tuple[str, Period]]:
    """The last month and this one, the quarter, the school year, this year and the last one."""
    year, quarter = today.year, (today.month - 1) // 3
    school = year if today.month >= SEPTEMBER else year - 1
    before = Period.of_months(year, today.month - 1)
    return [
        (_month_said(before.first), before),
        (_month_said(today), this_month(today)),
        (
            _("quarter %(number)s of %(year)s") % {"number": quarter + 1, "year": year},
            Period.of_months(year, 3 * quarter + 1, 3),
        ),
        (
            _("school year %(year)s") % {"year": f"{school}/{(school + 1) % 100:02}"},
            Period.of_months(school, SEPTEMBER, 12),
        ),
        *(
            (pgettext("a year", "%(year)s") % {"year": number}, Period.of_months(number, 1, 12))
            for number in (year, year - 1)
        ),
    ]


def _month_said(day: datetime.date) -> str:
    return f"{MONTHS[day.month]} {day.year}"

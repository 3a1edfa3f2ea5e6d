"""The week of a lab: how many seats are free in each hour of each day, by the clock of its technopark."""

import datetime
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common.days import FIRST, LAST
from common.times import Precision, Times, clock, when
from technoparks.booking.free import Calendar, number_free
from technoparks.booking.hours import DAY, OpenDay, Span, at, open_days
from technoparks.models import Lab

STEP = datetime.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Cell:
    """An hour of a day, or as much of it as the lab is open.

    ``state``: "closed"; "past"; "shut", as it is too early or too late to book; "full"; "some"; "all" seats are free.
    """

    state: str
    span: Span | None = None
    free: int = 0
    label: str = ""  # the hour, where no head of a column says it
    url: str = ""

    @property
    def is_bookable(self) -> bool:
        return self.state in ("some", "all")

    @property
    def minutes(self) -> str:
        """«08:30–09:00», where it is not the whole hour."""
        if self.span is None or self.span[1] - self.span[0] >= STEP:
            return ""
        return f"{self.span[0]:%H:%M}–{self.span[1]:%H:%M}"


@dataclass(frozen=True, slots=True)
class WeekDay:
    date: datetime.date
    cells: list[Cell]
    why: str
    is_open: bool
    is_today: bool


@dataclass(frozen=True, slots=True)
class Hour:
    label: str
    own: str  # by the clock of the reader, where it is another

    @property
    def own_said(self) -> str:
        """«у вас 12:00»."""
        return _("your time %(time)s") % {"time": self.own}


def cells_of(day: OpenDay, calendar: Calendar, hours: Iterable[int], *, now: datetime.datetime) -> list[Cell]:
    """One for each of ``hours``; ``calendar`` covers the day."""
    lab, zone = calendar.lab, calendar.lab.technopark.zone
    if not day.spans:
        return []
    begins, ends = day.spans[0][0], max(closes for _opens, closes in day.spans)
    that_day = calendar.within(begins, ends)
    bounds = (now + datetime.timedelta(hours=lab.notice_hours), now + datetime.timedelta(days=lab.days_ahead))
    cells = []
    for hour in hours:
        span = _open_part(day, (_at_hour(day.day, hour, zone), _at_hour(day.day, hour + 1, zone)))
        cells.append(_cell(span, that_day, now, bounds) if span else Cell("closed"))
    return cells


def _cell(span: Span, calendar: Calendar, now: datetime.datetime, bounds: Span) -> Cell:
    lab, taken = calendar.lab, calendar.taken(*span)
    free = number_free(lab, taken) if lab.by_seats else 0 if taken else lab.seats
    if span[1] <= now:
        return Cell("past", span)
    if not free:
        return Cell("full", span)
    is_bookable = lab.is_bookable and bounds[0] <= span[0] <= bounds[1]
    state = "all" if free == lab.seats else "some"
    return Cell(state if is_bookable else "shut", span, free)


def _at_hour(day: datetime.date, hour: int, zone: ZoneInfo) -> datetime.datetime:
    return at(day + DAY, datetime.time(0), zone) if hour == 24 else at(day, datetime.time(hour), zone)


def _open_part(day: OpenDay, hour: Span) -> Span | None:
    """Of what is open within the hour the longest part."""
    parts = [(max(opens, hour[0]), min(closes, hour[1])) for opens, closes in day.spans]
    return max((part for part in parts if part[0] < part[1]), key=lambda part: part[1] - part[0], default=None)


def hours_of(days: Iterable[OpenDay]) -> range:
    """From the earliest opening to the latest closing."""
    spans = [span for day in days for span in day.spans]
    if not spans:
        return range(0)
    last = max((closes - STEP / 3600).hour for _opens, closes in spans)
    return range(min(opens.hour for opens, _closes in spans), last + 1)


def first_day(asked: str, today: datetime.date) -> datetime.date:
    """The Monday of the week of the day that an address names; of what is no day, that of this week."""
    try:
        day = datetime.date.fromisoformat(asked)
    except ValueError:
        day = today
    if not FIRST + 7 * DAY <= day <= LAST - 7 * DAY:
        day = today
    return day - day.weekday() * DAY


@dataclass(frozen=True)
class Week:
    """Read in three queries (templates/technoparks/week.html)."""

    lab: Lab
    open_days: Sequence[OpenDay]
    calendar: Calendar
    reader_zone: str
    address_of: Callable[[Span], str] | None  # to book this hour
    now: datetime.datetime

    @classmethod
    def of(
        cls, lab: Lab, asked: str = "", *, reader_zone: str = "", address_of: Callable[[Span], str] | None = None
    ) -> "Week":
        """That of the day ``asked``; of this day where it is not one."""
        zone, now = lab.technopark.zone, timezone.now()
        first = first_day(asked, now.astimezone(zone).date())
        midnights = at(first, datetime.time(0), zone), at(first + 7 * DAY, datetime.time(0), zone)
        days = open_days(lab, first, first + 6 * DAY)
        return cls(lab, days, Calendar.of(lab, *midnights), reader_zone, address_of, now)

    @property
    def first(self) -> datetime.date:
        return self.open_days[0].day

    @property
    def last(self) -> datetime.date:
        return self.open_days[-1].day

    @property
    def said(self) -> str:
        """«23–29 ноября»."""
        [first, *_between, last] = [_at_hour(day.day, 12, self.lab.technopark.zone) for day in self.open_days]
        return when(Times(first, last, Precision.DAY, self.lab.technopark.time_zone), today=self.today)

    @property
    def today(self) -> datetime.date:
        return self.now.astimezone(self.lab.technopark.zone).date()

    @property
    def is_now(self) -> bool:
        return self.first <= self.today <= self.last

    @property
    def before(self) -> str:
        """The address of the week before; what is over needs none."""
        return f"?week={self.first - 7 * DAY}" if self.first > self.today else ""

    @property
    def after(self) -> str:
        """The address of the week after, as far as the lab can be booked."""
        following = self.first + 7 * DAY
        return f"?week={following}" if following <= self.today + self.lab.days_ahead * DAY else ""

    @cached_property
    def hours(self) -> list[Hour]:
        return [Hour(f"{hour:02}:00", self._own(hour)) for hour in hours_of(self.open_days)]

    @cached_property
    def days(self) -> list[WeekDay]:
        hours = hours_of(self.open_days)
        return [
            WeekDay(
                day.day,
                [
                    self._labelled(cell, hour)
                    for cell, hour in zip(cells_of(day, self.calendar, hours, now=self.now), self.hours, strict=False)
                ],
                day.why,
                is_open=bool(day.spans),
                is_today=day.day == self.today,
            )
            for day in self.open_days
        ]

    def _labelled(self, cell: Cell, hour: Hour) -> Cell:
        url = self.address_of(cell.span) if self.address_of and cell.is_bookable and cell.span else ""
        return replace(cell, label=f"{hour.label}{f' · {hour.own_said}' if hour.own else ''}", url=url)

    @property
    def moment(self) -> datetime.datetime:
        """Now, by the clock of the lab."""
        return self.now.astimezone(self.lab.technopark.zone)

    @property
    def now_said(self) -> str:
        """«18:24 по Камчатке»."""
        return f"{self.moment:%H:%M} {clock(self.lab.technopark.time_zone, self.now)}"

    def _own(self, hour: int) -> str:
        """The hour by the clock of the reader, with the day where it is another; two where it changes in the week."""
        if not self.reader_zone:
            return ""
        said = []
        for day in self.open_days:
            there = _at_hour(day.day, hour, self.lab.technopark.zone)
            own = there.astimezone(ZoneInfo(self.reader_zone))
            if own.utcoffset() != there.utcoffset():
                said.append(f"{own:%H:%M}{_other_day(own.date(), there.date())}")
        return " / ".join(dict.fromkeys(said))


def _other_day(own: datetime.date, there: datetime.date) -> str:
    if own == there:
        return ""
    said = pgettext("an hour", "the day before") if own < there else pgettext("an hour", "the day after")
    return f" {said}"

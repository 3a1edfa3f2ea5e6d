"""Times as people say them: «16 декабря, пятница, 10:00 по Екатеринбургу»."""

import datetime
from functools import lru_cache
from typing import NamedTuple, Protocol
from zoneinfo import ZoneInfo

from django.db import models
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from common.clocks import CLOCKS


class Precision(models.TextChoices):
    """How far a time is known: sources often give a day, or no more than a year."""

    TIME = "time", gettext_lazy("hours and minutes")
    DAY = "day", gettext_lazy("day")
    MONTH = "month", gettext_lazy("month")
    YEAR = "year", gettext_lazy("year")


class HasTimes(Protocol):
    """An event, a booking, or what a list has read of one."""

    @property
    def starts_at(self) -> datetime.datetime | None: ...
    @property
    def ends_at(self) -> datetime.datetime | None: ...
    @property
    def precision(self) -> str: ...
    @property
    def time_zone(self) -> str: ...


class Times(NamedTuple):
    starts_at: datetime.datetime | None
    ends_at: datetime.datetime | None
    precision: str
    time_zone: str

    @property
    def local(self) -> tuple[datetime.datetime, datetime.datetime] | None:
        """Beginning and end by the clock of the place."""
        return _local(self)

    def stated(self, moment: datetime.datetime) -> str:
        """For programs, by ISO 8601, as far as it is known."""
        if self.precision == Precision.TIME:
            return moment.isoformat(timespec="minutes")
        return moment.date().isoformat()[: LENGTHS[self.precision]]


@lru_cache(maxsize=5000)
def _local(times: Times) -> tuple[datetime.datetime, datetime.datetime] | None:
    """Remembered, as a page asks for it more than once, and the next one again."""
    if times.starts_at is None or times.ends_at is None:
        return None
    zone = ZoneInfo(times.time_zone)
    return times.starts_at.astimezone(zone), times.ends_at.astimezone(zone)


LENGTHS: dict[str, int] = {Precision.DAY: 10, Precision.MONTH: 7, Precision.YEAR: 4}


def times_of(event: HasTimes) -> Times:
    return Times(event.starts_at, event.ends_at, event.precision, event.time_zone)


TO = "\N{WORD JOINER}–\N{WORD JOINER}"  # no line ends at it


def within(name: object) -> str:
    """The name of a day or month within a sentence: Russian writes it small, English does not."""
    return str(name).lower() if get_language() == "ru" else str(name)


def clock(zone: str, at: datetime.datetime) -> str:
    """«по Москве», or «UTC+4»."""
    if zone in CLOCKS:
        return str(CLOCKS[zone])
    minutes = int((at.astimezone(ZoneInfo(zone)).utcoffset() or datetime.timedelta()).total_seconds() // 60)
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'−' if minutes < 0 else '+'}{hours}" + (f":{rest:02}" if rest else "")


def day_said(day: datetime.date, *, today: datetime.date) -> str:
    """The year is said where it is not this one."""
    year_is_said = day.year != today.year
    form = pgettext("format of a date with its year", "j F Y") if year_is_said else pgettext("format of a date", "j F")
    return date_format(day, form)


def when(event: HasTimes, *, today: datetime.date) -> str:
    """As far as it is known: hours and minutes by the clock of the place, a day or days, a month, a year."""
    return _when(times_of(event), today, get_language())


@lru_cache(maxsize=5000)
def _when(times: Times, today: datetime.date, _language: str | None) -> str:
    """Remembered, as to say a date takes longer than to read it."""
    if (local := times.local) is None:
        return _("Date not known")
    starts, ends = local
    if times.precision == Precision.YEAR:
        return date_format(starts, pgettext("format of a year that is all of a date", "Y"))
    if times.precision == Precision.MONTH:
        return capfirst(date_format(starts, "F Y"))
    if starts.date() != ends.date():
        days = _days(starts.date(), ends.date(), today)
        return (
            days
            if times.precision == Precision.DAY
            else f"{days}, {_('from %(time)s') % {'time': _hours(starts, times)}}"
        )
    day = f"{day_said(starts.date(), today=today)}, {within(WEEKDAYS[starts.weekday()])}"
    return day if times.precision == Precision.DAY else f"{day}, {_hours(starts, times, ends)}"


def when_there_and_here(event: HasTimes, here: str, *, today: datetime.date) -> str:
    """With the clock of a reader in the time zone ``here``, where it is another: «… 10:00 по Екатеринбургу · у вас
    08:00»."""
    there = when(event, today=today)
    times = times_of(event)
    if times.local is None or times.precision != Precision.TIME:
        return there
    starts = times.local[0]
    own = starts.astimezone(ZoneInfo(here))
    if own.utcoffset() == starts.utcoffset():
        return there
    day = "" if own.date() == starts.date() else f"{day_said(own.date(), today=today)}, "
    yours = _("your time %(time)s") % {"time": f"{day}{own:%H:%M}"}
    return f"{there} ·\N{NO-BREAK SPACE}{yours}"


def moment_said(moment: datetime.datetime, event: HasTimes) -> str:
    """«12 декабря, 18:00 по Москве», by the clock of the place."""
    local = moment.astimezone(ZoneInfo(event.time_zone))
    return f"{day_said(local.date(), today=timezone.localdate())}, {_hours(local, times_of(event))}"


class Leaf(NamedTuple):
    """What stands large and small on the leaf of a calendar."""

    large: str
    small: str


class Said(NamedTuple):
    leaf: Leaf
    when: str


@lru_cache(maxsize=5000)
def said(times: Times, today: datetime.date, _language: str | None) -> Said:
    """What a row of a list says, remembered as one: it is asked for twenty times a page."""
    return Said(_leaf(times, today), when(times, today=today))


def _leaf(times: Times, today: datetime.date) -> Leaf:
    if (local := times.local) is None:
        return Leaf("?", "")
    first, last = (moment.date() for moment in local)
    year = "" if first.year == today.year else f" {first.year}"
    if times.precision == Precision.YEAR:
        return Leaf(str(first.year), "")
    if times.precision == Precision.MONTH:
        return Leaf(within(date_format(first, "M")), str(first.year))
    if first != last and first.month == last.month:
        return Leaf(f"{first.day}–{last.day}", within(date_format(first, "M")) + year)
    return Leaf(str(first.day), within(date_format(first, "M")) + year)


def _days(first: datetime.date, last: datetime.date, today: datetime.date) -> str:
    """«5–9 июля», «28 июня – 3 июля 2027 г.»."""
    until = day_said(last, today=today)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{until}"
    since = day_said(first, today=last if first.year == last.year else today)
    return f"{since} – {until}"


def _hours(starts: datetime.datetime, times: Times, ends: datetime.datetime | None = None) -> str:
    until = f"{TO}{ends:%H:%M}" if ends and ends != starts else ""
    return f"{starts:%H:%M}{until} {clock(times.time_zone, starts)}".replace(" ", "\N{NO-BREAK SPACE}")

"""When a lab is open, by the clock of its technopark: hours of the weekday, exceptions, public holidays."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from django.utils.translation import get_language

from technoparks.models import Lab, OpeningException

Span = tuple[datetime.datetime, datetime.datetime]
DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OpenDay:
    """``spans`` are aware, in the zone of the lab; ``why`` tells what is unlike other days."""

    day: datetime.date
    spans: tuple[Span, ...]
    why: str = ""
    is_holiday: bool = False


def open_days(
    lab: Lab, first: datetime.date, last: datetime.date, unlike: Iterable[OpeningException] | None = None
) -> list[OpenDay]:
    """Each day from ``first`` to ``last``. Two queries; none where the hours are at hand, and in ``unlike`` the
    exceptions of these days."""
    weekly = defaultdict(list)
    for one in lab.opening_hours.all():
        weekly[one.weekday].append((one.opens, one.closes))
    if unlike is None:
        unlike = lab.opening_exceptions.filter(day__range=(first, last))
    exceptions = {one.day: one for one in unlike}
    zone, found = lab.technopark.zone, []
    for day in days(first, last):
        holiday = holiday_on(day) if lab.keeps_holidays else ""
        if exception := exceptions.get(day):
            hours = [(exception.opens, exception.closes)] if exception.opens and exception.closes else []
            found.append(OpenDay(day, _spans(day, hours, zone), exception.why or holiday, bool(holiday)))
        else:
            hours = [] if holiday else weekly[day.weekday()]
            found.append(OpenDay(day, _spans(day, hours, zone), holiday, bool(holiday)))
    return found


def days(first: datetime.date, last: datetime.date) -> Iterator[datetime.date]:
    for number in range((last - first).days + 1):
        yield first + number * DAY


def at(day: datetime.date, time: datetime.time, zone: ZoneInfo) -> datetime.datetime:
    """By the clock of the wall; of an hour that comes twice the first, of one that is left out the one after it."""
    moment = datetime.datetime.combine(day, time, zone)
    return moment.astimezone(datetime.UTC).astimezone(zone)


def holiday_on(day: datetime.date) -> str:
    """The name of a day that is off by the production calendar of Russia, with those that were moved; "" of others."""
    return _holidays(day.year, "en_US" if get_language() == "en" else "ru").get(day, "")


@lru_cache(maxsize=32)
def _holidays(year: int, language: str) -> dict[datetime.date, str]:
    return dict(holidays.country_holidays("RU", years=year, language=language))


def _spans(day: datetime.date, hours: list[tuple[datetime.time, datetime.time]], zone: ZoneInfo) -> tuple[Span, ...]:
    return tuple((at(day, opens, zone), at(day, closes, zone)) for opens, closes in sorted(hours))

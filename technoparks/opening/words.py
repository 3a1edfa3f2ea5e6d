"""Hours of a day as people write and read them: «09:00–13:00, 14:00–18:00»."""

import datetime
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from common.times import within

Hours = tuple[datetime.time, datetime.time]
Week = Mapping[int, Sequence[Hours]]  # by weekday, of which Monday is 0

CLOCK = r"(\d{1,2})(?:[:.](\d\d))?"
WRITTEN = re.compile(rf"{CLOCK}\s*[-–—]\s*{CLOCK}")
CLOSED = "—"


def read_hours(text: str) -> list[Hours]:
    """Of nothing none. Raises ValidationError where it says no hours, or they overlap."""
    found = [_read(part.strip()) for part in re.split("[,;]", text) if part.strip()]
    check_apart(found)
    return sorted(found)


def _read(text: str) -> Hours:
    match = WRITTEN.fullmatch(text)
    if match is None:
        raise ValidationError(
            _("Write hours as 09:00–18:00, and a comma between several of them."), code="not_understood"
        )
    first, second, third, fourth = (int(one or 0) for one in match.groups())
    try:
        opens, closes = datetime.time(first, second), datetime.time(third, fourth)
    except ValueError:
        raise ValidationError(_("A day has times from 00:00 to 23:59."), code="no_time_of_day") from None
    if closes <= opens:
        raise ValidationError(_("It closes after it opens."), code="closes_before")
    return opens, closes


def check_apart(hours: Iterable[Hours]) -> None:
    """Of one day. The database refuses it as well (hours_apart)."""
    for before, after in pairwise(sorted(hours)):
        if after[0] < before[1]:
            text = _("These hours overlap: %(hours)s.") % {"hours": hours_said([before, after])}
            raise ValidationError(text, code="overlap")


def hours_said(hours: Iterable[Hours]) -> str:
    return ", ".join(f"{opens:%H:%M}–{closes:%H:%M}" for opens, closes in sorted(hours))


def week_said(week: Week) -> str:
    """«пн 09:00–18:00; вс —»."""
    days = ((within(WEEKDAYS_ABBR[day]), hours_said(week.get(day, ()))) for day in WEEKDAYS_ABBR)
    return "; ".join(f"{day} {hours or CLOSED}" for day, hours in days)

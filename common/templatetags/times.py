"""Times as people say them, of whatever has them: an event, a booking."""

import datetime
from functools import lru_cache
from html import escape
from zoneinfo import ZoneInfo

from django import template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString, mark_safe

from common.times import HasTimes, Precision, Times, moment_said, times_of
from common.times import when as day_and_hours

register = template.Library()


@register.simple_tag
def time_of(event: HasTimes) -> SafeString:
    """When it is, by the clock of the place, for people and for programs."""
    return moment(times_of(event), day_and_hours(event, today=timezone.localdate()))


@register.filter
def when(event: HasTimes) -> str:
    return day_and_hours(event, today=timezone.localdate())


@register.filter
def clock_face(moment: datetime.datetime) -> str:
    """As it stands, where the filter ``time`` would go by the clock of the portal."""
    return f"{moment:%H:%M}"


@register.filter
def day_face(moment: datetime.datetime) -> str:
    """The day of it, likewise."""
    return date_format(moment, "j E")


@register.filter
def moment_at(moment: datetime.datetime, event: HasTimes) -> str:
    """A term, by the clock of the place."""
    return moment_said(moment, event)


@register.filter
def at_place(moment: datetime.datetime | None, event: HasTimes) -> datetime.datetime | None:
    """The same moment by the clock of the place."""
    return moment and moment.astimezone(ZoneInfo(event.time_zone))


@lru_cache(maxsize=5000)
def moment(times: Times, words: str) -> SafeString:
    """``<time>`` where there is a time."""
    if times.local is None:
        return mark_safe(escape(words))  # noqa: S308
    stated = times.stated(times.local[0])
    clocked = " data-clock" if times.precision == Precision.TIME else ""  # main.js says the reader's own beside it
    return mark_safe(f'<time datetime="{stated}"{clocked}>{escape(words)}</time>')  # noqa: S308

"""What a list of events draws by the dozen: a template loop over it would cost more than the query behind it."""

import datetime
import json
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Any

from django import template
from django.template import Context
from django.urls import get_script_prefix
from django.utils.dates import MONTHS_ALT, WEEKDAYS, WEEKDAYS_ABBR
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext

from common.templatetags.times import moment
from common.templatetags.ui import node, page_sections
from common.times import within
from events.access import sections_of
from events.afterwards.emails import feedback_token
from events.afterwards.feedback import is_asked
from events.models import Precision, Registration
from events.public.listing import Row
from events.public.months import Brief, Day

register = template.Library()

# Nothing in it may end the element or begin another one.
HARMLESS = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.simple_tag
def event_rows(rows: Iterable[Row]) -> SafeString:
    """The items of a list, each with its day, name, time, place and organisers."""
    prefix = get_script_prefix()
    return mark_safe("".join([_item(row, prefix) for row in rows]))  # noqa: S308 - every value is escaped below


@register.simple_tag
def month_grid(weeks: Iterable[list[Day | None]]) -> SafeString:
    """A table of weeks; on a phone its days stand one under another, and those without anything are left out."""
    names = "".join(
        f'<th scope="col"><abbr title="{WEEKDAYS[day]}">{WEEKDAYS_ABBR[day]}</abbr></th>' for day in range(7)
    )
    rows = "".join(f"<tr>{''.join(map(_cell, week))}</tr>" for week in weeks)
    table = f'<table class="month-grid"><thead><tr>{names}</tr></thead><tbody>{rows}</tbody></table>'
    return mark_safe(table)  # noqa: S308 - every value is escaped below


def _cell(day: Day | None) -> str:
    if day is None:
        return "<td></td>"
    classes = " ".join(name for name, is_so in (("today", day.is_today), ("full", day.rows)) if is_so)
    current = ' aria-current="date"' if day.is_today else ""
    date = f'<time datetime="{day.date}">{day.date.day}<i> {_long(day.date, get_language())}</i></time>'
    number = f'<a class="day" href="{escape(day.url)}">{date}</a>' if day.rows else f'<span class="day">{date}</span>'
    items = "".join(_in_day(row, day) for row in day.rows)
    rest = ngettext("and %(number)s more", "and %(number)s more", day.more) % {"number": day.more}
    more = f'<li><a href="{escape(day.url)}">{rest}</a></li>' if day.more else ""
    return f'<td class="{classes}"{current}>{number}{f"<ul>{items}{more}</ul>" if day.rows else ""}</td>'


def _in_day(row: Brief, day: Day) -> str:
    starts = row.times.local and row.times.local[0]
    begins = starts and row.times.precision == Precision.TIME and starts.date() == day.date
    hour = f"<b>{starts:%H:%M}</b> " if begins else ""
    off = ' class="off"' if row.is_off else ""
    return f'<li{off}><a href="{row.url}">{hour}{escape(row.title)}</a></li>'


@lru_cache(maxsize=1000)
def _long(day: datetime.date, _language: str | None) -> str:
    """What follows the number where days stand one under another."""
    return f"{MONTHS_ALT[day.month]}, {within(WEEKDAYS[day.weekday()])}"


@register.inclusion_tag("components/event_sections.html", takes_context=True)
def event_sections(context: Context) -> dict[str, Any]:
    """The pages of ``event`` that the reader may open."""
    return page_sections(context, sections_of(context["user"], context["event"], context["organisation"]))


@register.inclusion_tag("events/registration_feedback.html")
def registration_feedback(registration: Registration) -> dict[str, str]:
    """The way to say what one thinks, to whom it is open."""
    return {"token": feedback_token(registration) if is_asked(registration) else ""}


@register.filter
def jsonld(data: dict[str, Any]) -> SafeString:
    """A block of data for search engines; browsers run nothing of this type, so the CSP does not ask for it."""
    text = json.dumps(data, ensure_ascii=False).translate(HARMLESS)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 - harmless by the table above


@lru_cache(maxsize=1000)
def _organiser(kind: str, title: str) -> str:
    return f"<span>{node(kind)} {escape(title)}</span>"


@lru_cache(maxsize=1000)
def _tag(hue: int, title: str) -> str:
    return f'<span class="tag" data-hue="{hue}">{escape(title)}</span>'


@lru_cache(maxsize=2000)
def _item(row: Row, _prefix: str) -> str:
    """Remembered, as the next page shows it again; the language's ``_prefix`` is that of its address."""
    about = " · ".join(filter(None, (escape(row.kind), escape(row.place))))
    state = f'<span class="tag tag-line">{escape(row.state)}</span>' if row.state else ""
    holders = "".join(_organiser(kind, title) for kind, title in row.organisers)
    tags = "".join(_tag(hue, title) for hue, title in row.directions)
    return (
        f'<li{" class=off" if row.is_off else ""}><p class="leaf" aria-hidden="true"><b>{escape(row.leaf.large)}</b>'
        f"{escape(row.leaf.small)}</p><div>"
        + (
            f'<img class="event-thumb" src="{row.cover}" alt="" width="480" height="252" loading="lazy">'
            if row.cover
            else ""
        )
        + f'<h3><a href="{row.url}">{escape(row.title)}</a></h3>'
        f'<p class="event-when">{moment(row.times, row.when)}</p>'
        f"<p>{about}</p>"
        + (f'<p class="event-lead">{escape(row.lead)}</p>' if row.lead else "")
        + (f'<p class="event-holders">{holders}</p>' if holders else "")
        + (f'<p class="tags">{tags}</p>' if tags else "")
        + f"</div>{state}</li>"
    )

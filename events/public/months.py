"""A month of events, day by day."""

import calendar
import datetime
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import get_language

from common.times import Times
from events.models import EXACT, Event, EventState
from events.public.filters import ALL, MOST_YEARS
from events.public.listing import SHOWN, EventList, Row, rows_of

MOST_ROWS = 5000
BRIEF = ("pk", "slug", "name", "name_en", "state", "starts_at", "ends_at", "precision", "time_zone")
PLACE = ("pk", "precision", "days__startswith", "days__endswith")
DAY = datetime.timedelta(days=1)
MOST_OF_DAY = 4  # more are a link to the list of the day


class Brief(NamedTuple):
    """Of an event what stands in its day."""

    slug: str
    title: str
    times: Times
    is_off: bool

    @property
    def url(self) -> str:
        return Event.get_absolute_url(self)


@dataclass(frozen=True, slots=True)
class Day:
    date: datetime.date
    rows: list[Brief]  # that are shown
    more: int
    url: str
    is_today: bool


class Placed(NamedTuple):
    """Of an event, by the clock of its place."""

    pk: int
    precision: str
    first: datetime.date
    after: datetime.date


class Month(EventList):
    """All that is on in it, over or not, with the filters of the list."""

    def __init__(self, query: QueryDict) -> None:
        self.today = timezone.localdate()
        self.first = month_of(query.get("month", "")) or self.today.replace(day=1)
        days = calendar.monthrange(self.first.year, self.first.month)[1]
        self.last = self.first.replace(day=days)
        super().__init__(query, since=self.first, until=self.last, when=ALL)

    @property
    def title(self) -> str:
        return capfirst(date_format(self.first, "F Y"))

    @cached_property
    def _placed(self) -> list[Placed]:
        """All of the month, but of each no more than its place: a busy one has a thousand."""
        return [Placed(*row) for row in rows_of(self.selection, range(MOST_ROWS), PLACE)]

    @cached_property
    def _briefs(self) -> dict[int, Brief]:
        """Those that are shown in a day."""
        keys = {pk for day in self._by_day.values() for pk in day[:MOST_OF_DAY]}
        english = get_language() == "en"
        return {
            pk: Brief(slug, (english and name_en) or name, Times(*times), state == EventState.CANCELLED)
            for pk, slug, name, name_en, state, *times in Event.objects.filter(pk__in=keys).values_list(*BRIEF)
        }

    @cached_property
    def undated(self) -> list[Row]:
        """In this month, nobody knows on which day."""
        keys = [one.pk for one in self._placed if one.precision not in EXACT]
        found = Event.objects.filter(pk__in=keys).soonest_first().values_list(*SHOWN) if keys else ()
        return list(self.as_rows(found))

    @property
    def weeks(self) -> list[list[Day | None]]:
        """From Monday on; what belongs to the months beside is None."""
        weeks = calendar.Calendar().monthdatescalendar(self.first.year, self.first.month)
        return [[self._day(day) if day.month == self.first.month else None for day in week] for week in weeks]

    def _day(self, day: datetime.date) -> Day:
        keys = self._by_day[day]
        rows = [self._briefs[pk] for pk in keys[:MOST_OF_DAY]]
        return Day(day, rows, len(keys) - len(rows), self._list_url(day), day == self.today)

    @cached_property
    def _by_day(self) -> defaultdict[datetime.date, list[int]]:
        on = defaultdict[datetime.date, list[int]](list)
        for one in self._placed:
            if one.precision in EXACT:
                day = max(one.first, self.first)
                while day < one.after and day <= self.last:
                    on[day].append(one.pk)
                    day += DAY
        return on

    @property
    def before(self) -> str:
        return self._month_url(self.first - DAY)

    @property
    def after(self) -> str:
        return self._month_url(self.last + DAY)

    @property
    def is_now(self) -> bool:
        return self.first == self.today.replace(day=1)

    @property
    def list_url(self) -> str:
        """The same month as a list."""
        query = self._filters
        query["from"], query["until"] = self.first.isoformat(), self.last.isoformat()
        return f"{reverse('events:event_list')}?{query.urlencode()}"

    @property
    def ics_url(self) -> str:
        """All that is to come, by the same filters: a calendar has months of its own."""
        return f"{reverse('events:event_feed_ics')}?{self._filters.urlencode()}"

    @property
    def _filters(self) -> QueryDict:
        query = self.first_page
        for name in ("month", "from", "until", "when", "sort"):
            query.pop(name, None)
        return query

    def _month_url(self, day: datetime.date) -> str:
        query = self._filters
        query["month"] = f"{day:%Y-%m}"
        return f"?{query.urlencode()}"

    def _list_url(self, day: datetime.date) -> str:
        return f"{self._list}{self._more_filters}from={day}&until={day}"

    @cached_property
    def _list(self) -> str:
        return reverse("events:event_list")

    @cached_property
    def _more_filters(self) -> str:
        """The beginning of a query, put together once for thirty days."""
        query = self._filters.urlencode()
        return f"?{query}&" if query else "?"


def month_of(text: str) -> datetime.date | None:
    """``2026-12`` → its first day."""
    try:
        day = datetime.datetime.strptime(text, "%Y-%m").replace(tzinfo=datetime.UTC).date()
    except ValueError:
        return None
    return day if day.year in MOST_YEARS else None

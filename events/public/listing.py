"""One reading of the events: what was asked, what was found, and which choices stand beside it."""

import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple, cast

from django.db import connection
from django.db.models import TextField
from django.db.models.functions import Cast
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common import querystring
from common.caching import kept_until_change, public_stamp
from common.facets import Chip, Counts, FilteredList, Option
from common.search import some_of
from common.times import Leaf, Times, day_said, said
from events.models import OVER, Event, EventFormat, EventKind, EventState
from events.models.event import EventQuerySet
from events.public.covers import WIDTHS, cover_url
from events.public.filters import Selection
from members.models import Audience, Organisation
from members.organisations.filters import Overview
from projects.models import Project
from technoparks.models import Technopark

# The columns of a row, as tuples: a page of twenty costs no objects.
SHOWN = (
    "slug",
    "kind",
    "name",
    "name_en",
    "summary",
    "summary_en",
    "starts_at",
    "ends_at",
    "precision",
    "time_zone",
    "format",
    "region_id",
    "city",
    "city_en",
    "state",
    "direction_slugs",
    Cast("organiser_cards", TextField()),  # read by ``_holders``, which remembers
    "cover",
)


class Row(NamedTuple):
    """An event in words of the reader's language; ``organisers`` are pairs of kind and title, ``directions`` of hue and
    title. Equal rows look alike, so what is drawn of one is remembered."""

    slug: str
    kind: str
    title: str
    lead: str
    times: Times
    leaf: Leaf
    when: str
    place: str
    state: str  # said where it is no matter of course
    is_off: bool
    is_over: bool
    organisers: tuple[tuple[str, str], ...]
    directions: tuple[tuple[int, str], ...]
    cover: str  # address of a small one

    @property
    def url(self) -> str:
        return Event.get_absolute_url(self)


def rows_of(selection: Selection, positions: range, columns: tuple[Any, ...] = SHOWN) -> list[tuple[Any, ...]]:
    if not positions:
        return []
    if selection.words:  # what they mean is asked of the database
        return list(some_of(selection.of(selection.found()), positions).values_list(*columns))
    with connection.cursor() as cursor:
        cursor.execute(*_asked(selection, positions, columns))
        return cursor.fetchall()


def first_of_each(selections: Iterable[Selection], number: int) -> list[tuple[Any, ...]]:
    """The first rows of several lists, in one query; none of them asks for words."""
    asked = [_asked(selection, range(number)) for selection in selections]
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(f"({sql})" for sql, _values in asked), [*chain(*(own for _sql, own in asked))]
        )
        return cursor.fetchall()


@lru_cache(maxsize=1000)
def _asked(selection: Selection, positions: range, columns: tuple[Any, ...] = SHOWN) -> tuple[str, tuple[Any, ...]]:
    """SQL and values: to put the same question together takes the ORM ten times as long as PostgreSQL to answer it."""
    rows = selection.of(selection.found()).values_list(*columns)
    return rows[positions.start : positions.stop].query.sql_with_params()


class EventList(FilteredList):
    selection: Selection

    def __init__(self, query: QueryDict, **more: Any) -> None:
        self.query = query
        self.overview = Overview.load()
        self.selection = Selection.asked(query, self.overview, **more)

    @property
    def stamp(self) -> str:
        return f"{public_stamp()} {self.selection.at.timestamp()}"

    @property
    def events(self) -> EventQuerySet:
        return self.selection.of(self.selection.found())

    @cached_property
    def counts(self) -> Counts:
        return _counts(self.panel_key, self.selection)

    @property
    def rows(self) -> Iterator[Row]:
        """Those of the page."""
        return self.as_rows(rows_of(self.selection, cast("range", self.page.object_list)))

    def few(self, number: int) -> list[Row]:
        """For pages that show a few."""
        return list(self.as_rows(rows_of(self.selection, range(number))))

    def as_rows(self, found: Iterable[tuple[Any, ...]]) -> Iterator[Row]:
        """Each with its region and directions, which are at hand and need no query."""
        today, language, labels = timezone.localdate(), get_language(), _labels()
        names, codes, directions_of = self.overview.labels, self.overview.region_codes, self.overview.directions_of
        english = language == "en"
        for row in found:
            slug, kind, name, name_en, lead, lead_en, *moments = row[:10]
            form, region, city, city_en, state, directions, cards, cover = row[10:]
            times = Times(*moments)
            where = (english and city_en) or city
            of_region = names.region.get(codes.get(region, ""), "")
            words = said(times, today, language)
            yield Row(
                slug,
                labels["kind"][kind],
                title=(english and name_en) or name,
                lead=(english and lead_en) or lead,
                times=times,
                leaf=words.leaf,
                when=words.when,
                place=place_of(form, where, of_region),
                state=labels["state"].get(state, ""),
                is_off=state == EventState.CANCELLED,
                is_over=state in OVER or (times.ends_at is not None and times.ends_at < self.selection.at),
                organisers=_holders(cards, english=english),
                directions=tuple((one.hue, names.direction[one.slug]) for one in directions_of(directions)),
                cover=cover_url(cover, WIDTHS[0]) if cover else "",
            )

    def labels_of(self, name: str) -> dict[str, str]:
        if name in ("direction", "region"):
            return getattr(self.overview.labels, name)
        return _labels()[name]

    @property
    def regions(self) -> list[Option]:
        """Those where anything is on."""
        return [option for option in self.options("region") if option.number or option.chosen]

    @property
    def kinds(self) -> list[Option]:
        return self.options("kind")

    @property
    def formats(self) -> list[Option]:
        return self.options("format")

    @property
    def audiences(self) -> list[Option]:
        return self.options("audience")

    @property
    def directions(self) -> list[Option]:
        return self.options("direction")

    @property
    def chips(self) -> list[Chip]:
        selection, today = self.selection, timezone.localdate()
        chips = super().chips
        asked = (("from", selection.since, _("from %(day)s")), ("until", selection.until, _("till %(day)s")))
        for name, day, words in asked:
            if day and name in self.query:
                chips.append(Chip(words % {"day": day_said(day, today=today)}, querystring.removing(self.query, name)))
        if selection.organiser:
            holder = Organisation.objects.published().filter(slug=selection.organiser).first()
            title = holder.title if holder else selection.organiser
            chips.append(Chip(title, querystring.removing(self.query, "organiser")))
        if selection.technopark:
            site = Technopark.objects.published().filter(slug=selection.technopark).first()
            title = site.title if site else selection.technopark
            chips.append(Chip(title, querystring.removing(self.query, "technopark")))
        if selection.project:
            project = Project.objects.public().filter(slug=selection.project).first()
            title = project.title if project else selection.project
            chips.append(Chip(title, querystring.removing(self.query, "project")))
        return chips

    @property
    def calendar_url(self) -> str:
        """The month with the same filters; of asked dates, that of the first."""
        query = self.first_page
        for name in ("from", "until", "when", "sort"):
            query.pop(name, None)
        if day := self.selection.since or self.selection.until:
            query["month"] = f"{day:%Y-%m}"
        return f"{reverse('events:event_calendar')}?{query.urlencode()}"

    @property
    def ics_url(self) -> str:
        return f"{reverse('events:event_feed_ics')}?{self.first_page.urlencode()}"

    @property
    def rss_url(self) -> str:
        return f"{reverse('events:event_feed_rss')}?{self.first_page.urlencode()}"


class Found:
    """All that a list has found, as rows of ``columns``, of which only a slice is ever read: what a paginator needs."""

    def __init__(self, found: EventList, columns: Iterable[Any]) -> None:
        self.found, self.columns = found, tuple(columns)

    def __len__(self) -> int:
        return self.found.counts.total

    def __getitem__(self, part: slice) -> list[tuple[Any, ...]]:
        return rows_of(self.found.selection, range(len(self))[part], self.columns)


@lru_cache(maxsize=1000)
def _counts(key: str, selection: Selection) -> Counts:
    """Kept for all, and for this process at hand: ``key`` is another one whenever the numbers may be others."""
    return kept_until_change(f"events:{key}", lambda: selection.counts(selection.found()))


def _labels() -> dict[str, dict[str, str]]:
    return _labels_in(get_language())


@lru_cache
def _labels_in(_language: str | None) -> dict[str, dict[str, str]]:
    told = set(EventState) - {EventState.PUBLISHED, *OVER}
    return {
        "kind": {value: str(label) for value, label in EventKind.choices},
        "format": {value: str(label) for value, label in EventFormat.choices},
        "audience": {value: str(label) for value, label in Audience.choices},
        "state": {state.value: str(state.label) for state in told},
    }


@lru_cache(maxsize=5000)
def _holders(cards: str, *, english: bool) -> tuple[tuple[str, str], ...]:
    return tuple((card["kind"], (english and card["name_en"]) or card["name"]) for card in json.loads(cards))


def place_of(form: str, city: str, region: str) -> str:
    """City and region, one of them where they are one and the same; and whether one can take part from elsewhere."""
    there = city if region in ("", city) else " · ".join(filter(None, (city, region)))
    if form == EventFormat.ONLINE:
        return _("Online")
    return " · ".join(filter(None, (there, _("and online") if form == EventFormat.HYBRID else "")))

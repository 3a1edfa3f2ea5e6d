"""What everybody finds among the events: by filters, days and words, as a list, as a month and through the API."""

import datetime
import itertools
import re
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from pytest_django import DjangoCaptureOnCommitCallbacks

from common import search
from common.caching import invalidate_public_pages
from events.models import Event, EventFormat, EventKind, EventState, Precision
from events.public.listing import EventList, rows_of
from events.public.months import Month
from members.models import Direction
from tests.factories.events import EventFactory, EventOrganiserFactory
from tests.factories.members import OrganisationFactory, RegionFactory

pytestmark = pytest.mark.django_db
LIST = "/events/"
NOW = "2026-12-01 09:00:00+00:00"


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


def event(name: str, begins: str, zone: str = "Europe/Moscow", hours: float = 2, **fields: Any) -> Event:
    starts = datetime.datetime.fromisoformat(begins).replace(tzinfo=ZoneInfo(zone))
    directions = fields.pop("directions", [])
    made = EventFactory(
        name=name, starts_at=starts, ends_at=starts + datetime.timedelta(hours=hours), time_zone=zone, **fields
    )
    made.directions.set(Direction.objects.filter(slug__in=directions))
    return made


@pytest.fixture
def some() -> None:
    kamchatka = RegionFactory(code="RU-KAM")
    event("А форум", "2026-12-16T10:00", audience=["teachers"], directions=["robotics"])
    event(
        "Б урок", "2026-12-17T02:00", "Asia/Kamchatka", kind=EventKind.OPEN_DAY, region=kamchatka, audience=["pupils"]
    )
    event(
        "В вебинар", "2026-12-20T15:00", kind=EventKind.WEBINAR, format=EventFormat.ONLINE, directions=["biotechnology"]
    )
    event("Г смена", "2026-06-01T00:00", kind=EventKind.PROJECT_CAMP, hours=100, state=EventState.HELD)
    event("Д отмена", "2026-12-18T10:00", state=EventState.CANCELLED)
    event("Е черновик", "2026-12-16T10:00", state=EventState.DRAFT)
    event("Ж год", "2026-01-01T00:00", hours=8759, precision=Precision.YEAR, registration="none")
    EventOrganiserFactory(event=Event.objects.get(name="А форум"), organisation__slug="lyceum")


def read(query: str = "") -> EventList:
    return EventList(QueryDict(query))


def letters(found: EventList) -> str:
    return "".join(event.name[0] for event in found.events)


@pytest.mark.usefixtures("some")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        pytest.param("", "ЖАБВ", id="upcoming, the soonest first"),
        pytest.param("when=past", "Г", id="past"),
        pytest.param("when=all", "ВДБАГЖ", id="all that is public, the latest first"),
        pytest.param("kind=forum", "ЖА", id="a kind"),
        pytest.param("format=online", "В", id="a format"),
        pytest.param("audience=pupils", "ЖБВ", id="an audience, and what is for everybody"),
        pytest.param("region=RU-KAM", "Б", id="a region"),
        pytest.param("direction=robotics&direction=biotechnology", "АВ", id="either of two directions"),
        pytest.param("organiser=lyceum", "А", id="an organiser"),
        pytest.param("organiser=nobody", "", id="an organiser nobody knows"),
        pytest.param("from=2026-12-17&until=2026-12-17", "Б", id="a day by the clock of the place"),
        pytest.param("from=2026-06-05&until=2026-06-05", "Г", id="the last day of several, though past"),
        pytest.param("from=2026-01-01&until=2026-12-31", "ЖГАБДВ", id="a year, with what is known to a year"),
        pytest.param("from=2026-12-18", "ДВ", id="from a day on"),
        pytest.param("from=2026-12-16&when=upcoming", "АБВ", id="days of what is to come"),
        pytest.param("q=форумы", "АЖ", id="words in another form, of the name or the kind"),
        pytest.param("q=проектная смена&when=past", "Г", id="the kind in words"),
    ],
)
def test_the_list_is_narrowed_as_asked(query: str, found: str) -> None:
    assert letters(read(query)) == found


@pytest.mark.parametrize(
    ("query", "unknown"),
    [
        ("when=soon", ("soon",)),
        ("from=yesterday&kind=party", ("yesterday", "party")),
        ("from=2026-12-20&until=2026-12-01", ("2026-12-01",)),
        ("from=9999-12-31", ("9999-12-31",)),
    ],
)
def test_what_was_not_understood_is_reported(query: str, unknown: tuple[str, ...]) -> None:
    assert sorted(read(query).selection.unknown) == sorted(unknown)
    assert Client().get(f"{LIST}?{query}").status_code == 200


@pytest.mark.usefixtures("some")
def test_every_count_is_the_length_of_the_list_behind_it() -> None:
    chosen = {"kind": "open_day", "audience": "pupils", "region": "RU-KAM", "format": "in_person", "when": "all"}
    for names in itertools.chain.from_iterable(itertools.combinations(chosen, size) for size in range(3)):
        found = read(urlencode({name: chosen[name] for name in names}))
        assert found.counts.total == len(found.events)
        for facet in ("kind", "audience", "region", "format", "direction"):
            for option in found.options(facet):
                narrowed = {name: chosen[name] for name in names if name != facet} | {facet: option.value}
                if option.number or option.chosen:
                    assert len(read(urlencode(narrowed)).events) == option.number, (names, option)


@pytest.mark.usefixtures("some")
def test_chips_say_what_is_chosen_and_each_takes_itself_away() -> None:
    with translation.override("en"):
        chips = {chip.label: chip.url for chip in read("kind=forum&from=2026-12-16&organiser=lyceum&page=2").chips}
    organiser = Event.objects.get(name="А форум").organisers.get().short_name
    assert chips == {
        "Forum": "?from=2026-12-16&organiser=lyceum",
        "from 16 December": "?kind=forum&organiser=lyceum",
        organiser: "?kind=forum&from=2026-12-16",
    }


def test_an_organiser_that_is_not_published_stands_nowhere() -> None:
    hidden = OrganisationFactory(short_name="Скрытая", is_published=False)
    held = EventOrganiserFactory(event=event("А форум", "2026-12-16T10:00"), organisation=hidden).event
    assert "Скрытая" not in Client().get(LIST).content.decode() + Client().get(f"{LIST}{held.slug}/").content.decode()
    assert letters(read(f"organiser={hidden.slug}")) == letters(read("q=скрытая")) == ""
    hidden.is_published = True
    hidden.save()
    assert "Скрытая" in Client().get(f"{LIST}?kind=forum").content.decode()


def test_the_row_says_when_by_the_clock_of_the_place() -> None:
    event("А урок", "2026-12-16T10:00", "Asia/Kamchatka")
    page = Client().get(LIST).content.decode()
    assert '<time datetime="2026-12-16T10:00+12:00" data-clock>16 декабря, среда, 10:00' in page


@pytest.mark.parametrize(
    ("address", "cold", "warm"),
    [
        # Cold: choices and counts are read first.
        pytest.param(LIST, 5, 1, id="plain"),
        pytest.param(f"{LIST}?kind=forum&region=RU-KAM", 5, 1, id="filtered"),
        pytest.param(f"{LIST}?q=форум", 7, 2, id="searched"),
        pytest.param("/events/calendar/", 6, 0, id="month"),
        pytest.param("/events/feed.ics", 5, 1, id="feed"),
        pytest.param("/events/feed.rss", 4, 1, id="RSS"),
        pytest.param("/api/v1/events/", 5, 1, id="API"),
    ],
)
def test_the_number_of_queries_does_not_grow_with_the_rows(
    address: str, cold: int, warm: int, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    for rows in (1, 2):  # one, then three
        with django_capture_on_commit_callbacks(execute=True):
            for _ in range(rows):
                event("А форум", "2026-12-16T10:00", region=RegionFactory(code="RU-KAM"), directions=["robotics"])
            invalidate_public_pages()
        assert queries_of(address) == cold
        assert queries_of(f"{address}{'&' if '?' in address else '?'}page=1") == warm


def queries_of(address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert Client().get(address).status_code == 200
    return len(queries)


def test_a_stored_list_costs_no_query_until_an_event_changes(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    shown = event("А форум", "2026-12-16T10:00")
    queries_of(LIST)
    assert queries_of(LIST) == 0
    with django_capture_on_commit_callbacks(execute=True):
        shown.name = "Переименованный форум"
        shown.save()
    assert "Переименованный форум" in Client().get(LIST).content.decode()


def test_the_fragment_is_a_part_of_the_page() -> None:
    event("А форум", "2026-12-16T10:00")
    for address in (LIST, "/events/calendar/"):
        page = Client().get(address).content.decode()
        fragment = Client().get(address, headers={"HX-Request": "true"}).content.decode()
        assert len(fragment) < len(page)
        assert fragment.strip() in page


def test_a_month_has_each_day_of_an_event_and_what_has_no_day_below() -> None:
    event("А смена", "2026-11-29T00:00", hours=24 * 4 - 1, precision=Precision.DAY, registration="none")
    event("Б декабрь", "2026-12-01T00:00", hours=24 * 31 - 1, precision=Precision.MONTH, registration="none")
    event("В в Петропавловске", "2026-12-31T23:00", "Asia/Kamchatka")
    event("Г январь", "2027-01-01T01:00", "Europe/Kaliningrad")
    month = Month(QueryDict("month=2026-12"))
    days = {
        day.date.day: [row.title[0] for row in day.rows] for week in month.weeks for day in week if day and day.rows
    }
    assert days == {1: ["А"], 2: ["А"], 31: ["В"]}
    assert [row.title[0] for row in month.undated] == ["Б"]
    assert (month.counts.total, month.before, month.after) == (3, "?month=2026-11", "?month=2027-01")


def test_a_month_counts_its_own_whatever_list_was_read_before() -> None:
    for day in ("2026-12-16", "2027-02-01"):
        event(f"Форум {day}", f"{day}T10:00")
    pages = [
        Client().get(address).content.decode() for address in (LIST, "/events/calendar/?month=", "/events/calendar/")
    ]
    assert [re.findall(r"(\d+)\s+мероприяти", page)[0] for page in pages] == ["2", "1", "1"]


@pytest.mark.parametrize("text", ["", "2026-13", "december", "0001-01", "9999-12"])
def test_a_month_that_is_none_is_the_present_one(text: str) -> None:
    assert Month(QueryDict(f"month={text}")).first == datetime.date(2026, 12, 1)


def test_a_crowded_day_leads_to_its_list() -> None:
    for hour in range(10, 16):
        event("А форум", f"2026-12-16T{hour}:00")
    page = Client().get("/events/calendar/?month=2026-12&kind=forum").content.decode()
    assert page.count("<b>1") == 4
    day = "/events/?kind=forum&amp;from=2026-12-16&amp;until=2026-12-16"
    assert f'<a href="{day}">и ещё 2</a>' in page.replace("\N{NO-BREAK SPACE}", " ")


def test_of_a_word_that_is_everywhere_the_latest_are_ranked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST_RANKED", 20)
    for day in range(1, 29):
        event(f"{day}", f"2026-10-{day:02}T10:00", summary="Про роботов")
    for day in (2, 20):
        event(f"Роботы {day}", f"2026-10-{day:02}T11:00")
    found = EventList(QueryDict("when=past&q=робот")).selection
    names = [row[2] for first in (0, 20) for row in rows_of(found, range(first, first + 20))]
    latest = ["Роботы 20", *(str(day) for day in range(28, 9, -1))]
    assert names == [*latest, *(str(day) for day in range(9, 2, -1)), "Роботы 2", "2", "1"]


@pytest.mark.usefixtures("some")
def test_the_api_has_the_filters_of_the_list() -> None:
    answer = Client().get("/api/v1/events/?when=all&kind=forum&kind=open_day").json()
    assert [one["name"][0] for one in answer["results"]] == ["Д", "Б", "А", "Ж"]
    first = next(one for one in answer["results"] if one["name"] == "А форум")
    assert first["organisers"][0]["slug"] == "lyceum"
    refused = Client().get("/api/v1/events/?kind=party")
    assert (refused.status_code, refused.json()) == (400, {"detail": "Неизвестно: party"})

"""Feeds of events, read by the libraries of others."""

import datetime
import re
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
import time_machine
import vobject
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from events.life.moves import Who, move_event
from events.models import Event, EventState, Precision
from tests.factories.events import EventFactory

pytestmark = pytest.mark.django_db
FEED = "/events/feed.ics"


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel("2026-12-01 09:00:00+00:00", tick=False) as traveller:
        yield traveller


def at(zone: str, begins: str = "2026-12-16T10:00", **fields: Any) -> Event:
    starts = datetime.datetime.fromisoformat(begins).replace(tzinfo=ZoneInfo(zone))
    ends = starts + datetime.timedelta(hours=2)
    return EventFactory(**{"starts_at": starts, "ends_at": ends, "time_zone": zone, **fields})


def both(content: bytes) -> list[dict[str, dict[str, Any]]]:
    """The same feed as icalendar and as vobject read it: UID → what it says."""
    entries: list[Any] = icalendar.Calendar.from_ical(content).walk("VEVENT")
    first = {
        str(one["uid"]): {"starts": one["dtstart"].dt, "sequence": int(one["sequence"]), "status": str(one["status"])}
        for one in entries
    }
    second = {
        one.uid.value: {"starts": one.dtstart.value, "sequence": int(one.sequence.value), "status": one.status.value}
        for one in vobject.readOne(content.decode()).contents.get("vevent", [])
    }
    return [first, second]


def feed(query: str = "") -> bytes:
    answer = Client().get(f"{FEED}{query}")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    return answer.content


@pytest.mark.parametrize(
    ("zone", "utc"), [("Europe/Kaliningrad", 8), ("Asia/Kamchatka", -2), ("Europe/Berlin", 9), ("UTC", 10)]
)
def test_ten_in_the_morning_is_ten_there(zone: str, utc: int) -> None:
    event = at(zone)
    for read in both(feed()):
        starts = read[str(event.uid)]["starts"]
        assert f"{starts:%Y-%m-%d %H:%M}" == "2026-12-16 10:00"
        assert starts == datetime.datetime(2026, 12, 16, tzinfo=datetime.UTC) + datetime.timedelta(hours=utc)
    text = Client().get(f"/events/{event.slug}/event.ics").content
    assert both(text) == both(feed())
    # Programs that know no names of zones find the offsets in the feed itself.
    assert text.count(b"BEGIN:VTIMEZONE") == (zone != "UTC")


def test_a_moved_event_keeps_its_uid_and_raises_its_sequence(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks, clock: Any
) -> None:
    event = at("Europe/Moscow")
    before = both(feed())
    clock.shift(60)
    with django_capture_on_commit_callbacks(execute=True):
        assert event.starts_at
        assert event.ends_at
        event.starts_at += datetime.timedelta(days=1)
        event.ends_at += datetime.timedelta(days=1)
        event.save()
    for old, new in zip(before, both(feed()), strict=True):
        assert [*old] == [*new] == [str(event.uid)]
        [was], [became] = old.values(), new.values()
        assert became == {**was, "starts": was["starts"] + datetime.timedelta(days=1), "sequence": was["sequence"] + 1}


@pytest.mark.parametrize(
    ("changes", "raised"),
    [
        ({"venue": "Зал 2"}, 1),
        ({"time_zone": "Asia/Omsk"}, 1),
        ({"online_link": "https://example.org/room"}, 1),
        ({"name": "Другое имя"}, 0),
        ({"sequence": 0}, 0),
    ],
)
def test_the_sequence_is_raised_by_time_and_place_whoever_writes(changes: dict[str, Any], raised: int) -> None:
    event = EventFactory()
    Event.objects.filter(pk=event.pk).update(venue="Зал 1")  # past the model
    Event.objects.filter(pk=event.pk).update(**changes)
    event.refresh_from_db()
    assert event.sequence == 1 + raised


def test_a_state_raises_it_too_and_what_is_cancelled_says_so(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    event = at("Europe/Moscow")
    for number, move, status in ((1, "postpone", "TENTATIVE"), (2, "cancel", "CANCELLED")):
        with django_capture_on_commit_callbacks(execute=True):
            moved = move_event(event, move=move, who=Who.STAFF, by=None, reason="Ремонт")
        assert (moved.sequence, [read[str(event.uid)]["status"] for read in both(feed())]) == (number, [status] * 2)


def test_a_day_is_a_day_and_what_is_known_to_less_is_left_out() -> None:
    whole = {"registration": "none", "begins": "2026-12-16T00:00"}
    day = at("Asia/Kamchatka", precision=Precision.DAY, **whole)
    at("Asia/Kamchatka", precision=Precision.MONTH, **whole)
    EventFactory(starts_at=None, ends_at=None, registration="none", precision=Precision.DAY)
    for read in both(feed()):
        assert {uid: one["starts"] for uid, one in read.items()} == {str(day.uid): datetime.date(2026, 12, 16)}
    entries: list[Any] = icalendar.Calendar.from_ical(feed()).walk("VEVENT")
    assert entries[0]["dtend"].dt == datetime.date(2026, 12, 17)


def test_feeds_have_the_filters_of_the_list() -> None:
    forum, webinar = at("Europe/Moscow", kind="forum"), at("Europe/Moscow", kind="webinar", city="Москва")
    at("Europe/Moscow", state=EventState.DRAFT)
    assert [*both(feed("?kind=webinar"))[0]] == [*both(feed("?q=москвы"))[0]] == [str(webinar.uid)]
    assert {*both(feed())[0]} == {str(forum.uid), str(webinar.uid)}
    channel = Client().get("/events/feed.rss?kind=webinar").content.decode()
    assert re.findall("<guid[^>]*>(.+?)</guid>", channel) == [f"urn:uuid:{webinar.uid}"]


def test_words_of_people_begin_no_line_of_their_own() -> None:
    event = at("Europe/Moscow", name="Форум\r\nATTACH:https://example.org/", summary="Раз; два, три\nДва")
    [entry] = icalendar.Calendar.from_ical(feed()).walk("VEVENT")
    assert (str(entry["summary"]), "attach" in entry) == ("Форум ATTACH:https://example.org/", False)
    assert str(entry["description"]).startswith("Раз; два, три Два\n\nhttp://testserver/events/")
    assert str(entry["url"]).endswith(f"/events/{event.slug}/")

"""The page of one event."""

import datetime
import json
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoCaptureOnCommitCallbacks

from events.life.moves import Who, move_event
from events.models import (
    Event,
    EventMaterial,
    EventSeries,
    EventState,
    PlannedSigning,
    Precision,
    Session,
    Talk,
    Track,
)
from events.public.page import desk_of
from members.models import PublicationBasis, Role
from tests.factories.events import EventFactory, EventOrganiserFactory, PoolFactory, SessionFactory
from tests.factories.members import OrganisationFactory, PublicPersonFactory, RepresentativeFactory

pytestmark = pytest.mark.django_db


def page_of(event: Event) -> str:
    """As one line, with plain spaces."""
    content = Client().get(f"/events/{event.slug}/").content.decode()
    return re.sub(r"\s+", " ", content.replace("\N{WORD JOINER}", ""))


def full(parts: int = 1) -> Event:
    """An event with so many of everything that its page shows."""
    series = EventSeries.objects.create(name="Форумы", slug="forums")
    event = EventFactory(series=series)
    assert event.starts_at
    for number in range(parts):
        EventFactory(series=series)
        EventOrganiserFactory(event=event)
        PoolFactory(event=event)
        starts = event.starts_at + datetime.timedelta(hours=number)
        track = Track.objects.create(event=event, name=f"Секция {number}")
        ends = starts + datetime.timedelta(minutes=30)
        session = Session.objects.create(event=event, track=track, name="Открытие", starts_at=starts, ends_at=ends)
        talk = Talk.objects.create(session=session, name="Доклад")
        person = {"basis": PublicationBasis.SOURCE, "source": "https://example.org/", "is_published": True}
        talk.speakers.add(PublicPersonFactory(**person))
        EventMaterial.objects.create(event=event, talk=talk, name="Слайды", link="https://example.org/slides")
        PlannedSigning.objects.create(event=event, subject="Дружба").parties.add(OrganisationFactory())
    return event


def test_queries_do_not_grow_with_the_programme() -> None:
    numbers = []
    for parts in (1, 3):
        EventSeries.objects.all().delete()
        event = full(parts)
        page_of(EventFactory())  # what is known for all pages
        with CaptureQueriesContext(connection) as queries:
            page_of(event)
        numbers.append(len(queries))
    assert numbers == [10, 10]


def queries_of(event: Event, client: Client) -> int:
    """Without the cache of whole pages, which keeps nothing with such a parameter."""
    with CaptureQueriesContext(connection) as queries:
        client.get(f"/events/{event.slug}/?utm_source=letter")
    return len(queries)


def test_what_was_drawn_is_kept_until_a_change(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    event = full()
    queries_of(event, Client())
    assert queries_of(event, Client()) == 1
    with django_capture_on_commit_callbacks(execute=True):
        talk = Talk.objects.get()
        talk.name = "Другой доклад"
        talk.save()
    assert "Другой доклад" in page_of(event)


def test_organisers_see_a_change_that_leaves_no_mark() -> None:
    event = full()
    link = event.organiser_links.first()
    assert link
    head = Client()
    head.force_login(RepresentativeFactory(organisation=link.organisation, role=Role.HEAD).user)
    address = f"/events/{event.slug}/"
    head.get(address)
    Client().get(address)
    Talk.objects.update(name="Другой доклад")
    assert "Другой доклад" in head.get(address).content.decode()
    assert "Управлять мероприятием" not in page_of(event)


def test_registration_closes_on_a_page_that_is_kept() -> None:
    event = EventFactory()
    PoolFactory(event=event)
    closes = event.registration_closes_at
    assert closes
    before, after = (closes + datetime.timedelta(seconds=seconds) for seconds in (-1, 1))
    pages = []
    for moment in (before, after):
        with time_machine.travel(moment, tick=False):
            pages.append(Client().get(f"/events/{event.slug}/?utm_source=letter").content.decode())
    assert ["Регистрация закрыта" in page for page in pages] == [False, True]


def test_speakers_are_those_who_may_be_shown() -> None:
    event = full()
    talk = Talk.objects.get()
    talk.speakers.add(PublicPersonFactory(name="Скрытый Докладчик", basis=PublicationBasis.CONSENT, is_published=True))
    shown = talk.speakers.exclude(name="Скрытый Докладчик").get()
    page = page_of(event)
    assert shown.name in page
    assert "Скрытый Докладчик" not in page
    programme = Client().get(f"/api/v1/events/{event.slug}/programme/").json()
    assert [speaker["name"] for speaker in programme[0]["talks"][0]["speakers"]] == [shown.name]


def test_programs_read_of_signings_and_materials_what_the_page_shows() -> None:
    event = EventFactory()
    signing = PlannedSigning.objects.create(event=event, subject="О классе", subject_en="On a class")
    hidden = OrganisationFactory(short_name="Скрытая", is_published=False)
    signing.parties.set([OrganisationFactory(slug="lyceum", kind="school", short_name="Лицей"), hidden])
    talk = Talk.objects.create(session=SessionFactory(event=event), name="О свете")
    for name, of in (("Слайды", talk), ("Фотографии", None)):
        EventMaterial.objects.create(event=event, name=name, link="https://example.org/", talk=of)
    EventMaterial.objects.create(event=EventFactory(), name="Чужая запись", link="https://example.org/")
    told = Client().get(f"/api/v1/events/{event.slug}/").json()
    lyceum = {"slug": "lyceum", "kind": "school", "name": "Лицей", "name_en": ""}
    assert told["signings"] == [{"subject": "О классе", "subject_en": "On a class", "parties": [lyceum]}]
    slides = {"name": "Слайды", "name_en": "", "link": "https://example.org/", "talk": "О свете", "talk_en": ""}
    assert told["materials"] == [slides, slides | {"name": "Фотографии", "talk": None, "talk_en": None}]
    page = page_of(event)
    assert [name in page for name in ("О классе", "Лицей", "Слайды", "Фотографии", "Скрытая")] == [True] * 4 + [False]
    event.state = EventState.DRAFT
    event.save()
    assert Client().get(f"/api/v1/events/{event.slug}/").status_code == 404


def test_a_programme_of_nothing_is_not_there() -> None:
    assert [Client().get(f"/api/v1/events/{slug}/programme/").status_code for slug in ("none", "%00")] == [404] * 2


@time_machine.travel(datetime.datetime(2026, 12, 1, 9, tzinfo=datetime.UTC))
def test_the_programme_goes_by_the_clock_of_the_place() -> None:
    zone = ZoneInfo("Asia/Kamchatka")
    starts = datetime.datetime(2027, 3, 1, 10, tzinfo=zone)
    event = EventFactory(starts_at=starts, ends_at=starts + datetime.timedelta(days=1), time_zone=zone.key)
    for name, begins in (("Второй день", starts + datetime.timedelta(days=1)), ("Открытие", starts)):
        Session.objects.create(event=event, name=name, starts_at=begins, ends_at=begins + datetime.timedelta(hours=1))
    page = page_of(event)
    times = re.findall(r'<time datetime="2027-03-0\dT10:00:00\+12:00">10:00</time>', page)
    assert len(times) == 2
    assert page.index("1 марта, ") < page.index("Открытие") < page.index("2 марта, ") < page.index("Второй день")


@pytest.mark.parametrize(
    ("move", "banner"), [("postpone", "Мероприятие перенесено"), ("cancel", "Мероприятие отменено")]
)
def test_what_does_not_take_place_as_planned_says_so_and_why(move: str, banner: str) -> None:
    event = EventFactory()
    move_event(event, move=move, who=Who.STAFF, by=None, reason="Школу закрыли на ремонт")
    page = page_of(event)
    assert banner in page
    assert "Школу закрыли на ремонт" in page
    assert "Было назначено на" in page
    assert "Добавить в календарь" not in page


NOW = datetime.datetime(2026, 12, 1, 9, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        pytest.param({}, "open", id="open"),
        pytest.param({"opens_at": NOW + DAY}, "soon", id="not open yet"),
        pytest.param({"closes_at": NOW - DAY}, "closed", id="closed"),
        pytest.param({"starts_at": NOW - DAY / 24, "ends_at": NOW + DAY}, "closed", id="has begun"),
        pytest.param({"state": EventState.POSTPONED}, "closed", id="postponed"),
        pytest.param({"state": EventState.CANCELLED}, None, id="cancelled"),
        pytest.param({"state": EventState.HELD}, None, id="held"),
        pytest.param({"registration": "none"}, "none", id="nobody registers"),
        pytest.param({"registration": "none", "state": EventState.POSTPONED}, None, id="nobody knows when to come"),
    ],
)
def test_the_box_of_the_registration_says_how_it_stands(fields: dict[str, Any], state: str | None) -> None:
    with time_machine.travel(NOW, tick=False):
        desk = desk_of(EventFactory(**{"starts_at": NOW + 9 * DAY, "ends_at": NOW + 10 * DAY, **fields}))
        assert (desk and desk.state) == state


@pytest.mark.parametrize("takes_groups", [True, False])
def test_a_teacher_is_led_to_the_form_for_groups_where_they_are_taken(takes_groups: bool) -> None:
    pool = PoolFactory(capacity=12, takes_groups=takes_groups)
    page = page_of(pool.event)
    assert (f"/events/{pool.event.slug}/register-group/" in page) is takes_groups
    assert "всего 12 мест" in page
    assert "встать в лист ожидания" in page


def test_registration_elsewhere_is_a_link_and_here_agrees_with_the_services() -> None:
    elsewhere = EventFactory(registration="elsewhere", registration_site="https://example.org/form")
    assert 'href="https://example.org/form" rel="noopener nofollow"' in page_of(elsewhere)
    here = EventFactory()
    desk = desk_of(here)
    assert desk
    assert here.takes_registrations is (desk.state == "open")


def test_search_engines_are_told_the_same() -> None:
    zone = ZoneInfo("Europe/Kaliningrad")
    starts = datetime.datetime(2027, 3, 1, 10, tzinfo=zone)
    event = EventFactory(
        name="Форум </script><script>alert(1)</script>",
        starts_at=starts,
        ends_at=starts + DAY,
        time_zone=zone.key,
        state=EventState.CANCELLED,
        city="Светлогорск",
        venue="Дом культуры",
    )
    content = Client().get(f"/events/{event.slug}/").content.decode()
    for other in ("/events/?when=all", "/events/calendar/?month=2027-03"):
        assert "Форум &lt;/script&gt;" in Client().get(other).content.decode()
    assert "<script>alert" not in content
    [block] = re.findall(r'<script type="application/ld\+json">(.+?)</script>', content)
    data = json.loads(block)
    expected = {
        "name": event.name,
        "startDate": "2027-03-01T10:00+02:00",
        "eventStatus": "https://schema.org/EventCancelled",
        "location": {"@type": "Place", "name": "Дом культуры", "address": "Дом культуры, Светлогорск"},
    }
    assert {name: data[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("precision", "day", "said"),
    [("day", datetime.date(2017, 7, 6), "6 июля 2017 г., четверг"), ("month", datetime.date(2021, 3, 1), "Март 2021"),
     ("year", datetime.date(2023, 1, 1), "2023 год")],
)  # fmt: skip
def test_a_time_is_said_as_far_as_it_is_known(precision: str, day: datetime.date, said: str) -> None:
    starts = datetime.datetime.combine(day, datetime.time(), ZoneInfo("Europe/Moscow"))
    event = EventFactory(
        starts_at=starts, ends_at=starts, precision=Precision(precision), registration="none", state=EventState.HELD,
        headcount=400, headcount_is_least=True,
    )  # fmt: skip
    page = page_of(event)
    assert f">{said}</time>" in page
    assert re.search(r"Участвовали</dt>\s*<dd>\s*более\s*400", page)

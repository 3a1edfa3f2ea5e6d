"""Times by the clock of the place, and beside it that of the reader."""

import datetime
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.models import OutgoingMail
from common.times import when_there_and_here
from events.life.changes import change_event
from events.models import Event, EventFormat, EventReminder, Precision, Registration, TicketPool
from events.registering.registrations import register_attendee
from events.telling.messages import Written, send_waiting, write_to_registered
from events.telling.reminders import ask_who_comes, remind
from members.models import Organisation, User
from tests.events.people import asked
from tests.factories.events import EventFactory, PoolFactory
from tests.factories.members import OrganisationFactory, RegionFactory, UserFactory

DAY = datetime.date(2026, 12, 1)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel("2026-12-01 09:00:00+00:00", tick=False):
        yield


def event(zone: str, hour: int = 10, **fields: Any) -> Event:
    starts = datetime.datetime(2026, 12, 16, hour, tzinfo=ZoneInfo(zone))
    return Event(starts_at=starts, ends_at=starts, time_zone=zone, format=EventFormat.IN_PERSON, **fields)


@pytest.mark.parametrize(
    ("there", "here", "said"),
    [
        pytest.param(
            event("Asia/Yekaterinburg"), "Europe/Moscow", "10:00 по Екатеринбургу · у вас 08:00", id="earlier"
        ),
        pytest.param(event("Europe/Moscow"), "Europe/Simferopol", "10:00 по Москве", id="the same clock"),
        pytest.param(
            event("Europe/Moscow", 20), "Asia/Kamchatka", "20:00 по Москве · у вас 17 декабря, 05:00", id="the next day"
        ),
        pytest.param(
            event("Europe/Kaliningrad", 20),
            "Asia/Kamchatka",
            "20:00 по Калининграду · у вас 17 декабря, 06:00",
            id="across the country",
        ),
        pytest.param(
            event("Asia/Kamchatka"),
            "Pacific/Honolulu",
            "10:00 по Камчатке · у вас 15 декабря, 12:00",
            id="across the date line",
        ),
        pytest.param(event("Asia/Omsk", precision=Precision.DAY), "Europe/Moscow", "", id="no hour is known"),
    ],
)
def test_the_clock_of_the_reader_stands_beside_that_of_the_place(there: Event, here: str, said: str) -> None:
    words = when_there_and_here(there, here, today=DAY).replace("\N{NO-BREAK SPACE}", " ")
    assert words == ", ".join(filter(None, ("16 декабря, среда", said)))


@pytest.mark.django_db
def test_a_letter_says_the_time_by_the_clock_of_the_organisation_that_one_comes_from() -> None:
    pool = PoolFactory(event=EventFactory(time_zone="Asia/Yekaterinburg"))
    user = UserFactory()
    school = OrganisationFactory(region=RegionFactory(code="RU-KGD", time_zone="Europe/Kaliningrad"))
    register_attendee(pool.event, pool=pool, asked=asked(1, user=user, organisation=school))
    letter = OutgoingMail.objects.get(recipient=user.email)
    assert pool.event.starts_at
    starts = pool.event.starts_at.astimezone(ZoneInfo("Europe/Kaliningrad"))
    assert f"· у вас {starts:%H:%M}" in letter.text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(("month", "own"), [(2, "08:00"), (7, "09:00")], ids=["winter", "summer"])
def test_abroad_the_clock_of_the_reader_is_put_forward_in_summer(month: int, own: str) -> None:
    starts = datetime.datetime(2027, month, 16, 10, tzinfo=ZoneInfo("Europe/Moscow"))
    there = Event(starts_at=starts, ends_at=starts, time_zone="Europe/Moscow")
    assert when_there_and_here(there, "Europe/Berlin", today=DAY).endswith(f"у вас {own}")


STARTS = datetime.datetime(2026, 12, 16, 20, tzinfo=ZoneInfo("Europe/Kaliningrad"))
WRITTEN = Written("Тема", "Текст")


@pytest.fixture
def pool(db: None) -> TicketPool:
    """Of an event that sends whatever letters there are."""
    return PoolFactory(event__starts_at=STARTS, event__time_zone="Europe/Kaliningrad", event__asks_to_confirm=True)


@pytest.fixture
def school(db: None) -> Organisation:
    return OrganisationFactory(region=RegionFactory(code="RU-KGD", time_zone="Europe/Kaliningrad"))


def change_place(event: Event, by: User) -> None:
    event.venue = "Лицей"
    change_event(event, names=["venue"], by=by)
    send_waiting()


def write(event: Event, by: User) -> None:
    write_to_registered(event, written=WRITTEN, by=by, key="")
    send_waiting()


# When before the beginning, and what is sent then.
SENT: list[tuple[datetime.timedelta, Callable[[Event, User], object]]] = [
    (datetime.timedelta(days=8), change_place),
    (datetime.timedelta(days=7), lambda _event, _by: remind()),
    (datetime.timedelta(days=3), write),
    (datetime.timedelta(days=2), lambda _event, _by: ask_who_comes()),
    (datetime.timedelta(days=1), lambda _event, _by: remind()),
]


@pytest.mark.parametrize("comes_from_school", [True, False])
def test_every_letter_says_the_time_by_the_clock_that_its_reader_has_chosen(
    pool: TicketPool, school: Organisation, comes_from_school: bool
) -> None:
    """Wherever they come from."""
    user = UserFactory(time_zone="Asia/Kamchatka")
    organisation = school if comes_from_school else None
    register_attendee(pool.event, pool=pool, asked=asked(1, user=user, organisation=organisation))
    for before, send in SENT:
        with time_machine.travel(STARTS - before, tick=False):
            send(pool.event, user)
    letters = [letter.text.replace("\N{NO-BREAK SPACE}", " ") for letter in OutgoingMail.objects.order_by("pk")]
    assert [letter.count("по Калининграду · у вас 17 декабря, 06:00") for letter in letters] == [1] * (1 + len(SENT))


def test_letters_ask_as_much_for_many_readers_as_for_few(pool: TicketPool, school: Organisation) -> None:
    def queries() -> list[int]:
        numbers = []
        for before, send in SENT:
            with time_machine.travel(STARTS - before, tick=False), CaptureQueriesContext(connection) as asked_for:
                send(pool.event, by)
            numbers.append(len(asked_for))
        return numbers

    by, numbers = UserFactory(), []
    for readers in (1, 1, 3):  # at first what is known for all letters is read too
        Registration.objects.all().delete()
        EventReminder.objects.all().delete()
        for number in range(readers):
            user = UserFactory(time_zone="Asia/Kamchatka" if number % 2 else "")
            register_attendee(pool.event, pool=pool, asked=asked(number, user=user, organisation=school))
        numbers.append(queries())
    assert numbers[1] == numbers[2]


@pytest.mark.django_db
def test_only_hours_of_a_page_are_told_by_the_clock_of_the_reader_too() -> None:
    page = Client().get(EventFactory(time_zone="Asia/Omsk").get_absolute_url()).content.decode()
    assert 'T15:00+06:00" data-clock>' in page
    day = EventFactory(precision=Precision.DAY, registration="none")
    assert "data-clock" not in Client().get(day.get_absolute_url()).content.decode()


@pytest.mark.django_db
def test_the_zone_of_an_account_stands_on_its_own_pages_and_on_nobody_elses() -> None:
    address = EventFactory(time_zone="Europe/Kaliningrad").get_absolute_url()

    def page(user: User | None) -> str:
        client = Client()
        if user:
            client.force_login(user)
        return client.get(address).content.decode()

    for_guests = page(None)
    read = [page(user) for user in (UserFactory(time_zone="Asia/Kamchatka"), UserFactory())]
    assert [text.count("Kamchatka") for text in (*read, for_guests)] == [1, 0, 0]
    assert ('data-zone="Asia/Kamchatka"' in read[0], "data-zone" in for_guests) == (True, False)
    assert page(None) == for_guests

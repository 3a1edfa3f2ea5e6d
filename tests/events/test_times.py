"""Times by the clock of the place, and beside it that of the reader."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from common.models import OutgoingMail
from events.models import Event, EventFormat, Precision
from events.registrations import register_attendee
from events.times import when_there_and_here
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


@pytest.mark.django_db
def test_only_hours_of_a_page_are_told_by_the_clock_of_the_reader_too() -> None:
    page = Client().get(EventFactory(time_zone="Asia/Omsk").get_absolute_url()).content.decode()
    assert 'T15:00+06:00" data-clock>' in page
    day = EventFactory(precision=Precision.DAY, registration="none")
    assert "data-clock" not in Client().get(day.get_absolute_url()).content.decode()

"""Events that are held in a technopark: its page, the filter, the feeds, the API."""

import re
from typing import Any

import pytest
from django.test import Client

from events.models import Event, EventState
from technoparks.models import Technopark
from tests.factories.events import EventFactory
from tests.factories.technoparks import TechnoparkFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def park() -> Technopark:
    return TechnoparkFactory(name="Технопарк на Лихачёвском", slug="likhachevo")


def there(park: Technopark, name: str = "Ночь науки", **fields: Any) -> Event:
    return EventFactory(name=name, technopark=park, **fields)


def read(address: str) -> str:
    answer = Client().get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_of_a_technopark_shows_what_is_on_there(park: Technopark) -> None:
    event = there(park)
    there(park, "Черновик", state=EventState.DRAFT)
    EventFactory(name="В другом месте")
    page = read(park.get_absolute_url())
    assert event.get_absolute_url() in page
    assert 'href="/events/?technopark=likhachevo&amp;when=all"' in page
    assert [name for name in ("Черновик", "В другом месте") if name in page] == []


def test_a_technopark_without_events_has_no_such_part(park: Technopark) -> None:
    assert 'id="events"' not in read(park.get_absolute_url())


def test_the_page_of_an_event_leads_to_the_technopark(park: Technopark) -> None:
    event = there(park, venue="Актовый зал")
    page = read(event.get_absolute_url())
    assert "Актовый зал" in page
    assert f'<a href="{park.get_absolute_url()}">{park.name}</a>' in page


def test_the_name_of_the_technopark_stands_there_once(park: Technopark) -> None:
    page = read(there(park, venue=park.name).get_absolute_url())
    assert f"<span>{park.name}</span>" not in page


def test_a_technopark_that_is_not_published_is_named_nowhere(park: Technopark) -> None:
    event = there(park)
    Technopark.objects.update(is_published=False)
    assert park.name not in read(event.get_absolute_url())
    assert Client().get(f"/api/v1/events/{event.slug}/").json()["technopark"] is None
    assert "Ночь науки" not in read("/events/?technopark=likhachevo")


@pytest.mark.parametrize("address", ["/events/", "/events/feed.ics", "/events/feed.rss", "/api/v1/events/"])
def test_list_feeds_and_api_have_the_same_filter(park: Technopark, address: str) -> None:
    there(park)
    EventFactory(name="В другом месте")
    found = read(f"{address}?technopark=likhachevo")
    assert ("Ночь науки" in found, "В другом месте" in found) == (True, False)


def test_the_filter_stays_in_the_list_and_can_be_taken_away(park: Technopark) -> None:
    there(park)
    page = read("/events/?technopark=likhachevo")
    assert re.search(r'<input type="hidden"\s+name="technopark"\s+value="likhachevo">', page)
    assert "Технопарк на Лихачёвском" in page


def test_the_api_names_the_technopark(park: Technopark) -> None:
    assert Client().get(f"/api/v1/events/{there(park).slug}/").json()["technopark"] == "likhachevo"
    assert Client().get(f"/api/v1/events/{EventFactory().slug}/").json()["technopark"] is None

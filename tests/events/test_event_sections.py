"""The pages of one event lead to one another: each reader finds those that they may open, and no others."""

import datetime
import re

import pytest
from django.test import Client
from django.utils import timezone

from events.models import Event, EventState
from members.models import Organisation, Role
from tests.events.over import over_since
from tests.factories.events import EventOrganiserFactory
from tests.factories.members import RepresentativeFactory
from tests.office import editor, enter, superuser

pytestmark = pytest.mark.django_db
PLACE = "/dashboard/a/events/forum/"
REPORT, DOOR, PAPERS = f"{PLACE}report/", "/events/forum/check-in/", "/events/forum/certificates/"
LATER = timezone.now() + datetime.timedelta(days=1)
ALL = [PLACE, f"{PLACE}registrations/", f"{PLACE}letters/", DOOR, PAPERS, REPORT, f"{PLACE}feedback/"]


@pytest.fixture
def event() -> Event:
    event = over_since(days=2)
    EventOrganiserFactory(event=event, organisation__slug="a")
    return event


def sections(client: Client, address: str) -> list[tuple[str, str]]:
    """Address and mark of each; none where the page is the only one."""
    found = re.search(r'class="event-sections.*?</nav>', client.get(address).content.decode(), re.DOTALL)
    return re.findall(r'<a href="([^"]+)"\s*(?:aria-current="(\w+)")?', found[0]) if found else []


def as_role(role: str) -> Client:
    client = Client()
    client.force_login(RepresentativeFactory(organisation=Organisation.objects.get(slug="a"), role=role).user)
    return client


def test_every_page_leads_to_the_others_within_the_dashboard(event: Event) -> None:
    client = as_role(Role.COORDINATOR)
    for address in ALL:
        text = client.get(address).content.decode()
        if address == DOOR:  # made for a telephone: the way back alone
            assert f'href="{PLACE}"' in text
        else:
            assert sections(client, address) == [(one, "page" if one == address else "") for one in ALL]
            assert "dashboard-side" in text


def test_a_page_below_another_one_marks_it(event: Event) -> None:
    client = as_role(Role.HEAD)
    for address, above in (("letters/write/", ALL[2]), ("feedback/questions/", ALL[6]), ("places/", PLACE)):
        assert (above, "true") in sections(client, PLACE + address)


@pytest.mark.parametrize(("role", "found"), [(Role.TEACHER, [PLACE, DOOR]), (Role.VIEWER, [])])
def test_who_does_not_tend_it_finds_less(event: Event, role: str, found: list[str]) -> None:
    assert [url for url, _mark in sections(as_role(role), PLACE)] == found


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"state": EventState.DRAFT}, []),
        ({"registration": "none"}, [PLACE, *ALL[5:]]),
        ({"starts_at": LATER, "ends_at": LATER, "state": EventState.PUBLISHED}, [*ALL[:4], ALL[6]]),
    ],
)
def test_what_does_not_fit_the_event_is_left_out(event: Event, fields: dict[str, object], found: list[str]) -> None:
    Event.objects.update(**fields)
    assert [url for url, _mark in sections(as_role(Role.HEAD), PLACE)] == found


def test_the_office_finds_what_is_not_the_dashboards_own(event: Event) -> None:
    assert [url for url, _mark in sections(enter(editor()), REPORT)] == ALL[5:]
    assert [url for url, _mark in sections(enter(superuser()), PAPERS)] == ALL[3:]


def test_of_two_organisers_the_one_is_shown_where_the_reader_may_do_more(event: Event) -> None:
    client = as_role(Role.HEAD)
    other = EventOrganiserFactory(event=event, organisation__slug="aa", organisation__name="Аа").organisation
    RepresentativeFactory(organisation=other, user=client.get(PLACE).wsgi_request.user, role=Role.VIEWER)
    assert client.get(PAPERS).context["organisation"].slug == "a"

"""Registering by a program: the same rules, once for a key."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from events.models import Registration, RegistrationQuestion, RegistrationState, TicketPool
from events.registrations import register_attendee
from members.consents import text_in_force
from members.models import Role, User
from tests.events.people import asked, states
from tests.factories.events import EventFactory, PoolFactory
from tests.factories.members import OrganisationFactory, RepresentativeFactory, UserFactory

State = RegistrationState
pytestmark = pytest.mark.django_db
LIST = "/api/v1/my/registrations/"


@pytest.fixture
def pool() -> TicketPool:
    return PoolFactory(name="Очно", capacity=1, event=EventFactory(slug="forum", online_link="https://x.example.org"))


@pytest.fixture
def reader(client: Client) -> User:
    person = UserFactory()
    client.force_login(person)
    return person


def post(client: Client, key: str = "k1", **more: Any) -> Any:
    body = {"event": "forum", "pool": "Очно", "consent": text_in_force("registration").version, **more}
    return client.post(LIST, body, content_type="application/json", headers={"Idempotency-Key": key})


def test_one_key_is_one_registration_with_its_ticket(client: Client, pool: TicketPool, reader: User) -> None:
    answers = [post(client) for _try in range(2)]
    registration = Registration.objects.get()
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[1].json() == {
        "id": registration.pk,
        "event": "forum",
        "pool": "Очно",
        "organisation": None,
        "name": reader.get_full_name(),
        "state": "confirmed",
        "registered_at": answers[1].json()["registered_at"],
        "offer_until": None,
        "asked_at": None,
        "coming_at": None,
        "answer_by": None,
        "online_link": "https://x.example.org",
        "ticket": registration.tickets.get().code,
        "turn": None,
    }
    assert registration.consent_text == text_in_force("registration")


def test_who_waits_learns_the_turn_and_gets_no_link(client: Client, pool: TicketPool, reader: User) -> None:
    register_attendee(pool.event, pool=pool, asked=asked(1, user=UserFactory()))
    answer = post(client).json()
    assert (answer["state"], answer["turn"], answer["ticket"], answer["online_link"]) == ("waiting", 1, None, "")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"event": "hidden"}, "event"),
        ({"pool": "Онлайн"}, "pool"),
        ({"consent": 0}, "consent"),
        ({"organisation": "other"}, "organisation"),
        ({"answers": {"Класс": "9"}}, "answers"),
    ],
)
def test_what_is_wrong_is_told_by_the_field(
    client: Client, pool: TicketPool, reader: User, wrong: dict[str, Any], field: str
) -> None:
    EventFactory(slug="hidden", state="draft")
    OrganisationFactory(slug="other")
    kinds = RegistrationQuestion.Type
    RegistrationQuestion.objects.create(event=pool.event, label="Класс", type=kinds.CHOICE, choices="10\n11")
    answer = post(client, **wrong)
    assert (answer.status_code, [*answer.json()]) == (400, [field])
    assert not Registration.objects.exists()


def test_one_comes_from_an_organisation_of_ones_own(client: Client, pool: TicketPool, reader: User) -> None:
    RepresentativeFactory(user=reader, role=Role.VIEWER, organisation__slug="own")
    assert post(client, organisation="own").json()["organisation"] == "own"


def test_a_request_without_a_key_and_one_by_a_stranger_are_refused(client: Client, pool: TicketPool) -> None:
    assert post(client).status_code == 403
    client.force_login(UserFactory())
    assert client.post(LIST, {}, content_type="application/json").status_code == 400


def test_a_place_is_given_back(client: Client, pool: TicketPool, reader: User) -> None:
    made = post(client).json()["id"]
    other = register_attendee(pool.event, pool=pool, asked=asked(2, user=UserFactory()))
    cancelled = [client.post(f"{LIST}{made}/cancel/").json()["state"] for _try in range(2)]
    assert cancelled == ["cancelled", "cancelled"]
    assert states(pool.event) == [State.CANCELLED, State.OFFERED]
    assert client.post(f"{LIST}{other.pk}/cancel/").status_code == 404
    assert client.get(f"{LIST}{other.pk}/").status_code == 404


@pytest.mark.parametrize("number", [1, 3])
def test_a_list_costs_no_more_for_more(
    client: Client, reader: User, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _event in range(number):
        pool = PoolFactory()
        register_attendee(pool.event, pool=pool, asked=asked(user=reader))
    client.get(LIST)
    with django_assert_num_queries(5):  # the session, the reader, the count, the rows, their tickets
        assert client.get(LIST).json()["count"] == number

"""Registering by a program: the same rules, once for a key."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from common.limits import ScopeThrottle
from events.models import Registration, RegistrationQuestion, RegistrationState, TicketPool
from events.registering.registrations import cancel_registration, register_attendee
from members.consents.services import text_in_force
from members.models import Role, User
from tests.events.people import asked, states
from tests.factories.events import EventFactory, PoolFactory, QuotaFactory
from tests.factories.members import OrganisationFactory, RepresentativeFactory, UserFactory

State = RegistrationState
pytestmark = pytest.mark.django_db
LIST = "/api/v1/my/registrations/"
ASKED = "/api/v1/events/forum/registration/"


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
    PoolFactory(name="Онлайн")  # of another event
    OrganisationFactory(slug="other")
    kinds = RegistrationQuestion.Type
    RegistrationQuestion.objects.create(event=pool.event, label="Класс", type=kinds.CHOICE, choices="10\n11")
    answer = post(client, **wrong)
    assert (answer.status_code, [*answer.json()]) == (400, [field])
    assert not Registration.objects.exists()


@pytest.mark.parametrize(("said", "kept"), [("да", "да"), ("Yes", "да"), ("нет", None), ("no", None), ("", None)])
def test_a_box_is_ticked_by_a_yes_alone(
    client: Client, pool: TicketPool, reader: User, said: str, kept: str | None
) -> None:
    RegistrationQuestion.objects.create(event=pool.event, label="Можно снимать", type=RegistrationQuestion.Type.CHECK)
    assert post(client, answers={"Можно снимать": said}).status_code == 201
    assert Registration.objects.get().answers.get("Можно снимать") == kept


def test_what_is_no_answer_to_a_box_is_told(client: Client, pool: TicketPool, reader: User) -> None:
    RegistrationQuestion.objects.create(event=pool.event, label="Можно снимать", type=RegistrationQuestion.Type.CHECK)
    answer = post(client, answers={"Можно снимать": "иногда"})
    assert (answer.status_code, [*answer.json()["answers"]]) == (400, ["Можно снимать"])


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


# --- What is asked, offered and answered ---------------------------------------------------------------------------


def test_a_program_learns_what_is_asked_and_what_is_free(client: Client, pool: TicketPool, reader: User) -> None:
    own = RepresentativeFactory(user=reader, role=Role.VIEWER).organisation
    PoolFactory(event=pool.event, name="Онлайн", kind="online", capacity=None, takes_groups=False)
    QuotaFactory(pool=PoolFactory(event=pool.event, name="Гости", capacity=3), organisation=own, places=2)
    register_attendee(pool.event, pool=pool, asked=asked(1, user=UserFactory()))
    kinds = RegistrationQuestion.Type
    RegistrationQuestion.objects.create(event=pool.event, label="Класс", type=kinds.CHOICE, choices="10\n11")
    told = client.get(ASKED).json()
    assert [(one["name"], one["free"], one["kept"], one["turn"]) for one in told["pools"]] == [
        ("Очно", 0, 0, 1),
        ("Онлайн", None, 0, 1),
        ("Гости", 3, 2, 1),
    ]
    [question] = told["questions"]
    assert (question["label"], question["type"], question["choices"]) == ("Класс", "choice", ["10", "11"])
    assert (told["is_open"], told["consent"]["version"]) == (True, text_in_force("registration").version)
    client.logout()
    assert [one["free"] for one in client.get(ASKED).json()["pools"]] == [0, None, 1]


@pytest.mark.parametrize("number", [1, 3])
def test_what_is_asked_costs_no_more_for_more(
    client: Client, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    event = EventFactory(slug="forum")
    for place in range(number):
        PoolFactory(event=event)
        RegistrationQuestion.objects.create(event=event, label=f"Вопрос {place}")
    with django_assert_num_queries(6):  # the event, its pools and questions, what is free, the queues, the consent
        told = client.get(ASKED).json()
    assert (len(told["pools"]), len(told["questions"])) == (number, number)


def test_an_offer_is_accepted_and_given_back(client: Client, pool: TicketPool, reader: User) -> None:
    first = register_attendee(pool.event, pool=pool, asked=asked(1, user=UserFactory()))
    place = f"{LIST}{post(client).json()['id']}/"
    cancel_registration(first, by=None)
    assert client.get(place).json()["state"] == "offered"
    assert [client.post(f"{place}accept/").json()["state"] for _try in range(2)] == ["confirmed"] * 2
    said = [client.post(f"{place}coming/").json()["coming_at"] for _try in range(2)]
    assert said[0] is not None
    assert said[0] == said[1]
    assert client.post(f"{place}cancel/").json()["state"] == "cancelled"


def test_whoever_has_no_name_is_asked_for_it(client: Client, pool: TicketPool) -> None:
    client.force_login(UserFactory(first_name="", last_name="", patronymic=""))
    assert post(client).json() == {"name": ["Обязательное поле."]}
    assert post(client, name="Анна\nПетрова").json()["name"] == "Анна Петрова"


def test_a_key_with_another_event_is_refused(client: Client, pool: TicketPool, reader: User) -> None:
    PoolFactory(name="Очно", event__slug="other")
    post(client)
    answer = post(client, event="other")
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")


def test_what_two_people_call_their_requests_is_their_own(client: Client, pool: TicketPool, reader: User) -> None:
    post(client)
    client.force_login(UserFactory())
    assert post(client).json()["state"] == "waiting"


def test_as_many_register_from_one_address_as_on_the_page(
    client: Client, pool: TicketPool, reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ScopeThrottle.THROTTLE_RATES, "register", "2/min")
    answers = [post(client, key=f"k{number}") for number in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert int(answers[2]["Retry-After"]) > 0
    assert client.get(LIST).status_code == 200

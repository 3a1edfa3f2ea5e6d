"""The door by a program: whatever is sent twice is answered twice and done once."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from common.models import PersonalDataView
from events.models import CheckIn, Registration, TicketPool
from events.registering.registrations import Asked, Guest, cancel_registration, register_attendee, register_group
from members.models import Representative, Role
from tests.events.people import asked, guests, held
from tests.factories.events import EventOrganiserFactory, PoolFactory
from tests.factories.members import RepresentativeFactory, UserFactory
from tests.office import enter, superuser

pytestmark = pytest.mark.django_db
DOOR = "/api/v1/events/forum/check-in/"


@pytest.fixture
def pool() -> TicketPool:
    """Of what begins in an hour."""
    starts_at = timezone.now() + datetime.timedelta(hours=1)
    return PoolFactory(name="Очно", capacity=5, event__slug="forum", event__starts_at=starts_at)


@pytest.fixture
def keeper(pool: TicketPool) -> Representative:
    organiser = EventOrganiserFactory(event=pool.event).organisation
    return RepresentativeFactory(organisation=organiser, role=Role.TEACHER)


@pytest.fixture
def door(client: Client, keeper: Representative) -> Client:
    client.force_login(keeper.user)
    return client


@pytest.fixture
def group(pool: TicketPool) -> Registration:
    teacher = RepresentativeFactory(role=Role.TEACHER, organisation__short_name="Лицей")
    people = [Guest("Пётр Семёнов", "8А"), Guest("Анна Белова", "8А"), Guest("Яна Ёлкина", "8Б")]
    asks = Asked("Учитель", teacher.user.email, teacher.user, teacher.organisation)
    return register_group(pool.event, pool=pool, group="8А", guests=people, asked=asks)[0]


def guest_of(pool: TicketPool) -> str:
    """The code of a ticket."""
    return register_attendee(pool.event, pool=pool, asked=asked(user=UserFactory())).tickets.get().code


def post(client: Client, rest: str = "", *, key: str = "", **body: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(DOOR + rest, body, content_type="application/json", headers=headers)


def refused(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_second_reading_says_when_and_at_which_gate_the_first_was(door: Client, pool: TicketPool) -> None:
    code = guest_of(pool)
    first = post(door, code=code, gate="Главный вход").json()
    again = post(door, code=f"{code[:5].lower()}-{code[5:]}", gate="Двор").json()
    entry = CheckIn.objects.get()
    assert first == {
        "entry": {
            "is_first": True,
            "guest": {
                "id": entry.ticket_id,
                "code": code,
                "name": "Гость 1",
                "grade": "",
                "group": "",
                "organisation": None,
                "lacks_consent": False,
                "entered": {
                    "day": entry.day.isoformat(),
                    "at": timezone.localtime(entry.at).isoformat(),
                    "gate": "Главный вход",
                },
            },
        },
        "group": None,
    }
    assert again == {"entry": {**first["entry"], "is_first": False}, "group": None}
    assert entry.by == pool.event.organisers.get().representatives.get().user


def test_what_admits_nobody_has_a_code(door: Client, pool: TicketPool) -> None:
    gone = register_attendee(pool.event, pool=pool, asked=asked(user=UserFactory()))
    cancel_registration(gone, by=None)
    foreign = guest_of(PoolFactory(event__starts_at=timezone.now() + datetime.timedelta(hours=1)))
    answers = [post(door, code=code) for code in (gone.tickets.get().code, foreign, "НИЧЕЙ")]
    assert [refused(answer) for answer in answers] == [
        (409, "no_place"),
        (409, "unknown_ticket"),
        (409, "unknown_ticket"),
    ]
    pool.event.starts_at = timezone.now() + datetime.timedelta(days=2)
    pool.event.ends_at = pool.event.starts_at
    pool.event.save()
    assert refused(post(door, code=guest_of(pool))) == (409, "doors_closed")
    assert not CheckIn.objects.exists()


def test_a_group_is_read_by_its_code_and_ticked(door: Client, group: Registration) -> None:
    read = post(door, code=group.group_code).json()
    assert (read["entry"], read["group"]["came"], read["group"]["organisation"]) == (None, 0, "Лицей")
    keys = [guest["id"] for guest in read["group"]["guests"]]
    assert all(guest["lacks_consent"] for guest in read["group"]["guests"])
    for came, chosen in ((2, keys[:2]), (2, keys[:2]), (3, keys[2:])):
        told = post(door, "group/", code=group.group_code, tickets=chosen, gate="Двор").json()
        assert (told["came"], sum(guest["entered"] is not None for guest in told["guests"])) == (came, came)
    assert CheckIn.objects.count() == 3


def test_of_a_group_nobody_else_is_noted(door: Client, pool: TicketPool, group: Registration) -> None:
    other = register_attendee(pool.event, pool=pool, asked=asked(user=UserFactory()))
    told = post(door, "group/", code=group.group_code, tickets=[other.tickets.get().pk])
    assert (told.status_code, told.json()["came"]) == (200, 0)
    assert post(door, "group/", code=other.tickets.get().code, tickets=[]).status_code == 404
    assert not CheckIn.objects.exists()


def test_people_are_found_by_parts_of_their_names(door: Client, group: Registration) -> None:
    found = [
        [one["name"] for one in post(door, "search/", words=words).json()] for words in ("семенов", "ЕЛК ян", "Ия")
    ]
    assert found == [["Пётр Семёнов"], ["Яна Ёлкина"], []]
    assert post(door, "search/", words=" ").status_code == 400


def test_an_entry_is_undone_once_and_counted(door: Client, pool: TicketPool) -> None:
    code = guest_of(pool)
    post(door, code=code)
    counts = [door.get(DOOR).json()["came"]]
    undone = [post(door, "undo/", code=code.lower()).json()["is_undone"] for _try in range(2)]
    counts.append(door.get(DOOR).json()["came"])
    assert (undone, counts, door.get(DOOR).json()["expected"]) == ([True, False], [1, 0], 1)
    assert post(door, code=code).json()["entry"]["is_first"]


def test_who_has_not_registered_comes_in_once_for_a_key(door: Client, pool: TicketPool) -> None:
    TicketPool.objects.update(capacity=1)
    answers = [post(door, "walk-in/", key="k1", name="Гость", pool="Очно") for _try in range(2)]
    assert [(one.status_code, one.json()["is_first"]) for one in answers] == [(201, True), (201, False)]
    assert (held(pool), CheckIn.objects.count()) == (1, 1)
    assert refused(post(door, "walk-in/", key="k2", name="Гость", pool="Очно")) == (409, "no_places")
    # As it was typed, and the place is free again.
    post(door, "undo/", code=answers[0].json()["guest"]["code"].lower())
    assert (held(pool), CheckIn.objects.count()) == (0, 0)
    assert refused(post(door, "walk-in/", key="k1", name="Гость", pool="Очно")) == (409, "entrance_undone")


def test_a_key_that_somebody_has_registered_with_lets_in_nobody_of_theirs(door: Client, pool: TicketPool) -> None:
    register_attendee(pool.event, pool=pool, asked=asked(user=UserFactory(), key="k1"))
    told = post(door, "walk-in/", key="k1", name="Пришедший", pool="Очно").json()
    assert (told["guest"]["name"], told["is_first"]) == ("Пришедший", True)


@pytest.mark.parametrize(
    ("rest", "body", "fields"),
    [
        ("", {"code": ""}, ["code"]),
        ("", {"code": "A", "gate": "Я" * 61}, ["gate"]),
        ("group/", {"code": "A", "tickets": ["x"]}, ["tickets"]),
        ("walk-in/", {"name": " ", "pool": "Очно"}, ["name"]),
        ("walk-in/", {"name": "Гость", "pool": "Онлайн"}, ["pool"]),
    ],
)
def test_what_is_wrong_is_told_by_the_field(
    door: Client, pool: TicketPool, rest: str, body: dict[str, Any], fields: list[str]
) -> None:
    PoolFactory(name="Онлайн")  # of another event
    answer = post(door, rest, key="k1", **body)
    assert (answer.status_code, [*answer.json()]) == (400, fields)


def test_who_has_left_stands_at_no_door(door: Client, pool: TicketPool, keeper: Representative) -> None:
    """From the next request on."""
    code = guest_of(pool)
    assert door.get(DOOR).status_code == 200
    keeper.ended_at = timezone.now()
    keeper.save()
    body = {"code": code, "words": "Гость", "name": "Гость", "pool": "Очно", "tickets": []}
    ways = ("", "group/", "search/", "undo/", "walk-in/")
    answers = [door.get(DOOR), *(post(door, rest, key="k1", **body) for rest in ways)]
    assert [answer.status_code for answer in answers] == [404] * 6
    assert not CheckIn.objects.exists()


def test_it_is_kept_who_of_the_staff_looked_for_names(group: Registration) -> None:
    client = enter(superuser())
    post(client, "search/", words="Белова")
    post(client, code=group.group_code)
    assert PersonalDataView.objects.filter(record="events.ticket").count() == 2


@pytest.mark.parametrize("number", [1, 3])
def test_more_people_cost_no_more(
    door: Client, pool: TicketPool, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    teacher = RepresentativeFactory(role=Role.TEACHER)
    asks = Asked("Учитель", teacher.user.email, teacher.user, teacher.organisation)
    [group] = register_group(pool.event, pool=pool, group="8А", guests=guests(number), asked=asks)
    post(door, "search/", words="Ученик")
    with django_assert_num_queries(6):  # the session, the reader, the event, the role, the people, their entries
        assert len(post(door, "search/", words="Ученик").json()) == number
    with django_assert_num_queries(7):  # the same, and the group
        assert len(post(door, code=group.group_code).json()["group"]["guests"]) == number

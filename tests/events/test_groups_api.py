"""Groups by a program: what a teacher does on the pages, and nothing that they may not do there."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from common.models import OutgoingMail
from events.groups.consents import ask_parents, mark_pupils
from events.models import Registration, RegistrationState, Ticket, TicketPool
from events.registering.registrations import Asked, cancel_registration, register_attendee, register_group
from members.consents.services import text_in_force
from members.models import Organisation, Representative, Role, User
from tests.events.people import asked, guests, states
from tests.factories.events import EventFactory, PoolFactory
from tests.factories.members import OrganisationFactory, RepresentativeFactory, UserFactory

State = RegistrationState
pytestmark = pytest.mark.django_db
LIST = "/api/v1/my/groups/"
CLASS = [{"name": "Белова Анна", "grade": "8А"}, {"name": "Ученик 17", "grade": "8А"}, {"name": "Ёлкина\nЯна"}]


@pytest.fixture
def pool() -> TicketPool:
    return PoolFactory(name="Очно", capacity=3, event=EventFactory(slug="forum", online_link="https://x.example.org"))


@pytest.fixture
def school() -> Organisation:
    return OrganisationFactory(slug="lyceum")


@pytest.fixture
def role(school: Organisation) -> Representative:
    return RepresentativeFactory(organisation=school, role=Role.TEACHER)


@pytest.fixture
def teacher(client: Client, role: Representative) -> User:
    client.force_login(role.user)
    return role.user


def post(client: Client, address: str = LIST, body: object = None, *, key: str = "k1") -> Any:
    return client.post(address, body or {}, content_type="application/json", headers={"Idempotency-Key": key})


def a_class(**more: Any) -> dict[str, Any]:
    known = {"event": "forum", "pool": "Очно", "organisation": "lyceum", "group": "8А", "guests": CLASS}
    return {**known, "consent": text_in_force("registration").version, **more}


def group_of(teacher: User, school: Organisation, number: int = 2, *, pool: TicketPool | None = None) -> Registration:
    pool = pool or PoolFactory()
    asks = Asked("Учитель", teacher.email, teacher, school)
    return register_group(pool.event, pool=pool, group="8А", guests=guests(number), asked=asks)[0]


# --- Registered --------------------------------------------------------------------------------------------------


def test_one_key_is_one_group_with_a_ticket_for_each(client: Client, pool: TicketPool, teacher: User) -> None:
    answers = [post(client, body=a_class()) for _try in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    registration = Registration.objects.get()
    [told] = answers[1].json()["registrations"]
    assert told == {
        "id": registration.pk,
        "event": "forum",
        "pool": "Очно",
        "organisation": "lyceum",
        "group": "8А",
        "places": 3,
        "state": "confirmed",
        "registered_at": told["registered_at"],
        "offer_until": None,
        "asked_at": None,
        "coming_at": None,
        "answer_by": None,
        "online_link": "https://x.example.org",
        "code": registration.group_code,
        "rest": None,
        "turn": None,
        "guests": [
            {"id": ticket.pk, "name": name, "grade": grade, "code": ticket.code, "parent_consent": None}
            for ticket, name, grade in zip(
                registration.tickets.all(), ("Белова Анна", "Ученик 17", "Ёлкина Яна"), ("8А", "8А", ""), strict=True
            )
        ],
    }
    assert (registration.user, registration.consent_text) == (teacher, text_in_force("registration"))
    assert OutgoingMail.objects.count() == 1


def test_a_key_with_another_class_is_refused(client: Client, pool: TicketPool, teacher: User) -> None:
    post(client, body=a_class())
    answer = post(client, body=a_class(guests=CLASS[:1]))
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
    assert Registration.objects.count() == 1


def test_the_key_of_another_teacher_is_another_key(client: Client, pool: TicketPool, teacher: User) -> None:
    """Or whoever guesses it would read the names of their pupils."""
    post(client, body=a_class())
    other = RepresentativeFactory(role=Role.TEACHER, organisation__slug="other")
    client.force_login(other.user)
    answer = post(client, body=a_class(organisation="other", guests=[{"name": "Ученик 1"}]))
    assert (answer.status_code, answer.json()["registrations"][0]["organisation"]) == (201, "other")
    assert Registration.objects.count() == 2


@pytest.mark.parametrize(("if_few", "told"), [("all", [("waiting", 3)]), ("part", [("confirmed", 2), ("waiting", 1)])])
def test_of_a_group_that_is_too_large_all_wait_or_a_part(
    client: Client, pool: TicketPool, teacher: User, if_few: str, told: list[tuple[str, int]]
) -> None:
    register_attendee(pool.event, pool=pool, asked=asked(user=UserFactory()))
    made = post(client, body=a_class(if_few=if_few)).json()["registrations"]
    assert [(one["state"], one["places"]) for one in made] == told
    assert [one["rest"] for one in made] == [one["id"] for one in reversed(made)] if if_few == "part" else [None]
    assert (made[-1]["turn"], made[-1]["code"], {guest["code"] for guest in made[-1]["guests"]}) == (1, None, {None})


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"organisation": "other"}, {"organisation": ["Объект с slug=other не существует."]}),
        ({"organisation": "seen"}, {"organisation": ["Объект с slug=seen не существует."]}),
        ({"guests": []}, {"guests": ["В\xa0группе должен быть хотя бы один человек."]}),
        ({"guests": [{"name": " "}]}, {"guests": {"0": {"name": ["Это поле не может быть пустым."]}}}),
        (
            {"guests": [{"name": "Белова Анна"}, {"name": "белова  анна"}]},
            {"guests": {"1": {"name": ["уже есть в\xa0списке, строка 1: если это разные люди, добавьте отчество"]}}},
        ),
        (
            {"guests": [{"name": "Ученик 0", "grade": "8А"}]},
            {"guests": {"0": {"name": ["уже зарегистрирован на\xa0это мероприятие"]}}},
        ),
    ],
    ids=["foreign", "viewer", "nobody", "nameless", "twice", "registered"],
)
def test_what_is_wrong_is_told_by_the_guest(
    client: Client, pool: TicketPool, teacher: User, school: Organisation, wrong: Any, problem: Any
) -> None:
    OrganisationFactory(slug="other")
    RepresentativeFactory(user=teacher, role=Role.VIEWER, organisation__slug="seen")
    group_of(teacher, school, 1, pool=pool)
    answer = post(client, body=a_class(**wrong))
    assert (answer.status_code, answer.json()) == (400, problem)
    assert Registration.objects.count() == 1


@pytest.mark.parametrize(
    ("change", "code"), [({"takes_groups": False}, "no_groups"), ({"closed": True}, "registration_closed")]
)
def test_what_a_rule_forbids_has_a_code(
    client: Client, pool: TicketPool, teacher: User, change: dict[str, bool], code: str
) -> None:
    pool.takes_groups = change.get("takes_groups", True)
    pool.save()
    if "closed" in change:
        pool.event.closes_at = timezone.now()
        pool.event.save()
    answer = post(client, body=a_class())
    assert (answer.status_code, answer.json()["code"]) == (409, code)
    pool.takes_groups, pool.event.closes_at = True, None
    pool.save()
    pool.event.save()
    assert post(client, body=a_class()).status_code == 201  # what was refused has left no key


# --- Tended ------------------------------------------------------------------------------------------------------


def test_a_pupil_is_replaced_once_for_a_key(client: Client, teacher: User, school: Organisation) -> None:
    group = group_of(teacher, school)
    [first, second] = group.tickets.all()
    place = f"{LIST}{group.pk}/guests/{first.pk}/replace/"
    answers = [post(client, place, {"name": "Новый Ученик", "grade": "8Б"}) for _try in range(2)]
    made = Ticket.objects.standing().get(name="Новый Ученик")
    assert [(one.status_code, one.json()["id"], one.json()["code"]) for one in answers] == [
        (201, made.pk, made.code)
    ] * 2
    assert [*group.tickets.standing()] == [second, made]
    refused = post(client, place, {"name": "Третий"}, key="k2")
    assert (refused.status_code, refused.json()["code"]) == (409, "ticket_gone")


def test_a_pupil_is_taken_off_and_with_the_last_the_group(client: Client, teacher: User, school: Organisation) -> None:
    group = group_of(teacher, school)
    told = []
    for ticket in group.tickets.all():
        told += [post(client, f"{LIST}{group.pk}/guests/{ticket.pk}/remove/").json() for _try in range(2)]
    assert [(one["places"], one["state"], len(one["guests"])) for one in told] == [
        (1, "confirmed", 1),
        (1, "confirmed", 1),
        (1, "cancelled", 0),
        (1, "cancelled", 0),
    ]


def test_an_offer_is_accepted_and_a_place_given_back(
    client: Client, pool: TicketPool, teacher: User, school: Organisation
) -> None:
    others = register_attendee(pool.event, pool=pool, asked=asked(user=UserFactory()))
    group = group_of(teacher, school, 3, pool=pool)
    place = f"{LIST}{group.pk}/"
    refused = [post(client, f"{place}{move}/") for move in ("accept", "coming")]
    assert [(one.status_code, one.json()["code"]) for one in refused] == [(409, "other_state")] * 2
    cancel_registration(others, by=None)
    assert client.get(place).json()["state"] == "offered"
    assert [post(client, f"{place}accept/").json()["state"] for _try in range(2)] == ["confirmed"] * 2
    said = [post(client, f"{place}coming/").json()["coming_at"] for _try in range(2)]
    assert said[0] is not None
    assert said[0] == said[1]
    assert [post(client, f"{place}cancel/").json()["state"] for _try in range(2)] == ["cancelled"] * 2
    assert states(pool.event) == [State.CANCELLED, State.CANCELLED]


def test_what_parents_have_said_stands_with_each(client: Client, teacher: User, school: Organisation) -> None:
    group = group_of(teacher, school)
    ask_parents(group)
    mark_pupils(group.tickets.all()[:1], mark="paper", by=teacher)
    assert [one["parent_consent"] for one in client.get(f"{LIST}{group.pk}/").json()["guests"]] == ["paper", "asked"]
    schemas = client.get("/api/v1/schema/?format=json").json()["components"]["schemas"]
    assert schemas["ParentConsentEnum"]["enum"] == ["asked", "paper", "granted", "refused"]


# --- Whose -------------------------------------------------------------------------------------------------------


def test_who_has_left_the_school_finds_no_group(client: Client, role: Representative, school: Organisation) -> None:
    """From the next request on."""
    client.force_login(role.user)
    group = group_of(role.user, school)
    place = f"{LIST}{group.pk}/"
    assert client.get(place).status_code == 200
    role.ended_at = timezone.now()
    role.save()
    ticket = group.tickets.all()[0]
    moves = ["accept/", "coming/", "cancel/", f"guests/{ticket.pk}/remove/", f"guests/{ticket.pk}/replace/"]
    assert [client.get(place).status_code, *(post(client, place + move).status_code for move in moves)] == [404] * 6
    assert client.get(LIST).json()["count"] == 0
    group.refresh_from_db()
    assert (group.state, group.tickets.standing().count()) == (State.CONFIRMED, 2)


def test_a_colleague_who_teaches_tends_it_as_well(client: Client, role: Representative, school: Organisation) -> None:
    group = group_of(role.user, school)
    for colleague, status in ((Role.COORDINATOR, 200), (Role.VIEWER, 404)):
        client.force_login(RepresentativeFactory(organisation=school, role=colleague).user)
        assert client.get(f"{LIST}{group.pk}/").status_code == status


def test_a_pupil_of_another_group_is_not_there(client: Client, teacher: User, school: Organisation) -> None:
    ours, other = group_of(teacher, school), group_of(UserFactory(), OrganisationFactory())
    ticket = other.tickets.all()[0]
    for move in ("remove", "replace"):
        answer = post(client, f"{LIST}{ours.pk}/guests/{ticket.pk}/{move}/", {"name": "Чужой"})
        assert answer.status_code == 404
    assert other.tickets.standing().count() == 2


@pytest.mark.parametrize("number", [1, 3])
def test_a_list_and_a_group_cost_no_more_for_more(
    client: Client,
    teacher: User,
    school: Organisation,
    number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    made = [group_of(teacher, school, number) for _group in range(number)]
    client.get(LIST)
    with django_assert_num_queries(5):  # the session, the reader, the count, the rows, their rests
        assert client.get(LIST).json()["count"] == number
    with django_assert_num_queries(5):  # the session, the reader, the row, its rest, its guests
        assert len(client.get(f"{LIST}{made[0].pk}/").json()["guests"]) == number

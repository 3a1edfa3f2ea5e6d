"""The page at the door: whatever is sent twice is said once more and done once."""

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.errors import RuleViolated
from common.models import OutgoingMail, PersonalDataView
from events.door.check_ins import attendance, check_in, find_people
from events.door.walk_ins import admit_walk_in, undo_entrance
from events.groups.consents import ask_parents, mark_pupils, refuse
from events.models import (
    CheckIn,
    Event,
    EventState,
    ParentConsent,
    Registration,
    RegistrationState,
    Ticket,
    TicketPool,
)
from events.registering.registrations import Asked, Guest, register_attendee, register_group, remove_guest
from members.models import Role, User
from tests.at_once import at_once
from tests.events.people import asked, held
from tests.factories.events import EventOrganiserFactory, PoolFactory
from tests.factories.members import RepresentativeFactory, UserFactory
from tests.office import enter, superuser

pytestmark = pytest.mark.django_db
DOOR = "/events/forum/check-in/"


@pytest.fixture
def pool() -> TicketPool:
    """Of what begins in an hour: five places."""
    return PoolFactory(capacity=5, event__slug="forum", event__starts_at=timezone.now() + datetime.timedelta(hours=1))


@pytest.fixture
def event(pool: TicketPool) -> Event:
    return pool.event


@pytest.fixture
def keeper(event: Event) -> User:
    """A teacher of the organiser."""
    organiser = EventOrganiserFactory(event=event).organisation
    return RepresentativeFactory(organisation=organiser, role=Role.TEACHER).user


@pytest.fixture
def door(client: Client, keeper: User) -> Client:
    client.force_login(keeper)
    return client


@pytest.fixture
def group(pool: TicketPool) -> Registration:
    teacher = RepresentativeFactory(role=Role.TEACHER)
    people = [Guest("Пётр Семёнов", "8А"), Guest("Анна Белова", "8А"), Guest("Яна Ёлкина", "8Б")]
    asks = Asked("Учитель", teacher.user.email, teacher.user, teacher.organisation)
    return register_group(pool.event, pool=pool, group="8А", guests=people, asked=asks)[0]


def first_of(group: Registration) -> Ticket:
    return next(iter(group.tickets.all()))


def words_of(response: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(text.replace("\xa0", " ").split())


def post(client: Client, action: str, **typed: Any) -> Any:
    return client.post(DOOR, {"action": action, **typed}, headers={"HX-Request": "true"})


def walk_in(pool: TicketPool, *, name: str = "Гость без записи", key: str = "k1") -> dict[str, Any]:
    return {"name": name, "pool": pool.pk, "request_key": key}


# --- A code, a name ---------------------------------------------------------------------------------------------


def test_a_ticket_is_read_and_read_again(door: Client, pool: TicketPool) -> None:
    registration = register_attendee(pool.event, pool=pool, asked=asked(user=UserFactory()))
    code = registration.tickets.get().code
    post(door, "gate", gate="главный вход")
    now = f"{timezone.now().astimezone(pool.event.zone):%H:%M}"
    first, second = post(door, "code", code=code), post(door, "code", code=f"{code[:5].lower()}-{code[5:]}")
    assert words_of(first) == f"Проходите Гость 1 {now}, главный вход Отменить"
    assert words_of(second) == f"Вход уже отмечен Гость 1 {now}, главный вход Отменить"
    assert CheckIn.objects.count() == 1
    assert "Отметка снята" in words_of(post(door, "undo", code=code))
    assert not CheckIn.objects.exists()


def test_without_scripts_the_same_stands_on_the_page(door: Client, pool: TicketPool) -> None:
    assert "Это билет не на это мероприятие." in words_of(door.post(DOOR, {"code": "NOBODY"}))


def test_of_a_pupil_it_is_seen_at_the_door_that_no_parent_has_agreed(door: Client, group: Registration) -> None:
    """Who stands there decides with the teacher; of whom a parent has refused nobody knows here."""
    mark, [first, second, third] = "нет согласия родителей", group.tickets.all()
    mark_pupils([first], mark="paper", by=UserFactory())
    mark_pupils([second], mark="adult", by=UserFactory())
    assert words_of(post(door, "code", code=group.group_code)).count(mark) == 1
    assert words_of(post(door, "name", words="Ёлкина")).count(mark) == 1
    assert [mark in words_of(post(door, "code", code=one.code)) for one in (first, second, third)] == [
        False,
        False,
        True,
    ]
    ask_parents(group)
    refuse(ParentConsent.objects.get(ticket=third))
    assert "Родитель отказал" in words_of(post(door, "code", code=third.code))
    assert "Ёлкина" not in words_of(post(door, "code", code=group.group_code))
    assert post(door, "group", code=group.group_code, tickets=[third.pk]).status_code == 200
    assert (attendance(group.event).expected, CheckIn.objects.filter(ticket=third).count()) == (2, 1)


def test_people_are_found_by_parts_of_their_names(event: Event, group: Registration) -> None:
    names = [[ticket.name for ticket in find_people(event, words)] for words in ("семенов", "ЕЛК ян", "8А бел", "Ия")]
    assert names == [["Пётр Семёнов"], ["Яна Ёлкина"], ["Анна Белова"], []]


def test_who_gave_the_place_back_is_found_no_more(event: Event, group: Registration) -> None:
    remove_guest(group.tickets.get(name="Анна Белова"), by=UserFactory())
    assert find_people(event, "Белова") == []


def test_whoever_is_found_by_name_is_noted_by_one_press(door: Client, group: Registration) -> None:
    found = post(door, "name", words="белова")
    [code] = re.findall(r'name="code" value="(\w+)"', found.content.decode())
    assert "Проходите Анна Белова" in words_of(post(door, "code", code=code))


# --- A group ----------------------------------------------------------------------------------------------------


def test_a_group_comes_with_one_code_and_without_the_absent(door: Client, group: Registration) -> None:
    listed = post(door, "code", code=group.group_code).content.decode()
    keys = re.findall(r'name="tickets"\s+value="(\d+)"\s+checked', listed)
    assert len(keys) == 3
    assert not CheckIn.objects.exists()
    for _time in range(2):
        noted = post(door, "group", code=group.group_code, tickets=keys[:2])
        assert "Пришли 2 из 3." in words_of(noted)
    assert CheckIn.objects.count() == 2
    assert re.findall(r'name="tickets"\s+value="(\d+)"', noted.content.decode()) == keys[2:]


def test_of_a_group_nobody_else_is_noted(door: Client, pool: TicketPool, group: Registration) -> None:
    other = register_attendee(pool.event, pool=pool, asked=asked(user=UserFactory()))
    post(door, "group", code=group.group_code, tickets=[other.tickets.get().pk])
    assert not CheckIn.objects.exists()


def test_a_group_that_waits_is_not_let_in(door: Client, group: Registration) -> None:
    Registration.objects.update(state=RegistrationState.WAITING, queue_number=1)
    answer = words_of(post(door, "group", code=group.group_code, tickets=[first_of(group).pk]))
    assert "По этому билету сейчас не войти" in answer
    assert not CheckIn.objects.exists()


# --- Without having registered ----------------------------------------------------------------------------------


def test_who_has_not_registered_comes_in_while_there_are_places(door: Client, pool: TicketPool) -> None:
    TicketPool.objects.update(capacity=1)
    for _time in range(2):
        assert "Гость без записи" in words_of(post(door, "walk_in", **walk_in(pool)))
    assert (held(pool), CheckIn.objects.count()) == (1, 1)
    assert "Свободных мест нет." in words_of(post(door, "walk_in", **walk_in(pool, key="k2")))
    assert not OutgoingMail.objects.exists()


def test_an_entrance_undone_gives_the_place_back_and_does_not_come_again(
    door: Client, pool: TicketPool, keeper: User
) -> None:
    entry = admit_walk_in(pool.event, pool=pool, name="Гость", key="k1", by=keeper)
    post(door, "undo", code=entry.check_in.ticket.code)
    assert (held(pool), CheckIn.objects.count(), OutgoingMail.objects.count()) == (0, 0, 0)
    assert "Внесите имя заново" in words_of(post(door, "walk_in", **walk_in(pool)))


def test_before_the_beginning_what_is_free_is_for_those_who_wait(event: Event, pool: TicketPool, keeper: User) -> None:
    register_group(
        event, pool=pool, group="9Б", guests=[Guest(f"Ученик {n}") for n in range(6)], asked=asked(user=UserFactory())
    )
    door_of: dict[str, Any] = {"pool": pool, "name": "Гость", "by": keeper}
    with pytest.raises(RuleViolated) as refused:
        admit_walk_in(event, key="k1", **door_of)
    assert refused.value.code == "no_places"
    Event.objects.update(starts_at=timezone.now() - datetime.timedelta(minutes=1))
    assert admit_walk_in(event, key="k2", **door_of).is_first


def test_an_empty_name_is_told_of(door: Client, pool: TicketPool) -> None:
    assert "Укажите имя" in words_of(post(door, "walk_in", **walk_in(pool, name=" ")))


def test_places_that_were_removed_are_told_of_and_the_name_stays(door: Client, pool: TicketPool) -> None:
    PoolFactory(event=pool.event)
    typed = walk_in(pool)
    pool.delete()
    answer = door.post(DOOR, {"action": "walk_in", **typed})
    assert "Вход не отмечен Этих мест больше нет: выберите другие." in words_of(answer)
    assert answer.context["walk_in_form"]["name"].value() == typed["name"]


def test_the_name_of_whom_no_place_is_left_for_stays_too(door: Client, pool: TicketPool) -> None:
    TicketPool.objects.update(capacity=0)
    answer = door.post(DOOR, {"action": "walk_in", **walk_in(pool)})
    assert "Свободных мест нет." in words_of(answer)
    assert answer.context["walk_in_form"]["name"].value() == "Гость без записи"


@pytest.mark.parametrize(
    "sent",
    [
        {"action": "code", "code": "\0"},
        {"action": "undo", "code": "\0"},
        {"action": "name", "words": "\0"},
        {"action": "name", "words": "а " * 20_000},
        {"action": "group", "tickets": "9" * 5_000},
    ],
    ids=["code", "undo", "name", "words", "tickets"],
)
def test_whatever_a_scanner_sends_the_page_answers(door: Client, group: Registration, sent: dict[str, str]) -> None:
    assert door.post(DOOR, {"code": group.group_code, **sent}).status_code == 200
    assert not CheckIn.objects.exists()


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_of_thirty_at_five_doors_no_more_come_in_than_there_are_places(event: Event, pool: TicketPool) -> None:
    by = UserFactory()

    def one(number: int) -> Callable[[], object]:
        return lambda: admit_walk_in(event, pool=pool, name="Гость", key=f"k{number}", by=by)

    answers = at_once(*map(one, range(30)))
    refused = [answer.code for answer in answers if isinstance(answer, RuleViolated)]
    assert (refused, held(pool)) == (["no_places"] * 25, 5)


# --- Who stands there -------------------------------------------------------------------------------------------


def test_the_count_is_of_today(event: Event, group: Registration, keeper: User) -> None:
    check_in(event, code=first_of(group).code, by=keeper)
    yesterday = timezone.now() - datetime.timedelta(days=1)
    CheckIn.objects.create(ticket=[*group.tickets.all()][-1], day=yesterday.date(), at=yesterday)
    assert (attendance(event).came, attendance(event).expected) == (1, 3)


def test_the_count_comes_alone_when_it_is_asked_for(door: Client, group: Registration) -> None:
    polled = door.get(DOOR, headers={"HX-Request": "true"})
    assert words_of(polled) == "Пришли сегодня: 0 из 3"


@pytest.mark.parametrize(
    ("role", "status"), [(Role.VIEWER, 404), (Role.TEACHER, 200), (Role.COORDINATOR, 200), (Role.HEAD, 200)]
)
def test_who_acts_for_an_organiser_stands_at_its_door(client: Client, event: Event, role: Role, status: int) -> None:
    organiser = EventOrganiserFactory(event=event).organisation
    client.force_login(RepresentativeFactory(organisation=organiser, role=role).user)
    assert client.get(DOOR).status_code == status


def test_nobody_else_sees_the_door(client: Client, event: Event) -> None:
    client.force_login(RepresentativeFactory(role=Role.HEAD).user)
    assert (client.get(DOOR).status_code, client.post(DOOR, {"code": "A"}).status_code) == (404, 404)


@pytest.mark.parametrize(
    ("hours", "changes", "said"),
    [
        pytest.param(14, {}, "Отмечать вход можно с", id="too early"),
        pytest.param(-1, {}, None, id="on"),
        pytest.param(-19, {}, "Вход больше не отмечается", id="too late"),
        pytest.param(-1, {"state": EventState.CANCELLED}, "Вход закрыт", id="cancelled"),
    ],
)
def test_the_page_says_when_nobody_is_let_in(
    door: Client, event: Event, hours: int, changes: dict[str, Any], said: str | None
) -> None:
    starts_at = timezone.now() + datetime.timedelta(hours=hours)
    Event.objects.update(starts_at=starts_at, ends_at=starts_at + datetime.timedelta(hours=6), **changes)
    shown = words_of(door.get(DOOR))
    words = ("Отмечать вход можно с", "Вход больше не отмечается", "Вход закрыт")
    assert [word for word in words if word in shown] == ([said] if said else [])


@pytest.mark.parametrize(
    ("hours", "actions", "pages"),
    [
        pytest.param(14, {"gate"}, ["Обзор", "На\xa0входе"], id="early"),
        pytest.param(-1, {"code", "name", "walk_in", "gate"}, [], id="on"),
        pytest.param(-19, set(), ["Обзор", "На\xa0входе"], id="over"),
    ],
)
def test_only_what_makes_sense_is_offered(
    door: Client, event: Event, hours: int, actions: set[str], pages: list[str]
) -> None:
    starts_at = timezone.now() + datetime.timedelta(hours=hours)
    Event.objects.update(starts_at=starts_at, ends_at=starts_at + datetime.timedelta(hours=6))
    page = door.get(DOOR)
    shown = page.content.decode()
    assert {*re.findall(r'name="action" value="(\w+)"', shown)} == actions
    assert ("js/check-in.js" in shown) == ("code" in actions)
    nav = re.search(r'<nav class="event-sections.*?</nav>', shown, re.DOTALL)
    assert (re.findall(r"<a [^>]*>([^<]+)</a>", nav[0]) if nav else []) == pages


def test_before_the_hours_the_entrance_is_named_already(door: Client, event: Event, group: Registration) -> None:
    starts_at = timezone.now() + datetime.timedelta(hours=14)
    Event.objects.update(starts_at=starts_at, ends_at=starts_at + datetime.timedelta(hours=6))
    assert "Ожидаем: 3 человека" in words_of(door.get(DOOR))
    post(door, "gate", gate="Южный вход")
    assert "Вход: Южный вход" in words_of(door.get(DOOR))


def test_the_camera_is_asked_for_here_alone(door: Client) -> None:
    policies = [door.get(address)["Permissions-Policy"].partition(",")[0] for address in (DOOR, "/about/")]
    assert policies == ["camera=(self)", "camera=()"]


def test_it_is_kept_who_of_the_staff_looked_for_names(group: Registration) -> None:
    client = enter(superuser())
    post(client, "name", words="Белова")
    assert PersonalDataView.objects.get().record == "events.ticket"


def test_the_page_asks_as_much_for_many_as_for_few(door: Client, pool: TicketPool, group: Registration) -> None:
    TicketPool.objects.update(capacity=None)
    for number in range(10):
        register_attendee(pool.event, pool=pool, asked=asked(number, user=UserFactory()))
    few, many = [_queries(door, words) for words in ("Яна", "Белова", "Гость")][1:]
    assert few == many


def _queries(door: Client, words: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        post(door, "name", words=words)
    return len(queries)


def test_an_entrance_is_undone_once(event: Event, group: Registration, keeper: User) -> None:
    code = first_of(group).code
    check_in(event, code=code, by=keeper)
    assert (undo_entrance(event, code=code, by=keeper), undo_entrance(event, code=code, by=keeper)) == (True, False)
    assert group.tickets.standing().count() == 3

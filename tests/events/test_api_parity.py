"""What a page does, the API does: the same state of everything, and the same refusal in the same words."""

import datetime
import html
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from events.emails import registration_token
from events.models import CheckIn, Event, Registration, Ticket, TicketPool
from events.registrations import Asked, Guest, cancel_registration, register_attendee, register_group
from members.consents import text_in_force
from members.models import Organisation, Role, User
from tests.events.people import asked
from tests.factories.events import EventOrganiserFactory, PoolFactory
from tests.factories.members import RepresentativeFactory, UserFactory

pytestmark = pytest.mark.django_db
PUPILS = [Guest("Белова Анна", "8А"), Guest("Семёнов Пётр", "8А")]


@dataclass
class World:
    """A teacher of the organiser, who registers, brings a class and stands at the door."""

    client: Client
    pool: TicketPool
    person: User
    school: Organisation
    own: Registration | None = None

    @property
    def event(self) -> Event:
        return self.pool.event

    def holds(self) -> Registration:
        assert self.own
        return self.own

    @property
    def guest(self) -> Ticket:
        return self.holds().tickets.all()[0]

    def page(self, rest: str, **typed: Any) -> Any:
        return self.client.post(f"/events/{rest}", typed, follow=True)

    def page_of_own(self, rest: str, **typed: Any) -> Any:
        return self.page(f"registrations/{registration_token(self.holds())}/{rest}", **typed)

    def api(self, rest: str, **body: Any) -> Any:
        headers = {"Idempotency-Key": "k1"}
        return self.client.post(f"/api/v1/{rest}", body, content_type="application/json", headers=headers)

    def api_of_own(self, rest: str, **body: Any) -> Any:
        kind = "groups" if self.holds().is_group else "registrations"
        return self.api(f"my/{kind}/{self.holds().pk}/{rest}", **body)

    def standing(self) -> list[Any]:
        """All that either of them may change."""
        registrations = self.event.registrations.order_by("pk")
        names = ("state", "places", "group", "name", "email", "organisation", "queue_number", "answers", "consent_text")
        tickets = Ticket.objects.filter(registration__event=self.event).order_by("pk")
        return [
            [*registrations.values_list(*names)],
            [(one.name, one.grade, one.removed_at is None) for one in tickets],
            [*CheckIn.objects.order_by("pk").values_list("ticket__name", "gate")],
            [one.coming_at is not None for one in registrations],
        ]


@pytest.fixture
def world(client: Client) -> World:
    pool = PoolFactory(
        name="Очно", capacity=2, event__slug="forum", event__starts_at=timezone.now() + datetime.timedelta(hours=3)
    )
    acts = RepresentativeFactory(role=Role.TEACHER, organisation__slug="lyceum")
    EventOrganiserFactory(event=pool.event, organisation=acts.organisation)
    client.force_login(acts.user)
    return World(client, pool, acts.user, acts.organisation)


# --- How it stands before ------------------------------------------------------------------------------------------


def nothing(world: World) -> None:
    """Two places are free."""


def one_place(world: World) -> None:
    others(world)


def others(world: World) -> Registration:
    return register_attendee(world.event, pool=world.pool, asked=asked(9, user=UserFactory()))


def full(world: World) -> None:
    TicketPool.objects.update(capacity=1)
    others(world)


def closed(world: World) -> None:
    Event.objects.update(closes_at=timezone.now())


def for_single_people(world: World) -> None:
    TicketPool.objects.update(takes_groups=False)


def registered(world: World) -> None:
    world.own = register_attendee(world.event, pool=world.pool, asked=Asked("Я", world.person.email, world.person))


def waits(world: World) -> None:
    full(world)
    registered(world)


def offered(world: World) -> None:
    TicketPool.objects.update(capacity=1)
    before = others(world)
    registered(world)
    cancel_registration(before, by=None)


def offer_over(world: World) -> None:
    offered(world)
    Registration.objects.filter(state="offered").update(offer_until=timezone.now())


def somebody_waits(world: World) -> None:
    TicketPool.objects.update(capacity=1)
    registered(world)
    others(world)


def cancelled(world: World) -> None:
    registered(world)
    cancel_registration(world.holds(), by=None)


def a_class(world: World) -> None:
    asks = Asked("Учитель", world.person.email, world.person, world.school)
    [world.own] = register_group(world.event, pool=world.pool, group="8А", guests=PUPILS, asked=asks)


def class_over(world: World) -> None:
    a_class(world)
    cancel_registration(world.holds(), by=None)


def a_class_waits(world: World) -> None:
    full(world)
    a_class(world)


def come(world: World) -> None:
    registered(world)
    world.page("forum/check-in/", action="code", code=world.guest.code)


def doors_closed(world: World) -> None:
    registered(world)
    later = timezone.now() + datetime.timedelta(days=9)
    Event.objects.update(starts_at=later, ends_at=later)


# --- What is done, in both ways ------------------------------------------------------------------------------------

Way = Callable[[World], Any]


def consent(world: World) -> Any:
    return text_in_force("registration")


def by_page_alone(world: World) -> Any:
    return world.page("forum/register/", request_key="k1", pool=world.pool.pk, consent=consent(world).pk)


def by_api_alone(world: World) -> Any:
    return world.api("my/registrations/", event="forum", pool="Очно", consent=consent(world).version)


def class_by_page(if_few: str) -> Way:
    return lambda world: world.page(
        "forum/register-group/",
        request_key="k1",
        organisation=world.school.pk,
        group="8А",
        guests="Белова Анна, 8А\nСемёнов Пётр, 8А",
        pool=world.pool.pk,
        if_few=if_few,
        consent=consent(world).pk,
        register="yes",
    )


def class_by_api(if_few: str) -> Way:
    return lambda world: world.api(
        "my/groups/",
        event="forum",
        pool="Очно",
        organisation="lyceum",
        group="8А",
        guests=[{"name": guest.name, "grade": guest.grade} for guest in PUPILS],
        if_few=if_few,
        consent=consent(world).version,
    )


def of_own(move: str) -> tuple[Way, Way]:
    return lambda world: world.page_of_own(f"{move}/"), lambda world: world.api_of_own(f"{move}/")


REPLACE = (
    lambda world: world.page_of_own(f"group/guests/{world.guest.pk}/", name="Новый", grade="8Б"),
    lambda world: world.api_of_own(f"guests/{world.guest.pk}/replace/", name="Новый", grade="8Б"),
)
REMOVE = (
    lambda world: world.page_of_own(f"group/guests/{world.guest.pk}/remove/"),
    lambda world: world.api_of_own(f"guests/{world.guest.pk}/remove/"),
)
DOOR = "forum/check-in/"
SCAN = (
    lambda world: world.page(DOOR, action="code", code=world.guest.code.lower()),
    lambda world: world.api(f"events/{DOOR}", code=world.guest.code.lower()),
)
SCAN_NOBODY = (
    lambda world: world.page(DOOR, action="code", code="НИЧЕЙ"),
    lambda world: world.api(f"events/{DOOR}", code="НИЧЕЙ"),
)
TICK = (
    lambda world: world.page(DOOR, action="group", code=world.holds().group_code, tickets=[world.guest.pk]),
    lambda world: world.api(f"events/{DOOR}group/", code=world.holds().group_code, tickets=[world.guest.pk]),
)
UNDO = (
    lambda world: world.page(DOOR, action="undo", code=world.guest.code),
    lambda world: world.api(f"events/{DOOR}undo/", code=world.guest.code),
)
WALK_IN = (
    lambda world: world.page(DOOR, action="walk_in", name="Гость", pool=world.pool.pk, request_key="k1"),
    lambda world: world.api(f"events/{DOOR}walk-in/", name="Гость", pool="Очно"),
)
ALONE = (by_page_alone, by_api_alone)
CLASS, PART = ((class_by_page(few), class_by_api(few)) for few in ("all", "part"))
ACCEPT, COMING, CANCEL = map(of_own, ("accept", "coming", "cancel"))

# Before, what is done, the code of the refusal.
TABLE: list[tuple[Callable[[World], object], tuple[Way, Way], str]] = [
    (nothing, ALONE, ""),
    (full, ALONE, ""),
    (registered, ALONE, ""),
    (closed, ALONE, "registration_closed"),
    (offered, ACCEPT, ""),
    (offer_over, ACCEPT, "offer_over"),
    (waits, ACCEPT, "other_state"),
    (registered, COMING, ""),
    (waits, COMING, "other_state"),
    (somebody_waits, CANCEL, ""),
    (offered, CANCEL, ""),
    (cancelled, CANCEL, ""),
    (nothing, CLASS, ""),
    (one_place, CLASS, ""),
    (one_place, PART, ""),
    (closed, CLASS, "registration_closed"),
    (a_class, REPLACE, ""),
    (a_class_waits, REPLACE, ""),
    (class_over, REPLACE, "other_state"),
    (a_class, REMOVE, ""),
    (class_over, REMOVE, "other_state"),
    (a_class, CANCEL, ""),
    (registered, SCAN, ""),
    (come, SCAN, ""),
    (waits, SCAN, "no_place"),
    (registered, SCAN_NOBODY, "unknown_ticket"),
    (doors_closed, SCAN, "doors_closed"),
    (a_class, TICK, ""),
    (a_class_waits, TICK, "no_place"),
    (come, UNDO, ""),
    (registered, UNDO, ""),
    (nothing, WALK_IN, ""),
    (full, WALK_IN, "no_places"),
]
NAMES = {id(ALONE): "registers", id(ACCEPT): "accepts", id(COMING): "comes", id(CANCEL): "cancels", id(CLASS): "class",
         id(PART): "part", id(REPLACE): "replaces", id(REMOVE): "removes", id(SCAN): "scans", id(TICK): "ticks",
         id(SCAN_NOBODY): "scans nobody", id(UNDO): "undoes", id(WALK_IN): "walks in"}  # fmt: skip


@pytest.mark.parametrize(
    ("before", "ways", "code"), TABLE, ids=[f"{before.__name__}, {NAMES[id(ways)]}" for before, ways, _code in TABLE]
)
def test_the_page_and_the_api_do_the_same(
    world: World, before: Callable[[World], object], ways: tuple[Way, Way], code: str
) -> None:
    before(world)
    then = world.standing()
    (page, by_page), (answer, by_api) = (_undone(world, way) for way in ways)
    assert by_page == by_api
    assert answer.status_code == 409 if code else answer.status_code in (200, 201)
    if code:
        told = answer.json()
        assert (told["code"], then) == (code, by_api)
        # Where registration is closed, the page shows no form, and says when it was or will be open.
        assert code == "registration_closed" or told["detail"] in html.unescape(page.content.decode())


def _undone(world: World, way: Way) -> tuple[Any, list[Any]]:
    with transaction.atomic():
        response = way(world)
        found = world.standing()
        transaction.set_rollback(True)
    return response, found


def test_the_table_has_moves_that_change_something(world: World) -> None:
    """Or both might do nothing."""
    changed = []
    for before, ways, code in TABLE:
        with transaction.atomic():
            before(world)
            then = world.standing()
            changed += [] if code else [_undone(world, ways[1])[1] != then]
            transaction.set_rollback(True)
            world.own = None
        TicketPool.objects.update(capacity=2)
    assert (changed.count(True), changed.count(False)) == (17, 4)

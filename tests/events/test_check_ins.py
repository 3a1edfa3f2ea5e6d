"""At the door."""

import datetime
from collections.abc import Callable
from time import sleep

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from common.errors import RuleViolated
from events.door.check_ins import check_in, check_in_group, undo_check_in
from events.groups.consents import refuse
from events.models import CheckIn, Event, EventState, ParentConsent, Registration, RegistrationState, Ticket
from events.models.registration import day_of
from events.registering.registrations import (
    PROVE_WITHIN,
    Guest,
    cancel_registration,
    expire_due,
    prove_address,
    register_attendee,
    remove_guest,
    replace_guest,
)
from members.models import User
from tests.at_once import TIMES, at_once, in_thread
from tests.events.people import asked
from tests.factories.events import EventFactory, PoolFactory
from tests.factories.members import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> User:
    return UserFactory()


@pytest.fixture
def registration() -> Registration:
    """Of somebody who comes to what is on now."""
    pool = PoolFactory(event__starts_at=timezone.now() + datetime.timedelta(hours=1))
    return register_attendee(pool.event, pool=pool, asked=asked(user=UserFactory()))


def code_of(registration: Registration) -> str:
    return registration.tickets.get().code


def refusal(event: Event, code: str, by: User) -> str:
    with pytest.raises(RuleViolated) as refused:
        check_in(event, code=code, by=by)
    return refused.value.code


def test_the_second_scan_says_when_and_where_the_first_was(registration: Registration, staff: User) -> None:
    first = check_in(registration.event, code=code_of(registration).lower(), by=staff, gate="Главный вход")
    second = check_in(registration.event, code=f" {code_of(registration)}", by=UserFactory(), gate="Двор")
    assert (first.is_first, second.is_first) == (True, False)
    assert (second.check_in.at, second.check_in.gate, second.check_in.by) == (first.check_in.at, "Главный вход", staff)


def test_an_event_of_two_days_is_entered_on_each(registration: Registration, staff: User) -> None:
    event = registration.event
    Event.objects.update(ends_at=timezone.now() + datetime.timedelta(days=2))
    event.refresh_from_db()
    check_in(event, code=code_of(registration), by=staff)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=1)):
        assert check_in(event, code=code_of(registration), by=staff).is_first
    assert CheckIn.objects.count() == 2


def test_what_was_ticked_by_mistake_is_undone(registration: Registration, staff: User) -> None:
    check_in(registration.event, code=code_of(registration), by=staff)
    assert undo_check_in(registration.event, code=code_of(registration))
    assert not undo_check_in(registration.event, code=code_of(registration))
    assert check_in(registration.event, code=code_of(registration), by=staff).is_first


def test_who_came_keeps_the_place_before_showing_that_the_address_is_theirs(
    registration: Registration, staff: User
) -> None:
    event = registration.event
    guest = register_attendee(event, pool=registration.pool, asked=asked(1))
    check_in(event, code=code_of(guest), by=staff)
    with time_machine.travel(timezone.now() + PROVE_WITHIN):
        assert expire_due() == 0
        assert not Registration.objects.of_person(UserFactory(email=guest.email)).exists()
        assert prove_address(guest).is_proved


def test_whose_entrance_is_undone_shows_it_in_time_or_loses_the_place(registration: Registration, staff: User) -> None:
    event = registration.event
    guest = register_attendee(event, pool=registration.pool, asked=asked(1))
    check_in(event, code=code_of(guest), by=staff)
    undo_check_in(event, code=code_of(guest))
    with time_machine.travel(timezone.now() + PROVE_WITHIN):
        assert expire_due() == 1


def test_a_ticket_of_another_event_is_none(registration: Registration, staff: User) -> None:
    other = EventFactory(starts_at=timezone.now())
    assert refusal(other, code_of(registration), staff) == "unknown_ticket"


def test_nobody_comes_in_with_a_ticket_of_a_place_given_back(registration: Registration, staff: User) -> None:
    cancel_registration(registration, by=None)
    assert refusal(registration.event, code_of(registration), staff) == "no_place"


def test_nobody_comes_in_from_the_waiting_list(registration: Registration, staff: User) -> None:
    Registration.objects.update(state=RegistrationState.WAITING, queue_number=1)
    assert refusal(registration.event, code_of(registration), staff) == "no_place"


@pytest.mark.parametrize("days", [-2, 2])
def test_the_doors_are_open_about_the_event_alone(registration: Registration, staff: User, days: int) -> None:
    with time_machine.travel(timezone.now() + datetime.timedelta(days=days)):
        assert refusal(registration.event, code_of(registration), staff) == "doors_closed"


def test_nobody_is_let_in_to_what_was_cancelled(registration: Registration, staff: User) -> None:
    registration.event.state = EventState.CANCELLED
    assert refusal(registration.event, code_of(registration), staff) == "doors_closed"


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", range(TIMES))
def test_of_sixty_scanners_of_one_ticket_one_sees_it_first(registration: Registration, staff: User, time: int) -> None:
    event, code = registration.event, code_of(registration)
    entries = at_once(*[lambda: check_in(event, code=code, by=staff).is_first] * 60)
    assert (entries.count(True), entries.count(False), CheckIn.objects.count()) == (1, 59, 1)


def wait_for_a_lock() -> None:
    """Until another connection waits for this one."""
    with connection.cursor() as cursor:
        for _time in range(200):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))")
            if cursor.fetchone()[0]:
                return
            sleep(0.02)
    raise AssertionError("nobody waits")


LEAVING: dict[str, Callable[[Ticket], object]] = {
    "cancelled": lambda ticket: cancel_registration(ticket.registration, by=None),
    "replaced": lambda ticket: replace_guest(ticket, guest=Guest("Другой"), by=UserFactory()),
    "removed": lambda ticket: remove_guest(ticket, by=UserFactory()),
    "refused": lambda ticket: refuse(ParentConsent.objects.get_or_create(ticket=ticket)[0]),
}


def scanned(ticket: Ticket, *, in_group: bool, by: User) -> list[str]:
    """What came of the scan."""
    group, event = ticket.registration, ticket.registration.event
    try:
        if in_group:
            check_in_group(event, group=group, tickets=[ticket.pk], by=by)
        else:
            check_in(event, code=ticket.code, by=by)
    except RuleViolated as error:
        return [error.code]
    return ["entered"] * CheckIn.objects.count()


def left(ticket: Ticket, how: str) -> list[str]:
    LEAVING[how](ticket)
    return [how]


together = pytest.mark.parametrize("in_group", [False, True])
leaving = pytest.mark.parametrize("how", LEAVING)


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
@together
@leaving
def test_the_place_is_given_back_after_who_is_being_let_in(
    registration: Registration, staff: User, how: str, in_group: bool
) -> None:
    """Another connection has noted the same ticket and takes it back, so that the scan waits in its middle."""
    ticket, done = registration.tickets.get(), list[str]()
    with transaction.atomic():
        CheckIn.objects.create(ticket=ticket, day=day_of(registration.event, timezone.now()))
        scanning = in_thread(lambda: done.extend(scanned(ticket, in_group=in_group, by=staff)))
        wait_for_a_lock()
        going = in_thread(lambda: done.extend(left(ticket, how)))
        going.join(timeout=0.5)
        waits = not done
        transaction.set_rollback(True)
    scanning.join()
    going.join()
    assert (waits, sorted(done)) == (True, sorted(["entered", how]))


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
@together
@leaving
def test_nobody_is_let_in_while_the_place_is_given_back(
    registration: Registration, staff: User, how: str, in_group: bool
) -> None:
    ticket, done = registration.tickets.get(), list[str]()
    with transaction.atomic():
        LEAVING[how](ticket)
        scanning = in_thread(lambda: done.extend(scanned(ticket, in_group=in_group, by=staff)))
        wait_for_a_lock()
    scanning.join()
    said = {"cancelled": "no_place", "replaced": "unknown_ticket", "removed": "unknown_ticket", "refused": "refused"}
    said_of_group = {"cancelled": ["no_place"], "replaced": [], "removed": ["no_place"], "refused": []}
    assert (done, CheckIn.objects.exists()) == (said_of_group[how] if in_group else [said[how]], False)

"""Many who register, cancel and accept at the same moment, each by a connection of their own.

`make faults` repeats each twenty times.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial

import pytest
from django.db import transaction

from common.errors import RuleViolated
from common.models import OutgoingMail
from events.models import Event, Registration, RegistrationState, TicketPool, WaitingRule
from events.registering.places import locked_event
from events.registering.registrations import (
    accept_offer,
    cancel_registration,
    expire_due,
    offer_what_is_free,
    register_attendee,
    register_group,
    remove_pool,
    set_capacity,
)
from members.models import Role, User
from members.personal_data.erasure import BY_REQUEST, erase_person
from tests.at_once import TIMES, at_once, in_thread, noted, wait_for_waiting
from tests.events.people import asked, guests, held
from tests.factories.events import PoolFactory
from tests.factories.members import RepresentativeFactory, UserFactory

State = RegistrationState
THREADS = 25  # each asks for its share, one after the other

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("time", range(TIMES)),
    pytest.mark.faults,
]


@pytest.fixture
def pool() -> TicketPool:
    return PoolFactory(capacity=50)


def spread(calls: Sequence[Callable[[], object]]) -> list[object]:
    """By ``THREADS`` threads that begin together: what each call has returned, or how a rule has refused it."""
    outcomes: list[object] = [None] * len(calls)

    def share(first: int) -> None:
        for number in range(first, len(calls), THREADS):
            try:
                outcomes[number] = calls[number]()
            except RuleViolated as error:
                outcomes[number] = error

    for error in at_once(*(partial(share, first) for first in range(THREADS))):
        if isinstance(error, Exception):
            raise error
    return outcomes


def registering(pool: TicketPool, numbers: Iterable[int]) -> list[Callable[[], object]]:
    return [partial(register_attendee, pool.event, pool=pool, asked=asked(number)) for number in numbers]


def shuffled(calls: list[Callable[[], object]]) -> list[Callable[[], object]]:
    return random.sample(calls, len(calls))


def numbers_in_queue(pool: TicketPool, state: RegistrationState) -> list[int]:
    found = pool.registrations.filter(state=state, queue_number__isnull=False)
    return [*found.order_by("queue_number").values_list("queue_number", flat=True)]  # type: ignore[list-item]


def test_two_hundred_register_for_fifty_places(pool: TicketPool, time: int) -> None:
    spread(registering(pool, range(200)))
    counted = Counter(pool.registrations.values_list("state", flat=True))
    assert counted == {State.CONFIRMED: 50, State.WAITING: 150}
    assert [registration.turn for registration in pool.registrations.queued()] == [*range(1, 151)]


@pytest.mark.parametrize("rule", WaitingRule.values)
def test_groups_and_singles_never_take_more_than_there_is(pool: TicketPool, rule: str, time: int) -> None:
    Event.objects.filter(pk=pool.event.pk).update(waiting_rule=rule)
    ask = partial(register_group, pool.event, pool=pool, group="8А", guests=guests(12))
    groups: list[Callable[[], object]] = [partial(ask, asked=asked(user=UserFactory())) for _number in range(20)]
    spread(shuffled(groups + registering(pool, range(30))))
    assert 0 < held(pool) <= 50
    assert Counter(pool.registrations.values_list("places", flat=True)) == {12: 20, 1: 30}
    assert all(registration.tickets.count() == registration.places for registration in pool.registrations.all())


def test_fifty_cancel_while_fifty_register_and_places_are_offered(pool: TicketPool, time: int) -> None:
    first = [register_attendee(pool.event, pool=pool, asked=asked(number)) for number in range(60)]
    cancels: list[Callable[[], object]] = [partial(cancel_registration, one, by=None) for one in first[:50]]
    offers: list[Callable[[], object]] = [partial(offer_what_is_free, pool)] * 10
    spread(shuffled(cancels + offers + registering(pool, range(60, 110))))
    assert held(pool) == 50
    assert pool.registrations.filter(state=State.CANCELLED).count() == 50
    offered, waiting = numbers_in_queue(pool, State.OFFERED), numbers_in_queue(pool, State.WAITING)
    assert offered + waiting == [*range(1, len(offered + waiting) + 1)]
    assert len(offered) >= 10


def test_one_key_sent_fifty_times_is_one_registration_and_one_letter(pool: TicketPool, time: int) -> None:
    made = spread([partial(register_attendee, pool.event, pool=pool, asked=asked(1, key="the same"))] * 50)
    assert {*made} == {Registration.objects.get()}
    assert OutgoingMail.objects.count() == 1


def test_capacity_lowered_in_the_middle_drops_nobody(pool: TicketPool, time: int) -> None:
    calls = registering(pool, range(80))
    calls.insert(40, partial(set_capacity, pool, capacity=30))
    outcome = spread(calls)[40]
    pool.refresh_from_db()
    assert pool.capacity == (50 if isinstance(outcome, RuleViolated) else 30)
    assert held(pool) == pool.capacity
    assert pool.registrations.active().count() == 80


def test_places_are_removed_or_somebody_registers_for_them(pool: TicketPool, time: int) -> None:
    removed, registered = spread([partial(remove_pool, pool), *registering(pool, [1])])
    codes = [getattr(outcome, "code", "") for outcome in (removed, registered)]
    assert (codes, TicketPool.objects.exists()) in [(["", "pool_gone"], False), (["has_registrations", ""], True)]


def test_an_offer_is_accepted_or_expires_and_never_both(pool: TicketPool, time: int) -> None:
    TicketPool.objects.update(capacity=1)
    asks = [asked(number, user=UserFactory()) for number in range(3)]
    first, second, third = (register_attendee(pool.event, pool=pool, asked=one) for one in asks)
    cancel_registration(first, by=None)
    Registration.objects.filter(pk=second.pk).update(offer_until=second.registered_at)
    accepts: list[Callable[[], object]] = [partial(accept_offer, second, by=None)] * 10
    outcomes = at_once(*accepts, *[expire_due] * 10)
    assert {getattr(outcome, "code", outcome) for outcome in outcomes[:10]} <= {"offer_over", "other_state"}
    assert Counter(outcomes[10:]) == {1: 1, 0: 9}
    second.refresh_from_db()
    third.refresh_from_db()
    assert (second.state, third.state) == (State.EXPIRED, State.OFFERED)


# --- Beside the erasure of a person -------------------------------------------------------------------------------


def erased(person: User) -> object:
    return erase_person(person, by=person, reason=BY_REQUEST)


BESIDE: dict[str, Callable[[TicketPool, User, Registration], object]] = {
    "registers a group": lambda pool, person, own: register_group(
        pool.event, pool=pool, group="8А", guests=guests(2), asked=asked(user=person)
    ),
    "gives the place back": lambda pool, person, own: cancel_registration(own, by=person),
    "a colleague registers": lambda pool, person, own: register_attendee(
        pool.event, pool=pool, asked=asked(user=UserFactory(), organisation=own.organisation)
    ),
}


@pytest.mark.parametrize("beside", BESIDE)
def test_a_person_is_erased_beside_what_they_do_and_neither_fails(pool: TicketPool, beside: str, time: int) -> None:
    """Both wait for the event, which somebody else has; who is erased comes after the other."""
    head = RepresentativeFactory(role=Role.HEAD)
    RepresentativeFactory(role=Role.HEAD, organisation=head.organisation)
    person, outcomes = head.user, list[object]()
    own = register_attendee(pool.event, pool=pool, asked=asked(user=person, organisation=head.organisation))
    with transaction.atomic():
        locked_event(pool.event)
        doing = in_thread(partial(noted, partial(BESIDE[beside], pool, person, own), outcomes))
        wait_for_waiting(1)
        erasing = in_thread(partial(noted, partial(erased, person), outcomes))
        wait_for_waiting(2)
    doing.join()
    erasing.join()
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    assert not Registration.objects.filter(user=person).exists()
    assert not Registration.objects.filter(email=person.email).exists()


def test_who_is_erased_at_that_moment_registers_for_nothing(pool: TicketPool, time: int) -> None:
    person, outcomes = UserFactory(), list[object]()
    with transaction.atomic():
        erased(person)
        ask = partial(register_attendee, pool.event, pool=pool, asked=asked(user=person))
        registering = in_thread(partial(noted, ask, outcomes))
        wait_for_waiting(1)
    registering.join()
    assert [getattr(outcome, "code", outcome) for outcome in outcomes] == ["erased"]
    assert not Registration.objects.exists()

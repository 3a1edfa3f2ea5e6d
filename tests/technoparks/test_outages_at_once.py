"""Machines that break while others book them, approve, cancel and come, each by a connection of their own.

`make faults` repeats each twenty times.
"""

import random
from collections.abc import Callable
from functools import partial

import pytest

from common.errors import RuleViolated
from common.recounts import recount
from members.models import Notification
from technoparks.booking.bookings import Taken, cancel
from technoparks.booking.free import bounds
from technoparks.booking.moves import Who
from technoparks.models import Booking, Equipment, EquipmentTime, Lab, Outage
from technoparks.outage.hits import proposals
from technoparks.outage.outages import Choices, ReviewAnew, change_end, end_outage
from technoparks.outage.words import Fate
from tests.at_once import TIMES, at_once
from tests.factories.technoparks import EquipmentFactory, LabFactory, booked, guest, hour, manager, out, responsible
from tests.technoparks.test_bookings_at_once import booking

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("time", range(TIMES)),
    pytest.mark.faults,
]


@pytest.fixture
def lab() -> Lab:
    return LabFactory(seats=100)


def machines_of(lab: Lab, number: int) -> list[Equipment]:
    """Of one class."""
    first = EquipmentFactory(lab=lab)
    return [first, *(EquipmentFactory(lab=lab, kind=first.kind) for _number in range(number - 1))]


def reviewed(machine: Equipment) -> Choices:
    """What somebody sees and chooses who takes what is proposed, and cancels the others."""
    hits = proposals(machine, (hour(8), None))
    return {hit.booking.pk: hit.proposed.pk if hit.proposed else Fate.CANCEL for hit in hits}


def until_done(declare: Callable[[], object]) -> object:
    """Reviews anew as often as something has changed meanwhile."""
    while True:
        try:
            return declare()
        except ReviewAnew:
            continue


def refused(outcomes: list[object]) -> list[object]:
    """Rules that refused; anything else that went wrong, a deadlock as well, is raised."""
    for one in outcomes:
        if isinstance(one, Exception) and not isinstance(one, RuleViolated):
            raise one
    return [one for one in outcomes if isinstance(one, RuleViolated)]


def overlapping() -> int:
    """Pairs of rows that have one machine at one time, counted one by one."""
    rows = [(one.equipment_id, *bounds(one.span)) for one in EquipmentTime.objects.filter(is_blocking=True)]
    return sum(
        machine == other and starts < until and since < ends
        for number, (machine, starts, ends) in enumerate(rows)
        for other, since, until in rows[:number]
    )


def test_a_machine_is_out_of_order_or_booked_and_never_both(lab: Lab, time: int) -> None:
    machine, boss = EquipmentFactory(lab=lab), manager(lab)
    bookings = [booking(lab, 8 + number, 9 + number, equipment=(machine.pk,)) for number in range(11)]
    calls = [*bookings, lambda: until_done(lambda: out(machine, hour(8), choices=reviewed(machine), by=boss))]
    random.shuffle(calls)
    outcomes = at_once(*calls)
    assert all(isinstance(one, Taken) for one in refused(outcomes))
    outage = Outage.objects.get()
    assert [one.outage for one in EquipmentTime.objects.filter(is_blocking=True)] == [outage]
    held = Booking.objects.filter(state="confirmed")
    assert not held.exists()
    assert Booking.objects.count() + len(refused(outcomes)) == len(bookings)
    assert [*recount()] == []


def test_bookings_of_two_machines_that_break_are_not_moved_onto_each_other(lab: Lab, time: int) -> None:
    """Nor onto a machine that is booked at this moment."""
    first, second, third, fourth = machines_of(lab, 4)
    for machine in (first, second):
        for starts in (9, 11):
            booked(lab, starts, starts + 2, equipment=(machine.pk,))
    boss = manager(lab)
    outcomes = at_once(
        *(
            partial(until_done, partial(lambda one: out(one, hour(8), choices=reviewed(one), by=boss), machine))
            for machine in (second, first)
        ),
        *(
            booking(lab, starts, starts + 2, equipment=(machine.pk,))
            for starts in (9, 11)
            for machine in (third, fourth)
        ),
    )
    assert all(isinstance(one, Taken) for one in refused(outcomes))
    assert (overlapping(), Outage.objects.count()) == (0, 2)
    assert not EquipmentTime.objects.filter(equipment__in=(first, second), is_blocking=True, outage=None).exists()
    assert [*recount()] == []


def test_of_many_who_declare_it_one_does_and_each_guest_hears_once(lab: Lab, time: int) -> None:
    machine = EquipmentFactory(lab=lab)
    teacher = guest()
    held = [booked(lab, start, start + 1, by=teacher, equipment=(machine.pk,)) for start in (9, 11, 13)]
    choices = {one.pk: Fate.WITHOUT for one in held}
    outcomes = at_once(*(partial(out, machine, hour(8), choices=choices, by=manager(lab)) for _number in range(8)))
    assert {one.code for one in refused(outcomes) if isinstance(one, RuleViolated)} == {"out_already"}
    assert (len(refused(outcomes)), Outage.objects.count()) == (7, 1)
    assert Notification.objects.filter(user=teacher[1], key__startswith="outage").count() == 1
    assert [one.moves.count() for one in held] == [2, 2, 2]


def test_asked_for_twice_by_one_key_at_once_it_is_one(lab: Lab, time: int) -> None:
    machine, boss = EquipmentFactory(lab=lab), manager(lab)
    outcomes = at_once(*(partial(out, machine, hour(8), by=boss, key="один") for _number in range(6)))
    assert (refused(outcomes), Outage.objects.count(), len({*map(str, outcomes)})) == ([], 1, 1)


def test_cancelled_by_the_guest_while_it_is_moved_it_is_cancelled(lab: Lab, time: int) -> None:
    first, second = machines_of(lab, 2)
    held = booked(lab, equipment=(first.pk,))
    boss = manager(lab)
    outcomes = at_once(
        partial(out, first, hour(8), choices={held.pk: second.pk}, by=boss),
        partial(cancel, held, who=Who.GUEST, by=responsible(held)),
    )
    assert refused(outcomes) == []
    held.refresh_from_db()
    assert (held.state, held.equipment_times.filter(is_blocking=True).exists()) == ("cancelled", False)
    assert [*recount()] == []


def test_ended_and_prolonged_at_once_it_is_over_and_booked_meanwhile_it_is_never_both(lab: Lab, time: int) -> None:
    machine, boss = EquipmentFactory(lab=lab), manager(lab)
    outage = out(machine, ends=hour(12), by=boss)
    outcomes = at_once(
        partial(end_outage, outage, by=boss),
        partial(until_done, lambda: change_end(outage, ends=None, choices=reviewed(machine), by=boss)),
        *(booking(lab, starts, starts + 1, equipment=(machine.pk,)) for starts in (10, 11, 13, 15)),
    )
    assert {one.code for one in refused(outcomes) if isinstance(one, RuleViolated)} <= {"taken", "over"}
    outage.refresh_from_db()
    assert (outage.is_over, overlapping()) == (True, 0)
    assert [*recount()] == []

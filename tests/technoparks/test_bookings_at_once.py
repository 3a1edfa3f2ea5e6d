"""Many who book, approve, cancel and put machines out of order at the same moment, each by a connection of their own.

`make faults` repeats each twenty times.
"""

import random
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from common.errors import RuleViolated
from technoparks.booking.bookings import Taken, approve, book, book_series, cancel
from technoparks.booking.free import bounds
from technoparks.booking.moves import Who
from technoparks.induction.passing import answer_quiz, revoke
from technoparks.models import BLOCKING, Booking, BookingState, EquipmentTime, Induction, Lab
from tests.at_once import TIMES, at_once
from tests.factories.members import RepresentativeFactory
from tests.factories.technoparks import (
    RIGHT,
    EquipmentFactory,
    InstructionFactory,
    LabFactory,
    TechnoparkFactory,
    asked,
    booked,
    guest,
    hour,
    inducted,
    manager,
    responsible,
)

S = BookingState
THREADS = 25

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("time", range(TIMES)),
    pytest.mark.faults,
]


def spread(calls: list[Callable[[], object]]) -> list[object]:
    """By THREADS threads that begin together: what each call has returned, or the rule that has refused it. Anything
    else, a deadlock as well, is raised."""
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


def booking(lab: Lab, starts: int = 10, ends: int = 11, days: int = 7, **wish: Any) -> Callable[[], object]:
    school, teacher = guest()
    times: dict[str, Any] = {"starts": hour(starts, days), "ends": hour(ends, days)}
    return partial(book, lab, organisation=school, by=teacher, asked=asked(**wish), **times)


def overlapping(lab: Lab) -> int:
    """Pairs of bookings that have a seat in common at one time, counted one by one."""
    rows = [(one, *bounds(one.blocked)) for one in Booking.objects.filter(lab=lab, state__in=BLOCKING)]
    return sum(
        bool(set(one.seats) & set(other.seats)) and starts < until and since < ends
        for number, (one, starts, ends) in enumerate(rows)
        for other, since, until in rows[:number]
    )


def test_of_a_hundred_who_want_one_slot_one_has_it_and_the_others_hear_what_is_free(time: int) -> None:
    lab = LabFactory()
    outcomes = spread([booking(lab, is_whole=True) for _number in range(100)])
    refused = [one for one in outcomes if isinstance(one, Taken)]
    assert (len(refused), Booking.objects.count()) == (99, 1)
    assert {next(iter(one.alternatives)) for one in refused} == {(hour(11), hour(12))}


def test_neighbours_in_time_are_all_booked_and_each_slot_once(time: int) -> None:
    """10–11 beside 11–12: who ends when another begins takes nothing away, in whatever order they come."""
    lab = LabFactory()
    starts = [*range(8, 19)] * 3
    random.shuffle(starts)
    outcomes = spread([booking(lab, start, start + 1, is_whole=True) for start in starts])
    held = [one.starts_at for one in outcomes if isinstance(one, Booking)]
    assert sorted(held) == [hour(start) for start in range(8, 19)]
    assert sum(isinstance(one, Taken) for one in outcomes) == 22


def test_seats_of_a_lab_are_never_over(time: int) -> None:
    lab = LabFactory(seats=10)
    outcomes = spread([booking(lab, people=random.randint(1, 3)) for _number in range(60)])
    held = [one for one in outcomes if isinstance(one, Booking)]
    assert 8 <= sum(len(one.seats) for one in held) <= 10
    assert overlapping(lab) == 0
    assert all(isinstance(one, Taken) for one in outcomes if not isinstance(one, Booking))


def test_one_machine_is_given_once(time: int) -> None:
    lab = LabFactory(seats=100)
    machines = [EquipmentFactory(lab=lab) for _number in range(4)]
    wishes = [tuple(one.pk for one in random.sample(machines, 2)) for _number in range(40)]
    outcomes = spread([booking(lab, equipment=wish) for wish in wishes])
    used = Counter(EquipmentTime.objects.values_list("equipment", flat=True))
    assert used.most_common(1)[0][1] == 1
    assert any(isinstance(one, Booking) for one in outcomes)


def test_hours_of_a_guest_are_never_over(time: int) -> None:
    """In two labs, whose locks keep nobody out of the other."""
    park = TechnoparkFactory(guest_hours=5)
    labs = [LabFactory(technopark=park, seats=100) for _number in range(2)]
    school, _teacher = guest()
    people = [RepresentativeFactory(organisation=school).user for _number in range(20)]
    times: dict[str, Any] = {"starts": hour(10), "ends": hour(11)}
    outcomes = spread(
        [
            partial(book, labs[number % 2], organisation=school, by=person, asked=asked(), **times)
            for number, person in enumerate(people)
        ]
    )
    assert [one.code for one in outcomes if isinstance(one, RuleViolated)] == ["hours_used_up"] * 15
    assert Booking.objects.count() == 5


def test_series_in_any_order_are_whole_or_not_at_all(time: int) -> None:
    """In two labs, each in an order of its own; some find the room taken in the middle of their weeks."""
    labs = [LabFactory(seats=6) for _number in range(2)]
    for lab in labs:
        booking(lab, 9, 10, days=7 * 8, is_whole=True)()
    guests = [guest() for _number in range(5)]

    def series(number: int) -> Callable[[], object]:
        school, teacher = random.choice(guests)
        first = random.randrange(8, 12)
        times = [(hour(first, 7 * week), hour(first + 2, 7 * week)) for week in range(1, 17)]
        random.shuffle(times)
        wish = asked(people=random.randint(1, 4))
        return partial(book_series, labs[number % 2], organisation=school, by=teacher, asked=wish, times=times)

    outcomes = spread([series(number) for number in range(40)])
    sizes = Counter(Booking.objects.exclude(series=None).values_list("series", flat=True))
    assert {*sizes.values()} == {16}
    assert len(sizes) == sum(not isinstance(one, RuleViolated) for one in outcomes)
    assert [overlapping(lab) for lab in labs] == [0, 0]


def test_of_two_who_approve_one_does_and_the_guest_hears_it_once(time: int) -> None:
    waiting = booked(LabFactory(needs_approval=True))
    bosses = [manager(waiting.lab) for _number in range(10)]
    at_once(*(partial(approve, waiting, by=boss) for boss in bosses))
    waiting.refresh_from_db()
    assert waiting.state == S.CONFIRMED
    assert [one.action for one in waiting.moves.all()] == ["book", "approve"]


def test_approved_and_cancelled_at_once_it_is_either(time: int) -> None:
    waiting = booked(LabFactory(needs_approval=True), is_whole=True)
    boss = manager(waiting.lab)
    later = booking(waiting.lab, is_whole=True)
    at_once(
        partial(approve, waiting, by=boss),
        partial(cancel, waiting, who=Who.GUEST, by=responsible(waiting)),
        later,
    )
    waiting.refresh_from_db()
    assert waiting.state == S.CANCELLED
    assert overlapping(waiting.lab) == 0


def test_overlapping_requests_are_never_both_approved(time: int) -> None:
    lab = LabFactory(needs_approval=True)
    boss = manager(lab)

    def ask_and_approve(ask: Callable[[], object]) -> object:
        made = ask()
        assert isinstance(made, Booking)
        return approve(made, by=boss)

    outcomes = spread(
        [
            partial(ask_and_approve, booking(lab, 10 + number % 2, 12 + number % 2, is_whole=True))
            for number in range(20)
        ]
    )
    assert sum(isinstance(one, Booking) for one in outcomes) == 1
    assert Booking.objects.filter(state=S.CONFIRMED).count() == 1


def test_revoked_while_bookings_are_made_none_of_them_stays_confirmed(time: int) -> None:
    lab = LabFactory(seats=100)
    instruction = InstructionFactory(technopark=lab.technopark, labs=[lab])
    school, teacher = guest()
    known = inducted(teacher, instruction)
    boss = manager(lab)
    calls: list[Callable[[], object]] = [
        partial(
            book,
            lab,
            organisation=school,
            by=teacher,
            asked=asked(),
            starts=hour(9 + number % 10),
            ends=hour(10 + number % 10),
        )
        for number in range(24)
    ]
    calls.insert(random.randrange(25), partial(revoke, known, by=boss, reason="Работал без очков"))
    outcomes = spread(calls)
    assert {one.code for one in outcomes if isinstance(one, RuleViolated)} <= {"induction_missing"}
    assert Booking.objects.exclude(state=S.HELD).count() == 0


def test_approved_while_the_induction_is_revoked_it_is_held_or_still_waits(time: int) -> None:
    lab = LabFactory(needs_approval=True)
    school, teacher = guest()
    known = inducted(teacher, InstructionFactory(technopark=lab.technopark, labs=[lab]))
    waiting = booked(lab, by=(school, teacher))
    boss = manager(lab)
    spread([partial(approve, waiting, by=boss), partial(revoke, known, by=boss, reason="Работал без очков")])
    waiting.refresh_from_db()
    assert waiting.state in (S.HELD, S.PENDING)


def test_passed_by_two_presses_it_is_one_induction(time: int) -> None:
    instruction = InstructionFactory()
    teacher = guest()[1]
    version = instruction.versions.select_related("instruction").get()
    spread([partial(answer_quiz, version, person=teacher, answers=RIGHT) for _number in range(4)])
    assert Induction.objects.count() == 1

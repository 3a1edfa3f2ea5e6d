"""Whatever guests and a host try in whatever order: bookings, cancellations, outages and hours are those of a model,
which knows one day of one lab as a table of hours and seats."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.errors import RuleViolated
from common.recounts import recount
from members.models import Organisation, User
from technoparks.booking.bookings import book, cancel
from technoparks.booking.moves import Who
from technoparks.models import BLOCKING, Booking, Equipment, Lab, Outage, OutageKind
from technoparks.outage.outages import declare_outage, end_outage, foreseen
from technoparks.outage.words import Fate
from tests.factories.technoparks import (
    EquipmentClassFactory,
    EquipmentFactory,
    LabFactory,
    asked,
    guest,
    hour,
    manager,
)

pytestmark = pytest.mark.django_db
EXAMPLES = 300 if os.environ.get("FAULTS") == "full" else 12
SEATS, MACHINES, LIMIT = 4, 2, 6  # of the lab; hours of each guest in a month
DONE = "done"


@dataclass
class Held:
    """A booking as the model knows it."""

    guest: int
    hours: set[int]
    seats: set[int]
    machines: set[int]
    is_live: bool = True


@dataclass
class Out:
    machine: int
    hours: set[int]
    is_live: bool = True


@dataclass
class Model:
    bookings: list[Held] = field(default_factory=list)
    outages: list[Out] = field(default_factory=list)

    def live(self, hours: set[int]) -> list[Held]:
        return [one for one in self.bookings if one.is_live and one.hours & hours]

    def is_free(self, machine: int, hours: set[int]) -> bool:
        return not any(machine in one.machines for one in self.live(hours)) and not self.is_out(machine, hours)

    def is_out(self, machine: int, hours: set[int]) -> bool:
        return any(one.is_live and one.machine == machine and one.hours & hours for one in self.outages)

    def book(self, guest: int, hours: set[int], people: int, machines: set[int]) -> str:
        """``people`` 0: the whole room."""
        if people > SEATS:
            return "too_many"
        if sum(len(one.hours) for one in self.bookings if one.is_live and one.guest == guest) + len(hours) > LIMIT:
            return "hours_used_up"
        if not all(self.is_free(machine, hours) for machine in machines):
            return "taken"
        free = sorted({*range(1, SEATS + 1)} - {seat for one in self.live(hours) for seat in one.seats})
        seats = free if people == 0 else self._seats(free, people)
        if len(seats) < (people or SEATS):
            return "taken"
        self.bookings.append(Held(guest, hours, {*seats}, machines))
        return DONE

    @staticmethod
    def _seats(free: list[int], people: int) -> list[int]:
        """Neighbours where there are as many."""
        runs = [free[at : at + people] for at in range(len(free) - people + 1)]
        together = [run for run in runs if run[-1] - run[0] == people - 1]
        return together[0] if together else free[:people]

    def cancel(self, number: int) -> str:
        self.bookings[number].is_live = False
        return DONE

    def hit(self, machine: int, hours: set[int]) -> list[int]:
        return [
            number
            for number, one in enumerate(self.bookings)
            if one.is_live and machine in one.machines and one.hours & hours
        ]

    def put_out(self, machine: int, hours: set[int], fate: str) -> str:
        if self.is_out(machine, hours):
            return "out_already"
        other = 1 - machine
        for number in self.hit(machine, hours):
            one = self.bookings[number]
            if fate == "move" and self.is_free(other, one.hours):
                one.machines = one.machines - {machine} | {other}
            elif fate == Fate.CANCEL:
                one.is_live = False
            else:
                one.machines = one.machines - {machine}
        self.outages.append(Out(machine, hours))
        return DONE


@dataclass
class Portal:
    lab: Lab
    machines: list[Equipment]
    guests: list[tuple[Organisation, User]]
    boss: User
    bookings: list[Booking] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)

    def book(self, guest: int, hours: set[int], people: int, machines: set[int]) -> None:
        school, teacher = self.guests[guest]
        wish = asked(
            people=people or 1, is_whole=people == 0, equipment=tuple(self.machines[one].pk for one in sorted(machines))
        )
        made = book(self.lab, organisation=school, by=teacher, asked=wish, **ends_of(hours))
        self.bookings.append(made)

    def cancel(self, number: int) -> None:
        one = self.bookings[number]
        cancel(one, who=Who.GUEST, by=self.boss)

    def put_out(self, machine: int, hours: set[int], fate: str, expected: list[int]) -> None:
        """What is hit is what the model says, and each goes to what is proposed, where it goes to another."""
        span = ends_of(hours)
        hits = foreseen(self.machines[machine], span["starts"], span["ends"])
        assert {one.booking.pk for one in hits} == {self.bookings[number].pk for number in expected}
        choices: dict[int, int | str] = {
            one.booking.pk: one.proposed.pk
            if fate == "move" and one.proposed
            else Fate.CANCEL
            if fate == Fate.CANCEL
            else Fate.WITHOUT
            for one in hits
        }
        told: dict[str, Any] = {"kind": OutageKind.BREAKDOWN, "reason": "Греется", "choices": choices, "by": self.boss}
        self.outages.append(declare_outage(self.machines[machine], **span, **told))

    def as_model(self) -> Model:
        number = {one.pk: index for index, one in enumerate(self.machines)}
        guests = {school.pk: index for index, (school, _teacher) in enumerate(self.guests)}
        held = [
            Held(
                guests[one.organisation_id],
                hours_between(one.starts_at, one.ends_at),
                {*one.seats},
                {number[time.equipment_id] for time in one.equipment_times.all()},
                one.state in BLOCKING,
            )
            for one in Booking.objects.prefetch_related("equipment_times").order_by("pk")
        ]
        out = [
            Out(
                number[one.equipment_id],
                hours_between(one.span.lower, one.span.upper),
                one.ended_at is None,
            )
            for one in Outage.objects.order_by("pk")
        ]
        return Model(held, out)


def ends_of(hours: set[int]) -> dict[str, Any]:
    return {"starts": hour(min(hours)), "ends": hour(max(hours) + 1)}


def hours_between(starts: Any, ends: Any) -> set[int]:
    return {one for one in range(8, 20) if starts <= hour(one) < ends}


HOURS = st.builds(lambda first, length: {*range(first, first + length)}, st.integers(10, 13), st.integers(1, 3))
BOOK = st.tuples(
    st.just("book"), st.integers(0, 1), HOURS, st.integers(0, SEATS + 1), st.sets(st.integers(0, MACHINES - 1))
)
CANCEL = st.tuples(st.just("cancel"), st.integers(0, 30))
PUT_OUT = st.tuples(
    st.just("put_out"),
    st.integers(0, MACHINES - 1),
    HOURS,
    st.sampled_from(["move", Fate.WITHOUT.value, Fate.CANCEL.value]),
)
END = st.tuples(st.just("end"), st.integers(0, 30))
STEPS = st.lists(st.one_of(BOOK, BOOK, BOOK, CANCEL, PUT_OUT, END), min_size=15, max_size=30)


def in_both(model: Model, portal: Portal, step: tuple[Any, ...]) -> tuple[str, str]:
    """What the model says to a step, and what the portal does."""
    act, *how = step
    if act in ("cancel", "end"):
        those: list[Any] = portal.bookings if act == "cancel" else portal.outages
        if not those:
            return DONE, DONE
        how = [how[0] % len(those)]
    hit = model.hit(*how[:2]) if act == "put_out" else []
    call: Callable[[], object]
    match act:
        case "book":
            expected, call = model.book(*how), lambda: portal.book(*how)
        case "cancel":
            expected, call = model.cancel(*how), lambda: portal.cancel(*how)
        case "put_out":
            expected, call = model.put_out(*how), lambda: portal.put_out(how[0], how[1], how[2], hit)
        case _:
            model.outages[how[0]].is_live = False
            expected, call = DONE, lambda: end_outage(portal.outages[how[0]], by=portal.boss)
    try:
        with transaction.atomic():
            call()
    except RuleViolated as error:
        return expected, error.code
    return expected, DONE


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=os.environ.get("FAULTS") != "full",
)
@given(steps=STEPS)
def test_in_any_order_the_portal_answers_as_the_model_does(steps: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        lab = LabFactory(seats=SEATS, technopark__guest_hours=LIMIT)
        kind = EquipmentClassFactory()
        machines = [EquipmentFactory(lab=lab, kind=kind) for _number in range(MACHINES)]
        model, portal = Model(), Portal(lab, machines, [guest(), guest()], manager(lab))
        for step in steps:
            expected, found = in_both(model, portal, step)
            assert (step, found) == (step, expected)
            assert portal.as_model() == model
        assert [(one.invariant, one.figures) for one in recount()] == []
        transaction.set_rollback(True)

"""What a host closes, or takes away, while others book it, each by a connection of their own.

`make faults` repeats each twenty times.
"""

import random

import pytest
from django.urls import reverse

from common.errors import RuleViolated
from technoparks.models import Booking, BookingState, Lab
from technoparks.opening.changes import DayHours, Review, Unreviewed, add_days
from technoparks.opening.hits import outside
from tests.at_once import TIMES, at_once
from tests.factories.technoparks import EquipmentFactory, LabFactory, hour, manager
from tests.technoparks.test_bookings_at_once import booking
from tests.technoparks.test_desk import client_of
from tests.technoparks.test_outages_at_once import refused

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("time", range(TIMES)),
    pytest.mark.faults,
]


def test_a_booking_is_reviewed_or_finds_the_lab_closed(time: int) -> None:
    lab: Lab = LabFactory(seats=100)
    boss, day = manager(lab), hour(10).date()

    def close() -> None:
        """By somebody who cancels whatever is shown, and looks anew as often as something has changed."""
        review = Review()
        while True:
            try:
                return add_days(lab, days=[day], hours=DayHours(), by=boss, review=review)
            except Unreviewed as error:
                keys = [one.pk for one in error.bookings]
                review = Review(keys, keys, "Ремонт")

    calls = [close, *(booking(lab, 8 + number, 9 + number) for number in range(11))]
    random.shuffle(calls)
    outcomes = at_once(*calls)
    assert {error.code for error in refused(outcomes) if isinstance(error, RuleViolated)} <= {"closed"}
    assert lab.opening_exceptions.count() == 1
    assert outside(lab) == set()
    assert not Booking.objects.exclude(state=BookingState.CANCELLED).exists()


def test_a_machine_is_written_off_or_booked_and_never_both(time: int) -> None:
    machine = EquipmentFactory(lab=LabFactory(seats=100))
    host = machine.lab.technopark.host
    client = client_of(manager(machine.lab))
    address = reverse("technoparks:dashboard_machine", args=[host.slug, machine.pk])
    typed = {"name": machine.name, "kind": machine.kind_id, "status": "retired"}
    book = booking(machine.lab, equipment=(machine.pk,))
    written_off, outcome = at_once(lambda: client.post(address, typed), book)
    machine.refresh_from_db()
    assert (machine.status == "retired") == (written_off.status_code == 302)  # type: ignore[attr-defined]
    assert isinstance(outcome, RuleViolated) == (machine.status == "retired")

"""What the recount finds of bookings, when somebody has written past the services."""

from typing import Any

import pytest
from django.db import connection

from common.recounts import recount
from technoparks.booking.bookings import approve, cancel, decline
from technoparks.booking.moves import Who
from technoparks.models import Booking, Lab, Outage
from technoparks.outage.outages import end_outage
from tests.factories.technoparks import EquipmentFactory, LabFactory, booked, hour, manager, out

pytestmark = pytest.mark.django_db


def write(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        assert cursor.rowcount > 0


def found() -> list[tuple[str, str, str]]:
    """Rule, kind of record, figures."""
    return [(one.invariant, one.record, one.figures) for one in recount()]


@pytest.fixture
def lab() -> Lab:
    """Two share the room, one has all of it with a machine, one waits, and two are off."""
    lab = LabFactory(buffer_minutes=10)
    machine, boss = EquipmentFactory(lab=lab), manager(lab)
    booked(lab, 10, 11, people=3), booked(lab, 10, 11, people=4)
    booked(lab, 12, 14, is_whole=True, equipment=(machine.pk,))
    cancel(booked(lab, 15, 16, equipment=(machine.pk,)), who=Who.HOST, by=boss, reason="Ремонт")
    Lab.objects.update(needs_approval=True)
    lab.refresh_from_db()
    booked(lab, 8, 9, equipment=(machine.pk,))
    decline(booked(lab, 17, 18), by=boss, reason="Ремонт")
    approve(booked(lab, 18, 19), by=boss)
    assert found() == []
    return lab


def test_a_seat_is_given_twice(lab: Lab) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE technoparks_booking DROP CONSTRAINT seat_booked_once")
    first, second = Booking.objects.order_by("pk")[:2]
    write("UPDATE technoparks_booking SET seats = '{[3,6)}' WHERE id = %s", second.pk)
    assert found() == [("booking_seats", "technoparks.booking", f"{first.pk}: 3–5")]
    write("UPDATE technoparks_booking SET lab_id = %s WHERE id = %s", LabFactory().pk, second.pk)
    assert found() == []


def test_who_comes_after_another_has_the_same_seats_and_all_is_well(lab: Lab) -> None:
    assert (booked(lab, 16, 17).seats, booked(lab, 10, 11, days=8).seats) == ((1,), (1,))
    assert found() == []


def test_a_machine_is_kept_for_what_is_off(lab: Lab) -> None:
    write("UPDATE technoparks_equipmenttime SET is_blocking = true WHERE NOT is_blocking")
    assert found() == [("booking_machines", "technoparks.equipmenttime", "cancelled: 1")]


def test_a_machine_is_free_whose_booking_stands(lab: Lab) -> None:
    write("UPDATE technoparks_equipmenttime SET is_blocking = false WHERE booking_id = %s", whole().pk)
    assert found() == [("booking_machines", "technoparks.equipmenttime", "confirmed: 0")]


def test_a_machine_is_kept_for_another_time_than_its_booking(lab: Lab) -> None:
    """Without the time to tidy up."""
    write("UPDATE technoparks_equipmenttime SET span = %s WHERE booking_id = %s", whole().span, whole().pk)
    assert found() == [("booking_machines", "technoparks.equipmenttime", "confirmed: 1 ≠")]


def test_a_booking_was_moved_past_its_history(lab: Lab) -> None:
    write("UPDATE technoparks_booking SET state = 'held' WHERE id = %s", whole().pk)
    assert found() == [("booking_moves", "technoparks.booking", "confirmed ≠ held")]


def test_a_booking_has_no_history(lab: Lab) -> None:
    write("DELETE FROM technoparks_bookingmove WHERE booking_id = %s", whole().pk)
    assert found() == [("booking_moves", "technoparks.booking", "— ≠ confirmed")]


def test_a_move_is_missing_from_the_middle_of_a_history(lab: Lab) -> None:
    booking = Booking.objects.latest("pk")
    write("DELETE FROM technoparks_bookingmove WHERE booking_id = %s AND action = 'book'", booking.pk)
    assert found() == [("booking_moves", "technoparks.booking", "— ≠ pending")]


@pytest.mark.parametrize(
    ("seats", "said"), [("{[1,10)}", "1–9"), ("{[2,11)}", "2–10"), ("{[1,5),[6,11)}", "1–4, 6–10")]
)
def test_a_whole_room_lacks_a_seat(lab: Lab, seats: str, said: str) -> None:
    write("UPDATE technoparks_booking SET seats = %s WHERE id = %s", seats, whole().pk)
    assert found() == [("booking_whole", "technoparks.booking", f"{said} ≠ 1–10")]


def test_what_was_booked_whole_stays_whole_when_the_lab_grows(lab: Lab) -> None:
    for seats in (12, 20):
        lab.seats = seats
        lab.save()
        assert found() == []
    write("UPDATE technoparks_booking SET seats = '{[1,16)}' WHERE id = %s", whole().pk)
    assert found() == [("booking_whole", "technoparks.booking", "1–15 ≠ 1–20")]


def whole() -> Booking:
    return Booking.objects.get(is_whole=True)


@pytest.fixture
def outage(lab: Lab) -> Outage:
    """From tomorrow on; it hits nobody."""
    outage = out(lab.equipment.get(), hour(21, 7))
    assert found() == []
    return outage


def test_an_outage_keeps_nobody_out(outage: Outage) -> None:
    write("UPDATE technoparks_equipmenttime SET is_blocking = false WHERE outage_id = %s", outage.pk)
    assert found() == [("outage_time", "technoparks.outage", "0")]


def test_an_outage_keeps_others_out_at_another_time(outage: Outage) -> None:
    span = (hour(22), hour(23))
    write("UPDATE technoparks_equipmenttime SET span = tstzrange(%s, %s) WHERE outage_id = %s", *span, outage.pk)
    assert found() == [("outage_time", "technoparks.outage", "1 ≠")]


def test_an_outage_keeps_another_machine(outage: Outage) -> None:
    other = EquipmentFactory(lab=outage.equipment.lab)
    write("UPDATE technoparks_equipmenttime SET equipment_id = %s WHERE outage_id = %s", other.pk, outage.pk)
    assert found() == [("outage_time", "technoparks.outage", "1 ≠")]


def test_an_outage_has_no_time(outage: Outage) -> None:
    write("DELETE FROM technoparks_equipmenttime WHERE outage_id = %s", outage.pk)
    assert found() == [("outage_time", "technoparks.outage", "—")]


def test_an_outage_that_was_called_off_keeps_others_out(outage: Outage) -> None:
    end_outage(outage, by=manager(outage.equipment.lab))
    assert found() == []
    write("UPDATE technoparks_equipmenttime SET is_blocking = true WHERE outage_id = %s", outage.pk)
    assert found() == [("outage_time", "technoparks.outage", "1")]

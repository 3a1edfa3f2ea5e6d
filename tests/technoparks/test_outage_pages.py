"""Machines and their outages in the dashboard of the host."""

import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from members.models import Role
from technoparks.models import Booking, BookingState, Equipment, EquipmentTime, Lab, Outage, OutageKind
from technoparks.outage.outages import end_outage
from tests.factories.members import RepresentativeFactory
from tests.factories.technoparks import EquipmentFactory, LabFactory, booked, guest, hour, manager, out, responsible
from tests.technoparks.test_desk import client_of, text

pytestmark = pytest.mark.django_db
S = BookingState


@pytest.fixture
def machine() -> Equipment:
    return EquipmentFactory(lab=LabFactory(seats=20), name="Принтер № 1")


@pytest.fixture
def other(machine: Equipment) -> Equipment:
    """Of its class."""
    return EquipmentFactory(lab=machine.lab, kind=machine.kind, name="Принтер № 2")


@pytest.fixture
def client(machine: Equipment) -> Client:
    """Of the host."""
    return client_of(manager(machine.lab))


def page(name: str, lab: Lab, *args: Any) -> str:
    return reverse(f"technoparks:{name}", args=[lab.technopark.host.slug, *args])


def declare(machine: Equipment) -> str:
    return page("dashboard_outage_declare", machine.lab, machine.pk)


def sent(client: Client, address: str, **typed: Any) -> Any:
    """The form as the page has it, with what was typed."""
    form = client.get(address).context["form"]
    values = {one.name: one.value() for one in form}
    if "reason" in values:
        values |= {"reason": "Засорилось сопло"}
    return client.post(address, {name: value for name, value in (values | typed).items() if value is not None})


def said(response: Any) -> str:
    return text(response).replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " ").replace("\u2060", "")


# --- The machines ---------------------------------------------------------------------------------------------


def test_machines_stand_with_their_state_and_when_maintenance_is_due(client: Client, machine: Equipment) -> None:
    lab, today = machine.lab, timezone.localdate()
    columns = {"lab": lab, "kind": machine.kind, "maintenance_days": 30}
    EquipmentFactory(**columns, name="Пора", maintained_on=today - datetime.timedelta(days=31))
    planned = EquipmentFactory(**columns, name="Будет", maintained_on=today - datetime.timedelta(days=31))
    EquipmentFactory(**columns, name="Ни разу")
    EquipmentFactory(lab=lab, name="Списан", status="retired")
    out(machine)
    maintenance = out(planned, hour(9), hour(18), kind=OutageKind.MAINTENANCE)
    assert page("dashboard_equipment", lab) in text(client.get(page("dashboard_labs", lab)))
    response = client.get(page("dashboard_equipment", lab))
    [(_lab, rows)] = response.context["machines"].labs
    assert [(row.machine.name, row.is_due, row.is_there) for row in rows] == [
        ("Будет", False, True),
        ("Ни разу", False, True),
        ("Пора", True, True),
        ("Принтер № 1", False, True),
        ("Списан", False, False),
    ]
    shown = said(response)
    assert "Не работает, срок пока неизвестен" in shown
    assert page("dashboard_outage", lab, maintenance.pk) in shown
    assert shown.count("Отметить простой") == 4


def test_maintenance_whose_time_is_over_is_asked_about(client: Client, machine: Equipment) -> None:
    outage = out(machine, hour(9), hour(18), kind=OutageKind.MAINTENANCE)
    Outage.objects.update(span=(hour(9, -2), hour(18, -2)))
    EquipmentTime.objects.update(span=(hour(9, -2), hour(18, -2)))
    assert "Обслуживание проведено?" in said(client.get(page("dashboard_equipment", machine.lab)))
    assert "Обслуживание проведено" in said(client.get(page("dashboard_outage", machine.lab, outage.pk)))
    assert client.post(page("dashboard_outage_end", machine.lab, outage.pk)).status_code == 302
    assert Equipment.objects.get().maintained_on == hour(18, -2).date()
    assert "Обслуживание проведено?" not in said(client.get(page("dashboard_equipment", machine.lab)))


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_however_many_there_are(
    machine: Equipment, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _one in range(number):
        out(EquipmentFactory(lab=LabFactory(technopark=machine.lab.technopark)))
    client = client_of(manager(machine.lab))
    address = page("dashboard_equipment", machine.lab)
    client.get(address)
    with django_assert_num_queries(9):
        client.get(address)


# --- Declared -------------------------------------------------------------------------------------------------


def test_where_nothing_is_hit_it_is_noted_at_once(client: Client, machine: Equipment) -> None:
    done = sent(client, declare(machine))
    outage = Outage.objects.get()
    assert done["Location"] == page("dashboard_outage", machine.lab, outage.pk)
    assert (outage.reason, outage.kind, outage.ends_at) == ("Засорилось сопло", OutageKind.BREAKDOWN, None)
    shown = said(client.get(done["Location"]))
    for words in ("Засорилось сопло", "срок пока неизвестен", "Ни одно бронирование не задето", "Снова работает"):
        assert words in shown


def test_bookings_that_are_hit_are_reviewed_and_then_it_is_done(
    client: Client, machine: Equipment, other: Equipment
) -> None:
    moved, off = (booked(machine.lab, start, start + 1, equipment=(machine.pk,)) for start in (10, 12))
    booked(machine.lab, 12, 13, equipment=(other.pk,))
    seen = sent(client, declare(machine))
    assert (seen.status_code, Outage.objects.count()) == (200, 0)
    review, mark = seen.context["review"], seen.context["form"].mark
    assert [(hit.booking, field.value()) for hit, field in review.rows] == [(moved, str(other.pk)), (off, "")]
    assert "Задето 2 бронирования" in said(seen)
    chosen = {f"booking_{moved.pk}": str(other.pk)}
    lacking = sent(client, declare(machine), confirmed=mark, **chosen)
    assert (lacking.status_code, Outage.objects.count()) == (200, 0)
    assert "Выберите, что с ним будет." in said(lacking)
    assert "Засорилось сопло" in said(lacking)
    done = sent(client, declare(machine), confirmed=mark, **chosen, **{f"booking_{off.pk}": "cancel"})
    assert done.status_code == 302
    shown = said(client.get(done["Location"]))
    assert "замена: Принтер № 2" in shown
    assert "отменено" in shown
    of_guest = client_of(responsible(moved)).get(moved.get_absolute_url())
    assert "Оборудование заменено: Принтер № 1 → Принтер № 2" in said(of_guest)
    off.refresh_from_db()
    assert off.state == S.CANCELLED


def test_what_is_booked_meanwhile_is_shown_as_well_and_what_was_chosen_stays(
    client: Client, machine: Equipment, other: Equipment
) -> None:
    first = booked(machine.lab, 10, 11, equipment=(machine.pk,))
    mark = sent(client, declare(machine)).context["form"].mark
    second = booked(machine.lab, 12, 13, equipment=(machine.pk,))
    again = sent(client, declare(machine), confirmed=mark, **{f"booking_{first.pk}": "without"})
    assert (again.status_code, Outage.objects.count()) == (200, 0)
    assert [(hit.booking, field.value()) for hit, field in again.context["review"].rows] == [
        (first, "without"),
        (second, None),
    ]


def test_a_machine_that_is_taken_meanwhile_is_to_be_chosen_anew(
    client: Client, machine: Equipment, other: Equipment
) -> None:
    booking = booked(machine.lab, equipment=(machine.pk,))
    mark = sent(client, declare(machine)).context["form"].mark
    booked(machine.lab, equipment=(other.pk,))
    again = sent(client, declare(machine), confirmed=mark, **{f"booking_{booking.pk}": str(other.pk)})
    assert (again.status_code, Outage.objects.count()) == (200, 0)
    assert "Это уже невозможно: выберите заново." in said(again)


def test_other_times_are_reviewed_anew_and_choices_stay(client: Client, machine: Equipment, other: Equipment) -> None:
    first, second = (booked(machine.lab, start, start + 1, equipment=(machine.pk,)) for start in (10, 12))
    times = {"since_day": hour(9).date().isoformat(), "until_day": hour(9).date().isoformat(), "until_time": "11:00"}
    mark = sent(client, declare(machine), **times).context["form"].mark
    chosen = {f"booking_{first.pk}": "without"}
    seen = sent(client, declare(machine), **times | {"until_time": ""}, confirmed=mark, **chosen)
    assert (seen.status_code, Outage.objects.count()) == (200, 0)
    assert [(hit.booking, field.value()) for hit, field in seen.context["review"].rows] == [
        (first, "without"),
        (second, str(other.pk)),
    ]
    done = sent(
        client,
        declare(machine),
        **times | {"until_time": ""},
        confirmed=seen.context["form"].mark,
        **chosen,
        **{f"booking_{second.pk}": str(other.pk)},
    )
    assert done.status_code == 302
    outage = Outage.objects.get()
    assert (outage.starts_at, outage.ends_at) == (hour(0), hour(0, 8))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"since_day": "завтра"}, "since_day"),
        ({"since_time": "10:00"}, "since_day"),
        ({"until_time": "10:00"}, "until_day"),
        ({"until_day": "9999-12-31"}, "until_day"),
        ({"kind": "иное"}, "kind"),
    ],
)
def test_bad_input_is_told_beside_its_field(
    client: Client, machine: Equipment, typed: dict[str, str], field: str
) -> None:
    refused = sent(client, declare(machine), **typed)
    assert (refused.status_code, [*refused.context["form"].errors]) == (200, [field])


def test_what_a_rule_forbids_is_told_and_nothing_typed_is_lost(client: Client, machine: Equipment) -> None:
    out(machine)
    refused = sent(client, declare(machine), reason="Искрит")
    assert refused.status_code == 409
    assert "На это время простой уже отмечен" in said(refused)
    assert "Искрит" in said(refused)


# --- Ended ----------------------------------------------------------------------------------------------------


def test_it_works_again_and_the_page_asks_no_more(client: Client, machine: Equipment) -> None:
    outage = out(machine)
    for _time in range(2):
        assert client.post(page("dashboard_outage_end", machine.lab, outage.pk)).status_code == 302
    shown = said(client.get(page("dashboard_outage", machine.lab, outage.pk)))
    assert "Завершён" in shown
    assert "Снова работает" not in shown.replace("оборудование снова работает", "")


def test_another_end_asks_about_what_it_hits_besides(client: Client, machine: Equipment, other: Equipment) -> None:
    outage = out(machine, ends=hour(10))
    booking = booked(machine.lab, 11, 12, equipment=(machine.pk,))
    address = page("dashboard_outage_until", machine.lab, outage.pk)
    begun = client.get(address).context["form"]
    assert (begun["until_day"].value(), begun["until_time"].value()) == (hour(10).date(), datetime.time(10))
    seen = sent(client, address, until_time="18:00")
    assert [field.value() for _hit, field in seen.context["review"].rows] == [str(other.pk)]
    chosen = {f"booking_{booking.pk}": str(other.pk), "confirmed": seen.context["form"].mark}
    assert sent(client, address, until_time="18:00", **chosen).status_code == 302
    outage.refresh_from_db()
    assert (outage.ends_at, booking.equipment_times.get().equipment) == (hour(18), other)
    refused = sent(client, address, until_day=hour(10, -1).date().isoformat())
    assert refused.status_code == 409
    assert "Окончание должно быть позже" in said(refused)


# --- Whose it is ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "read", "tended"), [(Role.VIEWER, 200, 403), (Role.TEACHER, 200, 403), (Role.HEAD, 200, 200)]
)
def test_all_of_the_host_read_it_and_heads_and_coordinators_tend_it(
    machine: Equipment, role: str, read: int, tended: int
) -> None:
    outage = out(machine)
    client = client_of(RepresentativeFactory(organisation=machine.lab.technopark.host, role=role).user)
    assert client.get(page("dashboard_equipment", machine.lab)).status_code == read
    assert client.get(page("dashboard_outage", machine.lab, outage.pk)).status_code == read
    assert client.get(declare(machine)).status_code == tended
    assert client.get(page("dashboard_outage_until", machine.lab, outage.pk)).status_code == tended
    ended = client.post(page("dashboard_outage_end", machine.lab, outage.pk)).status_code
    assert (ended, Outage.objects.get().is_over) == ((302, True) if tended == 200 else (403, False))
    assert ("Отметить простой" in said(client.get(page("dashboard_equipment", machine.lab)))) == (tended == 200)


def test_machines_and_outages_of_others_are_not_there(machine: Equipment) -> None:
    outage, (stranger, head) = out(machine), guest(Role.HEAD)
    client = client_of(head)
    for name, pk in (
        ("dashboard_outage_declare", machine.pk),
        ("dashboard_outage", outage.pk),
        ("dashboard_outage_until", outage.pk),
    ):
        assert client.get(reverse(f"technoparks:{name}", args=[stranger.slug, pk])).status_code == 404
        assert client.get(page(name, machine.lab, pk)).status_code == 404
    ended = client.post(reverse("technoparks:dashboard_outage_end", args=[stranger.slug, outage.pk]))
    assert (ended.status_code, Outage.objects.get().is_over) == (404, False)


# --- What guests see ------------------------------------------------------------------------------------------


def test_a_guest_who_books_sees_what_is_out_of_order(machine: Equipment, other: Equipment) -> None:
    school, teacher = guest()
    out(machine, ends=hour(18))
    address = reverse("technoparks:dashboard_lab_book", args=[school.slug, machine.lab.pk])
    shown = said(client_of(teacher).get(address))
    assert "Принтер № 1 (не работает до" in shown
    assert "Принтер № 2 (" not in shown


def test_back_in_order_it_is_said_nowhere(machine: Equipment) -> None:
    end_outage(out(machine), by=manager(machine.lab))
    assert "не работает" not in said(Client().get(machine.lab.get_absolute_url())).lower()
    assert not Booking.objects.exists()

"""The association's office at work on technoparks."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.models import PersonalDataView
from technoparks.booking.bookings import cancel
from technoparks.booking.moves import Who
from technoparks.models import Booking, BookingState, Equipment, HoursAccount, Lab, OpeningHours, Outage, Technopark
from technoparks.outage.outages import end_outage
from tests.factories.members import OrganisationFactory
from tests.factories.technoparks import (
    EquipmentFactory,
    LabFactory,
    TechnoparkFactory,
    booked,
    hour,
    manager,
    out,
    responsible,
)
from tests.members.test_admin import errors_of, fields_of, messages_of, page
from tests.office import enter, staff_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
S = BookingState
NAMES = ["technopark", "lab", "equipmentclass", "equipment", "outage", "hoursaccount", "booking"]


def address(name: str, *args: object) -> str:
    return page(f"technoparks_{name}", *args)


def waiting(**columns: Any) -> Booking:
    """In a lab of its own, with a machine that is out of order afterwards."""
    lab = LabFactory(needs_approval=True, **columns)
    machine = EquipmentFactory(lab=lab)
    out(machine, hour(14))
    return booked(lab, equipment=(machine.pk,))


def rows_of(client: Client, name: str, **asked: str | int) -> list[Any]:
    return [*client.get(address(f"{name}_changelist"), asked).context["cl"].result_list]


def states() -> list[str]:
    return [*Booking.objects.order_by("pk").values_list("state", flat=True)]


# --- Lists and forms -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_a_list_asks_as_much_for_three_rows_as_for_one(office: Client, name: str) -> None:
    def number_of_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert office.get(address(f"{name}_changelist")).status_code == 200
        return len(queries)

    waiting()
    office.get(address(f"{name}_changelist"))
    one = number_of_queries()
    waiting(), waiting()
    assert number_of_queries() == one


@pytest.mark.parametrize("name", NAMES)
def test_a_page_asks_as_much_for_three_moves_as_for_one(office: Client, name: str) -> None:
    booking = waiting()
    row = {
        "technopark": booking.lab.technopark,
        "lab": booking.lab,
        "equipment": Equipment.objects.get(),
        "equipmentclass": Equipment.objects.get().kind,
        "outage": Outage.objects.get(),
        "hoursaccount": HoursAccount.objects.get(),
        "booking": booking,
    }[name]

    def number_of_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert office.get(address(f"{name}_change", row.pk)).status_code == 200
        return len(queries)

    office.get(address(f"{name}_change", row.pk))
    one = number_of_queries()
    EquipmentFactory(lab=booking.lab, kind=Equipment.objects.earliest("pk").kind)
    for _number in range(2):
        booking.moves.create(action="approve", source=S.PENDING, target=S.PENDING, by=booking.person)
    assert number_of_queries() <= one + (name == "lab") * 4


@pytest.mark.parametrize("name", NAMES)
def test_every_list_can_be_searched(office: Client, name: str) -> None:
    waiting()
    assert office.get(address(f"{name}_changelist"), {"q": "робо"}).status_code == 200


def test_the_office_opens_a_technopark_with_its_history(office: Client) -> None:
    host = OrganisationFactory()
    url = address("technopark_add")
    status = {"status_changes-TOTAL_FORMS": 1, "status_changes-0-status": "open"}
    status |= {"status_changes-0-on": "2024-09-01", "status_changes-0-precision": "day"}
    typed = {**fields_of(office, url), "host": host.pk, "name": "Кванториум", "slug": "kvantorium", **status}
    response = office.post(url, typed)
    assert response.status_code == 302, errors_of(response)
    technopark = Technopark.objects.with_status().get()
    assert (technopark.status, technopark.status_on) == ("open", datetime.date(2024, 9, 1))
    assert technopark.history.count() == 1
    assert rows_of(office, "technopark") == [technopark]
    assert "Open" in office.get(address("technopark_changelist")).content.decode()


def test_a_network_tells_how_many_sites_it_has(office: Client) -> None:
    network = TechnoparkFactory(is_network=True)
    url = address("technopark_change", network.pk)
    count = {"site_counts-TOTAL_FORMS": 1, "site_counts-0-on": "2025-09-01"}
    response = office.post(url, fields_of(office, url) | count)
    assert errors_of(response) == ["__all__: Say how many were planned, how many were open, or both."]
    assert office.post(url, fields_of(office, url) | count | {"site_counts-0-planned": "50"}).status_code == 302
    assert network.site_counts.get().planned == 50


def test_the_rules_and_hours_of_a_lab_are_set_and_what_is_booked_stays(office: Client) -> None:
    booking = waiting()
    url = address("lab_change", booking.lab_id)
    typed = fields_of(office, url) | {"seats": "4", "opening_hours-0-opens": "12:00:00"}
    assert office.post(url, typed).status_code == 302
    lab = Lab.objects.get()
    assert (lab.seats, OpeningHours.objects.filter(opens=datetime.time(12)).count()) == (4, 1)
    assert [one.seats for one in lab.history.all()[:2]] == [4, 10]
    assert (states(), Booking.objects.get().seats) == ([S.PENDING], (1,))


def test_a_lab_that_closes_before_it_opens_is_refused(office: Client) -> None:
    lab = LabFactory()
    url = address("lab_change", lab.pk)
    response = office.post(
        url, fields_of(office, url) | {"opening_hours-0-closes": "07:00:00", "shortest_minutes": 300}
    )
    assert sorted(errors_of(response)) == [
        "__all__: It closes after it opens.",
        "__all__: The longest time is not shorter than the shortest one.",
    ]


@pytest.mark.parametrize(
    ("opens", "closes", "errors"),
    [
        ("19:00", "21:00", ["These hours overlap: 08:00–20:00, 19:00–21:00."]),
        ("09:00", "10:00", ["These hours overlap: 08:00–20:00, 09:00–10:00."]),
    ],
)
def test_hours_that_overlap_are_refused_by_the_form(office: Client, opens: str, closes: str, errors: list[str]) -> None:
    lab = LabFactory()
    url = address("lab_change", lab.pk)
    row = {"lab": lab.pk, "weekday": "0", "opens": opens, "closes": closes}
    added = {f"opening_hours-7-{name}": value for name, value in row.items()} | {"opening_hours-TOTAL_FORMS": "8"}
    assert errors_of(office.post(url, fields_of(office, url) | added)) == errors
    instead = added | {"opening_hours-0-closes": opens}
    assert office.post(url, fields_of(office, url) | instead).status_code == 302
    assert lab.opening_hours.filter(weekday=0).count() == 2


def test_the_office_hears_how_many_bookings_lie_outside_new_hours(office: Client) -> None:
    lab = LabFactory()
    booking, _inside = booked(lab, 18, 20), booked(lab, 10, 12)
    url = address("lab_change", lab.pk)
    day = {"lab": lab.pk, "day": hour(10).date().isoformat(), "opens": "08:00", "closes": "19:00"}
    typed = {f"opening_exceptions-0-{name}": value for name, value in day.items()}
    typed |= {"opening_exceptions-TOTAL_FORMS": "1"}
    told = messages_of(office, url, fields_of(office, url) | typed)
    assert "1 booking lies outside the new hours and stands as it was. The host should know of it." in told
    assert len(messages_of(office, url, fields_of(office, url))) == 1
    booking.refresh_from_db()
    assert booking.state == S.CONFIRMED


def test_a_machine_stays_in_its_laboratory(office: Client) -> None:
    machine = EquipmentFactory()
    url = address("equipment_change", machine.pk)
    sent = fields_of(office, url) | {"lab": LabFactory().pk, "number": "А-17"}
    assert office.post(url, sent).status_code == 302
    changed = Equipment.objects.get(pk=machine.pk)
    assert (changed.lab, changed.number) == (machine.lab, "А-17")


def test_a_guest_may_have_more_hours_than_others(office: Client) -> None:
    account = HoursAccount.objects.get(pk=booked(LabFactory()).lab.technopark.hours_accounts.get().pk)
    url = address("hoursaccount_change", account.pk)
    assert office.post(url, fields_of(office, url) | {"hours_a_month": "40"}).status_code == 302
    account.refresh_from_db()
    assert account.hours_a_month == 40


# --- Machines out of order ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", [{"status": "retired"}, {"is_bookable": ""}], ids=str)
def test_a_machine_with_bookings_to_come_is_not_taken_away(office: Client, typed: dict[str, str]) -> None:
    booking = waiting()
    machine = Equipment.objects.get()
    url = address("equipment_change", machine.pk)
    sent = {key: value for key, value in (fields_of(office, url) | typed).items() if value != ""}
    refusal = "1 booking to come has it. Declare it out of order first: that moves or cancels it."
    assert errors_of(office.post(url, sent)) == [f"__all__: {refusal}"]
    in_lab = address("lab_change", booking.lab_id)
    rows = {f"equipment-0-{name}": value for name, value in typed.items()}
    sent = {key: value for key, value in (fields_of(office, in_lab) | rows).items() if value != ""}
    assert errors_of(office.post(in_lab, sent)) == [f"__all__: {refusal}"]
    cancel(booking, who=Who.GUEST, by=responsible(booking))
    assert office.post(url, {k: v for k, v in (fields_of(office, url) | typed).items() if v != ""}).status_code == 302


def test_the_office_notes_an_outage_and_bookings_go_where_it_was_proposed(office: Client) -> None:
    booking = waiting()
    machine = Equipment.objects.get()
    other = EquipmentFactory(lab=booking.lab, kind=machine.kind, name="Запасной")
    second = booked(booking.lab, 12, 13, equipment=(machine.pk,))
    booked(booking.lab, 12, 13, equipment=(other.pk,))
    url = address("equipment_declare_outage_this", machine.pk)
    text = office.get(url).content.decode()
    assert [words in text for words in ("Запасной instead", "no other machine is free")] == [True, True]
    typed = {"kind": "breakdown", "reason": "Искрит", "fate": "cancel"}
    times = {"starts_0": "", "starts_1": "", "ends_0": hour(14).date().isoformat(), "ends_1": "14:00"}
    assert office.post(url, {**typed, **times, "ends_1": ""}).status_code == 200
    assert office.post(url, typed | times).status_code == 302
    assert booking.equipment_times.get().equipment == other
    second.refresh_from_db()
    assert second.state == S.CANCELLED
    refused = office.post(url, typed | times)
    assert (refused.status_code, Outage.objects.count()) == (409, 2)
    assert "Искрит" in refused.content.decode()


def test_an_outage_is_read_found_and_ended(office: Client) -> None:
    waiting()
    ahead = Outage.objects.get()
    on = out(EquipmentFactory(name="Фрезер"))
    over = end_outage(out(EquipmentFactory()), by=manager(on.equipment.lab))
    assert rows_of(office, "outage", state="on") == [on]
    assert {*rows_of(office, "outage", state="ahead")} == {ahead, on}
    assert rows_of(office, "outage", q="Фрезер") == [on]
    assert rows_of(office, "equipment", out="now") == [on.equipment]
    assert {*rows_of(office, "equipment", out="ahead")} == {ahead.equipment, on.equipment}
    listed = office.get(address("outage_changelist")).content.decode()
    assert [words in listed for words in ("Going on", "To come", "Over")] == [True] * 3
    assert "/end_this/" not in office.get(address("outage_change", over.pk)).content.decode()
    assert "/end_this/" in office.get(address("outage_change", on.pk)).content.decode()
    assert office.post(address("outage_change", on.pk), {"reason": "Иное"}).status_code == 403
    assert office.post(address("outage_end_this", on.pk), {"sure": "1"}).status_code == 302
    assert Outage.objects.get(pk=on.pk).is_over
    chosen = {"action": "end", "_selected_action": [ahead.pk, over.pk]}
    context = office.post(address("outage_changelist"), chosen).context
    assert ([pk for pk, _words in context["possible"]], len(context["left_out"])) == ([ahead.pk], 1)
    sure = chosen | {"sure": "1", "_selected_action": [ahead.pk]}
    assert messages_of(office, address("outage_changelist"), sure) == ["1 outage is ended."]
    assert Outage.objects.get(pk=ahead.pk).is_off


def test_who_may_only_look_notes_and_ends_no_outage() -> None:
    waiting()
    machine, outage = Equipment.objects.get(), Outage.objects.get()
    reader = enter(staff_with("technoparks.view_equipment", "technoparks.view_outage"))
    assert reader.get(address("outage_change", outage.pk)).status_code == 200
    assert reader.get(address("equipment_declare_outage_this", machine.pk)).status_code == 403
    assert reader.post(address("outage_end_this", outage.pk), {"sure": "1"}).status_code == 403
    assert not Outage.objects.exclude(ended_at=None).exists()


# --- Bookings ------------------------------------------------------------------------------------------------


def test_bookings_are_found_by_lab_state_day_and_organisation(office: Client) -> None:
    lab = LabFactory()
    today, week, later = (booked(lab, 18, 19, days=days) for days in (1, 6, 9))
    pending = waiting()
    assert rows_of(office, "booking", day="tomorrow") == [today]
    assert rows_of(office, "booking", day="week") == [week, today]
    assert rows_of(office, "booking", day="today") == rows_of(office, "booking", day="past") == []
    assert rows_of(office, "booking", state__exact="pending") == [pending]
    assert rows_of(office, "booking", lab__id__exact=lab.pk) == [later, week, today]
    assert rows_of(office, "booking", lab__technopark__id__exact=lab.technopark_id) == [later, week, today]
    assert rows_of(office, "booking", organisation__id__exact=week.organisation_id) == [week]


def test_a_booking_is_read_with_its_moves_and_whoever_looks_is_noted(office: Client) -> None:
    booking = waiting()
    response = office.get(address("booking_change", booking.pk))
    text = response.content.decode()
    assert response.status_code == 200
    assert [word in text for word in ("Booked", "8 «Б», робототехника", "by the clock of Moscow")] == [
        True,
        True,
        False,
    ]
    assert PersonalDataView.objects.get().person == booking.person
    assert office.post(address("booking_change", booking.pk), {"state": "confirmed"}).status_code == 403
    assert office.post(address("booking_delete", booking.pk), {"post": "yes"}).status_code == 403
    assert states() == [S.PENDING]


@pytest.mark.parametrize(
    ("action", "data", "after"),
    [
        ("approve", {}, S.CONFIRMED),
        ("decline", {"reason": "Ремонт"}, S.DECLINED),
        ("cancel", {"reason": "Ремонт"}, S.CANCELLED),
    ],
)
def test_the_office_decides_for_the_host(office: Client, action: str, data: dict[str, str], after: str) -> None:
    booking = waiting()
    url = address(f"booking_{action}_this", booking.pk)
    assert office.get(url).status_code == 200
    assert office.post(url, {"sure": "1", "reason": ""} | data).status_code == 302
    move = booking.moves.last()
    assert move
    assert (states(), move.action, move.reason) == ([after], action, data.get("reason", ""))
    assert move.by != booking.person
    assert booking.equipment_times.get().is_blocking == (after == S.CONFIRMED)


@pytest.mark.parametrize("action", ["decline", "cancel"])
def test_a_refusal_has_a_reason(office: Client, action: str) -> None:
    booking = waiting()
    assert office.post(address(f"booking_{action}_this", booking.pk), {"sure": "1", "reason": " "}).status_code == 200
    assert states() == [S.PENDING]


def test_many_are_approved_at_once_and_what_does_not_wait_is_left_out(office: Client) -> None:
    first, second, confirmed = waiting(), waiting(), booked(LabFactory())
    chosen = {"action": "approve", "_selected_action": [first.pk, second.pk, confirmed.pk]}
    url = address("booking_changelist")
    context = office.post(url, chosen).context
    assert [pk for pk, _words in context["possible"]] == [second.pk, first.pk]
    assert [reason for _words, reason in context["left_out"]] == ["Confirmed"]
    sure = {"sure": "1", "_selected_action": [first.pk, second.pk]}
    assert messages_of(office, url, chosen | sure) == ["2 bookings are approved."]
    assert states() == [S.CONFIRMED] * 3


def test_what_the_guest_has_cancelled_meanwhile_is_told_and_not_done(office: Client) -> None:
    booking = waiting()
    Booking.objects.update(state=S.EXPIRED, decide_by=None)
    told = messages_of(office, address("booking_decline_this", booking.pk), {"sure": "1", "reason": "Ремонт"})
    assert told == [f"{booking}: Not possible now: the booking has the state “Not answered in time”."]


def test_a_page_offers_only_what_its_state_allows(office: Client) -> None:
    def offered(booking: Booking) -> list[str]:
        text = office.get(address("booking_change", booking.pk)).content.decode()
        return [name for name in ("approve", "decline", "cancel") if f"/{name}_this/" in text]

    booking = waiting()
    assert (offered(booking), offered(booked(LabFactory()))) == (["approve", "decline", "cancel"], ["cancel"])
    Booking.objects.filter(pk=booking.pk).update(state=S.CANCELLED, decide_by=None)
    assert offered(booking) == []


def test_who_may_only_look_decides_nothing() -> None:
    booking = waiting()
    reader = enter(staff_with("technoparks.view_booking"))
    assert reader.get(address("booking_change", booking.pk)).status_code == 200
    assert reader.post(address("booking_approve_this", booking.pk), {"sure": "1"}).status_code == 403
    chosen = {"action": "approve", "_selected_action": [booking.pk], "sure": "1"}
    reader.post(address("booking_changelist"), chosen)
    assert states() == [S.PENDING]
    decider = enter(staff_with("technoparks.view_booking", "technoparks.change_booking"))
    assert decider.post(address("booking_approve_this", booking.pk), {"sure": "1"}).status_code == 302
    assert states() == [S.CONFIRMED]

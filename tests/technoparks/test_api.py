"""Technoparks for programs: sites and labs for all, bookings for who acts for guest or host."""

import datetime
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from members.models import Direction, Role, User
from technoparks.booking.bookings import cancel
from technoparks.booking.moves import Who
from technoparks.models import Booking, Lab, OpeningException, Outage, PupilYear
from tests.factories.members import OrganisationFactory, RepresentativeFactory
from tests.factories.technoparks import (
    EquipmentFactory,
    InstructionFactory,
    LabFactory,
    TechnoparkFactory,
    booked,
    guest,
    hour,
    inducted,
    manager,
    out,
)

pytestmark = pytest.mark.django_db
PARKS, LABS, OWN = "/api/v1/technoparks/", "/api/v1/labs/", "/api/v1/my/bookings/"
OUTAGES, INDUCTIONS = "/api/v1/my/outages/", "/api/v1/my/inductions/"


def client_of(person: User | None) -> Client:
    assert person
    client = Client()
    client.force_login(person)
    return client


def get(client: Client, address: str, asked: dict[str, Any] | None = None, *, status: int = 200) -> Any:
    answer = client.get(address, asked)
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def post(client: Client, address: str, data: dict[str, Any], *, key: str | None = None, status: int = 200) -> Any:
    headers = {"Idempotency-Key": key if key is not None else uuid4().hex} if key != "" else {}
    answer = client.post(address, data, "application/json", headers=headers)
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def number_of_queries(client: Client, address: str, asked: dict[str, Any] | None = None) -> int:
    with CaptureQueriesContext(connection) as queries:
        get(client, address, asked)
    return len(queries)


def wish(
    lab: Lab, organisation: Any, starts: int = 10, ends: int = 11, *, days: int = 7, **more: Any
) -> dict[str, Any]:
    times = {"starts_at": hour(starts, days).isoformat(), "ends_at": hour(ends, days).isoformat()}
    about = {"title": "8 «Б», робототехника", "kind": "class", "people": 4}
    return {"lab": lab.pk, "organisation": organisation.slug, **about, **times, **more}


def hours_of(spans: list[dict[str, str]]) -> list[tuple[int, int]]:
    """From and till by the clock of Moscow."""
    zone = datetime.timezone(datetime.timedelta(hours=3))
    moments = [[parse_datetime(span[name]) for name in ("starts_at", "ends_at")] for span in spans]
    return [tuple(moment.astimezone(zone).hour for moment in pair if moment) for pair in moments]  # type: ignore[misc]


# --- What everybody reads ------------------------------------------------------------------------------------


def test_published_technoparks_are_read_with_their_status() -> None:
    park = TechnoparkFactory()
    park.directions.set(Direction.objects.filter(slug="robotics"))
    PupilYear.objects.create(technopark=park, year=2024, planned=500, actual=480)
    TechnoparkFactory(is_published=False)
    [row] = get(Client(), PARKS)["results"]
    assert {name: row[name] for name in ("slug", "host", "status", "status_on", "directions", "network")} == {
        "slug": park.slug,
        "host": park.host.slug,
        "status": "open",
        "status_on": "2023-09-01",
        "directions": ["robotics"],
        "network": None,
    }
    one = get(Client(), f"{PARKS}{park.slug}/")
    assert one["pupil_years"] == [{"year": 2024, "is_school_year": True, "planned": 500, "actual": 480}]
    assert get(Client(), PARKS, {"direction": "robotics"})["count"] == 1
    assert (
        get(Client(), PARKS, {"direction": "biology"})["count"] == get(Client(), PARKS, {"region": "X"})["count"] == 0
    )


def test_a_lab_is_read_with_its_hours_rules_and_machines() -> None:
    lab = LabFactory(seats=12, buffer_minutes=15)
    machine = EquipmentFactory(lab=lab, number="А-17")
    EquipmentFactory(lab=lab, status="retired")
    today = hour(0, 0).date()
    for days, reason in ((-1, "Вчера"), (3, "Ремонт")):
        OpeningException.objects.create(lab=lab, day=today + datetime.timedelta(days=days), reason=reason)
    row = get(Client(), f"{LABS}{lab.pk}/")
    assert (row["seats"], row["buffer_minutes"], row["technopark"]) == (12, 15, lab.technopark.slug)
    assert (row["time_zone"], len(row["opening_hours"])) == ("Europe/Moscow", 7)
    assert row["opening_hours"][0] == {"weekday": 0, "opens": "08:00", "closes": "20:00"}
    assert [one["reason"] for one in row["opening_exceptions"]] == ["Ремонт"]
    assert [(one["id"], one["kind"], one["status"], one["outages"]) for one in row["equipment"]] == [
        (machine.pk, machine.kind.name, "working", [])
    ]
    assert "А-17" not in str(row)


def test_what_is_not_public_is_not_there_for_its_own_people_either() -> None:
    hidden, closed = LabFactory(technopark__is_published=False), LabFactory(is_published=False)
    for client in (Client(), client_of(manager(hidden))):
        for lab in (hidden, closed):
            get(client, f"{LABS}{lab.pk}/", status=404)
            get(client, f"{LABS}{lab.pk}/free/", status=404)
        get(client, f"{PARKS}{hidden.technopark.slug}/", status=404)
        assert get(client, LABS)["results"] == []


def test_labs_are_narrowed_by_technopark() -> None:
    lab, _other = LabFactory(), LabFactory()
    assert [one["id"] for one in get(Client(), LABS, {"technopark": lab.technopark.slug})["results"]] == [lab.pk]


def test_free_times_are_those_at_which_so_many_fit_in() -> None:
    lab = LabFactory()
    booked(lab, 10, 14, people=8)
    asked = {"from": hour(8).isoformat(), "until": hour(20).isoformat(), "minutes": 120}
    address = f"{LABS}{lab.pk}/free/"
    each = [(8, 10), (10, 12), (12, 14), (14, 16), (16, 18), (18, 20)]
    assert hours_of(get(Client(), address, asked | {"people": 2})) == each
    assert hours_of(get(Client(), address, asked | {"people": 3})) == [each[0], *each[3:]]
    assert hours_of(get(Client(), address, asked | {"is_whole": True})) == [each[0], *each[3:]]
    assert get(Client(), address, asked | {"people": 11}) == []
    assert len(get(Client(), address)) > 100
    Lab.objects.update(days_ahead=6)
    assert get(Client(), address, asked) == []
    Lab.objects.update(is_bookable=False)
    assert get(Client(), address) == []


@pytest.mark.parametrize("asked", [{"from": "x"}, {"people": "0"}, {"until": "9999-12-31T00:00"}, {"minutes": "1"}])
def test_what_nobody_understands_is_refused(asked: dict[str, str]) -> None:
    get(Client(), f"{LABS}{LabFactory().pk}/free/", asked, status=400)


# --- Own bookings --------------------------------------------------------------------------------------------


def test_own_ones_are_those_of_guest_and_host() -> None:
    booking, other = booked(LabFactory()), booked(LabFactory())
    boss = manager(booking.lab)
    assert [one["id"] for one in get(client_of(booking.person), OWN)["results"]] == [booking.pk]
    [row] = get(client_of(boss), OWN)["results"]
    assert {name: row[name] for name in ("id", "organisation", "host", "seats", "state", "equipment")} == {
        "id": booking.pk,
        "organisation": booking.organisation.slug,
        "host": booking.lab.technopark.host.slug,
        "seats": [1],
        "state": "confirmed",
        "equipment": [],
    }
    assert hours_of([row]) == [(10, 11)]
    get(client_of(boss), f"{OWN}{other.pk}/", status=404)
    get(Client(), OWN, status=403)


def test_own_ones_are_narrowed() -> None:
    lab = LabFactory()
    early, late = booked(lab, 10, 11, days=7), booked(lab, 10, 11, days=9)
    cancel(late, who=Who.HOST, by=manager(lab), reason="Ремонт")
    client = client_of(manager(lab))

    def found(**asked: Any) -> list[int]:
        return [one["id"] for one in get(client, OWN, asked)["results"]]

    assert found() == found(lab=lab.pk) == found(organisation=lab.technopark.host.slug) == [early.pk, late.pk]
    assert found(state="cancelled") == found(**{"from": hour(12).isoformat()}) == [late.pk]
    assert found(until=hour(12).isoformat()) == found(organisation=early.organisation.slug) == [early.pk]
    assert found(lab=LabFactory().pk) == []
    for wrong in ({"state": "x"}, {"from": "x"}, {"lab": "x"}):
        get(client, OWN, wrong, status=400)


def test_a_teacher_books_once_for_a_key() -> None:
    lab, (school, teacher) = LabFactory(), guest()
    machine = EquipmentFactory(lab=lab)
    client, sent = client_of(teacher), wish(lab, school, equipment=[machine.pk, machine.pk])
    first = post(client, OWN, sent, key="k", status=201)
    assert (first["state"], first["seats"], first["equipment"]) == ("confirmed", [1, 2, 3, 4], [machine.pk])
    assert [one["action"] for one in first["moves"]] == ["book"]
    assert post(client, OWN, sent, key="k", status=201) == first
    assert post(client, OWN, sent | {"people": 5}, key="k", status=409)["code"] == "idempotency_key_reused"
    post(client, OWN, sent, key="", status=400)
    assert Booking.objects.get().person == teacher


def test_what_is_taken_is_answered_with_other_times() -> None:
    lab, (school, teacher) = LabFactory(), guest()
    booked(lab, 10, 12, is_whole=True)
    answer = post(client_of(teacher), OWN, wish(lab, school, 10, 12), status=409)
    assert answer["code"] == "taken"
    assert answer["detail"]
    assert hours_of(answer["alternatives"]) == [(12, 14), (14, 16), (16, 18)]
    one = answer["alternatives"][0]
    assert post(client_of(teacher), OWN, wish(lab, school) | one, status=201)["state"] == "confirmed"


def test_a_rule_of_the_lab_has_a_code_and_no_other_times() -> None:
    lab, (school, teacher) = LabFactory(needs_approval=True, is_for_members=True), guest(tier="")
    answer = post(client_of(teacher), OWN, wish(lab, school), status=409)
    assert (answer["code"], "alternatives" in answer) == ("members_only", False)
    Lab.objects.update(is_for_members=False)
    for code, more in (("closed", wish(lab, school, 20, 21)), ("too_many", wish(lab, school, people=11))):
        assert post(client_of(teacher), OWN, more, status=409)["code"] == code
    assert post(client_of(teacher), OWN, wish(lab, school), status=201)["state"] == "pending"


def test_nobody_books_for_whom_they_do_not_act_or_in_what_they_do_not_see() -> None:
    lab, (school, teacher) = LabFactory(), guest()
    reader = RepresentativeFactory(organisation=school, role=Role.VIEWER).user
    post(client_of(reader), OWN, wish(lab, school), status=403)
    assert [*post(client_of(teacher), OWN, wish(lab, OrganisationFactory()), status=400)] == ["organisation"]
    hidden = LabFactory(is_published=False)
    assert [*post(client_of(teacher), OWN, wish(hidden, school), status=400)] == ["lab"]
    for wrong in ({"kind": "x"}, {"title": ""}, {"people": 0}, {"ends_at": hour(9).isoformat()}, {"equipment": [0]}):
        assert [*post(client_of(teacher), OWN, wish(lab, school) | wrong, status=400)] == [*wrong]
    assert (
        post(client_of(teacher), OWN, wish(lab, school, equipment=[10**12]), status=409)["code"] == "machine_unusable"
    )
    far = {"starts_at": "9999-12-31T10:00:00Z", "ends_at": "9999-12-31T11:00:00Z"}
    assert [*post(client_of(teacher), OWN, wish(lab, school) | far, status=400)] == ["starts_at", "ends_at"]
    assert not Booking.objects.exists()


def test_the_host_approves_and_declines() -> None:
    lab = LabFactory(needs_approval=True)
    first, second, boss = booked(lab), booked(lab), client_of(manager(lab))
    teacher = RepresentativeFactory(organisation=lab.technopark.host, role=Role.TEACHER).user
    for client in (client_of(first.person), client_of(teacher)):
        post(client, f"{OWN}{first.pk}/approve/", {}, status=403)
        post(client, f"{OWN}{first.pk}/decline/", {"reason": "Так"}, status=403)
    for _again in range(2):
        assert post(boss, f"{OWN}{first.pk}/approve/", {})["state"] == "confirmed"
    post(boss, f"{OWN}{second.pk}/decline/", {"reason": ""}, status=400)
    answer = post(boss, f"{OWN}{second.pk}/decline/", {"reason": "Ремонт"})
    assert (answer["state"], answer["moves"][-1]["reason"]) == ("declined", "Ремонт")
    assert post(boss, f"{OWN}{second.pk}/approve/", {}, status=409)["code"] == "other_state"


def test_guest_and_host_cancel_and_the_host_says_why() -> None:
    lab = LabFactory()
    first, second = booked(lab), booked(lab)
    boss = client_of(manager(lab))
    for _again in range(2):
        assert post(client_of(first.person), f"{OWN}{first.pk}/cancel/", {})["state"] == "cancelled"
    assert post(boss, f"{OWN}{second.pk}/cancel/", {}, status=409)["code"] == "reason_missing"
    other = RepresentativeFactory(organisation=second.organisation, role=Role.TEACHER).user
    post(client_of(other), f"{OWN}{second.pk}/cancel/", {}, status=403)
    post(client_of(first.person), f"{OWN}{second.pk}/cancel/", {}, status=404)
    answer = post(boss, f"{OWN}{second.pk}/cancel/", {"reason": "Ремонт"})
    assert (answer["state"], answer["moves"][-1]["reason"]) == ("cancelled", "Ремонт")


def test_guests_and_hosts_check_in_at_the_time_of_the_booking() -> None:
    lab = LabFactory()
    first, second = booked(lab, 10, 11), booked(lab, 10, 11)
    viewer = RepresentativeFactory(organisation=first.organisation, role=Role.VIEWER).user
    teacher = RepresentativeFactory(organisation=lab.technopark.host, role=Role.TEACHER).user
    assert post(client_of(first.person), f"{OWN}{first.pk}/check-in/", {}, status=409)["code"] == "not_its_time"
    now = timezone.now()
    span = (now - datetime.timedelta(minutes=10), now + datetime.timedelta(minutes=50))
    Booking.objects.update(span=span, blocked=span)
    post(client_of(viewer), f"{OWN}{first.pk}/check-in/", {}, status=403)
    for _again in range(2):
        assert post(client_of(first.person), f"{OWN}{first.pk}/check-in/", {})["state"] == "used"
    assert post(client_of(teacher), f"{OWN}{second.pk}/check-in/", {})["state"] == "used"


# --- Outages and inductions -----------------------------------------------------------------------------------


def test_a_host_declares_an_outage_after_it_has_said_what_becomes_of_each_booking() -> None:
    lab = LabFactory()
    broken = EquipmentFactory(lab=lab)
    instead = EquipmentFactory(lab=lab, kind=broken.kind)
    first, second = (booked(lab, n, n + 1, equipment=(broken.pk,)) for n in (10, 12))
    boss = client_of(manager(lab))
    wanted = {"equipment": broken.pk, "kind": "breakdown", "reason": "Не греется сопло"}
    refused = post(boss, OUTAGES, wanted, status=409)
    assert (refused["code"], [one["booking"] for one in refused["bookings"]]) == ("review_anew", [first.pk, second.pk])
    assert [(one["machines"], one["may_cancel"]) for one in refused["bookings"]] == [([instead.pk], True)] * 2
    both = {"booking": first.pk, "machine": instead.pk, "fate": "cancel"}
    for choice in (both, {"booking": first.pk}):
        post(boss, OUTAGES, wanted | {"choices": [choice]}, status=400)
    choices = [{"booking": first.pk, "machine": instead.pk}, {"booking": second.pk, "fate": "cancel"}]
    answers = [post(boss, OUTAGES, wanted | {"choices": choices}, key="k", status=201) for _again in range(2)]
    assert answers[0] == answers[1]
    outage = Outage.objects.get()
    assert (outage.reason, answers[0]["id"], answers[0]["ends_at"]) == ("Не греется сопло", outage.pk, None)
    second.refresh_from_db()
    assert ([one.equipment for one in first.equipment_times.all()], second.state) == ([instead], "cancelled")
    assert get(boss, OUTAGES, {"ahead": "true"})["results"] == answers[:1]
    for _again in range(2):
        assert post(boss, f"{OUTAGES}{outage.pk}/end/", {})["ended_at"] is not None
    assert (get(boss, OUTAGES, {"ahead": "true"})["count"], get(boss, OUTAGES)["count"]) == (0, 1)


def test_outages_are_read_by_all_of_the_host_and_noted_by_who_tends_the_machines() -> None:
    lab = LabFactory()
    machine, (school, pupil_teacher) = EquipmentFactory(lab=lab), guest()
    booked(lab, by=(school, pupil_teacher), equipment=(machine.pk,))
    other = EquipmentFactory(lab=lab)
    outage = out(other)
    teacher = client_of(RepresentativeFactory(organisation=lab.technopark.host, role=Role.TEACHER).user)
    wanted = {"equipment": machine.pk, "kind": "breakdown", "reason": "Сломан"}
    assert get(teacher, f"{OUTAGES}{outage.pk}/")["equipment"] == other.pk
    post(teacher, OUTAGES, wanted, status=403)
    post(teacher, f"{OUTAGES}{outage.pk}/end/", {}, status=403)
    stranger = client_of(pupil_teacher)
    assert [*post(stranger, OUTAGES, wanted, status=400)] == ["equipment"]
    get(stranger, f"{OUTAGES}{outage.pk}/", status=404)
    post(stranger, f"{OUTAGES}{outage.pk}/end/", {}, status=404)
    assert get(stranger, OUTAGES)["results"] == []
    assert Outage.objects.get().ended_at is None


def test_ones_own_inductions_are_told_with_their_standing() -> None:
    teacher = guest()[1]
    known, revoked = InstructionFactory(name="Лазер"), InstructionFactory(name="Станок")
    inducted(
        teacher, known, passed_at=timezone.now() - datetime.timedelta(days=400), valid_until=datetime.date(2025, 1, 1)
    )
    newest = inducted(teacher, known)
    inducted(teacher, revoked, revoked_at=timezone.now(), reason="Нарушил")
    inducted(manager(LabFactory()), known)
    rows = get(client_of(teacher), INDUCTIONS)["results"]
    assert [(one["id"] == newest.pk, one["name"], one["standing"], one["reason"]) for one in rows] == [
        (True, "Лазер", "valid", ""),
        (False, "Станок", "revoked", "Нарушил"),
    ]


def test_no_more_is_written_than_the_schema_names() -> None:
    lab, (school, teacher) = LabFactory(needs_approval=True), guest()
    others = {"state": "confirmed", "person": manager(lab).pk, "seats": [9], "uid": str(uuid4()), "decide_by": None}
    answer = post(client_of(teacher), OWN, wish(lab, school) | others, status=201)
    booking = Booking.objects.get()
    assert (answer["state"], booking.person, booking.seats) == ("pending", teacher, (1, 2, 3, 4))
    assert str(booking.uid) != others["uid"]


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_the_api_changes_nothing_otherwise(method: str) -> None:
    booking = booked(LabFactory())
    client = client_of(booking.person)
    for address in (PARKS, LABS, OWN, OUTAGES, INDUCTIONS, f"{LABS}{booking.lab_id}/", f"{OWN}{booking.pk}/"):
        assert getattr(client, method)(address, {"state": "used"}, "application/json").status_code == 405


# --- As much for three as for one ----------------------------------------------------------------------------


def test_lists_ask_as_much_for_three_rows_as_for_one() -> None:
    school, teacher = guest()
    client = client_of(teacher)

    def make() -> Booking:
        lab = LabFactory()
        lab.technopark.directions.set(Direction.objects.all()[:2])
        OpeningException.objects.create(lab=lab, day=hour(0, 3).date())
        inducted(teacher, InstructionFactory())
        RepresentativeFactory(organisation=lab.technopark.host, user=teacher, role=Role.HEAD)
        out(EquipmentFactory(lab=lab))
        return booked(lab, by=(school, teacher), equipment=(EquipmentFactory(lab=lab).pk,))

    def numbers() -> dict[str, int]:
        lists = (PARKS, LABS, OWN, OUTAGES, INDUCTIONS)
        return {address: number_of_queries(client, address) for address in lists}

    make()
    numbers()
    one = numbers()
    make(), make()
    assert numbers() == one


def test_one_of_each_and_its_free_times_ask_as_much_for_three_bookings_as_for_one() -> None:
    lab, (school, teacher) = LabFactory(), guest()
    client, first = client_of(teacher), booked(lab, by=(school, teacher), equipment=(EquipmentFactory(lab=lab).pk,))
    addresses = (f"{PARKS}{lab.technopark.slug}/", f"{LABS}{lab.pk}/", f"{LABS}{lab.pk}/free/", f"{OWN}{first.pk}/")

    def numbers() -> dict[str, int]:
        return {address: number_of_queries(client, address) for address in addresses}

    numbers()
    one = numbers()
    for starts in (12, 14):
        booked(lab, starts, starts + 1, equipment=(EquipmentFactory(lab=lab).pk,))
    for year in (2023, 2024):
        PupilYear.objects.create(technopark=lab.technopark, year=year)
    first.moves.create(action="approve", source="confirmed", target="confirmed")
    assert numbers() == one


def test_guest_and_host_check_in_and_each_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = LabFactory()
    first, second = booked(lab, 10, 11), booked(lab, 10, 11)
    host = RepresentativeFactory(organisation=lab.technopark.host, role=Role.TEACHER).user
    early = post(client_of(first.person), f"{OWN}{first.pk}/check-in/", {}, status=409)
    assert early["code"] == "not_its_time"
    monkeypatch.setattr("django.utils.timezone.now", lambda: first.starts_at)
    for booking, person in ((first, first.person), (second, host)):
        for _time in range(2):
            assert post(client_of(person), f"{OWN}{booking.pk}/check-in/", {})["state"] == "used"
        assert [(one.action, one.by) for one in booking.moves.order_by("pk")][1:] == [("check_in", person)]
    viewer = RepresentativeFactory(organisation=lab.technopark.host, role=Role.VIEWER).user
    post(client_of(viewer), f"{OWN}{first.pk}/check-in/", {}, status=403)
    post(client_of(guest()[1]), f"{OWN}{first.pk}/check-in/", {}, status=404)

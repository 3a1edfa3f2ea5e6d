"""Labs, their hours and equipment in the dashboard of the host."""

import datetime
from typing import Any

import pytest
from django.test import Client

from members.models import Notification, Organisation, Role, User
from technoparks.models import (
    Booking,
    BookingState,
    Equipment,
    EquipmentClass,
    EquipmentStatus,
    Lab,
    OpeningException,
)
from tests.factories.members import DirectionFactory, RepresentativeFactory
from tests.factories.technoparks import (
    EquipmentClassFactory,
    EquipmentFactory,
    LabFactory,
    TechnoparkFactory,
    booked,
    guest,
    hour,
    manager,
)
from tests.technoparks.test_desk import client_of, page, text

pytestmark = pytest.mark.django_db
S = BookingState


@pytest.fixture
def lab() -> Lab:
    """Open from 8 to 20."""
    return LabFactory(name="Лазерная")


@pytest.fixture
def host(lab: Lab) -> Organisation:
    return lab.technopark.host


@pytest.fixture
def boss(lab: Lab) -> User:
    return manager(lab)


@pytest.fixture
def client(boss: User) -> Client:
    return client_of(boss)


def values_of(response: Any) -> dict[str, Any]:
    """What the forms of the page would send if nothing were changed."""
    context = response.context
    forms = [one for one in (context["form"], context.get("review")) if one is not None]
    values = {field.html_name: field.value() for form in forms for field in form}
    values = {name: value for name, value in values.items() if value is not None and value is not False}
    return values | ({"seen": [one.pk for one in context["review"].bookings]} if context.get("review") else {})


def sent(client: Client, address: str, **typed: Any) -> Any:
    values = values_of(client.get(address)) | typed
    return client.post(address, {name: value for name, value in values.items() if value is not None})


def reviewed(client: Client, shown: Any, /, **decided: Any) -> Any:
    """The page as it was answered, with what was decided on the bookings that it shows."""
    return client.post(shown.request["PATH_INFO"], {**values_of(shown), **decided})


def errors_of(response: Any) -> dict[str, list[str]]:
    return {name: [*map(str, errors)] for name, errors in response.context["form"].errors.items()}


# --- The lab -------------------------------------------------------------------------------------------------------


def test_a_manager_finds_the_pages_of_a_lab_on_the_desk(client: Client, lab: Lab, host: Organisation) -> None:
    shown = text(client.get(page("dashboard_labs", host)))
    for name in ("dashboard_lab", "dashboard_lab_hours"):
        assert f'"{page(name, host, lab.pk)}"' in shown
    assert page("dashboard_lab_new", host) in shown


def test_teachers_and_viewers_of_the_host_find_nothing_to_change(lab: Lab, host: Organisation) -> None:
    person = RepresentativeFactory(organisation=host, role=Role.TEACHER).user
    shown = text(client_of(person).get(page("dashboard_labs", host)))
    assert page("dashboard_lab_new", host) not in shown
    assert f'"{page("dashboard_lab", host, lab.pk)}"' not in shown


def test_a_guest_is_offered_no_lab_of_its_own() -> None:
    school, head = guest(Role.HEAD)
    assert page("dashboard_lab_new", school) not in text(client_of(head).get(page("dashboard_labs", school)))
    assert client_of(head).get(page("dashboard_lab_new", school)).status_code == 404


def test_a_host_without_labs_is_offered_the_first_one() -> None:
    host = TechnoparkFactory().host
    head = RepresentativeFactory(organisation=host, role=Role.HEAD).user
    assert page("dashboard_lab_new", host) in text(client_of(head).get(page("dashboard_labs", host)))


NEW = {"name": "Робототехника", "seats": "12", "about": "Роботы\n\n- на **колёсах**", "is_published": "on"}


def test_a_lab_is_made_with_an_address_of_its_name_and_led_to_its_hours(
    client: Client, lab: Lab, host: Organisation
) -> None:
    LabFactory(technopark=lab.technopark, slug="robototekhnika")
    direction = DirectionFactory()
    made = sent(client, page("dashboard_lab_new", host), technopark=lab.technopark_id, direction=direction.pk, **NEW)
    new = Lab.objects.get(name="Робототехника")
    assert made["Location"] == page("dashboard_lab_hours", host, new.pk)
    assert (new.technopark, new.slug, new.seats, new.direction) == (lab.technopark, "robototekhnika-2", 12, direction)
    assert new.about == "<p>Роботы</p>\n<ul>\n<li>на <strong>колёсах</strong></li>\n</ul>"
    assert client.get(new.get_absolute_url()).status_code == 200


def test_a_lab_that_is_sent_twice_is_made_once(client: Client, lab: Lab, host: Organisation) -> None:
    address = page("dashboard_lab_new", host)
    typed = values_of(client.get(address)) | NEW | {"technopark": lab.technopark_id}
    answers = [client.post(address, typed) for _time in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert Lab.objects.filter(name="Робототехника").count() == 1
    assert client.post(address, typed | {"seats": "13"}).status_code == 409


def test_a_lab_is_made_in_technoparks_of_ones_own(client: Client, host: Organisation) -> None:
    network = TechnoparkFactory(host=host, is_network=True)
    for technopark in (TechnoparkFactory(), network):
        refused = sent(client, page("dashboard_lab_new", host), technopark=technopark.pk, **NEW)
        assert [*errors_of(refused)] == ["technopark"]
    assert Lab.objects.count() == 1


def test_what_a_lab_is_and_its_rules_are_changed_and_what_is_booked_stays(
    client: Client, boss: User, lab: Lab, host: Organisation
) -> None:
    booking = booked(lab, people=4)
    Lab.objects.filter(pk=lab.pk).update(keeps_holidays=True)
    typed = {"name_en": "Laser", "seats": "6", "longest_minutes": "60", "least_age": "14", "needs_approval": "on"}
    assert sent(client, page("dashboard_lab", host, lab.pk), **typed).status_code == 302
    lab.refresh_from_db()
    assert (lab.name_en, lab.seats, lab.longest_minutes, lab.least_age) == ("Laser", 6, 60, 14)
    assert (lab.needs_approval, lab.is_bookable, lab.keeps_holidays) == (True, True, True)
    assert lab.slug == Lab.objects.get().slug
    booking.refresh_from_db()
    assert (booking.state, booking.seats) == (S.CONFIRMED, (1, 2, 3, 4))
    last = lab.history.first()
    assert (last.history_user, last.seats, last.prev_record.seats) == (boss, 6, 10)


def test_a_lab_is_taken_off_the_portal(client: Client, lab: Lab, host: Organisation) -> None:
    assert Client().get(lab.get_absolute_url()).status_code == 200
    assert sent(client, page("dashboard_lab", host, lab.pk), is_published=None).status_code == 302
    assert Client().get(lab.get_absolute_url()).status_code == 404
    assert "не опубликована" in text(client.get(page("dashboard_labs", host)))
    assert "не опубликована" in text(client.get(page("dashboard_lab", host, lab.pk)))


@pytest.mark.parametrize(
    ("typed", "errors"),
    [
        ({"name": ""}, ["name"]),
        ({"seats": "0"}, ["seats"]),
        ({"shortest_minutes": "300"}, ["__all__"]),
        ({"step_minutes": "90", "shortest_minutes": "100", "longest_minutes": "170"}, ["step_minutes"]),
        ({"longest_minutes": "5000"}, ["longest_minutes"]),
    ],
)
def test_rules_that_cannot_be_are_told_and_nothing_typed_is_lost(
    client: Client, lab: Lab, host: Organisation, typed: dict[str, str], errors: list[str]
) -> None:
    refused = sent(client, page("dashboard_lab", host, lab.pk), about="Как было задумано", **typed)
    assert (refused.status_code, [*errors_of(refused)]) == (200, errors)
    assert "Как было задумано" in text(refused)
    assert Lab.objects.get().seats == 10


PAGES = [
    "dashboard_lab", "dashboard_lab_new", "dashboard_lab_hours", "dashboard_lab_day_new", "dashboard_lab_day",
    "dashboard_lab_day_remove", "dashboard_machine", "dashboard_machine_new",
]  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", [Role.VIEWER, Role.TEACHER, Role.COORDINATOR, Role.HEAD])
def test_heads_and_coordinators_of_the_host_tend_its_labs(lab: Lab, host: Organisation, name: str, role: str) -> None:
    key = {
        "dashboard_lab_day": (day := OpeningException.objects.create(lab=lab, day=hour(10).date())).pk,
        "dashboard_lab_day_remove": day.pk,
        "dashboard_machine": EquipmentFactory(lab=lab).pk,
        "dashboard_machine_new": None,
        "dashboard_lab_new": None,
    }.get(name, lab.pk)
    person = RepresentativeFactory(organisation=host, role=role).user
    address = page(name, host, *([key] if key else []))
    expected = 200 if role in (Role.COORDINATOR, Role.HEAD) else 403
    assert client_of(person).get(address).status_code == expected
    other, boss_of_other = guest(Role.HEAD)
    TechnoparkFactory(host=other)
    if key:
        assert client_of(boss_of_other).get(page(name, other, key)).status_code == 404
        assert client_of(boss_of_other).post(page(name, other, key)).status_code == 404


# --- Its hours -----------------------------------------------------------------------------------------------------


def test_hours_of_the_week_are_written_as_they_are_said(client: Client, lab: Lab, host: Organisation) -> None:
    address = page("dashboard_lab_hours", host, lab.pk)
    shown = client.get(address)
    assert [field.value() for field in shown.context["form"].of_days] == ["08:00–20:00"] * 7
    typed = {"day_0": "9-13, 14-18", "day_5": "", "day_6": "", "keeps_holidays": "on"}
    assert sent(client, address, **typed)["Location"] == address
    values = [field.value() for field in client.get(address).context["form"].of_days]
    assert values == ["09:00–13:00, 14:00–18:00", *["08:00–20:00"] * 4, "", ""]
    lab.refresh_from_db()
    assert lab.keeps_holidays is True
    assert "13:00" in text(Client().get(lab.get_absolute_url()))


def test_hours_that_overlap_or_are_none_are_told_beside_their_day(client: Client, lab: Lab, host: Organisation) -> None:
    refused = sent(client, page("dashboard_lab_hours", host, lab.pk), day_0="9-13, 12-18", day_1="утром", day_2="18-9")
    assert errors_of(refused) == {
        "day_0": ["Эти часы пересекаются: 09:00–13:00, 12:00–18:00."],
        "day_1": ["Запишите часы так: 09:00–18:00, несколько промежутков — через запятую."],
        "day_2": ["Закрытие должно быть позже открытия."],
    }
    assert "утром" in text(refused)
    assert {hours.opens for hours in lab.opening_hours.all()} == {datetime.time(8)}


def closing(lab: Lab, booking: Booking) -> dict[str, str]:
    """What is typed to close the lab for its day."""
    return {"day": booking.starts_at.astimezone(lab.technopark.zone).date().isoformat(), "reason": "Ремонт вытяжки"}


def test_bookings_that_would_lie_outside_are_shown_before_anything_is_saved(
    client: Client, lab: Lab, host: Organisation
) -> None:
    booking = booked(lab)
    seen = sent(client, page("dashboard_lab_day_new", host, lab.pk), **closing(lab, booking))
    assert (seen.status_code, lab.opening_exceptions.count()) == (200, 0)
    shown = text(seen)
    for words in ("1 бронирование окажется вне этих часов", booking.title, booking.organisation.title):
        assert words in shown
    assert seen.context["review"]["why"].value() == "Ремонт вытяжки"
    undecided = reviewed(client, seen)
    assert (undecided.status_code, [*undecided.context["review"].errors]) == (200, ["fate"])
    assert lab.opening_exceptions.count() == 0


@pytest.mark.parametrize(
    ("decided", "states"),
    [
        ({"fate": "keep"}, [S.CONFIRMED, S.CONFIRMED]),
        ({"fate": "all"}, [S.CANCELLED, S.CANCELLED]),
        ({"fate": "marked"}, [S.CANCELLED, S.CONFIRMED]),
    ],
    ids=lambda one: str(one.get("fate")) if isinstance(one, dict) else None,
)
def test_they_stay_or_are_cancelled_as_it_was_decided(
    client: Client, lab: Lab, host: Organisation, decided: dict[str, Any], states: list[str]
) -> None:
    first, second = booked(lab, 10, 11), booked(lab, 12, 13)
    Notification.objects.all().delete()
    seen = sent(client, page("dashboard_lab_day_new", host, lab.pk), **closing(lab, first))
    more = {"cancelled": [first.pk]} if decided["fate"] == "marked" else {}
    done = reviewed(client, seen, **decided, **more)
    assert done["Location"] == page("dashboard_lab_hours", host, lab.pk)
    assert [one.state for one in (Booking.objects.get(pk=first.pk), Booking.objects.get(pk=second.pk))] == states
    assert Notification.objects.count() == states.count(S.CANCELLED)
    exception = lab.opening_exceptions.get()
    assert (exception.opens, exception.reason) == (None, "Ремонт вытяжки")
    assert "Ремонт вытяжки" in text(client.get(done["Location"]))


@pytest.mark.parametrize(
    ("decided", "error"), [({"fate": "all", "why": ""}, "why"), ({"fate": "marked"}, "fate"), ({}, "fate")]
)
def test_what_was_not_decided_is_asked_again(
    client: Client, lab: Lab, host: Organisation, decided: dict[str, str], error: str
) -> None:
    booking = booked(lab)
    seen = sent(client, page("dashboard_lab_day_new", host, lab.pk), **closing(lab, booking))
    again = reviewed(client, seen, **decided)
    assert (again.status_code, [*again.context["review"].errors]) == (200, [error])
    booking.refresh_from_db()
    assert (booking.state, lab.opening_exceptions.count()) == (S.CONFIRMED, 0)


def test_what_was_booked_meanwhile_is_shown_and_nothing_is_done(client: Client, lab: Lab, host: Organisation) -> None:
    first = booked(lab, 10, 11)
    seen = sent(client, page("dashboard_lab_day_new", host, lab.pk), **closing(lab, first))
    second = booked(lab, 12, 13)
    again = reviewed(client, seen, fate="all")
    assert (again.status_code, again.context["review"].bookings) == (409, [first, second])
    assert Booking.objects.filter(state=S.CONFIRMED).count() == 2
    assert reviewed(client, again, fate="all").status_code == 302
    assert Booking.objects.filter(state=S.CANCELLED).count() == 2


def test_whatever_is_sent_as_a_key_cancels_nothing_else(client: Client, lab: Lab, host: Organisation) -> None:
    booking, elsewhere = booked(lab), booked(LabFactory())
    seen = sent(client, page("dashboard_lab_day_new", host, lab.pk), **closing(lab, booking))
    keys = [booking.pk, elsewhere.pk, "x", "-1", "²", "9" * 5000]
    assert reviewed(client, seen, fate="marked", seen=keys, cancelled=keys[1:]).status_code == 302
    assert Booking.objects.filter(state=S.CONFIRMED).count() == 2


def test_hours_of_the_week_are_reviewed_as_well(client: Client, lab: Lab, host: Organisation) -> None:
    booking = booked(lab, 18, 20)
    address = page("dashboard_lab_hours", host, lab.pk)
    seen = sent(client, address, **{f"day_{day}": "08:00–19:00" for day in range(7)})
    assert (seen.status_code, seen.context["review"].bookings) == (200, [booking])
    assert reviewed(client, seen, fate="all", why="Зимнее расписание").status_code == 302
    booking.refresh_from_db()
    assert (booking.state, booking.moves.latest("pk").reason) == (S.CANCELLED, "Зимнее расписание")
    assert lab.opening_hours.filter(closes=datetime.time(19)).count() == 7


def test_days_in_a_row_are_added_at_once(client: Client, lab: Lab, host: Organisation) -> None:
    address = page("dashboard_lab_day_new", host, lab.pk)
    done = sent(client, address, day="2027-03-22", last="2027-03-28", reason="Каникулы", reason_en="Holidays")
    assert done.status_code == 302
    assert lab.opening_exceptions.filter(opens=None, reason="Каникулы").count() == 7
    again = sent(client, address, day="2027-03-28", last="2027-03-30", opens="10:00", closes="12:00")
    assert (again.status_code, lab.opening_exceptions.count()) == (409, 7)
    assert "28 марта 2027" in text(again).replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"day": ""}, "day"),
        ({"day": "9999-12-31"}, "day"),
        ({"last": "2027-03-21"}, "last"),
        ({"last": "2027-06-30"}, "last"),
        ({"opens": "10:00"}, "__all__"),
        ({"opens": "10:00", "closes": "09:00"}, "__all__"),
    ],
)
def test_days_that_cannot_be_are_told(
    client: Client, lab: Lab, host: Organisation, typed: dict[str, str], field: str
) -> None:
    refused = sent(client, page("dashboard_lab_day_new", host, lab.pk), **{"day": "2027-03-22", **typed})
    assert (refused.status_code, [*errors_of(refused)]) == (200, [field])
    assert not lab.opening_exceptions.exists()


def test_a_day_is_changed_and_removed(client: Client, lab: Lab, host: Organisation) -> None:
    day = OpeningException.objects.create(lab=lab, day=hour(10).date(), reason="Ремонт")
    address = page("dashboard_lab_day", host, day.pk)
    assert sent(client, address, opens="10:00", closes="15:00", reason="День открытых дверей").status_code == 302
    day.refresh_from_db()
    assert (day.opens, day.closes, day.reason) == (datetime.time(10), datetime.time(15), "День открытых дверей")
    remove = page("dashboard_lab_day_remove", host, day.pk)
    assert remove in text(client.get(page("dashboard_lab_hours", host, lab.pk)))
    assert client.get(remove).status_code == 200
    assert client.post(remove).status_code == 302
    assert not lab.opening_exceptions.exists()
    assert client.post(remove).status_code == 404


def test_a_day_without_which_the_lab_is_closed_is_removed_after_a_review(
    client: Client, lab: Lab, host: Organisation
) -> None:
    lab.opening_hours.all().delete()
    day = OpeningException.objects.create(
        lab=lab, day=hour(10).date(), opens=datetime.time(9), closes=datetime.time(18)
    )
    booking = booked(lab)
    remove = page("dashboard_lab_day_remove", host, day.pk)
    seen = client.post(remove)
    assert (seen.status_code, seen.context["review"].bookings) == (200, [booking])
    assert reviewed(client, seen, fate="keep").status_code == 302
    booking.refresh_from_db()
    assert (booking.state, lab.opening_exceptions.exists()) == (S.CONFIRMED, False)


# --- What stands in them -------------------------------------------------------------------------------------------


MACHINE = {"name": "Гравёр", "number": "Л-7", "maintenance_days": "90", "maintained_on": "2026-11-01"}


def test_a_machine_is_added_once_and_found_in_the_list(client: Client, lab: Lab, host: Organisation) -> None:
    kind = EquipmentClassFactory(name="Лазерный станок")
    address = page("dashboard_machine_new", host)
    assert address in text(client.get(page("dashboard_equipment", host)))
    typed = values_of(client.get(address)) | MACHINE | {"lab": lab.pk, "kind": kind.pk}
    for _time in range(2):
        assert client.post(address, typed)["Location"] == page("dashboard_equipment", host)
    machine = Equipment.objects.get()
    assert (machine.lab, machine.kind, machine.number, machine.maintenance_days) == (lab, kind, "Л-7", 90)
    assert page("dashboard_machine", host, machine.pk) in text(client.get(page("dashboard_equipment", host)))
    refused = sent(client, address, **MACHINE, lab=lab.pk, kind=kind.pk)
    assert (refused.status_code, "такой номер уже есть" in text(refused), Equipment.objects.count()) == (409, True, 1)


def test_a_class_that_the_list_lacks_is_written(client: Client, lab: Lab, host: Organisation) -> None:
    known = EquipmentClassFactory(name="3D-сканер")
    address = page("dashboard_machine_new", host)
    for number, kind in enumerate(("3d-Сканер", "Ткацкий станок", "ткацкий  станок")):
        typed = MACHINE | {"lab": lab.pk, "other_kind": kind, "number": str(number)}
        assert sent(client, address, **typed).status_code == 302
    assert {*EquipmentClass.objects.values_list("name", flat=True)} == {"3D-сканер", "Ткацкий станок"}
    assert Equipment.objects.filter(kind=known).count() == 1
    both = sent(client, address, **MACHINE, lab=lab.pk, kind=known.pk, other_kind="Пресс")
    neither = sent(client, address, **MACHINE, lab=lab.pk)
    assert [[*errors_of(one)] for one in (both, neither)] == [["other_kind"], ["kind"]]


def test_a_machine_is_added_to_labs_of_ones_own(client: Client, host: Organisation) -> None:
    kind = EquipmentClassFactory()
    refused = sent(client, page("dashboard_machine_new", host), **MACHINE, lab=LabFactory().pk, kind=kind.pk)
    assert [*errors_of(refused)] == ["lab"]


def test_a_machine_is_changed_and_its_number_is_its_own(client: Client, lab: Lab, host: Organisation) -> None:
    EquipmentFactory(lab=lab, number="Л-1")
    machine = EquipmentFactory(lab=lab, number="Л-2")
    address = page("dashboard_machine", host, machine.pk)
    assert sent(client, address, name="Фрезер", maintenance_days="30").status_code == 302
    machine.refresh_from_db()
    assert (machine.name, machine.maintenance_days, machine.lab) == ("Фрезер", 30, lab)
    refused = sent(client, address, number="Л-1")
    assert [*errors_of(refused)] == ["__all__"]
    ahead = sent(client, address, maintained_on=hour(10).date().isoformat())
    assert [*errors_of(ahead)] == ["maintained_on"]


@pytest.mark.parametrize("typed", [{"status": "retired"}, {"is_bookable": None}], ids=str)
def test_a_machine_is_not_taken_from_who_has_booked_it(
    client: Client, lab: Lab, host: Organisation, typed: dict[str, Any]
) -> None:
    machine = EquipmentFactory(lab=lab)
    booking = booked(lab, equipment=(machine.pk,))
    address = page("dashboard_machine", host, machine.pk)
    refused = sent(client, address, **typed)
    assert [*errors_of(refused)] == ["__all__"]
    machine.refresh_from_db()
    assert machine.is_usable
    booking.equipment_times.update(is_blocking=False)
    assert sent(client, address, **typed).status_code == 302
    assert Equipment.objects.get().is_usable is False


def test_a_machine_that_is_written_off_can_come_back(client: Client, lab: Lab, host: Organisation) -> None:
    machine = EquipmentFactory(lab=lab, status=EquipmentStatus.RETIRED)
    assert sent(client, page("dashboard_machine", host, machine.pk), status="working").status_code == 302
    assert Equipment.objects.get().status == EquipmentStatus.WORKING

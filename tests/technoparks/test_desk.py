"""Labs and bookings in the dashboards of host and guest."""

import datetime
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from members.models import Organisation, Role, User
from technoparks.booking.bookings import cancel
from technoparks.booking.hours import holiday_on
from technoparks.booking.moves import Who
from technoparks.cohorts.timetable import lessons_of
from technoparks.desk.bookings import Desk
from technoparks.models import Booking, BookingSeries, BookingState, Lab
from tests.factories.cohorts import ProgrammeFactory, coordinator, gathering
from tests.factories.members import RepresentativeFactory
from tests.factories.technoparks import EquipmentFactory, LabFactory, booked, guest, hour, manager, responsible

pytestmark = pytest.mark.django_db
S = BookingState


@pytest.fixture
def lab() -> Lab:
    return LabFactory(name="Лазерная")


@pytest.fixture
def school() -> tuple[Organisation, User]:
    return guest()


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(name: str, organisation: Organisation, *args: Any) -> str:
    return reverse(f"technoparks:{name}", args=[organisation.slug, *args])


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def sent(client: Client, address: str, **typed: Any) -> Any:
    """The form as the page has it, with what was typed."""
    form = client.get(address).context["form"]
    values = {name: field.value() for name, field in ((one.name, one) for one in form)}
    first = {"title": "8 «Б»", "people": 3, "day": hour(10).date().isoformat(), "starts": "10:00", "ends": "11:00"}
    return client.post(address, {k: v for k, v in {**values, **first, **typed}.items() if v not in (None, False)})


# --- Booking ------------------------------------------------------------------------------------------------------


def test_a_teacher_books_a_lab_with_a_machine(lab: Lab, school: tuple[Organisation, User]) -> None:
    organisation, teacher = school
    printer = EquipmentFactory(lab=lab, name="Гравёр")
    client = client_of(teacher)
    assert page("dashboard_lab_book", organisation, lab.pk) in text(client.get(page("dashboard_labs", organisation)))
    response = sent(client, page("dashboard_lab_book", organisation, lab.pk), equipment=[printer.pk])
    booking = Booking.objects.get()
    assert response["Location"] == page("dashboard_booking", organisation, booking.pk)
    assert (booking.state, booking.span.lower, booking.people) == (S.CONFIRMED, hour(10), 3)
    shown = text(client.get(response["Location"]))
    for words in ("8 «Б»", "Лазерная", "Гравёр", "№ 1–3", "по Москве"):
        assert words in shown.replace("\N{NO-BREAK SPACE}", " ").replace("&nbsp;", " ")


def test_what_is_taken_is_told_with_times_that_are_free_and_nothing_typed_is_lost(
    lab: Lab, school: tuple[Organisation, User]
) -> None:
    organisation, teacher = school
    booked(lab, 10, 12, is_whole=True)
    client, address = client_of(teacher), page("dashboard_lab_book", organisation, lab.pk)
    refused = sent(client, address, title="Наш класс")
    assert (refused.status_code, "Наш класс" in text(refused)) == (409, True)
    assert "Свободных мест не хватает." in text(refused)
    first = refused.context["alternatives"][0]
    assert first == (hour(12), hour(13))
    chosen = sent(client, address, title="Наш класс", instead=f"{first[0].isoformat()}/{first[1].isoformat()}")
    assert chosen.status_code == 302
    assert Booking.objects.get(title="Наш класс").starts_at == hour(12)


def test_a_series_is_seen_time_by_time_before_it_is_booked(lab: Lab, school: tuple[Organisation, User]) -> None:
    organisation, teacher = school
    booked(lab, 10, 11, days=14, is_whole=True)
    client, address = client_of(teacher), page("dashboard_lab_book", organisation, lab.pk)
    seen = sent(client, address, weeks=3, skips_holidays=False)
    assert [one.problem for one in seen.context["tries"]] == ["", "В это время занято.", ""]
    assert 'name="confirmed"' not in text(seen)
    mark = seen.context["form"].mark
    assert sent(client, address, weeks=3, skips_holidays=False, confirmed=mark).status_code == 409
    seen = sent(client, address, weeks=3, starts="12:00", ends="13:00", skips_holidays=False)
    assert 'name="confirmed"' in text(seen)
    assert Booking.objects.count() == 1
    mark = seen.context["form"].mark
    other = sent(client, address, weeks=4, starts="12:00", ends="13:00", skips_holidays=False, confirmed=mark)
    assert (other.status_code, len(other.context["tries"]), Booking.objects.count()) == (200, 4, 1)
    done = sent(client, address, weeks=3, starts="12:00", ends="13:00", skips_holidays=False, confirmed=mark)
    assert done.status_code == 302
    assert Booking.objects.filter(series__isnull=False).count() == 3
    assert "Другие занятия серии" in text(client.get(done["Location"]))


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"ends": "09:00"}, "ends"),
        ({"people": "0"}, "people"),
        ({"title": ""}, "title"),
        ({"day": "завтра"}, "day"),
        ({"weeks": "61"}, "weeks"),
    ],
)
def test_bad_input_is_told_beside_its_field(
    lab: Lab, school: tuple[Organisation, User], typed: dict[str, str], field: str
) -> None:
    organisation, teacher = school
    refused = sent(client_of(teacher), page("dashboard_lab_book", organisation, lab.pk), **typed)
    assert (refused.status_code, [*refused.context["form"].errors]) == (200, [field])
    assert not Booking.objects.exists()


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (Role.TEACHER, 200), (Role.HEAD, 200)])
def test_viewers_do_not_book(lab: Lab, role: str, status: int) -> None:
    organisation, person = guest(role)
    assert client_of(person).get(page("dashboard_lab_book", organisation, lab.pk)).status_code == status


def test_a_lab_that_is_not_published_is_not_there_for_guests(school: tuple[Organisation, User]) -> None:
    organisation, teacher = school
    hidden = LabFactory(is_published=False)
    assert client_of(teacher).get(page("dashboard_lab_book", organisation, hidden.pk)).status_code == 404


def test_the_days_of_a_series_are_those_of_the_lab_and_holidays_are_left_out(school: tuple[Organisation, User]) -> None:
    organisation, teacher = school
    lab = LabFactory(technopark__time_zone="Asia/Kamchatka", keeps_holidays=True, days_ahead=400)
    address, first = page("dashboard_lab_book", organisation, lab.pk), datetime.date(hour(10).year + 1, 5, 2)
    typed = {"day": first.isoformat(), "weeks": 3, "starts": "08:00", "ends": "09:00"}
    seen = sent(client_of(teacher), address, **typed)
    weeks = [first + datetime.timedelta(days=7 * number) for number in range(6)]
    expected = [day for day in weeks if not holiday_on(day)][:3]
    assert [one.times.local[0].date() for one in seen.context["tries"]] == expected
    shown = text(seen).replace("\N{NO-BREAK SPACE}", " ")
    assert [f"{day.day} мая" in shown for day in expected if day.month == 5] == [True, True, True]
    assert "08:00" in shown
    assert "по Камчатке" in shown


@pytest.mark.parametrize(
    "starts", ["9999-12-31T23:30:00Z", "0001-01-01T00:00:00+14:00", "завтра", "2026-99-01T00:00Z", "2026-12-01T10:00"]
)
def test_a_time_that_is_none_begins_an_empty_form(lab: Lab, school: tuple[Organisation, User], starts: str) -> None:
    organisation, teacher = school
    address = page("dashboard_lab_book", organisation, lab.pk)
    assert client_of(teacher).get(address, {"starts": starts}).status_code == 200
    assert sent(client_of(teacher), address, instead=f"{starts}/{starts}").status_code == 302


# --- Host and guest -----------------------------------------------------------------------------------------------


@pytest.fixture
def pending(school: tuple[Organisation, User]) -> Booking:
    return booked(LabFactory(needs_approval=True), by=school)


def test_the_host_finds_the_request_and_approves_it(pending: Booking) -> None:
    host = pending.lab.technopark.host
    client = client_of(manager(pending.lab))
    address = page("dashboard_booking", host, pending.pk)
    assert address in text(client.get(page("dashboard_labs", host)))
    move = page("dashboard_booking_move", host, pending.pk, "approve")
    assert move in text(client.get(address))
    assert client.post(move).status_code == 302
    pending.refresh_from_db()
    assert pending.state == S.CONFIRMED
    again = client.post(page("dashboard_booking_move", host, pending.pk, "decline"), {"reason": "Поздно"})
    assert (again.status_code, "Поздно" in text(again)) == (409, True)


def test_declined_with_a_reason_that_the_guest_reads(pending: Booking) -> None:
    host = pending.lab.technopark.host
    client, move = client_of(manager(pending.lab)), page("dashboard_booking_move", host, pending.pk, "decline")
    assert client.post(move, {"reason": " "}).status_code == 200
    assert client.post(move, {"reason": "Ремонт вытяжки"}).status_code == 302
    shown = text(client_of(responsible(pending)).get(page("dashboard_booking", pending.organisation, pending.pk)))
    assert "Ремонт вытяжки" in shown
    assert "Отклонено" in shown


WHO = {
    "teacher who booked": {"cancel": 302, "approve": 403},
    "another teacher": {"cancel": 403, "approve": 403},
    "head of the guest": {"cancel": 302, "approve": 403},
    "viewer of the guest": {"cancel": 403, "approve": 403},
    "teacher of the host": {"cancel": 403, "approve": 403},
    "coordinator of the host": {"cancel": 403, "approve": 302},
    "stranger": {"cancel": 404, "approve": 404},
}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("move", ["cancel", "approve"])
def test_each_side_does_what_is_its_own(pending: Booking, who: str, move: str) -> None:
    host, ours = pending.lab.technopark.host, pending.organisation
    at = host if "host" in who else ours
    roles = {"another": Role.TEACHER, "head": Role.HEAD, "viewer": Role.VIEWER, "coordinator": Role.COORDINATOR}
    if who == "teacher who booked":
        person = responsible(pending)
    elif who == "stranger":
        at, person = guest(Role.HEAD)
    else:
        role = roles.get(who.split()[0], Role.TEACHER)
        person = RepresentativeFactory(organisation=at, role=role).user
    response = client_of(person).post(page("dashboard_booking_move", at, pending.pk, move))
    assert response.status_code == WHO[who][move]


def test_the_page_of_a_booking_is_of_its_two_sides_alone(pending: Booking) -> None:
    stranger, person = guest(Role.HEAD)
    assert client_of(person).get(page("dashboard_booking", stranger, pending.pk)).status_code == 404
    assert client_of(person).get(page("dashboard_booking", pending.organisation, pending.pk)).status_code == 404


def test_an_unknown_move_is_nowhere(pending: Booking) -> None:
    client = client_of(responsible(pending))
    assert client.get(page("dashboard_booking_move", pending.organisation, pending.pk, "dance")).status_code == 404


# --- The desk -----------------------------------------------------------------------------------------------------


def series_of(booking: Booking, *others: Booking) -> BookingSeries:
    made = BookingSeries.objects.create(lab=booking.lab, organisation=booking.organisation)
    Booking.objects.filter(pk__in=[booking.pk, *(one.pk for one in others)]).update(series=made)
    return made


def test_a_series_is_one_row_that_says_how_many_follow(lab: Lab, school: tuple[Organisation, User]) -> None:
    organisation, teacher = school
    weekly = [booked(lab, days=7 * week, by=school, title="Кружок") for week in (1, 2, 3, 4)]
    series_of(*weekly)
    single = booked(lab, 12, 13, days=8, by=school, title="Проба")
    Booking.objects.filter(pk=weekly[2].pk).update(state=S.HELD)
    client = client_of(teacher)
    response = client.get(page("dashboard_labs", organisation))
    rows = [(one.booking, one.more, one.until) for one in response.context["desk"].ahead]
    assert rows == [
        (weekly[0], 2, hour(10, 28).date()),
        (single, 0, hour(12, 8).date()),
        (weekly[2], 0, hour(10, 21).date()),
    ]
    assert "и ещё 2 раза" in text(response).replace("\N{NO-BREAK SPACE}", " ")
    assert page("dashboard_booking", organisation, weekly[0].pk) in text(response)


def test_the_host_decides_on_a_series_in_one_row(school: tuple[Organisation, User]) -> None:
    lab = LabFactory(needs_approval=True)
    weekly = [booked(lab, days=7 * week, by=school) for week in (1, 2, 3)]
    series_of(*weekly)
    other = booked(lab, 14, 15)
    desk = client_of(manager(lab)).get(page("dashboard_labs", lab.technopark.host)).context["desk"]
    assert {(one.booking.pk, one.more) for one in desk.to_decide} == {(weekly[0].pk, 2), (other.pk, 0)}


def test_lessons_of_a_group_are_one_row_that_leads_to_it() -> None:
    cohort = gathering()
    host = cohort.programme.technopark.host
    first = lessons_of(cohort)[0]
    second = series_of(lessons_of(cohort)[3])
    BookingSeries.objects.filter(pk=second.pk).update(cohort=cohort)
    own = booked(cohort.lab, 14, 15, by=(host, coordinator(cohort)))
    response = client_of(coordinator(cohort)).get(page("dashboard_labs", host))
    rows = response.context["desk"].ahead
    assert [(one.booking, one.more, one.cohort) for one in rows] == [(first, 3, cohort), (own, 0, None)]
    assert page("dashboard_group", host, cohort.pk) in text(response)
    with time_machine.travel(cohort.ends_on + datetime.timedelta(days=2)):
        desk = Desk.of(host)
    assert ([one.booking for one in desk.over], desk.ahead) == ([own], [])


def test_earlier_is_what_is_over_and_what_was_called_off_stands_apart(
    lab: Lab, school: tuple[Organisation, User]
) -> None:
    organisation, teacher = school
    ahead, off, over, over_off, here = (booked(lab, n, n + 1, by=school) for n in (9, 10, 11, 12, 13))
    cancel(off, who=Who.GUEST, by=teacher)
    cancel(over_off, who=Who.GUEST, by=teacher)
    now = timezone.now()
    for booking, hours in ((over, -3), (over_off, -5), (here, -0.5)):
        span = (now + datetime.timedelta(hours=hours), now + datetime.timedelta(hours=hours + 1))
        Booking.objects.filter(pk=booking.pk).update(span=span, blocked=span)
    Booking.objects.filter(pk=here.pk).update(state=S.USED)
    response = client_of(teacher).get(page("dashboard_labs", organisation))
    desk = response.context["desk"]
    assert [one.booking for one in desk.ahead] == [here, ahead]
    assert [one.booking for one in desk.off] == [off]
    assert [one.booking for one in desk.over] == [over, over_off]


@pytest.mark.parametrize("number", [1, 3])
def test_the_desk_costs_the_same_however_much_there_is(
    number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    lab = LabFactory(needs_approval=True)
    programme = ProgrammeFactory(technopark=lab.technopark)
    host = (lab.technopark.host, manager(lab))
    for days in range(1, number + 1):
        booked(lab, days=days)
        LabFactory(technopark=lab.technopark)
        gathering(programme=programme)
        series_of(*(booked(lab, 14, 15, days=days + week, by=host) for week in (0, 7)))
        cancel(booked(lab, 16, 17, days=days, by=host), who=Who.GUEST, by=host[1])
    client = client_of(manager(lab))
    address = page("dashboard_labs", lab.technopark.host)
    client.get(address)
    with django_assert_num_queries(13):
        client.get(address)


# --- Checked in by the host ---------------------------------------------------------------------------------------


@pytest.fixture
def awaited(monkeypatch: pytest.MonkeyPatch) -> Booking:
    """Begins now, and is free again without check-in."""
    booking = booked(LabFactory(check_in_minutes=20))
    monkeypatch.setattr("django.utils.timezone.now", lambda: booking.starts_at)
    return booking


@pytest.mark.parametrize("role", [Role.TEACHER, Role.COORDINATOR])
def test_the_host_checks_its_guests_in(awaited: Booking, role: str) -> None:
    host = awaited.lab.technopark.host
    person = RepresentativeFactory(organisation=host, role=role).user
    client, address = client_of(person), page("dashboard_booking_move", host, awaited.pk, "check_in_guests")
    assert address in text(client.get(page("dashboard_booking", host, awaited.pk)))
    assert client.post(address).status_code == 302
    awaited.refresh_from_db()
    move = awaited.moves.latest("pk")
    assert (awaited.state, move.action, move.by) == (S.USED, "check_in", person)


def test_guests_and_viewers_of_the_host_do_not_check_in_for_it(awaited: Booking) -> None:
    host, ours = awaited.lab.technopark.host, awaited.organisation
    viewer = RepresentativeFactory(organisation=host, role=Role.VIEWER).user
    for person, at in ((responsible(awaited), ours), (viewer, host)):
        address = page("dashboard_booking_move", at, awaited.pk, "check_in_guests")
        assert client_of(person).post(address).status_code == 403
    awaited.refresh_from_db()
    assert awaited.state == S.CONFIRMED


def test_who_is_host_and_guest_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    lab = LabFactory(check_in_minutes=20)
    host, boss = lab.technopark.host, manager(lab)
    booking = booked(lab, by=(host, boss))
    monkeypatch.setattr("django.utils.timezone.now", lambda: booking.starts_at)
    shown = client_of(boss).get(page("dashboard_booking", host, booking.pk))
    assert [name for name, _page in shown.context["moves"] if "check_in" in name] == ["check_in"]

"""Bookings in calendars: of a person, an organisation, a lab for its host and for everybody."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import icalendar
import pytest
from django.test import Client
from django.utils import timezone

from events.feeds.addresses import Reader, address_of
from members.models import Organisation, Representative, Role, User
from technoparks.booking.bookings import cancel
from technoparks.booking.moves import Who
from technoparks.cohorts.timetable import lessons_of
from technoparks.models import Booking, Lab
from tests.events.test_feeds import both
from tests.events.test_own_feeds import path_of, read
from tests.factories.cohorts import enrolled, gathering, sender
from tests.factories.members import RepresentativeFactory, UserFactory
from tests.factories.technoparks import EquipmentFactory, LabFactory, booked, guest, manager, responsible

pytestmark = pytest.mark.django_db


def public(lab: Lab, client: Client | None = None) -> dict[str, Any]:
    """UID → entry of the feed that everybody may read."""
    answer = (client or Client()).get(f"{lab.get_absolute_url()}feed.ics")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    first, second = both(answer.content)
    assert first == second
    return {str(one["uid"]): one for one in icalendar.Calendar.from_ical(answer.content).walk("VEVENT")}


def of_lab(user: User, lab: Lab) -> str:
    return path_of(user, lab.technopark.host) + f"?lab={lab.pk}"


def said(entry: Any) -> tuple[str, str]:
    return str(entry["summary"]), str(entry["status"])


def statuses(path: str) -> dict[str, str]:
    return {uid: str(entry["status"]) for uid, entry in read(path).items()}


# --- Of a person -------------------------------------------------------------------------------------------------


def test_a_person_reads_the_bookings_they_are_responsible_for() -> None:
    lab = LabFactory(name="Робототехника")
    machine = EquipmentFactory(lab=lab, name="Принтер № 1")
    booking = booked(lab, people=4, equipment=(machine.pk,))
    booked(lab, 12, 13)  # of somebody else
    [(uid, entry)] = read(path_of(responsible(booking))).items()
    assert uid == str(booking.uid)
    assert said(entry) == ("8 «Б», робототехника · Робототехника", "CONFIRMED")
    assert str(entry["description"]).split("\n\n") == [
        "Человек: 4",
        "Места: 1–4",
        "Оборудование: Принтер № 1",
        f"http://testserver{booking.get_absolute_url()}",
    ]


@pytest.mark.parametrize(("zone", "utc"), [("Europe/Kaliningrad", 8), ("Asia/Kamchatka", -2)])
def test_ten_in_the_morning_is_ten_by_the_clock_of_the_lab(zone: str, utc: int) -> None:
    booking = booked(LabFactory(technopark__time_zone=zone))
    ten = datetime.datetime.combine(booking.starts_at.date(), datetime.time(10), ZoneInfo(zone))
    Booking.objects.filter(pk=booking.pk).update(
        span=(ten, ten + datetime.timedelta(hours=1)), blocked=(ten, ten + datetime.timedelta(hours=1))
    )
    answer = Client().get(path_of(responsible(booking))).content
    for entries in both(answer):
        [entry] = entries.values()
        assert f"{entry['starts']:%H:%M}" == "10:00"
        midnight = datetime.datetime.combine(ten.date(), datetime.time(0), datetime.UTC)
        assert entry["starts"] == midnight + datetime.timedelta(hours=utc)


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("pending", "TENTATIVE"), ("held", "TENTATIVE"), ("confirmed", "CONFIRMED"), ("used", "CONFIRMED"),
        ("missed", "CANCELLED"), ("declined", "CANCELLED"), ("expired", "CANCELLED"), ("cancelled", "CANCELLED"),
    ],
)  # fmt: skip
def test_an_entry_says_whether_it_is_certain(state: str, status: str) -> None:
    booking = booked(LabFactory())
    decide_by = booking.starts_at if state == "pending" else None
    Booking.objects.filter(pk=booking.pk).update(state=state, decide_by=decide_by)
    assert statuses(path_of(responsible(booking))) == {str(booking.uid): status}


def test_what_is_called_off_says_so_where_it_stood() -> None:
    booking = booked(LabFactory())
    [before] = read(path_of(responsible(booking))).values()
    cancel(booking, who=Who.GUEST, by=responsible(booking))
    [after] = read(path_of(responsible(booking))).values()
    assert (before["uid"], before["status"]) == (after["uid"], "CONFIRMED")
    assert (after["status"], after["sequence"] > before["sequence"]) == ("CANCELLED", True)


def test_who_no_longer_acts_for_the_guest_reads_nothing_of_its_bookings() -> None:
    booking = booked(LabFactory())
    Representative.objects.filter(user=booking.person).update(ended_at=timezone.now())
    assert read(path_of(responsible(booking))) == {}


def test_a_teacher_reads_the_lessons_of_the_groups_they_teach() -> None:
    cohort = gathering()
    host = cohort.programme.technopark.host
    cohort.teacher = RepresentativeFactory(organisation=host, role=Role.TEACHER).user
    cohort.save()
    entries = read(path_of(cohort.teacher))
    assert entries.keys() == {str(one.uid) for one in lessons_of(cohort)}
    Representative.objects.filter(user=cohort.teacher).update(ended_at=timezone.now())
    assert read(path_of(cohort.teacher)) == {}


def test_a_parent_reads_when_the_child_learns_and_the_calendar_names_no_child() -> None:
    cohort = gathering()
    parent = sender(enrolled(cohort, name="Анна Иванова").application)
    other = UserFactory()
    entries = read(path_of(parent))
    assert entries.keys() == {str(one.uid) for one in lessons_of(cohort)}
    [first, *_others] = entries.values()
    assert str(first["summary"]) == f"{cohort.programme.name}: {cohort.name}"
    assert str(first["description"]) == f"http://testserver{cohort.get_absolute_url()}"
    assert "Анна" not in "".join(entry.to_ical().decode() for entry in entries.values())
    assert read(path_of(other)) == {}


@pytest.mark.parametrize(("state", "number"), [("active", 4), ("completed", 4), ("left", 0), ("transferred", 0)])
def test_who_has_left_a_group_has_no_lessons_of_it(state: str, number: int) -> None:
    cohort = gathering()
    enrolment = enrolled(cohort)
    has_ended = state in ("left", "transferred")
    type(enrolment).objects.update(state=state, ended_on=cohort.starts_on if has_ended else None)
    assert len(read(path_of(sender(enrolment.application)))) == number


# --- Of an organisation and of a host ---------------------------------------------------------------------------


def test_an_organisation_reads_all_that_it_has_booked() -> None:
    lab, (school, teacher) = LabFactory(), guest()
    own = [booked(lab, starts, starts + 1, by=(school, teacher)) for starts in (10, 11)]
    booked(lab, 12, 13)
    colleague = RepresentativeFactory(organisation=school, role=Role.VIEWER).user
    assert read(path_of(colleague, school)).keys() == {str(one.uid) for one in own}


def test_a_host_reads_who_comes_to_each_of_its_labs() -> None:
    lab, other = LabFactory(name="Робототехника"), LabFactory()
    school, teacher = guest()
    booking = booked(lab, by=(school, teacher))
    booked(LabFactory(technopark=lab.technopark), by=(school, teacher))
    host = lab.technopark.host
    own = booked(lab, 12, 13, by=(host, manager(lab)))
    entries = read(of_lab(manager(lab), lab))
    assert {uid: said(entry) for uid, entry in entries.items()} == {
        str(booking.uid): (f"{school.title}: 8 «Б», робототехника", "CONFIRMED"),
        str(own.uid): ("8 «Б», робототехника", "CONFIRMED"),
    }
    address = f"http://testserver/dashboard/{host.slug}/labs/bookings/{booking.pk}/"
    assert str(entries[str(booking.uid)]["url"]) == address
    # Not of another's lab, nor where one acts for nobody.
    for path in (
        path_of(manager(lab), host) + f"?lab={other.pk}",
        path_of(teacher, school) + f"?lab={lab.pk}",
        path_of(teacher) + f"?lab={lab.pk}",
        path_of(manager(lab), host) + "?lab=x",
        path_of(manager(lab), host) + "?lab=",
    ):
        assert Client().get(path).status_code == 404, path


def test_the_page_of_the_calendar_offers_one_for_each_lab_of_the_host(client: Client) -> None:
    lab = LabFactory(name="Робототехника")
    host, user = lab.technopark.host, manager(lab)
    client.force_login(user)
    page = client.get(f"/dashboard/{host.slug}/calendar/")
    address = address_of(Reader(user, host)).of_lab(lab)
    assert page.context["labs"] == [(lab, address)]
    assert address.webcal in page.content.decode()
    assert read(address.https.removeprefix("http://testserver")) == {}


# --- For everybody ----------------------------------------------------------------------------------------------


def test_everybody_reads_when_seats_are_taken_and_not_by_whom() -> None:
    lab = LabFactory(seats=12)
    school, teacher = guest()
    some, whole = booked(lab, people=5, by=(school, teacher)), booked(lab, 12, 13, is_whole=True, by=(school, teacher))
    off = booked(lab, 15, 16)
    cancel(off, who=Who.GUEST, by=responsible(off))
    entries = public(lab)
    assert {uid: str(entry["summary"]) for uid, entry in entries.items()} == {
        str(some.uid): "Занято мест: 5 из 12",
        str(whole.uid): "Лаборатория занята",
    }
    text = "".join(entry.to_ical().decode() for entry in entries.values())
    assert [words for words in (school.title, "8 «Б»", "dashboard") if words in text] == []


def test_of_a_lab_that_is_not_published_only_its_host_reads_the_feed() -> None:
    lab = LabFactory(is_published=False)
    booking = booked(LabFactory(technopark=lab.technopark))
    Booking.objects.filter(pk=booking.pk).update(lab=lab)
    address = f"{lab.get_absolute_url()}feed.ics"
    assert Client().get(address).status_code == 404
    client = Client()
    client.force_login(manager(lab))
    assert public(lab, client).keys() == {str(booking.uid)}


def test_the_page_of_a_lab_leads_to_its_feed(client: Client) -> None:
    lab = LabFactory()
    address = f"{lab.get_absolute_url()}feed.ics"
    assert f'href="{address}"' in client.get(lab.get_absolute_url()).content.decode()
    answer = client.get(address)
    again = Client(headers={"If-None-Match": answer["ETag"]})
    assert again.get(address).status_code == 304
    booked(lab)
    assert again.get(address).status_code == 200


# --- Queries ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("which", "queries"), [("a person", 6), ("an organisation", 7), ("a lab", 6), ("everybody", 2)]
)
def test_queries_do_not_grow_with_bookings(django_assert_num_queries: Any, which: str, queries: int) -> None:
    lab = LabFactory()
    machine = EquipmentFactory(lab=lab)
    by: tuple[Organisation, User] = (lab.technopark.host, manager(lab))
    path = {
        "a person": path_of(by[1]),
        "an organisation": path_of(by[1], by[0]),
        "a lab": of_lab(by[1], lab),
        "everybody": f"{lab.get_absolute_url()}feed.ics",
    }[which]
    for number in (1, 3):
        while Booking.objects.count() < number:
            booked(lab, 10, 11, days=7 + Booking.objects.count(), equipment=(machine.pk,), by=by)
        with django_assert_num_queries(queries):
            answer = Client().get(path)
        assert answer.content.count(b"BEGIN:VEVENT") == number


@pytest.mark.parametrize("which", ["a person", "an organisation", "a lab"])
def test_of_more_than_it_can_hold_a_calendar_has_what_is_nearest(monkeypatch: pytest.MonkeyPatch, which: str) -> None:
    monkeypatch.setattr("technoparks.feeds.MOST", 1)
    lab = LabFactory()
    host, user = lab.technopark.host, manager(lab)
    next_one = booked(lab, 10, 11, by=(host, user))
    booked(lab, 10, 11, days=9, by=(host, user))
    path = {"a person": path_of(user), "an organisation": path_of(user, host), "a lab": of_lab(user, lab)}[which]
    assert [*read(path)] == [str(next_one.uid)]

"""When a lab is open, and what becomes of bookings that come to lie outside."""

import datetime
import importlib
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from common.errors import RuleViolated
from members.models import Notification, Role, User
from technoparks.booking.bookings import check_in
from technoparks.booking.hours import holiday_on
from technoparks.booking.moves import Who
from technoparks.models import Booking, BookingState, Lab, OpeningException, OpeningHours
from technoparks.opening.changes import (
    DayHours,
    Review,
    Unreviewed,
    add_days,
    change_day,
    remove_day,
    set_week,
)
from technoparks.opening.hits import outside
from technoparks.opening.words import Hours, hours_said, read_hours, week_said
from tests.factories.members import RepresentativeFactory
from tests.factories.technoparks import EquipmentFactory, LabFactory, booked, guest, hour, manager, responsible

pytestmark = pytest.mark.django_db
S = BookingState


def clock(text: str) -> datetime.time:
    return datetime.time.fromisoformat(text)


def span(opens: str, closes: str) -> Hours:
    return clock(opens), clock(closes)


def every_day(opens: str, closes: str) -> dict[int, list[Hours]]:
    return {day: [span(opens, closes)] for day in range(7)}


@pytest.fixture
def lab() -> Lab:
    """Open from 8 to 20."""
    return LabFactory()


@pytest.fixture
def boss(lab: Lab) -> User:
    return manager(lab)


def day_of(booking: Booking) -> datetime.date:
    return booking.starts_at.astimezone(booking.lab.technopark.zone).date()


def add_hours(lab: Lab, opens: str, closes: str, weekday: int = 0) -> OpeningHours:
    return OpeningHours.objects.create(lab=lab, weekday=weekday, opens=clock(opens), closes=clock(closes))


# --- As they are written -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", ""),
        (" , ", ""),
        ("09:00–18:00", "09:00–18:00"),
        ("9-18", "09:00–18:00"),
        ("9.30 — 13.00; 14-18", "09:30–13:00, 14:00–18:00"),
        ("14:00-18:00, 9:00-13:00", "09:00–13:00, 14:00–18:00"),
        ("9-13, 13-18", "09:00–13:00, 13:00–18:00"),
    ],
)
def test_hours_are_read_as_people_write_them(typed: str, said: str) -> None:
    assert hours_said(read_hours(typed)) == said


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("весь день", "not_understood"),
        ("9", "not_understood"),
        ("9:5-18", "not_understood"),
        ("9-18 10-12", "not_understood"),
        ("9-24", "no_time_of_day"),
        ("9:60-18", "no_time_of_day"),
        ("18-9", "closes_before"),
        ("9-9", "closes_before"),
        ("9-13, 12-18", "overlap"),
        ("9-18, 10-11", "overlap"),
    ],
)
def test_what_is_no_hours_is_told(typed: str, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        read_hours(typed)
    assert refused.value.code == code


# --- Hours of one day lie apart ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opens", "closes"),
    [("08:00", "12:00"), ("12:59", "15:00"), ("10:00", "11:00"), ("07:00", "20:00")],
)
def test_the_database_refuses_hours_that_overlap(opens: str, closes: str) -> None:
    lab = LabFactory()
    lab.opening_hours.all().delete()
    add_hours(lab, "09:00", "13:00")
    with pytest.raises(IntegrityError, match="hours_apart"), transaction.atomic():
        add_hours(lab, opens, closes)
    with pytest.raises(ValidationError, match="пересекаются"):
        OpeningHours(lab=lab, weekday=0, opens=clock(opens), closes=clock(closes)).full_clean()


def test_hours_that_touch_of_other_days_and_labs_stand_side_by_side() -> None:
    lab, other = LabFactory(), LabFactory()
    OpeningHours.objects.all().delete()
    add_hours(lab, "09:00", "13:00")
    add_hours(lab, "13:00", "18:00")
    add_hours(lab, "09:00", "18:00", weekday=1)
    add_hours(other, "09:00", "18:00")
    assert OpeningHours.objects.count() == 4


def test_hours_that_close_before_they_open_are_told_and_break_nothing(lab: Lab) -> None:
    with pytest.raises(ValidationError) as refused:
        OpeningHours(lab=lab, weekday=0, opens=clock("19:00"), closes=clock("09:00")).full_clean()
    assert refused.value.messages == ["Закрытие должно быть позже открытия."]


def test_hours_that_overlapped_before_the_constraint_are_joined(lab: Lab) -> None:
    lab.opening_hours.all().delete()
    constraint = next(one for one in OpeningHours._meta.constraints if one.name == "hours_apart")
    connection.check_constraints()  # those that wait for the end of the transaction
    with connection.schema_editor() as editor:
        editor.remove_constraint(OpeningHours, constraint)
    for opens, closes in (("08:00", "12:00"), ("09:00", "10:00"), ("11:00", "14:00"), ("14:00", "15:00")):
        add_hours(lab, opens, closes)
    add_hours(lab, "13:00", "16:00", weekday=1)
    migration = importlib.import_module("technoparks.migrations.0008_hours_apart")
    migration.join_overlapping(apps, None)
    found = [(one.weekday, hours_said([(one.opens, one.closes)])) for one in lab.opening_hours.all()]
    assert found == [(0, "08:00–14:00"), (0, "14:00–15:00"), (1, "13:00–16:00")]
    connection.check_constraints()
    with connection.schema_editor() as editor:
        editor.add_constraint(OpeningHours, constraint)


# --- What lies outside -------------------------------------------------------------------------------------------


def test_a_booking_lies_inside_while_the_lab_is_open_all_its_time(lab: Lab) -> None:
    booked(lab, 12, 14)
    assert outside(lab) == set()
    lab.opening_hours.update(closes=clock("13:00"))
    assert outside(lab) == {Booking.objects.get().pk}
    for day in range(7):
        add_hours(lab, "13:00", "20:00", weekday=day)
    assert outside(lab) == set()


def test_what_is_over_or_called_off_lies_nowhere(lab: Lab, boss: User) -> None:
    for state in (S.CANCELLED, S.DECLINED, S.EXPIRED, S.MISSED):
        Booking.objects.filter(pk=booked(lab).pk).update(state=state)
    Booking.objects.filter(pk=booked(lab).pk).update(
        span=(hour(10, -2), hour(11, -2)), blocked=(hour(10, -2), hour(11, -2))
    )
    lab.opening_hours.all().delete()
    assert outside(lab) == set()


def test_a_public_holiday_that_is_kept_from_now_on_is_reviewed_as_well() -> None:
    lab = LabFactory(days_ahead=400)
    days = next(number for number in range(1, 400) if holiday_on(hour(10, number).date()))
    booking = booked(lab, days=days)
    with pytest.raises(Unreviewed) as refused:
        set_week(lab, week=every_day("08:00", "20:00"), keeps_holidays=True, by=manager(lab))
    assert refused.value.bookings == [booking]
    lab.refresh_from_db()
    assert lab.keeps_holidays is False


# --- Reviewed ----------------------------------------------------------------------------------------------------


def test_new_hours_are_saved_where_nothing_lies_outside(lab: Lab, boss: User) -> None:
    booking = booked(lab, 10, 12)
    week = {**every_day("08:00", "20:00"), 6: [], 5: [span("09:00", "13:00"), span("14:00", "18:00")]}
    week[day_of(booking).weekday()] = [span("10:00", "12:00")]
    set_week(lab, week=week, keeps_holidays=False, by=boss)
    found = {day: [(one.opens, one.closes) for one in lab.opening_hours.filter(weekday=day)] for day in range(7)}
    assert found == week
    booking.refresh_from_db()
    assert booking.state == S.CONFIRMED


def test_bookings_that_would_lie_outside_are_told_and_nothing_is_changed(lab: Lab, boss: User) -> None:
    early, late = booked(lab, 8, 10), booked(lab, 18, 20)
    booked(lab, 12, 14)
    with pytest.raises(Unreviewed) as refused:
        set_week(lab, week=every_day("09:00", "19:00"), keeps_holidays=False, by=boss)
    assert refused.value.bookings == [early, late]
    assert {one.opens for one in lab.opening_hours.all()} == {clock("08:00")}
    assert not Notification.objects.filter(title__contains="закрыта").exists()


def test_those_that_stay_stay_and_are_not_asked_about_again(lab: Lab, boss: User) -> None:
    booking = booked(lab, 18, 20)
    week = every_day("08:00", "19:00")
    set_week(lab, week=week, keeps_holidays=False, by=boss, review=Review(seen=[booking.pk]))
    booking.refresh_from_db()
    assert booking.state == S.CONFIRMED
    week = every_day("08:00", "18:00")
    set_week(lab, week=week, keeps_holidays=False, by=boss)
    assert lab.opening_hours.filter(closes=clock("18:00")).count() == 7


def test_those_that_are_cancelled_let_go_of_their_machines_and_each_person_hears_once(lab: Lab, boss: User) -> None:
    school, teacher = guest()
    head = RepresentativeFactory(organisation=school, role=Role.HEAD).user
    machine = EquipmentFactory(lab=lab)
    mine = booked(lab, 10, 11, by=(school, teacher), equipment=(machine.pk,))
    other = booked(lab, 12, 13, by=(school, RepresentativeFactory(organisation=school, role=Role.TEACHER).user))
    stranger = booked(lab, 14, 15)
    Notification.objects.all().delete()
    seen = [mine.pk, other.pk, stranger.pk]
    review = Review(seen=seen, cancelled=[mine.pk, other.pk], reason="Ремонт вытяжки")
    add_days(lab, days=[day_of(mine)], hours=DayHours(reason="Ремонт"), by=boss, review=review)
    assert [one.state for one in Booking.objects.order_by("pk")] == [S.CANCELLED, S.CANCELLED, S.CONFIRMED]
    assert [one.is_blocking for one in mine.equipment_times.all()] == [False]
    move = mine.moves.latest("pk")
    assert (move.action, move.by, move.reason) == ("cancel", boss, "Ремонт вытяжки")
    assert not Notification.objects.filter(user__in=[boss, responsible(stranger)]).exists()
    [to_head], [to_teacher] = (Notification.objects.filter(user=person) for person in (head, teacher))
    assert "отменила 2 бронирования" in to_head.title
    assert "отменила 1 бронирование" in to_teacher.title
    assert to_head.text.endswith("Причина: Ремонт вытяжки")
    assert to_teacher.link == f"/dashboard/{school.slug}/labs/bookings/{mine.pk}/"


def test_whoever_closes_the_lab_hears_nothing_of_it_from_the_portal(lab: Lab, boss: User) -> None:
    colleague = manager(lab)
    own = booked(lab, by=(lab.technopark.host, boss))
    review = Review(seen=[own.pk], cancelled=[own.pk], reason="Ремонт")
    add_days(lab, days=[day_of(own)], hours=DayHours(), by=boss, review=review)
    assert [one.user for one in Notification.objects.filter(title__contains="будет закрыта")] == [colleague]


def test_nothing_is_cancelled_without_a_reason(lab: Lab, boss: User) -> None:
    booking = booked(lab)
    review = Review(seen=[booking.pk], cancelled=[booking.pk], reason=" ")
    with pytest.raises(RuleViolated) as refused:
        add_days(lab, days=[day_of(booking)], hours=DayHours(), by=boss, review=review)
    assert refused.value.code == "reason_missing"
    assert not OpeningException.objects.exists()


def test_what_was_booked_since_the_review_is_to_be_seen_as_well(lab: Lab, boss: User) -> None:
    first, second = booked(lab, 10, 11), booked(lab, 12, 13)
    review = Review(seen=[first.pk], cancelled=[first.pk], reason="Ремонт")
    with pytest.raises(Unreviewed) as refused:
        add_days(lab, days=[day_of(first)], hours=DayHours(), by=boss, review=review)
    assert refused.value.bookings == [first, second]
    first.refresh_from_db()
    assert first.state == S.CONFIRMED


def test_only_what_lies_outside_is_cancelled_whatever_was_marked(lab: Lab, boss: User) -> None:
    hit, inside, elsewhere = booked(lab, 18, 19), booked(lab, 10, 11), booked(LabFactory(), 18, 19)
    keys = [hit.pk, inside.pk, elsewhere.pk]
    review = Review(seen=keys, cancelled=keys, reason="Ремонт")
    hours = DayHours(clock("08:00"), clock("18:00"))
    add_days(lab, days=[day_of(hit)], hours=hours, by=boss, review=review)
    assert [Booking.objects.get(pk=key).state for key in keys] == [S.CANCELLED, S.CONFIRMED, S.CONFIRMED]


def test_who_has_checked_in_stays(lab: Lab, boss: User, monkeypatch: pytest.MonkeyPatch) -> None:
    booking = booked(lab)
    monkeypatch.setattr("django.utils.timezone.now", lambda: booking.starts_at + datetime.timedelta(minutes=5))
    check_in(booking, who=Who.GUEST, by=responsible(booking))
    review = Review(seen=[booking.pk], cancelled=[booking.pk], reason="Ремонт")
    add_days(lab, days=[day_of(booking)], hours=DayHours(), by=boss, review=review)
    booking.refresh_from_db()
    assert booking.state == S.USED


# --- Single days -------------------------------------------------------------------------------------------------


def test_days_are_added_all_or_none_and_again_does_nothing(lab: Lab, boss: User) -> None:
    first = hour(10, 30).date()
    days = [first + datetime.timedelta(days=number) for number in range(3)]
    hours = DayHours(reason="Каникулы", reason_en="Holidays")
    add_days(lab, days=days[:1], hours=DayHours(clock("10:00"), clock("12:00")), by=boss)
    with pytest.raises(RuleViolated) as refused:
        add_days(lab, days=days, hours=hours, by=boss)
    assert refused.value.code == "day_stands"
    for _again in range(2):
        add_days(lab, days=days[1:], hours=hours, by=boss)
    found = [(one.day, one.opens, one.reason, one.reason_en) for one in lab.opening_exceptions.all()]
    assert found == [
        (days[0], clock("10:00"), "", ""),
        (days[1], None, "Каникулы", "Holidays"),
        (days[2], None, "Каникулы", "Holidays"),
    ]


def test_a_day_is_changed_and_removed_with_the_same_review(lab: Lab, boss: User) -> None:
    lab.opening_hours.all().delete()
    day = hour(10).date()
    add_days(lab, days=[day], hours=DayHours(clock("10:00"), clock("18:00")), by=boss)
    one, booking = lab.opening_exceptions.get(), booked(lab, 16, 18)
    changes: list[Any] = [
        lambda review: change_day(one, hours=DayHours(clock("10:00"), clock("17:00")), by=boss, review=review),
        lambda review: remove_day(one, by=boss, review=review),
    ]
    for change in changes:
        with pytest.raises(Unreviewed):
            change(None)
    changes[0](Review(seen=[booking.pk]))
    assert lab.opening_exceptions.get().closes == clock("17:00")
    changes[1](None)
    changes[1](None)
    assert not lab.opening_exceptions.exists()
    with pytest.raises(RuleViolated) as refused:
        changes[0](None)
    assert refused.value.code == "gone"
    booking.refresh_from_db()
    assert booking.state == S.CONFIRMED


def test_the_history_of_the_lab_says_who_changed_its_hours_and_to_what(lab: Lab, boss: User) -> None:
    lab.history.all().delete()
    set_week(lab, week={0: [span("09:00", "18:00")]}, keeps_holidays=True, by=boss)
    set_week(lab, week={0: [span("09:00", "18:00")]}, keeps_holidays=True, by=boss)
    add_days(lab, days=[datetime.date(2027, 1, 11), datetime.date(2027, 1, 12)], hours=DayHours(), by=boss)
    remove_day(lab.opening_exceptions.all()[0], by=boss)
    said = [one.history_change_reason.replace("\N{NO-BREAK SPACE}", " ") for one in lab.history.order_by("pk")]
    assert said == [
        week_said({0: [span("09:00", "18:00")]}),
        "11 января 2027 г. – 12 января 2027 г.: —",
        "11 января 2027 г.: как обычно",
    ]
    assert {one.history_user for one in lab.history.all()} == {boss}
    assert week_said({0: [span("09:00", "18:00")]}).startswith("пн 09:00–18:00; вт —")

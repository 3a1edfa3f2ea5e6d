"""What may be booked, by whom and when; and what becomes of it."""

import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from common.errors import RuleViolated
from members.models import Notification, Role
from technoparks.booking.bookings import Taken, approve, book, book_series, cancel, check_in, decline, move_series
from technoparks.booking.free import next_free
from technoparks.booking.moves import MOVES, Who, turn
from technoparks.booking.sweep import sweep
from technoparks.models import (
    BLOCKING,
    Booking,
    BookingState,
    EquipmentStatus,
    HoursAccount,
    Lab,
    OpeningException,
    StatusChange,
)
from tests.factories.members import RepresentativeFactory
from tests.factories.technoparks import (
    EquipmentFactory,
    InstructionFactory,
    LabFactory,
    TechnoparkFactory,
    asked,
    booked,
    guest,
    hour,
    inducted,
    manager,
    responsible,
)

pytestmark = pytest.mark.django_db
S = BookingState
MINUTE = datetime.timedelta(minutes=1)


@pytest.fixture
def lab() -> Lab:
    return LabFactory()


def refusal(lab: Lab, *args: Any, **more: Any) -> str:
    with pytest.raises(RuleViolated) as refused:
        booked(lab, *args, **more)
    return refused.value.code


# --- Seats and machines -------------------------------------------------------------------------------------------


def test_ten_to_eleven_stands_beside_eleven_to_twelve(lab: Lab) -> None:
    assert [booked(lab, 10, 11, is_whole=True).state, booked(lab, 11, 12, is_whole=True).state] == [S.CONFIRMED] * 2
    assert refusal(lab, 10, 12) == "taken"


def test_between_two_bookings_there_is_time_to_tidy_up(lab: Lab) -> None:
    lab.buffer_minutes = 30
    lab.save()
    booked(lab, 10, 11, is_whole=True)
    assert refusal(lab, 11, 12) == "taken"
    assert refusal(lab, 9, 10) == "taken"
    assert booked(lab, 12, 13).state == S.CONFIRMED


def test_seats_are_given_side_by_side_and_never_twice(lab: Lab) -> None:
    assert booked(lab, people=4).seats == (1, 2, 3, 4)
    second = booked(lab, people=3)
    assert (second.seats, second.seats_said) == ((5, 6, 7), "5–7")
    assert refusal(lab, people=4) == "taken"
    cancel(second, who=Who.GUEST, by=responsible(second))
    last = booked(lab, people=6)
    assert (last.seats, last.seats_said) == ((5, 6, 7, 8, 9, 10), "5–10")


def test_seats_apart_are_given_where_there_are_no_neighbours(lab: Lab) -> None:
    held = [booked(lab, people=2) for _number in range(5)]
    for one in (held[0], held[2]):
        cancel(one, who=Who.GUEST, by=responsible(one))
    assert booked(lab, people=3).seats_said == "1–2, 5"


def test_the_whole_room_is_nobody_elses(lab: Lab) -> None:
    assert booked(lab, people=2, is_whole=True).seats == tuple(range(1, 11))
    assert refusal(lab, people=1) == "taken"
    booked(lab, 12, 13, people=1)
    assert refusal(lab, 12, 13, people=1, is_whole=True) == "taken"


def test_a_lab_that_is_not_shared_is_booked_whole() -> None:
    lab = LabFactory(by_seats=False)
    booking = booked(lab, people=2)
    assert (booking.is_whole, len(booking.seats)) == (True, 10)
    assert refusal(lab, people=1) == "taken"


def test_with_fewer_seats_than_before_nobody_stands(lab: Lab) -> None:
    booked(lab, people=5)
    booked(lab, people=5)
    Lab.objects.update(seats=7)
    lab.refresh_from_db()
    assert refusal(lab, people=1) == "taken"
    Booking.objects.earliest("pk").delete()
    assert refusal(lab, people=3) == "taken"
    assert booked(lab, people=2).seats_said == "1–2"


def test_with_more_seats_than_before_the_whole_room_is_still_theirs(lab: Lab) -> None:
    booked(lab, is_whole=True)
    Lab.objects.update(seats=20)
    lab.refresh_from_db()
    assert refusal(lab, people=1) == "taken"


def test_one_machine_is_in_one_booking(lab: Lab) -> None:
    printer = EquipmentFactory(lab=lab)
    booked(lab, 10, 12, equipment=(printer.pk,))
    assert refusal(lab, 11, 13, equipment=(printer.pk,)) == "taken"
    assert booked(lab, 12, 13, equipment=(printer.pk,)).equipment_times.count() == 1
    printer.status = EquipmentStatus.RETIRED
    printer.save()
    assert refusal(lab, 14, 15, equipment=(printer.pk,)) == "machine_unusable"
    assert refusal(lab, 14, 15, equipment=(EquipmentFactory().pk,)) == "machine_unusable"


def test_a_machine_is_free_with_the_booking_that_had_it(lab: Lab) -> None:
    printer = EquipmentFactory(lab=lab)
    first = booked(lab, equipment=(printer.pk,))
    cancel(first, who=Who.GUEST, by=responsible(first))
    assert booked(lab, equipment=(printer.pk,)).state == S.CONFIRMED


@pytest.mark.parametrize(("state", "is_refused"), [(state, state in BLOCKING) for state in S.values])
def test_the_database_itself_refuses_a_seat_twice(lab: Lab, state: str, is_refused: bool) -> None:
    first = booked(lab, people=3)
    row = Booking(
        lab=lab,
        organisation=first.organisation,
        kind="class",
        title="Ещё один класс",
        span=first.span,
        blocked=first.blocked,
        people=1,
        seats=(3,),
        state=state,
        decide_by=timezone.now() if state == S.PENDING else None,
    )
    if not is_refused:
        row.save()
        return
    with pytest.raises(IntegrityError, match="seat_booked_once"), transaction.atomic():
        row.save()
    row.seats = (4, 7)
    row.save()
    row.refresh_from_db()
    assert row.seats == (4, 7)


def test_the_database_itself_refuses_a_machine_twice(lab: Lab) -> None:
    printer = EquipmentFactory(lab=lab)
    first = booked(lab, equipment=(printer.pk,))
    second = booked(lab)
    with pytest.raises(IntegrityError, match="equipment_booked_once"), transaction.atomic():
        second.equipment_times.create(equipment=printer, span=first.blocked)


# --- Rules --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "wish", "code"),
    [
        pytest.param({"is_bookable": False}, {}, "not_bookable", id="not for booking"),
        pytest.param({"is_published": False}, {}, "not_bookable", id="not published"),
        pytest.param({"is_for_members": True}, {}, "members_only", id="members only"),
        pytest.param({"shortest_minutes": 90}, {}, "length", id="too short"),
        pytest.param({"longest_minutes": 30}, {}, "length", id="too long"),
        pytest.param({"step_minutes": 45}, {}, "step", id="between the steps"),
        pytest.param({"days_ahead": 6}, {}, "too_early", id="too far ahead"),
        pytest.param({"notice_hours": 24 * 8}, {}, "too_late", id="too late"),
        pytest.param({}, {"days": -1}, "past", id="over"),
        pytest.param({}, {"starts": 7, "ends": 9}, "closed", id="before it opens"),
        pytest.param({}, {"starts": 19, "ends": 21}, "closed", id="after it closes"),
        pytest.param({}, {"people": 11}, "too_many", id="more than seats"),
        pytest.param({"least_age": 14}, {"youngest": 13}, "too_young", id="too young"),
        pytest.param({"least_age": 14}, {}, "age_missing", id="age not told"),
    ],
)
def test_the_rules_of_a_lab_hold(lab: Lab, rules: dict[str, Any], wish: dict[str, Any], code: str) -> None:
    for name, value in rules.items():
        setattr(lab, name, value)
    lab.save()
    assert refusal(lab, **wish) == code
    assert not Booking.objects.exists()


@pytest.mark.parametrize("status", ["planned", "closed", None])
def test_only_what_is_open_is_booked(lab: Lab, status: str | None) -> None:
    StatusChange.objects.all().delete()
    if status:
        StatusChange.objects.create(technopark=lab.technopark, status=status, on=timezone.localdate())
    assert refusal(lab) == "not_bookable"


def test_a_part_of_a_second_takes_no_second_slot(lab: Lab) -> None:
    school, teacher = guest()
    late = datetime.timedelta(microseconds=500)
    with pytest.raises(RuleViolated) as refused:
        book(lab, organisation=school, by=teacher, asked=asked(), starts=hour(10) + late, ends=hour(11) + late)
    assert refused.value.code == "step"


@pytest.mark.parametrize(("opens", "step"), [(8, 45), (9, 40), (8, 60), (7, 25)])
def test_whatever_is_offered_can_be_booked(opens: int, step: int) -> None:
    lab = LabFactory(step_minutes=step, hours=(opens, 20))
    school, teacher = guest()
    for starts, ends in next_free(lab, asked().wish, after=hour(8), minutes=2 * step, number=5):
        assert book(lab, organisation=school, by=teacher, asked=asked(), starts=starts, ends=ends).state == S.CONFIRMED


def test_two_teachers_with_one_key_have_two_bookings(lab: Lab) -> None:
    school, teacher = guest()
    colleague = RepresentativeFactory(organisation=school, role=Role.TEACHER).user
    times: dict[str, Any] = {"starts": hour(10), "ends": hour(11), "asked": asked(), "organisation": school, "key": "1"}
    assert book(lab, by=teacher, **times) != book(lab, by=colleague, **times)


def test_a_member_books_where_only_members_do() -> None:
    lab = LabFactory(is_for_members=True)
    host = lab.technopark.host
    assert booked(lab, by=(host, manager(lab))).state == S.CONFIRMED


def test_it_is_closed_on_a_day_that_says_so_and_on_holidays(lab: Lab) -> None:
    OpeningException.objects.create(lab=lab, day=hour(10).date(), reason="Соревнования")
    with pytest.raises(RuleViolated, match=r"закрыта в это время\. Соревнования"):
        booked(lab)
    OpeningException.objects.update(opens=datetime.time(9), closes=datetime.time(11))
    assert booked(lab, 10, 11).state == S.CONFIRMED
    assert refusal(lab, 11, 12) == "closed"


def test_hours_of_a_month_are_those_of_the_organisation_and_of_the_person() -> None:
    lab = LabFactory(technopark=TechnoparkFactory(guest_hours=4, person_hours=3), days_ahead=400)
    school, teacher = guest()
    colleague = guest()[1]
    starts = (timezone.localdate().replace(day=1) + datetime.timedelta(days=40)).replace(day=10)
    days = (starts - timezone.localdate()).days
    assert booked(lab, 10, 12, days=days, by=(school, teacher)).hours == 2
    assert refusal(lab, 12, 14, days=days, by=(school, teacher)) == "hours_used_up"
    assert booked(lab, 12, 13, days=days, by=(school, teacher)).hours == 1
    assert refusal(lab, 14, 16, days=days, by=(school, colleague)) == "hours_used_up"
    HoursAccount.objects.filter(organisation=school).update(hours_a_month=5)
    assert booked(lab, 14, 16, days=days, by=(school, colleague)).hours == 2
    assert booked(lab, 10, 12, days=days + 31, by=(school, teacher)).hours == 2


# --- Alternatives and series --------------------------------------------------------------------------------------


def test_who_comes_too_late_is_offered_the_next_times(lab: Lab) -> None:
    booked(lab, 10, 12, is_whole=True)
    with pytest.raises(Taken) as taken:
        booked(lab, 10, 11, people=2)
    assert [*taken.value.alternatives] == [(hour(12), hour(13)), (hour(13), hour(14)), (hour(14), hour(15))]


def test_alternatives_go_on_with_the_next_day(lab: Lab) -> None:
    booked(lab, 8, 12, is_whole=True)
    booked(lab, 12, 16, is_whole=True)
    booked(lab, 16, 19, is_whole=True)
    wish = asked(people=1).wish
    found = next_free(lab, wish, after=hour(8), minutes=60)
    assert found == [(hour(19), hour(20)), (hour(8, 8), hour(9, 8)), (hour(9, 8), hour(10, 8))]


def test_nothing_is_offered_that_could_not_be_booked(lab: Lab) -> None:
    lab.days_ahead = 8
    assert len(next_free(lab, asked().wish, after=hour(8), minutes=60)) == 3
    assert next_free(lab, asked().wish, after=hour(19, 9), minutes=60) == []


def test_a_series_is_booked_whole_or_not_at_all(lab: Lab) -> None:
    school, teacher = guest()
    times = [(hour(10, 7 * week), hour(11, 7 * week)) for week in range(1, 9)]
    by: dict[str, Any] = {"organisation": school, "by": teacher, "asked": asked(people=6), "times": times}
    booked(lab, days=7 * 5, people=5)
    with pytest.raises(Taken) as taken:
        book_series(lab, **by, key="one")
    assert not Booking.objects.filter(organisation=school).exists()
    assert str(hour(10, 35).day) in taken.value.message
    Booking.objects.all().delete()
    series = book_series(lab, **by, key="one")
    assert book_series(lab, **by, key="one") == series
    assert [one.starts_at for one in series.bookings.order_by("span")] == [starts for starts, _ends in times]


def test_what_is_sent_twice_is_booked_once(lab: Lab) -> None:
    school, teacher = guest()
    wish: dict[str, Any] = {
        "organisation": school,
        "by": teacher,
        "asked": asked(),
        "starts": hour(10),
        "ends": hour(11),
        "key": "k",
    }
    assert book(lab, **wish) == book(lab, **wish)
    assert Booking.objects.count() == 1


# --- What becomes of it -------------------------------------------------------------------------------------------


@pytest.fixture
def pending() -> Booking:
    return booked(LabFactory(needs_approval=True, approval_hours=24))


def told(person: Any) -> list[str]:
    return [*Notification.objects.filter(user=person).order_by("pk").values_list("title", flat=True)]


def test_the_host_hears_of_it_as_it_is_booked(lab: Lab) -> None:
    boss = manager(lab)
    guests = booked(lab).organisation.title
    [title] = told(boss)
    assert title.startswith(f"Новое бронирование от организации {guests}: {lab.title}, ")
    assert "10:00" in title


def test_the_host_approves_within_its_term(pending: Booking) -> None:
    boss = manager(pending.lab)
    assert pending.state == S.PENDING
    assert pending.decide_by is not None
    assert abs(pending.decide_by - timezone.now() - datetime.timedelta(hours=24)) < MINUTE
    assert refusal(pending.lab, is_whole=True) == "taken"
    for _pressed in range(2):
        assert approve(pending, by=boss).state == S.CONFIRMED
    assert [one.action for one in pending.moves.all()] == ["book", "approve"]
    assert len(told(pending.person)) == 1
    assert told(pending.person)[0].startswith("Бронирование подтверждено")
    with pytest.raises(RuleViolated, match="Подтверждено"):
        decline(pending, by=boss, reason="Поздно")


def test_declined_with_a_reason_it_is_free(pending: Booking) -> None:
    boss = manager(pending.lab)
    with pytest.raises(RuleViolated) as refused:
        decline(pending, by=boss, reason=" ")
    assert refused.value.code == "reason_missing"
    assert decline(pending, by=boss, reason="Ремонт").state == S.DECLINED
    assert Notification.objects.get(user=pending.person).text.endswith("Причина: Ремонт")
    assert booked(pending.lab, is_whole=True).state == S.PENDING


def test_what_the_host_does_not_answer_is_free_after_the_term(pending: Booking) -> None:
    assert sweep() == 0
    Booking.objects.update(decide_by=timezone.now() - MINUTE)
    assert (sweep(), sweep()) == (1, 0)
    pending.refresh_from_db()
    assert (pending.state, pending.decide_by, len(told(pending.person))) == (S.EXPIRED, None, 1)


def begin_ago(booking: Booking, minutes: int) -> None:
    """All its times move."""
    starts = timezone.now() - minutes * MINUTE
    span, moved = (starts, starts + 60 * MINUTE), starts - booking.starts_at
    released_at = booking.released_at and booking.released_at + moved
    Booking.objects.filter(pk=booking.pk).update(span=span, blocked=span, released_at=released_at)


def test_a_booking_is_checked_in_at_its_time(lab: Lab) -> None:
    booking = booked(lab)
    with pytest.raises(RuleViolated) as refused:
        check_in(booking, who=Who.GUEST, by=responsible(booking))
    assert refused.value.code == "not_its_time"
    begin_ago(booking, -10)
    assert check_in(booking, who=Who.GUEST, by=responsible(booking)).state == S.USED


def test_where_nobody_checks_in_the_rest_of_the_time_is_free() -> None:
    lab = LabFactory(check_in_minutes=15)
    booking = booked(lab, is_whole=True)
    begin_ago(booking, 14)
    assert sweep() == 0
    begin_ago(booking, 16)
    assert (sweep(), sweep()) == (1, 0)
    booking.refresh_from_db()
    assert (booking.state, len(told(booking.person))) == (S.MISSED, 1)


def test_a_rule_that_is_changed_today_makes_nobody_miss_their_time(lab: Lab) -> None:
    booking = booked(lab)
    begin_ago(booking, 40)
    Lab.objects.update(check_in_minutes=15)
    assert sweep() == 0
    booking.refresh_from_db()
    assert booking.state == S.CONFIRMED


def test_what_has_begun_is_not_cancelled_by_the_guest(lab: Lab) -> None:
    booking, boss = booked(lab), manager(lab)
    begin_ago(booking, 5)
    with pytest.raises(RuleViolated) as refused:
        cancel(booking, who=Who.GUEST, by=responsible(booking))
    assert refused.value.code == "over"
    assert cancel(booking, who=Who.HOST, by=boss, reason="Пожарная тревога").state == S.CANCELLED


@pytest.mark.parametrize("answer", [approve, partial(decline, reason="Поздно")], ids=["approve", "decline"])
def test_after_its_term_the_host_answers_no_more(pending: Booking, answer: Any) -> None:
    Booking.objects.update(decide_by=timezone.now() - MINUTE)
    with pytest.raises(RuleViolated) as refused:
        answer(pending, by=manager(pending.lab))
    assert refused.value.code == "too_late"
    pending.refresh_from_db()
    assert pending.state == S.PENDING


def test_who_has_left_the_school_hears_no_more_of_it(pending: Booking) -> None:
    teacher = responsible(pending)
    teacher.representations.update(ended_at=timezone.now())
    decline(pending, by=manager(pending.lab), reason="Ремонт")
    assert told(teacher) == []


def test_a_teacher_hears_that_their_head_has_cancelled(lab: Lab) -> None:
    booking = booked(lab)
    head = RepresentativeFactory(organisation=booking.organisation, role=Role.HEAD).user
    cancel(booking, who=Who.GUEST, by=head)
    assert (len(told(responsible(booking))), told(head)) == (1, [])


def test_a_letter_of_one_time_does_not_speak_of_the_series(lab: Lab) -> None:
    school, teacher = guest()
    boss = manager(lab)
    times = [(hour(10, 7 * week), hour(11, 7 * week)) for week in (1, 2)]
    series = book_series(lab, organisation=school, by=teacher, asked=asked(), times=times)
    assert "Занятий в серии: 2." in Notification.objects.get(user=boss).text
    cancel(series.bookings.all()[0], who=Who.HOST, by=boss, reason="Авария")
    assert "серии" not in Notification.objects.get(user=teacher).text


def test_where_nobody_has_to_check_in_it_took_place(lab: Lab) -> None:
    booking = booked(lab)
    begin_ago(booking, 59)
    assert sweep() == 0
    begin_ago(booking, 61)
    assert (sweep(), sweep()) == (1, 0)
    booking.refresh_from_db()
    assert (booking.state, told(booking.person)) == (S.USED, [])


def test_both_sides_cancel_and_the_other_is_told(lab: Lab) -> None:
    boss = manager(lab)
    mine = booked(lab)
    assert cancel(mine, who=Who.GUEST, by=responsible(mine)).state == S.CANCELLED
    assert len(told(boss)) == 2
    theirs = booked(lab)
    with pytest.raises(RuleViolated):
        cancel(theirs, who=Who.HOST, by=boss)
    assert cancel(theirs, who=Who.HOST, by=boss, reason="Авария").state == S.CANCELLED
    assert len(told(theirs.person)) == 1


def test_a_host_books_its_own_lab_without_asking() -> None:
    lab = LabFactory(needs_approval=True, technopark=TechnoparkFactory(guest_hours=0))
    assert booked(lab, by=(lab.technopark.host, manager(lab))).state == S.CONFIRMED
    assert refusal(lab, 12, 13) == "hours_used_up"


@pytest.mark.parametrize("state", S.values)
@pytest.mark.parametrize("action", MOVES)
@pytest.mark.parametrize("who", Who)
def test_only_the_moves_of_the_table_are_possible(lab: Lab, state: str, action: str, who: Who) -> None:
    booking = booked(lab)
    Booking.objects.update(state=state, decide_by=timezone.now() if state == S.PENDING else None)
    booking.refresh_from_db()
    move = MOVES[action]
    is_possible = state in move.before and who in move.who
    try:
        turn(booking, action, who=who, by=None, reason="Так надо")
    except RuleViolated:
        assert not is_possible
    else:
        assert is_possible
        booking.refresh_from_db()
        assert booking.state == (move.after or state)


# --- Clocks -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Europe/Kaliningrad", "Europe/Moscow", "Asia/Kamchatka"])
def test_hours_are_those_of_the_clock_on_the_wall_of_the_lab(name: str) -> None:
    zone = ZoneInfo(name)
    lab = LabFactory(technopark=TechnoparkFactory(time_zone=name))
    school, teacher = guest()
    by: dict[str, Any] = {"organisation": school, "by": teacher, "asked": asked()}
    assert book(lab, **by, starts=hour(8, zone=zone), ends=hour(9, zone=zone)).state == S.CONFIRMED
    with pytest.raises(RuleViolated, match="закрыта"):
        book(lab, **by, starts=hour(7, zone=zone), ends=hour(8, zone=zone))


def test_where_the_clock_is_put_forward_the_hours_stay_those_of_the_wall() -> None:
    """A foreign office of a technopark; Russia has had no summer time since 2011."""
    zone = ZoneInfo("Europe/Berlin")
    lab = LabFactory(technopark=TechnoparkFactory(time_zone=zone.key), days_ahead=400)
    spring = datetime.date(2027, 3, 28)
    school, teacher = guest()
    times = [
        (
            datetime.datetime.combine(day, datetime.time(9), zone),
            datetime.datetime.combine(day, datetime.time(11), zone),
        )
        for day in (spring - datetime.timedelta(days=7), spring, spring + datetime.timedelta(days=7))
    ]
    series = book_series(lab, organisation=school, by=teacher, asked=asked(), times=times)
    assert [one.starts_at.astimezone(zone).hour for one in series.bookings.order_by("span")] == [9, 9, 9]
    assert [one.hours for one in series.bookings.all()] == [2, 2, 2]


# --- A series at once ---------------------------------------------------------------------------------------------


def asked_for_weeks(lab: Lab, number: int = 3) -> list[Booking]:
    school, teacher = guest()
    times = [(hour(10, 7 * week), hour(11, 7 * week)) for week in range(1, number + 1)]
    series = book_series(lab, organisation=school, by=teacher, asked=asked(), times=times)
    Notification.objects.all().delete()
    return [*series.bookings.order_by("span")]


@pytest.mark.parametrize(
    ("action", "state", "said"),
    [
        ("approve", S.CONFIRMED, "подтверждено"),
        ("decline", S.DECLINED, "отклонено"),
        ("cancel", S.CANCELLED, "отменила"),
    ],
)
def test_a_series_is_decided_at_once_and_the_guest_hears_it_once(action: str, state: str, said: str) -> None:
    first, second, third = asked_for_weeks(LabFactory(needs_approval=True))
    boss = manager(first.lab)
    approve(second, by=boss)
    Notification.objects.all().delete()
    moved = move_series(third, action, who=Who.HOST, by=boss, reason="Ремонт")
    left = [first, second, third] if action == "cancel" else [first, third]
    assert (moved, {one.state for one in moved}) == (left, {state})
    [told] = Notification.objects.filter(user=responsible(first))
    assert said in told.title
    assert (f"Занятий в серии: {len(left)}." in told.text) == (len(left) > 1)
    with pytest.raises(RuleViolated) as refused:
        move_series(third, action, who=Who.HOST, by=boss, reason="Ремонт")
    assert refused.value.code == "other_state"


def test_what_is_over_or_of_another_series_or_of_none_stays() -> None:
    lab = LabFactory(seats=30)
    begun, second, third = asked_for_weeks(lab)
    going_on = (timezone.now() - MINUTE, timezone.now() + 60 * MINUTE)
    Booking.objects.filter(pk=begun.pk).update(span=going_on, blocked=going_on)
    others = asked_for_weeks(lab)
    single = booked(lab)
    assert move_series(second, "cancel", who=Who.GUEST, by=responsible(second)) == [second, third]
    assert {one.state for one in Booking.objects.filter(pk__in=[begun.pk, single.pk, *(o.pk for o in others)])} == {
        S.CONFIRMED
    }
    with pytest.raises(RuleViolated):
        move_series(single, "cancel", who=Who.GUEST, by=responsible(single))


def test_a_series_is_approved_whole_or_not_at_all() -> None:
    lab = LabFactory(needs_approval=True)
    first, *_others = asked_for_weeks(lab)
    instruction = InstructionFactory(technopark=lab.technopark, labs=[lab])
    inducted(responsible(first), instruction, valid_until=timezone.localdate() + datetime.timedelta(days=10))
    with pytest.raises(RuleViolated) as refused:
        move_series(first, "approve", who=Who.HOST, by=manager(lab))
    assert refused.value.code == "induction_missing"
    assert {*Booking.objects.values_list("state", flat=True)} == {S.PENDING}

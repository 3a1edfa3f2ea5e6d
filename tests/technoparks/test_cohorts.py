"""Groups from the plan to the end: their lessons, and what becomes of those who applied."""

import datetime

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from common.errors import RuleViolated
from members.models import Notification, Role, User
from technoparks.booking import bookings
from technoparks.booking.bookings import MOST_TIMES, Taken
from technoparks.booking.hours import holiday_on
from technoparks.booking.knowledge import InductionMissing
from technoparks.booking.moves import Who as BookingSide
from technoparks.cohorts.cohorts import cancel_cohort, finish_cohort, open_cohort, save_cohort, start_cohort
from technoparks.cohorts.moves import OF_APPLICATIONS, OF_COHORTS, OF_ENROLMENTS, Who, turn_cohort
from technoparks.cohorts.sweep import move_cohorts
from technoparks.cohorts.timetable import lesson_times, lessons_of, tried_lessons, week_said
from technoparks.models import Booking, BookingSeries, BookingState, Cohort, CohortHours, CohortState
from tests.factories.cohorts import DAY, CohortFactory, ProgrammeFactory, applied, coordinator, enrolled, gathering
from tests.factories.members import RepresentativeFactory
from tests.factories.technoparks import InstructionFactory, LabFactory, booked, hour, inducted

pytestmark = pytest.mark.django_db
C = CohortState


def states(cohort: Cohort) -> list[str]:
    return [*Booking.objects.filter(series__cohort=cohort).order_by("span").values_list("state", flat=True)]


# --- Lessons ------------------------------------------------------------------------------------------------------


def test_the_lessons_of_an_opened_group_are_bookings_of_the_host() -> None:
    cohort = gathering()
    lessons = lessons_of(cohort)
    assert [one.starts_at for one in lessons] == [hour(10, 7 * week) for week in (1, 2, 3, 4)]
    assert {(one.organisation, one.is_whole, one.people, one.state) for one in lessons} == {
        (cohort.programme.technopark.host, True, 5, BookingState.CONFIRMED)
    }
    assert (cohort.state, BookingSeries.objects.get().cohort) == (C.GATHERING, cohort)
    assert lessons[0].title == f"{cohort.programme.name}: {cohort.name}"


def teacher_of(cohort: Cohort) -> User:
    person = RepresentativeFactory(organisation=cohort.programme.technopark.host, role=Role.TEACHER).user
    Cohort.objects.filter(pk=cohort.pk).update(teacher=person)
    cohort.teacher = person
    return person


def test_the_teacher_is_responsible_for_the_lessons_and_needs_the_inductions() -> None:
    cohort = CohortFactory()
    boss, teacher = coordinator(cohort), teacher_of(cohort)
    instruction = InstructionFactory(technopark=cohort.programme.technopark, labs=[cohort.lab])
    inducted(boss, instruction)
    for ask in (open_cohort, tried_lessons):
        with pytest.raises(InductionMissing) as refused:
            ask(cohort, by=boss)
        assert refused.value.message == f"У ответственного нет действующего инструктажа: {instruction.name}."
    inducted(teacher, instruction)
    assert [one.problem for one in tried_lessons(cohort, by=boss)] == [""] * 4
    open_cohort(cohort, by=boss)
    assert {(one.person, one.moves.get().by) for one in lessons_of(cohort)} == {(teacher, boss)}


def test_without_a_teacher_whoever_opens_the_group_needs_them() -> None:
    cohort = CohortFactory()
    boss = coordinator(cohort)
    instruction = InstructionFactory(technopark=cohort.programme.technopark, labs=[cohort.lab])
    with pytest.raises(InductionMissing) as refused:
        open_cohort(cohort, by=boss)
    assert refused.value.message == f"Сначала пройдите инструктаж: {instruction.name}."
    inducted(boss, instruction)
    open_cohort(cohort, by=boss)
    assert {one.person for one in lessons_of(cohort)} == {boss}


def test_another_teacher_takes_over_the_lessons_to_come(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    cohort = gathering()
    [boss] = {one.person for one in lessons_of(cohort)}
    instruction = InstructionFactory(technopark=cohort.programme.technopark, labs=[cohort.lab])
    assert boss
    inducted(boss, instruction)
    first, called_off, *rest = lessons_of(cohort)
    bookings.cancel(called_off, who=BookingSide.GUEST, by=boss)
    with time_machine.travel(first.starts_at + datetime.timedelta(minutes=5)):
        teacher = teacher_of(cohort)
        with django_capture_on_commit_callbacks(execute=True):
            save_cohort(cohort, changed=["teacher"])
        assert [Booking.objects.get(pk=one.pk).person for one in (first, called_off)] == [boss, boss]
        assert {(one.person, one.state) for one in lessons_of(cohort)[1:]} == {(teacher, BookingState.HELD)}
        inducted(teacher, instruction)
        cohort.teacher = None
        save_cohort(cohort, changed=["teacher"])
        cohort.teacher = boss
        with django_capture_on_commit_callbacks(execute=True):
            save_cohort(cohort, changed=["teacher"])
        assert {(one.person, one.state) for one in lessons_of(cohort)[1:]} == {(boss, BookingState.CONFIRMED)}
        assert [one.pk for one in lessons_of(cohort)] == [one.pk for one in (first, *rest)]


def test_opened_again_nothing_is_booked_twice() -> None:
    cohort = gathering()
    open_cohort(cohort, by=coordinator(cohort))
    assert Booking.objects.count() == 4


def test_with_one_lesson_taken_none_is_booked_and_the_day_is_said() -> None:
    cohort = CohortFactory()
    booked(cohort.lab, 11, 13, days=14, is_whole=True)
    with pytest.raises(Taken) as refused:
        open_cohort(cohort, by=coordinator(cohort))
    day = cohort.starts_on + 7 * DAY
    assert str(day.day) in refused.value.message
    cohort.refresh_from_db()
    assert (cohort.state, Booking.objects.count(), BookingSeries.objects.count()) == (C.PLANNED, 1, 0)
    problems = [bool(one.problem) for one in tried_lessons(cohort, by=coordinator(cohort))]
    assert problems == [False, True, False, False]


def test_seats_of_a_group_that_shares_the_room_are_as_many_as_its_places() -> None:
    cohort = gathering(is_whole=False)
    assert {len(one.seats) for one in lessons_of(cohort)} == {5}
    booked(cohort.lab, 10, 12, people=5)
    with pytest.raises(Taken):
        booked(cohort.lab, 10, 12, people=1)


def test_public_holidays_are_left_out() -> None:
    holiday = next(
        day for number in range(8, 400) if holiday_on(day := timezone.localdate() + number * DAY) and day.weekday() < 5
    )
    lab = LabFactory(keeps_holidays=True, days_ahead=400)
    programme = ProgrammeFactory(technopark=lab.technopark)
    cohort = CohortFactory(programme=programme, lab=lab, starts_on=holiday - 7 * DAY, ends_on=holiday + 7 * DAY)
    days = [starts.date() for starts, _ends in lesson_times(cohort)]
    assert holiday not in days
    assert days == [day for day in (holiday - 7 * DAY, holiday + 7 * DAY) if not holiday_on(day)]


def test_a_long_group_has_several_series_of_one_transaction() -> None:
    lab = LabFactory(days_ahead=400)
    cohort = CohortFactory(
        programme=ProgrammeFactory(technopark=lab.technopark), lab=lab, ends_on=timezone.localdate() + 120 * DAY
    )
    for weekday in range(7):
        CohortHours.objects.get_or_create(
            cohort=cohort, weekday=weekday, defaults={"starts": datetime.time(15), "ends": datetime.time(16)}
        )
    open_cohort(cohort, by=coordinator(cohort))
    sizes = [one.bookings.count() for one in cohort.series.order_by("pk")]
    assert sizes == [MOST_TIMES, 114 - MOST_TIMES]


def test_a_group_without_lessons_is_not_opened() -> None:
    cohort = CohortFactory()
    cohort.hours.all().delete()
    with pytest.raises(RuleViolated) as refused:
        open_cohort(cohort, by=coordinator(cohort))
    assert refused.value.code == "no_lessons"


def test_the_week_is_said_in_one_line() -> None:
    rows = [(0, 16, 18), (2, 16, 18), (5, 10, 12)]
    hours = [
        CohortHours(weekday=day, starts=datetime.time(starts), ends=datetime.time(ends)) for day, starts, ends in rows
    ]
    assert week_said(hours).replace("\N{WORD JOINER}", "") == "пн, ср 16:00–18:00; сб 10:00–12:00"


# --- What is said of a group ----------------------------------------------------------------------------------------


def test_an_open_group_keeps_its_days_and_its_lab() -> None:
    cohort = gathering()
    cohort.ends_on += DAY
    with pytest.raises(RuleViolated) as refused:
        save_cohort(cohort, changed=["ends_on"])
    assert refused.value.code == "booked"
    cohort.refresh_from_db()
    cohort.name = "Другая"
    save_cohort(cohort, changed=["name"])
    cohort.refresh_from_db()
    assert (cohort.name, cohort.state) == ("Другая", C.GATHERING)


def test_places_are_not_fewer_than_learners() -> None:
    cohort = gathering(places=2)
    enrolled(cohort)
    enrolled(cohort, name="Пётр")
    cohort.places = 1
    with pytest.raises(RuleViolated) as refused:
        save_cohort(cohort, changed=["places"])
    assert refused.value.code == "enrolled"


@pytest.mark.parametrize(
    "columns",
    [
        {"ends_on": datetime.date(2020, 1, 1), "apply_until": datetime.date(2019, 1, 1)},
        {"apply_until": datetime.date(2990, 1, 1)},
        {"places": 0},
    ],
    ids=["ends before it starts", "applied for after its end", "no places"],
)
def test_the_database_refuses(columns: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        CohortFactory(**columns)


# --- States -----------------------------------------------------------------------------------------------------------


def test_a_group_starts_and_finishes_by_the_clock() -> None:
    cohort = gathering()
    learner = enrolled(cohort)
    waiting = applied(cohort, name="Пётр")
    assert move_cohorts() == 0
    with time_machine.travel(hour(0, 7) + datetime.timedelta(minutes=1)):
        assert (move_cohorts(), move_cohorts()) == (1, 0)
        cohort.refresh_from_db()
        assert cohort.state == C.RUNNING
    with time_machine.travel(hour(23, 28)):
        assert move_cohorts() == 0
    with time_machine.travel(hour(1, 29)):
        assert move_cohorts() == 1
    for row in (cohort, learner, waiting):
        row.refresh_from_db()
    assert (cohort.state, learner.state, waiting.state) == (C.FINISHED, "completed", "declined")
    assert [one.action for one in cohort.moves.all()] == ["open", "start", "finish"]
    assert waiting.moves.latest("pk").reason != ""


def test_with_lessons_ahead_a_group_is_not_finished() -> None:
    cohort = gathering()
    boss = coordinator(cohort)
    start_cohort(cohort, by=boss)
    with pytest.raises(RuleViolated) as refused:
        finish_cohort(cohort, by=boss)
    assert refused.value.code == "lessons_ahead"


def test_a_cancelled_group_frees_its_lessons_and_tells_everybody_once() -> None:
    cohort = gathering()
    boss = coordinator(cohort)
    learner, waiting = enrolled(cohort), applied(cohort, name="Пётр")
    with time_machine.travel(hour(13, 7)):
        Booking.objects.filter(series__cohort=cohort, span__startswith__lt=timezone.now()).update(state="used")
        cancel_cohort(cohort, by=boss, reason="Мастер заболел")
        cancel_cohort(cohort, by=boss, reason="Мастер заболел")
    for row in (learner, waiting):
        row.refresh_from_db()
    assert states(cohort) == ["used", "cancelled", "cancelled", "cancelled"]
    assert (learner.state, learner.ended_on, waiting.state) == ("left", hour(0, 7).date(), "declined")
    for parent in (learner.application.person, waiting.person):
        told = Notification.objects.filter(user=parent, key__contains="cancel")
        assert [("Мастер заболел" in one.text) for one in told] == [True]


def test_a_group_is_cancelled_for_a_reason() -> None:
    cohort = gathering()
    with pytest.raises(RuleViolated) as refused:
        cancel_cohort(cohort, by=coordinator(cohort), reason=" ")
    assert refused.value.code == "reason_missing"
    assert {*states(cohort)} == {"confirmed"}


@pytest.mark.parametrize("state", C.values)
@pytest.mark.parametrize("action", OF_COHORTS)
def test_each_move_leads_where_the_table_says_or_nowhere(state: str, action: str) -> None:
    cohort = CohortFactory(state=state)
    move = OF_COHORTS[action]
    if state in move.before:
        turn_cohort(cohort, action, who=move.who[0], by=None, reason="так")
        assert cohort.state == move.after
        assert [(one.source, one.target) for one in cohort.moves.all()] == [(state, move.after)]
    else:
        with pytest.raises(RuleViolated) as refused:
            turn_cohort(cohort, action, who=move.who[0], by=None, reason="так")
        assert (refused.value.code, cohort.moves.count()) == ("other_state", 0)


def test_nobody_moves_what_is_not_theirs() -> None:
    tables = {**OF_COHORTS, **OF_APPLICATIONS, **OF_ENROLMENTS}
    assert {Who.APPLICANT} not in [{*move.who} for name, move in tables.items() if name not in ("withdraw",)]
    cohort = CohortFactory()
    with pytest.raises(RuleViolated) as refused:
        turn_cohort(cohort, "open", who=Who.CLOCK, by=None)
    assert refused.value.code == "not_yours"

"""Learners in groups: they leave, move on, come to lessons, and what was stays to be read."""

import datetime

import pytest
import time_machine

from common.errors import RuleViolated
from members.models import Notification
from technoparks.cohorts.applications import queue
from technoparks.cohorts.attendance import Share, learners_at, mark_lesson, shares_of
from technoparks.cohorts.cohorts import start_cohort
from technoparks.cohorts.enrolments import leave, transfer
from technoparks.cohorts.moves import Who
from technoparks.cohorts.timetable import lessons_of
from technoparks.models import Attendance, Booking, Cohort, Enrolment, Mark
from tests.factories.cohorts import (
    DAY,
    ProgrammeFactory,
    applied,
    coordinator,
    enrolled,
    gathering,
    lesson_day,
    sender,
    taught,
)
from tests.factories.members import UserFactory
from tests.factories.technoparks import LabFactory, hour

pytestmark = pytest.mark.django_db
P, X, E = Mark.PRESENT, Mark.ABSENT, Mark.EXCUSED


def beside(cohort: Cohort, **columns: object) -> Cohort:
    """Another group of the same technopark."""
    programme = ProgrammeFactory(technopark=cohort.programme.technopark, **columns)
    return gathering(programme=programme)


def refusal(call: object, *args: object, **more: object) -> str:
    with pytest.raises(RuleViolated) as refused:
        call(*args, **more)  # type: ignore[operator]
    return refused.value.code


# --- Leaving ------------------------------------------------------------------------------------------------------


def test_who_leaves_frees_the_place_and_the_host_hears_that_somebody_waits() -> None:
    cohort = gathering(places=1)
    boss = coordinator(cohort)
    place, waiting = enrolled(cohort), applied(cohort, name="Пётр")
    queue([waiting], by=boss)
    with time_machine.travel(hour(9, 15)):
        left = leave(place, who=Who.APPLICANT, by=sender(place.application))
        leave(place, who=Who.APPLICANT, by=sender(place.application))
    assert (left.state, left.ended_on) == ("left", hour(9, 15).date())
    assert [one.action for one in left.moves.all()] == ["enrol", "leave"]
    assert Notification.objects.filter(user=boss, key__contains="free").count() == 1
    waiting.refresh_from_db()
    assert waiting.state == "waiting"  # the host decides


def test_the_host_takes_somebody_out_for_a_reason_that_is_read() -> None:
    cohort = gathering()
    place = enrolled(cohort)
    assert refusal(leave, place, who=Who.HOST, by=coordinator(cohort)) == "reason_missing"
    leave(place, who=Who.HOST, by=coordinator(cohort), reason="Не приходит")
    told = Notification.objects.filter(user=place.application.person).latest("pk")
    assert "Не приходит" in told.text


# --- Moving to another group --------------------------------------------------------------------------------------


def test_a_transfer_keeps_both_rows_and_why() -> None:
    cohort = gathering()
    other = beside(cohort)
    place = enrolled(cohort)
    with time_machine.travel(hour(9, 10)):
        new = transfer(place, to=other, by=coordinator(cohort), reason="Удобнее в субботу")
    place.refresh_from_db()
    assert (place.state, place.ended_on) == ("transferred", hour(9, 10).date())
    assert (new.state, new.cohort, new.moved_from, new.application) == ("active", other, place, place.application)
    assert [(one.action, one.reason) for one in place.moves.all()][-1] == ("transfer", "Удобнее в субботу")
    assert [(one.action, one.reason) for one in new.moves.all()] == [("enrol", "Удобнее в субботу")]


def test_a_transfer_leads_into_a_free_place_of_the_same_technopark() -> None:
    cohort = gathering()
    place, boss = enrolled(cohort), coordinator(cohort)
    full = beside(cohort)
    Cohort.objects.filter(pk=full.pk).update(places=1)
    enrolled(full)
    asked_for = beside(cohort)
    queue([applied(asked_for)], by=boss)
    assert refusal(transfer, place, to=gathering(), by=boss, reason="так") == "other_technopark"
    assert refusal(transfer, place, to=cohort, by=boss, reason="так") == "other_technopark"
    assert refusal(transfer, place, to=full, by=boss, reason="так") == "full"
    assert refusal(transfer, place, to=asked_for, by=boss, reason="так") == "out_of_turn"
    assert refusal(transfer, place, to=beside(cohort), by=boss, reason=" ") == "reason_missing"
    place.refresh_from_db()
    assert (place.state, Enrolment.objects.filter(application=place.application).count()) == ("active", 1)


def test_there_and_back_is_three_rows() -> None:
    cohort = gathering()
    other, boss = beside(cohort), coordinator(cohort)
    there = transfer(enrolled(cohort), to=other, by=boss, reason="туда")
    back = transfer(there, to=cohort, by=boss, reason="обратно")
    states = [*Enrolment.objects.filter(application=back.application).order_by("pk").values_list("state", flat=True)]
    assert states == ["transferred", "transferred", "active"]


# --- Attendance ---------------------------------------------------------------------------------------------------


def test_on_the_sheet_of_a_lesson_stand_those_of_that_day() -> None:
    cohort = gathering()
    boss = coordinator(cohort)
    early, leaver = enrolled(cohort, name="Яна"), enrolled(cohort, name="Боря")
    with time_machine.travel(hour(9, 14)):
        leave(leaver, who=Who.HOST, by=boss, reason="так")
    with time_machine.travel(hour(9, 21)):
        Cohort.objects.filter(pk=cohort.pk).update(apply_until=cohort.ends_on)
        cohort.refresh_from_db()
        late = enrolled(cohort, name="Аня")
    lessons = lessons_of(cohort)
    sheets = [learners_at(one, cohort=cohort) for one in lessons]
    assert sheets == [[leaver, early], [early], [late, early], [late, early]]


def test_marks_are_given_and_changed_and_the_lesson_is_checked_in() -> None:
    cohort = gathering(lab=(lab := LabFactory(check_in_minutes=45)), programme__technopark=lab.technopark)
    one, other = enrolled(cohort, name="А"), enrolled(cohort, name="Б")
    teacher, [lesson, *_rest] = UserFactory(), lessons_of(cohort)
    with lesson_day(cohort):
        mark_lesson(lesson, cohort=cohort, marks={one.pk: P, other.pk: X}, by=teacher)
        mark_lesson(lesson, cohort=cohort, marks={other.pk: E}, by=teacher)
    marks = dict(Attendance.objects.values_list("enrolment", "mark"))
    assert marks == {one.pk: P, other.pk: E}
    lesson.refresh_from_db()
    assert lesson.state == "used"


def test_a_lesson_is_not_marked_before_its_time_nor_for_strangers_nor_when_it_is_off() -> None:
    cohort = gathering()
    one, stranger = enrolled(cohort), enrolled(gathering())
    [lesson, other, *_rest] = lessons_of(cohort)
    assert refusal(mark_lesson, lesson, cohort=cohort, marks={one.pk: P}, by=UserFactory()) == "not_its_time"
    with lesson_day(cohort):
        assert refusal(mark_lesson, lesson, cohort=cohort, marks={stranger.pk: P}, by=UserFactory()) == "not_there"
        foreign = lessons_of(stranger.cohort)[0]
        assert refusal(mark_lesson, foreign, cohort=cohort, marks={}, by=UserFactory()) == "called_off"
    Booking.objects.filter(pk=other.pk).update(state="cancelled")
    with time_machine.travel(other.starts_at + datetime.timedelta(minutes=5)):
        assert refusal(mark_lesson, other, cohort=cohort, marks={one.pk: P}, by=UserFactory()) == "called_off"


def test_shares_are_of_what_was_marked_and_an_excuse_is_no_attendance() -> None:
    cohort = gathering()
    one = enrolled(cohort)
    taught(cohort, {one.pk: [P, P, E, X]})
    share = shares_of([Enrolment.objects.select_related("cohort").get(pk=one.pk)])[one.pk]
    assert (share, share.percent) == (Share(2, 4), 50)
    assert Share(7, 10).percent == 70
    assert Share(699, 1000).percent == 69
    assert Share().percent == 0


def test_what_was_attended_in_the_group_before_counts_in_the_same_programme() -> None:
    cohort = gathering()
    boss = coordinator(cohort)
    twin = gathering(programme=cohort.programme)
    other = beside(cohort)
    here, there = enrolled(cohort, name="А"), enrolled(cohort, name="Б")
    with lesson_day(cohort):
        start_cohort(cohort, by=boss)
        mark_lesson(lessons_of(cohort)[0], cohort=cohort, marks={here.pk: P, there.pk: P}, by=boss)
    with time_machine.travel(hour(9, 7) + DAY):
        same = transfer(here, to=twin, by=boss, reason="так")
        else_where = transfer(there, to=other, by=boss, reason="так")
    rows = [*Enrolment.objects.filter(pk__in=[same.pk, else_where.pk]).select_related("cohort")]
    assert shares_of(rows) == {same.pk: Share(1, 1), else_where.pk: Share(0, 0)}

"""Who came to a lesson, and how often a learner did. An excuse is no attendance: whoever was ill for long gets the
certificate by decision."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from members.models import User
from technoparks.booking.bookings import EARLY, check_in
from technoparks.booking.moves import Who as BookingSide
from technoparks.cohorts.cohorts import locked_cohort
from technoparks.cohorts.timetable import OFF
from technoparks.models import Attendance, Booking, BookingState, Cohort, Enrolment, EnrolmentState, Mark


def learners_at(lesson: Booking, *, cohort: Cohort) -> list[Enrolment]:
    """Who belonged to the group on that day, by name."""
    day = lesson.starts_at.astimezone(cohort.programme.technopark.zone).date()
    found = Enrolment.objects.filter(cohort=cohort).on(day).select_related("application", "cohort")
    return sorted(found, key=lambda one: (one.application.name.casefold(), one.pk))


@transaction.atomic
def mark_lesson(lesson: Booking, *, cohort: Cohort, marks: Mapping[int, str], by: User) -> int:
    """``marks`` by the key of the enrolment; whom they leave out keep theirs. The lesson is checked in with it. Returns
    how many were marked.

    Raises RuleViolated before its time, for one that is called off, and for who was not in the group on that day.
    """
    locked = locked_cohort(cohort)
    known = Booking.objects.select_related("lab").filter(pk=lesson.pk, series__cohort=locked).first()
    if known is None or known.state in OFF:
        raise RuleViolated(_("This lesson is called off."), code="called_off")
    if timezone.now() < known.starts_at - EARLY:
        raise RuleViolated(_("Attendance is marked from 15 minutes before the lesson on."), code="not_its_time")
    there = {one.pk for one in learners_at(known, cohort=locked)}
    if not {*marks} <= there:
        raise RuleViolated(_("Somebody was not in the group on that day. See the list anew."), code="not_there")
    if known.state == BookingState.CONFIRMED and not known.is_over:
        check_in(known, who=BookingSide.HOST, by=by)
    rows = [Attendance(enrolment_id=key, lesson=known, mark=mark, by=by) for key, mark in marks.items()]
    Attendance.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["enrolment", "lesson"],
        update_fields=["mark", "by", "at"],
    )
    return len(rows)


@dataclass(frozen=True, slots=True)
class Share:
    """Of the lessons that were marked for a learner."""

    present: int = 0
    marked: int = 0

    @property
    def percent(self) -> int:
        """Rounded down: 69.9 % is below 70 %."""
        return self.present * 100 // self.marked if self.marked else 0


def shares_of(enrolments: Iterable[Enrolment]) -> dict[int, Share]:
    """By the key of the enrolment. Whoever came from another group of the same programme brings along what was marked
    there. Two queries, and one for each move that lies behind somebody."""
    chains = _chains({one.pk: one for one in enrolments})
    counted = Counter(
        Attendance.objects.filter(enrolment__in={key for keys in chains.values() for key in keys})
        .values_list("enrolment", "mark")
        .order_by()
    )
    found = {}
    for key, keys in chains.items():
        by_mark = {mark: sum(counted[one, mark] for one in keys) for mark in Mark.values}
        found[key] = Share(by_mark[Mark.PRESENT], sum(by_mark.values()))
    return found


def _chains(enrolments: Mapping[int, Enrolment]) -> dict[int, list[int]]:
    chains = {key: [key] for key in enrolments}
    heads = {one.pk: one for one in enrolments.values() if one.moved_from_id}
    while heads:
        before = Enrolment.objects.select_related("cohort").in_bulk([one.moved_from_id for one in heads.values()])
        following = {}
        for key, one in heads.items():
            earlier = before[one.moved_from_id]
            if earlier.cohort.programme_id != enrolments[key].cohort.programme_id:
                continue
            chains[key].append(earlier.pk)
            if earlier.moved_from_id:
                following[key] = earlier
        heads = following
    return chains


def deserves(enrolment: Enrolment, share: Share) -> bool:
    """A certificate, without a decision."""
    percent = enrolment.cohort.programme.attendance_percent
    return enrolment.state == EnrolmentState.COMPLETED and share.marked > 0 and share.percent >= percent

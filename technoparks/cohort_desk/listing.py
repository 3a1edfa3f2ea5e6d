"""What a host reads of its programmes and groups."""

from dataclasses import dataclass
from functools import cached_property

from django.db.models import Count, Prefetch, Q
from django.utils import timezone

from members.models import Organisation
from technoparks.cohorts.attendance import Share, shares_of
from technoparks.cohorts.moves import OF_COHORTS
from technoparks.cohorts.timetable import lessons_of, week_said
from technoparks.models import (
    Attendance,
    Booking,
    Cohort,
    CohortApplication,
    CohortApplicationState,
    CohortMove,
    Enrolment,
    EnrolmentState,
    Mark,
    Programme,
)


def programmes_of(organisation: Organisation) -> list[Programme]:
    """With their groups, the newest first, and in each who waits for an answer. Two queries."""
    waits = Count("applications", filter=Q(applications__state=CohortApplicationState.SUBMITTED), distinct=True)
    groups = Cohort.objects.with_taken().annotate(to_decide=waits).order_by("-starts_on", "-pk")
    own = Programme.objects.filter(technopark__host=organisation).select_related("technopark")
    return [*own.prefetch_related(Prefetch("cohorts", groups)).order_by("technopark__name", "name")]


@dataclass(frozen=True, slots=True)
class LearnerRow:
    enrolment: Enrolment
    share: Share


@dataclass(frozen=True, slots=True)
class LessonLine:
    """``present`` of ``marked`` learners."""

    lesson: Booking
    present: int
    marked: int
    has_begun: bool


class GroupPage:
    """Its parts are read when they are drawn, in a number of queries that does not depend on how many learn there."""

    def __init__(self, cohort: Cohort) -> None:
        self.cohort = cohort

    @property
    def week(self) -> str:
        return week_said(self.cohort.hours.all())

    @cached_property
    def to_decide(self) -> int:
        return self.cohort.applications.filter(state=CohortApplicationState.SUBMITTED).count()

    @cached_property
    def waiting(self) -> int:
        return self.cohort.applications.queued().count()

    @cached_property
    def learners(self) -> list[LearnerRow]:
        """Who learns there first, then who did; by name."""
        own = Enrolment.objects.filter(cohort=self.cohort).select_related("application__organisation", "cohort")
        found = sorted(own, key=lambda one: (not _stays(one), one.application.name.casefold(), one.pk))
        shares = shares_of(found)
        return [LearnerRow(one, shares[one.pk]) for one in found]

    @cached_property
    def lessons(self) -> list[LessonLine]:
        counted = (
            Attendance.objects.filter(lesson__series__cohort=self.cohort)
            .values("lesson")
            .annotate(present=Count("pk", filter=Q(mark=Mark.PRESENT)), marked=Count("pk"))
            .order_by()
        )
        by_lesson = {one["lesson"]: (one["present"], one["marked"]) for one in counted}
        now = timezone.now()
        return [
            LessonLine(one, *by_lesson.get(one.pk, (0, 0)), has_begun=one.starts_at <= now)
            for one in lessons_of(self.cohort)
        ]

    @property
    def next_lesson(self) -> LessonLine | None:
        """Going on, or the next one."""
        now = timezone.now()
        return next((one for one in self.lessons if one.lesson.ends_at > now), None)

    @cached_property
    def turns(self) -> list[tuple[str, CohortMove]]:
        return [(str(OF_COHORTS[one.action].done), one) for one in self.cohort.moves.select_related("by")]


def _stays(enrolment: Enrolment) -> bool:
    return enrolment.state in (EnrolmentState.ACTIVE, EnrolmentState.COMPLETED)


def to_decide(cohort: Cohort) -> list[CohortApplication]:
    """The waiting list in turn, then the others as they came."""
    found = cohort.applications.open().select_related("person", "organisation")
    return sorted(found, key=lambda one: (one.queue_number is None, one.queue_number or 0, one.pk))

"""Groups from the plan to the end; the states stand in ``technoparks.cohorts.moves``.

Whoever moves a group, or decides who learns in it, locks its row first, then what a booking locks where lessons are
booked or called off, and then the people who will hear of it by their keys.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from common.locks import check_isolation
from members.models import User
from members.notices.notifications import nobody_is_told
from technoparks.booking import bookings
from technoparks.booking.bookings import book_series, locked_lab
from technoparks.booking.moves import Who as BookingSide
from technoparks.cohorts.moves import Who, turn_application, turn_cohort, turn_enrolment
from technoparks.cohorts.telling import tell_applicants, tell_host
from technoparks.cohorts.timetable import asked_of, lesson_times, portions
from technoparks.induction.review import entrust
from technoparks.models import OPEN, Booking, Cohort, CohortApplication, CohortState, Enrolment, EnrolmentState

HOURS = "hours"  # of the week, which stand in rows of their own
FIXED = frozenset({"programme", "lab", "starts_on", "ends_on", "is_whole", HOURS})


def locked_cohort(cohort: Cohort) -> Cohort:
    """As it is now, until the end of the transaction."""
    return locked_cohorts([cohort.pk])[cohort.pk]


def locked_cohorts(keys: Iterable[int]) -> dict[int, Cohort]:
    """Several, in the order of their keys."""
    check_isolation()
    rows = Cohort.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in={*keys}).order_by("pk")
    return {one.pk: one for one in rows.select_related("programme__technopark__host", "lab__technopark", "teacher")}


def hold(people: Iterable[User | None]) -> None:
    """Nobody of them is erased until the end of the transaction."""
    keys = {person.pk for person in people if person}
    [*User.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")]


@transaction.atomic
def open_cohort(cohort: Cohort, *, by: User) -> Cohort:
    """Books all its lessons for the host; its teacher is responsible for them, and needs the inductions, or without
    one whoever opens it. Repeated, does nothing.

    Raises RuleViolated, or Taken, with the day in its message, where one of them cannot be booked; none is then.
    """
    locked = locked_cohort(cohort)
    if locked.state == CohortState.GATHERING:
        return locked
    times = lesson_times(locked)
    if not times:
        raise RuleViolated(_("There is no lesson between the first and the last day: add hours."), code="no_lessons")
    if locked.apply_until < locked.today:
        raise RuleViolated(_("The term for applications is over: choose a later day."), code="term_over")
    turn_cohort(locked, "open", who=Who.HOST, by=by)
    host = locked.programme.technopark.host
    for number, portion in enumerate(portions(times)):
        key = f"cohort {locked.pk} {number}"
        series = book_series(
            locked.lab,
            organisation=host,
            by=by,
            asked=asked_of(locked),
            times=portion,
            key=key,
            person=locked.teacher,
        )
        series.cohort = locked
        series.save(update_fields=["cohort"])
    return locked


@transaction.atomic
def start_cohort(cohort: Cohort, *, by: User | None) -> Cohort:
    """Repeated, does nothing. ``by`` nobody: the clock."""
    locked = locked_cohort(cohort)
    if locked.state != CohortState.RUNNING:
        turn_cohort(locked, "start", who=Who.HOST if by else Who.CLOCK, by=by)
    return locked


@transaction.atomic
def finish_cohort(cohort: Cohort, *, by: User | None) -> Cohort:
    """Whoever learns in it has finished; applications that are open are closed. Repeated, does nothing.

    Raises RuleViolated while lessons are to come.
    """
    locked = locked_cohort(cohort)
    if locked.state == CohortState.FINISHED:
        return locked
    if lessons_ahead(locked).exists():
        text = _("Lessons are still to come: cancel those that will not take place.")
        raise RuleViolated(text, code="lessons_ahead")
    who = Who.HOST if by else Who.CLOCK
    hold(people_of(locked))
    open_ones = _close_applications(locked, by, _("The group has finished."))
    turn_cohort(locked, "finish", who=who, by=by)
    for enrolment in locked.enrolments.active().order_by("pk"):
        turn_enrolment(enrolment, "complete", who=who, by=by)
    tell_applicants(open_ones, "close", by=by)
    return locked


@transaction.atomic
def cancel_cohort(cohort: Cohort, *, by: User, reason: str) -> Cohort:
    """The lessons to come are off, learners have left, applications are closed; each of them is told once, with the
    ``reason``. Repeated, does nothing."""
    locked = locked_cohort(cohort)
    if locked.state == CohortState.CANCELLED:
        return locked
    locked_lab(locked.lab)
    hold(people_of(locked))
    enrolled = [*locked.enrolments.active().select_related("application__person", "application__organisation")]
    turn_cohort(locked, "cancel", who=Who.HOST, by=by, reason=reason)
    closed = _close_applications(locked, by, reason)
    for enrolment in enrolled:
        enrolment.ended_on = max(locked.today, enrolment.starts_on)
        turn_enrolment(enrolment, "leave", who=Who.HOST, by=by, reason=reason)
    with nobody_is_told():  # the host hears of the group, and not of each lesson
        for lesson in lessons_ahead(locked).order_by("span", "pk"):
            bookings.cancel(lesson, who=BookingSide.HOST, by=by, reason=reason)
    told = [*closed, *(one.application for one in enrolled)]
    tell_applicants(told, "cancel", by=by, reason=reason, cohort=locked)
    tell_host(locked, "cancel", key="", by=by, reason=reason)
    return locked


def people_of(cohort: Cohort) -> set[User]:
    """Who has applied for those whom its end concerns."""
    concerned = Q(state__in=OPEN) | Q(enrolments__cohort=cohort, enrolments__state=EnrolmentState.ACTIVE)
    of_group = Q(cohort=cohort) | Q(enrolments__cohort=cohort)
    rows = CohortApplication.objects.filter(concerned, of_group).select_related("person")
    return {one.person for one in rows if one.person}


def lessons_ahead(cohort: Cohort) -> "QuerySet[Booking]":
    return Booking.objects.ahead(timezone.now()).filter(series__cohort=cohort)


def _close_applications(cohort: Cohort, by: User | None, reason: str) -> list[CohortApplication]:
    open_ones = [*cohort.applications.open().select_related("person", "organisation").order_by("pk")]
    for one in open_ones:
        turn_application(one, "close", who=Who.CLOCK, by=by, reason=reason)
    return open_ones


# --- Its places and facts ------------------------------------------------------------------------------------------


def number_enrolled(cohort: Cohort) -> int:
    return Enrolment.objects.active().filter(cohort=cohort).count()


@transaction.atomic
def save_cohort(cohort: Cohort, *, changed: Iterable[str]) -> Cohort:
    """What was changed of a group that stands. Once it is open, its lessons stand, and what they were booked by; a
    teacher who is named later takes over those to come.

    Raises RuleViolated for that, and where more are enrolled than would have places.
    """
    locked, names = locked_cohort(cohort), {*changed}
    if locked.state != CohortState.PLANNED and names & FIXED:
        text = _("The lessons are booked: their days, hours and laboratory stay as they are.")
        raise RuleViolated(text, code="booked")
    if "places" in names and cohort.places < (taken := number_enrolled(locked)):
        raise RuleViolated(_("%(number)d are enrolled already.") % {"number": taken}, code="enrolled")
    cohort.save(update_fields=[*names - {HOURS}, "updated_at"])
    if "teacher" in names and cohort.teacher:
        _give_lessons(cohort, cohort.teacher)
    return cohort


def _give_lessons(cohort: Cohort, teacher: User) -> None:
    """Those to come; without a teacher they stay with whoever had them."""
    locked_lab(cohort.lab)
    lessons = lessons_ahead(cohort).filter(span__startswith__gt=timezone.now())
    others = lessons.exclude(person=teacher).select_for_update(of=("self",), no_key=True).select_related("lab")
    entrust(others.order_by("span", "pk"), to=teacher)

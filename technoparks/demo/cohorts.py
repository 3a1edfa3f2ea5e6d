"""Invented programmes and groups of the technopark with laboratories, from ``data/demo.yaml``: one group gathers, one
is running, one has finished; teachers learn as well. Loading again changes nothing twice."""

import datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone

from members.consents.services import give_consent_without_account, text_in_force
from members.models import Direction, Organisation, User
from members.notices.notifications import nobody_is_told
from technoparks.booking.bookings import book_series
from technoparks.booking.free import blocked_span
from technoparks.booking.hours import DAY, Span
from technoparks.booking.moves import Who as BookingSide
from technoparks.booking.moves import noted, turn
from technoparks.cohorts.applications import Learner, apply_for_pupils, apply_to, enrol, purpose_of, queue
from technoparks.cohorts.certificates import issue_certificates
from technoparks.cohorts.cohorts import finish_cohort, open_cohort
from technoparks.cohorts.moves import Who, began_application, began_enrolment, turn_application, turn_cohort
from technoparks.cohorts.timetable import asked_of, lesson_times
from technoparks.models import (
    Attendance,
    Booking,
    BookingSeries,
    BookingState,
    Cohort,
    CohortApplication,
    CohortHours,
    CohortState,
    Enrolment,
    Mark,
    Programme,
    Technopark,
    Whose,
)

WEEK = 7 * DAY
MARKS = {"+": Mark.PRESENT, "-": Mark.ABSENT, "o": Mark.EXCUSED}


def load_programmes(technopark: Technopark, entries: list[dict[str, Any]]) -> None:
    for entry in entries:
        columns = {name: value for name, value in entry.items() if name not in ("slug", "direction")}
        columns |= {"direction": Direction.objects.get(slug=entry["direction"]), "is_published": True}
        Programme.objects.update_or_create(technopark=technopark, slug=entry["slug"], defaults=columns)


def load_groups(technopark: Technopark, entries: list[dict[str, Any]]) -> None:
    """Of the demo log-ins; days are counted from the first loading."""
    if Cohort.objects.filter(programme__technopark=technopark).exists():
        return
    with nobody_is_told():
        for entry in entries:
            _load_group(technopark, entry)


def _load_group(technopark: Technopark, entry: dict[str, Any]) -> None:
    today = timezone.now().astimezone(technopark.zone).date()
    first = today - today.weekday() * DAY + entry["weeks"] * WEEK + entry["weekday"] * DAY
    lab = technopark.labs.get(slug=entry["lab"])
    cohort = Cohort.objects.create(
        programme=technopark.programmes.get(slug=entry["programme"]),
        lab=lab,
        name=entry["name"],
        name_en=entry["name_en"],
        starts_on=first,
        ends_on=first + (entry["lessons"] - 1) * WEEK,
        apply_until=first + WEEK,
        places=entry["places"],
        teacher=User.objects.get(email=entry["teacher"]),
    )
    starts = datetime.time.fromisoformat(entry["at"])
    ends = starts.replace(hour=starts.hour + entry["hours"])
    CohortHours.objects.create(cohort=cohort, weekday=entry["weekday"], starts=starts, ends=ends)
    host = User.objects.get(email="technopark@example.org")
    if entry["state"] == CohortState.GATHERING:
        _gather(open_cohort(cohort, by=host), entry["learners"], host)
    else:
        _teach(cohort, entry, host)


def _gather(cohort: Cohort, learners: list[dict[str, Any]], host: User) -> None:
    for entry in learners:
        by = User.objects.get(email=entry["by"])
        learner = Learner(entry["name"], entry.get("age"), entry.get("grade", ""))
        if slug := entry.get("organisation"):
            school = Organisation.objects.get(slug=slug)
            application = apply_for_pupils(cohort, organisation=school, by=by, learners=[learner])
        else:
            whose = Whose.OWN if cohort.programme.is_for_adults else Whose.CHILD
            text = text_in_force(purpose_of(whose))
            application = apply_to(cohort, by=by, learner=learner, whose=whose, text=text)
        match entry.get("answer"):
            case "enrol":
                enrol([application], by=host)
            case "queue":
                queue([application], by=host)


def _teach(cohort: Cohort, entry: dict[str, Any], host: User) -> None:
    """A group of long ago: its lessons and learners are entered as they were, the lessons to come are booked."""
    turn_cohort(cohort, "open", who=Who.HOST, by=host)
    soon = timezone.now() + datetime.timedelta(hours=1)
    times = lesson_times(cohort)
    lessons = _past_lessons(cohort, [one for one in times if one[0] <= soon], host)
    if ahead := [one for one in times if one[0] > soon]:
        owner = cohort.programme.technopark.host
        series = book_series(cohort.lab, organisation=owner, by=host, asked=asked_of(cohort), times=ahead)
        BookingSeries.objects.filter(pk=series.pk).update(cohort=cohort)
    turn_cohort(cohort, "start", who=Who.CLOCK, by=None)
    for learner in entry["learners"]:
        enrolment = _past_learner(cohort, learner, host)
        Attendance.objects.bulk_create(
            Attendance(enrolment=enrolment, lesson=lesson, mark=MARKS[sign], by=cohort.teacher, at=lesson.ends_at)
            for lesson, sign in zip(lessons, learner["came"], strict=False)
        )
    if entry["state"] == CohortState.FINISHED:
        issue_certificates(finish_cohort(cohort, by=None), by=host)


def _past_lessons(cohort: Cohort, times: list[Span], host: User) -> list[Booking]:
    asked, found = asked_of(cohort), []
    series = BookingSeries.objects.create(lab=cohort.lab, organisation=cohort.programme.technopark.host, cohort=cohort)
    for span in times:
        lesson = Booking.objects.create(
            lab=cohort.lab,
            series=series,
            organisation=series.organisation,
            person=host,
            kind=asked.kind,
            title=asked.title,
            span=DateTimeTZRange(*span),
            blocked=DateTimeTZRange(*blocked_span(cohort.lab, *span)),
            people=asked.people,
            youngest=asked.youngest,
            is_whole=True,
            seats=tuple(range(1, cohort.lab.seats + 1)),
            state=BookingState.CONFIRMED,
        )
        noted(lesson, "book", source="", by=host)
        turn(lesson, "finish", who=BookingSide.CLOCK, by=None)
        found.append(lesson)
    return found


def _past_learner(cohort: Cohort, entry: dict[str, Any], host: User) -> Enrolment:
    by, slug = User.objects.get(email=entry["by"]), entry.get("organisation")
    application = CohortApplication.objects.create(
        cohort=cohort,
        whose=Whose.SCHOOL if slug else Whose.CHILD,
        person=by,
        organisation=Organisation.objects.get(slug=slug) if slug else None,
        name=entry["name"],
        grade=entry.get("grade", ""),
        age=entry.get("age"),
        consent=None if slug else give_consent_without_account(text_in_force(purpose_of(Whose.CHILD))),
        decide_by=timezone.now(),
    )
    began_application(application, by=by)
    turn_application(application, "enrol", who=Who.HOST, by=host)
    enrolment = Enrolment.objects.create(application=application, cohort=cohort, starts_on=cohort.starts_on)
    began_enrolment(enrolment, by=host)
    return enrolment

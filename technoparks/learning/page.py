"""What whoever has applied reads of one application: where it stands, when lessons are, who came, the certificate."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from technoparks.cohorts.applications import revoke_consent, withdraw
from technoparks.cohorts.attendance import Share, shares_of
from technoparks.cohorts.enrolments import leave
from technoparks.cohorts.moves import DONE_TO_APPLICATIONS, DONE_TO_ENROLMENTS, Who
from technoparks.cohorts.timetable import lessons_of, week_said
from technoparks.models import (
    Booking,
    Cohort,
    CohortApplication,
    CohortApplicationMove,
    Enrolment,
    EnrolmentMove,
    ProgrammeCertificate,
)

if TYPE_CHECKING:
    from members.models import User


@dataclass(frozen=True, slots=True)
class LessonRow:
    """``mark`` is "" where nobody has marked it."""

    lesson: Booking
    mark: str
    said: str
    is_over: bool


class ApplicationPage:
    """Its parts are read when they are drawn."""

    def __init__(self, application: CohortApplication) -> None:
        self.application = application

    @cached_property
    def enrolments(self) -> list[Enrolment]:
        """The last one first."""
        own = self.application.enrolments.select_related("cohort__programme__technopark__host", "cohort__lab")
        return [*own.order_by("-pk")]

    @property
    def enrolment(self) -> Enrolment | None:
        return next(iter(self.enrolments), None)

    @property
    def cohort(self) -> Cohort:
        """Where they are now."""
        return self.enrolment.cohort if self.enrolment else self.application.cohort

    @property
    def week(self) -> str:
        return week_said(self.cohort.hours.all())

    @cached_property
    def lessons(self) -> list[LessonRow]:
        """Of the group they are in, from the day on which they came."""
        enrolment, now = self.enrolment, timezone.now()
        if enrolment is None:
            return []
        marks = {one.lesson_id: one for one in enrolment.attendances.all()}
        zone = self.cohort.programme.technopark.zone
        return [
            LessonRow(
                one,
                marks[one.pk].mark if one.pk in marks else "",
                marks[one.pk].get_mark_display() if one.pk in marks else "",
                one.ends_at <= now,
            )
            for one in lessons_of(self.cohort)
            if _is_within(enrolment, one.starts_at.astimezone(zone).date())
        ]

    @property
    def past(self) -> list[LessonRow]:
        return [one for one in self.lessons if one.is_over or one.mark]

    @property
    def ahead(self) -> list[LessonRow]:
        return [one for one in self.lessons if not (one.is_over or one.mark)]

    @cached_property
    def share(self) -> Share:
        return shares_of([self.enrolment])[self.enrolment.pk] if self.enrolment else Share()

    @cached_property
    def certificates(self) -> list[ProgrammeCertificate]:
        own = ProgrammeCertificate.objects.filter(enrolment__application=self.application)
        return [*own.select_related("document").order_by("-pk")]

    @cached_property
    def history(self) -> list[tuple[str, str, CohortApplicationMove | EnrolmentMove]]:
        """What was done, in which group, and the move."""
        rows: list[tuple[str, str, CohortApplicationMove | EnrolmentMove]] = [
            (str(DONE_TO_APPLICATIONS[one.action]), self.application.cohort.title, one)
            for one in self.application.moves.exclude(action="enrol")
        ]
        moves = EnrolmentMove.objects.filter(enrolment__application=self.application).select_related(
            "enrolment__cohort"
        )
        rows += [(str(DONE_TO_ENROLMENTS[one.action]), one.enrolment.cohort.title, one) for one in moves]
        return sorted(rows, key=lambda row: row[2].at)

    @property
    def moves(self) -> list["tuple[str, ApplicantMove]"]:
        return [(name, move) for name, move in APPLICANT_MOVES.items() if move.is_possible(self)]


def _is_within(enrolment: Enrolment, day: object) -> bool:
    return enrolment.starts_on <= day and (enrolment.ended_on is None or day < enrolment.ended_on)  # type: ignore[operator]


@dataclass(frozen=True, slots=True)
class ApplicantMove:
    """What the page of it asks, says and tells."""

    title: str | Promise
    text: str | Promise
    done: str | Promise
    icon: str
    is_possible: Callable[[ApplicationPage], bool]
    act: Callable[[ApplicationPage, "User"], object]


def _is_active(page: ApplicationPage) -> bool:
    return page.enrolment is not None and page.enrolment.is_active


def _leave(page: ApplicationPage, by: "User") -> object:
    return leave(page.enrolment, who=Who.APPLICANT, by=by) if page.enrolment else None


APPLICANT_MOVES = {
    "withdraw": ApplicantMove(
        _("Withdraw the application"),
        _("The host sees that it is withdrawn. You may apply again."),
        _("The application is withdrawn."),
        "undo-2",
        lambda page: page.application.is_open,
        lambda page, by: withdraw(page.application, by=by),
    ),
    "leave": ApplicantMove(
        _("Leave the group"),
        _("From today on the place goes to somebody else. What was attended stays to be read here."),
        _("The place in the group is given back."),
        "log-out",
        _is_active,
        _leave,
    ),
    "forget": ApplicantMove(
        _("Withdraw the consent and delete the data"),
        _(
            "The name, and the age where it was asked for, are deleted at once and for good; the application is "
            "withdrawn, the place goes to somebody else, and certificates are not valid any more."
        ),
        _("The consent is withdrawn, and the data are deleted."),
        "trash-2",
        lambda page: page.application.forgotten_at is None,
        lambda page, by: revoke_consent(page.application, by=by),
    ),
}

"""What technoparks hold about a person: that they are responsible for bookings, which stay with the organisation; the
inductions that they have passed; what they have sent to groups, for themselves or for a child, and what came of it.
Pupils of a school are held by the school, which withdraws what it has sent."""

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.personal_data import Holder, Person, Record, described, register, told
from members.personal_data.mentions import forget_reasons
from technoparks.cohorts.cohorts import locked_cohorts
from technoparks.cohorts.forgetting import take_out
from technoparks.cohorts.moves import Who, turn_application, turn_enrolment
from technoparks.models import (
    OPEN,
    Attendance,
    Booking,
    BookingMove,
    Cohort,
    CohortApplication,
    Enrolment,
    Induction,
    Lab,
    ProgrammeCertificate,
    QuizAttempt,
    Whose,
)


def _hold(person: Person) -> None:
    """Groups, then laboratories, each in the order of their keys: whoever opens or cancels a group holds them so. What
    changes inductions holds all laboratories of the technopark."""
    user = person.user
    own = CohortApplication.objects.filter(person=user)
    groups = Cohort.objects.filter(
        Q(teacher=user) | Q(pk__in=own.values("cohort")) | Q(pk__in=own.values("enrolments__cohort"))
    )
    locked_cohorts(groups.values_list("pk", flat=True))
    inducted = Induction.objects.filter(person=user).values("version__instruction__technopark")
    labs = Lab.objects.filter(Q(pk__in=Booking.objects.filter(person=user).values("lab")) | Q(technopark__in=inducted))
    [*labs.select_for_update(no_key=True).order_by("pk").values_list("pk")]


def _collect(person: Person) -> Iterator[Record]:
    for one in Booking.objects.filter(person=person.user).select_related("lab", "organisation").order_by("pk"):
        yield [
            *described(one, "lab", "organisation", "kind", "title", "people", "state", "created_at"),
            told("starts_at", pgettext_lazy("booking", "from"), one.starts_at),
            told("ends_at", pgettext_lazy("booking", "till"), one.ends_at),
        ]


def _erase(person: Person) -> int:
    """What is to come is tended by whoever else acts for the organisation."""
    bookings = Booking.objects.filter(person=person.user)
    BookingMove.objects.filter(booking__in=bookings).update(reason="")
    forget_reasons("booking", bookings.values_list("pk", flat=True))
    return bookings.update(person=None)


def _collect_inductions(person: Person) -> Iterator[Record]:
    own = Induction.objects.filter(person=person.user).select_related("version__instruction").order_by("pk")
    for one in own:
        columns = ("version", "kind", "passed_at", "right", "asked", "completed_on", "valid_until", "used_on")
        yield described(one, *columns, "revoked_at", "reason")
    for attempt in QuizAttempt.objects.filter(person=person.user).select_related("version__instruction").order_by("pk"):
        yield described(attempt, "version", "at", "right", "asked")


def _erase_inductions(person: Person) -> int:
    """Whoever signed for others stays nameless in their inductions: the row of who was erased names nobody."""
    QuizAttempt.objects.filter(person=person.user).delete()
    return Induction.objects.filter(person=person.user).delete()[0]


def _collect_applications(person: Person) -> Iterator[Record]:
    """With what was said of the learner, who is theirs."""
    own = CohortApplication.objects.filter(person=person.user).select_related("cohort", "organisation")
    for one in own.order_by("pk"):
        if one.whose == Whose.SCHOOL:
            yield described(one, "cohort", "whose", "organisation", "submitted_at", "state")
            continue
        yield described(one, "cohort", "whose", "name", "age", "submitted_at", "state")
        for enrolment in one.enrolments.select_related("cohort").order_by("pk"):
            yield described(enrolment, "cohort", "starts_on", "ended_on", "state")
        for mark in Attendance.objects.filter(enrolment__application=one).select_related("lesson").order_by("pk"):
            yield [told("lesson", _("lesson"), mark.lesson.starts_at), *described(mark, "mark")]
        for certificate in ProgrammeCertificate.objects.filter(enrolment__application=one).order_by("pk"):
            yield described(certificate, "number", "name", "hours", "issued_on", "revoked_at", "reason")


def _erase_applications(person: Person) -> int:
    """Places go to others, under the locks of the groups; of who learnt it remains that somebody did. What was sent for
    a school stays the school's."""
    own = CohortApplication.objects.filter(person=person.user).exclude(whose=Whose.SCHOOL)
    for enrolment in (
        Enrolment.objects.active().filter(application__in=own).select_related("cohort__programme__technopark")
    ):
        enrolment.ended_on = max(enrolment.cohort.today, enrolment.starts_on)
        turn_enrolment(enrolment, "leave", who=Who.APPLICANT, by=None)
    for one in own.filter(state__in=OPEN):
        turn_application(one, "withdraw", who=Who.APPLICANT, by=None)
    take_out(own)
    Cohort.objects.filter(teacher=person.user).update(teacher=None)
    return CohortApplication.objects.filter(person=person.user).update(person=None)


register(
    Holder("lab_bookings", _("Bookings of laboratories"), ("technoparks.Booking",), _collect, _erase, _hold),
)
register(
    Holder(
        "inductions",
        _("Inductions"),
        ("technoparks.Induction", "technoparks.QuizAttempt"),
        _collect_inductions,
        _erase_inductions,
    ),
)
register(
    Holder(
        "cohort_applications",
        _("Applications to groups of technoparks"),
        (
            "technoparks.CohortApplication",
            "technoparks.Enrolment",
            "technoparks.Attendance",
            "technoparks.ProgrammeCertificate",
            "technoparks.Cohort",
        ),
        _collect_applications,
        _erase_applications,
    ),
)

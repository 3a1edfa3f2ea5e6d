"""Who wants to learn in a group, who does, and what comes of it. Of a learner there is a name, and an age and a class
only where they are needed: no documents, no addresses."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.one_line import OneLineField
from members.models import Consent, Organisation
from technoparks.models.booking import Booking
from technoparks.models.cohort import Cohort

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User


class Whose(models.TextChoices):
    CHILD = "child", pgettext_lazy("application of", "A parent, for a child")
    OWN = "own", pgettext_lazy("application of", "An adult, for themselves")
    SCHOOL = "school", pgettext_lazy("application of", "An organisation, for its pupil or teacher")


class CohortApplicationState(models.TextChoices):
    SUBMITTED = "submitted", pgettext_lazy("application to a group", "Being considered")
    WAITING = "waiting", pgettext_lazy("application to a group", "On the waiting list")
    ENROLLED = "enrolled", pgettext_lazy("application to a group", "Enrolled")
    DECLINED = "declined", pgettext_lazy("application to a group", "Declined")
    WITHDRAWN = "withdrawn", pgettext_lazy("application to a group", "Withdrawn")


OPEN = (CohortApplicationState.SUBMITTED, CohortApplicationState.WAITING)


class CohortApplicationQuerySet(models.QuerySet["CohortApplication"]):
    def open(self) -> Self:
        return self.filter(state__in=OPEN)

    def queued(self) -> Self:
        """The waiting list, in turn."""
        return self.filter(state=CohortApplicationState.WAITING).order_by("queue_number")

    def overdue(self) -> Self:
        return self.filter(state=CohortApplicationState.SUBMITTED, decide_by__lte=timezone.now())

    def of_person(self, user: "User | AnonymousUser") -> Self:
        """One's own: for a child, or for oneself. What was sent for a school stands in its dashboard."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(person=user).exclude(whose=Whose.SCHOOL)

    def told(self) -> Self:
        """With all that a page says of it."""
        return self.select_related(
            "cohort__programme__technopark__host", "cohort__lab", "person", "organisation", "consent__text"
        )


class CohortApplication(models.Model):
    """Its moves stand in ``technoparks.cohorts.moves``; the lock of all of them is that of the group."""

    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="applications", verbose_name=_("group of learners"))
    whose = models.CharField(pgettext_lazy("an application", "by whom"), max_length=6, choices=Whose)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="cohort_applications",
        verbose_name=pgettext_lazy("an application", "sent by"),
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("organisation")
    )
    name = OneLineField(_("name of the learner"), max_length=150)
    grade = OneLineField(_("class"), max_length=20, blank=True)
    age = models.PositiveSmallIntegerField(
        _("age"), null=True, blank=True, validators=[MaxValueValidator(120)],
        help_text=_("Full years when the group begins; only where the programme has limits"),
    )  # fmt: skip
    consent = models.OneToOneField(
        Consent, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("consent"),
        help_text=_("Empty where a school has it on paper"),
    )  # fmt: skip
    state = models.CharField(
        _("state"),
        max_length=9,
        choices=CohortApplicationState,
        default=CohortApplicationState.SUBMITTED,
        editable=False,
    )
    queue_number = models.PositiveIntegerField(_("number in the queue"), null=True, editable=False)
    submitted_at = models.DateTimeField(_("submitted"), default=timezone.now)
    decide_by = models.DateTimeField(_("to be decided by"), null=True, editable=False)
    reminded_at = models.DateTimeField(_("host reminded"), null=True, editable=False)
    escalated_at = models.DateTimeField(_("association told"), null=True, editable=False)
    forgotten_at = models.DateTimeField(
        _("data deleted"), null=True, editable=False, help_text=_("That somebody applied remains, and not who")
    )

    objects: ClassVar[models.Manager["CohortApplication"]] = models.Manager.from_queryset(CohortApplicationQuerySet)()

    class Meta:
        verbose_name = _("application to a group")
        verbose_name_plural = _("applications to groups")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                "cohort",
                "person",
                Lower("name"),
                condition=Q(state__in=OPEN),
                name="cohort_application_once",
                violation_error_message=_("There is an application for this learner already."),
            ),
            models.UniqueConstraint(
                fields=["cohort", "queue_number"],
                condition=Q(state=CohortApplicationState.WAITING),
                name="cohort_application_one_turn",
            ),
            models.CheckConstraint(
                condition=~Q(state=CohortApplicationState.WAITING) | Q(queue_number__isnull=False),
                name="cohort_application_waits_in_turn",
            ),
            models.CheckConstraint(
                condition=~Q(state=CohortApplicationState.SUBMITTED) | Q(decide_by__isnull=False),
                name="cohort_application_has_term",
            ),
            models.CheckConstraint(
                condition=Q(whose=Whose.SCHOOL, organisation__isnull=False)
                | ~Q(whose=Whose.SCHOOL) & Q(organisation=None),
                name="cohort_application_of_school",
            ),
            models.CheckConstraint(condition=Q(forgotten_at=None) | Q(name=""), name="cohort_application_forgotten"),
        ]
        indexes = [
            models.Index(
                fields=["decide_by"],
                condition=Q(state=CohortApplicationState.SUBMITTED),
                name="cohort_application_to_decide",
            )
        ]

    def __str__(self) -> str:
        """Without a name: it stands in titles, logs and letters."""
        return f"{self.cohort} № {self.pk}"

    def get_absolute_url(self) -> str:
        """To whoever has sent it."""
        if self.organisation:
            return reverse("technoparks:dashboard_pupil", args=[self.organisation.slug, self.pk])
        return reverse("technoparks:account_group", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def shown_name(self) -> str:
        return self.name or str(_("name deleted"))

    @property
    def place(self) -> "Enrolment | None":
        """Where they learn, or learnt last; of what was read with its enrolments."""
        return max(self.enrolments.all(), key=lambda one: one.pk, default=None)

    @property
    def turn(self) -> int | None:
        """The place on the waiting list, from 1. One query."""
        if self.state != CohortApplicationState.WAITING:
            return None
        before = CohortApplication.objects.queued().filter(cohort=self.cohort_id, queue_number__lte=self.queue_number)
        return before.count()


class CohortApplicationMove(models.Model):
    application = models.ForeignKey(
        CohortApplication, models.CASCADE, related_name="moves", verbose_name=_("application to a group")
    )
    action = models.CharField(_("action"), max_length=12)
    source = models.CharField(
        pgettext_lazy("a state", "from"), max_length=9, choices=CohortApplicationState, blank=True
    )
    target = models.CharField(pgettext_lazy("a state", "to"), max_length=9, choices=CohortApplicationState)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("time"), default=timezone.now)
    reason = models.TextField(pgettext_lazy("of a move", "reason"), blank=True)

    class Meta:
        verbose_name = _("move of an application to a group")
        verbose_name_plural = _("moves of applications to groups")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.application}: {self.action}"


class EnrolmentState(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("learner in a group", "Learns")
    COMPLETED = "completed", pgettext_lazy("learner in a group", "Has finished")
    LEFT = "left", pgettext_lazy("learner in a group", "Has left")
    TRANSFERRED = "transferred", pgettext_lazy("learner in a group", "Moved to another group")


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def active(self) -> Self:
        return self.filter(state=EnrolmentState.ACTIVE)

    def on(self, day: object) -> Self:
        """Who belonged to the group on that day."""
        return self.filter(Q(ended_on=None) | Q(ended_on__gt=day), starts_on__lte=day)


class Enrolment(models.Model):
    """A learner in a group, from ``starts_on`` until the day before ``ended_on``. Who the learner is stands in the
    application; moved to another group they have one more row, and this one stays."""

    application = models.ForeignKey(
        CohortApplication, models.PROTECT, related_name="enrolments", verbose_name=_("application to a group")
    )
    cohort = models.ForeignKey(Cohort, models.PROTECT, related_name="enrolments", verbose_name=_("group of learners"))
    moved_from = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="moved_to", verbose_name=_("before in the group")
    )
    state = models.CharField(
        _("state"), max_length=11, choices=EnrolmentState, default=EnrolmentState.ACTIVE, editable=False
    )
    starts_on = models.DateField(pgettext_lazy("in a group", "from"))
    ended_on = models.DateField(
        pgettext_lazy("in a group", "until"),
        null=True,
        blank=True,
        help_text=_("The first day on which they do not come any more"),
    )

    objects: ClassVar[models.Manager["Enrolment"]] = models.Manager.from_queryset(EnrolmentQuerySet)()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(state=EnrolmentState.ACTIVE),
                name="enrolment_in_one_group",
                violation_error_message=_("This learner is in a group already."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=[EnrolmentState.ACTIVE, EnrolmentState.COMPLETED], ended_on=None)
                | Q(state__in=[EnrolmentState.LEFT, EnrolmentState.TRANSFERRED], ended_on__isnull=False),
                name="enrolment_ended_has_day",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.cohort} № {self.pk}"

    @property
    def is_active(self) -> bool:
        return self.state == EnrolmentState.ACTIVE


class EnrolmentMove(models.Model):
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="moves", verbose_name=_("enrolment"))
    action = models.CharField(_("action"), max_length=12)
    source = models.CharField(pgettext_lazy("a state", "from"), max_length=11, choices=EnrolmentState, blank=True)
    target = models.CharField(pgettext_lazy("a state", "to"), max_length=11, choices=EnrolmentState)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("time"), default=timezone.now)
    reason = models.TextField(pgettext_lazy("of a move", "reason"), blank=True)

    class Meta:
        verbose_name = _("move of an enrolment")
        verbose_name_plural = _("moves of enrolments")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.action}"


class Mark(models.TextChoices):
    PRESENT = "present", pgettext_lazy("attendance", "Present")
    ABSENT = "absent", pgettext_lazy("attendance", "Absent")
    EXCUSED = "excused", pgettext_lazy("attendance", "Absent with an excuse")


class Attendance(models.Model):
    """A learner at one lesson, which is a booking of the group."""

    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="attendances", verbose_name=_("enrolment"))
    lesson = models.ForeignKey(Booking, models.PROTECT, related_name="attendances", verbose_name=_("lesson"))
    mark = models.CharField(_("mark"), max_length=7, choices=Mark)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("time"), default=timezone.now)

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        ordering = ["lesson", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "lesson"],
                name="attendance_once",
                violation_error_message=_("This lesson is marked already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.get_mark_display()}"

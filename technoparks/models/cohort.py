"""Groups of a programme, and the hours of the week at which they come; their lessons are bookings of the lab."""

import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.models import PublicContent
from common.one_line import OneLineField
from common.translation import Translated
from members.models import Organisation
from technoparks.models.lab import Lab
from technoparks.models.programme import Programme

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User


class CohortState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("group of learners", "Being planned")
    GATHERING = "gathering", pgettext_lazy("group of learners", "Takes applications")
    RUNNING = "running", pgettext_lazy("group of learners", "Running")
    FINISHED = "finished", pgettext_lazy("group of learners", "Finished")
    CANCELLED = "cancelled", pgettext_lazy("group of learners", "Cancelled")


LIVING = (CohortState.GATHERING, CohortState.RUNNING)
SHOWN_STATES = (*LIVING, CohortState.FINISHED)  # to everybody


class CohortQuerySet(models.QuerySet["Cohort"]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Of published programmes, once they gather; besides, its own to a host's representative and every one to the
        staff."""
        if user.is_staff and user.is_active:
            return self
        public = Q(state__in=SHOWN_STATES, programme__is_published=True, programme__technopark__is_published=True)
        if user.is_authenticated:
            own = Organisation.objects.represented_by(user).values("pk")
            return self.filter(public | Q(programme__technopark__host__in=own))
        return self.filter(public)

    def of_host(self, organisation: Organisation) -> Self:
        return self.filter(programme__technopark__host=organisation)

    def with_taken(self) -> Self:
        """``taken``: places of those who are enrolled."""
        return self.annotate(taken=Count("enrolments", filter=Q(enrolments__state="active"), distinct=True))

    def told(self) -> Self:
        """With all that a row or a page says."""
        return self.select_related("programme__technopark__host", "programme__direction", "lab", "teacher")


class Cohort(PublicContent):
    """Its moves stand in ``technoparks.cohorts.moves``. Once it is open, its days, hours and lab stay: each of its
    lessons is a booking, which is moved or cancelled by itself."""

    programme = models.ForeignKey(
        Programme, models.PROTECT, related_name="cohorts", verbose_name=pgettext_lazy("of teaching", "programme")
    )
    lab = models.ForeignKey(Lab, models.PROTECT, related_name="cohorts", verbose_name=_("laboratory"))
    name = OneLineField(_("name"), max_length=100)
    name_en = OneLineField(_("name in English"), max_length=100, blank=True)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    apply_until = models.DateField(_("applications until"))
    places = models.PositiveSmallIntegerField(
        pgettext_lazy("of a group of learners", "places"), validators=[MinValueValidator(1), MaxValueValidator(500)]
    )
    is_whole = models.BooleanField(
        _("takes the whole room"), default=True, help_text=_("Otherwise as many seats as it has places")
    )
    teacher = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="cohorts_led",
        verbose_name=pgettext_lazy("of a group of learners", "teacher"),
    )
    state = models.CharField(_("state"), max_length=9, choices=CohortState, default=CohortState.PLANNED, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    title: ClassVar = Translated("name")
    taken: int  # by with_taken

    objects: ClassVar[models.Manager["Cohort"]] = models.Manager.from_queryset(CohortQuerySet)()

    class Meta:
        verbose_name = _("group of learners")
        verbose_name_plural = _("groups of learners")
        ordering = ["starts_on", "name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="cohort_ends_after_it_starts",
                violation_error_message=_("The last day is not before the first."),
            ),
            models.CheckConstraint(
                condition=Q(apply_until__lte=F("ends_on")),
                name="cohort_applied_for_before_its_end",
                violation_error_message=_("Applications end by the last day of the group."),
            ),
            models.CheckConstraint(
                condition=Q(places__gte=1), name="cohort_has_places", violation_error_message=_("At least one place.")
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"{self.programme.get_absolute_url()}#group-{self.pk}"

    def get_host_url(self) -> str:
        """In the dashboard of who holds it."""
        return reverse("technoparks:dashboard_group", args=[self.programme.technopark.host.slug, self.pk])

    @property
    def today(self) -> datetime.date:
        """By the clock of the technopark."""
        return timezone.now().astimezone(self.programme.technopark.zone).date()

    @property
    def takes_applications(self) -> bool:
        return self.state in LIVING and self.today <= self.apply_until

    @property
    def free(self) -> int:
        """Of what was read ``with_taken``."""
        return max(0, self.places - self.taken)


class CohortHours(PublicContent):
    """Hours of a weekday, by the clock of the technopark."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="hours", verbose_name=_("group of learners"))
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=[*WEEKDAYS.items()])
    starts = models.TimeField(pgettext_lazy("hours", "from"))
    ends = models.TimeField(pgettext_lazy("hours", "till"))

    class Meta:
        verbose_name = _("hours of a group")
        verbose_name_plural = _("hours of groups")
        ordering = ["weekday", "starts"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends__gt=F("starts")),
                name="cohort_hours_in_order",
                violation_error_message=_("It ends after it begins."),
            ),
            models.UniqueConstraint(
                fields=["cohort", "weekday", "starts"],
                name="cohort_hours_once",
                violation_error_message=_("These hours stand there already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()}, {self.starts:%H:%M}–{self.ends:%H:%M}"


class CohortMove(models.Model):
    """What happened to a group, by whom and why."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="moves", verbose_name=_("group of learners"))
    action = models.CharField(_("action"), max_length=12)
    source = models.CharField(pgettext_lazy("a state", "from"), max_length=9, choices=CohortState)
    target = models.CharField(pgettext_lazy("a state", "to"), max_length=9, choices=CohortState)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("time"), default=timezone.now)
    reason = models.TextField(pgettext_lazy("of a move", "reason"), blank=True)

    class Meta:
        verbose_name = _("move of a group")
        verbose_name_plural = _("moves of groups")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.cohort}: {self.action}"

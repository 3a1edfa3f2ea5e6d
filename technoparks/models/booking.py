"""Bookings: who has which seats and machines of a lab, and when."""

import datetime
import uuid
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.one_line import OneLineField
from common.times import Precision
from members.models import Organisation
from technoparks.models.lab import Equipment, Lab
from technoparks.models.outage import Outage
from technoparks.models.seats import SeatsField, said
from technoparks.models.site import Technopark

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User
    from technoparks.models.cohort import Cohort


class BookingState(models.TextChoices):
    PENDING = "pending", pgettext_lazy("booking", "Waits for the host")
    CONFIRMED = "confirmed", pgettext_lazy("booking", "Confirmed")
    HELD = "held", pgettext_lazy("booking", "On hold")
    USED = "used", pgettext_lazy("booking", "Took place")
    MISSED = "missed", pgettext_lazy("booking", "Nobody came")
    DECLINED = "declined", pgettext_lazy("booking", "Declined")
    EXPIRED = "expired", pgettext_lazy("booking", "Not answered in time")
    CANCELLED = "cancelled", pgettext_lazy("booking", "Cancelled")


# These keep their seats and machines from everybody else.
BLOCKING = (BookingState.PENDING, BookingState.CONFIRMED, BookingState.HELD, BookingState.USED)
AHEAD = (BookingState.PENDING, BookingState.CONFIRMED, BookingState.HELD)


class BookedFor(models.TextChoices):
    PERSON = "person", pgettext_lazy("booking", "One person")
    CLASS = "class", pgettext_lazy("booking", "A class or group")
    PROJECT = "project", pgettext_lazy("booking", "A project")


class HoursAccount(models.Model):
    """An organisation as the guest of a technopark: the row that is locked while its hours are counted, and how many it
    has where that differs from the others'."""

    technopark = models.ForeignKey(
        Technopark, models.CASCADE, related_name="hours_accounts", verbose_name=_("technopark")
    )
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", verbose_name=_("organisation"))
    hours_a_month = models.PositiveSmallIntegerField(
        _("hours a month"), null=True, blank=True, help_text=_("Empty: as many as any guest")
    )

    class Meta:
        verbose_name = _("hours of a guest")
        verbose_name_plural = _("hours of guests")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["technopark", "organisation"],
                name="hours_account_once",
                violation_error_message=_("This organisation has its hours already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.technopark}"


class BookingSeries(models.Model):
    """Bookings that were asked for at once and repeat by the clock of the lab."""

    lab = models.ForeignKey(Lab, models.PROTECT, related_name="series", verbose_name=_("laboratory"))
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("organisation"))
    cohort = models.ForeignKey(
        "technoparks.Cohort",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="series",
        verbose_name=_("group of learners"),
        help_text=_("Whose lessons they are"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("series of bookings")
        verbose_name_plural = _("series of bookings")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.lab} № {self.pk}"


class BookingQuerySet(models.QuerySet["Booking"]):
    def blocking(self) -> Self:
        return self.filter(state__in=BLOCKING)

    def ahead(self, at: datetime.datetime | None = None) -> Self:
        """To come or going on, and not called off."""
        return self.filter(state__in=AHEAD, span__endswith__gt=at or timezone.now())

    def within(self, starts: datetime.datetime, ends: datetime.datetime) -> Self:
        return self.filter(span__overlap=(starts, ends))

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Of the organisations that one acts for, as guests and as hosts."""
        if not user.is_authenticated:
            return self.none()
        own = Organisation.objects.represented_by(user).values("pk")
        return self.filter(Q(organisation__in=own) | Q(lab__technopark__host__in=own))


class Booking(models.Model):
    """Of the whole room all its seats. Its moves stand in ``technoparks.booking.moves``.

    ``blocked`` is the span with the time to tidy up after it: half-open, so that 10–11 stands beside 11–12.
    """

    lab = models.ForeignKey(Lab, models.PROTECT, related_name="bookings", verbose_name=_("laboratory"))
    series = models.ForeignKey(
        BookingSeries, models.PROTECT, null=True, blank=True, related_name="bookings", verbose_name=_("series")
    )
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="lab_bookings", verbose_name=pgettext_lazy("booking", "guest")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="lab_bookings",
        verbose_name=pgettext_lazy("booking", "responsible"),
    )
    kind = models.CharField(pgettext_lazy("booking", "for whom"), max_length=7, choices=BookedFor)
    title = OneLineField(
        pgettext_lazy("booking", "what for"), max_length=150, help_text=_("No names of pupils, please")
    )
    span = DateTimeRangeField(pgettext_lazy("booking", "time"))
    blocked = DateTimeRangeField(editable=False)
    people = models.PositiveSmallIntegerField(_("people"), validators=[MinValueValidator(1)])
    youngest = models.PositiveSmallIntegerField(
        _("age of the youngest"), null=True, blank=True, validators=[MinValueValidator(3), MaxValueValidator(99)]
    )
    is_whole = models.BooleanField(_("the whole room"), default=False)
    seats = SeatsField(_("seats"), editable=False)
    state = models.CharField(_("state"), max_length=9, choices=BookingState, editable=False)
    decide_by = models.DateTimeField(_("to be answered by"), null=True, blank=True, editable=False)
    released_at = models.DateTimeField(
        _("free again without check-in"), null=True, blank=True, editable=False, help_text=_("Empty: nobody checks in")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)  # of iCalendar

    objects: ClassVar[models.Manager["Booking"]] = models.Manager.from_queryset(BookingQuerySet)()

    class Meta:
        verbose_name = _("booking")
        verbose_name_plural = _("bookings")
        ordering = ["span", "pk"]
        constraints = [
            ExclusionConstraint(
                name="seat_booked_once",
                expressions=[
                    ("lab", RangeOperators.EQUAL),
                    ("blocked", RangeOperators.OVERLAPS),
                    ("seats", RangeOperators.OVERLAPS),
                ],
                condition=Q(state__in=BLOCKING),
                violation_error_message=_("Somebody else has these seats at this time."),
            ),
            models.CheckConstraint(
                condition=Q(span__startswith__isnull=False, span__endswith__isnull=False, span__isempty=False),
                name="booking_has_time",
            ),
            models.CheckConstraint(condition=Q(blocked__contains=models.F("span")), name="booking_blocks_its_time"),
            models.CheckConstraint(condition=Q(people__gte=1), name="booking_for_somebody"),
            models.CheckConstraint(
                condition=Q(state=BookingState.PENDING, decide_by__isnull=False)
                | ~Q(state=BookingState.PENDING) & Q(decide_by=None),
                name="booking_term_while_it_waits",
            ),
        ]
        indexes = [
            models.Index(fields=["decide_by"], condition=Q(state=BookingState.PENDING), name="booking_to_decide"),
            models.Index(fields=["organisation", "-id"], name="booking_of_guest"),
            models.Index("lab", Func(F("span"), function="lower"), name="booking_of_lab_by_time"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("technoparks:dashboard_booking", args=[self.organisation.slug, self.pk])

    @property
    def starts_at(self) -> datetime.datetime:
        return cast("datetime.datetime", self.span.lower)

    @property
    def ends_at(self) -> datetime.datetime:
        return cast("datetime.datetime", self.span.upper)

    precision = Precision.TIME  # it has_times, as an event

    @property
    def time_zone(self) -> str:
        return self.lab.technopark.time_zone

    @property
    def cohort(self) -> "Cohort | None":
        """Whose lesson it is."""
        return self.series.cohort if self.series else None

    @property
    def hours(self) -> float:
        return (self.ends_at - self.starts_at).total_seconds() / 3600

    @property
    def seats_said(self) -> str:
        """«1–3, 7»."""
        return said(self.seats)

    @property
    def has_begun(self) -> bool:
        return self.starts_at <= timezone.now()

    @property
    def is_over(self) -> bool:
        return self.ends_at <= timezone.now()


class EquipmentTime(models.Model):
    """A span in which a machine is spoken for: by a booking, or by an outage. One row keeps out the other.

    Of a booking it is ``blocked``; where the machine was changed while the booking went on, each has its part of it.
    """

    equipment = models.ForeignKey(Equipment, models.PROTECT, related_name="times", verbose_name=_("equipment"))
    booking = models.ForeignKey(
        Booking, models.CASCADE, null=True, blank=True, related_name="equipment_times", verbose_name=_("booking")
    )
    outage = models.OneToOneField(
        Outage, models.CASCADE, null=True, blank=True, related_name="time", verbose_name=_("outage")
    )
    span = DateTimeRangeField(_("time"))
    is_blocking = models.BooleanField(default=True)

    class Meta:
        verbose_name = _("time of equipment")
        verbose_name_plural = _("times of equipment")
        ordering = ["span", "pk"]
        constraints = [
            ExclusionConstraint(
                name="equipment_booked_once",
                expressions=[("equipment", RangeOperators.EQUAL), ("span", RangeOperators.OVERLAPS)],
                condition=Q(is_blocking=True),
                violation_error_message=_("Somebody else has this machine at this time."),
            ),
            models.UniqueConstraint(
                fields=["booking", "equipment"],
                name="equipment_of_booking_once",
                violation_error_message=_("This machine is in the booking already."),
            ),
            models.CheckConstraint(
                condition=Q(booking=None) | Q(outage=None),
                name="equipment_time_of_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.equipment}: {self.span}"


class BookingMove(models.Model):
    """What happened to a booking, by whom and why."""

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="moves", verbose_name=_("booking"))
    action = models.CharField(_("action"), max_length=12)
    source = models.CharField(pgettext_lazy("a state", "from"), max_length=9, choices=BookingState, blank=True)
    target = models.CharField(pgettext_lazy("a state", "to"), max_length=9, choices=BookingState)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("time"), default=timezone.now)
    reason = models.TextField(pgettext_lazy("of a move", "reason"), blank=True)
    facts: Any = models.JSONField(_("facts"), default=dict, blank=True)

    class Meta:
        verbose_name = _("move of a booking")
        verbose_name_plural = _("moves of bookings")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.booking}: {self.action}"

"""Labs of a technopark: places, hours, the rules of booking, and what stands in them."""

import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DecimalRangeField, RangeOperators
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from simple_history.models import HistoricalRecords

from common.days import validate_has_come
from common.html import RichTextField
from common.models import PublicContent
from common.one_line import OneLineField
from common.times import Precision, Times, when
from common.translation import Translated
from members.models import Direction, Organisation
from technoparks.models.site import SiteStatus, Technopark

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User
    from technoparks.models.outage import Outage


class LabQuerySet(models.QuerySet["Lab"]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Published ones of published technoparks; besides, its own to a host's representative and every one to the
        staff."""
        if user.is_staff and user.is_active:
            return self
        public = Q(is_published=True, technopark__is_published=True)
        if user.is_authenticated:
            own = Organisation.objects.represented_by(user).values("pk")
            return self.filter(public | Q(technopark__host__in=own))
        return self.filter(public)

    def bookable(self) -> Self:
        """Of technoparks that are open today."""
        parks = Technopark.objects.published().with_status().filter(Q(status=SiteStatus.OPEN))
        return self.filter(is_bookable=True, is_published=True, technopark__in=parks.values("pk"))

    def with_takes_bookings(self) -> Self:
        """``takes_bookings``: whether anybody could book it today."""
        return self.annotate(
            takes_bookings=models.Exists(self.model.objects.bookable().filter(pk=models.OuterRef("pk")))
        )


class Lab(PublicContent):
    """A room with seats. Its rules of booking hold from the moment they are saved; what is booked stays."""

    technopark = models.ForeignKey(
        Technopark,
        models.PROTECT,
        related_name="labs",
        limit_choices_to={"is_network": False},
        verbose_name=_("technopark"),
    )
    name = OneLineField(_("name"), max_length=150)
    name_en = OneLineField(_("name in English"), max_length=150, blank=True)
    slug = models.SlugField(_("address"), max_length=80)
    about = RichTextField(_("description"), blank=True)
    about_en = RichTextField(_("description in English"), blank=True)
    direction = models.ForeignKey(
        Direction, models.SET_NULL, null=True, blank=True, related_name="labs", verbose_name=_("direction")
    )
    seats = models.PositiveSmallIntegerField(_("seats"), validators=[MinValueValidator(1), MaxValueValidator(500)])
    is_published = models.BooleanField(_("published"), default=True)

    is_bookable = models.BooleanField(_("can be booked"), default=True)
    takes_bookings: bool  # of with_takes_bookings()
    by_seats = models.BooleanField(
        _("some of the seats can be booked"), default=True, help_text=_("Otherwise only the whole room")
    )
    needs_approval = models.BooleanField(_("the host approves each booking"), default=True)
    approval_hours = models.PositiveSmallIntegerField(
        _("hours for the host to approve"),
        default=48,
        validators=[MinValueValidator(1), MaxValueValidator(336)],
        help_text=_("Until then the time is kept; after that it is free again"),
    )
    is_for_members = models.BooleanField(_("only members of the association book"), default=False)
    step_minutes = models.PositiveSmallIntegerField(
        _("times begin and end every … minutes"), default=30, validators=[MinValueValidator(5), MaxValueValidator(240)]
    )
    shortest_minutes = models.PositiveSmallIntegerField(
        _("not shorter than, minutes"), default=30, validators=[MinValueValidator(5), MaxValueValidator(24 * 60)]
    )
    longest_minutes = models.PositiveSmallIntegerField(
        _("not longer than, minutes"), default=240, validators=[MinValueValidator(5), MaxValueValidator(24 * 60)]
    )
    days_ahead = models.PositiveSmallIntegerField(
        _("not further ahead than, days"), default=180, validators=[MinValueValidator(1), MaxValueValidator(400)]
    )
    notice_hours = models.PositiveSmallIntegerField(
        _("not later than … hours before"), default=0, validators=[MaxValueValidator(720)]
    )
    buffer_minutes = models.PositiveSmallIntegerField(
        _("minutes to tidy up after each booking"), default=0, validators=[MaxValueValidator(240)]
    )
    least_age = models.PositiveSmallIntegerField(
        _("not younger than"), null=True, blank=True, validators=[MinValueValidator(3), MaxValueValidator(21)]
    )
    needs_supervisor = models.BooleanField(_("an adult of the guests is present"), default=True)
    check_in_minutes = models.PositiveSmallIntegerField(
        _("free again after … minutes without check-in"),
        null=True,
        blank=True,
        validators=[MinValueValidator(5), MaxValueValidator(240)],
        help_text=_("Empty: nobody checks in"),
    )
    keeps_holidays = models.BooleanField(_("closed on public holidays"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    title: ClassVar = Translated("name")
    description: ClassVar = Translated("about")

    objects: ClassVar[models.Manager["Lab"]] = models.Manager.from_queryset(LabQuerySet)()
    history = HistoricalRecords(excluded_fields=["updated_at"])

    class Meta:
        verbose_name = _("laboratory")
        verbose_name_plural = _("laboratories")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["technopark", "slug"],
                name="lab_slug_once",
                violation_error_message=_("Another laboratory of this technopark has this address."),
            ),
            models.CheckConstraint(condition=Q(seats__gte=1), name="lab_has_seats"),
            models.CheckConstraint(
                condition=Q(longest_minutes__gte=F("shortest_minutes")),
                name="lab_longest_not_below_shortest",
                violation_error_message=_("The longest time is not shorter than the shortest one."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("technoparks:lab_detail", args=[self.technopark.slug, self.slug])

    def clean(self) -> None:
        """Some time can be booked at all."""
        step, shortest, longest = self.step_minutes, self.shortest_minutes, self.longest_minutes
        if step and shortest and longest and shortest <= longest and longest // step * step < shortest:
            text = _("No time fits these rules: none of those that last so long ends with a step.")
            raise ValidationError({"step_minutes": text}, code="no_time")


def _seconds(of_day: str) -> Func:
    return Func(F(of_day), template="EXTRACT(EPOCH FROM %(expressions)s)")


class OpeningHours(PublicContent):
    """A span of a weekday in which a lab is open, by the clock of its technopark. A day may have several."""

    lab = models.ForeignKey(Lab, models.CASCADE, related_name="opening_hours", verbose_name=_("laboratory"))
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=[*WEEKDAYS.items()])
    opens = models.TimeField(pgettext_lazy("hours", "from"))
    closes = models.TimeField(pgettext_lazy("hours", "till"))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes__gt=F("opens")),
                name="hours_close_after_they_open",
                violation_error_message=_("It closes after it opens."),
            ),
            models.UniqueConstraint(
                fields=["lab", "weekday", "opens"],
                name="hours_once",
                violation_error_message=_("These hours stand there already."),
            ),
            ExclusionConstraint(
                name="hours_apart",
                expressions=[
                    ("lab", RangeOperators.EQUAL),
                    ("weekday", RangeOperators.EQUAL),
                    (
                        Func(
                            _seconds("opens"),
                            Greatest(_seconds("opens"), _seconds("closes")),  # or it is no range, which is an error
                            function="numrange",
                            output_field=DecimalRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("These hours overlap others of this day."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()}, {self.opens:%H:%M}–{self.closes:%H:%M}"


class OpeningException(PublicContent):
    """A day that is unlike others of its weekday: closed, or open at other hours (a holiday as well)."""

    lab = models.ForeignKey(Lab, models.CASCADE, related_name="opening_exceptions", verbose_name=_("laboratory"))
    day = models.DateField(_("day"))
    opens = models.TimeField(pgettext_lazy("hours", "from"), null=True, blank=True, help_text=_("Empty: closed"))
    closes = models.TimeField(pgettext_lazy("hours", "till"), null=True, blank=True)
    reason = OneLineField(pgettext_lazy("of an exception", "reason"), max_length=150, blank=True)
    reason_en = OneLineField(_("reason in English"), max_length=150, blank=True)

    why: ClassVar = Translated("reason")

    class Meta:
        verbose_name = _("exception from the opening hours")
        verbose_name_plural = _("exceptions from the opening hours")
        ordering = ["day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["lab", "day"],
                name="exception_once",
                violation_error_message=_("This day has an exception already."),
            ),
            models.CheckConstraint(
                condition=Q(opens=None, closes=None)
                | Q(opens__isnull=False, closes__isnull=False, closes__gt=F("opens")),
                name="exception_closed_or_hours",
                violation_error_message=_("Give both times, or neither: then it is closed."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lab}: {self.day}"

    @property
    def said(self) -> str:
        """«20 декабря, воскресенье»."""
        noon = datetime.datetime.combine(self.day, datetime.time(12), self.lab.technopark.zone)
        return when(Times(noon, noon, Precision.DAY, self.lab.technopark.time_zone), today=timezone.localdate())


class EquipmentClass(PublicContent):
    """What one machine can stand in for another of: «3D-принтер», «Лазерный станок»."""

    name = OneLineField(_("name"), max_length=100, unique=True)
    name_en = OneLineField(_("name in English"), max_length=100, blank=True)

    title: ClassVar = Translated("name")

    class Meta:
        verbose_name = _("class of equipment")
        verbose_name_plural = _("classes of equipment")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.title


class EquipmentStatus(models.TextChoices):
    """As the host has set it; whether it is out of order now, its outages say."""

    WORKING = "working", pgettext_lazy("equipment", "Works")
    RETIRED = "retired", pgettext_lazy("equipment", "Written off")


class EquipmentQuerySet(models.QuerySet["Equipment"]):
    def usable(self) -> Self:
        """That can be booked at all, at times at which they are free."""
        return self.filter(status=EquipmentStatus.WORKING, is_bookable=True)


class Equipment(PublicContent):
    """One machine, with the number under which the host keeps it."""

    lab = models.ForeignKey(Lab, models.PROTECT, related_name="equipment", verbose_name=_("laboratory"))
    kind = models.ForeignKey(EquipmentClass, models.PROTECT, related_name="equipment", verbose_name=_("class"))
    name = OneLineField(_("name"), max_length=150)
    name_en = OneLineField(_("name in English"), max_length=150, blank=True)
    number = OneLineField(_("inventory number"), max_length=50, blank=True)
    status = models.CharField(
        pgettext_lazy("equipment", "status"), max_length=7, choices=EquipmentStatus, default=EquipmentStatus.WORKING
    )
    is_bookable = models.BooleanField(_("can be booked"), default=True)
    maintenance_days = models.PositiveSmallIntegerField(
        _("maintenance every … days"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    maintained_on = models.DateField(_("last maintenance"), null=True, blank=True, validators=[validate_has_come])

    title: ClassVar = Translated("name")
    outages_ahead: list["Outage"]  # by with_outages

    objects: ClassVar[models.Manager["Equipment"]] = models.Manager.from_queryset(EquipmentQuerySet)()

    class Meta:
        verbose_name = _("piece of equipment")
        verbose_name_plural = _("equipment")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["lab", "number"],
                condition=~Q(number=""),
                name="equipment_number_once",
                violation_error_message=_("Another piece of this laboratory has this number."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_usable(self) -> bool:
        return self.status == EquipmentStatus.WORKING and self.is_bookable

    @property
    def outage(self) -> "Outage | None":
        """That is going on."""
        return next((one for one in self.outages_ahead if one.is_on), None)

    @property
    def maintenance_due(self) -> datetime.date | None:
        """By its plan; None where it has none, or its first maintenance is not noted."""
        if self.maintenance_days is None or self.maintained_on is None:
            return None
        return self.maintained_on + datetime.timedelta(days=self.maintenance_days)

    def clean(self) -> None:
        """Whoever has booked it finds it there: what is taken away is put out of order first, which tells them."""
        if self.pk is None or self.is_usable:
            return
        number = self.times.filter(is_blocking=True, booking__span__endswith__gt=timezone.now()).count()
        if number:
            text = ngettext(
                "%(number)d booking to come has it. Declare it out of order first: that moves or cancels it.",
                "%(number)d bookings to come have it. Declare it out of order first: that moves or cancels them.",
                number,
            )
            raise ValidationError(text % {"number": number}, code="booked")

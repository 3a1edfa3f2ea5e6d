"""Technoparks: whose they are, since when they are open, and how many pupils they teach."""

from typing import TYPE_CHECKING, ClassVar, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from common.html import RichTextField
from common.models import PublicContent
from common.one_line import OneLineField
from common.times import Precision
from common.translation import Translated
from members.models import Direction, Organisation, Region
from members.models.taxonomy import validate_time_zone

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User
    from members.models.addressed import HasSlug

RESERVED = ("feeds", "labs", "map")  # words of fixed addresses under /technoparks/
YEARS = [MinValueValidator(1990), MaxValueValidator(2100)]


def validate_technopark_slug(slug: str) -> None:
    if slug in RESERVED:
        raise ValidationError(_("This address is one of the portal’s own pages. Please choose another."))


class SiteStatus(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("technopark", "Planned")
    OPEN = "open", pgettext_lazy("technopark", "Open")
    CLOSED = "closed", pgettext_lazy("technopark", "Closed")


class TechnoparkQuerySet(models.QuerySet["Technopark"]):
    def published(self) -> Self:
        return self.filter(is_published=True)

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Published ones; besides, its own to a host's representative and every one to the staff."""
        if user.is_staff and user.is_active:
            return self
        if user.is_authenticated:
            own = Organisation.objects.represented_by(user).values("pk")
            return self.filter(Q(is_published=True) | Q(host__in=own))
        return self.published()

    def with_status(self) -> Self:
        """``status`` of today, and ``status_on``: since when, or for when it is planned."""
        changes = StatusChange.objects.filter(technopark=OuterRef("pk"))
        today = timezone.localdate()
        latest = changes.filter(Q(on__lte=today) | Q(status=SiteStatus.PLANNED)).order_by("-on", "-pk")
        return self.annotate(status=Subquery(latest.values("status")[:1]), status_on=Subquery(latest.values("on")[:1]))


class Technopark(PublicContent):
    """A site that an organisation runs, or a network of such sites, which has no labs itself."""

    host = models.ForeignKey(
        Organisation, models.PROTECT, related_name="technoparks", verbose_name=pgettext_lazy("technopark", "host")
    )
    network = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="sites",
        limit_choices_to={"is_network": True},
        verbose_name=_("network"),
        help_text=_("The network whose site it is"),
    )
    is_network = models.BooleanField(_("a network of sites"), default=False)
    name = OneLineField(_("name"), max_length=200)
    name_en = OneLineField(_("name in English"), max_length=200, blank=True)
    slug = models.SlugField(_("address"), max_length=80, unique=True, validators=[validate_technopark_slug])
    about = RichTextField(_("description"), blank=True)
    about_en = RichTextField(_("description in English"), blank=True)
    region = models.ForeignKey(
        Region, models.PROTECT, null=True, blank=True, related_name="technoparks", verbose_name=_("region")
    )
    city = OneLineField(_("city"), max_length=100, blank=True)
    city_en = OneLineField(_("city in English"), max_length=100, blank=True)
    address = OneLineField(_("address of the site"), max_length=200, blank=True, help_text=_("Street and building"))
    address_en = OneLineField(_("address of the site in English"), max_length=200, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=40, default=settings.TIME_ZONE, validators=[validate_time_zone]
    )
    directions = models.ManyToManyField(Direction, blank=True, related_name="technoparks", verbose_name=_("directions"))
    labs_in_all = models.PositiveSmallIntegerField(
        _("labs in all"), null=True, blank=True, help_text=_("Where not every one is described here")
    )
    pupils_planned = models.PositiveIntegerField(
        _("pupils a year, planned"), null=True, blank=True, help_text=_("Of a network: for each site")
    )
    guest_hours = models.PositiveSmallIntegerField(
        _("hours a month for each guest organisation"), null=True, blank=True, help_text=_("Empty: as many as are free")
    )
    person_hours = models.PositiveSmallIntegerField(
        _("hours a month for each person of a guest"), null=True, blank=True, help_text=_("Empty: as many as are free")
    )
    basis = OneLineField(_("legal basis"), max_length=300, blank=True)
    programme = OneLineField(_("state programme"), max_length=300, blank=True)
    is_published = models.BooleanField(_("published"), default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    title: ClassVar = Translated("name")
    description: ClassVar = Translated("about")
    town: ClassVar = Translated("city")
    street: ClassVar = Translated("address")
    status: str | None  # these two by with_status
    status_on: "models.DateField | None"

    objects: ClassVar[models.Manager["Technopark"]] = models.Manager.from_queryset(TechnoparkQuerySet)()
    history = HistoricalRecords(m2m_fields=["directions"], excluded_fields=["updated_at"])

    class Meta:
        verbose_name = _("technopark")
        verbose_name_plural = _("technoparks")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_network=False) | Q(network=None),
                name="technopark_network_of_sites",
                violation_error_message=_("A network is not a site of another one."),
            ),
            models.CheckConstraint(condition=~Q(slug__in=RESERVED), name="technopark_slug_is_free"),
            models.CheckConstraint(
                condition=~Q(network=F("id")),
                name="technopark_not_its_own",
                violation_error_message=_("It is not a site of itself."),
            ),
        ]
        indexes = [GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="technopark_similar")]

    def __str__(self) -> str:
        return self.title

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    if TYPE_CHECKING:

        def get_absolute_url(self: HasSlug) -> str:
            """The roof knows its page (ABSOLUTE_URL_OVERRIDES)."""


class StatusChange(PublicContent):
    """From when on, or for when, a technopark is planned, open or closed. History over time, never overwritten."""

    technopark = models.ForeignKey(
        Technopark, models.CASCADE, related_name="status_changes", verbose_name=_("technopark")
    )
    status = models.CharField(_("status"), max_length=7, choices=SiteStatus)
    on = models.DateField(pgettext_lazy("status", "since"), help_text=_("Of what is planned: the day it was announced"))
    precision = models.CharField(_("known to the"), max_length=5, choices=Precision.choices[1:], default=Precision.DAY)
    note = OneLineField(_("note"), max_length=300, blank=True)
    note_en = OneLineField(_("note in English"), max_length=300, blank=True)

    remark: ClassVar = Translated("note")

    class Meta:
        verbose_name = _("status of a technopark")
        verbose_name_plural = _("statuses of technoparks")
        ordering = ["on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["technopark", "status", "on"],
                name="technopark_status_once",
                violation_error_message=_("This status stands there already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.technopark}: {self.get_status_display()}"


class PupilYear(PublicContent):
    """How many pupils came in a year, beside how many were planned."""

    technopark = models.ForeignKey(Technopark, models.CASCADE, related_name="pupil_years", verbose_name=_("technopark"))
    year = models.PositiveSmallIntegerField(_("year"), validators=YEARS, help_text=_("Of a school year the first one"))
    is_school_year = models.BooleanField(_("school year"), default=True)
    planned = models.PositiveIntegerField(_("planned"), null=True, blank=True)
    actual = models.PositiveIntegerField(pgettext_lazy("figure", "actual"), null=True, blank=True)

    class Meta:
        verbose_name = _("pupils of a year")
        verbose_name_plural = _("pupils by year")
        ordering = ["year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["technopark", "year", "is_school_year"],
                name="technopark_year_once",
                violation_error_message=_("This year stands there already."),
            )
        ]

    def __str__(self) -> str:
        return self.period

    @property
    def period(self) -> str:
        """«2023/24», or «2023»."""
        return f"{self.year}/{(self.year + 1) % 100:02}" if self.is_school_year else str(self.year)


class SiteCount(PublicContent):
    """Of a network: how many sites there were on a day, beside how many there were to be."""

    technopark = models.ForeignKey(
        Technopark,
        models.CASCADE,
        related_name="site_counts",
        limit_choices_to={"is_network": True},
        verbose_name=_("network"),
    )
    on = models.DateField(_("day"))
    planned = models.PositiveIntegerField(_("sites planned"), null=True, blank=True)
    actual = models.PositiveIntegerField(_("sites open"), null=True, blank=True)
    regions = models.PositiveSmallIntegerField(_("regions"), null=True, blank=True)
    note = OneLineField(_("note"), max_length=300, blank=True)
    note_en = OneLineField(_("note in English"), max_length=300, blank=True)

    remark: ClassVar = Translated("note")

    class Meta:
        verbose_name = _("number of sites")
        verbose_name_plural = _("numbers of sites")
        ordering = ["on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["technopark", "on"],
                name="site_count_once",
                violation_error_message=_("This day stands there already."),
            ),
            models.CheckConstraint(
                condition=Q(planned__isnull=False) | Q(actual__isnull=False),
                name="site_count_of_something",
                violation_error_message=_("Say how many were planned, how many were open, or both."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.technopark}: {self.on}"

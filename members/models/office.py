import datetime
from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.countries import country_name
from common.models import PublicContent
from common.spoken import SpokenLanguagesField
from common.translation import Translated


def validate_no_later_than_today(day: datetime.date) -> None:
    if day > timezone.localdate():
        raise ValidationError(_("What lies ahead has not happened yet."), code="ahead")


class OfficeStatus(models.TextChoices):
    IN_TALKS = "in_talks", _("In talks")
    OPEN = "open", _("Open")
    PAUSED = "paused", _("Paused")
    CLOSED = "closed", _("Closed")


def validate_year_no_later_than_this(year: int) -> None:
    if year > timezone.localdate().year:
        raise ValidationError(_("What lies ahead has not happened yet."), code="ahead")


class RepresentativeOffice(PublicContent):
    """A consortium's office in another country. Its present status is the last of its changes."""

    organisation = models.ForeignKey(
        "members.Organisation", models.CASCADE, related_name="offices", verbose_name=_("organisation")
    )
    country = models.CharField(_("country"), max_length=2, help_text=_("ISO 3166-1, as CN"))
    city = models.CharField(_("city"), max_length=100, blank=True)
    city_en = models.CharField(_("city in English"), max_length=100, blank=True)
    languages = SpokenLanguagesField(
        _("languages"),
        default=list,
        db_default=[],
        blank=True,
        help_text=_("In which it works, with commas between them: Chinese, Russian. Empty where it is not known"),
    )

    place: ClassVar = Translated("city")
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("representative office")
        verbose_name_plural = _("representative offices")
        ordering = ["organisation", "country"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "country", "city"],
                name="office_once",
                violation_error_message=_("This office is already listed."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation} — {', '.join(filter(None, [self.country, self.city]))}"

    @property
    def label(self) -> str:
        """Where it is, in the reader's language."""
        return ", ".join(filter(None, [country_name(self.country), self.place]))

    @property
    def last_turn(self) -> "OfficeStatusChange | None":
        """Its last turn, of those that are fetched already."""
        return next(reversed(self.changes.all()), None)


class OfficeStatusChange(PublicContent):
    """A turn in an office's life. Sources often give only a year, or no date at all."""

    class Precision(models.TextChoices):
        DAY = "day", _("day")
        MONTH = "month", _("month")
        YEAR = "year", _("year")

    office = models.ForeignKey(RepresentativeOffice, models.CASCADE, related_name="changes", verbose_name=_("office"))
    position = models.PositiveSmallIntegerField(_("order"), help_text=_("Order of events where dates are not known"))
    status = models.CharField(_("status"), max_length=10, choices=OfficeStatus)
    since = models.DateField(
        _("since"),
        null=True,
        blank=True,
        validators=[validate_no_later_than_today],
        help_text=_("Empty where it is not known"),
    )
    precision = models.CharField(_("known to the"), max_length=5, choices=Precision, default=Precision.DAY)
    note = models.CharField(_("note"), max_length=300, blank=True)
    note_en = models.CharField(_("note in English"), max_length=300, blank=True)

    remark: ClassVar = Translated("note")
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("change of status")
        verbose_name_plural = _("changes of status")
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["office", "position"],
                name="office_change_order",
                violation_error_message=_("Another change already has this place in the order."),
            )
        ]

    def __str__(self) -> str:
        return self.get_status_display()


class OfficeYear(PublicContent):
    """What an office has done in a year. What was not counted stays empty: nothing is no figure."""

    FIGURES: ClassVar = ("participants", "projects", "events", "agreements")

    office = models.ForeignKey(RepresentativeOffice, models.CASCADE, related_name="years", verbose_name=_("office"))
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1990), validate_year_no_later_than_this]
    )
    participants = models.PositiveIntegerField(_("participants"), null=True, blank=True)
    projects = models.PositiveIntegerField(_("joint projects"), null=True, blank=True)
    events = models.PositiveIntegerField(_("events"), null=True, blank=True)
    agreements = models.PositiveIntegerField(_("agreements"), null=True, blank=True)
    result = models.TextField(_("result in words"), max_length=1000, blank=True)
    result_en = models.TextField(_("result in words, in English"), max_length=1000, blank=True)

    outcome: ClassVar = Translated("result")
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("year of an office")
        verbose_name_plural = _("years of offices")
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(
                fields=["office", "year"],
                name="office_year_once",
                violation_error_message=_("This year of the office is already there."),
            ),
            models.CheckConstraint(
                condition=~Q(participants=None, projects=None, events=None, agreements=None, result=""),
                name="office_year_says_something",
                violation_error_message=_("Give a figure, or tell in words."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)

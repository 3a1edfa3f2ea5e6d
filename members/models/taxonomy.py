from typing import ClassVar
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.models import PublicContent
from common.translation import Translated


def validate_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("“%(zone)s” is not a time zone of the IANA list."), params={"zone": name})


class Audience(models.TextChoices):
    """Whom an event or a project is for."""

    PUPILS = "pupils", _("Pupils")
    STUDENTS = "students", _("Students")
    PARENTS = "parents", _("Parents")
    TEACHERS = "teachers", _("Teachers")
    MANAGERS = "managers", _("Heads of organisations")
    COMPANIES = "companies", _("Companies")
    RESEARCHERS = "researchers", _("Researchers")


class Region(PublicContent):
    """A subject of the federation (or, later, a foreign region) with its place on the tile map."""

    code = models.CharField(_("code"), max_length=6, unique=True, help_text=_("ISO 3166-2, as RU-MOS"))
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("name in English"), max_length=100)
    abbreviation = models.CharField(_("abbreviation"), max_length=4)
    abbreviation_en = models.CharField(_("abbreviation in English"), max_length=4)
    time_zone = models.CharField(_("time zone"), max_length=40, validators=[validate_time_zone])
    tile_row = models.PositiveSmallIntegerField(_("row on the map"), null=True, blank=True)
    tile_column = models.PositiveSmallIntegerField(_("column on the map"), null=True, blank=True)

    title: ClassVar = Translated("name")
    mark: ClassVar = Translated("abbreviation")

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["tile_row", "tile_column"],
                name="region_tile_unique",
                violation_error_message=_("Another region already stands at this place of the map."),
            ),
            models.CheckConstraint(
                condition=Q(tile_row=None, tile_column=None) | Q(tile_row__isnull=False, tile_column__isnull=False),
                name="region_tile_whole",
                violation_error_message=_("A place on the map is a row and a column: give both or neither."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def has_tile(self) -> bool:
        """Whether it stands on the tile map."""
        return self.tile_row is not None


class Direction(PublicContent):
    """A field of work («квантум») that organisations, labs, projects and events share."""

    HUES = 13  # equidistant hues of the design system; position n has the n-th

    slug = models.SlugField(_("address"), unique=True)
    name = models.CharField(_("name"), max_length=60, unique=True)
    name_en = models.CharField(_("name in English"), max_length=60)
    position = models.PositiveSmallIntegerField(
        pgettext_lazy("in a list", "position"),
        unique=True,
        validators=[MaxValueValidator(99)],
        help_text=_("Order in lists and hue"),
    )

    title: ClassVar = Translated("name")

    class Meta:
        verbose_name = _("direction")
        verbose_name_plural = _("directions")
        ordering = ["position"]

    def __str__(self) -> str:
        return self.title

    @property
    def hue(self) -> int:
        """Index of the hue, 0…12."""
        return self.position % self.HUES

"""Programmes of a technopark: what is taught there, to whom, and what it takes to be admitted and to finish."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy
from simple_history.models import HistoricalRecords

from common.html import RichTextField
from common.models import PublicContent
from common.one_line import OneLineField
from common.translation import Translated
from members.models import Direction, Organisation
from technoparks.models.site import Technopark

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User

AGES = [MinValueValidator(3), MaxValueValidator(99)]
ADULT = 18


class Audience(models.TextChoices):
    PUPILS = "pupils", pgettext_lazy("for whom a programme is", "Pupils")
    ADULTS = "adults", pgettext_lazy("for whom a programme is", "Teachers and other adults")


class ProgrammeQuerySet(models.QuerySet["Programme"]):
    def published(self) -> Self:
        return self.filter(is_published=True, technopark__is_published=True)

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


class Programme(PublicContent):
    """A course. Its groups are ``Cohort``s. Terms and shares hold from the moment they are saved."""

    technopark = models.ForeignKey(
        Technopark,
        models.PROTECT,
        related_name="programmes",
        limit_choices_to={"is_network": False},
        verbose_name=_("technopark"),
    )
    direction = models.ForeignKey(
        Direction, models.SET_NULL, null=True, blank=True, related_name="programmes", verbose_name=_("direction")
    )
    name = OneLineField(_("name"), max_length=150)
    name_en = OneLineField(_("name in English"), max_length=150, blank=True)
    slug = models.SlugField(_("address"), max_length=80)
    about = RichTextField(_("description"), blank=True)
    about_en = RichTextField(_("description in English"), blank=True)
    audience = models.CharField(
        pgettext_lazy("a programme", "for whom"), max_length=6, choices=Audience, default=Audience.PUPILS
    )
    age_from = models.PositiveSmallIntegerField(
        _("age from"), null=True, blank=True, validators=AGES, help_text=_("Full years when the group begins")
    )
    age_to = models.PositiveSmallIntegerField(_("age to"), null=True, blank=True, validators=AGES)
    hours = models.PositiveSmallIntegerField(_("hours in all"), validators=[MinValueValidator(1)])
    decision_days = models.PositiveSmallIntegerField(
        _("days to decide on an application"), default=7, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    attendance_percent = models.PositiveSmallIntegerField(
        _("attendance for a certificate, %"),
        default=70,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Of the lessons while the learner was in the group"),
    )
    is_published = models.BooleanField(_("published"), default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    title: ClassVar = Translated("name")
    description: ClassVar = Translated("about")

    objects: ClassVar[models.Manager["Programme"]] = models.Manager.from_queryset(ProgrammeQuerySet)()
    history = HistoricalRecords(excluded_fields=["updated_at"])

    class Meta:
        verbose_name = pgettext_lazy("of teaching", "programme")
        verbose_name_plural = pgettext_lazy("of teaching", "programmes")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["technopark", "slug"],
                name="programme_slug_once",
                violation_error_message=_("Another programme of this technopark has this address."),
            ),
            models.CheckConstraint(
                condition=Q(age_to=None) | Q(age_from__isnull=False, age_to__gte=F("age_from")),
                name="programme_ages_in_order",
                violation_error_message=_("The age to which it is for is not below the age from which it is."),
            ),
            models.CheckConstraint(
                condition=~Q(audience=Audience.PUPILS) | Q(age_from__isnull=False),
                name="programme_of_pupils_has_age",
                violation_error_message=_("Say from which age pupils are admitted."),
            ),
            models.CheckConstraint(
                condition=Q(attendance_percent__gte=1, attendance_percent__lte=100), name="programme_share_of_lessons"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("technoparks:programme_detail", args=[self.technopark.slug, self.slug])

    @property
    def is_for_adults(self) -> bool:
        return self.audience == Audience.ADULTS

    @property
    def admits_adults(self) -> bool:
        """Who apply for themselves."""
        return self.is_for_adults or self.age_to is None or self.age_to >= ADULT

    def admits(self, age: int) -> bool:
        return age >= (self.age_from or 0) and not (self.age_to and age > self.age_to)

    @property
    def asks_age(self) -> bool:
        """Only where it decides who is admitted: the least data."""
        return self.age_from is not None

    @property
    def ages(self) -> str:
        """«12–15 лет», or "" where everybody may come."""
        if self.age_from is None:
            return ""
        if self.age_to is None:
            return _("from the age of %(number)d") % {"number": self.age_from}
        span = str(self.age_from) if self.age_to == self.age_from else f"{self.age_from}–{self.age_to}"
        return ngettext("%(span)s year old", "%(span)s years old", self.age_to) % {"span": span}

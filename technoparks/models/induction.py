"""Inductions: what somebody has to know before they work in a lab or at a machine, and who knows it until when."""

import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, ExpressionWrapper, F, OuterRef, Q, Subquery, Value, When
from django.db.models.lookups import GreaterThan
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.html import RichTextField
from common.one_line import OneLineField
from common.translation import Translated
from members.models import Organisation
from technoparks.models.lab import EquipmentClass, Lab
from technoparks.models.site import Technopark

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User

DAY = datetime.timedelta(days=1)
LAST_OF_SCHOOL_YEAR = (8, 31)  # month and day


class InductionKind(models.TextChoices):
    """Постановление Правительства РФ от 24.12.2021 № 2464, раздел II."""

    INTRODUCTORY = "introductory", pgettext_lazy("induction", "Introductory")
    PRIMARY = "primary", pgettext_lazy("induction", "Primary")
    REPEATED = "repeated", pgettext_lazy("induction", "Repeated")
    UNPLANNED = "unplanned", pgettext_lazy("induction", "Unplanned")
    TARGETED = "targeted", pgettext_lazy("induction", "For a task")


class InstructionQuerySet(models.QuerySet["Instruction"]):
    def offered(self) -> Self:
        """In use, with a text that was published."""
        return self.filter(is_offered=True, versions__isnull=False).distinct()

    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """Offered by published technoparks; besides, what one has passed, a host's own, and every one to the staff."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff and user.is_active:
            return self
        hosts = Organisation.objects.represented_by(user).values("pk")
        passed = Induction.objects.filter(person=user).values("version__instruction")
        offered = self.model.objects.offered().filter(technopark__is_published=True).values("pk")
        return self.filter(Q(pk__in=offered) | Q(pk__in=passed) | Q(technopark__host__in=hosts))


class Instruction(models.Model):
    """What is to be known in some labs, or at machines of some classes. Its text stands in versions."""

    FIRST_KINDS: ClassVar = [
        (one.value, one.label) for one in (InductionKind.INTRODUCTORY, InductionKind.PRIMARY, InductionKind.TARGETED)
    ]

    technopark = models.ForeignKey(
        Technopark, models.PROTECT, related_name="instructions", verbose_name=_("technopark")
    )
    kind = models.CharField(
        pgettext_lazy("induction", "kind"), max_length=12, choices=FIRST_KINDS, default=InductionKind.PRIMARY
    )
    name = OneLineField(_("name"), max_length=150)
    name_en = OneLineField(_("name in English"), max_length=150, blank=True)
    labs = models.ManyToManyField(
        Lab,
        blank=True,
        related_name="instructions",
        verbose_name=_("laboratories"),
        help_text=_("Whoever books one of them has this induction"),
    )
    machines = models.ManyToManyField(
        EquipmentClass,
        blank=True,
        related_name="instructions",
        verbose_name=_("classes of equipment"),
        help_text=_("Whoever books a machine of them has it as well"),
    )
    needs_practice = models.BooleanField(_("the manager sees the practice and signs"), default=True)
    pass_percent = models.PositiveSmallIntegerField(
        _("right answers needed, per cent"), default=80, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    valid_days = models.PositiveSmallIntegerField(
        _("valid for, days"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: not limited by days"),
    )
    ends_with_school_year = models.BooleanField(
        _("valid until the end of the school year"), default=False, help_text=_("Until 31 August")
    )
    idle_days = models.PositiveSmallIntegerField(
        _("lapses after … days without work there"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: does not lapse"),
    )
    needed_from = models.DateField(
        _("needed from"), default=timezone.localdate, help_text=_("Bookings of earlier days do without it")
    )
    is_offered = models.BooleanField(_("in use"), default=True)

    title: ClassVar = Translated("name")

    objects: ClassVar[models.Manager["Instruction"]] = models.Manager.from_queryset(InstructionQuerySet)()

    class Meta:
        verbose_name = _("instruction")
        verbose_name_plural = _("instructions")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(pass_percent__range=(1, 100)), name="instruction_pass_percent"),
            models.CheckConstraint(condition=Q(valid_days=None) | Q(valid_days__gte=1), name="instruction_valid_days"),
            models.CheckConstraint(condition=Q(idle_days=None) | Q(idle_days__gte=1), name="instruction_idle_days"),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("technoparks:account_instruction", args=[self.pk])

    @property
    def current(self) -> "InstructionVersion | None":
        return self.versions.order_by("-number").first()

    def valid_until(self, day: datetime.date) -> datetime.date | None:
        """The last day of an induction that was completed on ``day``; None where it has no last day."""
        ends = []
        if self.valid_days:
            ends.append(day + datetime.timedelta(days=self.valid_days))
        if self.ends_with_school_year:
            last = datetime.date(day.year, *LAST_OF_SCHOOL_YEAR)
            ends.append(last if day <= last else last.replace(year=day.year + 1))
        return min(ends, default=None)


class InstructionVersion(models.Model):
    """A text that was published; it is never written over, as people have shown that they know it.

    ``questions``: [{"text": str, "options": [str, …], "right": [number of an option from 0, …]}].
    """

    instruction = models.ForeignKey(Instruction, models.PROTECT, related_name="versions", verbose_name=_("instruction"))
    number = models.PositiveSmallIntegerField(pgettext_lazy("instruction", "version"))
    text = RichTextField(_("text"))
    text_en = RichTextField(_("text in English"), blank=True)
    questions: Any = models.JSONField(_("questions"), default=list, blank=True)
    is_needed_anew = models.BooleanField(
        _("whoever knows an earlier version learns this one"), default=False, help_text=_("Their bookings wait for it")
    )
    published_at = models.DateTimeField(_("published"), default=timezone.now)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=pgettext_lazy("instruction", "published by"),
    )

    words: ClassVar = Translated("text")

    class Meta:
        verbose_name = _("version of an instruction")
        verbose_name_plural = _("versions of instructions")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["instruction", "number"],
                name="instruction_version_once",
                violation_error_message=_("This version stands there already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.instruction}, № {self.number}"


class QuizAttempt(models.Model):
    """How somebody has answered, whether it was enough or not; what they have chosen is not kept."""

    version = models.ForeignKey(
        InstructionVersion,
        models.PROTECT,
        related_name="attempts",
        verbose_name=pgettext_lazy("instruction", "version"),
    )
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person"))
    at = models.DateTimeField(_("time"), default=timezone.now)
    right = models.PositiveSmallIntegerField(_("right answers"))
    asked = models.PositiveSmallIntegerField(_("questions"))

    class Meta:
        verbose_name = _("attempt at a quiz")
        verbose_name_plural = _("attempts at quizzes")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["person", "version", "at"], name="attempt_of_person")]

    def __str__(self) -> str:
        return f"{self.version}: {self.right} / {self.asked}"

    @property
    def is_passed(self) -> bool:
        return self.right * 100 >= self.version.instruction.pass_percent * self.asked


class Standing(models.TextChoices):
    """How an induction stands on a day."""

    VALID = "valid", pgettext_lazy("induction", "Valid")
    WAITING = "waiting", pgettext_lazy("induction", "Waits for the practice")
    ENDED = "ended", pgettext_lazy("induction", "Ended")
    IDLE = "idle", pgettext_lazy("induction", "Not used for long")
    OLD = "old", pgettext_lazy("induction", "There is a newer text")
    REVOKED = "revoked", pgettext_lazy("induction", "Revoked")


class InductionQuerySet(models.QuerySet["Induction"]):
    def waiting(self) -> Self:
        """For the practice."""
        return self.filter(completed_on=None, revoked_at=None)

    def with_standing(self, day: datetime.date | None = None) -> Self:
        """``standing`` on ``day``, today if none is given; how long it was not used is counted to today."""
        of_instruction = InstructionVersion.objects.filter(instruction=OuterRef("version__instruction"))
        anew = of_instruction.filter(is_needed_anew=True).order_by("-number").values("number")[:1]
        unused = ExpressionWrapper(Value(timezone.localdate()) - F("used_on"), models.DurationField())
        allowed = ExpressionWrapper(F("version__instruction__idle_days") * Value(DAY), models.DurationField())
        standing = Case(
            When(revoked_at__isnull=False, then=Value(Standing.REVOKED)),
            When(completed_on=None, then=Value(Standing.WAITING)),
            When(version__number__lt=Subquery(anew), then=Value(Standing.OLD)),
            When(valid_until__lt=day or timezone.localdate(), then=Value(Standing.ENDED)),
            When(GreaterThan(unused, allowed), then=Value(Standing.IDLE)),
            default=Value(Standing.VALID),
            output_field=models.CharField(),
        )
        return self.annotate(standing=standing)

    def standing_so(self, standing: str, day: datetime.date | None = None) -> Self:
        return self.with_standing(day).filter(standing=standing)

    def newest(self) -> Self:
        """Of each instruction, with its standing: one that is valid before one that was begun since, to renew it."""
        related = self.with_standing().select_related("version__instruction__technopark")
        is_valid = Case(When(standing=Standing.VALID, then=Value(0)), default=Value(1))
        of_each = related.order_by("version__instruction_id", is_valid, "-passed_at", "-pk")
        return of_each.distinct("version__instruction_id")

    def valid_on(self, day: datetime.date) -> Self:
        return self.standing_so(Standing.VALID, day)


class Induction(models.Model):
    """That a person knows one version: by the quiz, and where it is needed by the practice that the manager has seen.

    ``used_on``: when they last worked where it is needed, at first the day of completion; the clock writes it.
    """

    version = models.ForeignKey(
        InstructionVersion,
        models.PROTECT,
        related_name="inductions",
        verbose_name=pgettext_lazy("instruction", "version"),
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="inductions", verbose_name=_("person")
    )
    kind = models.CharField(pgettext_lazy("induction", "kind"), max_length=12, choices=InductionKind)
    passed_at = models.DateTimeField(_("quiz passed"), default=timezone.now)
    right = models.PositiveSmallIntegerField(_("right answers"))
    asked = models.PositiveSmallIntegerField(_("questions"))
    completed_on = models.DateField(
        pgettext_lazy("induction", "completed"), null=True, blank=True, help_text=_("Empty: waits for the practice")
    )
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("practice seen by"),
    )
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    used_on = models.DateField(pgettext_lazy("induction", "last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(pgettext_lazy("induction", "revoked"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=pgettext_lazy("induction", "revoked by"),
    )
    reason = OneLineField(pgettext_lazy("of a revocation", "reason"), max_length=300, blank=True)

    standing: str  # of with_standing()

    objects: ClassVar[models.Manager["Induction"]] = models.Manager.from_queryset(InductionQuerySet)()

    class Meta:
        verbose_name = _("induction")
        verbose_name_plural = _("inductions")
        ordering = ["-passed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "person"],
                condition=Q(completed_on=None, revoked_at=None),
                name="induction_waits_once",
                violation_error_message=_("This person waits for the practice already."),
            ),
            models.CheckConstraint(
                condition=Q(revoked_at=None) | ~Q(reason=""),
                name="induction_revoked_with_reason",
                violation_error_message=_("Say why it is revoked."),
            ),
            models.CheckConstraint(
                condition=Q(completed_on=None, used_on=None) | Q(completed_on__isnull=False, used_on__isnull=False),
                name="induction_used_since_completed",
            ),
        ]
        indexes = [models.Index(fields=["person", "version"], name="induction_of_person")]

    def __str__(self) -> str:
        return f"{self.version}: {self.person}"

    @property
    def standing_label(self) -> str:
        return str(Standing(self.standing).label)

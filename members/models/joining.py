"""What an organisation is offered and asked when it joins, by its kind: edited by the office, without a programmer."""

from typing import ClassVar, Self

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.models import PublicContent
from common.one_line import LinesField
from common.translation import Translated
from members.models.organisation import Kind

ONE_A_LINE = _("One a line")
KEPT_UNDER_IT = _("Never changed: answers are kept under it")


class JoinConditions(PublicContent):
    """Why a kind of organisation joins: the page «How to join»."""

    kind = models.CharField(_("kind"), max_length=20, choices=Kind, unique=True)
    summary = models.CharField(_("in one sentence"), max_length=300)
    summary_en = models.CharField(_("in one sentence, in English"), max_length=300, blank=True)
    gets = LinesField(_("what it gets"), help_text=ONE_A_LINE)
    gets_en = LinesField(_("what it gets, in English"), blank=True)
    gives = LinesField(_("what it gives"), help_text=ONE_A_LINE)
    gives_en = LinesField(_("what it gives, in English"), blank=True)
    asked = LinesField(_("what it is asked"), help_text=ONE_A_LINE)
    asked_en = LinesField(_("what it is asked, in English"), blank=True)
    is_open = models.BooleanField(_("applications are taken"), default=True)

    promise: ClassVar = Translated("summary")
    benefits: ClassVar = Translated("gets")
    duties: ClassVar = Translated("gives")
    wishes: ClassVar = Translated("asked")

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("terms of joining")
        verbose_name_plural = _("terms of joining")
        ordering = ["kind"]

    def __str__(self) -> str:
        return self.get_kind_display()


class QuestionType(models.TextChoices):
    LINE = "line", _("One line")
    TEXT = "text", _("Long text")
    NUMBER = "number", _("Whole number")
    DATE = "date", _("Date")
    YES_NO = "yes_no", _("Yes or no")
    CHOICE = "choice", _("One of the choices")
    SEVERAL = "several", _("Several of the choices")
    FILE = "file", _("Document")


WITH_CHOICES = (QuestionType.CHOICE, QuestionType.SEVERAL)


class QuestionQuerySet(models.QuerySet["Question"]):
    def asked_of(self, kind: str) -> Self:
        return self.filter(is_active=True, kinds__contains=[kind])

    def documents(self) -> Self:
        return self.filter(type=QuestionType.FILE)


class Question(PublicContent):
    """What organisations of some kinds are asked when they apply. Once answered it is switched off, never deleted."""

    key = models.SlugField(
        _("key"), max_length=40, unique=True, help_text=_("Never changed: answers are kept under it")
    )
    kinds = ArrayField(models.CharField(max_length=20, choices=Kind), verbose_name=_("asked of"))
    type = models.CharField(_("type of answer"), max_length=8, choices=QuestionType, default=QuestionType.LINE)
    label = models.CharField(_("question"), max_length=200)
    label_en = models.CharField(_("question in English"), max_length=200, blank=True)
    help = models.CharField(_("help"), max_length=300, blank=True)
    help_en = models.CharField(_("help in English"), max_length=300, blank=True)
    choices = LinesField(_("choices"), blank=True, help_text=ONE_A_LINE)
    choices_en = LinesField(_("choices in English"), blank=True, help_text=_("In the same order"))
    is_required = models.BooleanField(_("must be answered"), default=False)
    position = models.PositiveSmallIntegerField(_("order"), default=100)
    is_active = models.BooleanField(_("asked now"), default=True)

    title: ClassVar = Translated("label")
    hint: ClassVar = Translated("help")
    options: ClassVar = Translated("choices")

    objects: ClassVar = QuestionQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("question to applicants")
        verbose_name_plural = _("questions to applicants")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kinds=[]),
                name="question_asked_of_somebody",
                violation_error_message=_("Choose at least one kind of organisation."),
            ),
            models.CheckConstraint(
                condition=Q(type__in=WITH_CHOICES) & ~Q(choices="") | ~Q(type__in=WITH_CHOICES) & Q(choices=""),
                name="question_choices_where_chosen",
                violation_error_message=_("Choices belong to a question with choices, and only there."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        super().clean()
        lines, english = self.choices.splitlines(), self.choices_en.splitlines()
        if english and len(english) != len(lines):
            raise ValidationError({"choices_en": _("As many lines as in Russian, in the same order.")}, code="choices")

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Each choice as it is kept, which is in Russian, and as it is shown to this reader."""
        return [*zip(self.choices.splitlines(), self.options.splitlines(), strict=False)]

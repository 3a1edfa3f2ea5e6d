"""The defence of what teams have made: criteria, judges, and the scores of each. Who reads scores, and when, stands in
``projects.life.defence``: nobody but the judge, before all have finished."""

from typing import ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.models import PublicContent
from common.one_line import OneLineField
from common.translation import Translated
from projects.models.challenge import Challenge
from projects.models.team import Team


class Criterion(PublicContent):
    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="criteria", verbose_name=_("challenge"))
    name = OneLineField(_("criterion"), max_length=200)
    name_en = OneLineField(_("criterion in English"), max_length=200, blank=True)
    most = models.PositiveSmallIntegerField(
        _("points at most"), default=10, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )

    title: ClassVar = Translated("name")

    class Meta:
        verbose_name = _("criterion of a defence")
        verbose_name_plural = _("criteria of defences")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "name"],
                name="criterion_once",
                violation_error_message=_("There is such a criterion already."),
            ),
            models.CheckConstraint(condition=Q(most__gte=1), name="criterion_has_points"),
        ]

    def __str__(self) -> str:
        return self.title


class JudgeQuerySet(models.QuerySet["Judge"]):
    def judging(self) -> Self:
        """But those whom the association has excused."""
        return self.filter(excused_at=None)


class Judge(models.Model):
    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="judges", verbose_name=_("challenge"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="judgements",
        verbose_name=_("judge"),
    )
    named_at = models.DateTimeField(_("named"), default=timezone.now)
    ready_at = models.DateTimeField(_("has finished"), null=True)
    excused_at = models.DateTimeField(_("excused"), null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects: ClassVar[models.Manager["Judge"]] = models.Manager.from_queryset(JudgeQuerySet)()

    class Meta:
        verbose_name = _("judge")
        verbose_name_plural = _("judges")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "user"],
                name="judge_once",
                violation_error_message=_("This person is a judge already."),
            ),
            models.CheckConstraint(condition=Q(excused_at=None) | Q(ready_at=None), name="judge_is_not_excused_late"),
        ]

    def __str__(self) -> str:
        return str(self.user or pgettext_lazy("whose account is erased", "Judge"))


class ScoreSheet(models.Model):
    """What a judge says of a team."""

    judge = models.ForeignKey(Judge, models.CASCADE, related_name="sheets", verbose_name=_("judge"))
    team = models.ForeignKey(Team, models.CASCADE, related_name="sheets", verbose_name=_("team"))
    comment = models.TextField(_("to the team"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("score sheet")
        verbose_name_plural = _("score sheets")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["judge", "team"], name="score_sheet_once")]

    def __str__(self) -> str:
        return f"{self.team}"


class Score(models.Model):
    sheet = models.ForeignKey(ScoreSheet, models.CASCADE, related_name="scores", verbose_name=_("score sheet"))
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="scores", verbose_name=_("criterion"))
    points = models.PositiveSmallIntegerField(_("points"))

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        ordering = ["criterion_id"]
        constraints = [models.UniqueConstraint(fields=["sheet", "criterion"], name="score_once")]

    def __str__(self) -> str:
        return f"{self.criterion_id}"

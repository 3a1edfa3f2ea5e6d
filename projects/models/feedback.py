"""What a team and its company say of each other, once the result is published; revealed together."""

import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from projects.models.team import Team, TeamMove, TeamState

FEEDBACK_WITHIN = datetime.timedelta(days=30)


class FeedbackSide(models.TextChoices):
    TEAM = "team", pgettext_lazy("whose feedback", "The team of the company")
    COMPANY = "company", pgettext_lazy("whose feedback", "The company of the team")


class TeamFeedbackQuerySet(models.QuerySet["TeamFeedback"]):
    def revealed(self) -> Self:
        """Of teams of which both sides have spoken, or whose term is over: by then nobody can answer what they read."""
        others = TeamFeedback.objects.filter(team=OuterRef("team")).exclude(side=OuterRef("side"))
        ended = timezone.now() - FEEDBACK_WITHIN
        over = TeamMove.objects.filter(team=OuterRef("team"), target=TeamState.FINISHED, at__lte=ended)
        return self.filter(Exists(others) | Exists(over))


class TeamFeedback(models.Model):
    team = models.ForeignKey(Team, models.CASCADE, related_name="feedback", verbose_name=_("team"))
    side = models.CharField(_("who says it"), max_length=7, choices=FeedbackSide)
    rating = models.PositiveSmallIntegerField(
        _("how it went"), validators=[MinValueValidator(1), MaxValueValidator(5)], help_text=_("From 1 to 5")
    )
    text = models.TextField(_("in words"), max_length=2000, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("written by")
    )
    given_at = models.DateTimeField(_("given"), default=timezone.now)

    objects: ClassVar[models.Manager["TeamFeedback"]] = models.Manager.from_queryset(TeamFeedbackQuerySet)()

    class Meta:
        verbose_name = _("feedback on a team’s work")
        verbose_name_plural = _("feedback on teams’ work")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["team", "side"], name="team_feedback_once"),
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=5), name="team_feedback_is_rated"),
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()}: {self.rating}"

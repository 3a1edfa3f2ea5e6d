"""What experts say of a challenge before it is opened for teams: a verdict, and remarks by the part they are of."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from projects.models.challenge import Challenge, ChallengeState


class Verdict(models.TextChoices):
    OPEN = "open", pgettext_lazy("of an expert", "Can be opened as it is")
    REMARKS = "remarks", pgettext_lazy("of an expert", "Can be opened once the remarks are answered")
    AGAINST = "against", pgettext_lazy("of an expert", "Not for teams")


class ReviewedPart(models.TextChoices):
    TASK = "task", pgettext_lazy("part of a challenge", "The task")
    AUDIENCE = "audience", pgettext_lazy("part of a challenge", "For whom, and how many places")
    GIVEN = "given", pgettext_lazy("part of a challenge", "What the company gives")
    TERMS = "terms", pgettext_lazy("part of a challenge", "Terms on rights and secrets")
    DAYS = "days", pgettext_lazy("part of a challenge", "Days")


class ReviewQuerySet(models.QuerySet["ChallengeReview"]):
    def waiting(self) -> Self:
        """For the expert, while the association looks through the challenge."""
        return self.filter(verdict="", declined_at=None, expert__isnull=False, challenge__state=ChallengeState.REVIEW)

    def answered(self) -> Self:
        return self.exclude(verdict="").prefetch_related("remarks")


class ChallengeReview(models.Model):
    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="reviews", verbose_name=_("challenge"))
    expert = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="challenge_reviews",
        verbose_name=_("expert"),
    )
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    answer_by = models.DateField(_("to be answered by"))
    verdict = models.CharField(_("verdict"), max_length=7, choices=Verdict, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    reminded_at = models.DateTimeField(_("expert reminded"), null=True)
    declined_at = models.DateTimeField(_("declined"), null=True)

    objects: ClassVar[models.Manager["ChallengeReview"]] = models.Manager.from_queryset(ReviewQuerySet)()

    class Meta:
        verbose_name = _("review of a challenge")
        verbose_name_plural = _("reviews of challenges")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "expert"],
                name="challenge_review_once",
                violation_error_message=_("This expert is asked already."),
            ),
            models.CheckConstraint(
                condition=Q(verdict="", answered_at=None) | (~Q(verdict="") & Q(answered_at__isnull=False)),
                name="challenge_review_is_answered_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.challenge}: {self.expert or _('expert')}"


class ReviewRemark(models.Model):
    """The company reads it with the verdict, once the association has answered."""

    review = models.ForeignKey(ChallengeReview, models.CASCADE, related_name="remarks", verbose_name=_("review"))
    part = models.CharField(_("of what"), max_length=8, choices=ReviewedPart)
    text = models.TextField(_("remark"), max_length=2000)

    class Meta:
        verbose_name = _("remark of an expert")
        verbose_name_plural = _("remarks of experts")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["review", "part"], name="challenge_remark_once")]

    def __str__(self) -> str:
        return f"{self.get_part_display()}: {self.text}"

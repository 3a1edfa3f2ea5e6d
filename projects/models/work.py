"""The work of teams on a challenge: its stages, and what each team hands in at each."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.html import RichTextField
from common.models import PublicContent
from common.one_line import OneLineField
from common.translation import Translated
from members.models.organisation import WebsiteField
from projects.models.challenge import Challenge
from projects.models.team import Team


class ChallengeStage(PublicContent):
    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="stages", verbose_name=_("challenge"))
    name = OneLineField(_("name of the stage"), max_length=200)
    name_en = OneLineField(_("name in English"), max_length=200, blank=True)
    expected = OneLineField(_("what a team hands in"), max_length=300)
    expected_en = OneLineField(_("what a team hands in, in English"), max_length=300, blank=True)
    due_on = models.DateField(_("to be handed in by"))

    title: ClassVar = Translated("name")
    what: ClassVar = Translated("expected")

    class Meta:
        verbose_name = _("stage of a challenge")
        verbose_name_plural = _("stages of challenges")
        ordering = ["due_on", "pk"]

    def __str__(self) -> str:
        return self.title


class StageWorkState(models.TextChoices):
    HANDED_IN = "handed_in", pgettext_lazy("of a work", "Handed in")
    ACCEPTED = "accepted", pgettext_lazy("of a work", "Accepted")
    RETURNED = "returned", pgettext_lazy("of a work", "Returned")


class StageWork(models.Model):
    """Read by the organisations of the team, by the company, by the judges, and by the staff."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="works", verbose_name=_("team"))
    stage = models.ForeignKey(ChallengeStage, models.PROTECT, related_name="works", verbose_name=_("stage"))
    text = RichTextField(_("what is done"), help_text=_("Name no minors here"))
    link = WebsiteField(
        _("address of the work"), blank=True, help_text=_("Of a document, a video, a repository that the company opens")
    )
    state = models.CharField(
        _("state"), max_length=9, choices=StageWorkState, default=StageWorkState.HANDED_IN, editable=False
    )
    remark = models.TextField(_("answer of the company"), max_length=2000, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("handed in by")
    )
    handed_in_at = models.DateTimeField(_("handed in"))
    answered_at = models.DateTimeField(_("answered"), null=True)

    class Meta:
        verbose_name = _("work of a team")
        verbose_name_plural = _("works of teams")
        ordering = ["stage__due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["team", "stage"], name="stage_work_once"),
            models.CheckConstraint(
                condition=Q(state=StageWorkState.HANDED_IN, answered_at=None)
                | (~Q(state=StageWorkState.HANDED_IN) & Q(answered_at__isnull=False)),
                name="stage_work_is_answered",
            ),
            models.CheckConstraint(
                condition=~Q(state=StageWorkState.RETURNED) | ~Q(remark=""), name="stage_work_is_returned_with_a_remark"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.team}: {self.stage}"

from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.models.agreement import Agreement


class TimerKind(models.TextChoices):
    """What is to be done, or who is to be reminded, when the time has come (agreements.life.timers)."""

    REVIEW_REMIND = "review_remind", _("Remind the reviewers")
    REVIEW_ESCALATE = "review_escalate", _("Tell the heads that a review is late")
    STALE = "stale", _("Negotiation has come to a standstill")
    SIGN_REMIND = "sign_remind", _("Remind who is to sign")
    SIGN_DEADLINE = "sign_deadline", _("Deadline of signing")
    START = "start", _("Comes into force")
    END_NEAR = "end_near", _("Ends soon")
    OPT_OUT = "opt_out", _("Last day to object to a renewal")
    END = "end", _("Ends or renews itself")
    NOTICE_END = "notice_end", _("End of the notice period")
    DUE_NEAR = "due_near", _("Obligation due soon")
    DUE_PASSED = "due_passed", _("Obligation is late")


class TimerQuerySet(models.QuerySet["Timer"]):
    def waiting(self) -> Self:
        return self.filter(done_at=None)

    def due(self) -> Self:
        return self.waiting().filter(due_at__lte=timezone.now()).order_by("due_at", "pk")


class Timer(models.Model):
    """Made with the move that begins the term, in its transaction, and ended with the one that makes it moot; swept."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="timers", verbose_name=_("agreement"))
    kind = models.CharField(_("kind"), max_length=15, choices=TimerKind)
    subject = models.BigIntegerField(_("key of the version, request, round or obligation"), default=0)
    step = models.PositiveSmallIntegerField(_("step"), default=0, help_text=_("Days, by which steps of a kind differ"))
    due_at = models.DateTimeField(pgettext_lazy("of an obligation", "due"))
    done_at = models.DateTimeField(_("done"), null=True)

    objects: ClassVar = TimerQuerySet.as_manager()

    class Meta:
        verbose_name = _("timer of an agreement")
        verbose_name_plural = _("timers of agreements")
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "kind", "subject", "step"],
                condition=Q(done_at=None),
                name="timer_once",
                violation_error_message=_("This timer runs already."),
            )
        ]
        indexes = [models.Index(fields=["due_at", "id"], condition=Q(done_at=None), name="timer_due")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.due_at:%Y-%m-%d}"

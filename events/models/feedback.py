"""What those who came say of an event afterwards.

An answer names nobody unless whoever gives it wants that. Of one that names nobody there is nothing in the database by
which it could be joined with a person:

- it has no time, no link and a random key; nothing of the request is kept with it;
- that somebody has answered is a ``FeedbackMark``: a digest with a secret that is not in the database, in a table of
  its own, where nothing of the answer is. It goes when nobody can answer any more;
- with each new answer all those of the event that name nobody are written anew, in random order and under new keys
  (``events.afterwards.feedback``). So the order of rows on the disk and PostgreSQL's own columns ``xmin`` and ``ctid``
  say the same of all of them, and the mark that is written with an answer is no nearer to it than to any other.

Basis: 152-FZ art. 3 p. 9, depersonalisation: without further information nobody can say whose data they are. What this
cannot hide: what somebody tells of themselves in a text; whose answers are where all are equal, or only one person was
asked; and whoever reads the database, or a backup, before and after an answer sees which one is new.
"""

import uuid
from typing import ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from common.one_line import OneLineField
from common.translation import Translated
from events.models.event import Event
from events.models.registration import CODE_LENGTH, Registration

WORST, BEST = 1, 5
LONGEST_TEXT = 2000  # characters


class FeedbackSurvey(models.Model):
    """How the organiser asks. Where nobody has said anything there is no row yet, and those who came are asked."""

    event = models.OneToOneField(
        Event, models.CASCADE, primary_key=True, related_name="survey", verbose_name=_("event")
    )
    asks = models.BooleanField(_("ask those who came by letter"), default=True)
    hall_key = models.CharField(max_length=CODE_LENGTH, blank=True, editable=False)  # empty: not open in the hall
    asked_at = models.DateTimeField(_("asked"), null=True, editable=False)
    asked = models.PositiveIntegerField(_("letters"), default=0, editable=False)

    class Meta:
        verbose_name = _("survey")
        verbose_name_plural = _("surveys")
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["hall_key"], condition=~Q(hall_key=""), name="survey_hall_key")]

    def __str__(self) -> str:
        return str(self.event)


class FeedbackQuestion(models.Model):
    """What the organiser wants to know besides. Answers are kept by its key: once there are any, it stays as it is."""

    class Type(models.TextChoices):
        RATING = "rating", _("From 1 to 5")
        CHOICE = "choice", _("One of the choices")
        LINE = "line", _("One line")

    event = models.ForeignKey(Event, models.CASCADE, related_name="feedback_questions", verbose_name=_("event"))
    label = OneLineField(_("question"), max_length=200)
    label_en = OneLineField(_("question in English"), max_length=200, blank=True)
    type = models.CharField(_("type"), max_length=6, choices=Type, default=Type.RATING)
    choices = models.TextField(_("choices"), max_length=1000, blank=True, help_text=_("One a line"))
    choices_en = models.TextField(
        _("choices in English"), max_length=1000, blank=True, help_text=_("One a line, in the same order")
    )
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    title: ClassVar = Translated("label")
    options: ClassVar = Translated("choices")
    is_required: ClassVar = False

    class Meta:
        verbose_name = _("question of the feedback")
        verbose_name_plural = _("questions of the feedback")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title


class FeedbackAnswerQuerySet(models.QuerySet["FeedbackAnswer"]):
    def nameless(self) -> Self:
        return self.filter(registration=None)


class FeedbackAnswer(models.Model):
    """Has no time on purpose, and no column may be added that says when or by whom it came."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="feedback_answers", verbose_name=_("event"))
    registration = models.OneToOneField(
        Registration,
        models.CASCADE,
        null=True,
        related_name="feedback_answer",
        verbose_name=_("registration"),
        help_text=_("Only of who wanted to be named"),
    )
    rating = models.PositiveSmallIntegerField(
        _("rating"), validators=[MinValueValidator(WORST), MaxValueValidator(BEST)]
    )
    again = models.BooleanField(_("would come again"), null=True)
    good = models.TextField(_("what was good"), max_length=LONGEST_TEXT, blank=True)
    better = models.TextField(_("what to do better"), max_length=LONGEST_TEXT, blank=True)
    answers = models.JSONField(_("answers"), default=dict, blank=True)  # {"key of the question": answer}

    objects: ClassVar = FeedbackAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(rating__range=(WORST, BEST)), name="feedback_rating_in_range")
        ]

    def __str__(self) -> str:
        return f"{self.event}: {self.rating}"


class FeedbackMark(models.Model):
    """That somebody has answered. Who, nobody reads out of it without the secret of the portal."""

    digest = models.CharField(max_length=64, primary_key=True, editable=False)
    event = models.ForeignKey(Event, models.CASCADE, related_name="+", verbose_name=_("event"))

    class Meta:
        verbose_name = _("mark of an answer")
        verbose_name_plural = _("marks of answers")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.digest

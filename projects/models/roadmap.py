"""The roadmap of a project: its stages and milestones, who answers for each, by when, and what came of it."""

import datetime
from typing import ClassVar, NamedTuple, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.models import PublicContent
from common.one_line import OneLineField
from common.translation import Translated
from members.models import Organisation
from projects.models.move import StateMove
from projects.models.project import Project, ProjectState


class Span(NamedTuple):
    """From the first day to the last, both counted; a milestone has its day twice."""

    first: datetime.date
    last: datetime.date


class ItemKind(models.TextChoices):
    STAGE = "stage", pgettext_lazy("of a roadmap", "Stage")
    MILESTONE = "milestone", pgettext_lazy("of a roadmap", "Milestone")


class ItemState(models.TextChoices):
    PLANNED = "planned", pgettext_lazy("of a roadmap", "Planned")
    RUNNING = "running", pgettext_lazy("of a roadmap", "Under way")
    DONE = "done", pgettext_lazy("of a roadmap", "Done")
    DROPPED = "dropped", pgettext_lazy("of a roadmap", "Given up")


OPEN_ITEM_STATES = (ItemState.PLANNED, ItemState.RUNNING)


class RoadmapItemQuerySet(models.QuerySet["RoadmapItem"]):
    def open(self) -> Self:
        """To be done, in a project that goes on."""
        return self.filter(state__in=OPEN_ITEM_STATES, project__state=ProjectState.RUNNING)


class RoadmapItem(PublicContent):
    """Its dates are those of now; what was planned first stands in the first of its ``changes``."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="roadmap", verbose_name=_("project"))
    kind = models.CharField(_("kind"), max_length=9, choices=ItemKind, default=ItemKind.STAGE)
    name = OneLineField(pgettext_lazy("of a roadmap", "name"), max_length=200)
    name_en = OneLineField(_("name in English"), max_length=200, blank=True)
    expected = OneLineField(
        _("what will be there then"), max_length=300, blank=True, help_text=_("By which everybody sees that it is done")
    )
    expected_en = OneLineField(_("what will be there then, in English"), max_length=300, blank=True)
    owner = models.ForeignKey(
        Organisation,
        models.PROTECT,
        related_name="roadmap_items",
        verbose_name=_("who answers for it"),
        help_text=_("One of those who take part in the project"),
    )
    starts_on = models.DateField(_("begins"), null=True, blank=True, help_text=_("Of a stage; a milestone has one day"))
    due_on = models.DateField(pgettext_lazy("of a roadmap", "to be done by"))
    begun_on = models.DateField(_("has begun"), null=True, blank=True, editable=False)
    done_on = models.DateField(_("was done"), null=True, blank=True, editable=False)
    after = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="before",
        verbose_name=_("what must be done before"),
    )
    state = models.CharField(_("state"), max_length=7, choices=ItemState, default=ItemState.PLANNED, editable=False)

    title: ClassVar = Translated("name")
    what: ClassVar = Translated("expected")

    objects: ClassVar[models.Manager["RoadmapItem"]] = models.Manager.from_queryset(RoadmapItemQuerySet)()
    history = HistoricalRecords(m2m_fields=["after"])

    class Meta:
        verbose_name = _("item of a roadmap")
        verbose_name_plural = _("roadmaps")
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=ItemKind.STAGE, starts_on__isnull=False, starts_on__lte=F("due_on"))
                | Q(kind=ItemKind.MILESTONE, starts_on=None),
                name="roadmap_item_has_its_days",
                violation_error_message=_(
                    "A stage begins on a day, and ends on that day or later; a milestone has one day alone."
                ),
            ),
            models.CheckConstraint(
                condition=Q(state=ItemState.DONE, done_on__isnull=False) | (~Q(state=ItemState.DONE) & Q(done_on=None)),
                name="roadmap_item_done_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(state=ItemState.RUNNING) | Q(begun_on__isnull=False, kind=ItemKind.STAGE),
                name="roadmap_item_running_has_begun",
            ),
            models.CheckConstraint(
                condition=Q(begun_on=None) | Q(done_on=None) | Q(done_on__gte=F("begun_on")),
                name="roadmap_item_done_after_it_has_begun",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(state__in=OPEN_ITEM_STATES), name="roadmap_item_open")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_stage(self) -> bool:
        return self.kind == ItemKind.STAGE

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_ITEM_STATES

    @property
    def now(self) -> Span:
        """As it was, where it is done; as it is meant to be otherwise."""
        first = self.begun_on or self.starts_on
        last = self.done_on or self.due_on
        return Span(min(first, last) if self.is_stage and first else last, last)

    @property
    def planned(self) -> Span:
        """As it was meant first."""
        changes = [*self.changes.all()]
        first, last = (changes[0].starts_before, changes[0].due_before) if changes else (self.starts_on, self.due_on)
        return Span(first or last, last)

    @property
    def slipped(self) -> int:
        """Days by which it is later than it was meant first; negative if it is earlier."""
        return (self.now.last - self.planned.last).days

    @property
    def days_late(self) -> int:
        """Since its day has passed, and nobody has said that it is done; 0 otherwise."""
        return max(0, (timezone.localdate() - self.due_on).days) if self.is_open else 0

    @property
    def how(self) -> str:
        """«Готово: 12 мая 2026 г., на 3 дня позже плана»."""
        match self.state:
            case ItemState.DONE:
                said = gettext("Done: %(day)s") % {"day": date_format(self.now.last)}
            case ItemState.DROPPED:
                return gettext("Given up")
            case _state if self.days_late:
                said = gettext("Not done yet; its day was %(day)s") % {"day": date_format(self.due_on)}
            case ItemState.RUNNING:
                said = gettext("Under way, to be done by %(day)s") % {"day": date_format(self.due_on)}
            case _planned:
                said = gettext("To be done by %(day)s") % {"day": date_format(self.due_on)}
        return ", ".join(filter(None, (said, _slipped(self.slipped))))


def _slipped(days: int) -> str:
    if days > 0:
        return ngettext("%(days)d day later than planned", "%(days)d days later than planned", days) % {"days": days}
    if days < 0:
        text = ngettext("%(days)d day sooner than planned", "%(days)d days sooner than planned", -days)
        return text % {"days": -days}
    return ""


class RoadmapChange(PublicContent):
    """Other dates of what everybody had read already, and why."""

    item = models.ForeignKey(RoadmapItem, models.CASCADE, related_name="changes", verbose_name=_("item of a roadmap"))
    starts_before = models.DateField(_("began before"), null=True)
    due_before = models.DateField(_("due before"))
    starts_after = models.DateField(_("begins now"), null=True)
    due_after = models.DateField(_("due now"))
    reason = OneLineField(_("reason"), max_length=500)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by whom")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)

    class Meta:
        verbose_name = _("change of dates")
        verbose_name_plural = _("changes of dates")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="roadmap_change_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.due_before} → {self.due_after}"

    @property
    def days(self) -> int:
        return (self.due_after - self.due_before).days


class RoadmapMove(StateMove):
    item = models.ForeignKey(RoadmapItem, models.CASCADE, related_name="moves", verbose_name=_("item of a roadmap"))
    source = models.CharField(_("from"), max_length=7, choices=ItemState)
    target = models.CharField(_("to"), max_length=7, choices=ItemState)

    class Meta(StateMove.Meta):
        verbose_name = _("move of an item of a roadmap")
        verbose_name_plural = _("moves of items of roadmaps")

"""Places of an event: pools of tickets, and what of them is kept for member organisations."""

from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import PublicContent
from common.one_line import OneLineField
from common.translation import Translated
from events.models.event import Event
from members.models import Organisation


class PoolKind(models.TextChoices):
    IN_PERSON = "in_person", _("In person")
    ONLINE = "online", _("Online")
    SPEAKER = "speaker", _("Speakers")
    PRESS = "press", _("Press")
    ORGANISER = "organiser", _("Organisers")
    JURY = "jury", _("Jury")
    HELPER = "helper", _("Helpers")


class TicketPool(PublicContent):
    """Places of one kind. How many are taken is never stored: it is asked under the lock of the event."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="pools", verbose_name=_("event"))
    kind = models.CharField(_("kind"), max_length=9, choices=PoolKind, default=PoolKind.IN_PERSON)
    name = OneLineField(_("name"), max_length=100)
    name_en = OneLineField(_("name in English"), max_length=100, blank=True)
    capacity = models.PositiveIntegerField(
        _("places"), null=True, blank=True, help_text=_("Empty: as many as wish to come")
    )
    needs_approval = models.BooleanField(_("the organiser approves"), default=False)
    takes_groups = models.BooleanField(_("groups may register"), default=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    title: ClassVar = Translated("name")
    has_queue: bool  # these two by events.registering.places.current_pool
    last_number: int | None

    class Meta:
        verbose_name = _("pool of places")
        verbose_name_plural = _("pools of places")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "name"],
                name="pool_once",
                violation_error_message=_("Another pool of this event is called so."),
            )
        ]

    def __str__(self) -> str:
        return self.title


class QuotaQuerySet(models.QuerySet["Quota"]):
    def holding(self) -> "QuotaQuerySet":
        """Those that have not returned to their pool yet."""
        return self.filter(returns_at__gt=timezone.now())


class Quota(models.Model):
    """Places of a pool that are kept for one organisation until a set day; then they are everybody's."""

    pool = models.ForeignKey(TicketPool, models.CASCADE, related_name="quotas", verbose_name=_("pool of places"))
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", verbose_name=_("organisation"))
    places = models.PositiveIntegerField(_("places"), validators=[MinValueValidator(1)])
    returns_at = models.DateTimeField(_("returns to the pool"))

    objects: ClassVar = QuotaQuerySet.as_manager()

    class Meta:
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["pool", "organisation"],
                name="quota_once",
                violation_error_message=_("This organisation has a quota of this pool already."),
            ),
            models.CheckConstraint(condition=Q(places__gte=1), name="quota_of_something"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation}: {self.places}"


class RegistrationQuestion(PublicContent):
    """What the organiser asks of who registers; the answer is kept in words."""

    class Type(models.TextChoices):
        LINE = "line", _("One line")
        CHOICE = "choice", _("One of the choices")
        CHECK = "check", _("A box to tick")

    event = models.ForeignKey(Event, models.CASCADE, related_name="questions", verbose_name=_("event"))
    label = OneLineField(_("question"), max_length=200)
    label_en = OneLineField(_("question in English"), max_length=200, blank=True)
    type = models.CharField(_("type"), max_length=6, choices=Type, default=Type.LINE)
    choices = models.TextField(_("choices"), blank=True, help_text=_("One a line"))
    choices_en = models.TextField(_("choices in English"), blank=True, help_text=_("One a line, in the same order"))
    is_required = models.BooleanField(_("must be answered"), default=False)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    title: ClassVar = Translated("label")
    options: ClassVar = Translated("choices")

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title

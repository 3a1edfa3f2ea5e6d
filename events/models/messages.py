"""What those who are registered for an event are told, all of them or some."""

from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.models import LONGEST_KEY
from common.one_line import OneLineField
from common.translation import Translated
from events.models.event import Event
from events.models.places import TicketPool
from events.models.registration import ACTIVE, CheckIn, Registration, RegistrationQuerySet, RegistrationState
from members.models import Organisation


class MessageKind(models.TextChoices):
    POSTPONED = "postponed", pgettext_lazy("of an event", "Postponed")
    CANCELLED = "cancelled", pgettext_lazy("of an event", "Cancelled")
    RESUMED = "resumed", _("Takes place after all")
    CHANGED = "changed", _("Time or place changed")
    WRITTEN = "written", _("A letter")


class MessageState(models.TextChoices):
    SENDING = "sending", pgettext_lazy("of a message", "Being sent")
    SENT = "sent", pgettext_lazy("of a message", "Sent")
    STOPPED = "stopped", pgettext_lazy("of a message", "Stopped")


class Came(models.TextChoices):
    YES = "yes", _("Those who came")
    NO = "no", _("Those who did not come")


class EventMessageQuerySet(models.QuerySet["EventMessage"]):
    def unsent(self) -> Self:
        return self.filter(state=MessageState.SENDING)


class EventMessage(models.Model):
    """One letter to each of many registrations. It goes in portions: ``reached`` is the last registration that has its
    letter, so a job that was killed goes on there."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="messages", verbose_name=_("event"))
    kind = models.CharField(_("kind"), max_length=9, choices=MessageKind)
    subject = OneLineField(_("subject"), max_length=150, blank=True)
    subject_en = OneLineField(_("subject in English"), max_length=150, blank=True)
    text = models.TextField(_("text"), max_length=5000, blank=True)
    text_en = models.TextField(_("text in English"), max_length=5000, blank=True)
    # Times and place as they were and are (events.telling.facts), in no language.
    before = models.JSONField(default=dict, editable=False)
    after = models.JSONField(default=dict, editable=False)

    to_state = models.CharField(
        _("state of the registration"), max_length=9, choices=RegistrationState, blank=True, help_text=_("Empty: any")
    )
    to_pool = models.ForeignKey(
        TicketPool, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("pool of places")
    )
    to_organisation = models.ForeignKey(
        Organisation, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("comes from")
    )
    to_came = models.CharField(_("who came"), max_length=3, choices=Came, blank=True)

    state = models.CharField(_("state"), max_length=7, choices=MessageState, default=MessageState.SENDING)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by whom")
    )
    at = models.DateTimeField(_("when"), default=timezone.now)
    reached = models.BigIntegerField(default=0, editable=False)
    total = models.PositiveIntegerField(_("letters in all"), default=0)
    sent = models.PositiveIntegerField(_("letters written"), default=0)
    request_key = models.CharField(max_length=LONGEST_KEY, blank=True, editable=False)

    headline: ClassVar = Translated("subject")
    said: ClassVar = Translated("text")
    objects: ClassVar = EventMessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message to the registered")
        verbose_name_plural = _("messages to the registered")
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "request_key"], condition=~models.Q(request_key=""), name="event_message_once"
            )
        ]
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state=MessageState.SENDING), name="event_message_unsent")
        ]

    def __str__(self) -> str:
        return f"{self.event} — {self.subject or self.get_kind_display()}"

    @property
    def readers(self) -> RegistrationQuerySet:
        """Whose address is known to be theirs, and who was registered when it was written: whoever came later has read
        how it is now."""
        own = Registration.objects.filter(event=self.event_id, hold_until=None, registered_at__lte=self.at)
        own = own.exclude(email="").filter(state__in=[self.to_state] if self.to_state else ACTIVE)
        if self.to_pool_id:
            own = own.filter(pool=self.to_pool_id)
        if self.to_organisation_id:
            own = own.filter(organisation=self.to_organisation_id)
        if self.to_came:
            came = Exists(CheckIn.objects.filter(ticket__registration=OuterRef("pk")))
            own = own.filter(came if self.to_came == Came.YES else ~came)
        return own

"""Mail that waits to be sent, is on its way, or went."""

from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class MailState(models.TextChoices):
    """A letter moves queued → sending → sent, and from sending to retry, failed or unknown as the server answers.

    Whose reader has unsubscribed meanwhile becomes unwanted, for good.
    """

    QUEUED = "queued", _("Queued")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    RETRY = "retry", _("To be tried again")
    FAILED = "failed", _("Failed")
    UNKNOWN = "unknown", _("Unknown")
    UNWANTED = "unwanted", _("Not wanted any more")


WAITING = (MailState.QUEUED, MailState.RETRY)
LONGEST_SUBJECT = 300
LONGEST_FILE_NAME = 200


class OutgoingMailQuerySet(models.QuerySet["OutgoingMail"]):
    def due(self) -> Self:
        """Whose time has come, in the order of going out."""
        return self.filter(state__in=WAITING, due_at__lte=timezone.now()).order_by("priority", "due_at", "pk")

    def with_what_sending_takes(self) -> Self:
        """``is_suppressed`` and ``has_attachments``: two queries less for each letter."""
        suppressed = SuppressedAddress.objects.filter(address=Lower(OuterRef("recipient")))
        attachments = MailAttachment.objects.filter(mail=OuterRef("pk"))
        return self.annotate(is_suppressed=Exists(suppressed), has_attachments=Exists(attachments))


class OutgoingMail(models.Model):
    """One letter to one reader, frozen when it was written. It is a part of the transaction that wrote it."""

    purpose = models.CharField(_("purpose"), max_length=40)
    priority = models.PositiveSmallIntegerField(_("priority"))
    key = models.CharField(
        _("key"), max_length=200, blank=True, help_text=_("What this letter is for: the same is never written twice")
    )
    language = models.CharField(_("language"), max_length=5)
    sender = models.CharField(_("from"), max_length=320)
    recipient = models.EmailField(_("to"))
    domain = models.CharField(_("domain"), max_length=254, editable=False)
    subject = models.CharField(_("subject"), max_length=LONGEST_SUBJECT)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"), blank=True)
    headers = models.JSONField(_("headers"), default=dict)
    message_id = models.CharField(_("Message-ID"), max_length=200, unique=True)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    state = models.CharField(_("state"), max_length=10, choices=MailState, default=MailState.QUEUED)
    due_at = models.DateTimeField(_("due"), default=timezone.now)
    # The default is for the release that does not know the field, while hosts are upgraded: ours name a term.
    give_up_at = models.DateTimeField(
        _("to be given up"),
        db_default=Now() + timedelta(days=3),
        help_text=_("From then on it is of no use to its reader"),
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    put_off = models.PositiveSmallIntegerField(_("put off by the server"), default=0, db_default=0)
    unclear = models.PositiveSmallIntegerField(_("attempts with unclear end"), default=0, db_default=0)
    tried_at = models.DateTimeField(_("last tried"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    error = models.TextField(_("last error"), blank=True)

    is_suppressed: bool  # these two by with_what_sending_takes
    has_attachments: bool

    objects: ClassVar = OutgoingMailQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("outgoing mail")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["key"], condition=~Q(key=""), name="mail_once"),
            models.CheckConstraint(
                condition=~Q(state=MailState.SENDING) | Q(tried_at__isnull=False), name="mail_sending_since"
            ),
            models.CheckConstraint(
                condition=~Q(state=MailState.SENT) | Q(finished_at__isnull=False), name="mail_sent_since"
            ),
        ]
        indexes = [
            models.Index(fields=["priority", "due_at", "id"], condition=Q(state__in=WAITING), name="mail_waiting"),
            models.Index(fields=["tried_at"], condition=Q(state=MailState.SENDING), name="mail_on_its_way"),
            models.Index(fields=["finished_at"], condition=Q(state=MailState.UNKNOWN), name="mail_unknown"),
            models.Index(fields=["domain", "tried_at"], name="mail_of_domain"),
            models.Index(fields=["recipient"], name="mail_of_recipient"),
        ]

    def __str__(self) -> str:
        return self.subject


class MailAttachment(models.Model):
    mail = models.ForeignKey(OutgoingMail, models.CASCADE, related_name="attachments", verbose_name=_("letter"))
    name = models.CharField(_("name"), max_length=LONGEST_FILE_NAME)
    kind = models.CharField(_("type"), max_length=100, help_text="text/calendar; method=REQUEST")
    content = models.BinaryField()

    class Meta:
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name


class SuppressedAddress(models.Model):
    """An address that nothing is sent to any more, as its server has said that nobody lives there."""

    address = models.EmailField(_("e-mail address"), unique=True)
    reason = models.CharField(_("why nothing is sent"), max_length=300)
    since = models.DateTimeField(_("suppressed since"), auto_now_add=True)

    class Meta:
        verbose_name = _("suppressed address")
        verbose_name_plural = _("suppressed addresses")
        ordering = ["-since"]

    def __str__(self) -> str:
        return self.address


class Unsubscription(models.Model):
    """That letters of a purpose are not wanted at an address, where that is kept by nobody else (Purpose.readers)."""

    purpose = models.CharField(_("purpose"), max_length=40)
    address = models.EmailField(_("address"))
    since = models.DateTimeField(_("since"), auto_now_add=True)

    class Meta:
        verbose_name = _("unsubscription")
        verbose_name_plural = _("unsubscriptions")
        ordering = ["-since"]
        constraints = [models.UniqueConstraint(fields=["address", "purpose"], name="unsubscription_once")]

    def __str__(self) -> str:
        return self.address

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.models.agreement import Agreement


class HistoryEntry(models.Model):
    """One turn in the life of an agreement. Each is chained to the one before by its hash (agreements.chain), and the
    database refuses to change or delete one (migration 0002).

    ``facts`` is what is hashed besides: keys and hashes, and nobody's name. ``by`` and ``reason`` may go when a person
    is erased: of both the chain holds no more than a key and a hash.
    """

    sequence = models.BigIntegerField(_("number"), unique=True)
    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="history", verbose_name=_("agreement"))
    action = models.CharField(_("action"), max_length=30)
    source = models.CharField(max_length=12, blank=True)
    target = models.CharField(max_length=12, blank=True)
    at = models.DateTimeField(_("time"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    reason = models.TextField(pgettext_lazy("of an agreement", "reason"), blank=True)
    facts = models.JSONField(_("facts"), default=dict)
    previous = models.CharField(_("hash of the one before"), max_length=64)
    sha256 = models.CharField("SHA-256", max_length=64, unique=True)

    objects: ClassVar[models.Manager["HistoryEntry"]] = models.Manager()

    class Meta:
        verbose_name = _("entry of the history")
        verbose_name_plural = _("history of agreements")
        ordering = ["sequence"]
        indexes = [models.Index(fields=["agreement", "sequence"], name="history_of_agreement")]

    def __str__(self) -> str:
        return f"{self.sequence} {self.action}"


class ChainHead(models.Model):
    """The last entry of a day, as it was published: whoever kept it can show what has been changed since."""

    day = models.DateField(_("day"), unique=True)
    sequence = models.BigIntegerField(_("number of the last entry"))
    sha256 = models.CharField("SHA-256", max_length=64)
    published_at = models.DateTimeField(_("published"), auto_now_add=True)

    objects: ClassVar[models.Manager["ChainHead"]] = models.Manager()

    class Meta:
        verbose_name = _("published head of the history")
        verbose_name_plural = _("published heads of the history")
        ordering = ["-day"]

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}: {self.sequence}"

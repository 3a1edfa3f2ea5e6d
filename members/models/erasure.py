from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import Document


class ErasureAct(models.Model):
    """That the data of a person were destroyed (152-FZ, art. 21; order of Roskomnadzor no. 179 of 2022-10-28). It names
    them by the number of their row alone. Never changed, and kept for three years at least."""

    number = models.CharField(_("number"), max_length=20, unique=True, help_text="2026-0007")
    erased = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="erasure", verbose_name=_("person")
    )
    at = models.DateTimeField(_("time"), default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("entered by"))
    reason = models.CharField(_("reason"), max_length=300)
    log = models.JSONField(_("extract of the log"), help_text=_("What was destroyed, in how many rows, and when"))
    document = models.OneToOneField(Document, models.PROTECT, related_name="+", verbose_name=_("document"))

    class Meta:
        verbose_name = _("act of erasure")
        verbose_name_plural = _("acts of erasure")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"№ {self.number}"

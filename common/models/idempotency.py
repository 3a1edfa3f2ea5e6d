from django.db import models
from django.utils.translation import gettext_lazy as _

LONGEST_KEY = 64  # characters


class IdempotencyKey(models.Model):
    """A request that made something, so that it makes nothing more when it comes again."""

    scope = models.CharField(_("scope"), max_length=100, help_text="office turn of organisation 17 by person 4")
    key = models.CharField(_("key"), max_length=LONGEST_KEY)
    fingerprint = models.CharField(_("fingerprint"), max_length=64, help_text=_("SHA-256 of what was asked for"))
    made = models.BigIntegerField(_("what it made"), null=True, help_text=_("Primary key of what it made"))
    created_at = models.DateTimeField(_("came"), auto_now_add=True)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        ordering = ["-pk"]
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="idempotency_key_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_key_age")]

    def __str__(self) -> str:
        return f"{self.scope}: {self.key}"

"""Links that people without an account act by."""

import secrets
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def new_key() -> str:
    """96 bits: nobody guesses one."""
    return secrets.token_urlsafe(12)


class SignedLinkQuerySet(models.QuerySet["SignedLink"]):
    def valid(self) -> Self:
        unexpired = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        return self.filter(unexpired, revoked_at=None)


class SignedLink(models.Model):
    """What a link that was sent out may be used for. However often it is sent, it is one row and one address."""

    purpose = models.CharField(_("purpose"), max_length=40)
    subject = models.CharField(
        _("concerns"), max_length=400, help_text=_("Whom or what it is about, as its purpose writes it")
    )
    key = models.CharField(max_length=16, unique=True, default=new_key, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects: ClassVar = SignedLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("signed link")
        verbose_name_plural = _("signed links")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subject", "purpose"], condition=Q(revoked_at=None), name="link_one_standing"
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} — {self.subject}"

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Handover(models.Model):
    """What somebody who left an organisation owned there has gone to somebody else; never changed afterwards."""

    organisation = models.ForeignKey(
        "members.Organisation", models.CASCADE, related_name="handovers", verbose_name=_("organisation")
    )
    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("from whom")
    )
    taker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("to whom")
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("handed over by")
    )
    at = models.DateTimeField(_("time"), auto_now_add=True)
    what = models.JSONField(_("what"), help_text=_("Kind of thing → how many"))

    objects: ClassVar[models.Manager["Handover"]] = models.Manager()

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.organisation} — {self.taker}"

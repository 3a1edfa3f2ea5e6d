from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models.agreement import Agreement
from members.models import Organisation


class AnnexPerson(models.Model):
    """Whom an agreement is about, as its restricted annex names them. Who they are is sealed (agreements.annex): the
    database alone, a backup or a log tells nobody's name."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="annex", verbose_name=_("agreement"))
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("named by"))
    sealed = models.TextField(_("who it is, sealed"), editable=False)
    is_adult = models.BooleanField(_("18 or older"), default=False)
    consented_on = models.DateField(_("day of the parent’s consent"), null=True, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("time"), default=timezone.now)

    objects: ClassVar[models.Manager["AnnexPerson"]] = models.Manager()

    class Meta:
        verbose_name = _("person in a restricted annex")
        verbose_name_plural = _("people in restricted annexes")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_adult=False) | Q(consented_on=None),
                name="annex_adult_asks_no_parent",
                violation_error_message=_("Of an adult no parent is asked."),
            )
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"

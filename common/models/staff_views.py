from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ViewKind(models.TextChoices):
    PAGE = "page", _("Page of a record")
    HISTORY = "history", _("History of a record")
    LETTER = "letter", _("A letter as it was sent")


class StaffRole(models.TextChoices):
    """What the person is told instead of a name. Of others than the staff it is kept where data are restricted."""

    OFFICE = "office", _("The office of the association")
    ADMINISTRATOR = "administrator", _("An administrator of the portal")
    REPRESENTATIVE = "representative", _("Who acts for an organisation")


class PersonalDataView(models.Model):
    """That one of the staff, or who may see what is restricted, looked at data of a person; kept for a year."""

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("who looked")
    )
    role = models.CharField(_("in which role"), max_length=15, choices=StaffRole)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="views_by_staff",
        verbose_name=_("whose data"),
        help_text=_("Empty where the data are of somebody without an account"),
    )
    kind = models.CharField(_("what was seen"), max_length=10, choices=ViewKind)
    record = models.CharField(_("kind of record"), max_length=100, help_text="members.user")
    address = models.CharField(_("address of the page"), max_length=300)
    at = models.DateTimeField(_("time"), default=timezone.now, db_index=True)

    objects: ClassVar = models.Manager()

    class Meta:
        verbose_name = _("view of personal data")
        verbose_name_plural = _("views of personal data")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.record}, {self.at:%Y-%m-%d %H:%M}"

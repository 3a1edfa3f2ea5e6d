"""That somebody has finished a programme, on paper."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.models import Document, DocumentState
from members.models.certificate import new_code
from technoparks.models.learner import Enrolment, Whose

if TYPE_CHECKING:
    from members.models.addressed import HasCode


class ProgrammeCertificateQuerySet(models.QuerySet["ProgrammeCertificate"]):
    def standing(self) -> Self:
        return self.filter(revoked_at=None)

    def ready(self) -> Self:
        """Which can be downloaded."""
        return self.standing().filter(document__state=DocumentState.MADE)


class ProgrammeCertificate(models.Model):
    """What is printed on it stays as it was on the day of issue."""

    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="certificates", verbose_name=_("enrolment"))
    number = models.CharField(_("number"), max_length=20, unique=True, help_text="П-2026-0007")
    code = models.CharField(_("code"), max_length=19, unique=True, default=new_code)
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=150)
    hours = models.PositiveSmallIntegerField(_("hours"))
    attended = models.PositiveSmallIntegerField(_("attended, %"))
    grounds = models.CharField(
        _("by decision"), max_length=300, blank=True, help_text=_("Why it was issued at a lower attendance")
    )
    issued_on = models.DateField(_("issued on"), default=timezone.localdate)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("issued by")
    )
    revoked_at = models.DateTimeField(pgettext_lazy("of a certificate", "revoked"), null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("revoked by")
    )
    reason = models.CharField(pgettext_lazy("of a revocation", "reason"), max_length=300, blank=True)
    document = models.OneToOneField(
        Document, models.PROTECT, null=True, related_name="+", verbose_name=_("document"),
        help_text=_("Empty where the person has been erased"),
    )  # fmt: skip

    objects: ClassVar = ProgrammeCertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate of a programme")
        verbose_name_plural = _("certificates of programmes")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=Q(revoked_at=None),
                name="programme_certificate_one_standing",
                violation_error_message=_("This learner has a valid certificate of the group already."),
            )
        ]

    def __str__(self) -> str:
        return f"№ {self.number}"

    if TYPE_CHECKING:

        def get_absolute_url(self: HasCode) -> str:
            """Where anybody sees whether it holds; set at the roof (ABSOLUTE_URL_OVERRIDES)."""

    @property
    def is_valid(self) -> bool:
        return self.revoked_at is None

    @property
    def is_replaced(self) -> bool:
        """Revoked, and another one stands in its place. One query."""
        return not self.is_valid and self.enrolment.certificates.standing().exists()

    @property
    def shown_name(self) -> str:
        """To whoever verifies it: of a learner who may be a minor the initials alone, to be compared with the paper."""
        if self.enrolment.application.whose == Whose.OWN:
            return self.name
        return " ".join(f"{word[0]}." for word in self.name.split())

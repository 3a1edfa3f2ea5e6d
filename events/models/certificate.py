"""That a person was at an event, on paper."""

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.models import Document, DocumentState
from events.models.registration import Ticket
from members.models import Organisation
from members.models.certificate import new_code

if TYPE_CHECKING:
    from members.models.addressed import HasCode


class AttendeeRole(models.TextChoices):
    PARTICIPANT = "participant", _("Participant")
    SPEAKER = "speaker", _("Speaker")
    ORGANISER = "organiser", pgettext_lazy("role at an event", "Organiser")
    JURY = "jury", pgettext_lazy("role at an event", "Member of the jury")
    HELPER = "helper", pgettext_lazy("role at an event", "Helper")


class ParticipantCertificateQuerySet(models.QuerySet["ParticipantCertificate"]):
    def standing(self) -> Self:
        return self.filter(revoked_at=None)

    def ready(self) -> Self:
        """Which can be downloaded."""
        return self.standing().filter(document__state=DocumentState.MADE)

    def of_groups(self, organisation: Organisation | None) -> Self:
        """Of its people who came in groups, as those who came by themselves are none of its."""
        return self.filter(ticket__registration__organisation=organisation).exclude(ticket__registration__group="")

    def missed(self) -> Self:
        """Revoked of somebody who is still known, with no other in their place."""
        replaced = ParticipantCertificate.objects.standing().values("ticket")
        return self.exclude(Q(revoked_at=None) | Q(name="") | Q(ticket__in=replaced))


class ParticipantCertificate(models.Model):
    """What is printed on it stays as it was on the day of issue; mended, it is revoked and another one is issued."""

    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="certificates", verbose_name=_("ticket"))
    number = models.CharField(_("number"), max_length=20, unique=True, help_text="У-2026-0007")
    code = models.CharField(_("code"), max_length=19, unique=True, default=new_code)
    name = models.CharField(pgettext_lazy("of a person", "name"), max_length=150)
    role = models.CharField(_("role"), max_length=11, choices=AttendeeRole)
    hours = models.PositiveSmallIntegerField(_("hours"), null=True, help_text=_("Empty where nobody knows"))
    issued_on = models.DateField(_("issued on"), default=timezone.localdate)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("issued by")
    )
    revoked_at = models.DateTimeField(pgettext_lazy("of a certificate", "revoked"), null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("revoked by")
    )
    reason = models.CharField(
        pgettext_lazy("of a revocation", "reason"), max_length=300, blank=True, default="", db_default=""
    )
    document = models.OneToOneField(
        Document, models.PROTECT, null=True, related_name="+", verbose_name=_("document"),
        help_text=_("Empty where the person has been erased"),
    )  # fmt: skip

    objects: ClassVar = ParticipantCertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate of a participant")
        verbose_name_plural = _("certificates of participants")
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"],
                condition=Q(revoked_at=None),
                name="participant_certificate_one_standing",
                violation_error_message=_("This person has a valid certificate of the event already."),
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
        """Revoked, and another one stands in its place."""
        return not self.is_valid and self.ticket.certificates.standing().exists()

    @property
    def shown_name(self) -> str:
        """To whoever verifies it: of a pupil the initials alone, to be compared with the paper."""
        if not self.ticket.registration.is_group:
            return self.name
        return " ".join(f"{word[0]}." for word in self.name.split())

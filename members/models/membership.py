from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from common.models import PublicContent
from common.translation import Translated

if TYPE_CHECKING:
    from members.models.representative import HasOrganisation


class Tier(models.TextChoices):
    FOUNDER = "founder", _("Founder")
    FULL = "full", _("Full member")
    ASSOCIATE = "associate", _("Associate member")
    PARTNER = "partner", _("Partner")


class MembershipStatus(models.TextChoices):
    ACTIVE = "active", _("Active")
    SUSPENDED = "suspended", _("Suspended")
    ENDED = "ended", _("Ended")


class MembershipQuerySet(models.QuerySet["Membership"]):
    def running(self) -> Self:
        """Those that count today: neither suspended nor ended."""
        return self.filter(status=MembershipStatus.ACTIVE)


class Membership(PublicContent):
    """An organisation's standing in the association over a period; a person never has one."""

    organisation = models.ForeignKey(
        "members.Organisation", models.CASCADE, related_name="memberships", verbose_name=_("organisation")
    )
    tier = models.CharField(_("tier"), max_length=10, choices=Tier)
    status = models.CharField(
        _("status"), max_length=10, choices=MembershipStatus, default=MembershipStatus.ACTIVE, editable=False
    )
    started_on = models.DateField(_("since"), null=True, blank=True, help_text=_("Empty where it is not known"))
    ended_on = models.DateField(_("until"), null=True, blank=True, editable=False)
    note = models.CharField(_("note"), max_length=300, blank=True)
    note_en = models.CharField(_("note in English"), max_length=300, blank=True)

    remark: ClassVar = Translated("note")

    objects: ClassVar = MembershipQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["-started_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=~Q(status=MembershipStatus.ENDED),
                name="membership_one_at_a_time",
                violation_error_message=_("This organisation already has a membership that has not ended."),
            ),
            models.CheckConstraint(
                condition=Q(started_on=None) | Q(ended_on=None) | Q(ended_on__gte=models.F("started_on")),
                name="membership_ends_after_start",
                violation_error_message=_("A membership cannot end before it starts."),
            ),
        ]
        indexes = [models.Index(fields=["tier", "organisation"], condition=Q(status="active"), name="membership_tier")]

    def __str__(self) -> str:
        return f"{self.organisation} — {self.get_tier_display()}"

    if TYPE_CHECKING:

        def get_absolute_url(self: HasOrganisation) -> str:
            """Where the organisation's own people see it; only the roof knows the page (ABSOLUTE_URL_OVERRIDES)."""


class MembershipStatusChange(models.Model):
    """One move of a membership from one status to another; never changed afterwards."""

    membership = models.ForeignKey(Membership, models.CASCADE, related_name="changes", verbose_name=_("membership"))
    status = models.CharField(_("status"), max_length=10, choices=MembershipStatus)
    on = models.DateField(_("date"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("entered by")
    )
    reason = models.CharField(_("reason"), max_length=300)
    recorded_at = models.DateTimeField(_("entered"), auto_now_add=True)

    class Meta:
        verbose_name = _("change of status")
        verbose_name_plural = _("changes of status")
        ordering = ["on", "pk"]

    def __str__(self) -> str:
        return f"{date_format(self.on)} — {self.get_status_display()}"

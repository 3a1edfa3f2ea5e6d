from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.countries import country_name

if TYPE_CHECKING:
    from members.models.addressed import HasOrganisation


class OfficeReportKind(models.TextChoices):
    TURN = "turn", _("change of status")
    YEAR = "year", _("results of a year")


class OfficeReportState(models.TextChoices):
    WAITING = "waiting", _("Waits for the check")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")


class OfficeReportQuerySet(models.QuerySet["OfficeReport"]):
    def waiting(self) -> Self:
        return self.filter(state=OfficeReportState.WAITING)


class OfficeReport(models.Model):
    """What an organisation tells of an office abroad. It is public once the association has accepted it, as a row of
    the office's own; so nothing that is public knows of reports.
    """

    organisation = models.ForeignKey(
        "members.Organisation", models.CASCADE, related_name="office_reports", verbose_name=_("organisation")
    )
    kind = models.CharField(_("what it tells"), max_length=4, choices=OfficeReportKind)
    data = models.JSONField(_("as reported"))  # what ``members.offices`` writes when it is accepted
    state = models.CharField(_("state"), max_length=8, choices=OfficeReportState, default=OfficeReportState.WAITING)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("reported by")
    )
    reported_at = models.DateTimeField(_("reported"), default=timezone.now)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects: ClassVar = OfficeReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("report of an office")
        verbose_name_plural = _("reports of offices")
        ordering = ["-reported_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=OfficeReportState.WAITING) | Q(decided_at__isnull=False),
                name="office_report_decided_at",
                violation_error_message=_("A decision needs the time at which it was taken."),
            )
        ]
        indexes = [models.Index(fields=["reported_at"], condition=Q(state="waiting"), name="office_report_waiting")]

    def __str__(self) -> str:
        return f"{self.organisation} — {self.place}"

    @property
    def place(self) -> str:
        return ", ".join(filter(None, [country_name(self.data["country"]), self.data["city"]]))

    @property
    def is_waiting(self) -> bool:
        return self.state == OfficeReportState.WAITING

    if TYPE_CHECKING:

        def get_absolute_url(self: HasOrganisation) -> str:
            """Where the organisation's own people see it; only the roof knows the page (ABSOLUTE_URL_OVERRIDES)."""

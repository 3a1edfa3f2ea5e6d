import datetime
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.models.agreement import Agreement
from agreements.models.party import Party
from agreements.models.text import is_sha256, new_file_name
from common.models import PublicContent
from common.private_files import private_storage
from members.models import Organisation

ASLEEP_AFTER = datetime.timedelta(days=90)  # without a report


class ObligationKind(models.TextChoices):
    PROJECTS = "projects", _("Projects")
    INTERNSHIPS = "internships", _("Internships")
    PLACES = "places", pgettext_lazy("obligation", "Places")
    LAB_HOURS = "lab_hours", _("Hours in a laboratory")
    EQUIPMENT = "equipment", _("Equipment")
    MONEY = "money", _("Money, roubles")
    PUPILS = "pupils", _("Pupils")
    TEACHERS = "teachers", _("Teachers trained")
    OTHER = "other", pgettext_lazy("obligation", "Other")


class ObligationState(models.TextChoices):
    OPEN = "open", pgettext_lazy("obligation", "Open")
    FULFILLED = "fulfilled", pgettext_lazy("obligation", "Fulfilled")
    CLOSED = "closed", pgettext_lazy("obligation", "Closed without being fulfilled")


class ObligationQuerySet(models.QuerySet["Obligation"]):
    def open(self) -> Self:
        return self.filter(state=ObligationState.OPEN)

    def late(self) -> Self:
        return self.open().filter(due_on__lt=timezone.localdate())

    def of(self, organisation: Organisation) -> Self:
        """Ours and owed to us, of agreements that we may read."""
        to_all = Q(beneficiary=None, agreement__in=Party.objects.filter(organisation=organisation).values("agreement"))
        concerned = self.filter(Q(owner=organisation) | Q(beneficiary=organisation) | to_all)
        return concerned.filter(agreement__in=Agreement.objects.of(organisation).values("pk"))


class Obligation(PublicContent):
    """A typed promise of the terms in force: whose, for whom, how much, by when. ``key`` is the one that it has in the
    terms, so that an amendment changes it and does not promise it twice."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="obligations", verbose_name=_("agreement"))
    key = models.CharField(max_length=8, editable=False)
    kind = models.CharField(_("kind"), max_length=12, choices=ObligationKind)
    what = models.CharField(_("what is promised"), max_length=500)
    owner = models.ForeignKey(
        Organisation, models.PROTECT, related_name="obligations", verbose_name=_("who promised it")
    )
    beneficiary = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="obligations_to_it",
        verbose_name=_("for whom"),
        help_text=_("Empty: for all other parties"),
    )
    amount = models.DecimalField(
        pgettext_lazy("of an obligation", "amount"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    done = models.DecimalField(_("done and confirmed"), max_digits=14, decimal_places=2, default=0, db_default=0)
    due_on = models.DateField(pgettext_lazy("of an obligation", "due"), null=True, blank=True)
    evidence = models.CharField(_("shown by"), max_length=300, blank=True)
    state = models.CharField(
        _("state"), max_length=9, choices=ObligationState, default=ObligationState.OPEN, editable=False
    )
    closed_reason = models.TextField(_("why it was closed"), blank=True)
    moved_at = models.DateTimeField(_("last progress"), default=timezone.now, editable=False)

    objects: ClassVar = ObligationQuerySet.as_manager()

    class Meta:
        verbose_name = _("obligation")
        verbose_name_plural = _("obligations")
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "key"],
                name="obligation_once",
                violation_error_message=_("This obligation is there already."),
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gt=0),
                name="obligation_amount",
                violation_error_message=_("An amount is more than nothing."),
            ),
            models.CheckConstraint(
                condition=~Q(state=ObligationState.CLOSED) | ~Q(closed_reason=""),
                name="obligation_closed_has_reason",
                violation_error_message=_("What is closed unfulfilled has a reason."),
            ),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], condition=Q(state=ObligationState.OPEN), name="obligation_open")
        ]

    def __str__(self) -> str:
        return self.what

    @property
    def is_open(self) -> bool:
        return self.state == ObligationState.OPEN

    def is_owed_to(self, organisation: Organisation) -> bool:
        """Of the parties of its agreement."""
        return organisation.pk != self.owner_id and self.beneficiary_id in (None, organisation.pk)

    @property
    def is_late(self) -> bool:
        return self.is_open and self.due_on is not None and self.due_on < timezone.localdate()

    @property
    def days_late(self) -> int:
        return (timezone.localdate() - self.due_on).days if self.due_on else 0

    @property
    def is_asleep(self) -> bool:
        return self.is_open and not self.is_late and self.moved_at < timezone.now() - ASLEEP_AFTER

    @property
    def amount_title(self) -> str:
        """What its numbers count; of “other” it is said in the words of the promise."""
        return "" if self.kind == ObligationKind.OTHER else self.get_kind_display()


class ReportState(models.TextChoices):
    REPORTED = "reported", pgettext_lazy("progress", "Waits for the other side")
    CONFIRMED = "confirmed", pgettext_lazy("progress", "Confirmed")
    REFUSED = "refused", pgettext_lazy("progress", "Not confirmed")


class ObligationReport(models.Model):
    """Progress as one side says, and what the other side says to it."""

    obligation = models.ForeignKey(Obligation, models.CASCADE, related_name="reports", verbose_name=_("obligation"))
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name=_("reported by"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("time"), default=timezone.now)
    amount = models.DecimalField(
        pgettext_lazy("of an obligation", "amount"), max_digits=14, decimal_places=2, null=True, blank=True
    )
    text = models.TextField(_("what was done"), max_length=2000)
    link = models.URLField(_("link"), blank=True)
    file = models.FileField(_("file"), upload_to=new_file_name, storage=private_storage, max_length=100, blank=True)
    file_name = models.CharField(_("name of the file"), max_length=150, blank=True)
    file_sha256 = models.CharField(_("SHA-256 of the file"), max_length=64, blank=True, validators=[is_sha256])
    state = models.CharField(
        _("state"), max_length=9, choices=ReportState, default=ReportState.REPORTED, editable=False
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    reason = models.TextField(pgettext_lazy("of an agreement", "reason"), blank=True)

    class Meta:
        verbose_name = _("report on an obligation")
        verbose_name_plural = _("reports on obligations")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state=ReportState.REPORTED, decided_at=None)
                | ~Q(state=ReportState.REPORTED) & Q(decided_at__isnull=False),
                name="report_decided_has_time",
                violation_error_message=_("A decision has a time."),
            )
        ]

    def __str__(self) -> str:
        return self.text[:60]

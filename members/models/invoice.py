"""Periods of a membership, the invoices for them, and what has been said of those that are not paid."""

import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.models import Document
from members.models.membership import Membership
from members.models.representative import Representative

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models.user import User


class Days(Func):
    """From the one to the other, both of them included."""

    function = "daterange"
    output_field = DateRangeField()


class MembershipPeriod(models.Model):
    """A year for which one fee is due, or none where the membership is free of it."""

    membership = models.ForeignKey(Membership, models.PROTECT, related_name="periods", verbose_name=_("membership"))
    starts_on = models.DateField(pgettext_lazy("a day", "from"))
    ends_on = models.DateField(pgettext_lazy("a day", "to"))

    class Meta:
        verbose_name = _("period of membership")
        verbose_name_plural = _("periods of membership")
        ordering = ["-starts_on"]
        constraints = [
            ExclusionConstraint(
                name="period_no_overlap",
                expressions=[
                    ("membership", RangeOperators.EQUAL),
                    (
                        Days("starts_on", "ends_on", RangeBoundary(inclusive_upper=True)),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                violation_error_message=_("Periods of one membership cannot overlap."),
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="period_ends_after_start",
                violation_error_message=_("A period cannot end before it starts."),
            ),
        ]

    def __str__(self) -> str:
        return f"{date_format(self.starts_on)} — {date_format(self.ends_on)}"


class InvoiceState(models.TextChoices):
    ISSUED = "issued", _("Not paid")
    PAID = "paid", _("Paid")
    CANCELLED = "cancelled", _("Cancelled")


class InvoiceQuerySet(models.QuerySet["Invoice"]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """To those who act for the organisation, and to staff who may see invoices."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff and user.has_perm("members.view_invoice"):
            return self
        return self.filter(organisation__in=Representative.objects.active().filter(user=user).values("organisation"))

    def of(self, membership: Membership) -> Self:
        return self.filter(period__membership=membership)

    def open(self) -> Self:
        return self.filter(state=InvoiceState.ISSUED)

    def unpaid_after(self, day: datetime.date) -> Self:
        """Whose last day to pay is over at the beginning of ``day``."""
        return self.open().filter(due_on__lt=day)

    def cancel(self, *, on: datetime.date) -> int:
        return self.update(state=InvoiceState.CANCELLED, cancelled_on=on)


class Invoice(models.Model):
    """What is asked for a period, as it was said on the day of issue."""

    period = models.ForeignKey(MembershipPeriod, models.PROTECT, related_name="invoices", verbose_name=_("period"))
    organisation = models.ForeignKey(
        "members.Organisation", models.PROTECT, related_name="invoices", verbose_name=_("organisation")
    )
    number = models.CharField(_("number"), max_length=20, unique=True, help_text="2026-0007")
    issued_on = models.DateField(_("issued on"))
    due_on = models.DateField(_("due by"))
    amount = models.DecimalField(_("amount, ₽"), max_digits=10, decimal_places=2)
    payer = models.CharField(_("payer"), max_length=300)
    payer_inn = models.CharField(_("INN of the payer"), max_length=12, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=InvoiceState, default=InvoiceState.ISSUED)
    paid_on = models.DateField(_("paid on"), null=True)
    cancelled_on = models.DateField(_("cancelled on"), null=True)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("marked by")
    )
    document = models.OneToOneField(Document, models.PROTECT, related_name="+", verbose_name=_("document"))

    objects: ClassVar = InvoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-issued_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["period"],
                condition=~Q(state=InvoiceState.CANCELLED),
                name="invoice_one_for_a_period",
                violation_error_message=_("This period already has an invoice."),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="invoice_amount",
                violation_error_message=_("An invoice is for some amount."),
            ),
            models.CheckConstraint(
                condition=Q(state=InvoiceState.PAID, paid_on__isnull=False)
                | (~Q(state=InvoiceState.PAID) & Q(paid_on=None)),
                name="invoice_paid_on_a_day",
                violation_error_message=_("A paid invoice needs the day of the payment."),
            ),
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(state="issued"), name="invoice_open")]

    def __str__(self) -> str:
        return f"№ {self.number}"


class MembershipReminder(models.Model):
    """That a step of the series for a period has been told. Whatever is due and has no row is yet to be told."""

    period = models.ForeignKey(MembershipPeriod, models.CASCADE, related_name="reminders", verbose_name=_("period"))
    step = models.SmallIntegerField(_("step"), help_text=_("Days from the last day to pay"))
    told_at = models.DateTimeField(_("told at"), auto_now_add=True)

    class Meta:
        verbose_name = _("reminder of a fee")
        verbose_name_plural = _("reminders of fees")
        ordering = ["period", "step"]
        constraints = [
            models.UniqueConstraint(
                fields=["period", "step"],
                name="reminder_once",
                violation_error_message=_("This has been told already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.period}: {self.step:+}"

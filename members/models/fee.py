"""What membership costs, and to whom it is paid."""

import datetime
from collections.abc import Collection
from typing import ClassVar, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from members.models.membership import Membership, Tier
from members.models.organisation import Kind, NumberField, validate_inn


class FeeQuerySet(models.QuerySet["Fee"]):
    def valid_on(self, day: datetime.date | OuterRef) -> Self:
        return self.filter(valid_from__lte=day)

    def for_organisation_of(self, tier: str | OuterRef, kind: str | OuterRef) -> Self:
        """The rule that applies first: one that names the kind before one for all, the newest before older ones."""
        return self.filter(tier=tier, kind__in=[kind, ""]).order_by("-kind", "-valid_from")


class Fee(models.Model):
    """What a year costs a tier, in roubles; what is without a fee says so."""

    tier = models.CharField(_("tier"), max_length=10, choices=Tier)
    kind = models.CharField(
        _("kind of organisation"),
        max_length=20,
        choices=Kind,
        blank=True,
        help_text=_("Empty: all kinds for which nothing else stands here"),
    )
    amount = models.DecimalField(
        _("fee for a year, ₽"), max_digits=10, decimal_places=2, default=0, validators=[MinValueValidator(0)]
    )
    exempt = models.BooleanField(_("no fee"), default=False)
    valid_from = models.DateField(_("valid from"), default=timezone.localdate)
    note = models.CharField(_("note"), max_length=300, blank=True, help_text=_("For instance, the board's decision"))

    objects: ClassVar = FeeQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("fee")
        verbose_name_plural = _("fees")
        ordering = ["tier", "kind", "-valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["tier", "kind", "valid_from"],
                name="fee_once_a_day",
                violation_error_message=_("A fee for this tier and kind from this day is already here."),
            ),
            models.CheckConstraint(
                condition=Q(exempt=True, amount=0) | Q(exempt=False, amount__gt=0),
                name="fee_or_none",
                violation_error_message=_("Give an amount, or mark that there is no fee."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_tier_display()} — {self.get_kind_display() or _('all kinds')}"


class FeeReductionQuerySet(models.QuerySet["FeeReduction"]):
    def valid_on(self, day: datetime.date | OuterRef) -> Self:
        """The newest first."""
        term = Q(valid_until=None) | Q(valid_until__gte=day)
        return self.filter(term, valid_from__lte=day).order_by("-valid_from", "-pk")


class FeeReduction(models.Model):
    """What one membership need not pay, for how long and why; 100 % is an exemption."""

    membership = models.ForeignKey(
        Membership, models.CASCADE, related_name="fee_reductions", verbose_name=_("membership")
    )
    percent = models.PositiveSmallIntegerField(
        _("reduced by, %"), validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    basis = models.CharField(_("basis"), max_length=300, help_text=_("For instance, the board's decision"))
    valid_from = models.DateField(_("valid from"), default=timezone.localdate)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)

    objects: ClassVar = FeeReductionQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("reduction of the fee")
        verbose_name_plural = _("reductions of the fee")
        ordering = ["-valid_from", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(percent__range=(1, 100)),
                name="fee_reduction_percent",
                violation_error_message=_("From 1 to 100 %."),
            ),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gte=models.F("valid_from")),
                name="fee_reduction_term",
                violation_error_message=_("It cannot end before it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.percent} %: {self.basis}"


def account_key_is_right(account: str, bank: str) -> bool:
    """By the key in the ninth place of an account (order of the Bank of Russia № 515 of 1997-09-08).

    ``bank``: the three digits that stand for it, or for the office of the Bank of Russia where its account is.
    """
    weighted = zip(map(int, bank + account), (7, 1, 3) * 8, strict=False)
    return sum(digit * weight % 10 for digit, weight in weighted) % 10 == 0


ACCOUNT = RegexValidator(r"\A[0-9]{20}\Z", _("An account has 20 digits."))
BIC = RegexValidator(r"\A04[0-9]{7}\Z", _("A BIC has nine digits and begins with 04."))
KPP = RegexValidator(r"\A[0-9]{4}[0-9A-Z]{2}[0-9]{3}\Z", _("A KPP has nine characters."))


class AssociationRequisites(models.Model):
    """To whom fees are paid: one row, or none until the office has entered it."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name = models.CharField(_("recipient"), max_length=160, help_text=_("The full name, as the bank has it"))
    inn = NumberField(_("INN"), max_length=12, validators=[validate_inn])
    kpp = models.CharField(_("KPP"), max_length=9, blank=True, validators=[KPP])
    account = models.CharField(_("account"), max_length=20, validators=[ACCOUNT])
    bank = models.CharField(_("bank"), max_length=45)
    bic = models.CharField(_("BIC"), max_length=9, validators=[BIC])
    correspondent_account = models.CharField(_("correspondent account"), max_length=20, validators=[ACCOUNT])

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("bank details of the association")
        verbose_name_plural = _("bank details of the association")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(id=1),
                name="requisites_one_row",
                violation_error_message=_("The bank details are already here."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        """Besides each field by itself, that the keys of the accounts agree with the bank's BIC."""
        super().clean_fields(exclude)
        banks = {"account": self.bic[-3:], "correspondent_account": f"0{self.bic[4:6]}"}
        wrong = [name for name, bank in banks.items() if not account_key_is_right(getattr(self, name), bank)]
        if wrong:
            text = _("The digits of the account do not agree with the BIC.")
            raise ValidationError({name: ValidationError(text, code="key") for name in wrong})

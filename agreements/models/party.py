from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from agreements.models.agreement import Agreement
from common.one_line import OneLineField
from members.models import Organisation


class Authority(models.TextChoices):
    """On what a signatory acts (63-ФЗ, ст. 17.2; ГК, ст. 53 and 185)."""

    CHARTER = "charter", _("Charter")
    POWER_OF_ATTORNEY = "power_of_attorney", _("Power of attorney")
    MACHINE_READABLE = "machine_readable", _("Machine-readable power of attorney (МЧД)")


class SigningWay(models.TextChoices):
    CODE = "code", _("One-time code by e-mail")
    PAPER = "paper", _("On paper")
    QUALIFIED = "qualified", _("File of a qualified signature (.sig)")
    OPERATOR = "operator", _("With an operator of electronic documents")


class Party(models.Model):
    """An organisation in an agreement, and who signs for it on what authority."""

    agreement = models.ForeignKey(Agreement, models.CASCADE, related_name="parties", verbose_name=_("agreement"))
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="parts_in_agreements", verbose_name=_("organisation")
    )
    position = models.PositiveSmallIntegerField(pgettext_lazy("in an order", "position"), default=1)
    called = OneLineField(_("called in the text"), max_length=80, blank=True, help_text=_("For example “Customer”"))
    kpp = models.CharField(_("KPP"), max_length=9, blank=True)
    address = OneLineField(_("legal address"), max_length=300, blank=True)
    signatory = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="signs_in",
        verbose_name=_("account of the signatory"),
    )
    signatory_name = OneLineField(_("signatory"), max_length=150, blank=True)
    signatory_position = OneLineField(_("position of the signatory"), max_length=200, blank=True)
    authority = models.CharField(
        _("acts on the ground of"), max_length=20, choices=Authority, default=Authority.CHARTER
    )
    authority_number = OneLineField(_("number of the power of attorney"), max_length=60, blank=True)
    authority_until = models.DateField(_("power of attorney valid until"), null=True, blank=True)
    way = models.CharField(_("way of signing"), max_length=10, choices=SigningWay, default=SigningWay.PAPER)

    class Meta:
        verbose_name = pgettext_lazy("of an agreement", "party")
        verbose_name_plural = pgettext_lazy("of an agreement", "parties")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "organisation"],
                name="party_once",
                violation_error_message=_("This organisation is a party already."),
            ),
            models.UniqueConstraint(
                fields=["agreement", "position"],
                name="party_position",
                deferrable=models.Deferrable.DEFERRED,
                violation_error_message=_("Two parties stand in the same place."),
            ),
            models.CheckConstraint(
                condition=Q(authority=Authority.CHARTER, authority_number="", authority_until=None)
                | ~Q(authority=Authority.CHARTER) & ~Q(authority_number="") & Q(authority_until__isnull=False),
                name="party_authority",
                violation_error_message=_("A power of attorney has a number and a last day, the charter has none."),
            ),
        ]

    def __str__(self) -> str:
        return self.called or self.organisation.title

    @property
    def has_authority_today(self) -> bool:
        return self.authority_until is None or self.authority_until >= timezone.localdate()


class Acceptance(models.Model):
    """That a party agrees to one version, and to no other."""

    version = models.ForeignKey(
        "agreements.Version",
        models.CASCADE,
        related_name="acceptances",
        verbose_name=pgettext_lazy("of an agreement", "version"),
    )
    party = models.ForeignKey(
        Party, models.CASCADE, related_name="acceptances", verbose_name=pgettext_lazy("of an agreement", "party")
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("time"), default=timezone.now)

    objects: ClassVar[models.Manager["Acceptance"]] = models.Manager()

    class Meta:
        verbose_name = _("acceptance of a version")
        verbose_name_plural = _("acceptances of versions")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "party"],
                name="acceptance_once",
                violation_error_message=_("The party has accepted this version already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.party} — {self.version}"

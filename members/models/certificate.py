import datetime
import secrets
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from common.models import Document
from common.translation import Translated
from members.models.membership import COUNTING, Membership, Tier
from members.models.representative import Representative

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models.addressed import HasCode
    from members.models.user import User

LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none is taken for another when read from paper


def new_code() -> str:
    """``k7rm-x2qd-9fwt-h4bz``: 79 bits, so nobody guesses one."""
    return "-".join("".join(secrets.choice(LETTERS) for _letter in range(4)) for _group in range(4))


class CertificateState(models.TextChoices):
    VALID = "valid", _("Valid")
    REPLACED = "replaced", _("Replaced")
    VOID = "void", _("No longer valid")


class MembershipCertificateQuerySet(models.QuerySet["MembershipCertificate"]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """To those who act for the organisation, and to staff who may see memberships."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff and user.has_perm("members.view_membership"):
            return self
        return self.filter(organisation__in=Representative.objects.active().filter(user=user).values("organisation"))

    def standing(self) -> Self:
        """Neither replaced nor withdrawn; at most one of each membership."""
        return self.filter(withdrawn_on=None)


class MembershipCertificate(models.Model):
    """That an organisation is a member, as it was said on the day of issue. Whether it holds follows the membership."""

    membership = models.ForeignKey(
        Membership, models.PROTECT, related_name="certificates", verbose_name=_("membership")
    )
    organisation = models.ForeignKey(
        "members.Organisation", models.PROTECT, related_name="certificates", verbose_name=_("organisation")
    )
    number = models.CharField(_("number"), max_length=20, unique=True, help_text="2026-0007")
    code = models.CharField(_("code"), max_length=19, unique=True, default=new_code)
    name = models.CharField(_("full name"), max_length=300)
    name_en = models.CharField(_("full name in English"), max_length=300, blank=True)
    tier = models.CharField(_("tier"), max_length=10, choices=Tier)
    member_since = models.DateField(_("member since"), null=True)
    issued_on = models.DateField(_("issued on"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("issued by")
    )
    withdrawn_on = models.DateField(_("withdrawn on"), null=True)
    replaced_by = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaces", verbose_name=_("replaced by")
    )
    document = models.OneToOneField(Document, models.PROTECT, related_name="+", verbose_name=_("document"))

    holder: ClassVar = Translated("name")

    objects: ClassVar = MembershipCertificateQuerySet.as_manager()

    class Meta:
        verbose_name = _("certificate of membership")
        verbose_name_plural = _("certificates of membership")
        ordering = ["-issued_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["membership"],
                condition=Q(withdrawn_on=None),
                name="certificate_one_standing",
                violation_error_message=_("This membership already has a certificate."),
            ),
            models.CheckConstraint(
                condition=Q(replaced_by=None) | Q(withdrawn_on__isnull=False),
                name="certificate_replaced_is_withdrawn",
                violation_error_message=_("A certificate that was replaced needs the day on which it was."),
            ),
        ]

    def __str__(self) -> str:
        return f"№ {self.number}"

    if TYPE_CHECKING:

        def get_absolute_url(self: HasCode) -> str:
            """Where anybody sees whether it holds; only the roof knows the page (ABSOLUTE_URL_OVERRIDES)."""

    @property
    def state(self) -> CertificateState:
        if self.replaced_by_id:
            return CertificateState.REPLACED
        if self.withdrawn_on or not self.membership.is_running:
            return CertificateState.VOID
        return CertificateState.VALID

    @cached_property
    def ended_on(self) -> datetime.date | None:
        """Since when it no longer holds; None while it does, and where that day is not on record."""
        if self.withdrawn_on or self.state == CertificateState.VALID:
            return self.withdrawn_on
        last = self.membership.changes.exclude(status__in=COUNTING).last()
        return last.on if last else self.membership.ended_on

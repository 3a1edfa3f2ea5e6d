from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class PartnershipStep(models.TextChoices):
    """The ladder, from below."""

    INTEREST = "interest", _("Interest")
    SUPPORT = "support", _("Support")
    AGREEMENT = "agreement", _("Agreement")
    CLOSED = "closed", _("Closed")


class PartnershipQuerySet(models.QuerySet["Partnership"]):
    def open(self) -> Self:
        return self.exclude(step=PartnershipStep.CLOSED)

    def overdue(self) -> Self:
        """Whose next step should have been taken before today."""
        return self.open().filter(next_on__lt=timezone.localdate())


class Partnership(models.Model):
    """How far an organisation that is no member has come towards the association, or towards one of its clusters."""

    organisation = models.ForeignKey(
        "members.Organisation", models.CASCADE, related_name="partnerships", verbose_name=_("organisation")
    )
    with_organisation = models.ForeignKey(
        "members.Organisation",
        models.CASCADE,
        related_name="partners",
        verbose_name=_("partner of"),
        help_text=_("The association, or a cluster of it"),
    )
    step = models.CharField(
        _("step"), max_length=10, choices=PartnershipStep, default=PartnershipStep.INTEREST, editable=False
    )
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
        limit_choices_to={"is_staff": True, "is_active": True},
    )
    next_step = models.CharField(_("next step"), max_length=200, blank=True)
    next_on = models.DateField(_("by which day"), null=True, blank=True)
    closed_reason = models.CharField(_("why it was closed"), max_length=300, blank=True, editable=False)
    created_at = models.DateTimeField(_("entered"), auto_now_add=True)

    objects: ClassVar = PartnershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("partnership")
        verbose_name_plural = _("partnerships")
        ordering = [F("next_on").asc(nulls_last=True), "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "with_organisation"],
                condition=~Q(step=PartnershipStep.CLOSED),
                name="partnership_one_open",
                violation_error_message=_("This organisation stands on the ladder already."),
            ),
            models.CheckConstraint(
                condition=~Q(organisation=F("with_organisation")),
                name="partnership_of_two",
                violation_error_message=_("An organisation is no partner of itself."),
            ),
            models.CheckConstraint(
                condition=~Q(step=PartnershipStep.CLOSED) | ~Q(closed_reason=""),
                name="partnership_closed_with_reason",
                violation_error_message=_("Say why the partnership is closed."),
            ),
            models.CheckConstraint(
                condition=Q(next_on=None) | ~Q(next_step=""),
                name="partnership_day_of_a_step",
                violation_error_message=_("A day needs a next step."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} → {self.with_organisation}"

    @property
    def is_open(self) -> bool:
        return self.step != PartnershipStep.CLOSED

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.next_on is not None and self.next_on < timezone.localdate()


class PartnershipMove(models.Model):
    """One move on the ladder; the first one puts it there. Never changed afterwards."""

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="moves", verbose_name=_("partnership"))
    step = models.CharField(_("step"), max_length=10, choices=PartnershipStep)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("moved by")
    )
    at = models.DateTimeField(_("time"), default=timezone.now)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("move of a partnership")
        verbose_name_plural = _("moves of partnerships")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.get_step_display()


class PartnershipNote(models.Model):
    """What was said and agreed on the way; for the office alone."""

    partnership = models.ForeignKey(Partnership, models.CASCADE, related_name="notes", verbose_name=_("partnership"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("written by")
    )
    at = models.DateTimeField(_("time"), default=timezone.now)
    text = models.TextField(_("note"), max_length=2000)

    class Meta:
        verbose_name = _("note on a partnership")
        verbose_name_plural = _("notes on partnerships")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return self.text[:60]

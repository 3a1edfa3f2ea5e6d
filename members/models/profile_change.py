import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.private_files import private_storage
from members.models.representative import Representative

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models.addressed import HasOrganisation
    from members.models.user import User

DECIDED_WITHIN = datetime.timedelta(days=5)  # what the office promises
NEWS_FOR = datetime.timedelta(days=30)


class ProfileChangeState(models.TextChoices):
    WAITING = "waiting", _("Waits for the check")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


DECIDED = (ProfileChangeState.ACCEPTED, ProfileChangeState.DECLINED)


class ProfileChangeQuerySet(models.QuerySet["ProfileChange"]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """To those who act for the organisation, and to staff who may see what is proposed."""
        if not user.is_authenticated:
            return self.none()
        if user.is_staff and user.has_perm("members.view_profilechange"):
            return self
        return self.filter(organisation__in=Representative.objects.active().filter(user=user).values("organisation"))

    def waiting(self) -> Self:
        return self.filter(state=ProfileChangeState.WAITING)


class ProfileChange(models.Model):
    """What an organisation wants its public profile to say. Until the office accepts it, the page says what it said."""

    organisation = models.ForeignKey(
        "members.Organisation", models.CASCADE, related_name="profile_changes", verbose_name=_("organisation")
    )
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("proposed by")
    )
    proposed_at = models.DateTimeField(_("proposed"), default=timezone.now)
    # Of the fields that differ alone: directions by their slugs, the logo by the name of its file.
    before = models.JSONField(_("as it was"), default=dict)
    after = models.JSONField(_("as proposed"), default=dict)
    new_logo = models.FileField(_("new logo"), storage=private_storage, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ProfileChangeState, default=ProfileChangeState.WAITING)
    accepted_fields = models.JSONField(_("what was accepted"), default=list)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided"), null=True)
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    objects: ClassVar = ProfileChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a profile")
        verbose_name_plural = _("changes of profiles")
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"],
                condition=Q(state=ProfileChangeState.WAITING),
                name="profile_change_one_waiting",
                violation_error_message=_("A change of this profile waits for the check already."),
            ),
            models.CheckConstraint(
                condition=~Q(state__in=DECIDED) | Q(decided_at__isnull=False),
                name="profile_change_decided_at",
                violation_error_message=_("A decision needs the time at which it was taken."),
            ),
            models.CheckConstraint(
                condition=Q(state=ProfileChangeState.WAITING) | Q(new_logo=""),
                name="profile_change_keeps_no_logo",
                violation_error_message=_("The file of a logo is kept only until the decision."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation)

    @property
    def is_waiting(self) -> bool:
        return self.state == ProfileChangeState.WAITING

    @property
    def is_declined(self) -> bool:
        return self.state == ProfileChangeState.DECLINED

    @property
    def is_refused_lately(self) -> bool:
        """In whole or in part; after a while nobody need be reminded of it."""
        refused = self.state in DECIDED and len(self.accepted_fields) < len(self.after)
        return refused and self.decided_at is not None and timezone.now() - self.decided_at < NEWS_FOR

    @property
    def due_at(self) -> datetime.datetime:
        """When the office has promised to have decided."""
        return self.proposed_at + DECIDED_WITHIN

    @property
    def is_overdue(self) -> bool:
        return self.is_waiting and self.due_at < timezone.now()

    if TYPE_CHECKING:

        def get_absolute_url(self: HasOrganisation) -> str:
            """Where the organisation's own people see it; only the roof knows the page (ABSOLUTE_URL_OVERRIDES)."""


class ProfileReminder(models.Model):
    """That the heads of an organisation were asked whether its profile still holds; once a year."""

    organisation = models.ForeignKey(
        "members.Organisation", models.CASCADE, related_name="profile_reminders", verbose_name=_("organisation")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    asked_on = models.DateField(_("asked on"), default=timezone.localdate)

    class Meta:
        verbose_name = _("request to confirm a profile")
        verbose_name_plural = _("requests to confirm profiles")
        ordering = ["-asked_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "year"],
                name="profile_reminder_once_a_year",
                violation_error_message=_("The organisation was asked this year."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.organisation} — {self.year}"

    if TYPE_CHECKING:

        def get_absolute_url(self: HasOrganisation) -> str:
            """Where the organisation's own people answer; only the roof knows the page (ABSOLUTE_URL_OVERRIDES)."""

"""How people come to act for an organisation: invited by it, or asking for it themselves."""

import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.one_line import OneLineField
from members.models.representative import Role

if TYPE_CHECKING:
    from members.models.addressed import HasOrganisation

INVITATION_TERM = datetime.timedelta(days=14)


def invitation_end() -> datetime.datetime:
    return timezone.now() + INVITATION_TERM


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def standing(self) -> Self:
        """Neither accepted nor revoked; the term may be over."""
        return self.filter(accepted_at=None, revoked_at=None)

    def open(self) -> Self:
        return self.standing().filter(expires_at__gt=timezone.now())


class Invitation(models.Model):
    """A role that waits for whoever has an e-mail address. Sent again it is the same row, with a new term."""

    organisation = models.ForeignKey(
        "members.Organisation", models.CASCADE, related_name="invitations", verbose_name=_("organisation")
    )
    email = models.EmailField(_("e-mail"))
    role = models.CharField(_("role"), max_length=12, choices=Role)
    position = OneLineField(_("position"), max_length=200, blank=True)
    language = models.CharField(_("language of the letter"), max_length=2, choices=settings.LANGUAGES, default="ru")
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("invited by"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), default=invitation_end)
    accepted_at = models.DateTimeField(_("accepted"), null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("accepted by"),
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    objects: ClassVar = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"],
                condition=Q(accepted_at=None, revoked_at=None),
                name="invitation_one_standing",
                violation_error_message=_("This address has been invited already."),
            ),
            models.CheckConstraint(
                condition=Q(email=Lower("email")),
                name="invitation_email_lower_case",
                violation_error_message=_("Write the e-mail in lower case."),
            ),
            models.CheckConstraint(
                condition=Q(accepted_at=None) | Q(revoked_at=None),
                name="invitation_one_end",
                violation_error_message=_("An invitation is accepted or revoked, not both."),
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="invitation_age")]

    def __str__(self) -> str:
        return f"{self.organisation} — {self.email}"

    @property
    def sent_at(self) -> datetime.datetime:
        """The last time."""
        return self.expires_at - INVITATION_TERM

    @property
    def is_prepared(self) -> bool:
        """It waits for its first letter: its term was over before it began."""
        return self.expires_at <= self.created_at

    @property
    def is_open(self) -> bool:
        return self.accepted_at is None and self.revoked_at is None and not self.has_expired

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    if TYPE_CHECKING:

        def get_absolute_url(self: HasOrganisation) -> str:
            """Where those who invite see it; only the roof knows the page (ABSOLUTE_URL_OVERRIDES)."""


class JoinRequestState(models.TextChoices):
    OPEN = "open", _("Waits for a decision")
    APPROVED = "approved", _("Approved")
    DECLINED = "declined", _("Declined")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class JoinRequestQuerySet(models.QuerySet["JoinRequest"]):
    def open(self) -> Self:
        return self.filter(state=JoinRequestState.OPEN)


class JoinRequest(models.Model):
    """Somebody with an account says that they work there. Decided once, and then never changed."""

    organisation = models.ForeignKey(
        "members.Organisation", models.CASCADE, related_name="join_requests", verbose_name=_("organisation")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="join_requests", verbose_name=_("person")
    )
    role = models.CharField(_("role wished"), max_length=12, choices=Role)
    text = OneLineField(_("what they say"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("asked"), auto_now_add=True)
    state = models.CharField(_("state"), max_length=10, choices=JoinRequestState, default=JoinRequestState.OPEN)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("decided by"),
    )
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects: ClassVar = JoinRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request to join")
        verbose_name_plural = _("requests to join")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user"],
                condition=Q(state="open"),
                name="join_request_one_open",
                violation_error_message=_("This person has asked already."),
            ),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None) | (~Q(state="open") & Q(decided_at__isnull=False)),
                name="join_request_decided_when",
                violation_error_message=_("A decision has its time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} — {self.organisation}"

    if TYPE_CHECKING:

        def get_absolute_url(self: HasOrganisation) -> str:
            """Where the organisation's own people decide; only the roof knows the page (ABSOLUTE_URL_OVERRIDES)."""

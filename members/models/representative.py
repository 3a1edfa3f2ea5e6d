import datetime
from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

if TYPE_CHECKING:
    from members.models.addressed import HasOrganisation


def validate_no_later_than_now(moment: datetime.datetime) -> None:
    """Rights end when the row says so, not at a time to come."""
    if moment > timezone.now():
        raise ValidationError(_("A role ends at once: the time cannot lie ahead."), code="ahead")


class Role(models.TextChoices):
    HEAD = "head", _("Head, signs for the organisation")
    COORDINATOR = "coordinator", _("Coordinator")
    TEACHER = "teacher", _("Teacher or mentor")
    VIEWER = "viewer", _("Viewer")


class RepresentativeQuerySet(models.QuerySet["Representative"]):
    def active(self) -> Self:
        return self.filter(ended_at=None)

    def heads(self) -> Self:
        """Who can really sign: an account that is closed or erased can do nothing."""
        return self.active().filter(role=Role.HEAD, user__is_active=True, user__erased_at=None)


class Representative(models.Model):
    """A person acting for an organisation in one role; an ended row stays as the record of who acted when."""

    organisation = models.ForeignKey(
        "members.Organisation", models.CASCADE, related_name="representatives", verbose_name=_("organisation")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="representations", verbose_name=_("person")
    )
    role = models.CharField(_("role"), max_length=12, choices=Role)
    position = models.CharField(_("position"), max_length=200, blank=True)
    since = models.DateTimeField(_("since"), default=timezone.now, editable=False)
    ended_at = models.DateTimeField(
        _("ended"),
        null=True,
        blank=True,
        validators=[validate_no_later_than_now],
        help_text=_("Not ahead: an ended role is without any right at once"),
    )

    objects: ClassVar = RepresentativeQuerySet.as_manager()
    history = HistoricalRecords()

    class Meta:
        verbose_name = _("representative")
        verbose_name_plural = _("representatives")
        ordering = ["organisation", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation"],
                condition=Q(ended_at=None),
                name="representative_one_role",
                violation_error_message=_("This person already has a role in this organisation."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} — {self.get_role_display()}"

    def clean(self) -> None:
        super().clean()
        if self.user_id and self.ended_at is None and self.user.erased_at:
            text = _("This person has been erased: nobody can be given a role in their name.")
            raise ValidationError(text, code="erased")

    if TYPE_CHECKING:

        def get_absolute_url(self: HasOrganisation) -> str:
            """Where the organisation's own people see it; only the roof knows the page (ABSOLUTE_URL_OVERRIDES)."""

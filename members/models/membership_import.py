"""Tables of members on their way into the portal."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ImportState(models.TextChoices):
    """checking → checked → carrying out → done. What has changed since it was checked leads back to checked; what
    cannot be worked at ends in failed."""

    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", pgettext_lazy("a table", "Checked")
    CARRYING_OUT = "carrying_out", _("Being imported")
    DONE = "done", _("Imported")
    FAILED = "failed", _("Could not be worked at")


AT_WORK = (ImportState.CHECKING, ImportState.CARRYING_OUT)


class MembershipImportQuerySet(models.QuerySet["MembershipImport"]):
    def due(self) -> Self:
        return self.filter(state__in=AT_WORK, due_at__lte=timezone.now()).order_by("due_at", "pk")

    def without_contents(self) -> Self:
        """For lists: they have megabytes."""
        return self.defer("content", "found")


class MembershipImport(models.Model):
    """A table that somebody of the office has uploaded, and what was found in it. Kept for seven days."""

    file_name = models.CharField(_("file"), max_length=200)
    content = models.BinaryField(help_text="The file as it came; empty once it is imported")
    language = models.CharField(_("language"), max_length=5, help_text="In which mistakes and changes are told")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("uploaded by")
    )
    uploaded_at = models.DateTimeField(_("uploaded"), default=timezone.now)

    state = models.CharField(_("state"), max_length=12, choices=ImportState, default=ImportState.CHECKING)
    due_at = models.DateTimeField(_("next try"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("last error"), blank=True)

    # What a dry run said, as members.organisations.table_changes keeps it, and the fingerprint of all of it.
    found = models.JSONField(null=True)
    seen = models.CharField(max_length=64, blank=True)
    has_changed = models.BooleanField(default=False, help_text="Since it was confirmed: nothing was imported")
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    finished_at = models.DateTimeField(_("finished"), null=True)

    objects: ClassVar = MembershipImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of members")
        verbose_name_plural = _("imports of members")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=[ImportState.CHECKED, ImportState.CARRYING_OUT]) | Q(found__isnull=False),
                name="import_checked_has_found",
                violation_error_message=_("What was found in a checked table is kept."),
            ),
            models.CheckConstraint(
                condition=~Q(state=ImportState.DONE) | Q(finished_at__isnull=False),
                name="import_done_since",
                violation_error_message=_("An import that is done has its end."),
            ),
        ]
        indexes = [models.Index(fields=["due_at", "id"], condition=Q(state__in=AT_WORK), name="import_at_work")]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_at_work(self) -> bool:
        return self.state in AT_WORK

    @property
    def can_be_carried_out(self) -> bool:
        """What is wrong is corrected in the table, and uploaded anew."""
        found: Any = self.found
        return self.state == ImportState.CHECKED and not (found["refused"] or found["wrong"])

import uuid
from typing import ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.private_files import private_storage


class ExportState(models.TextChoices):
    QUEUED = "queued", _("Being prepared")
    READY = "ready", _("Ready")
    FAILED = "failed", _("Could not be prepared yet")
    EXPIRED = "expired", _("No longer kept")


PENDING = (ExportState.QUEUED, ExportState.FAILED)


class DataExportQuerySet(models.QuerySet["DataExport"]):
    def pending(self) -> Self:
        return self.filter(state__in=PENDING)

    def due(self) -> Self:
        return self.pending().filter(due_at__lte=timezone.now()).order_by("due_at", "pk")


class DataExport(models.Model):
    """A copy of all that is held about a person, for that person alone; its file is kept for seven days."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="data_exports", verbose_name=_("person")
    )
    requested_at = models.DateTimeField(_("asked for"), default=timezone.now)
    state = models.CharField(_("state"), max_length=10, choices=ExportState, default=ExportState.QUEUED)
    due_at = models.DateTimeField(_("next try"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("last error"), blank=True)
    # The name is there from the beginning of an attempt, the file is whole once the copy is ready.
    file = models.FileField(_("file"), storage=private_storage, blank=True)
    made_at = models.DateTimeField(_("made"), null=True)
    expires_at = models.DateTimeField(_("kept until"), null=True)

    objects: ClassVar = DataExportQuerySet.as_manager()

    class Meta:
        verbose_name = _("copy of a person's data")
        verbose_name_plural = _("copies of people's data")
        ordering = ["-requested_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state__in=PENDING),
                name="data_export_one_at_a_time",
                violation_error_message=_("A copy is being prepared already."),
            ),
            models.CheckConstraint(
                condition=~Q(state=ExportState.READY)
                | (~Q(file="") & Q(made_at__isnull=False) & Q(expires_at__isnull=False)),
                name="data_export_ready_has_file",
                violation_error_message=_("A copy that is ready has a file and the day until which it is kept."),
            ),
        ]
        indexes = [models.Index(fields=["due_at", "id"], condition=Q(state__in=PENDING), name="data_export_pending")]

    def __str__(self) -> str:
        return f"{self.user}, {self.requested_at:%Y-%m-%d}"

    @property
    def is_ready(self) -> bool:
        return self.state == ExportState.READY

    @property
    def has_failed(self) -> bool:
        return self.state == ExportState.FAILED

"""Papers that a program typesets, apart from the records they are of."""

import uuid
from typing import ClassVar, Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.private_files import private_storage


class DocumentState(models.TextChoices):
    WAITING = "waiting", _("Being made")
    MADE = "made", _("Made")
    FAILED = "failed", _("Could not be made yet")


class DocumentQuerySet(models.QuerySet["Document"]):
    def due(self) -> Self:
        return self.exclude(state=DocumentState.MADE).filter(due_at__lte=timezone.now()).order_by("due_at", "pk")


class Document(models.Model):
    """A PDF that is made of a template and data. Its file may be missing for a while; the record it is of never is."""

    key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    template = models.CharField(_("template"), max_length=100, help_text="pdf/members/membership_certificate.typ")
    data = models.JSONField(_("data"), encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(_("ordered"), default=timezone.now)

    state = models.CharField(_("state"), max_length=10, choices=DocumentState, default=DocumentState.WAITING)
    due_at = models.DateTimeField(_("next try"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(_("last error"), blank=True)
    # The name is there from the beginning of an attempt, the file is whole once the document is made.
    file = models.FileField(_("file"), storage=private_storage, blank=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    made_at = models.DateTimeField(_("made"), null=True)

    objects: ClassVar = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=DocumentState.MADE) | (~Q(file="") & ~Q(sha256="") & Q(made_at__isnull=False)),
                name="document_made_has_file",
            )
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=~Q(state=DocumentState.MADE), name="document_not_made")
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.key}"

    @property
    def is_made(self) -> bool:
        return self.state == DocumentState.MADE

    @property
    def has_failed(self) -> bool:
        return self.state == DocumentState.FAILED

"""Papers of a machine: its passport, the manual, notes of the maker."""

from typing import TYPE_CHECKING, Any, ClassVar, Self
from uuid import uuid4

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.models import PublicContent
from common.one_line import OneLineField
from common.private_files import forget_file, private_storage
from members.models import Organisation
from technoparks.models.lab import Equipment, Lab

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User


def new_file_name(document: Any, name: str) -> str:
    """Of ours; of the name that the file came with nothing but our own ending."""
    return f"equipment/{uuid4()}.{name.rpartition('.')[2]}"


class EquipmentDocumentQuerySet(models.QuerySet["EquipmentDocument"]):
    def visible_to(self, user: "User | AnonymousUser") -> Self:
        """To everybody who sees the lab, where it is public; all of them to the host and to the staff."""
        if user.is_staff and user.is_active:
            return self
        seen = Q(is_public=True, equipment__lab__in=Lab.objects.visible_to(user).values("pk"))
        if user.is_authenticated:
            own = Organisation.objects.represented_by(user).values("pk")
            return self.filter(seen | Q(equipment__lab__technopark__host__in=own))
        return self.filter(seen)


class EquipmentDocument(PublicContent):
    equipment = models.ForeignKey(Equipment, models.PROTECT, related_name="documents", verbose_name=_("equipment"))
    title = OneLineField(_("title"), max_length=150)
    is_public = models.BooleanField(
        _("for everybody"), default=False, help_text=_("Visitors of the laboratory’s page may have it")
    )
    file = models.FileField(_("file"), upload_to=new_file_name, storage=private_storage, max_length=100)
    content_type = models.CharField(_("type"), max_length=80)
    size = models.PositiveIntegerField(_("size, bytes"))
    sha256 = models.CharField("SHA-256", max_length=64)
    added_at = models.DateTimeField(_("added"), default=timezone.now)

    objects: ClassVar[models.Manager["EquipmentDocument"]] = models.Manager.from_queryset(EquipmentDocumentQuerySet)()

    class Meta:
        verbose_name = _("document of equipment")
        verbose_name_plural = _("documents of equipment")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["equipment", "sha256"],
                name="equipment_document_once",
                violation_error_message=_("This document is attached already."),
            )
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        lab = self.equipment.lab
        return reverse("technoparks:equipment_document", args=[lab.technopark.slug, lab.slug, self.pk])

    def delete(self, *args: Any, **kwargs: Any) -> Any:
        """Its file goes with the commit."""
        forget_file(self.file)
        return super().delete(*args, **kwargs)


def with_documents(machines: "QuerySet[Equipment]") -> "QuerySet[Equipment]":
    """``documents_offered`` to everybody, by each: they come along in the same query."""
    offered = EquipmentDocument.objects.filter(is_public=True, equipment=OuterRef("pk")).order_by("title", "pk")
    told = offered.values(told=JSONObject(pk="pk", title="title", size="size"))
    return machines.annotate(documents_offered=ArraySubquery(told))

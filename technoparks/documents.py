"""Papers of machines, kept by their host and by the office."""

from django.db import transaction
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from common.uploads import CheckedDocument
from technoparks.models import Equipment, EquipmentDocument

MOST = 20  # of a machine


@transaction.atomic
def attach_document(machine: Equipment, *, document: CheckedDocument, title: str, is_public: bool) -> EquipmentDocument:
    """The same bytes are attached once. Raises RuleViolated where the machine has as many as it may."""
    locked = Equipment.objects.select_for_update(no_key=True).get(pk=machine.pk)
    if known := locked.documents.filter(sha256=document.sha256).first():
        return known
    if locked.documents.count() >= MOST:
        raise RuleViolated(_("%(number)d documents are the most.") % {"number": MOST}, code="too_many")
    return locked.documents.create(
        title=title or document.name,
        is_public=is_public,
        file=document.file,
        content_type=document.content_type,
        size=document.size,
        sha256=document.sha256,
    )

"""What of the negotiation a party reads, and what of it is new to whom."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from agreements.models import Agreement, ClauseComment, Version, VersionReading
from members.models import Organisation

if TYPE_CHECKING:
    from members.models import User


def readable_versions(agreement: Agreement, organisation: Organisation) -> QuerySet[Version]:
    """Newest first. All, to who draws it up; to the others from the one on that was sent to them."""
    versions = agreement.versions.select_related("organisation", "by", "amendment").order_by("-number")
    if organisation.pk == agreement.initiator_id:
        return versions
    sent = agreement.versions.filter(at__lte=agreement.shared_at).order_by("-number").values("number")[:1]
    return versions.filter(number__gte=Coalesce(Subquery(sent), 0))


def readable_comments(agreement: Agreement, organisation: Organisation) -> QuerySet[ClauseComment]:
    """What was remarked before it was sent to the parties stays with who draws it up."""
    comments = agreement.comments.select_related("by", "party__organisation", "version", "settled_by")
    if organisation.pk == agreement.initiator_id:
        return comments
    return comments.filter(at__gte=agreement.shared_at)


def note_reading(version: Version, user: "User") -> VersionReading | None:
    """That ``user`` has this version before them, or has proposed or accepted it; returns what was known of it
    before."""
    known = VersionReading.objects.filter(version=version, user=user).first()
    VersionReading.objects.update_or_create(version=version, user=user, defaults={"at": timezone.now()})
    return known


def last_read(versions: Sequence[Version], user: "User") -> Version | None:
    """The newest of them that ``user`` has read."""
    read = {*VersionReading.objects.filter(version__in=versions, user=user).values_list("version", flat=True)}
    return max((one for one in versions if one.pk in read), key=lambda one: one.number, default=None)

"""What changes more than one row, takes a lock or leaves something behind."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common import images
from common.caching import invalidate_public_pages
from common.errors import RuleViolated
from members.models import Membership, MembershipStatus, MembershipStatusChange, Organisation, User

LOGO_FOLDER = "logos"


def set_logo(organisation: Organisation, *, upload: UploadedFile | ContentFile) -> Organisation:
    """Store ``upload`` anew in the sizes of ``images.LOGO_SIZES``; the old files go after the commit.

    Raises ValidationError where the upload is no acceptable picture.
    """
    picture = images.open_picture(upload)
    largest = max(images.LOGO_SIZES)
    with transaction.atomic():
        locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
        old = locked.logo.name
        name = default_storage.save(images.random_name(LOGO_FOLDER), images.as_webp(picture, largest))
        for side in images.LOGO_SIZES:
            default_storage.save(images.variant_name(name, side), images.as_webp(picture, side))
        locked.logo = name
        locked.save(update_fields=["logo", "updated_at"])
        if old:
            transaction.on_commit(lambda: _delete_logo(old))
    organisation.logo = locked.logo
    return organisation


def remove_logo(organisation: Organisation) -> Organisation:
    with transaction.atomic():
        locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
        old = locked.logo.name
        locked.logo = ""
        locked.save(update_fields=["logo", "updated_at"])
        if old:
            transaction.on_commit(lambda: _delete_logo(old))
    organisation.logo = locked.logo
    return organisation


def _delete_logo(name: str) -> None:
    for path in (name, *(images.variant_name(name, side) for side in images.LOGO_SIZES)):
        default_storage.delete(path)


PROFILE_FIELDS = ("city", "city_en", "website", "about", "about_en")


@transaction.atomic
def update_profile(organisation: Organisation, *, changes: Mapping[str, Any]) -> Organisation:
    """Write the fields of PROFILE_FIELDS, the ``directions`` and the logo (``new_logo``, or ``no_logo``).

    Raises ValidationError where the logo is no acceptable picture.
    """
    locked = Organisation.objects.select_for_update().get(pk=organisation.pk)
    for name in PROFILE_FIELDS:
        setattr(locked, name, changes[name])
    locked.directions.set(changes["directions"])
    locked.save(update_fields=[*PROFILE_FIELDS, "updated_at"])
    if changes["new_logo"]:
        set_logo(locked, upload=changes["new_logo"])
    elif changes["no_logo"]:
        remove_logo(locked)
    return locked


# From a status, by which step, to which: the whole life of a membership until its full workflow comes.
MEMBERSHIP_MOVES: dict[str, frozenset[str]] = {
    MembershipStatus.ACTIVE: frozenset({MembershipStatus.SUSPENDED, MembershipStatus.ENDED}),
    MembershipStatus.SUSPENDED: frozenset({MembershipStatus.ACTIVE, MembershipStatus.ENDED}),
    MembershipStatus.ENDED: frozenset(),
}


def record_membership_start(membership: Membership, *, by: User) -> MembershipStatusChange:
    """Keep the row of the first move, into the register; its day is that of the entry where the start is not known."""
    return MembershipStatusChange.objects.create(
        membership=membership,
        status=membership.status,
        on=membership.started_on or timezone.localdate(),
        by=by,
        reason=membership.note or _("Entered in the register"),
    )


@transaction.atomic
def change_membership_status(
    membership: Membership, *, status: str, on: datetime.date, by: User, reason: str
) -> Membership:
    """Move the membership to ``status`` and keep the row of the move. Asked again for the same, does nothing.

    Raises RuleViolated where the table of moves has no such step.
    """
    locked = Membership.objects.select_for_update().get(pk=membership.pk)
    if locked.status == status:
        return locked
    if status not in MEMBERSHIP_MOVES[locked.status]:
        raise RuleViolated(
            _("A membership that is “%(now)s” cannot become “%(asked)s”.")
            % {"now": locked.get_status_display(), "asked": MembershipStatus(status).label},
            code="membership_move",
        )
    if status == MembershipStatus.ENDED and locked.started_on and on < locked.started_on:
        raise RuleViolated(_("A membership cannot end before it starts."), code="membership_dates")
    locked.status = status
    locked.ended_on = on if status == MembershipStatus.ENDED else None
    locked.save()
    MembershipStatusChange.objects.create(membership=locked, status=status, on=on, by=by, reason=reason)
    invalidate_public_pages()
    return locked

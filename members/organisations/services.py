"""What changes more than one row, takes a lock or leaves something behind."""

from collections.abc import Mapping
from functools import partial
from typing import Any, cast

import structlog
from django.core.files.base import ContentFile
from django.core.files.storage import Storage, default_storage
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Field
from django.utils import timezone
from django.utils.translation import gettext as _
from PIL import Image

from common import images
from common.errors import RuleViolated
from common.text import slug_of
from members.models import Organisation, Representative, Role
from members.notices.notifications import Words, heads_of, notify
from members.notices.topics import PEOPLE
from members.people import locked_person

LOGO_FOLDER = "logos"

logger = structlog.get_logger(__name__)


@transaction.atomic
def set_logo(organisation: Organisation, *, upload: UploadedFile | ContentFile) -> Organisation:
    """Store ``upload`` anew in the sizes of ``images.LOGO_SIZES``; the old files go after the commit.

    Raises ValidationError where the upload is no acceptable picture; RuleViolated where the disk is full.
    """
    picture = images.open_picture(upload)
    locked = locked_organisation(organisation)
    _assign_logo(locked, picture)
    locked.save(update_fields=["logo", "updated_at"])
    organisation.logo = locked.logo
    return organisation


@transaction.atomic
def remove_logo(organisation: Organisation) -> Organisation:
    """Leave the organisation without a logo; its files go after the commit. Repeated, does nothing."""
    locked = locked_organisation(organisation)
    if locked.logo:
        _assign_logo(locked, None)
        locked.save(update_fields=["logo", "updated_at"])
    organisation.logo = locked.logo
    return organisation


@transaction.atomic
def delete_organisation(organisation: Organisation) -> None:
    """Delete it with all that belongs to it; the files of its logo go after the commit. Repeated, does nothing."""
    locked = Organisation.objects.select_for_update().filter(pk=organisation.pk).first()
    if locked:
        _delete_files_of_logo(locked)
        for proposed in locked.profile_changes.exclude(new_logo=""):
            transaction.on_commit(partial(proposed.new_logo.storage.delete, proposed.new_logo.name))
        locked.delete()


def free_slug(name: str) -> str:
    """An address that no other organisation has."""
    wanted = slug_of(name, longest=70) or "organisation"
    taken = {*Organisation.objects.filter(slug__startswith=wanted).values_list("slug", flat=True)}
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return wanted if wanted not in taken else next(slug for slug in numbered if slug not in taken)


def locked_organisation(organisation: Organisation) -> Organisation:
    return Organisation.objects.select_for_update().get(pk=organisation.pk)


def _assign_logo(locked: Organisation, picture: Image.Image | None) -> None:
    """The caller saves."""
    _delete_files_of_logo(locked)
    locked.logo = _stored_logo(picture) if picture else ""


def _stored_logo(picture: Image.Image) -> str:
    """All its sizes, or none. Raises RuleViolated where the disk takes no more."""
    name = images.random_name(LOGO_FOLDER)
    sizes = {name: max(images.LOGO_SIZES)} | {images.variant_name(name, side): side for side in images.LOGO_SIZES}
    store_pictures(picture, sizes=sizes, storage=default_storage)
    return name


def store_pictures(picture: Image.Image, *, sizes: Mapping[str, int], storage: Storage) -> None:
    """Under each name of ``sizes``, so long; all, or none. Raises RuleViolated where the disk takes no more."""
    try:
        for path, side in sizes.items():
            storage.save(path, images.as_webp(picture, side))
    except OSError as error:
        logger.exception("logo_not_stored")
        for path in sizes:
            storage.delete(path)
        raise RuleViolated(_("The portal cannot keep the file just now. Try again later."), code="no_room") from error


def _delete_files_of_logo(locked: Organisation) -> None:
    """After the commit."""
    if name := locked.logo.name:
        for path in (name, *(images.variant_name(name, side) for side in images.LOGO_SIZES)):
            transaction.on_commit(partial(default_storage.delete, path))


PROFILE_FIELDS = (
    *("short_name", "short_name_en", "name", "name_en"),
    *("city", "city_en", "website", "about", "about_en"),
)


@transaction.atomic
def update_profile(organisation: Organisation, *, changes: Mapping[str, Any]) -> Organisation:
    """Write what ``changes`` has of PROFILE_FIELDS, the ``directions`` and the logo (``new_logo``, or ``no_logo``).

    Whatever differs is one row of the history; where nothing does, nothing is written.
    Raises ValidationError where the logo is no acceptable picture; RuleViolated where the disk is full.
    """
    locked = locked_organisation(organisation)
    changed = [name for name in PROFILE_FIELDS if name in changes and _assigned(locked, name, changes[name])]
    new_logo = changes.get("new_logo")
    if new_logo or (changes.get("no_logo") and locked.logo):
        _assign_logo(locked, images.open_picture(new_logo) if new_logo else None)
        changed.append("logo")
    if "directions" in changes and {*locked.directions.all()} != {*changes["directions"]}:
        locked.skip_history_when_saving = True  # type: ignore[attr-defined]
        locked.directions.set(changes["directions"])
        del locked.skip_history_when_saving  # type: ignore[attr-defined]
        changed.append("updated_at")
    if changed:
        locked.save(update_fields={*changed, "updated_at"})
    return locked


def _assigned(organisation: Organisation, name: str, value: Any) -> bool:
    """Assign ``value`` as it would be stored; tells whether it differs."""
    before, after = getattr(organisation, name), as_stored(name, value=value)
    setattr(organisation, name, after)
    return before != after


def as_stored(name: str, *, value: Any) -> Any:
    """``value`` as that field of an organisation keeps it."""
    return cast("Field", Organisation._meta.get_field(name)).get_prep_value(value)


# --- Roles ---------------------------------------------------------------------------------------------------


@transaction.atomic
def tell_of_role(representative: Representative) -> None:
    """After its row was saved: the person and those who answer for the organisation hear what has become of the role.

    The newest row of the history is the event, of which nobody hears twice: not if it is told again, nor a head whose
    own role it is. Raises RuleViolated, which takes the role back, where the person was erased while it was given.
    """
    now, *earlier = Representative.history.filter(id=representative.pk).order_by("-history_id")[:2]
    before = earlier[0].role if earlier and earlier[0].ended_at is None else ""
    after = now.role if now.ended_at is None else ""
    if before == after:
        return
    person, organisation = locked_person(representative.user), representative.organisation
    tell = partial(notify, topic=PEOPLE, key=f"role {now.history_id}", about=person)
    link = representative.get_absolute_url()
    tell([person], words=partial(_words_to_person, organisation, before, after), link=link if after else "")
    tell(heads_of(organisation), words=partial(_words_to_heads, organisation, str(person), before, after), link=link)


@transaction.atomic
def delete_representative(representative: Representative) -> None:
    """For what was entered by mistake; who has acted stays on record as ended. Repeated, does nothing."""
    locked = Representative.objects.select_for_update(of=["self"]).filter(pk=representative.pk).first()
    if locked is None:
        return
    if locked.ended_at is None:
        locked.ended_at = timezone.now()
        locked.save(update_fields=["ended_at"])
        tell_of_role(locked)
    locked.delete()


def _words_to_person(organisation: Organisation, before: str, after: str) -> Words:
    named = {"organisation": organisation.title}
    if not after:
        title = _("You no longer act for %(organisation)s") % named
    elif before:
        title = _("You have another role: %(organisation)s") % named
    else:
        title = _("You now act for %(organisation)s") % named
    return Words(title, _role_then_and_now(before, after))


def _words_to_heads(organisation: Organisation, person: str, before: str, after: str) -> Words:
    named = {"organisation": organisation.title, "person": person}
    if not after:
        title = _("%(organisation)s: %(person)s no longer acts for it") % named
    elif before:
        title = _("%(organisation)s: %(person)s has another role") % named
    else:
        title = _("%(organisation)s: %(person)s now acts for it") % named
    return Words(title, _role_then_and_now(before, after))


def _role_then_and_now(before: str, after: str) -> str:
    lines = [_("Role: %(role)s") % {"role": Role(after).label}] if after else []
    if before:
        lines.append(_("Role until now: %(role)s") % {"role": Role(before).label})
    return "\n".join(lines)

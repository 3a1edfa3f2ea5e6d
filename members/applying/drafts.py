"""Applications as they are begun and filled in, until somebody submits them."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from common.idempotency import once
from common.links import revoke_links, subject_of
from common.mail.spared import spare
from common.models import SignedLink
from common.uploads import CheckedDocument, checked_document
from members.applying import emails
from members.models import (
    OVER,
    WISHED_TIERS,
    ApplicationFile,
    ApplicationState,
    JoinConditions,
    Membership,
    MembershipApplication,
    Organisation,
    Question,
    Representative,
    Role,
    Tier,
    User,
)

SPEAKERS = (Role.HEAD, Role.COORDINATOR)
MOST_FILES = 10
NUMBERS = ("inn", "ogrn")
COPIED = ("name", "short_name", *NUMBERS)  # from what was typed into columns
LONGEST_COPIES = {one.name: one.max_length for one in MembershipApplication._meta.fields if one.name in COPIED}


class AlreadyKnown(RuleViolated):
    """The number is that of an organisation that is a member, or has people of its own."""

    code = "organisation_known"

    def __init__(self, organisation: Organisation) -> None:
        super().__init__(_("This organisation is in the directory already: ask its people to connect you."))
        self.organisation = organisation


class NotEditable(RuleViolated):
    """It was submitted, or has ended."""

    code = "application_closed"

    def __init__(self, application: MembershipApplication) -> None:
        text = _("The application is “%(state)s” now and cannot be changed.")
        super().__init__(text % {"state": application.get_state_display()})


# --- The beginning -------------------------------------------------------------------------------------------


def start_application_once(*, applicant: User | None, key: str, asked: dict[str, Any]) -> MembershipApplication:
    """``start_application``, but once however often this ``key`` arrives. Raises KeyReused besides."""
    return once(
        lambda: start_application(applicant, **asked),
        model=MembershipApplication,
        scope=f"application by {applicant.pk if applicant else 'a guest'}",
        key=key,
        asked=asked,
    )


@transaction.atomic
def start_application(
    applicant: User | None,
    *,
    kind: str,
    name: str,
    inn: str,
    email: str,
    language: str,
    organisation: Organisation | None = None,
) -> MembershipApplication:
    """A draft. The address of who has an account is known; any other is asked to confirm by a letter.

    What the directory holds of the organisation stands there already; ``organisation``: one that the applicant speaks
    for. Raises AlreadyKnown, and RuleViolated where the kind is not taken now, an application is under way, or the
    address has had too many letters. Who has shown no address yet learns nothing that is not public: the submission
    asks again.
    """
    if not JoinConditions.objects.filter(kind=kind, is_open=True).exists():
        raise RuleViolated(_("Applications of this kind of organisation are not taken now."), code="kind_closed")
    if applicant:
        organisation = which_may_apply(applicant, organisation, inn=inn)
    elif organisation := Organisation.objects.published().filter(inn=inn).first():
        _check_is_free(organisation, applicant)
    application = MembershipApplication(
        kind=kind,
        organisation=organisation,
        email=applicant.email if applicant else email,
        confirmed_at=timezone.now() if applicant else None,
        applicant=applicant,
        language=language,
        data=_known_of(organisation, applicant) | {"name": [name], "inn": [inn], "tier": [Tier.FULL]},
    )
    _copy_columns(application)
    application.save()
    if not applicant:
        _ask_to_confirm(application)
    return application


def _ask_to_confirm(application: MembershipApplication) -> None:
    """Raises RuleViolated where the address has had enough letters."""
    spare(application.email, what="application")
    emails.address_to_confirm(application).send()


def which_may_apply(
    applicant: User | None, organisation: Organisation | None, *, inn: str, ogrn: str = "", but: int = 0
) -> Organisation | None:
    """That of the directory with one of these numbers, else the one named; ``but``: the application that asks."""
    same = Q(inn=inn) | (Q(ogrn=ogrn) if ogrn else Q(inn=inn))
    if MembershipApplication.objects.pending().filter(same).exclude(pk=but).exists():
        text = _("An application of an organisation with this INN or OGRN is under way already.")
        raise RuleViolated(text, code="application_open")
    organisation = Organisation.objects.filter(same).first() or organisation
    if organisation:
        _check_is_free(organisation, applicant)
    return organisation


def _check_is_free(organisation: Organisation, applicant: User | None) -> None:
    """No member, and without people, or the applicant is one of them. Raises AlreadyKnown."""
    acting = Representative.objects.active().filter(organisation=organisation)
    speaks = bool(applicant) and acting.filter(user=applicant, role__in=SPEAKERS).exists()
    memberships = Membership.objects.exclude(status__in=OVER)
    if memberships.filter(organisation=organisation).exists() or (acting.exists() and not speaks):
        raise AlreadyKnown(organisation)


def _known_of(organisation: Organisation | None, applicant: User | None) -> dict[str, list[str]]:
    """What this applicant may read of it: that a hidden one is here is all that an account learns."""
    known = {"contact_name": applicant.get_full_name() if applicant else ""}
    shown = Organisation.objects.visible_to(applicant or AnonymousUser())
    if organisation and shown.filter(pk=organisation.pk).exists():
        known |= {name: getattr(organisation, name) for name in ("short_name", "ogrn", "city", "website")}
        known["region"] = str(organisation.region_id or "")
    return {name: [value] for name, value in known.items() if value}


@transaction.atomic
def confirm_address(application: MembershipApplication, *, email: str) -> MembershipApplication:
    """By whoever has had the letter. Repeated, does nothing. Raises RuleViolated for an address it no longer has."""
    locked = locked_application(application)
    if locked.email != email:
        raise RuleViolated(_("This link belongs to another address."), code="other_address")
    if not locked.confirmed_at:
        locked.confirmed_at = timezone.now()
        locked.save(update_fields=["confirmed_at", "updated_at"])
    return locked


@transaction.atomic
def send_link_again(application: MembershipApplication, *, email: str) -> MembershipApplication:
    """The letter that confirms the address, once more; to another one where that was mistyped, and what was sent to the
    first leads nowhere. Raises RuleViolated once the address is confirmed, or the application was submitted, and where
    the address has had enough letters."""
    locked = _editable(application)
    if locked.confirmed_at:
        raise RuleViolated(_("The e-mail is confirmed already."), code="address_confirmed")
    if email != locked.email:
        revoke_links(emails.CONFIRM_LINK, subjects=[emails.confirmed_by(locked)])
        locked.email = email
        locked.save(update_fields=["email", "updated_at"])
    _ask_to_confirm(locked)
    return locked


def application_of(token: str) -> MembershipApplication | None:
    """The one that this address was made for."""
    key = subject_of(token, purpose=emails.LINK)
    return MembershipApplication.objects.filter(pk=key).first() if key else None


def forget_links(application: MembershipApplication) -> None:
    """Those that open it, and those that confirm its address, which they name."""
    SignedLink.objects.filter(purpose=emails.LINK, subject=str(application.pk)).delete()
    SignedLink.objects.filter(purpose=emails.CONFIRM_LINK, subject__startswith=f"{application.pk} ").delete()


# --- What is typed -------------------------------------------------------------------------------------------


@transaction.atomic
def save_step(application: MembershipApplication, *, names: Sequence[str], typed: Mapping[str, list[str]]) -> None:
    """Keep these fields as they were typed, right or wrong. Raises RuleViolated once it was submitted."""
    locked = _editable(application)
    locked.data |= {name: [_storable(value) for value in typed.get(name, [])] for name in names}
    _copy_columns(locked)
    locked.reminded_at = None if locked.state == ApplicationState.DRAFT else locked.reminded_at
    locked.save(update_fields=["data", *COPIED, "tier", "reminded_at", "updated_at"])
    application.data, application.updated_at = locked.data, locked.updated_at


def _storable(value: str) -> str:
    """PostgreSQL keeps no null character. What is too long is told by the form, and kept until it is shortened."""
    return value.replace("\0", "")


def _copy_columns(application: MembershipApplication) -> None:
    for name, longest in LONGEST_COPIES.items():
        words = application.typed(name).split()
        setattr(application, name, ("" if name in NUMBERS else " ").join(words)[:longest])
    if application.typed("tier") in WISHED_TIERS:
        application.tier = application.typed("tier")


@transaction.atomic
def attach_file(
    application: MembershipApplication, *, question: Question, upload: UploadedFile | ContentFile
) -> ApplicationFile:
    """Sent twice, it is kept once. Raises ValidationError for what is no acceptable document; RuleViolated once the
    application was submitted, and for one file too many."""
    checked = checked_document(upload)
    locked = _editable(application)
    if known := locked.files.filter(question=question, sha256=checked.sha256).first():
        return known
    if locked.files.count() >= MOST_FILES:
        text = _("No more than %(number)d files. Remove one, or put several pages into one PDF.")
        raise RuleViolated(text % {"number": MOST_FILES}, code="too_many_files")
    locked.save(update_fields=["updated_at"])
    return _stored(ApplicationFile(application=locked, question=question), checked)


def _stored(row: ApplicationFile, checked: CheckedDocument) -> ApplicationFile:
    """No row without its file: a full disk says so, and nothing is written."""
    row.original_name, row.content_type = checked.name, checked.content_type
    row.size, row.sha256 = checked.size, checked.sha256
    try:
        row.file.save(str(checked.file.name), checked.file, save=False)
    except OSError as error:
        raise RuleViolated(_("The portal cannot keep the file just now. Try again later."), code="no_room") from error
    row.save()
    return row


@transaction.atomic
def remove_file(file: ApplicationFile) -> None:
    """The file itself goes after the commit. Raises RuleViolated once the application was submitted."""
    _editable(file.application)
    _delete_file(file)


def _delete_file(file: ApplicationFile) -> None:
    transaction.on_commit(partial(file.file.storage.delete, str(file.file.name)))
    file.delete()


def _editable(application: MembershipApplication) -> MembershipApplication:
    locked = locked_application(application)
    if not locked.is_editable:
        raise NotEditable(locked)
    return locked


def locked_application(application: MembershipApplication) -> MembershipApplication:
    return MembershipApplication.objects.select_for_update().get(pk=application.pk)

"""Applications for membership: how they begin, what is typed into them, and each of their turns."""

import datetime
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.contrib.auth.models import Permission
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.errors import RuleViolated
from common.idempotency import once
from common.links import subject_of
from common.numbers import next_number
from common.private_files import safe_name
from common.uploads import checked_document
from members import application_emails as emails
from members.consents import give_consent, give_consent_without_account
from members.models import (
    ApplicationFile,
    ApplicationMove,
    ApplicationState,
    ConsentText,
    JoinConditions,
    Membership,
    MembershipApplication,
    MembershipStatus,
    Organisation,
    Question,
    Representative,
    Role,
    User,
    Who,
)
from members.questionnaire import Questionnaire

SPEAKERS = (Role.HEAD, Role.COORDINATOR)
LONGEST_TYPED = 20_000  # characters of one field
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
    for. Raises AlreadyKnown, and RuleViolated where the kind is not taken now or an application is under way.
    """
    if not JoinConditions.objects.filter(kind=kind, is_open=True).exists():
        raise RuleViolated(_("Applications of this kind of organisation are not taken now."), code="kind_closed")
    organisation = _which_may_apply(applicant, organisation, inn=inn)
    application = MembershipApplication(
        kind=kind,
        organisation=organisation,
        email=applicant.email if applicant else email,
        confirmed_at=timezone.now() if applicant else None,
        applicant=applicant,
        language=language,
        data=_known_of(organisation, applicant) | {"name": [name], "inn": [inn]},
    )
    _copy_columns(application)
    application.save()
    if not applicant:
        emails.address_to_confirm(application).send()
    return application


def _which_may_apply(
    applicant: User | None, organisation: Organisation | None, *, inn: str, ogrn: str = "", but: int = 0
) -> Organisation | None:
    """That of the directory with one of these numbers, else the one named; ``but``: the application that asks."""
    if MembershipApplication.objects.pending().filter(inn=inn).exclude(pk=but).exists():
        text = _("An application of an organisation with this INN is under way already.")
        raise RuleViolated(text, code="application_open")
    same = Q(inn=inn) | (Q(ogrn=ogrn) if ogrn else Q(inn=inn))
    organisation = Organisation.objects.filter(same).first() or organisation
    if organisation is None:
        return None
    acting = Representative.objects.active().filter(organisation=organisation)
    speaks = bool(applicant) and acting.filter(user=applicant, role__in=SPEAKERS).exists()
    memberships = Membership.objects.exclude(status=MembershipStatus.ENDED)
    if memberships.filter(organisation=organisation).exists() or (acting.exists() and not speaks):
        raise AlreadyKnown(organisation)
    return organisation


def _known_of(organisation: Organisation | None, applicant: User | None) -> dict[str, list[str]]:
    known = {"contact_name": applicant.get_full_name() if applicant else ""}
    if organisation:
        known |= {name: getattr(organisation, name) for name in ("short_name", "ogrn", "city", "website")}
        known["region"] = str(organisation.region_id or "")
    return {name: [value] for name, value in known.items() if value}


@transaction.atomic
def confirm_address(application: MembershipApplication, *, email: str) -> MembershipApplication:
    """By whoever has had the letter. Repeated, does nothing. Raises RuleViolated for an address it no longer has."""
    locked = _locked(application)
    if locked.email != email:
        raise RuleViolated(_("This link belongs to another address."), code="other_address")
    if not locked.confirmed_at:
        locked.confirmed_at = timezone.now()
        locked.save(update_fields=["confirmed_at", "updated_at"])
    return locked


def send_link_again(application: MembershipApplication) -> None:
    """The letter that confirms the address, once more."""
    with transaction.atomic():
        emails.address_to_confirm(_locked(application)).send()


def application_of(token: str) -> MembershipApplication | None:
    """The one that this address was made for."""
    key = subject_of(token, purpose=emails.LINK)
    return MembershipApplication.objects.filter(pk=key).first() if key else None


# --- What is typed -------------------------------------------------------------------------------------------


@transaction.atomic
def save_step(application: MembershipApplication, *, names: Sequence[str], typed: Mapping[str, list[str]]) -> None:
    """Keep these fields as they were typed, right or wrong. Raises RuleViolated once it was submitted."""
    locked = _editable(application)
    locked.data |= {name: [_storable(value) for value in typed.get(name, [])] for name in names}
    _copy_columns(locked)
    locked.reminded_at = None if locked.state == ApplicationState.DRAFT else locked.reminded_at
    locked.save(update_fields=["data", *COPIED, "reminded_at", "updated_at"])
    application.data, application.updated_at = locked.data, locked.updated_at


def _storable(value: str) -> str:
    """PostgreSQL keeps no null character."""
    return value.replace("\0", "")[:LONGEST_TYPED]


def _copy_columns(application: MembershipApplication) -> None:
    for name, longest in LONGEST_COPIES.items():
        words = application.typed(name).split()
        setattr(application, name, ("" if name in NUMBERS else " ").join(words)[:longest])


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
    return _stored(ApplicationFile(application=locked, question=question), upload, checked)


def _stored(row: ApplicationFile, upload: UploadedFile | ContentFile, checked: Any) -> ApplicationFile:
    """No row without its file: a full disk says so, and nothing is written."""
    row.original_name = safe_name(upload.name or "")
    row.content_type, row.size, row.sha256 = checked.content_type, checked.size, checked.sha256
    try:
        row.file.save(checked.file.name, checked.file, save=False)
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
    locked = _locked(application)
    if not locked.is_editable:
        text = _("The application is “%(state)s” now and cannot be changed.") % {"state": locked.get_state_display()}
        raise RuleViolated(text, code="application_closed")
    return locked


def _locked(application: MembershipApplication) -> MembershipApplication:
    return MembershipApplication.objects.select_for_update().get(pk=application.pk)


# --- Its turns -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody says beside the action."""

    reason: str = ""
    remarks: Mapping[str, str] = field(default_factory=dict)  # by the name of the field
    consent: ConsentText | None = None


def _nothing(application: MembershipApplication, asked: Asked) -> None:
    pass


def _is_complete(application: MembershipApplication, asked: Asked) -> None:
    """The address is confirmed, all is answered, the consent is given, and nobody else of the same number is there."""
    if not application.confirmed_at:
        text = _("Confirm your e-mail first: open the link in our letter.")
        raise RuleViolated(text, code="address_not_confirmed")
    if Questionnaire(application).lacks:
        raise RuleViolated(_("The application is not complete yet."), code="application_incomplete")
    if asked.consent is None:
        raise RuleViolated(_("Tick the box if you agree."), code="consent_lacks")
    application.organisation = _which_may_apply(
        application.applicant, application.organisation, inn=application.inn, ogrn=application.ogrn, but=application.pk
    )


def _needs_words(application: MembershipApplication, asked: Asked) -> None:
    if not asked.reason and not any(asked.remarks.values()):
        raise RuleViolated(_("Say what is to be mended."), code="remarks_lack")


def _needs_reason(application: MembershipApplication, asked: Asked) -> None:
    if not asked.reason:
        raise RuleViolated(_("Give the reason."), code="reason_lacks")


def _freeze(application: MembershipApplication, asked: Asked) -> None:
    """What was submitted stays as it was said on this day, whatever becomes of the questions."""
    application.answers = Questionnaire(application).answers()
    application.consent = _consent(application, asked)
    application.submitted_at = timezone.now()
    if not application.number:
        year = timezone.localdate().year
        application.number = f"З-{year}-{next_number(f'application {year}'):04}"


def _consent(application: MembershipApplication, asked: Asked) -> Any:
    """One that stands already is enough for a second submission of the same words."""
    if application.consent and application.consent.text == asked.consent:
        return application.consent
    text: Any = asked.consent
    if application.applicant:
        return give_consent(application.applicant, text=text)
    return give_consent_without_account(text)


@dataclass(frozen=True, slots=True)
class Move:
    sources: tuple[str, ...]
    target: str
    who: tuple[str, ...]
    done: str | Promise  # as the history says it
    guard: Callable[[MembershipApplication, Asked], None] = _nothing
    effect: Callable[[MembershipApplication, Asked], None] = _nothing
    is_told: bool = True  # to the applicant, by a letter of this move alone


S = ApplicationState
# The whole workflow: from which states an action leads where, who may do it, what must hold, and what comes of it.
MOVES: dict[str, Move] = {
    "submit": Move(
        (S.DRAFT, S.RETURNED),
        S.SUBMITTED,
        (Who.APPLICANT,),
        gettext_lazy("Submitted to the association"),
        _is_complete,
        _freeze,
    ),
    "take_up": Move((S.SUBMITTED,), S.IN_REVIEW, (Who.STAFF,), gettext_lazy("Taken up by the office")),
    "return": Move((S.IN_REVIEW,), S.RETURNED, (Who.STAFF,), gettext_lazy("Returned with remarks"), _needs_words),
    "put_on_agenda": Move((S.IN_REVIEW,), S.ON_AGENDA, (Who.STAFF,), gettext_lazy("Put on the agenda of the board")),
    "take_off": Move((S.ON_AGENDA,), S.IN_REVIEW, (Who.STAFF,), gettext_lazy("Taken off the agenda")),
    # Of these two the letter of welcome tells (members/boards.py).
    "accept": Move((S.ON_AGENDA,), S.ACCEPTED, (Who.BOARD,), gettext_lazy("Accepted by the board"), is_told=False),
    "decline": Move((S.ON_AGENDA,), S.DECLINED, (Who.BOARD,), gettext_lazy("Declined by the board"), _needs_reason),
    "postpone": Move((S.ON_AGENDA,), S.IN_REVIEW, (Who.BOARD,), gettext_lazy("Postponed by the board")),
    "enrol": Move((S.ACCEPTED,), S.MEMBER, (Who.BOARD,), gettext_lazy("The organisation is a member"), is_told=False),
    "withdraw": Move(
        (S.DRAFT, S.SUBMITTED, S.IN_REVIEW, S.RETURNED, S.ON_AGENDA),
        S.WITHDRAWN,
        (Who.APPLICANT, Who.STAFF),
        gettext_lazy("Withdrawn"),
    ),
}
# Within how many days whoever's turn it is should have acted; working days where it is the office's.
WORKING_DAYS = {S.SUBMITTED: 3, S.IN_REVIEW: 10}
DAYS = {S.RETURNED: 30}


@transaction.atomic
def move_application(
    application: MembershipApplication, *, action: str, who: str, by: User | None = None, asked: Asked | None = None
) -> MembershipApplication:
    """Do ``action`` of MOVES, keep its row, and tell those concerned. Repeated by the same person, does nothing.

    Raises RuleViolated where it is not theirs, where the guard forbids it, and where another was quicker: then it says
    what was decided.
    """
    move, asked = MOVES[action], asked or Asked()
    locked = _locked(application)
    last = locked.moves.select_related("by").last()
    if last and locked.state == move.target and (last.action, last.who, last.by) == (action, who, by):
        return locked
    if who not in move.who:
        raise RuleViolated(_("That is not yours to decide."), code="not_yours")
    if locked.state not in move.sources:
        raise RuleViolated(_what_was_decided(locked, last), code="application_moved")
    move.guard(locked, asked)
    source, locked.state = locked.state, move.target
    move.effect(locked, asked)
    locked.due_on, locked.escalated_at, locked.reminded_at = due_on(move.target), None, None
    locked.save()
    done = ApplicationMove.objects.create(
        application=locked,
        action=action,
        source=source,
        target=move.target,
        who=who,
        by=by,
        who_named=str(by) if by else locked.contact[:300],
        reason=asked.reason,
        remarks={name: text for name, text in asked.remarks.items() if text},
    )
    _tell(locked, done)
    return locked


def submit(application: MembershipApplication, *, by: User | None, consent: ConsentText) -> MembershipApplication:
    """By the applicant, who has read and ticked ``consent``."""
    return move_application(application, action="submit", who=Who.APPLICANT, by=by, asked=Asked(consent=consent))


def _what_was_decided(application: MembershipApplication, last: ApplicationMove | None) -> str:
    told = {"state": application.get_state_display(), "who": last.who_named if last else "—"}
    return _("The application is “%(state)s” by now: %(who)s was quicker.") % told


def due_on(state: str) -> datetime.date | None:
    """The last day of the term of this state, counted from today; None where there is none."""
    today = timezone.localdate()
    if state in DAYS:
        return today + datetime.timedelta(days=DAYS[S(state)])
    return _after_working_days(today, WORKING_DAYS[S(state)]) if state in WORKING_DAYS else None


def _after_working_days(day: datetime.date, number: int) -> datetime.date:
    """Saturdays and Sundays do not count; holidays do, as nobody knows them years ahead."""
    while number:
        day += datetime.timedelta(days=1)
        number -= day.weekday() < 5
    return day


def _tell(application: MembershipApplication, move: ApplicationMove) -> None:
    """The applicant of every turn; those who review of what has come or come back."""
    if application.email and application.confirmed_at and MOVES[move.action].is_told:
        emails.application_moved(application, move=move, done=MOVES[move.action].done).send()
    if move.target == ApplicationState.SUBMITTED:
        for reviewer in reviewers():
            emails.application_arrived(application, move=move, reviewer=reviewer).send()


def reviewers() -> list[User]:
    """Those of the office who review applications."""
    right = Q(codename="decide_application", content_type__app_label="members")
    permissions = Permission.objects.filter(right)
    may = Q(is_superuser=True) | Q(user_permissions__in=permissions) | Q(groups__permissions__in=permissions)
    people = User.objects.filter(may, is_staff=True, is_active=True, erased_at=None)
    return [*people.distinct().order_by("pk")]

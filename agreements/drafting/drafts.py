"""A draft: begun by one organisation, filled in, and sent for review once all is there."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements import terms as shape
from agreements.drafting.filling import filled, unfilled
from agreements.kinds import KINDS, missing_fields
from agreements.life.machine import Who, locked_agreement, turn
from agreements.models import (
    Agreement,
    AgreementFile,
    AgreementState,
    AgreementTemplate,
    Approval,
    Party,
    SigningWay,
    Verdict,
    Version,
)
from agreements.terms import Terms
from common.errors import RuleViolated
from common.idempotency import once
from common.private_files import forget_file
from common.uploads import CheckedDocument
from members.models import Organisation, Representative, Role, User

MOST_PARTIES = 12
MOST_FILES = 20
GONE = 99  # the position of a party that an obligation names and that is a party no more
# What the form of a draft writes besides its terms.
COLUMNS = ("is_public", "signing_order", "planned_on", "planned_at")


class ChangedMeanwhile(RuleViolated):
    code = "changed_meanwhile"


@transaction.atomic
def begin_draft(
    initiator: Organisation,
    *,
    kind: str,
    terms: Terms,
    by: User,
    key: str,
    parties: Sequence[Party] = (),
    **columns: Any,
) -> Agreement:
    """Made once for one key, with these parties, or the initiator as its first one."""

    def make() -> Agreement:
        agreement = Agreement(kind=kind, initiator=initiator, author=by, **columns)
        write_columns(agreement, terms)
        agreement.save()
        write_parties(agreement, parties or [Party(organisation=initiator, **signatory_of(initiator))])
        return agreement

    return once(
        make,
        model=Agreement,
        scope=f"agreement of {initiator.pk} by {by.pk}",
        key=key,
        asked={
            "kind": kind,
            "subject": terms.subject,
            "texts": [terms.text, terms.text_en],  # keys of their clauses are new each time
            "parent": getattr(columns.get("parent"), "pk", None),
        },
    )


def signatory_of(organisation: Organisation) -> dict[str, Any]:
    """Its head signs on the charter, unless something else is said."""
    heads = Representative.objects.heads().filter(organisation=organisation).select_related("user")
    head = heads.order_by("since", "pk").first()
    if head is None:
        return {}
    return {"signatory": head.user, "signatory_name": str(head.user), "signatory_position": head.position}


@transaction.atomic
def change_draft(
    agreement: Agreement, change: Callable[[Terms], Terms], *, seen: str = "", **columns: Any
) -> Agreement:
    """``change`` makes the new terms of those that stand under the lock. ``seen``: ``mark_of`` what its writer read.

    Raises ChangedMeanwhile where somebody else has written something else there, and RuleViolated where it is a draft
    no more.
    """
    locked = locked_draft(agreement)
    if seen and seen != mark_of(locked):
        raise ChangedMeanwhile(_("Somebody else has changed the draft meanwhile. Saved again, yours takes its place."))
    for name, value in columns.items():
        setattr(locked, name, value)
    before = Terms.of(locked.terms)
    write_columns(locked, change(before).following(before))
    locked.save()
    return locked


def mark_of(agreement: Agreement) -> str:
    """Of all that one form writes: two marks differ where somebody has saved something in between."""
    told = {**Terms.of(agreement.terms).stored(), **{name: getattr(agreement, name) for name in COLUMNS}}
    del told["promises"]
    return shape.sha256_of(json.dumps(told, sort_keys=True, default=str))


def write_columns(agreement: Agreement, terms: Terms) -> None:
    """The newest terms, and those columns that repeat them for lists."""
    agreement.terms = terms.stored()
    agreement.subject, agreement.subject_en = terms.subject, terms.subject_en
    agreement.starts_on, agreement.ends_on = shape.day(terms.starts_on), shape.day(terms.ends_on)
    agreement.renewal, agreement.notice_days = terms.renewal, terms.notice_days


@transaction.atomic
def set_parties(agreement: Agreement, *, parties: Sequence[Party]) -> list[Party]:
    """In this order; the initiator is one of them. Those of a draft that are not named go. What is promised stays with
    whoever promised it: where they go, it is to be said anew.

    Raises RuleViolated where it is a draft no more, and past MOST_PARTIES.
    """
    locked = locked_draft(agreement)
    before = {party.organisation_id: party.position for party in locked.parties.all()}
    written = write_parties(locked, parties)
    after = {party.organisation_id: party.position for party in written}
    places = {position: after.get(organisation, GONE) for organisation, position in before.items()}
    terms = Terms.of(locked.terms)
    promises = tuple(
        replace(one, owner=places.get(one.owner, one.owner), beneficiary=places.get(one.beneficiary, one.beneficiary))
        for one in terms.promises
    )
    if promises != terms.promises:
        write_columns(locked, replace(terms, promises=promises))
        locked.save()
    return written


def write_parties(agreement: Agreement, parties: Sequence[Party]) -> list[Party]:
    if len(parties) > MOST_PARTIES:
        raise RuleViolated(_("%(number)d parties are the most.") % {"number": MOST_PARTIES}, code="too_many")
    if agreement.initiator_id not in {party.organisation_id for party in parties}:
        raise RuleViolated(_("Who draws it up is a party."), code="initiator_missing")
    known = {party.organisation_id: party for party in agreement.parties.all()}
    agreement.parties.exclude(organisation__in=[party.organisation_id for party in parties]).delete()
    for position, party in enumerate(parties, 1):
        party.pk = known[party.organisation_id].pk if party.organisation_id in known else None
        party._state.adding = party.pk is None
        party.agreement, party.position = agreement, position
        party.full_clean(exclude={"position"}, validate_unique=False)  # two may change places: the database looks last
        party.save()
    return [*parties]


@transaction.atomic
def attach_file(agreement: Agreement, *, document: CheckedDocument, title: str, by: User | None) -> AgreementFile:
    """An annex, or the text itself as a document. The same bytes are attached once."""
    locked = locked_draft(agreement)
    known = locked.files.filter(sha256=document.sha256).first()
    if known:
        return known
    if locked.files.count() >= MOST_FILES:
        raise RuleViolated(_("%(number)d documents are the most.") % {"number": MOST_FILES}, code="too_many")
    return AgreementFile.objects.create(
        agreement=locked,
        title=title or document.name,
        file=document.file,
        content_type=document.content_type,
        size=document.size,
        sha256=document.sha256,
        by=by,
    )


@transaction.atomic
def detach_file(file: AgreementFile) -> None:
    """Gone with the commit, as the file of anything that is taken back."""
    locked_draft(file.agreement)
    forget_file(file.file)
    file.delete()


def lacks(agreement: Agreement) -> list[str]:
    """What is missing before others read it, in the reader's words."""
    terms, parties = Terms.of(agreement.terms), [*agreement.parties.select_related("organisation")]
    missing = [
        name
        for name, is_there in {
            _("the subject"): bool(terms.subject),
            _("another party"): len(parties) > 1,
            _("the text, or a document with it"): bool(terms.clauses) or agreement.files.exists(),
        }.items()
        if not is_there
    ]
    missing += missing_fields(agreement.kind, terms.details)
    if left := unfilled(filled(agreement, terms)):
        missing.append(_("what stands in the text for %(fields)s") % {"fields": ", ".join(left)})
    for party in parties:
        missing += [f"{party.organisation.title}: {what}" for what in _lacks_of(party, agreement.kind)]
    for promise in terms.promises:
        if not {promise.owner, promise.beneficiary or promise.owner} <= {party.position for party in parties}:
            missing.append(_("who of the parties promises “%(what)s”, and to whom") % {"what": promise.what})
    return missing


def _lacks_of(party: Party, kind: str) -> list[str]:
    needs = {
        _("who signs"): bool(party.signatory_name and party.signatory_position),
        _("a power of attorney that is valid today"): party.has_authority_today,
        _("a way of signing that this kind of agreement allows"): party.way in KINDS[kind].ways,
        _("an account of the signatory, who signs here"): party.way not in (SigningWay.CODE, SigningWay.QUALIFIED)
        or party.signatory_id is not None,
    }
    return [what for what, is_there in needs.items() if not is_there]


# --- Review --------------------------------------------------------------------------------------------------


@transaction.atomic
def submit(agreement: Agreement, *, by: User, approvers: Sequence[User] = (), asks_office: bool = False) -> Agreement:
    """The first version, or the next one after it was returned, with a task for each reviewer: the heads of the
    initiator but for who sends it, unless others are named; and for the office where it reviews all of this kind. Where
    nobody is left to review, it goes out at once.

    Raises RuleViolated where something is missing.
    """
    locked = locked_draft(agreement)
    if missing := lacks(locked):
        raise RuleViolated(_("Not complete: %(what)s") % {"what": ", ".join(missing)}, code="incomplete")
    write_columns(locked, filled(locked, Terms.of(locked.terms)))
    version = make_version(locked, Terms.of(locked.terms), by=by, organisation=locked.initiator)
    reviewers = [*approvers] or [one for one in _heads(locked.initiator) if one != by]
    Approval.objects.bulk_create(Approval(version=version, approver=one) for one in reviewers)
    asks_office = asks_office or office_reviews(locked.kind)
    if asks_office:
        Approval.objects.create(version=version)
    turn(locked, "submit", who=Who.AUTHOR, by=by, version=version.sha256)
    if not reviewers and not asks_office:
        _share(locked, who=Who.APPROVER, by=by)
    return locked


def office_reviews(kind: str) -> bool:
    """Whether the association reads each agreement of this kind before it goes out, as one of its templates says."""
    return AgreementTemplate.objects.filter(kind=kind, needs_office=True, is_offered=True).exists()


def _heads(organisation: Organisation) -> list[User]:
    heads = Representative.objects.heads().filter(organisation=organisation, role=Role.HEAD)
    return [one.user for one in heads.select_related("user").order_by("pk")]


@transaction.atomic
def approve(agreement: Agreement, *, by: User, for_office: bool = False) -> Agreement:
    """With the last approval it goes to the parties. Repeated, does nothing.

    Raises RuleViolated for who was not asked.
    """
    locked = locked_agreement(agreement)
    who = Who.OFFICE if for_office else Who.APPROVER
    task = _task(locked, by=by, for_office=for_office)
    if task.verdict == Verdict.APPROVED:
        return locked
    _decide(task, Verdict.APPROVED, by=by)
    if task.version.approvals.exclude(verdict=Verdict.APPROVED).exists():
        turn(locked, "approve", who=who, by=by, version=task.version.sha256)
    else:
        _share(locked, who=who, by=by)
    return locked


@transaction.atomic
def return_draft(agreement: Agreement, *, by: User, reason: str, for_office: bool = False) -> Agreement:
    """To its author, with a reason."""
    locked = locked_agreement(agreement)
    task = _task(locked, by=by, for_office=for_office)
    who = Who.OFFICE if for_office else Who.APPROVER
    turn(locked, "return", who=who, by=by, reason=reason, version=task.version.sha256)
    _decide(task, Verdict.RETURNED, by=by, reason=reason)
    return locked


@transaction.atomic
def take_back(agreement: Agreement, *, by: User, reason: str) -> Agreement:
    """By those who draw it up: a slip was found, or a reviewer has left the organisation."""
    locked = locked_agreement(agreement)
    turn(locked, "take_back", who=Who.AUTHOR, by=by, reason=reason)
    return locked


def _task(agreement: Agreement, *, by: User, for_office: bool) -> Approval:
    version = agreement.newest_version
    tasks = Approval.objects.filter(version=version, approver=None if for_office else by).select_related("version")
    task = tasks.first()
    if task is None:
        raise RuleViolated(_("You were not asked to review it."), code="not_asked")
    return task


def _decide(task: Approval, verdict: str, *, by: User, reason: str = "") -> None:
    task.verdict, task.by, task.at, task.reason = verdict, by, timezone.now(), reason
    task.save(update_fields=["verdict", "by", "at", "reason"])


def _share(agreement: Agreement, *, who: Who, by: User) -> None:
    agreement.shared_at = agreement.shared_at or timezone.now()
    turn(agreement, "approve", who=who, by=by, completes=True, version=agreement.newest_version.sha256)


def make_version(
    agreement: Agreement, terms: Terms, *, by: User | None, organisation: Organisation, note: str = ""
) -> Version:
    """The next one, with everything as it is now in its one form."""
    last = agreement.newest_version
    content = shape.content_of(agreement, terms)
    return Version.objects.create(
        agreement=agreement,
        number=last.number + 1 if last else 1,
        by=by,
        organisation=organisation,
        note=note,
        terms=terms.stored(),
        content=content,
        sha256=shape.sha256_of(content),
    )


def locked_draft(agreement: Agreement) -> Agreement:
    locked = locked_agreement(agreement)
    if locked.state != AgreementState.DRAFT:
        raise RuleViolated(_("It is a draft no more: propose a new version instead."), code="other_state")
    return locked

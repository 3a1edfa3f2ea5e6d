"""A draft: begun by one organisation, filled in, and sent for review once all is there."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements import terms as shape
from agreements.kinds import KINDS, missing_fields
from agreements.life.machine import Who, locked_agreement, turn
from agreements.models import (
    Agreement,
    AgreementFile,
    AgreementState,
    Approval,
    Party,
    SigningWay,
    Verdict,
    Version,
)
from agreements.terms import Terms
from common.errors import RuleViolated
from common.idempotency import once
from common.uploads import CheckedDocument
from members.models import Organisation, Representative, Role, User

MOST_PARTIES = 12
MOST_FILES = 20


@transaction.atomic
def begin_draft(initiator: Organisation, *, kind: str, terms: Terms, by: User, key: str, **columns: Any) -> Agreement:
    """Made once for one key, with the initiator as its first party."""

    def make() -> Agreement:
        agreement = Agreement(kind=kind, initiator=initiator, author=by, **columns)
        write_columns(agreement, terms)
        agreement.save()
        Party.objects.create(agreement=agreement, organisation=initiator, position=1, **signatory_of(initiator))
        return agreement

    return once(
        make,
        model=Agreement,
        scope=f"agreement of {initiator.pk} by {by.pk}",
        key=key,
        asked={"kind": kind, "terms": terms.stored(), "parent": getattr(columns.get("parent"), "pk", None)},
    )


def signatory_of(organisation: Organisation) -> dict[str, Any]:
    """Its head signs on the charter, unless something else is said."""
    heads = Representative.objects.heads().filter(organisation=organisation).select_related("user")
    head = heads.order_by("since", "pk").first()
    if head is None:
        return {}
    return {"signatory": head.user, "signatory_name": str(head.user), "signatory_position": head.position}


@transaction.atomic
def write_draft(agreement: Agreement, *, terms: Terms, **columns: Any) -> Agreement:
    """Raises RuleViolated where it is a draft no more."""
    locked = _draft(agreement)
    for name, value in columns.items():
        setattr(locked, name, value)
    terms = _with_keys(locked, terms)
    write_columns(locked, terms)
    locked.save()
    return locked


def write_columns(agreement: Agreement, terms: Terms) -> None:
    """The newest terms, and those columns that repeat them for lists."""
    agreement.terms = terms.stored()
    agreement.subject, agreement.subject_en = terms.subject, terms.subject_en
    agreement.starts_on, agreement.ends_on = shape.day(terms.starts_on), shape.day(terms.ends_on)
    agreement.renewal, agreement.notice_days = terms.renewal, terms.notice_days


def _with_keys(agreement: Agreement, terms: Terms) -> Terms:
    return terms.following(Terms.of(agreement.terms))


@transaction.atomic
def set_parties(agreement: Agreement, *, parties: Sequence[Party]) -> list[Party]:
    """In this order; the initiator is one of them. Those of a draft that are not named go.

    Raises RuleViolated where it is a draft no more, and past MOST_PARTIES.
    """
    locked = _draft(agreement)
    return write_parties(locked, parties)


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
def attach_file(agreement: Agreement, *, document: CheckedDocument, title: str, by: User) -> AgreementFile:
    """An annex, or the text itself as a document. The same bytes are attached once."""
    locked = _draft(agreement)
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
    _draft(file.agreement)
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
    initiator but for who sends it, unless others are named. Where nobody is left to review, it goes out at once.

    Raises RuleViolated where something is missing.
    """
    locked = _draft(agreement)
    if missing := lacks(locked):
        raise RuleViolated(_("Not complete: %(what)s") % {"what": ", ".join(missing)}, code="incomplete")
    version = make_version(locked, Terms.of(locked.terms), by=by, organisation=locked.initiator)
    reviewers = [*approvers] or [one for one in _heads(locked.initiator) if one != by]
    Approval.objects.bulk_create(Approval(version=version, approver=one) for one in reviewers)
    if asks_office:
        Approval.objects.create(version=version)
    turn(locked, "submit", who=Who.AUTHOR, by=by, version=version.sha256)
    if not reviewers and not asks_office:
        _share(locked, who=Who.APPROVER, by=by)
    return locked


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


def _draft(agreement: Agreement) -> Agreement:
    locked = locked_agreement(agreement)
    if locked.state != AgreementState.DRAFT:
        raise RuleViolated(_("It is a draft no more: propose a new version instead."), code="other_state")
    return locked

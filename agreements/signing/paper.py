"""On paper: the party sends a scan, the registrar notes that the original was seen, and a second person confirms it.
The scan is a copy, and nowhere called the original."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.life.machine import Who, check, turn
from agreements.models import Agreement, RequestState, RoundState, Signature, SigningRequest, SigningWay
from agreements.policies import can_send_copy
from agreements.signing.rounds import check_turn, count_signature, locked_request, signature_of
from common.errors import RuleViolated
from common.private_files import forget_file
from common.uploads import CheckedDocument
from members.models import User

BY_COPY = (SigningWay.PAPER, SigningWay.OPERATOR)


@transaction.atomic
def send_copy(
    request: SigningRequest,
    *,
    by: User,
    sha256: str,
    document: CheckedDocument,
    operator: str = "",
    identifier: str = "",
    status: str = "",
) -> Signature:
    """The scan of the signed paper, or the copy that an operator of electronic documents gives, with its name, the
    identifier and the status there. Another copy takes the place of one that was not looked at yet."""
    agreement, part = locked_request(request)
    if part.way not in BY_COPY:
        raise RuleViolated(_("This party signs in another way."), code="other_way")
    check_turn(agreement, part, by=by, sha256=sha256, may=can_send_copy)
    if part.state not in (RequestState.ASKED, RequestState.SENT):
        raise RuleViolated(_("The copy is being checked already."), code="other_state")
    if part.way == SigningWay.OPERATOR and not (operator and identifier and status):
        raise RuleViolated(
            _("Say which operator it is, and the identifier and the status of the document there."),
            code="operator_missing",
        )
    former = Signature.objects.filter(request=part).first()
    evidence = {"name": document.name, "size": document.size, "type": document.content_type}
    if part.way == SigningWay.OPERATOR:
        evidence |= {"operator": operator, "identifier": identifier, "status": status}
    if former and former.file_sha256 == document.sha256 and former.evidence == evidence:
        return former
    if former:
        _forget(former)
    signature = signature_of(part, by=by, file=document.file, file_sha256=document.sha256, evidence=evidence)
    signature.save()
    _put(part, RequestState.SENT)
    turn(agreement, "send_copy", who=Who.SIGNATORY, by=by, party=part.party_id, file=document.sha256)
    return signature


@transaction.atomic
def see_original(request: SigningRequest, *, by: User) -> Signature:
    """By the registrar, who holds the paper, or has looked it up with the operator. Repeated, does nothing."""
    agreement, part = locked_request(request)
    if part.state == RequestState.SEEN and part.signature.seen_by_id == by.pk:
        return part.signature
    check(agreement, "see", who=Who.OFFICE)
    _check_waits(part, RequestState.SENT)
    signature = part.signature
    _check_not_own(signature, by)
    signature.seen_by, signature.seen_at = by, timezone.now()
    signature.save(update_fields=["seen_by", "seen_at"])
    _put(part, RequestState.SEEN)
    turn(agreement, "see", who=Who.OFFICE, by=by, party=part.party_id, file=signature.file_sha256)
    return signature


@transaction.atomic
def reject_copy(request: SigningRequest, *, by: User, reason: str) -> Agreement:
    """The party is asked to send another one."""
    agreement, part = locked_request(request)
    check(agreement, "reject", who=Who.OFFICE, reason=reason)
    _check_waits(part, RequestState.SENT, RequestState.SEEN)
    file = part.signature.file_sha256
    _forget(part.signature)
    _put(part, RequestState.ASKED)
    turn(agreement, "reject", who=Who.OFFICE, by=by, reason=reason, party=part.party_id, file=file)
    return agreement


@transaction.atomic
def confirm_original(request: SigningRequest, *, by: User) -> Agreement:
    """By a second person. Repeated, does nothing.

    Raises RuleViolated for who has seen it first, and for who signs or has sent it.
    """
    agreement, part = locked_request(request)
    if part.state == RequestState.SIGNED:
        return agreement
    check(agreement, "sign", who=Who.OFFICE)
    _check_waits(part, RequestState.SEEN)
    signature = part.signature
    if signature.seen_by_id in (None, by.pk):
        raise RuleViolated(_("Another person confirms what you have seen."), code="same_person")
    _check_not_own(signature, by)
    signature.confirmed_by, signature.confirmed_at = by, timezone.now()
    signature.save(update_fields=["confirmed_by", "confirmed_at"])
    return count_signature(agreement, signature, who=Who.OFFICE, by=by)


def _check_waits(request: SigningRequest, *states: str) -> None:
    """A copy of a round that is void is of words that may be others by now."""
    if request.state not in states or request.round.state != RoundState.OPEN:
        raise RuleViolated(_("There is no copy to check."), code="other_state")


def _forget(signature: Signature) -> None:
    """The history keeps the hash of the file, and nobody the copy."""
    forget_file(signature.file)
    signature.delete()


def _check_not_own(signature: Signature, by: User) -> None:
    if by.pk in (signature.by_id, signature.request.party.signatory_id):
        text = _("Who signs for a party, or has sent its copy, does not check it: somebody else does.")
        raise RuleViolated(text, code="own_copy")


def _put(request: SigningRequest, state: str) -> None:
    request.state = state
    request.save(update_fields=["state"])

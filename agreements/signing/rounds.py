"""A signing round: opened, signed party by party, and concluded with the last signature in the same transaction."""

import datetime
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements import chain
from agreements.kinds import KINDS
from agreements.life import timers
from agreements.life.machine import Who, check, locked_agreement, turn
from agreements.models import (
    TO_SIGN,
    Agreement,
    AgreementState,
    Party,
    RequestState,
    RoundState,
    Signature,
    SigningOrder,
    SigningRequest,
    SigningRound,
)
from agreements.negotiating.versions import forget_acceptances
from agreements.policies import can_decline, can_sign
from agreements.signing.conclusion import conclude
from agreements.telling.reminders import tell_of_turn
from common.errors import RuleViolated
from members.models import User


@transaction.atomic
def open_round(agreement: Agreement, *, by: User, days: int = timers.SIGN_WITHIN) -> SigningRound:
    """Ask the parties to sign what they have agreed on, at once or in turn. Repeated, returns the round.

    Raises RuleViolated where a way of signing is not allowed for this kind, or an authority is not valid today.
    """
    locked = locked_agreement(agreement)
    open_one = locked.rounds.filter(state=RoundState.OPEN).first()
    if open_one:
        return open_one
    check(locked, "open", who=Who.INITIATOR)
    parties = [*locked.parties.select_related("organisation", "signatory").order_by("position")]
    for party in parties:
        _check_party(party)
    now = timezone.now()
    made = SigningRound.objects.create(
        agreement=locked,
        version=locked.newest_version,
        number=locked.rounds.count() + 1,
        order=locked.signing_order,
        opened_at=now,
        opened_by=by,
        closes_at=now + datetime.timedelta(days=days),
    )
    is_in_turn = locked.signing_order == SigningOrder.IN_TURN
    for party in parties:
        is_asked = not is_in_turn or party.position == 1
        SigningRequest.objects.create(
            round=made,
            party=party,
            turn=party.position if is_in_turn else 1,
            way=party.way,
            state=RequestState.ASKED if is_asked else RequestState.WAITING,
            asked_at=now if is_asked else None,
        )
    turn(locked, "open", who=Who.INITIATOR, by=by, round=made.number, version=made.version.sha256)
    for request in made.requests.filter(state=RequestState.ASKED) if is_in_turn else ():
        tell_of_turn(locked, request)
    return made


def _check_party(party: Party) -> None:
    named = {"party": party.organisation.title}
    if party.way not in KINDS[party.agreement.kind].ways:
        text = _("%(party)s: this kind of agreement may not be signed in this way.")
        raise RuleViolated(text % named, code="way_not_allowed")
    if not party.has_authority_today:
        raise RuleViolated(_("%(party)s: the power of attorney is not valid today.") % named, code="no_authority")


def locked_request(request: SigningRequest) -> tuple[Agreement, SigningRequest]:
    """The agreement first, then the part of the party."""
    agreement = locked_agreement(request.round.agreement)
    parts = SigningRequest.objects.select_for_update(of=("self",)).select_related(
        "round__version", "party__organisation", "party__signatory", "party__agreement"
    )
    return agreement, parts.get(pk=request.pk)


def check_turn(
    agreement: Agreement,
    request: SigningRequest,
    *,
    by: User,
    sha256: str,
    may: Callable[[User, SigningRequest], bool] = can_sign,
) -> None:
    """Under the lock: raises RuleViolated unless it is open, theirs, of these words, and their turn."""
    check(agreement, "sign", who=Who.SIGNATORY)
    if request.round.state != RoundState.OPEN:
        raise RuleViolated(_("This round of signing is over."), code="round_over")
    if not may(by, request):
        raise RuleViolated(_("Only the signatory whom the text names can sign for the party."), code="not_signatory")
    if request.round.version.sha256 != sha256:
        raise RuleViolated(_("These are not the words that are to be signed."), code="other_content")
    if request.state == RequestState.SIGNED:
        raise RuleViolated(_("The party has signed already."), code="signed_already")
    if request.state == RequestState.WAITING:
        raise RuleViolated(_("Others sign first: you will be asked."), code="not_your_turn")
    if not request.party.has_authority_today:
        raise RuleViolated(_("The power of attorney is not valid today."), code="no_authority")


def signature_of(request: SigningRequest, *, by: User, **known: Any) -> Signature:
    """As the text names who signs, and on what ground."""
    party = request.party
    ground = " ".join(filter(None, (party.get_authority_display(), party.authority_number)))
    if party.authority_until:
        ground = _("%(ground)s, valid until %(day)s") % {"ground": ground, "day": party.authority_until.isoformat()}
    return Signature(
        request=request,
        way=request.way,
        by=by,
        name=party.signatory_name,
        position=party.signatory_position,
        ground=ground,
        content_sha256=request.round.version.sha256,
        **known,
    )


def count_signature(agreement: Agreement, signature: Signature, *, who: Who, by: User) -> Agreement:
    """The signature is there, checked as its way demands: the next are asked, and with the last it is concluded."""
    request = signature.request
    request.state = RequestState.SIGNED
    request.save(update_fields=["state"])
    left = request.round.requests.exclude(state=RequestState.SIGNED)
    facts: dict[str, Any] = {"party": request.party_id, "signature": fingerprint(signature)}
    if not left.exists():
        close(request.round, RoundState.COMPLETED)
        conclude(agreement, who=who, by=by, facts=facts)
        return agreement
    if not left.filter(state__in=TO_SIGN).exists():
        _ask_next(agreement, request.round)
    turn(agreement, "sign", who=who, by=by, **facts)
    return agreement


def _ask_next(agreement: Agreement, signing: SigningRound) -> None:
    waiting = signing.requests.filter(state=RequestState.WAITING).order_by("turn", "pk")
    first = waiting.first()
    for request in waiting.filter(turn=first.turn) if first else ():
        request.state, request.asked_at = RequestState.ASKED, timezone.now()
        request.save(update_fields=["state", "asked_at"])
        timers.start(agreement, timers.of_request(request))
        tell_of_turn(agreement, request)


def fingerprint(signature: Signature) -> str:
    """Of all that is known of it: the history holds it, so a signature that was changed is found."""
    told = {
        "request": signature.request_id,
        "way": signature.way,
        "name": signature.name,
        "position": signature.position,
        "ground": signature.ground,
        "content": signature.content_sha256,
        "file": signature.file_sha256,
        "evidence": signature.evidence,
        "at": signature.at.astimezone(datetime.UTC).isoformat(),
    }
    return chain.hash_of_facts(told)


def close(signing: SigningRound, state: str) -> None:
    signing.state, signing.closed_at = state, timezone.now()
    signing.save(update_fields=["state", "closed_at"])


@transaction.atomic
def decline(request: SigningRequest, *, by: User, reason: str) -> Agreement:
    """The round is void, and all are told, those too who have signed. Repeated, does nothing."""
    agreement, part = locked_request(request)
    if part.state == RequestState.DECLINED:
        return agreement
    check(agreement, "decline", who=Who.SIGNATORY, reason=reason)
    if part.round.state != RoundState.OPEN or part.state not in TO_SIGN or not can_decline(by, part):
        raise RuleViolated(_("There is nothing of yours to decline."), code="not_your_turn")
    part.state = RequestState.DECLINED
    part.save(update_fields=["state"])
    close(part.round, RoundState.VOID)
    turn(agreement, "decline", who=Who.SIGNATORY, by=by, reason=reason, party=part.party_id)
    forget_acceptances(agreement)
    return agreement


@transaction.atomic
def recall(agreement: Agreement, *, by: User, reason: str) -> Agreement:
    """By who opened it, before the first signature."""
    locked = locked_agreement(agreement)
    check(locked, "recall", who=Who.INITIATOR, reason=reason)
    signing = locked.rounds.get(state=RoundState.OPEN)
    if signing.requests.filter(state=RequestState.SIGNED).exists():
        raise RuleViolated(_("Somebody has signed already: only a party can decline now."), code="signed_already")
    close(signing, RoundState.VOID)
    turn(locked, "recall", who=Who.INITIATOR, by=by, reason=reason, round=signing.number)
    forget_acceptances(locked)
    return locked


def lapse(agreement: Agreement) -> None:
    """By the clock, of the locked agreement: the text stands, the round is void, and can be opened anew."""
    signing = agreement.rounds.get(state=RoundState.OPEN)
    close(signing, RoundState.VOID)
    turn(agreement, "lapse", who=Who.TIMER, by=None, round=signing.number)


@transaction.atomic
def cancel(agreement: Agreement, *, who: Who, by: User, reason: str) -> Agreement:
    """What is not concluded is called off, by its initiator or the association. Repeated, does nothing."""
    locked = locked_agreement(agreement)
    if locked.state == AgreementState.CANCELLED:
        return locked
    check(locked, "cancel", who=who, reason=reason)
    for signing in locked.rounds.filter(state=RoundState.OPEN):
        close(signing, RoundState.VOID)
    turn(locked, "cancel", who=who, by=by, reason=reason)
    return locked

"""The simple signature: a one-time code to the signatory's own address (63-ФЗ, ст. 5 and 9), for organisations that
have joined the rules of signing. What is kept: the code's hash, the channel, the address and the hash of the words.
"""

import datetime
import secrets

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.life.machine import Who
from agreements.models import Agreement, RequestState, SigningCode, SigningRequest, SigningWay
from agreements.signing import emails
from agreements.signing.rounds import check_turn, count_signature, locked_request, signature_of
from agreements.signing.rules import accession_of
from common.errors import RuleViolated
from members.models import User

HOLDS = datetime.timedelta(minutes=15)
DIGITS = 6
MOST_ATTEMPTS = 5  # one of a million guesses is right; five guesses at each code
AGAIN_AFTER = datetime.timedelta(minutes=1)
MOST_CODES = 10  # of one request within a day: 50 guesses


@transaction.atomic
def send_code(request: SigningRequest, *, by: User, sha256: str) -> SigningCode:
    """To the confirmed address of the account that the text names, and to no other.

    Raises RuleViolated as ``check_turn`` does, before the organisation has joined the rules, and for the next code
    within a minute or past MOST_CODES a day.
    """
    agreement, part = locked_request(request)
    _check_way(part)
    check_turn(agreement, part, by=by, sha256=sha256)
    now = timezone.now()
    recent = part.codes.filter(sent_at__gt=now - datetime.timedelta(days=1))
    last = recent.last()
    if last and last.sent_at > now - AGAIN_AFTER:
        raise RuleViolated(_("A code has just been sent. Please wait a minute for another one."), code="too_soon")
    if recent.count() >= MOST_CODES:
        raise RuleViolated(
            _("No more codes today: %(number)d have been sent.") % {"number": MOST_CODES}, code="too_many"
        )
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    made = SigningCode.objects.create(
        request=part, code_hash=make_password(code), content_sha256=sha256, address=by.email, sent_at=now
    )
    emails.signing_code_sent(by, agreement=agreement, party=part.party, code=code, sha256=sha256).send()
    return made


def sign_by_code(request: SigningRequest, *, by: User, sha256: str, code: str) -> Agreement:
    """Raises RuleViolated for a wrong, old or used code; the attempt counts all the same. Repeated, does nothing."""
    refusal = _sign(request, by=by, sha256=sha256, code=code)
    if isinstance(refusal, RuleViolated):
        raise refusal
    return refusal


@transaction.atomic
def _sign(request: SigningRequest, *, by: User, sha256: str, code: str) -> Agreement | RuleViolated:
    agreement, part = locked_request(request)
    if part.state == RequestState.SIGNED and part.signature.by == by and part.signature.content_sha256 == sha256:
        return agreement
    _check_way(part)
    check_turn(agreement, part, by=by, sha256=sha256)
    sent = part.codes.select_for_update().filter(content_sha256=sha256, address=by.email).last()
    now = timezone.now()
    if sent is None or sent.used_at or sent.sent_at < now - HOLDS or sent.attempts >= MOST_ATTEMPTS:
        return RuleViolated(_("This code holds no more. Have another one sent."), code="code_over")
    sent.attempts += 1
    is_right = check_password(code.strip(), sent.code_hash)
    if is_right:
        sent.used_at = now
    sent.save(update_fields=["attempts", "used_at"])
    if not is_right:
        return RuleViolated(_("The code is another one. Look at the last letter."), code="wrong_code")
    signature = signature_of(
        part,
        by=by,
        evidence={
            "channel": "email",
            "address": sent.address,
            "code_hash": sent.code_hash,
            "sent": sent.sent_at.isoformat(),
        },
    )
    signature.save()
    return count_signature(agreement, signature, who=Who.SIGNATORY, by=by)


def _check_way(request: SigningRequest) -> None:
    if request.way != SigningWay.CODE:
        raise RuleViolated(_("This party signs in another way."), code="other_way")
    if accession_of(request.party.organisation) is None:
        raise RuleViolated(
            _("The organisation has not joined the rules of signing by code yet."), code="rules_not_joined"
        )

"""The life of a challenge: each state, which move leads to another, and who may make it."""

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from members.models import User
from projects.life.defence import lacking_to_complete, lacking_to_defend
from projects.life.locked import locked_challenge
from projects.life.machine import Move, Who, possible, refuse_unless
from projects.life.teams import call_off_teams, finish_teams, lacking_to_begin
from projects.models import Challenge, ChallengeMove, ChallengeState
from projects.telling.challenges import tell_company
from projects.telling.defence import tell_judges

DRAFT, REVIEW = ChallengeState.DRAFT, ChallengeState.REVIEW
OPEN, CANCELLED = ChallengeState.OPEN, ChallengeState.CANCELLED
WORK, DEFENCE, COMPLETED = ChallengeState.WORK, ChallengeState.DEFENCE, ChallengeState.COMPLETED

# fmt: off
CHALLENGE_MOVES: dict[str, Move] = {
    "submit":   Move((DRAFT,), REVIEW, (Who.LEAD,), needs_all=True),
    "withdraw": Move((REVIEW,), DRAFT, (Who.LEAD,)),
    "return":   Move((REVIEW,), DRAFT, (Who.STAFF,), needs_reason=True, is_told=True),
    "open":     Move((DRAFT, REVIEW), OPEN, (Who.STAFF,), needs_all=True, is_told=True),
    "begin":    Move((OPEN,), WORK, (Who.LEAD, Who.STAFF), needs_all=True),
    "defend":   Move((WORK,), DEFENCE, (Who.LEAD, Who.STAFF), needs_all=True),
    "complete": Move((DEFENCE,), COMPLETED, (Who.LEAD, Who.STAFF), needs_all=True),
    "cancel":   Move((OPEN, WORK, DEFENCE), CANCELLED, (Who.LEAD, Who.STAFF), needs_reason=True, is_told=True),
    "reopen":   Move((CANCELLED,), OPEN, (Who.STAFF,), needs_reason=True, needs_all=True, is_told=True),
}
# fmt: on


@transaction.atomic
def move_challenge(challenge: Challenge, *, move: str, who: Who, by: User | None, reason: str = "") -> Challenge:
    """Asked again for what it is already, does nothing.

    Raises RuleViolated where the move does not lead from the present state, is not of ``who``, lacks its reason, the
    challenge lacks what the move needs, or is to be open after its last day for applications.
    """
    rule, locked = CHALLENGE_MOVES[move], locked_challenge(challenge)
    if locked.state == rule.after:
        return locked
    other = _("Not possible now: the challenge has the state “%(state)s”.") % {"state": locked.get_state_display()}
    refuse_unless(
        rule, state=locked.state, who=who, other_state=other, reason=reason, lacks=lambda: LACKS[move](locked)
    )
    if rule.after in (REVIEW, OPEN) and locked.applications_until and locked.applications_until < timezone.localdate():
        raise RuleViolated(_("The last day for applications is over: choose a later one."), code="too_late")
    source, locked.state = locked.state, rule.after
    locked.save(update_fields=["state", "updated_at"])
    made = ChallengeMove.objects.create(challenge=locked, source=source, target=locked.state, by=by, reason=reason)
    if rule.is_told:
        tell_company(made)
    if move == "cancel":
        call_off_teams(locked, by=by, reason=reason)
    if move == "defend":
        tell_judges(locked)
    if move == "complete":
        finish_teams(locked, by=by)
    return locked


def possible_challenge_moves(challenge: Challenge, *, who: Who) -> list[str]:
    return possible(CHALLENGE_MOVES, state=challenge.state, who=who)


def lacking(challenge: Challenge) -> list[str]:
    """What teams must know before they may apply, in the reader's words."""
    needs = {
        _("a sentence on what it is"): bool(challenge.summary),
        _("the task itself"): bool(challenge.about),
        _("who may apply"): bool(challenge.team_kinds),
        _("the last day for applications"): challenge.applications_until is not None,
        _("to whom the result belongs"): bool(challenge.rights),
        _("the terms on rights and secrets"): bool(challenge.terms),
    }
    return [name for name, is_there in needs.items() if not is_there]


LACKS: dict[str, Callable[[Challenge], list[str]]] = {
    "submit": lacking,
    "open": lacking,
    "reopen": lacking,
    "begin": lacking_to_begin,
    "defend": lacking_to_defend,
    "complete": lacking_to_complete,
}

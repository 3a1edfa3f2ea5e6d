"""The three machines of an agreement: itself, its signing round, and the part of a party in a round. The package of its
papers has a state of its own (common.documents) and never holds an agreement.

    signing round    open → completed (the last signature) | void (declined, recalled, the deadline, called off)
    part of a party  waiting → asked → signed (by a code, by a .sig file)
                                asked → sent → seen → signed (on paper, with an operator)
                     asked, sent, seen → declined
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from agreements import chain
from agreements.life import timers
from agreements.models import UNCONCLUDED, Agreement, AgreementState, HistoryEntry
from agreements.telling.notices import tell
from common.errors import RuleViolated
from members.models import User


class Who(Enum):
    AUTHOR = auto()  # who may draw up for the initiator
    APPROVER = auto()
    PARTY = auto()  # who may negotiate for a party
    INITIATOR = auto()  # its head
    SIGNATORY = auto()
    OFFICE = auto()
    TIMER = auto()


@dataclass(frozen=True, slots=True)
class Move:
    """``after``: where it leads; a second state is where it leads when it completes something."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    who: tuple[Who, ...]
    done: str | Promise
    needs_reason: bool = False


S = AgreementState
# fmt: off
MOVES: dict[str, Move] = {
    "submit":    Move((S.DRAFT,), (S.REVIEW,), (Who.AUTHOR,), gettext_lazy("Sent for review")),
    "approve":   Move((S.REVIEW,), (S.REVIEW, S.NEGOTIATION), (Who.APPROVER, Who.OFFICE),
                      pgettext_lazy("agreement", "Approved")),
    "return":    Move((S.REVIEW,), (S.DRAFT,), (Who.APPROVER, Who.OFFICE), gettext_lazy("Returned with a reason"),
                      needs_reason=True),
    "take_back": Move((S.REVIEW,), (S.DRAFT,), (Who.AUTHOR,), gettext_lazy("Taken back from the review"),
                      needs_reason=True),
    "propose":   Move((S.NEGOTIATION,), (S.NEGOTIATION,), (Who.PARTY,), gettext_lazy("New version")),
    "accept":    Move((S.NEGOTIATION,), (S.NEGOTIATION, S.FROZEN), (Who.PARTY,), gettext_lazy("Version accepted")),
    "reopen":    Move((S.FROZEN,), (S.NEGOTIATION,), (Who.PARTY,), gettext_lazy("Negotiation taken up again"),
                      needs_reason=True),
    "open":      Move((S.FROZEN,), (S.SIGNING,), (Who.INITIATOR,), gettext_lazy("Signing opened")),
    "send_copy": Move((S.SIGNING,), (S.SIGNING,), (Who.SIGNATORY,), gettext_lazy("Copy of the signed text sent")),
    "see":       Move((S.SIGNING,), (S.SIGNING,), (Who.OFFICE,), gettext_lazy("Original seen")),
    "reject":    Move((S.SIGNING,), (S.SIGNING,), (Who.OFFICE,), gettext_lazy("Copy rejected"), needs_reason=True),
    "sign":      Move((S.SIGNING,), (S.SIGNING, S.CONCLUDED), (Who.SIGNATORY, Who.OFFICE),
                      pgettext_lazy("agreement", "Signed")),
    "decline":   Move((S.SIGNING,), (S.NEGOTIATION,), (Who.SIGNATORY,), gettext_lazy("Signing declined"),
                      needs_reason=True),
    "recall":    Move((S.SIGNING,), (S.NEGOTIATION,), (Who.INITIATOR,), gettext_lazy("Signing recalled"),
                      needs_reason=True),
    "lapse":     Move((S.SIGNING,), (S.FROZEN,), (Who.TIMER,), gettext_lazy("Deadline of signing passed")),
    "start":     Move((S.CONCLUDED,), (S.ACTIVE,), (Who.TIMER,), gettext_lazy("In force")),
    "expire":    Move((S.ACTIVE,), (S.EXPIRED,), (Who.TIMER,), pgettext_lazy("agreement", "Expired")),
    "renew":     Move((S.ACTIVE,), (S.RENEWED,), (Who.TIMER,), pgettext_lazy("agreement", "Renewed")),
    "object":    Move((S.ACTIVE,), (S.ACTIVE,), (Who.PARTY,), gettext_lazy("Objected to the renewal"),
                      needs_reason=True),
    "notice":    Move((S.ACTIVE,), (S.ACTIVE,), (Who.PARTY,), gettext_lazy("Notice of termination given"),
                      needs_reason=True),
    "terminate": Move((S.CONCLUDED, S.ACTIVE), (S.TERMINATED,), (Who.TIMER,), pgettext_lazy("agreement", "Terminated")),
    "cancel":    Move(UNCONCLUDED, (S.CANCELLED,), (Who.INITIATOR, Who.OFFICE), gettext_lazy("Called off"),
                      needs_reason=True),
    "amend":     Move((S.CONCLUDED, S.ACTIVE), (S.ACTIVE,), (Who.TIMER,),
                      gettext_lazy("Terms changed by an amendment")),
    "prolong":   Move((S.DRAFT,), (S.CONCLUDED,), (Who.TIMER,), gettext_lazy("Renewed by itself")),
    "enter":     Move((S.DRAFT,), (S.CONCLUDED,), (Who.OFFICE,), gettext_lazy("Entered from paper")),
}
# fmt: on
# What the history tells besides the moves.
OTHER_TURNS: dict[str, str | Promise] = {
    "report": gettext_lazy("Progress reported"),
    "confirm": gettext_lazy("Progress confirmed"),
    "refuse": gettext_lazy("Progress not confirmed"),
    "count": gettext_lazy("Linked work counted"),
    "package": gettext_lazy("Package of papers made"),
    "annex_add": gettext_lazy("Person named in the annex"),
    "annex_change": gettext_lazy("Person in the annex changed"),
    "annex_erase": gettext_lazy("Person taken out of the annex"),
}
RESTARTING = frozenset({"propose", "amend"})  # terms that run in the same state begin anew


def locked_agreement(agreement: Agreement) -> Agreement:
    """Of the row and that of its parent, the elder first, then of the chain: in this order everywhere, before numbers
    and people."""
    own = Agreement.objects.filter(pk=agreement.pk).order_by()
    keys = own.values("pk").union(own.exclude(parent=None).values("parent"))  # of an OR, all agreements would be read
    rows = Agreement.objects.locked().filter(pk__in=keys).order_by("pk")
    locked = {one.pk: one for one in rows.select_related("initiator", "parent")}[agreement.pk]
    chain.hold()
    return locked


def check(agreement: Agreement, action: str, *, who: Who, reason: str = "") -> None:
    """Raises RuleViolated where it is not theirs, not possible now, or lacks its reason."""
    move = MOVES[action]
    if who not in move.who:
        raise RuleViolated(_("That is not yours to decide."), code="not_yours")
    if agreement.state not in move.before:
        text = _("Not possible now: the agreement has the state “%(state)s”.")
        raise RuleViolated(text % {"state": agreement.get_state_display()}, code="other_state")
    if move.needs_reason and not reason.strip():
        raise RuleViolated(_("Say why: the parties will read it."), code="reason_missing")


def turn(
    agreement: Agreement,
    action: str,
    *,
    who: Who,
    by: User | None,
    completes: bool = False,
    reason: str = "",
    **facts: Any,
) -> HistoryEntry:
    """Move the locked ``agreement``, restart its timers, tell those concerned, and chain an entry of it.

    Raises RuleViolated as ``check`` does.
    """
    check(agreement, action, who=who, reason=reason)
    source, agreement.state = agreement.state, MOVES[action].after[-1 if completes else 0]
    agreement.save()
    timers.restart(agreement, has_moved=source != agreement.state or action in RESTARTING)
    tell(agreement, action, by=by, reason=reason, facts=facts)
    return chain.append(agreement, action, by=by, source=source, target=agreement.state, reason=reason, facts=facts)


def possible(agreement: Agreement, *, who: Who) -> list[str]:
    return [name for name, move in MOVES.items() if agreement.state in move.before and who in move.who]


def said(action: str) -> str:
    """As the history tells it."""
    return str(MOVES[action].done if action in MOVES else OTHER_TURNS[action])

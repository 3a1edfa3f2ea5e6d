"""What the machines of projects and challenges share: a move of a table, and whether it may be made now."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from django.utils.translation import gettext as _

from common.errors import RuleViolated


class Who(Enum):
    LEAD = auto()  # of a project, of a team; of a challenge the company that gives it
    OWNER = auto()  # who answers for what stands in a roadmap
    DONOR = auto()  # of a pledge
    RECEIVER = auto()
    COMPANY = auto()  # to which a team applies
    STAFF = auto()
    CHALLENGE = auto()  # which is withdrawn or completed, and takes its teams along


@dataclass(frozen=True, slots=True)
class Move:
    before: tuple[str, ...]
    after: str
    who: tuple[Who, ...]
    needs_reason: bool = False
    needs_all: bool = False  # what its page cannot do without
    is_told: bool = False


def refuse_unless(
    move: Move, *, state: str, who: Who, other_state: str, reason: str, lacks: Callable[[], list[str]]
) -> None:
    """Raises RuleViolated where the move does not lead from ``state`` or is not of ``who``, saying ``other_state``, or
    where its reason or something that it needs is missing."""
    if state not in move.before or who not in move.who:
        raise RuleViolated(other_state, code="other_state")
    if move.needs_reason and not reason.strip():
        raise RuleViolated(_("Say why: people will read it."), code="reason_missing")
    if move.needs_all and (missing := lacks()):
        raise RuleViolated(_("Not complete: %(what)s") % {"what": ", ".join(missing)}, code="incomplete")


def possible(table: Mapping[str, Move], *, state: str, who: Who) -> list[str]:
    return [name for name, move in table.items() if state in move.before and who in move.who]

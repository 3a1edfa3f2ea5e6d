"""The life of a project: every state, which move leads from one to another, who may make it, and who is told."""

from django.db import transaction
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from members.models import User
from projects.life.locked import locked_project
from projects.life.machine import Move, Who, possible, refuse_unless
from projects.models import ParticipantRole, Project, ProjectMove, ProjectState
from projects.telling.projects import tell_participants

DRAFT, MODERATION, RUNNING = ProjectState.DRAFT, ProjectState.MODERATION, ProjectState.RUNNING
PAUSED, COMPLETED, STOPPED = ProjectState.PAUSED, ProjectState.COMPLETED, ProjectState.STOPPED

# fmt: off
PROJECT_MOVES: dict[str, Move] = {
    "submit":   Move((DRAFT,), MODERATION, (Who.LEAD,), needs_all=True),
    "withdraw": Move((MODERATION,), DRAFT, (Who.LEAD,)),
    "return":   Move((MODERATION,), DRAFT, (Who.STAFF,), needs_reason=True, is_told=True),
    "publish":  Move((DRAFT, MODERATION), RUNNING, (Who.STAFF,), needs_all=True, is_told=True),
    "pause":    Move((RUNNING,), PAUSED, (Who.LEAD, Who.STAFF), needs_reason=True, is_told=True),
    "resume":   Move((PAUSED,), RUNNING, (Who.LEAD, Who.STAFF), is_told=True),
    "complete": Move((RUNNING,), COMPLETED, (Who.LEAD, Who.STAFF), is_told=True),  # with a result to show
    "stop":     Move((RUNNING, PAUSED), STOPPED, (Who.LEAD, Who.STAFF), needs_reason=True, is_told=True),
    "reopen":   Move((COMPLETED, STOPPED), RUNNING, (Who.STAFF,), needs_reason=True, is_told=True),
}
# fmt: on


@transaction.atomic
def move_project(project: Project, *, move: str, who: Who, by: User | None, reason: str = "") -> Project:
    """Asked again for what it is already, does nothing.

    Raises RuleViolated where the move does not lead from the present state, is not of ``who``, lacks its reason, or the
    project lacks what its page, or a completed one, needs.
    """
    rule, locked = PROJECT_MOVES[move], locked_project(project)
    if locked.state == rule.after:
        return locked
    other = _("Not possible now: the project has the state “%(state)s”.") % {"state": locked.get_state_display()}
    refuse_unless(rule, state=locked.state, who=who, other_state=other, reason=reason, lacks=lambda: lacking(locked))
    if move == "complete" and not locked.results.exists():
        raise RuleViolated(_("Add a result first: a completed project shows what has come of it."), code="no_result")
    source, locked.state = locked.state, rule.after
    locked.save(update_fields=["state", "updated_at"])
    made = ProjectMove.objects.create(project=locked, source=source, target=locked.state, by=by, reason=reason)
    if rule.is_told:
        tell_participants(made)
    return locked


def possible_moves(project: Project, *, who: Who) -> list[str]:
    return possible(PROJECT_MOVES, state=project.state, who=who)


def lacking(project: Project) -> list[str]:
    """What a project needs before others see it, in the reader's words."""
    roles = {*project.participant_links.values_list("role", flat=True)}
    needs = {
        _("a sentence on what it is"): bool(project.summary),
        _("who leads it"): ParticipantRole.LEAD in roles,
        _("a description"): bool(project.about),
    }
    return [name for name, is_there in needs.items() if not is_there]

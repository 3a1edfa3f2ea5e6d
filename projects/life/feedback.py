"""Feedback of a team and its company: each side speaks once, within the term, before it reads the other."""

import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from members.models import User
from projects.life.locked import locked_team
from projects.models import FEEDBACK_WITHIN, FeedbackSide, Team, TeamFeedback, TeamState
from projects.telling.feedback import tell_of_feedback


@transaction.atomic
def give_feedback(team: Team, *, side: FeedbackSide, rating: int, text: str, by: User) -> TeamFeedback:
    """It stands as it was given: both are revealed with the second one. Raises RuleViolated before the result, after
    the term, and for who has spoken."""
    locked = locked_team(team)
    closes = closes_at(locked)
    if closes is None or closes <= timezone.now():
        raise RuleViolated(_("Feedback is given within thirty days after the result."), code="other_state")
    if locked.feedback.filter(side=side).exists():
        raise RuleViolated(_("Your side has spoken already."), code="given")
    given = TeamFeedback.objects.create(team=locked, side=side, rating=rating, text=text.strip(), by=by)
    if locked.feedback.revealed().exists():
        tell_of_feedback(locked)
    return given


def closes_at(team: Team) -> datetime.datetime | None:
    """The end of the term, at which what was said is revealed; None before the result."""
    finished = team.moves.filter(target=TeamState.FINISHED).last()
    return finished.at + FEEDBACK_WITHIN if finished else None


def readable_by(team: Team, side: FeedbackSide) -> list[TeamFeedback]:
    """What the side has said, and what the other has, once it is revealed."""
    return [*(team.feedback.filter(side=side) | team.feedback.filter(pk__in=team.feedback.revealed().values("pk")))]

"""Teams at work: the stages that the company sets, what a team hands in, and what the company says of it."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from common.idempotency import once
from members.models import User
from projects.life.locked import locked_challenge, locked_team
from projects.models import Challenge, ChallengeStage, ChallengeState, StageWork, StageWorkState, Team, TeamState
from projects.telling.work import tell_company_of_work, tell_team_of_answer

MOST_STAGES = 12
PLANNED_IN = (ChallengeState.DRAFT, ChallengeState.OPEN, ChallengeState.WORK)


@transaction.atomic
def add_stage(challenge: Challenge, *, typed: Mapping[str, Any], by: User, key: str) -> ChallengeStage:
    """Made once for one key. Raises RuleViolated past MOST_STAGES, and unless the challenge is prepared or teams work
    on it."""
    locked = planned_challenge(challenge)

    def make() -> ChallengeStage:
        if locked.stages.count() >= MOST_STAGES:
            raise RuleViolated(_("%(number)d stages are the most.") % {"number": MOST_STAGES}, code="too_many")
        return ChallengeStage.objects.create(challenge=locked, **typed)

    return once(make, model=ChallengeStage, scope=f"stage of challenge {locked.pk} by {by.pk}", key=key, asked=typed)


@transaction.atomic
def remove_stage(challenge: Challenge, *, stage: ChallengeStage) -> None:
    """Raises RuleViolated once a team has handed in something."""
    locked = planned_challenge(challenge)
    if StageWork.objects.filter(stage=stage).exists():
        raise RuleViolated(_("Teams have handed in their work: this stage stays."), code="handed_in")
    for found in locked.stages.filter(pk=stage.pk):
        found.delete()


@transaction.atomic
def hand_in(team: Team, *, stage: ChallengeStage, text: str, link: str, by: User) -> StageWork:
    """Anew until the company has accepted it. Raises RuleViolated afterwards, and unless the team is at work."""
    challenge, locked = locked_challenge(team.challenge), locked_team(team)
    if challenge.state != ChallengeState.WORK or locked.state != TeamState.ACCEPTED:
        raise RuleViolated(_("Work is handed in while teams are at work."), code="other_state")
    work = StageWork.objects.filter(team=locked, stage=stage).first() or StageWork(team=locked, stage=stage)
    if work.state == StageWorkState.ACCEPTED:
        raise RuleViolated(_("The company has accepted this work already."), code="accepted")
    work.text, work.link, work.by = text, link, by
    work.state, work.answered_at, work.handed_in_at = StageWorkState.HANDED_IN, None, timezone.now()
    work.save()
    tell_company_of_work(work, by=by)
    return work


@transaction.atomic
def answer_work(work: StageWork, *, accepts: bool, remark: str, by: User) -> None:
    """What is returned comes with a remark. Answered already in the same way, does nothing. Raises RuleViolated for
    what is answered otherwise, without that remark, and unless teams are at work."""
    challenge = locked_challenge(work.stage.challenge)
    locked = StageWork.objects.select_for_update(of=("self",)).select_related("team", "stage").get(pk=work.pk)
    state = StageWorkState.ACCEPTED if accepts else StageWorkState.RETURNED
    if locked.state == state:
        return
    if challenge.state != ChallengeState.WORK or locked.state != StageWorkState.HANDED_IN:
        raise RuleViolated(_("This work is answered already."), code="other_state")
    if not (accepts or remark.strip()):
        raise RuleViolated(_("Say what the team should change."), code="reason_missing")
    locked.state, locked.remark, locked.answered_at = state, remark.strip(), timezone.now()
    locked.save(update_fields=["state", "remark", "answered_at"])
    tell_team_of_answer(locked, by=by)


def planned_challenge(challenge: Challenge) -> Challenge:
    """Locked; raises RuleViolated once judges are at it, and while the association reads it."""
    locked = locked_challenge(challenge)
    if locked.state not in PLANNED_IN:
        text = _("Not possible now: the challenge has the state “%(state)s”.")
        raise RuleViolated(text % {"state": locked.get_state_display()}, code="other_state")
    return locked

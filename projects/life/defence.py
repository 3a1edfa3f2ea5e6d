"""The defence: criteria and judges, the scores that each judge gives, and the result, which nobody reads before all
judges have finished."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from common.idempotency import once
from members.models import Representative, User
from projects.life.locked import locked_challenge
from projects.life.work import planned_challenge
from projects.models import Award, Challenge, ChallengeState, Criterion, Judge, Score, ScoreSheet, Team, TeamParticipant
from projects.telling.defence import tell_company_of_scores, tell_judge

MOST_CRITERIA = 12
FEWEST_JUDGES = 2
SCORED = (ChallengeState.DEFENCE, ChallengeState.COMPLETED)


@transaction.atomic
def add_criterion(challenge: Challenge, *, typed: Mapping[str, Any], by: User, key: str) -> Criterion:
    """Made once for one key. Raises RuleViolated past MOST_CRITERIA, for one that stands there, and once judges are at
    it."""
    locked = planned_challenge(challenge)

    def make() -> Criterion:
        if locked.criteria.count() >= MOST_CRITERIA:
            raise RuleViolated(_("%(number)d criteria are the most.") % {"number": MOST_CRITERIA}, code="too_many")
        if locked.criteria.filter(name=typed["name"]).exists():
            raise RuleViolated(_("There is such a criterion already."), code="name_taken")
        return Criterion.objects.create(challenge=locked, **typed)

    return once(make, model=Criterion, scope=f"criterion of challenge {locked.pk} by {by.pk}", key=key, asked=typed)


@transaction.atomic
def remove_criterion(challenge: Challenge, *, criterion: Criterion) -> None:
    for found in planned_challenge(challenge).criteria.filter(pk=criterion.pk):
        found.delete()


@transaction.atomic
def name_judge(challenge: Challenge, *, person: User) -> Judge:
    """Named already, does nothing. Raises RuleViolated for whoever acts for an organisation of its teams, for a closed
    account, and once all judges have finished."""
    locked = locked_challenge(challenge)
    if locked.state not in (ChallengeState.OPEN, ChallengeState.WORK, ChallengeState.DEFENCE) or all_are_in(locked):
        raise RuleViolated(_("Judges are named before the scores are in."), code="other_state")
    if not person.is_active:
        raise RuleViolated(_("This account is closed."), code="closed_account")
    _check_independent(locked, person)
    judge, is_new = Judge.objects.get_or_create(challenge=locked, user=person)
    if is_new and locked.state == ChallengeState.DEFENCE:
        tell_judge(judge)
    return judge


@transaction.atomic
def remove_judge(challenge: Challenge, *, judge: Judge) -> None:
    """Before the defence."""
    planned_challenge(challenge).judges.filter(pk=judge.pk).delete()


@transaction.atomic
def excuse_judge(challenge: Challenge, *, person: User, reason: str) -> Judge:
    """By the association, during the defence; what the judge has written does not count. Raises RuleViolated for who is
    no judge or has finished, without a reason, and where fewer than FEWEST_JUDGES would be left."""
    locked = locked_challenge(challenge)
    found = locked.judges.judging().filter(user=person, ready_at=None).first()
    if locked.state != ChallengeState.DEFENCE or found is None:
        raise RuleViolated(_("A judge is excused during the defence, before the scores are given."), code="other_state")
    if not reason.strip():
        raise RuleViolated(_("Say why: people will read it."), code="reason_missing")
    if locked.judges.judging().count() <= FEWEST_JUDGES:
        raise RuleViolated(_("Name another judge first: two are the fewest."), code="too_few")
    found.excused_at, found.reason = timezone.now(), reason.strip()
    found.save(update_fields=["excused_at", "reason"])
    if all_are_in(locked):
        tell_company_of_scores(locked)
    return found


@transaction.atomic
def write_sheet(judge: Judge, team: Team, *, points: Mapping[int, int], comment: str, by: User) -> ScoreSheet:
    """``points`` by the key of the criterion. Anew until the judge has finished. Raises RuleViolated afterwards, for
    anybody else, for a team that is not at work, and for points beyond what a criterion gives."""
    locked, challenge = _judging(judge, by=by)
    if not challenge.teams.at_work().filter(pk=team.pk).exists():
        raise RuleViolated(_("This team is not at the defence."), code="other_team")
    most = {criterion.pk: criterion.most for criterion in challenge.criteria.all()}
    if not all(key in most and 0 <= given <= most[key] for key, given in points.items()):
        raise RuleViolated(_("A criterion gives from none to its most points."), code="points")
    sheet, _is_new = ScoreSheet.objects.update_or_create(judge=locked, team=team, defaults={"comment": comment.strip()})
    for key, given in points.items():
        Score.objects.update_or_create(sheet=sheet, criterion_id=key, defaults={"points": given})
    return sheet


@transaction.atomic
def finish_judging(judge: Judge, *, by: User) -> Judge:
    """Nothing can be changed afterwards; the last one opens the scores. Raises RuleViolated where one is missing."""
    locked, challenge = _judging(judge, by=by)
    wanted = challenge.teams.at_work().count() * challenge.criteria.count()
    given = Score.objects.filter(sheet__judge=locked, sheet__team__in=challenge.teams.at_work())
    if given.count() < wanted:
        raise RuleViolated(_("Give every team its points by every criterion first."), code="incomplete")
    locked.ready_at = timezone.now()
    locked.save(update_fields=["ready_at"])
    if all_are_in(challenge):
        tell_company_of_scores(challenge)
    return locked


@transaction.atomic
def write_result(challenge: Challenge, *, outcome: str, outcome_en: str, awards: Mapping[int, str]) -> Challenge:
    """What has come of it, and the award of each team by its key. Raises RuleViolated before all scores are in, and
    once the result is published."""
    locked = locked_challenge(challenge)
    if locked.state != ChallengeState.DEFENCE or not all_are_in(locked):
        raise RuleViolated(
            _("The result is written once all scores are in, until it is published."), code="other_state"
        )
    locked.outcome, locked.outcome_en = outcome, outcome_en
    locked.save(update_fields=["outcome", "outcome_en", "updated_at"])
    for team in locked.teams.at_work():
        team.award = Award(awards[team.pk]) if awards.get(team.pk) else ""
        team.save(update_fields=["award", "updated_at"])
    return locked


def all_are_in(challenge: Challenge) -> bool:
    """Every judge who is not excused has finished: scores may be read."""
    judging = challenge.judges.judging()
    return challenge.state in SCORED and judging.exists() and not judging.filter(ready_at=None).exists()


@dataclass(frozen=True, slots=True)
class TeamResult:
    """``total`` and ``points`` are means over the judges, of ``most`` and of the most of each criterion."""

    team: Team
    place: int
    total: Decimal
    most: int
    points: list[tuple[Criterion, Decimal]]
    comments: list[str]


def results(challenge: Challenge) -> list[TeamResult]:
    """Best first, equal totals share a place; none before all judges have finished. The one way by which scores leave
    their judges; comments come without a name."""
    if not all_are_in(challenge):
        return []
    criteria, judges = [*challenge.criteria.all()], challenge.judges.judging().count()
    sheets = ScoreSheet.objects.filter(judge__in=challenge.judges.judging()).prefetch_related("scores")
    of_teams: dict[int, list[ScoreSheet]] = {}
    for sheet in sheets.order_by("pk"):
        of_teams.setdefault(sheet.team_id, []).append(sheet)
    found = []
    for team in challenge.teams.at_work().order_by("pk"):
        own = of_teams.get(team.pk, [])
        sums = dict.fromkeys((criterion.pk for criterion in criteria), 0)
        for sheet in own:
            for score in sheet.scores.all():
                sums[score.criterion_id] += score.points
        points = [(criterion, _mean(sums[criterion.pk], judges)) for criterion in criteria]
        comments = [sheet.comment for sheet in own if sheet.comment]
        found.append((sum(sums.values()), team, points, comments))
    most, totals = sum(criterion.most for criterion in criteria), sorted((one[0] for one in found), reverse=True)
    made = [
        TeamResult(team, totals.index(total) + 1, _mean(total, judges), most, points, comments)
        for total, team, points, comments in found
    ]
    return sorted(made, key=lambda one: (one.place, one.team.pk))


def lacking_to_defend(challenge: Challenge) -> list[str]:
    """In the reader's words."""
    people = challenge.judges.values("user")
    needs = {
        _("a team at work"): challenge.teams.at_work().exists(),
        _("a criterion"): challenge.criteria.exists(),
        _("two judges"): challenge.judges.judging().count() >= FEWEST_JUDGES,
        _("judges who act for none of the teams"): not _acting_for_teams(challenge).filter(user__in=people).exists(),
    }
    return [name for name, is_there in needs.items() if not is_there]


def lacking_to_complete(challenge: Challenge) -> list[str]:
    needs = {
        _("the scores of all judges"): all_are_in(challenge),
        _("what has come of it"): bool(challenge.outcome),
    }
    return [name for name, is_there in needs.items() if not is_there]


def _mean(total: int, judges: int) -> Decimal:
    return (Decimal(total) / judges).quantize(Decimal("0.1"), ROUND_HALF_UP)


def _judging(judge: Judge, *, by: User) -> tuple[Judge, Challenge]:
    challenge = locked_challenge(judge.challenge)
    locked = Judge.objects.select_for_update().get(pk=judge.pk)
    if locked.user_id != by.pk or locked.excused_at:
        raise RuleViolated(_("You are no judge of this challenge."), code="not_asked")
    if challenge.state != ChallengeState.DEFENCE or locked.ready_at:
        raise RuleViolated(_("Scores cannot be changed any more."), code="other_state")
    _check_independent(challenge, by)
    return locked, challenge


def _check_independent(challenge: Challenge, person: User) -> None:
    if _acting_for_teams(challenge).filter(user=person).exists():
        raise RuleViolated(_("This person acts for an organisation of a team, and cannot judge."), code="own_team")


def _acting_for_teams(challenge: Challenge) -> QuerySet[Representative]:
    """Representatives of organisations whose teams are at work."""
    parts = TeamParticipant.objects.joined().filter(team__in=challenge.teams.at_work())
    return Representative.objects.active().filter(organisation__in=parts.values("organisation"))

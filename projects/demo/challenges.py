"""The challenges of the demo, one in each state, and teams that answer them, from ``data/demo.yaml``; loading again
changes nothing twice."""

import datetime
from typing import Any

from django.utils import timezone

from members.models import Direction, Organisation, Region, User
from projects.demo.stories import WORDS, entries
from projects.life import reviews
from projects.life.teams import ANSWER_WITHIN
from projects.life.terms import accept_terms, fingerprint_of
from projects.models import (
    Challenge,
    ChallengeMove,
    ChallengeReview,
    ChallengeStage,
    ChallengeState,
    Criterion,
    Judge,
    ReviewRemark,
    Score,
    ScoreSheet,
    StageWork,
    Team,
    TeamFeedback,
    TeamMove,
    TeamParticipant,
    TeamParticipantState,
    TeamState,
)

SAID = (
    *WORDS, "outcome", "outcome_en", "reward", "reward_en", "rights", "needs_nda", "terms", "terms_en", "team_kinds",
    "places", "audience",
)  # fmt: skip


def load() -> None:
    for entry in entries("challenges"):
        _load_challenge(entry)


def _load_challenge(entry: dict[str, Any]) -> None:
    today = timezone.localdate()
    until, first, last = (today + datetime.timedelta(days=days) for days in entry["days"])
    grade_from, grade_to = entry.get("grades", (None, None))
    members_from, members_to = entry["members"]
    challenge, is_new = Challenge.objects.get_or_create(
        slug=entry["slug"],
        defaults={
            **{name: entry[name] for name in SAID if name in entry},
            "company": Organisation.objects.get(slug=entry["company"]),
            "region": Region.objects.filter(code=entry.get("region")).first(),
            "mentor_hours": entry.get("mentor_hours"),
            "grade_from": grade_from,
            "grade_to": grade_to,
            "members_from": members_from,
            "members_to": members_to,
            "applications_until": until,
            "starts_on": first,
            "ends_on": last,
            "state": entry["state"],
        },
    )
    if not is_new:
        return
    challenge.directions.set(Direction.objects.filter(slug__in=entry["directions"]))
    for source, target, days_ago, reason in entry.get("moves", ()):
        at = timezone.now() - datetime.timedelta(days=days_ago)
        ChallengeMove.objects.create(challenge=challenge, source=source, target=target, at=at, reason=reason)
    for stage in entry.get("stages", ()):
        due_on = today + datetime.timedelta(days=stage["days"])
        ChallengeStage.objects.create(challenge=challenge, due_on=due_on, **_but(stage, "days"))
    for criterion in entry.get("criteria", ()):
        Criterion.objects.create(challenge=challenge, **criterion)
    for team in entry.get("teams", ()):
        _load_team(challenge, team)


def load_for_logins() -> None:
    """What experts and judges say; once."""
    for entry in entries("challenges"):
        challenge = Challenge.objects.get(slug=entry["slug"])
        if challenge.reviews.exists() or challenge.judges.exists():
            continue
        for review in entry.get("reviews", ()):
            _load_review(challenge, User.objects.get(email=review["expert"]), review)
        for judge in entry.get("judges", ()):
            _load_judge(challenge, User.objects.get(email=judge["person"]), judge)


def _load_review(challenge: Challenge, expert: User, entry: dict[str, Any]) -> None:
    at = timezone.now() - datetime.timedelta(days=entry["days_ago"])
    review = ChallengeReview.objects.create(
        challenge=challenge,
        expert=expert,
        asked_at=at,
        answer_by=timezone.localdate(at) + reviews.ANSWER_WITHIN,
        verdict=entry.get("verdict", ""),
        answered_at=at + datetime.timedelta(hours=5) if "verdict" in entry else None,
    )
    for part, text in entry.get("remarks", {}).items():
        ReviewRemark.objects.create(review=review, part=part, text=text)


def _load_judge(challenge: Challenge, person: User, entry: dict[str, Any]) -> None:
    """Their points stand in the order of the teams and of the criteria."""
    last = challenge.moves.get(target=ChallengeState.DEFENCE).at
    ready_at = last + datetime.timedelta(hours=20) if entry["is_ready"] else None
    judge = Judge.objects.create(challenge=challenge, user=person, named_at=last, ready_at=ready_at)
    for team, points in zip(challenge.teams.at_work().order_by("pk"), entry["points"], strict=False):
        sheet = ScoreSheet.objects.create(judge=judge, team=team)
        for criterion, given in zip(challenge.criteria.all(), points, strict=True):
            Score.objects.create(sheet=sheet, criterion=criterion, points=given)


def _but(entry: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != name}


def _load_team(challenge: Challenge, entry: dict[str, Any]) -> None:
    at = timezone.now() - datetime.timedelta(days=entry["days_ago"])
    team = Team.objects.create(
        challenge=challenge,
        **{name: entry[name] for name in ("name", "kind", "idea", "state")},
        award=entry.get("award", ""),
        applied_at=at,
        answer_by=timezone.localdate(at) + ANSWER_WITHIN,
    )
    terms = accept_terms(challenge, read=fingerprint_of(challenge))
    for slug, people in entry["organisations"]:
        TeamParticipant.objects.create(
            team=team,
            organisation=Organisation.objects.get(slug=slug),
            is_lead=slug == entry["organisations"][0][0],
            state=TeamParticipantState.JOINED,
            people=people,
            terms=terms,
            accepted_at=at,
        )
    _load_move(team, TeamState.GATHERING, TeamState.APPLIED, at)
    for work in entry.get("works", ()):
        handed_in_at = timezone.now() - datetime.timedelta(days=work["days_ago"])
        StageWork.objects.create(
            team=team,
            stage=challenge.stages.all()[work["stage"]],
            **{name: work[name] for name in ("text", "state", "remark") if name in work},
            handed_in_at=handed_in_at,
            answered_at=handed_in_at + datetime.timedelta(hours=30) if work["state"] != "handed_in" else None,
        )
    for one in entry.get("feedback", ()):
        given_at = timezone.now() - datetime.timedelta(days=one["days_ago"])
        TeamFeedback.objects.create(team=team, given_at=given_at, **_but(one, "days_ago"))
    if team.state == TeamState.FINISHED:
        _load_move(team, TeamState.APPLIED, TeamState.ACCEPTED, at + datetime.timedelta(days=2))
        over = challenge.moves.get(target=ChallengeState.COMPLETED).at
        _load_move(team, TeamState.ACCEPTED, TeamState.FINISHED, over)
    elif team.state != TeamState.APPLIED:
        answered_at = at + datetime.timedelta(days=2)
        _load_move(team, TeamState.APPLIED, TeamState(team.state), answered_at, entry.get("reason", ""))


def _load_move(team: Team, source: TeamState, target: TeamState, at: datetime.datetime, reason: str = "") -> None:
    TeamMove.objects.create(team=team, source=source, target=target, at=at, reason=reason)

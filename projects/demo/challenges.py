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
    ReviewRemark,
    Team,
    TeamMove,
    TeamParticipant,
    TeamParticipantState,
    TeamState,
)

SAID = (*WORDS, "reward", "reward_en", "rights", "needs_nda", "terms", "terms_en", "team_kinds", "places", "audience")


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
    for review in entry.get("reviews", ()):
        if expert := User.objects.filter(email=review["expert"]).first():  # the log-ins are loaded with the others
            _load_review(challenge, expert, review)
    for team in entry.get("teams", ()):
        _load_team(challenge, team)


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


def _load_team(challenge: Challenge, entry: dict[str, Any]) -> None:
    at = timezone.now() - datetime.timedelta(days=entry["days_ago"])
    team = Team.objects.create(
        challenge=challenge,
        **{name: entry[name] for name in ("name", "kind", "idea", "state")},
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
    TeamMove.objects.create(team=team, source=TeamState.GATHERING, target=TeamState.APPLIED, at=at)
    if team.state != TeamState.APPLIED:
        answered_at = at + datetime.timedelta(days=2)
        TeamMove.objects.create(
            team=team, source=TeamState.APPLIED, target=team.state, at=answered_at, reason=entry.get("reason", "")
        )

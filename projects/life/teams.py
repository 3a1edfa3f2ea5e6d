"""The life of a team: who assembles it, accepts which terms, sends it, and what the company answers."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from common.idempotency import once
from members.models import Organisation, User
from projects.life.locked import locked_challenge, locked_team
from projects.life.machine import Move, Who, possible, refuse_unless
from projects.life.terms import accept_terms
from projects.models import (
    ACTIVE_TEAM_STATES,
    Challenge,
    ChallengeState,
    Team,
    TeamKind,
    TeamMove,
    TeamParticipant,
    TeamParticipantState,
    TeamState,
)
from projects.telling.teams import tell_invited, tell_lead_of_answer, tell_of_team

GATHERING, APPLIED, ACCEPTED = TeamState.GATHERING, TeamState.APPLIED, TeamState.ACCEPTED
DECLINED, WITHDRAWN, CALLED_OFF = TeamState.DECLINED, TeamState.WITHDRAWN, TeamState.CALLED_OFF
FINISHED = TeamState.FINISHED

# fmt: off
TEAM_MOVES: dict[str, Move] = {
    "apply":    Move((GATHERING,), APPLIED, (Who.LEAD,), needs_all=True, is_told=True),
    "accept":   Move((APPLIED,), ACCEPTED, (Who.COMPANY, Who.STAFF), is_told=True),  # while there is a place
    "decline":  Move((APPLIED,), DECLINED, (Who.COMPANY, Who.STAFF), needs_reason=True, is_told=True),
    "withdraw": Move(ACTIVE_TEAM_STATES, WITHDRAWN, (Who.LEAD, Who.STAFF), is_told=True),
    "finish":   Move((ACCEPTED,), FINISHED, (Who.CHALLENGE,), is_told=True),
    "call_off": Move(ACTIVE_TEAM_STATES, CALLED_OFF, (Who.CHALLENGE,), needs_reason=True, is_told=True),
}
# fmt: on
ANSWER_WITHIN = datetime.timedelta(days=10)
MOST_TEAMS = 5  # of one organisation for one challenge
MOST_ORGANISATIONS = 10


@transaction.atomic
def begin_team(
    challenge: Challenge,
    *,
    organisation: Organisation,
    by: User,
    typed: Mapping[str, Any],
    people: int,
    read: str,
    key: str,
) -> Team:
    """A team that the organisation leads, with so many people of its own, made once for one ``key``. ``typed``: kind,
    name, idea; ``read`` is the fingerprint of the terms that were shown.

    Raises RuleViolated where the challenge takes no applications or none of that kind, the organisation is its company
    or has too many teams in it, or the terms have changed.
    """
    locked = _taking(challenge)

    def make() -> Team:
        if typed["kind"] not in locked.team_kinds:
            raise RuleViolated(_("This challenge is not for teams of this kind."), code="other_kind")
        if organisation == locked.company:
            raise RuleViolated(_("A company does not apply to its own challenge."), code="own_challenge")
        own = TeamParticipant.objects.filter(organisation=organisation, is_lead=True, team__challenge=locked)
        if own.filter(team__in=Team.objects.active()).count() >= MOST_TEAMS:
            raise RuleViolated(_("%(number)d teams are the most.") % {"number": MOST_TEAMS}, code="too_many")
        if Team.objects.active().filter(challenge=locked, name=typed["name"]).exists():
            raise RuleViolated(_("Another team of this challenge has this name."), code="name_taken")
        team = Team.objects.create(challenge=locked, **typed)
        TeamParticipant.objects.create(
            team=team, organisation=organisation, is_lead=True, **_joined(locked, read=read, by=by, people=people)
        )
        return team

    scope = f"team of {organisation.pk} in challenge {locked.pk} by {by.pk}"
    return once(make, model=Team, scope=scope, key=key, asked={**typed, "people": people, "read": read})


@transaction.atomic
def edit_team(team: Team, *, typed: Mapping[str, Any], people: int) -> Team:
    """Before it is sent. Raises RuleViolated afterwards."""
    locked_challenge(team.challenge)  # which keeps the names of its teams apart
    locked = _gathering(team)
    if Team.objects.active().filter(challenge=locked.challenge, name=typed["name"]).exclude(pk=locked.pk).exists():
        raise RuleViolated(_("Another team of this challenge has this name."), code="name_taken")
    locked.name, locked.idea = typed["name"], typed["idea"]
    locked.save(update_fields=["name", "idea", "updated_at"])
    locked.participants.filter(is_lead=True).update(people=people)
    return locked


@transaction.atomic
def invite(team: Team, *, organisation: Organisation, by: User) -> None:
    """Into a team of several; asked already, does nothing. Raises RuleViolated for a team of one school, one that is
    sent, an organisation without a page on the portal, the company, and past MOST_ORGANISATIONS."""
    locked = _gathering(team)
    if locked.kind == TeamKind.SCHOOL:
        raise RuleViolated(_("This is a team of one school."), code="one_school")
    if not organisation.is_published:
        raise RuleViolated(_("This organisation has no page on the portal."), code="not_published")
    if organisation == locked.challenge.company:
        raise RuleViolated(_("A company does not apply to its own challenge."), code="own_challenge")
    if locked.participants.taking_part().count() >= MOST_ORGANISATIONS:
        raise RuleViolated(
            _("%(number)d organisations are the most.") % {"number": MOST_ORGANISATIONS}, code="too_many"
        )
    link, is_new = TeamParticipant.objects.get_or_create(team=locked, organisation=organisation)
    if not is_new and link.state == TeamParticipantState.DECLINED:
        link.state, is_new = TeamParticipantState.INVITED, True
        link.save(update_fields=["state"])
    if is_new:
        tell_invited(link, by=by)


@transaction.atomic
def uninvite(team: Team, *, link: TeamParticipant) -> None:
    """The lead stays. Gone already, does nothing."""
    locked = _gathering(team)
    locked.participants.filter(pk=link.pk, is_lead=False).delete()


@transaction.atomic
def answer_invitation(
    team: Team, *, organisation: Organisation, by: User, joins: bool, people: int = 1, read: str = ""
) -> None:
    """Whoever joins accepts the terms, with so many people; whoever has joined may leave until the team is sent. The
    lead hears of it. Raises RuleViolated where the organisation is not asked, or the terms have changed."""
    challenge = _taking(team.challenge) if joins else locked_challenge(team.challenge)
    locked = _gathering(team)
    link = locked.participants.select_for_update().filter(organisation=organisation, is_lead=False).first()
    if link is None:
        raise RuleViolated(_("Your organisation is not invited to this team."), code="not_invited")
    state = TeamParticipantState.JOINED if joins else TeamParticipantState.DECLINED
    if link.state == state:
        return
    if joins:
        for name, value in _joined(challenge, read=read, by=by, people=people).items():
            setattr(link, name, value)
    link.state = state
    link.save()
    tell_lead_of_answer(link, by=by)


@transaction.atomic
def move_team(team: Team, *, move: str, who: Who, by: User | None, reason: str = "") -> Team:
    """Asked again for what it is already, does nothing. The challenge is locked first, so of two acceptances of its
    last place the later finds none.

    Raises RuleViolated where the move does not lead from the present state, is not of ``who``, lacks its reason, the
    team lacks what the company must know, the challenge takes no applications any more, or has no place left.
    """
    rule = TEAM_MOVES[move]
    challenge = locked_challenge(team.challenge)
    locked = locked_team(team)
    if locked.state == rule.after:
        return locked
    other = _("Not possible now: the team has the state “%(state)s”.") % {"state": locked.get_state_display()}
    refuse_unless(
        rule, state=locked.state, who=who, other_state=other, reason=reason, lacks=lambda: lacking_of_team(locked)
    )
    if move == "apply":
        _check_taking(challenge)
        locked.applied_at, locked.answer_by = timezone.now(), timezone.localdate() + ANSWER_WITHIN
    if move == "accept":
        _check_place(challenge)
    source, locked.state = locked.state, rule.after
    locked.save(update_fields=["state", "applied_at", "answer_by", "updated_at"])
    made = TeamMove.objects.create(team=locked, source=source, target=locked.state, by=by, reason=reason)
    tell_of_team(made)
    return locked


def call_off_teams(challenge: Challenge, *, by: User | None, reason: str) -> None:
    """With the challenge, in the transaction that withdraws it."""
    for team in challenge.teams.active().order_by("pk"):
        move_team(team, move="call_off", who=Who.CHALLENGE, by=by, reason=reason)


def finish_teams(challenge: Challenge, *, by: User | None) -> None:
    """With the challenge, in the transaction that publishes its result."""
    for team in challenge.teams.filter(state=ACCEPTED).order_by("pk"):
        move_team(team, move="finish", who=Who.CHALLENGE, by=by)


def possible_team_moves(team: Team, *, who: Who) -> list[str]:
    return possible(TEAM_MOVES, state=team.state, who=who)


def lacking_of_team(team: Team) -> list[str]:
    """What keeps it from being sent, in the reader's words."""
    challenge, joined = team.challenge, team.participants.joined().count()
    named = {"first": challenge.members_from, "last": challenge.members_to}
    needs = {
        _("from %(first)d to %(last)d people") % named: challenge.members_from <= team.people <= challenge.members_to,
        _("at least two organisations"): team.kind != TeamKind.MIXED or joined > 1,
        _("answers of all whom you have invited"): not team.participants.filter(
            state=TeamParticipantState.INVITED
        ).exists(),
    }
    return [name for name, is_there in needs.items() if not is_there]


def lacking_to_begin(challenge: Challenge) -> list[str]:
    """What keeps its teams from beginning their work, in the reader's words."""
    needs = {
        _("a team that is accepted"): challenge.teams.filter(state=ACCEPTED).exists(),
        _("answers to all teams that have applied"): not challenge.teams.filter(state=APPLIED).exists(),
    }
    return [name for name, is_there in needs.items() if not is_there]


def free_places(challenge: Challenge) -> int:
    """None where the office has made fewer of them than are taken."""
    return max(challenge.places - challenge.teams.filter(state=ACCEPTED).count(), 0)


def _gathering(team: Team) -> Team:
    locked = locked_team(team)
    if locked.state != GATHERING:
        text = _("Not possible now: the team has the state “%(state)s”.")
        raise RuleViolated(text % {"state": locked.get_state_display()}, code="other_state")
    return locked


def _taking(challenge: Challenge) -> Challenge:
    locked = locked_challenge(challenge)
    _check_taking(locked)
    return locked


def _check_taking(challenge: Challenge) -> None:
    if not challenge.takes_applications:
        raise RuleViolated(_("This challenge takes no applications any more."), code="closed")


def _check_place(challenge: Challenge) -> None:
    if challenge.state != ChallengeState.OPEN:
        raise RuleViolated(_("This challenge takes no applications any more."), code="closed")
    if free_places(challenge) < 1:
        raise RuleViolated(_("All places of this challenge are taken."), code="no_place")


def _joined(challenge: Challenge, *, read: str, by: User, people: int) -> dict[str, Any]:
    """An organisation that takes part, and has accepted the terms."""
    return {
        "state": TeamParticipantState.JOINED,
        "people": people,
        "teacher": by,
        "terms": accept_terms(challenge, read=read),
        "accepted_at": timezone.now(),
    }

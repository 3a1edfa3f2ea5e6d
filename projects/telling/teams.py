"""What the organisations of a team, its company and the association hear of it."""

from collections.abc import Callable
from functools import partial

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members.models import User
from members.notices.notifications import Words, heads_of, notify
from members.notices.topics import Topic, register
from members.policies import role_of
from projects.models import Team, TeamMove, TeamParticipant, TeamParticipantState, TeamState
from projects.telling.challenges import CHALLENGES

TEAMS = register(
    Topic(
        "teams",
        gettext_lazy("Teams of your organisation"),
        gettext_lazy("A team is invited, sent, accepted or declined by the company that has set the challenge"),
    )
)


def tell_of_team(move: TeamMove) -> None:
    """The company of what is sent or taken back, the organisations of the team of everything else; not who did it."""
    team = move.team
    company_hears = move.target == TeamState.APPLIED or (
        move.target == TeamState.WITHDRAWN and move.source != TeamState.GATHERING
    )
    if company_hears:
        tell_company(team, f"team move {move.pk}", partial(_to_company, move), move.by)
    if move.target != TeamState.APPLIED:
        for link in team.participants.taking_part().select_related("organisation", "teacher"):
            tell_part(link, f"team move {move.pk}", partial(_to_team, move), move.by)


def tell_invited(link: TeamParticipant, *, by: User) -> None:
    tell_part(link, f"team invitation {link.pk}", partial(_invitation, link), by)


def tell_lead_of_answer(link: TeamParticipant, *, by: User) -> None:
    lead = link.team.participants.select_related("organisation", "teacher").get(is_lead=True)
    tell_part(lead, f"team answer {link.pk} {link.state}", partial(_answer, link), by)


def tell_overdue(team: Team) -> None:
    tell_company(team, f"team overdue {team.pk}", partial(_overdue, team), None)


def tell_office(office: list[User], team: Team) -> None:
    link = reverse("admin:projects_team_change", args=[team.pk])
    notify(office, topic=CHALLENGES, key=f"team silence {team.pk}", words=partial(_silence, team), link=link)


def tell_company(team: Team, key: str, words: Callable[[], Words], by: User | None) -> None:
    company = team.challenge.company
    link = reverse("projects:dashboard_challenge_team", args=[company.slug, team.challenge.slug, team.pk])
    notify([person for person in heads_of(company) if person != by], topic=CHALLENGES, key=key, words=words, link=link)


def tell_part(part: TeamParticipant, key: str, words: Callable[[], Words], by: User | None) -> None:
    """An organisation of the team."""
    link = reverse("projects:dashboard_team", args=[part.organisation.slug, part.team_id])
    notify([person for person in _people_of(part) if person != by], topic=TEAMS, key=key, words=words, link=link)


def _people_of(link: TeamParticipant) -> list[User]:
    """Who answers for the organisation, and who does for its people in the team."""
    people = {person.pk: person for person in heads_of(link.organisation)}
    if link.teacher and role_of(link.teacher, link.organisation):
        people[link.teacher.pk] = link.teacher
    return [*people.values()]


def _to_company(move: TeamMove) -> Words:
    team = move.team
    named = {"team": team.name, "challenge": team.challenge.title, "reason": move.reason}
    if move.target == TeamState.WITHDRAWN:
        text = _("The reason: %(reason)s") % named if move.reason else _("A place for another team is free.")
        return Words(_("The team “%(team)s” has withdrawn: %(challenge)s") % named, text)
    named["day"] = date_format(team.answer_by) if team.answer_by else ""
    text = _("Read its idea in the dashboard, and answer by %(day)s: later the association asks for it.")
    return Words(_("The team “%(team)s” applies: %(challenge)s") % named, text % named)


def _to_team(move: TeamMove) -> Words:
    named = {"team": move.team.name, "challenge": move.team.challenge.title, "reason": move.reason}
    match move.target:
        case TeamState.ACCEPTED:
            text = _("The company takes your team. It will agree with you on the beginning of the work.")
            return Words(_("The team “%(team)s” is accepted: %(challenge)s") % named, text)
        case TeamState.FINISHED:
            text = _("Read what has come of it, and what the judges say to your team.")
            return Words(_("The result is published for the team “%(team)s”: %(challenge)s") % named, text)
        case TeamState.DECLINED:
            text = _("The reason: %(reason)s") % named
            return Words(_("The team “%(team)s” is declined: %(challenge)s") % named, text)
        case TeamState.CALLED_OFF:
            text = _("The reason: %(reason)s") % named
            return Words(_("The challenge of the team “%(team)s” is withdrawn: %(challenge)s") % named, text)
    text = _("The reason: %(reason)s") % named if move.reason else _("Its application does not hold any more.")
    return Words(_("The team “%(team)s” is withdrawn: %(challenge)s") % named, text)


def _invitation(link: TeamParticipant) -> Words:
    named = {"team": link.team.name, "challenge": link.team.challenge.title}
    text = _("Read the challenge and its terms in the dashboard, and say whether your organisation joins.")
    return Words(_("Your organisation is invited to the team “%(team)s”: %(challenge)s") % named, text)


def _answer(link: TeamParticipant) -> Words:
    named = {"team": link.team.name, "organisation": link.organisation.title}
    if link.state == TeamParticipantState.JOINED:
        return Words(
            _("%(organisation)s joins the team “%(team)s”") % named, _("When all have answered, send the team.")
        )
    return Words(
        _("%(organisation)s does not join the team “%(team)s”") % named, _("Invite others, or send it without them.")
    )


def _overdue(team: Team) -> Words:
    named = {"team": team.name, "challenge": team.challenge.title}
    text = _("Its term is over. Accept the team or decline it with a reason: people wait.")
    return Words(_("The team “%(team)s” waits for your answer: %(challenge)s") % named, text)


def _silence(team: Team) -> Words:
    named = {"team": team.name, "company": team.challenge.company.title}
    text = _("The term is over, and the company was reminded. Call it, or answer in its place.")
    return Words(_("%(company)s does not answer the team “%(team)s”") % named, text)

"""What the company hears of the work of its teams, and they of its answers."""

from functools import partial

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from members.models import User
from members.notices.notifications import Words
from projects.models import ChallengeStage, StageWork, StageWorkState, Team
from projects.telling.teams import tell_company, tell_part


def tell_company_of_work(work: StageWork, *, by: User) -> None:
    tell_company(work.team, f"work {work.pk} {work.handed_in_at.isoformat()}", partial(_handed_in, work), by)


def tell_team_of_answer(work: StageWork, *, by: User) -> None:
    for part in work.team.participants.joined().select_related("organisation", "teacher"):
        key = f"work {work.pk} {work.state} {work.answered_at}"
        tell_part(part, key, partial(_answered, work), by)


def tell_team_of_stage(team: Team, stage: ChallengeStage) -> None:
    """Its day is near, and the team has not handed in anything."""
    for part in team.participants.joined().select_related("organisation", "teacher"):
        tell_part(part, f"stage {stage.pk} {stage.due_on} team {team.pk}", partial(_near, team, stage), None)


def _handed_in(work: StageWork) -> Words:
    named = {"team": work.team.name, "stage": work.stage.title}
    return Words(
        _("The team “%(team)s” has handed in: %(stage)s") % named, _("Look at it, and accept it or return it.")
    )


def _answered(work: StageWork) -> Words:
    named = {"team": work.team.name, "stage": work.stage.title, "remark": work.remark}
    if work.state == StageWorkState.ACCEPTED:
        return Words(_("The company accepts the work of the team “%(team)s”: %(stage)s") % named, work.remark)
    text = _("The remark: %(remark)s\n\nChange it, and hand it in again.") % named
    return Words(_("The company returns the work of the team “%(team)s”: %(stage)s") % named, text)


def _near(team: Team, stage: ChallengeStage) -> Words:
    named = {"team": team.name, "stage": stage.title, "day": date_format(stage.due_on)}
    return Words(_("The team “%(team)s” hands in by %(day)s: %(stage)s") % named, stage.what)

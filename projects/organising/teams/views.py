"""An organisation's own teams: all of them, one of them, who is in it, and its moves."""

from copy import copy
from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.errors import RuleViolated
from common.move_pages import offered
from common.one_line import one_line
from common.posted import asked_move, attempted, posted_key
from common.private_pages import private_page
from members.acting.own import own_organisation
from members.models import Organisation, User
from projects.life.defence import TeamResult, results
from projects.life.machine import Who
from projects.life.teams import (
    answer_invitation,
    begin_team,
    edit_team,
    invite,
    lacking_of_team,
    move_team,
    possible_team_moves,
    uninvite,
)
from projects.models import (
    TEAMS_AT_WORK,
    Challenge,
    ChallengeStage,
    ChallengeState,
    StageWork,
    Team,
    TeamKind,
    TeamParticipantState,
    TeamState,
)
from projects.organising.teams.access import check_forms_teams, formed_team, led_team, links_of, own_team
from projects.organising.teams.forms import JoinForm, NewTeamForm, TeamForm
from projects.organising.teams.move_pages import MOVE_PAGES
from projects.policies import can_form_team

FOUND = 12  # organisations that a search offers


@private_page
@require_safe
def dashboard_teams(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    links = links_of(organisation)
    context = {
        "organisation": organisation,
        "invitations": [link for link in links if link.state == TeamParticipantState.INVITED],
        "teams": [link.team for link in links if link.state == TeamParticipantState.JOINED],
    }
    return render(request, "projects/dashboard_teams.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_team_new(request: HttpRequest, slug: str, challenge: str) -> HttpResponse:
    organisation, user = own_organisation(request, slug), cast("User", request.user)
    check_forms_teams(request, organisation)
    found = get_object_or_404(Challenge.objects.taking_applications().select_related("company"), slug=challenge)
    form = NewTeamForm(request.POST or None, challenge=found, initial={"people": found.members_from})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            team = begin_team(
                found,
                organisation=organisation,
                by=user,
                typed=form.typed,
                people=form.cleaned_data["people"],
                read=form.cleaned_data["read"],
                key=form.key,
            )
        except RuleViolated as error:
            form.refuse(error)
            form.show_again(found)
            status = 409
        else:
            messages.success(request, _("The team is saved. Look it over, and send it to the company."))
            return redirect("projects:dashboard_team", slug=slug, pk=team.pk)
    context = {"organisation": organisation, "challenge": found, "form": form}
    return render(request, "projects/dashboard_team_new.html", context, status=status)


@private_page
@require_safe
def dashboard_team(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation, team, own = own_team(request, slug, pk)
    forms_teams = can_form_team(request.user, organisation)
    may_lead = own.is_lead and forms_teams
    moves = possible_team_moves(team, who=Who.LEAD) if may_lead else []
    is_gathering = team.state == TeamState.GATHERING
    context = {
        "organisation": organisation,
        "team": team,
        "own": own,
        "links": team.participants.taking_part().select_related("organisation"),
        "people": team.people,
        "stages": _stages_of(team),
        "result": _result_of(team),
        "lacks": lacking_of_team(team) if is_gathering else [],
        "may_lead": may_lead,
        "may_change": may_lead and is_gathering,
        "may_answer": forms_teams and is_gathering and not own.is_lead,
        "moves": offered(moves, MOVE_PAGES, "projects:dashboard_team_move", slug, str(pk)),
        "history": team.moves.select_related("by").order_by("-at", "-pk"),
    }
    return render(request, "projects/dashboard_team.html", context)


def _stages_of(team: Team) -> list[tuple[ChallengeStage, StageWork | None]]:
    """With what the team has handed in; none before it is accepted."""
    if team.state not in TEAMS_AT_WORK:
        return []
    works = {work.stage_id: work for work in team.works.all()}
    return [(stage, works.get(stage.pk)) for stage in team.challenge.stages.all()]


def _result_of(team: Team) -> list[TeamResult]:
    """Its own alone, once the result is published."""
    if team.challenge.state != ChallengeState.COMPLETED:
        return []
    return [result for result in results(team.challenge) if result.team == team]


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_team_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation, team = led_team(request, slug, pk)
    initial = {"people": team.participants.get(is_lead=True).people}
    form = TeamForm(request.POST or None, instance=copy(team), challenge=team.challenge, initial=initial)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            edit_team(team, typed=form.typed, people=form.cleaned_data["people"])
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, _("Saved."))
            return redirect("projects:dashboard_team", slug=slug, pk=pk)
    context = {"organisation": organisation, "team": team, "form": form}
    return render(request, "projects/dashboard_team_edit.html", context, status=status)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_team_organisations(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Found by a search, one press each."""
    organisation, team = led_team(request, slug, pk)
    if request.method == "POST":
        if "add" in request.POST:
            other = get_object_or_404(Organisation.objects.published(), slug=one_line(request.POST["add"]))
            attempted(request, lambda: invite(team, organisation=other, by=cast("User", request.user)))
        else:
            link = get_object_or_404(team.participants, pk=posted_key(request.POST.get("remove")))
            attempted(request, lambda: uninvite(team, link=link))
        return redirect("projects:dashboard_team_organisations", slug=slug, pk=pk)
    words = one_line(request.GET.get("q", ""))[:100]
    context = {
        "organisation": organisation,
        "team": team,
        "links": team.participants.taking_part().select_related("organisation"),
        "words": words,
        "found": Organisation.objects.published().searched(words)[:FOUND] if words else [],
        "may_change": team.state == TeamState.GATHERING and team.kind != TeamKind.SCHOOL,
    }
    return render(request, "projects/dashboard_team_organisations.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_team_join(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """With the terms before the reader's eyes."""
    organisation, team, _own = formed_team(request, slug, pk)
    form = JoinForm(request.POST or None, challenge=team.challenge)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            answer_invitation(
                team,
                organisation=organisation,
                by=cast("User", request.user),
                joins=True,
                people=form.cleaned_data["people"],
                read=form.cleaned_data["read"],
            )
        except RuleViolated as error:
            form.add_error(None, error.message)
            form.show_again(team.challenge)
            status = 409
        else:
            messages.success(request, _("Your organisation is in the team. Its lead sends it to the company."))
            return redirect("projects:dashboard_team", slug=slug, pk=pk)
    context = {"organisation": organisation, "team": team, "challenge": team.challenge, "form": form}
    return render(request, "projects/dashboard_team_join.html", context, status=status)


@private_page
@require_POST
def dashboard_team_leave(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Says no to an invitation, too."""
    organisation, team, _own = formed_team(request, slug, pk)
    user = cast("User", request.user)
    if attempted(request, lambda: answer_invitation(team, organisation=organisation, by=user, joins=False)):
        messages.success(request, _("Your organisation does not take part in the team."))
        return redirect("projects:dashboard_teams", slug=slug)
    return redirect("projects:dashboard_team", slug=slug, pk=pk)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_team_move(request: HttpRequest, slug: str, pk: int, move: str) -> HttpResponse:
    if move not in MOVE_PAGES:
        raise Http404
    organisation, team = led_team(request, slug, pk)
    by = cast("User", request.user)
    return asked_move(
        request,
        MOVE_PAGES[move],
        lambda reason: move_team(team, move=move, who=Who.LEAD, by=by, reason=reason),
        to=reverse("projects:dashboard_team", args=[slug, pk]),
        template="projects/dashboard_team_move.html",
        context={"organisation": organisation, "team": team},
    )

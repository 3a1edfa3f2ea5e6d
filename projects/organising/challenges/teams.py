"""A team as the company that has set its challenge reads and answers it."""

from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.move_pages import offered
from common.posted import asked_move
from common.private_pages import private_page
from members.models import User
from projects.life.machine import Who
from projects.life.teams import free_places, move_team, possible_team_moves
from projects.organising.challenges.access import applied_team
from projects.organising.teams.move_pages import COMPANY_PAGES
from projects.policies import can_tend_challenge


@private_page
@require_safe
def dashboard_challenge_team(request: HttpRequest, slug: str, challenge: str, pk: int) -> HttpResponse:
    organisation, found, team = applied_team(request, slug, challenge, pk)
    moves = possible_team_moves(team, who=Who.COMPANY) if can_tend_challenge(request.user, found) else []
    context = {
        "organisation": organisation,
        "challenge": found,
        "team": team,
        "links": team.participants.joined().select_related("organisation", "teacher", "terms"),
        "people": team.people,
        "works": team.works.select_related("stage"),
        "free": free_places(found),
        "moves": offered(moves, COMPANY_PAGES, "projects:dashboard_challenge_team_move", slug, challenge, str(pk)),
        "history": team.moves.select_related("by").order_by("-at", "-pk"),
    }
    return render(request, "projects/dashboard_challenge_team.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_challenge_team_move(request: HttpRequest, slug: str, challenge: str, pk: int, move: str) -> HttpResponse:
    if move not in COMPANY_PAGES:
        raise Http404
    organisation, found, team = applied_team(request, slug, challenge, pk)
    if not can_tend_challenge(request.user, found):
        raise PermissionDenied(_("The head or a coordinator of the company tends the challenge."))
    by = cast("User", request.user)
    return asked_move(
        request,
        COMPANY_PAGES[move],
        lambda reason: move_team(team, move=move, who=Who.COMPANY, by=by, reason=reason),
        to=reverse("projects:dashboard_challenge_team", args=[slug, challenge, pk]),
        template="projects/dashboard_challenge_team_move.html",
        context={"organisation": organisation, "challenge": found, "team": team},
    )

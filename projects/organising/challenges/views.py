"""An organisation's own challenges: all of them, one of them, what is said of it, and its moves."""

from copy import copy
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import RuleViolated
from common.move_pages import offered
from common.posted import asked_move
from common.private_pages import private_page
from members.acting.own import own_organisation
from members.models import User
from projects.life.challenges import lacking, move_challenge, possible_challenge_moves
from projects.life.machine import Who
from projects.life.teams import free_places
from projects.models import ChallengeState
from projects.organising.challenges.access import challenges_of, own_challenge, teams_sent_to, tended_challenge
from projects.organising.challenges.drafts import create_challenge, edit_challenge, is_changeable
from projects.organising.challenges.forms import ChallengeForm
from projects.organising.challenges.move_pages import MOVE_PAGES
from projects.policies import can_set_challenge, can_tend_challenge
from projects.public.challenges.listing import teams_said

ON_A_PAGE = 20


@private_page
@require_safe
def dashboard_challenges(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    context = {
        "organisation": organisation,
        "challenges": Paginator(challenges_of(organisation), ON_A_PAGE).get_page(request.GET.get("page")),
        "may_set": can_set_challenge(request.user, organisation),
    }
    return render(request, "projects/dashboard_challenges.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_challenge_new(request: HttpRequest, slug: str) -> HttpResponse:
    organisation, user = own_organisation(request, slug), cast("User", request.user)
    if not can_set_challenge(user, organisation):
        raise PermissionDenied(_("The head or a coordinator of the organisation sets a challenge."))
    form = ChallengeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            challenge = create_challenge(organisation, typed=form.typed, by=user, key=form.key)
        except RuleViolated as error:
            form.refuse(error)
        else:
            messages.success(request, _("The draft is saved. Only your organisation and the association see it yet."))
            return redirect("projects:dashboard_challenge", slug=slug, challenge=challenge.slug)
    return render(request, "projects/dashboard_challenge_new.html", {"organisation": organisation, "form": form})


@private_page
@require_safe
def dashboard_challenge(request: HttpRequest, slug: str, challenge: str) -> HttpResponse:
    organisation, found = own_challenge(request, slug, challenge)
    may_tend = can_tend_challenge(request.user, found)
    moves = possible_challenge_moves(found, who=Who.LEAD) if may_tend else []
    history = [*found.moves.select_related("by").order_by("-at", "-pk")]
    context = {
        "organisation": organisation,
        "challenge": found,
        "teams": teams_said(found),
        "returned": history[0].reason if history and found.state == ChallengeState.DRAFT else "",
        "reviews": [] if found.state == ChallengeState.REVIEW else found.reviews.answered(),
        "lacks": lacking(found) if found.state == ChallengeState.DRAFT else [],
        "may_tend": may_tend,
        "moves": offered(moves, MOVE_PAGES, "projects:dashboard_challenge_move", slug, challenge),
        "free": free_places(found),
        "applied": teams_sent_to(found),
        "history": history,
    }
    return render(request, "projects/dashboard_challenge.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_challenge_edit(request: HttpRequest, slug: str, challenge: str) -> HttpResponse:
    organisation, found = tended_challenge(request, slug, challenge)
    # The form writes what was typed into what it is given, and the page around it says what holds.
    form = ChallengeForm(request.POST or None, instance=copy(found))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            edit_challenge(found, typed=form.typed)
        except RuleViolated as error:
            form.refuse(error)
            status = 409
        else:
            messages.success(request, _("Saved."))
            return redirect("projects:dashboard_challenge", slug=slug, challenge=challenge)
    context = {"organisation": organisation, "challenge": found, "form": form, "may_change": is_changeable(found)}
    return render(request, "projects/dashboard_challenge_edit.html", context, status=status)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_challenge_move(request: HttpRequest, slug: str, challenge: str, move: str) -> HttpResponse:
    if move not in MOVE_PAGES:
        raise Http404
    organisation, found = tended_challenge(request, slug, challenge)
    by = cast("User", request.user)
    return asked_move(
        request,
        MOVE_PAGES[move],
        lambda reason: move_challenge(found, move=move, who=Who.LEAD, by=by, reason=reason),
        to=reverse("projects:dashboard_challenge", args=[slug, challenge]),
        template="projects/dashboard_challenge_move.html",
        context={"organisation": organisation, "challenge": found},
    )

"""What a team and its company say of each other, a page for each side."""

from typing import Any, ClassVar, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from common.errors import RuleViolated
from common.private_pages import private_page
from members.models import User
from projects.life.feedback import closes_at, give_feedback, readable_by
from projects.models import FeedbackSide, Team, TeamFeedback, TeamState
from projects.organising.challenges.access import applied_team
from projects.organising.teams.access import own_team
from projects.policies import can_form_team, can_tend_challenge


class FeedbackForm(forms.ModelForm):
    class Meta:
        model = TeamFeedback
        fields: ClassVar = ["rating", "text"]
        labels: ClassVar = {"rating": gettext_lazy("How it went, from 1 to 5")}
        help_texts: ClassVar = {"rating": "", "text": gettext_lazy("What went well, and what to change next time")}


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_team_feedback(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The organisation that leads the team speaks for it; the others of it read."""
    organisation, team, own = own_team(request, slug, pk)
    may_speak = own.is_lead and can_form_team(request.user, organisation)
    context = {"organisation": organisation, "side": FeedbackSide.TEAM, "may_speak": may_speak}
    return _feedback(request, team, template="projects/dashboard_team_feedback.html", context=context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_challenge_feedback(request: HttpRequest, slug: str, challenge: str, pk: int) -> HttpResponse:
    organisation, found, team = applied_team(request, slug, challenge, pk)
    may_speak = can_tend_challenge(request.user, found)
    context = {
        "organisation": organisation, "challenge": found, "side": FeedbackSide.COMPANY, "may_speak": may_speak,
    }  # fmt: skip
    return _feedback(request, team, template="projects/dashboard_challenge_feedback.html", context=context)


def _feedback(request: HttpRequest, team: Team, *, template: str, context: dict[str, Any]) -> HttpResponse:
    side, may_speak, status = context["side"], context["may_speak"], 200
    if team.state != TeamState.FINISHED:
        raise Http404
    if request.method == "POST" and not may_speak:
        raise PermissionDenied(_("Who leads the team, or tends the challenge, speaks for the others."))
    form = FeedbackForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            give_feedback(team, side=side, by=cast("User", request.user), **form.cleaned_data)
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, _("Thank you. Both sides read it once both have spoken."))
            return redirect(request.path)
    said, closes = readable_by(team, side), closes_at(team)
    has_spoken = any(one.side == side for one in said)
    is_open = closes is not None and closes > timezone.now()
    context |= {
        "team": team,
        "said": said,
        "closes": closes,
        "is_open": is_open,
        "waits": is_open and len(said) < len(FeedbackSide),
        "form": form if (may_speak and is_open and not has_spoken) or form.is_bound else None,
    }
    return render(request, template, context, status=status)

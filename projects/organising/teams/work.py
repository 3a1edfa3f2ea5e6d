"""What a team hands in at a stage."""

from typing import ClassVar, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.errors import RuleViolated
from common.marks import RichTextFormField
from common.private_pages import private_page
from members.models import User
from projects.life.work import hand_in
from projects.models import ChallengeState, StageWork, StageWorkState, TeamState
from projects.organising.teams.access import check_forms_teams, own_team
from projects.policies import can_form_team


class WorkForm(forms.ModelForm):
    class Meta:
        model = StageWork
        fields: ClassVar = ["text", "link"]
        field_classes: ClassVar = {"text": RichTextFormField}


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_team_stage(request: HttpRequest, slug: str, pk: int, stage: int) -> HttpResponse:
    """Each organisation of the team may hand in; the others of it read."""
    organisation, team, _own = own_team(request, slug, pk)
    found = get_object_or_404(team.challenge.stages, pk=stage)
    work = team.works.filter(stage=found).select_related("by").first()
    is_at_work = team.state == TeamState.ACCEPTED and team.challenge.state == ChallengeState.WORK
    may_hand_in = is_at_work and can_form_team(request.user, organisation)
    may_hand_in = may_hand_in and not (work and work.state == StageWorkState.ACCEPTED)
    initial = {"text": work.text, "link": work.link} if work else {}
    form = WorkForm(request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    if request.method == "POST":
        check_forms_teams(request, organisation)
        if form.is_valid():
            try:
                hand_in(team, stage=found, by=cast("User", request.user), **form.cleaned_data)
            except RuleViolated as error:
                form.add_error(None, error.message)
                status = 409
            else:
                messages.success(request, _("Handed in. The company looks at it and answers."))
                return redirect("projects:dashboard_team", slug=slug, pk=pk)
    context = {
        "organisation": organisation,
        "team": team,
        "stage": found,
        "work": work,
        "form": form if may_hand_in or form.is_bound else None,
    }
    return render(request, "projects/dashboard_team_stage.html", context, status=status)

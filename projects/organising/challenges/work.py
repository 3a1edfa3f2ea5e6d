"""The work of teams as their company plans and answers it, and the defence: criteria, judges, result."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from common.errors import RuleViolated
from common.posted import attempted, posted_key
from common.private_pages import private_page
from members.models import Representative, User
from projects.life.defence import (
    add_criterion,
    all_are_in,
    lacking_to_defend,
    name_judge,
    remove_criterion,
    remove_judge,
    results,
    write_result,
)
from projects.life.work import PLANNED_IN, add_stage, answer_work, remove_stage
from projects.models import Challenge, ChallengeState
from projects.organising.challenges.access import applied_team, own_challenge, tended_challenge
from projects.organising.challenges.work_forms import AnswerForm, CriterionForm, ResultForm, StageForm
from projects.organising.rows import rows_page
from projects.policies import can_tend_challenge


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_challenge_stages(request: HttpRequest, slug: str, challenge: str) -> HttpResponse:
    organisation, found = tended_challenge(request, slug, challenge)
    by = cast("User", request.user)
    return rows_page(
        request,
        StageForm,
        add=lambda form: add_stage(found, typed=form.asked, by=by, key=form.key),
        remove=lambda key: remove_stage(found, stage=get_object_or_404(found.stages, pk=key)),
        told=_("The stage is added. Teams are reminded three days before its last day."),
        template="projects/dashboard_challenge_stages.html",
        context={
            "organisation": organisation,
            "challenge": found,
            "stages": found.stages.all(),
            "may_change": found.state in PLANNED_IN,
        },
    )


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_challenge_defence(request: HttpRequest, slug: str, challenge: str) -> HttpResponse:
    """Criteria are added and removed here, judges by the address below."""
    organisation, found = tended_challenge(request, slug, challenge)
    by = cast("User", request.user)
    judges = [*found.judges.select_related("user")]
    named = {judge.user_id for judge in judges}
    people = Representative.objects.active().filter(organisation=organisation).select_related("user").order_by("pk")
    return rows_page(
        request,
        CriterionForm,
        add=lambda form: add_criterion(found, typed=form.asked, by=by, key=form.key),
        remove=lambda key: remove_criterion(found, criterion=get_object_or_404(found.criteria, pk=key)),
        told=_("The criterion is added."),
        template="projects/dashboard_challenge_defence.html",
        context={
            "organisation": organisation,
            "challenge": found,
            "criteria": found.criteria.all(),
            "judges": judges,
            "people": [one.user for one in people if one.user_id not in named],
            "lacks": lacking_to_defend(found) if found.state == ChallengeState.WORK else [],
            "may_change": found.state in PLANNED_IN,
            "may_name": found.state in (ChallengeState.OPEN, ChallengeState.WORK),
        },
    )


@private_page
@require_POST
def dashboard_challenge_judges(request: HttpRequest, slug: str, challenge: str) -> HttpResponse:
    """Among the people of the company; others the association names."""
    organisation, found = tended_challenge(request, slug, challenge)
    if found.state not in PLANNED_IN:
        messages.error(request, _("During the defence the association names judges."))
    elif "add" in request.POST:
        own = Representative.objects.active().filter(organisation=organisation)
        person = get_object_or_404(User, pk=posted_key(request.POST["add"]), pk__in=own.values("user"))
        attempted(request, lambda: name_judge(found, person=person))
    else:
        judge = get_object_or_404(found.judges, pk=posted_key(request.POST.get("remove")))
        attempted(request, lambda: remove_judge(found, judge=judge))
    return redirect("projects:dashboard_challenge_defence", slug=slug, challenge=challenge)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_challenge_result(request: HttpRequest, slug: str, challenge: str) -> HttpResponse:
    """Scores, once all are in, to whoever acts for the company; its head and coordinators write the result."""
    organisation, found = own_challenge(request, slug, challenge)
    may_write = found.state == ChallengeState.DEFENCE and all_are_in(found) and can_tend_challenge(request.user, found)
    if request.method == "POST" and not can_tend_challenge(request.user, found):
        raise PermissionDenied(_("The head or a coordinator of the company tends the challenge."))
    ranked = results(found)
    form = ResultForm(request.POST if request.method == "POST" else None, challenge=found, results=ranked)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            write_result(found, awards=form.awards, **form.said)
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, _("Saved. Nobody else reads it until you publish the result."))
            return redirect("projects:dashboard_challenge", slug=slug, challenge=challenge)
    context = {
        "organisation": organisation,
        "challenge": found,
        "results": ranked,
        "judges": _judges_said(found),
        "form": form if may_write or form.is_bound else None,
    }
    return render(request, "projects/dashboard_challenge_result.html", context, status=status)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_challenge_work(request: HttpRequest, slug: str, challenge: str, pk: int, stage: int) -> HttpResponse:
    """What a team has handed in at a stage."""
    organisation, found, team = applied_team(request, slug, challenge, pk)
    work = get_object_or_404(team.works.select_related("stage", "by"), stage=stage)
    may_answer = can_tend_challenge(request.user, found)
    if request.method == "POST" and not may_answer:
        raise PermissionDenied(_("The head or a coordinator of the company tends the challenge."))
    form = AnswerForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            answer_work(work, by=cast("User", request.user), **form.answer)
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, _("The team is told."))
            return redirect("projects:dashboard_challenge_team", slug=slug, challenge=challenge, pk=pk)
    is_open = may_answer and found.state == ChallengeState.WORK and work.state == "handed_in"
    context = {
        "organisation": organisation,
        "challenge": found,
        "team": team,
        "work": work,
        "form": form if is_open or form.is_bound else None,
    }
    return render(request, "projects/dashboard_challenge_work.html", context, status=status)


def _judges_said(challenge: Challenge) -> tuple[int, int]:
    """How many have finished, of how many."""
    judging = challenge.judges.judging()
    return judging.exclude(ready_at=None).count(), judging.count()

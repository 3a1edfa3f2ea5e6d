"""An organisation's own projects: all of them, one of them, what is said of it, who takes part, what comes of it."""

from copy import copy
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
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
from members.policies import role_of
from projects.life.projects import Who, lacking, move_project, possible_moves
from projects.models import ParticipantRole, ProjectState
from projects.organising.access import own_project, projects_of, tended_project
from projects.organising.drafts import (
    add_participant,
    add_result,
    add_update,
    create_project,
    edit_project,
    is_changeable,
    leave_project,
    remove_participant,
    remove_result,
    remove_update,
    takes_results,
)
from projects.organising.forms import ProjectForm, ResultForm, RoleForm, UpdateForm
from projects.organising.move_pages import MOVE_PAGES
from projects.organising.rows import rows_page
from projects.policies import TENDING, can_begin_project, can_tend_project
from projects.public.listing import when

ON_A_PAGE = 20
FOUND = 12  # organisations that a search offers


@private_page
@require_safe
def dashboard_projects(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    page = Paginator(projects_of(organisation), ON_A_PAGE).get_page(request.GET.get("page"))
    for project in page:
        project.when = when(project)  # type: ignore[attr-defined]
        cards = project.participant_cards
        project.roles = [  # type: ignore[attr-defined]
            ParticipantRole(one["role"]).label for one in cards if one["slug"] == organisation.slug
        ]
    context = {
        "organisation": organisation,
        "projects": page,
        "may_begin": can_begin_project(request.user, organisation),
    }
    return render(request, "projects/dashboard_projects.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_project_new(request: HttpRequest, slug: str) -> HttpResponse:
    organisation, user = own_organisation(request, slug), cast("User", request.user)
    if not can_begin_project(user, organisation):
        raise PermissionDenied(_("The head or a coordinator of the organisation begins a project."))
    initial = {"region": organisation.region}
    form = ProjectForm(request.POST or None, initial=initial, organisation=organisation, user=user)
    if request.method == "POST" and form.is_valid():
        try:
            project = create_project(organisation, typed=form.typed, by=user, key=form.key)
        except RuleViolated as error:
            form.refuse(error)
        else:
            messages.success(request, _("The draft is saved. Only its participants and the association see it yet."))
            return redirect("projects:dashboard_project", slug=slug, project=project.slug)
    return render(request, "projects/dashboard_project_new.html", {"organisation": organisation, "form": form})


@private_page
@require_safe
def dashboard_project(request: HttpRequest, slug: str, project: str) -> HttpResponse:
    organisation, found = own_project(request, slug, project)
    may_tend = can_tend_project(request.user, found)
    history = [*found.moves.select_related("by").order_by("-at", "-pk")]
    returned = history[0].reason if history and found.state == ProjectState.DRAFT else ""
    links = [*found.participant_links.select_related("organisation")]
    moves = possible_moves(found, who=Who.LEAD) if may_tend else []
    leads = any(link.organisation == organisation and link.role == ParticipantRole.LEAD for link in links)
    context = {
        "organisation": organisation,
        "project": found,
        "when": when(found),
        "links": links,
        "returned": returned,
        "lacks": lacking(found) if found.state == ProjectState.DRAFT else [],
        "may_tend": may_tend,
        "may_leave": not leads and role_of(request.user, organisation) in TENDING,
        "moves": offered(moves, MOVE_PAGES, "projects:dashboard_project_move", slug, project),
        "history": history,
    }
    return render(request, "projects/dashboard_project.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_project_edit(request: HttpRequest, slug: str, project: str) -> HttpResponse:
    organisation, found = tended_project(request, slug, project)
    # The form writes what was typed into what it is given, and the page around it says what holds.
    form = ProjectForm(
        request.POST or None, instance=copy(found), organisation=organisation, user=cast("User", request.user)
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            edit_project(found, typed=form.typed)
        except RuleViolated as error:
            form.refuse(error)
            status = 409
        else:
            messages.success(request, _("Saved."))
            return redirect("projects:dashboard_project", slug=slug, project=project)
    context = {"organisation": organisation, "project": found, "form": form, "may_change": is_changeable(found)}
    return render(request, "projects/dashboard_project_edit.html", context, status=status)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_project_move(request: HttpRequest, slug: str, project: str, move: str) -> HttpResponse:
    if move not in MOVE_PAGES:
        raise Http404
    organisation, found = tended_project(request, slug, project)
    by = cast("User", request.user)
    return asked_move(
        request,
        MOVE_PAGES[move],
        lambda reason: move_project(found, move=move, who=Who.LEAD, by=by, reason=reason),
        to=reverse("projects:dashboard_project", args=[slug, project]),
        template="projects/dashboard_project_move.html",
        context={"organisation": organisation, "project": found},
    )


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_project_participants(request: HttpRequest, slug: str, project: str) -> HttpResponse:
    """Found by a search, one press each."""
    organisation, found = tended_project(request, slug, project)
    if request.method == "POST":
        if "add" in request.POST:
            form = RoleForm(request.POST)
            other = get_object_or_404(Organisation.objects.published(), slug=one_line(request.POST["add"]))
            if form.is_valid():
                role = form.cleaned_data["role"]
                attempted(request, lambda: add_participant(found, organisation=other, role=role))
        else:
            link = get_object_or_404(found.participant_links, pk=posted_key(request.POST.get("remove")))
            attempted(request, lambda: remove_participant(found, link=link))
        return redirect("projects:dashboard_project_participants", slug=slug, project=project)
    words = one_line(request.GET.get("q", ""))[:100]
    context = {
        "organisation": organisation,
        "project": found,
        "links": found.participant_links.select_related("organisation"),
        "words": words,
        "found": Organisation.objects.published().searched(words)[:FOUND] if words else [],
        "roles": RoleForm().fields["role"].choices,  # type: ignore[attr-defined]
        "may_change": is_changeable(found),
    }
    return render(request, "projects/dashboard_project_participants.html", context)


@private_page
@require_POST
def dashboard_project_leave(request: HttpRequest, slug: str, project: str) -> HttpResponse:
    organisation, found = own_project(request, slug, project)
    if role_of(request.user, organisation) not in TENDING:
        raise PermissionDenied(_("The head or a coordinator of the organisation says that it leaves."))
    if attempted(request, lambda: leave_project(found, organisation=organisation)):
        messages.success(request, _("Your organisation takes part in the project no more."))
        return redirect("projects:dashboard_projects", slug=slug)
    return redirect("projects:dashboard_project", slug=slug, project=project)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_project_updates(request: HttpRequest, slug: str, project: str) -> HttpResponse:
    organisation, found = tended_project(request, slug, project)
    by = cast("User", request.user)
    return rows_page(
        request,
        UpdateForm,
        add=lambda form: add_update(found, typed=form.asked, by=by, key=form.key),
        remove=lambda key: remove_update(found, update=get_object_or_404(found.updates, pk=key)),
        told=_("The update stands on the page of the project."),
        template="projects/dashboard_project_updates.html",
        context={
            "organisation": organisation,
            "project": found,
            "updates": found.updates.all(),
            "may_change": is_changeable(found),
        },
    )


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_project_results(request: HttpRequest, slug: str, project: str) -> HttpResponse:
    organisation, found = tended_project(request, slug, project)
    is_sent, status = request.method == "POST" and "remove" not in request.POST, 200
    form = ResultForm(*((request.POST, request.FILES) if is_sent else ()))
    if request.method == "POST" and not is_sent:
        result = get_object_or_404(found.results, pk=posted_key(request.POST["remove"]))
        attempted(request, lambda: remove_result(found, result=result))
        return redirect(request.path)
    if is_sent and form.is_valid():
        try:
            add_result(found, **form.cleaned_data)
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, _("The result is added."))
            return redirect(request.path)
    context = {
        "organisation": organisation,
        "project": found,
        "results": found.results.select_related("project"),
        "form": form,
        "may_change": takes_results(found),
    }
    return render(request, "projects/dashboard_project_results.html", context, status=status)

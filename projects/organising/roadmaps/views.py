"""The roadmap of a project in the dashboards of its participants: the lead draws it up, owners say how it goes."""

from copy import copy
from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import RuleViolated
from common.move_pages import offered
from common.private_pages import private_page
from members.models import Organisation, User
from projects.life.machine import Who
from projects.life.roadmaps import (
    CHANGEABLE,
    ON_THE_WAY,
    add_item,
    edit_item,
    move_item,
    possible_item_moves,
    remove_item,
    reschedule,
    waits_too_short,
)
from projects.models import Project, ProjectState, RoadmapItem
from projects.organising.access import own_project, tended_project
from projects.organising.roadmaps.forms import DatesForm, ItemForm
from projects.organising.roadmaps.move_pages import MOVE_PAGES
from projects.organising.rows import rows_page
from projects.policies import can_answer_for_item, can_tend_project
from projects.public.roadmap import Roadmap


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_roadmap(request: HttpRequest, slug: str, project: str) -> HttpResponse:
    """All participants read it; the lead adds to it."""
    organisation, found = own_project(request, slug, project)
    may_tend = can_tend_project(request.user, found)
    if request.method == "POST" and not may_tend:
        raise PermissionDenied(_("The head or a coordinator of the lead draws up the roadmap."))
    by = cast("User", request.user)
    return rows_page(
        request,
        lambda data: ItemForm(data, project=found, initial={"owner": organisation}),
        add=lambda form: add_item(found, typed=form.asked, by=by, key=form.key),
        remove=lambda key: remove_item(get_object_or_404(found.roadmap, pk=key)),
        told=_("It stands in the roadmap."),
        template="projects/dashboard_roadmap.html",
        context={
            "organisation": organisation,
            "project": found,
            "roadmap": Roadmap.of(found),
            "may_add": may_tend and found.state in CHANGEABLE,
            "may_remove": may_tend and found.state == ProjectState.DRAFT,
        },
    )


@private_page
@require_safe
def dashboard_roadmap_item(request: HttpRequest, slug: str, project: str, pk: int) -> HttpResponse:
    organisation, found, item = _own_item(request, slug, project, pk)
    who = _who(request, found, item)
    moves = possible_item_moves(item, who=who) if who else []
    context = {
        "organisation": organisation,
        "project": found,
        "item": item,
        "too_short": waits_too_short(item),
        "after": item.after.all(),
        "before": item.before.all(),
        "changes": item.changes.select_related("by"),
        "may_edit": who == Who.LEAD and found.state in CHANGEABLE,
        "may_reschedule": who and item.is_open and found.state in ON_THE_WAY,
        "moves": offered(
            [name for name in MOVE_PAGES if name in moves],
            MOVE_PAGES,
            "projects:dashboard_roadmap_move",
            slug,
            project,
            str(pk),
        ),
        "history": item.moves.select_related("by").order_by("-at", "-pk"),
    }
    return render(request, "projects/dashboard_roadmap_item.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_roadmap_item_edit(request: HttpRequest, slug: str, project: str, pk: int) -> HttpResponse:
    organisation, found = tended_project(request, slug, project)
    item = get_object_or_404(found.roadmap, pk=pk)
    form = ItemForm(request.POST or None, instance=copy(item), project=found)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            edit_item(item, typed=form.typed, by=cast("User", request.user))
        except RuleViolated as error:
            form.refuse(error)
            status = 409
        else:
            messages.success(request, _("Saved."))
            return redirect("projects:dashboard_roadmap_item", slug=slug, project=project, pk=pk)
    context = {"organisation": organisation, "project": found, "item": item, "form": form}
    return render(request, "projects/dashboard_roadmap_item_edit.html", context, status=status)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_roadmap_dates(request: HttpRequest, slug: str, project: str, pk: int) -> HttpResponse:
    organisation, found, item = _answered_item(request, slug, project, pk)
    initial = {"starts_on": item.starts_on, "due_on": item.due_on}
    form = DatesForm(request.POST if request.method == "POST" else None, item=item, initial=initial)
    status = 200
    if request.method == "POST" and form.is_valid():
        typed = {"starts_on": item.starts_on, **form.cleaned_data}
        try:
            reschedule(item, by=cast("User", request.user), **typed)
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, _("The new dates stand in the roadmap, and all participants are told."))
            return redirect("projects:dashboard_roadmap_item", slug=slug, project=project, pk=pk)
    context = {
        "organisation": organisation,
        "project": found,
        "item": item,
        "form": form,
        "before": [one for one in item.before.all() if one.is_open],
    }
    return render(request, "projects/dashboard_roadmap_dates.html", context, status=status)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_roadmap_move(request: HttpRequest, slug: str, project: str, pk: int, move: str) -> HttpResponse:
    if move not in MOVE_PAGES:
        raise Http404
    organisation, found, item = _answered_item(request, slug, project, pk)
    page, who, by = MOVE_PAGES[move], _who(request, found, item), cast("User", request.user)
    form = page.form(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            move_item(item, move=move, who=cast("Who", who), by=by, **form.cleaned_data)
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, str(page.done))
            return redirect(reverse("projects:dashboard_roadmap_item", args=[slug, project, pk]))
    context = {"organisation": organisation, "project": found, "item": item, "form": form, "move": page}
    return render(request, "projects/dashboard_roadmap_move.html", context, status=status)


def _own_item(request: HttpRequest, slug: str, project: str, pk: int) -> tuple[Organisation, Project, RoadmapItem]:
    organisation, found = own_project(request, slug, project)
    item = get_object_or_404(found.roadmap.select_related("owner"), pk=pk)
    item.project = found
    return organisation, found, item


def _answered_item(request: HttpRequest, slug: str, project: str, pk: int) -> tuple[Organisation, Project, RoadmapItem]:
    """``_own_item`` to whoever answers for it; raises PermissionDenied otherwise."""
    organisation, found, item = _own_item(request, slug, project, pk)
    if _who(request, found, item) is None:
        raise PermissionDenied(_("The head or a coordinator of its owner or of the lead says how it goes."))
    return organisation, found, item


def _who(request: HttpRequest, project: Project, item: RoadmapItem) -> Who | None:
    if can_tend_project(request.user, project):
        return Who.LEAD
    return Who.OWNER if can_answer_for_item(request.user, item) else None

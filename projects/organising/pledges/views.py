"""Pledges in the dashboard: those of a project, and all that an organisation gives and receives."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import RuleViolated
from common.exports import csv_response
from common.move_pages import offered
from common.private_pages import private_page
from members.acting.own import own_organisation
from members.models import Organisation, User
from projects.life.machine import Who
from projects.life.pledges import give_pledge, move_pledge, possible_pledge_moves
from projects.life.roadmaps import CHANGEABLE
from projects.models import ParticipantRole, Pledge, PledgeShown
from projects.organising.access import own_project
from projects.organising.pledges.forms import PledgeForm
from projects.organising.pledges.move_pages import MOVE_PAGES
from projects.policies import can_pledge, can_tend_project
from projects.public.pledges import totals_by

ON_A_PAGE = 30


@private_page
@require_safe
def dashboard_pledges(request: HttpRequest, slug: str) -> HttpResponse:
    """Given and received, with totals by partner."""
    organisation = own_organisation(request, slug)
    own = Pledge.objects.of(organisation).select_related("project", "donor", "receiver")
    context = {
        "organisation": organisation,
        "given": totals_by("receiver", Pledge.objects.filter(donor=organisation)),
        "received": totals_by("donor", Pledge.objects.filter(receiver=organisation)),
        "pledges": Paginator(own.order_by("-due_on", "-pk"), ON_A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "projects/dashboard_pledges.html", context)


@private_page
@require_safe
def dashboard_pledges_csv(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    organisation = own_organisation(request, slug)
    header = [
        _("Project"),
        pgettext("a pledge", "Who gives"),
        pgettext("a pledge", "Who receives"),
        pgettext("a pledge", "What it is"),
        _("Where the money comes from"),
        pgettext("a pledge", "For what"),
        pgettext("a pledge", "Pledged"),
        pgettext("a pledge", "Delivered"),
        pgettext("a pledge", "By which day"),
        pgettext("a pledge", "Delivered on"),
        _("State"),
    ]
    rows = (
        [
            one.project.title,
            one.donor.title,
            one.receiver.title,
            one.get_kind_display(),
            one.get_source_display(),
            one.title,
            one.amount,
            one.delivered or "",
            one.due_on,
            one.delivered_on or "",
            one.get_state_display(),
        ]
        for one in Pledge.objects.of(organisation).select_related("project", "donor", "receiver")
    )
    return csv_response(f"pledges-{slug}", header, rows)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_project_pledges(request: HttpRequest, slug: str, project: str) -> HttpResponse:
    """The lead reads all of them; others their own, and what everybody reads."""
    organisation, found = own_project(request, slug, project)
    may_pledge = can_pledge(request.user, organisation)
    if request.method == "POST" and not may_pledge:
        raise PermissionDenied(_("The head or a coordinator of the organisation gives a pledge."))
    pledges = found.pledges.standing().select_related("donor", "receiver")
    if not can_tend_project(request.user, found):
        pledges = pledges.filter(Q(donor=organisation) | Q(receiver=organisation) | Q(shown=PledgeShown.AMOUNTS))
    lead = found.participant_links.get(role=ParticipantRole.LEAD).organisation_id
    is_sent, status = request.method == "POST", 200
    form = PledgeForm(request.POST if is_sent else None, project=found, donor=organisation, initial={"receiver": lead})
    if is_sent and form.is_valid():
        try:
            give_pledge(found, donor=organisation, typed=form.asked, by=cast("User", request.user), key=form.key)
        except RuleViolated as error:
            form.refuse(error)
            status = 409
        else:
            messages.success(request, _("Thank you! The receiver is told."))
            return redirect(request.path)
    others = found.participant_links.exclude(organisation=organisation)
    context = {
        "organisation": organisation,
        "project": found,
        "pledges": pledges,
        "form": form,
        "may_pledge": may_pledge and found.state in CHANGEABLE and others.exists(),
    }
    return render(request, "projects/dashboard_project_pledges.html", context, status=status)


@private_page
@require_safe
def dashboard_pledge(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation, pledge = _own_pledge(request, slug, pk)
    who = _who(request, organisation, pledge)
    moves = possible_pledge_moves(pledge, who=who) if who else []
    context = {
        "organisation": organisation,
        "pledge": pledge,
        "moves": offered(
            [name for name in MOVE_PAGES if name in moves], MOVE_PAGES, "projects:dashboard_pledge_move", slug, str(pk)
        ),
        "history": pledge.moves.select_related("by").order_by("-at", "-pk"),
    }
    return render(request, "projects/dashboard_pledge.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_pledge_move(request: HttpRequest, slug: str, pk: int, move: str) -> HttpResponse:
    if move not in MOVE_PAGES:
        raise Http404
    organisation, pledge = _own_pledge(request, slug, pk)
    who = _who(request, organisation, pledge)
    if who is None:
        raise PermissionDenied(_("The head or a coordinator of the organisation says so."))
    page, initial = MOVE_PAGES[move], {"delivered": pledge.amount}
    form = page.form(request.POST if request.method == "POST" else None, initial=initial)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            move_pledge(pledge, move=move, who=who, by=cast("User", request.user), **form.cleaned_data)
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, str(page.done))
            return redirect("projects:dashboard_pledge", slug=slug, pk=pk)
    context: dict[str, Any] = {"organisation": organisation, "pledge": pledge, "form": form, "move": page}
    return render(request, "projects/dashboard_pledge_move.html", context, status=status)


def _own_pledge(request: HttpRequest, slug: str, pk: int) -> tuple[Organisation, Pledge]:
    organisation = own_organisation(request, slug)
    own = Pledge.objects.of(organisation).select_related("project", "donor", "receiver", "obligation__agreement")
    return organisation, get_object_or_404(own, pk=pk)


def _who(request: HttpRequest, organisation: Organisation, pledge: Pledge) -> Who | None:
    if not can_pledge(request.user, organisation):
        return None
    return Who.DONOR if pledge.donor == organisation else Who.RECEIVER

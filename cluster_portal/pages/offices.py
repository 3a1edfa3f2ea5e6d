"""Offices of a consortium abroad: what everybody reads of them, and what its own people report."""

import datetime
from collections.abc import Iterable
from itertools import groupby
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.caching import public_page
from common.errors import RuleViolated
from common.world import Pin, World, place_of_country, place_of_zone
from members.forms import OfficeTurnForm, OfficeYearForm
from members.models import (
    Kind,
    OfficeReport,
    OfficeReportState,
    OfficeStatus,
    OfficeStatusChange,
    Organisation,
    RepresentativeOffice,
    User,
)
from members.offices import report_once, report_turn, report_year, told_in
from members.own import own_organisation
from members.policies import can_edit_organisation

REPORTS_SHOWN = 10


@login_not_required
@public_page()
def organisation_offices(request: HttpRequest, slug: str) -> HttpResponse:
    visible = Organisation.objects.visible_to(request.user).filter(kind=Kind.CONSORTIUM)
    organisation = get_object_or_404(visible.select_related("region"), slug=slug)
    offices = [*organisation.offices.prefetch_related("changes", "years")]
    context = {
        "organisation": organisation,
        "offices": offices,
        "world": _world(organisation, offices),
        "timeline": _timeline(offices),
        "years": [(office, office.years.all()) for office in offices if office.years.all()],
        "statuses": OfficeStatus.choices,
    }
    return render(request, "pages/organisation_offices.html", context)


def _world(organisation: Organisation, offices: Iterable[RepresentativeOffice]) -> World | None:
    """The offices about their organisation; None where no place of them is known."""
    pins = []
    for office in offices:
        place, turn = place_of_country(office.country), office.last_turn
        if place and turn:
            label = _("%(place)s: %(status)s") % {"place": office.label, "status": turn.get_status_display()}
            pins.append(Pin(place, office.label, turn.status, label))
    home = place_of_zone(organisation.region.time_zone) if organisation.region else None
    return World(pins, home=home, home_title=organisation.place or organisation.title) if pins else None


def _timeline(
    offices: Iterable[RepresentativeOffice],
) -> list[tuple[int | None, list[tuple[RepresentativeOffice, OfficeStatusChange]]]]:
    """All turns by years; those of which no day is known come last, in the order of each office."""
    turns = [(office, change) for office in offices for change in office.changes.all()]
    turns.sort(key=lambda turn: turn[1].since or datetime.date.max)
    return [(year, [*some]) for year, some in groupby(turns, lambda turn: turn[1].since and turn[1].since.year)]


@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_offices(request: HttpRequest, slug: str) -> HttpResponse:
    """Two forms: each POST says by its key which of them it is."""
    organisation = own_organisation(request, slug)
    may_edit = can_edit_organisation(request.user, organisation)
    if request.method == "POST" and not may_edit:
        raise PermissionDenied(_("The head or a coordinator of the organisation may report on its offices."))
    of_year = "year-request_key" in request.POST
    turn_form = OfficeTurnForm(None if of_year else request.POST or None)
    year_form = OfficeYearForm(request.POST if of_year else None, organisation=organisation)
    form = year_form if of_year else turn_form
    if request.method == "POST" and _reported(organisation, form, cast("User", request.user)):
        messages.success(request, _("Sent for the check. It becomes public once the association accepts it."))
        return redirect("pages:dashboard_offices", slug=slug)
    context = {
        "organisation": organisation,
        "offices": organisation.offices.prefetch_related("changes", "years"),
        "reports": [(report, told_in(report)) for report in _reports(organisation)],
        "turn_form": turn_form,
        "year_form": year_form,
        "form": form,
        "may_edit": may_edit,
    }
    return render(request, "pages/dashboard_offices.html", context)


def _reported(organisation: Organisation, form: OfficeTurnForm | OfficeYearForm, by: User) -> bool:
    if not form.is_valid():
        return False
    service = report_year if isinstance(form, OfficeYearForm) else report_turn
    try:
        report_once(service, organisation, by=by, key=form.key, told=form.asked)
    except RuleViolated as error:
        form.refuse(error)
        return False
    return True


def _reports(organisation: Organisation) -> Iterable[OfficeReport]:
    """Those that are not public as they stand: what waits, and what was declined."""
    return organisation.office_reports.exclude(state=OfficeReportState.ACCEPTED)[:REPORTS_SHOWN]

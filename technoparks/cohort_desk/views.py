"""Programmes and groups of a host: what there is, what is said of them, and how a group goes from plan to end."""

from typing import Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import RuleViolated
from common.private_pages import private_page
from members.acting.own import own_organisation
from members.models import User
from technoparks.cohort_desk.access import check_tends, note_names, own_group, tended_group
from technoparks.cohort_desk.forms import CohortForm, HoursFormSet, ProgrammeForm
from technoparks.cohort_desk.listing import GroupPage, programmes_of
from technoparks.cohort_desk.move_pages import MOVE_PAGES
from technoparks.cohorts.cohorts import HOURS, save_cohort
from technoparks.cohorts.timetable import tried_lessons
from technoparks.models import Cohort, CohortState, Programme, Technopark
from technoparks.policies import can_lead_group, can_tend_groups


@private_page
@require_safe
def dashboard_groups(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    context = {
        "organisation": organisation,
        "programmes": programmes_of(organisation),
        "may_tend": can_tend_groups(request.user, organisation),
        "hosts": Technopark.objects.filter(host=organisation, is_network=False).exists(),
    }
    return render(request, "technoparks/dashboard_groups.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_programme_new(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    check_tends(request, organisation)
    if not Technopark.objects.filter(host=organisation, is_network=False).exists():
        raise Http404
    form = ProgrammeForm(request.POST or None, host=organisation)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The programme is saved."))
        return redirect("technoparks:dashboard_groups", slug=slug)
    return render(request, "technoparks/dashboard_programme_new.html", {"organisation": organisation, "form": form})


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_programme(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation = own_organisation(request, slug)
    check_tends(request, organisation)
    own = Programme.objects.filter(technopark__host=organisation).select_related("technopark")
    programme = get_object_or_404(own, pk=pk)
    form = ProgrammeForm(request.POST or None, host=organisation, instance=programme)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("The programme is saved."))
        return redirect("technoparks:dashboard_groups", slug=slug)
    context = {"organisation": organisation, "programme": programme, "form": form}
    return render(request, "technoparks/dashboard_programme.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_group_new(request: HttpRequest, slug: str, programme: int) -> HttpResponse:
    organisation = own_organisation(request, slug)
    check_tends(request, organisation)
    own = Programme.objects.filter(technopark__host=organisation).select_related("technopark__host")
    found = get_object_or_404(own, pk=programme)
    context = {"organisation": organisation, "programme": found}
    return _edited(request, Cohort(), found, "technoparks/dashboard_group_new.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_group_edit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    own = tended_group(request, slug, pk)
    context = {"organisation": own.organisation, "cohort": own.cohort}
    return _edited(request, own.cohort, own.cohort.programme, "technoparks/dashboard_group_edit.html", context)


def _edited(
    request: HttpRequest, cohort: Cohort, programme: Programme, template: str, context: dict[str, Any]
) -> HttpResponse:
    """With the hours of the week, while they may be changed."""
    typed = request.POST if request.method == "POST" else None
    form = CohortForm(typed, instance=cohort, programme=programme)
    hours = HoursFormSet(typed, instance=cohort) if cohort.state == CohortState.PLANNED else None
    status = 200
    if typed is not None and form.is_valid() and (hours is None or hours.is_valid()):
        try:
            _saved(form, hours)
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, _("The group is saved."))
            slug = programme.technopark.host.slug
            return redirect("technoparks:dashboard_group", slug=slug, pk=form.instance.pk)
    return render(request, template, {**context, "form": form, "hours": hours}, status=status)


@transaction.atomic
def _saved(form: CohortForm, hours: Any) -> None:
    if form.instance.pk:
        hours_changed = [HOURS] if hours and hours.has_changed() else []
        save_cohort(form.instance, changed=[*form.changed_data, *hours_changed])
    else:
        form.save()
    if hours:
        hours.save()


@private_page
@require_safe
def dashboard_group(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Names stand there for those who lead the group."""
    own = own_group(request, slug, pk)
    leads = can_lead_group(request.user, own.cohort)
    if leads:
        note_names(request)
    may_tend = can_tend_groups(request.user, own.organisation)
    context = {
        "organisation": own.organisation,
        "page": GroupPage(own.cohort),
        "cohort": own.cohort,
        "leads": leads,
        "may_tend": may_tend,
        "moves": [(name, one) for name, one in MOVE_PAGES.items() if may_tend and one.is_possible(own.cohort)],
    }
    return render(request, "technoparks/dashboard_group.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_group_move(request: HttpRequest, slug: str, pk: int, move: str) -> HttpResponse:
    """Asked first, and done by the POST of the same page. Before it opens each of its lessons is shown as it would
    fare."""
    own, page = tended_group(request, slug, pk), MOVE_PAGES.get(move)
    if page is None:
        raise Http404
    by = cast("User", request.user)
    form = page.form(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            page.act(own.cohort, by, form.cleaned_data)
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, str(page.done))
            return redirect("technoparks:dashboard_group", slug=slug, pk=pk)
    context = {
        "organisation": own.organisation,
        "cohort": own.cohort,
        "page": page,
        "form": form,
        "is_possible": page.is_possible(own.cohort),
        **(_lessons_tried(own.cohort, by) if move == "open" else {}),
    }
    return render(request, "technoparks/dashboard_group_move.html", context, status=status)


def _lessons_tried(cohort: Cohort, by: User) -> dict[str, Any]:
    try:
        tries = tried_lessons(cohort, by=by)
    except RuleViolated as error:
        return {"problem": error.message}
    return {"tries": tries, "is_hindered": any(one.problem for one in tries) or not tries}

"""Pages of an organisation that has applied for its pupils, or for teachers of its own."""

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import RuleViolated
from common.private_pages import private_page
from members.acting.own import own_organisation
from members.models import Organisation, Role, User
from members.policies import role_of
from technoparks.cohorts.applications import apply_for_pupils
from technoparks.cohorts.timetable import week_said
from technoparks.learning.forms import PupilsForm
from technoparks.learning.page import APPLICANT_MOVES, ApplicationPage
from technoparks.learning.views import certificate_file
from technoparks.models import Cohort, CohortApplication
from technoparks.policies import can_apply_for_pupils, can_withdraw_application

if TYPE_CHECKING:
    from technoparks.models.learner import CohortApplicationQuerySet

SHOWN = 500


@private_page
@require_safe
def dashboard_pupils(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = _school(request, slug)
    found = _visible(request, organisation).told().order_by("-cohort_id", "name")
    found = found.prefetch_related("enrolments__cohort__programme__technopark")
    context = {"organisation": organisation, "applications": found[:SHOWN]}
    return render(request, "technoparks/dashboard_pupils.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_pupils_apply(request: HttpRequest, slug: str, cohort: int) -> HttpResponse:
    organisation = _school(request, slug)
    found = get_object_or_404(Cohort.objects.visible_to(request.user).with_taken().told(), pk=cohort)
    form = PupilsForm(request.POST if request.method == "POST" else None, cohort=found)
    status = 200
    if request.method == "POST" and form.is_valid():
        by, learners = cast("User", request.user), form.cleaned_data["learners"]
        try:
            apply_for_pupils(found, organisation=organisation, by=by, learners=learners, key=form.key)
        except RuleViolated as error:
            form.refuse(error)
            status = 409
        else:
            number = len(learners)
            text = ngettext("%(number)d application is sent.", "%(number)d applications are sent.", number)
            messages.success(request, text % {"number": number})
            return redirect("technoparks:dashboard_pupils", slug=slug)
    context = {"organisation": organisation, "cohort": found, "form": form, "week": week_said(found.hours.all())}
    return render(request, "technoparks/dashboard_pupils_apply.html", context, status=status)


@private_page
@require_safe
def dashboard_pupil(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation, page = _own(request, slug, pk)
    context = {"organisation": organisation, "page": page}
    context["may_withdraw"] = can_withdraw_application(request.user, page.application)
    return render(request, "technoparks/dashboard_pupil.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_pupil_move(request: HttpRequest, slug: str, pk: int, move: str) -> HttpResponse:
    organisation, page = _own(request, slug, pk)
    asked = APPLICANT_MOVES.get(move)
    if asked is None:
        raise Http404
    if not can_withdraw_application(request.user, page.application):
        raise PermissionDenied(_("Your role in the organisation does not decide this."))
    refusal = ""
    if request.method == "POST":
        try:
            asked.act(page, cast("User", request.user))
        except RuleViolated as error:
            refusal = error.message
        else:
            messages.success(request, str(asked.done))
            return redirect("technoparks:dashboard_pupil", slug=slug, pk=pk)
    context = {
        "organisation": organisation,
        "page": page,
        "move": asked,
        "is_possible": asked.is_possible(page),
        "refusal": refusal,
    }
    return render(request, "technoparks/dashboard_pupil_move.html", context, status=409 if refusal else 200)


@private_page
@require_safe
def dashboard_pupil_certificate(request: HttpRequest, slug: str, pk: int, certificate: int) -> HttpResponseBase:
    _organisation, page = _own(request, slug, pk)
    return certificate_file(page.application, certificate)


def _school(request: HttpRequest, slug: str) -> Organisation:
    organisation = own_organisation(request, slug)
    if not can_apply_for_pupils(request.user, organisation):
        raise PermissionDenied(_("Heads, coordinators and teachers of the organisation send applications to groups."))
    return organisation


def _visible(request: HttpRequest, organisation: Organisation) -> "CohortApplicationQuerySet":
    """A teacher reads what they have sent themselves: nobody else needs the names."""
    of_all = CohortApplication.objects.filter(organisation=organisation)
    is_teacher = role_of(request.user, organisation) == Role.TEACHER
    return of_all.filter(person=request.user.pk) if is_teacher else of_all


def _own(request: HttpRequest, slug: str, pk: int) -> tuple[Organisation, ApplicationPage]:
    organisation = _school(request, slug)
    return organisation, ApplicationPage(get_object_or_404(_visible(request, organisation).told(), pk=pk))

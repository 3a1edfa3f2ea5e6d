"""Pages of whoever applies for a child or for themselves."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import RuleViolated
from common.private_files import private_file_response
from common.private_pages import private_page
from members.models import User
from technoparks.cohorts.applications import apply_to
from technoparks.cohorts.timetable import week_said
from technoparks.learning.forms import ApplyForm
from technoparks.learning.page import APPLICANT_MOVES, ApplicationPage
from technoparks.models import Cohort, CohortApplication, ProgrammeCertificate


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def group_apply(request: HttpRequest, cohort: int) -> HttpResponse:
    found = get_object_or_404(Cohort.objects.visible_to(request.user).with_taken().told(), pk=cohort)
    by = cast("User", request.user)
    programme = found.programme
    is_own = programme.is_for_adults or (programme.admits_adults and "own" in request.GET)
    typed = request.POST if request.method == "POST" else None
    form = ApplyForm(typed, cohort=found, is_own=is_own, person_name=by.get_full_name())
    status = 200
    if request.method == "POST" and form.is_valid():
        text = form.cleaned_data["consent"]
        try:
            made = apply_to(found, by=by, learner=form.learner, whose=form.whose, text=text, key=form.key)
        except RuleViolated as error:
            form.refuse(error)
            status = 409
        else:
            messages.success(request, _("The application is sent."))
            return redirect("technoparks:account_group", pk=made.pk)
    context = {"cohort": found, "form": form, "week": week_said(found.hours.all()), "is_own": is_own}
    return render(request, "technoparks/group_apply.html", context, status=status)


@private_page
@require_safe
def account_groups(request: HttpRequest) -> HttpResponse:
    own = CohortApplication.objects.of_person(request.user).told().order_by("-pk")
    found = own.prefetch_related("enrolments__cohort__programme__technopark")
    return render(request, "technoparks/account_groups.html", {"applications": found})


@private_page
@require_safe
def account_group(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "technoparks/account_group.html", {"page": _own(request, pk)})


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def account_group_move(request: HttpRequest, pk: int, move: str) -> HttpResponse:
    """Asked first, and done by the POST of the same page."""
    page, asked = _own(request, pk), APPLICANT_MOVES.get(move)
    if asked is None:
        raise Http404
    refusal = ""
    if request.method == "POST":
        try:
            asked.act(page, cast("User", request.user))
        except RuleViolated as error:
            refusal = error.message
        else:
            messages.success(request, str(asked.done))
            return redirect("technoparks:account_group", pk=pk)
    context = {"page": page, "move": asked, "is_possible": asked.is_possible(page), "refusal": refusal}
    return render(request, "technoparks/account_group_move.html", context, status=409 if refusal else 200)


@private_page
@require_safe
def account_group_certificate(request: HttpRequest, pk: int, certificate: int) -> HttpResponseBase:
    return certificate_file(_own(request, pk).application, certificate)


def certificate_file(application: CohortApplication, key: int) -> HttpResponseBase:
    ready = ProgrammeCertificate.objects.ready().filter(enrolment__application=application).select_related("document")
    found = get_object_or_404(ready, pk=key)
    if found.document is None:
        raise Http404
    return private_file_response(found.document.file, name=f"{found.number}.pdf", content_type="application/pdf")


def _own(request: HttpRequest, pk: int) -> ApplicationPage:
    return ApplicationPage(get_object_or_404(CohortApplication.objects.of_person(request.user).told(), pk=pk))

"""Who is admitted to a group, what becomes of a learner, who came to a lesson, and who gets a certificate."""

from typing import cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import RuleViolated
from common.private_files import private_file_response
from common.private_pages import private_page
from members.models import User
from technoparks.cohort_desk.access import led_group, tended_group
from technoparks.cohort_desk.forms import MarksForm
from technoparks.cohort_desk.learner_page import LearnerPage
from technoparks.cohort_desk.listing import to_decide
from technoparks.cohorts.applications import decline, enrol, queue
from technoparks.cohorts.attendance import deserves, learners_at, mark_lesson, shares_of
from technoparks.cohorts.certificates import issue_certificates, waiting
from technoparks.models import Attendance, Booking, Enrolment, ProgrammeCertificate
from technoparks.policies import can_tend_groups

DECISIONS = ("enrol", "queue", "decline")


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_group_decide(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """All that are chosen, or none of them."""
    own = tended_group(request, slug, pk)
    applications = to_decide(own.cohort)
    chosen, refusal = request.POST.getlist("chosen"), ""
    decision, reason = request.POST.get("decision", ""), request.POST.get("reason", "")[:300].strip()
    if request.method == "POST":
        picked = [one for one in applications if str(one.pk) in chosen]
        if decision not in DECISIONS or not picked:
            refusal = _("Choose at least one application.")
        else:
            by = cast("User", request.user)
            try:
                match decision:
                    case "enrol":
                        enrol(picked, by=by)
                    case "queue":
                        queue(picked, by=by)
                    case _:
                        decline(picked, by=by, reason=reason)
            except RuleViolated as error:
                refusal = error.message
            else:
                messages.success(request, _told(decision, len(picked)))
                return redirect("technoparks:dashboard_group", slug=slug, pk=pk)
    context = {
        "organisation": own.organisation,
        "cohort": own.cohort,
        "applications": applications,
        "chosen": chosen,
        "reason": reason,
        "refusal": refusal,
    }
    return render(request, "technoparks/dashboard_group_decide.html", context, status=409 if refusal else 200)


def _told(decision: str, number: int) -> str:
    text = {
        "enrol": ngettext("%(number)d learner is enrolled.", "%(number)d learners are enrolled.", number),
        "queue": ngettext(
            "%(number)d application is on the waiting list.", "%(number)d applications are on the waiting list.", number
        ),
        "decline": ngettext("%(number)d application is declined.", "%(number)d applications are declined.", number),
    }[decision]
    return text % {"number": number}


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_learner(request: HttpRequest, slug: str, pk: int, enrolment: int) -> HttpResponse:
    """Read by those who lead the group; what is decided there, by those who tend it."""
    own = led_group(request, slug, pk) if request.method != "POST" else tended_group(request, slug, pk)
    found = get_object_or_404(Enrolment.objects.select_related("application__organisation"), pk=enrolment, cohort=pk)
    found.cohort = own.cohort
    page = LearnerPage(found, typed=request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        if page.chosen is None:
            raise Http404
        if page.chosen.form.is_valid():
            try:
                page.act(by=cast("User", request.user))
            except RuleViolated as error:
                page.chosen.form.add_error(None, error.message)
                status = 409
            else:
                messages.success(request, str(page.chosen.done))
                return redirect("technoparks:dashboard_learner", slug=slug, pk=pk, enrolment=enrolment)
    context = {
        "organisation": own.organisation,
        "cohort": own.cohort,
        "page": page,
        "may_tend": can_tend_groups(request.user, own.organisation),
    }
    return render(request, "technoparks/dashboard_learner.html", context, status=status)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_lesson(request: HttpRequest, slug: str, pk: int, lesson: int) -> HttpResponse:
    own = led_group(request, slug, pk)
    lessons = Booking.objects.filter(series__cohort=own.cohort).select_related("lab__technopark")
    found = get_object_or_404(lessons, pk=lesson)
    learners = learners_at(found, cohort=own.cohort)
    marked = dict(Attendance.objects.filter(lesson=found).values_list("enrolment", "mark"))
    form = MarksForm(request.POST if request.method == "POST" else None, learners=learners, marked=marked)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            number = mark_lesson(found, cohort=own.cohort, marks=form.marks, by=cast("User", request.user))
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            text = ngettext("%(number)d learner is marked.", "%(number)d learners are marked.", number)
            messages.success(request, text % {"number": number})
            return redirect("technoparks:dashboard_group", slug=slug, pk=pk)
    context = {"organisation": own.organisation, "cohort": own.cohort, "lesson": found, "form": form}
    return render(request, "technoparks/dashboard_lesson.html", context, status=status)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_group_certificates(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    own = tended_group(request, slug, pk)
    form = forms.Form(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            number = issue_certificates(own.cohort, by=cast("User", request.user))
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            text = ngettext("%(number)d certificate is issued.", "%(number)d certificates are issued.", number)
            messages.success(request, text % {"number": number})
            return redirect("technoparks:dashboard_group_certificates", slug=slug, pk=pk)
    finished = [*waiting(own.cohort)]
    for one in finished:
        one.cohort = own.cohort
    shares = shares_of(finished)
    issued = ProgrammeCertificate.objects.filter(enrolment__cohort=own.cohort)
    context = {
        "organisation": own.organisation,
        "cohort": own.cohort,
        "form": form,
        "issued": issued.select_related("enrolment__application", "document"),
        "deserving": [one for one in finished if deserves(one, shares[one.pk])],
        "others": [(one, shares[one.pk]) for one in finished if not deserves(one, shares[one.pk])],
    }
    return render(request, "technoparks/dashboard_group_certificates.html", context, status=status)


@private_page
@require_safe
def dashboard_group_certificate(request: HttpRequest, slug: str, pk: int, certificate: int) -> HttpResponseBase:
    own = tended_group(request, slug, pk)
    ready = ProgrammeCertificate.objects.ready().filter(enrolment__cohort=own.cohort).select_related("document")
    found = get_object_or_404(ready, pk=certificate)
    if found.document is None:
        raise Http404
    return private_file_response(found.document.file, name=f"{found.number}.pdf", content_type="application/pdf")

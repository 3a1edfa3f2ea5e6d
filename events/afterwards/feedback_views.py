"""What those who came say, and what the organiser reads of it."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.addresses import absolute, without_language
from common.errors import RuleViolated
from common.exports import csv_response
from common.limits import limited
from common.private_pages import private_page
from common.times import when
from events.access import event_with_numbers, note_names
from events.afterwards.asking import asks_at
from events.afterwards.emails import key_of
from events.afterwards.feedback import (
    ask_besides,
    came_to,
    closes_at,
    give_feedback,
    has_answered,
    once_by,
    set_up,
    state_of,
)
from events.afterwards.forms import FeedbackForm, QuestionFormSet, SurveyForm, questions_of, values_of
from events.afterwards.summary import LEAST, Summary, summary_of
from events.models import Event, FeedbackSurvey, Registration
from events.policies import can_tend_attendees
from events.registering.tickets import qr_of
from members.models import Organisation

# --- For those who came ------------------------------------------------------------------------------------------


@login_not_required
@private_page
@require_http_methods(["GET", "HEAD", "POST"])
@limited("feedback", method="POST")
def feedback(request: HttpRequest, token: str) -> HttpResponse:
    """By the link of a letter: once."""
    found = get_object_or_404(Registration.objects.select_related("event"), key=key_of(token) or None)
    if not came_to(found.event).filter(pk=found.pk).exists():
        raise Http404
    return _ask(request, found.event, registration=found)


@login_not_required
@private_page
@require_http_methods(["GET", "HEAD", "POST"])
@limited("feedback", method="POST")
def feedback_in_hall(request: HttpRequest, key: str) -> HttpResponse:
    """By the code on the screen: whoever sees it."""
    survey = get_object_or_404(FeedbackSurvey.objects.select_related("event").exclude(hall_key=""), hall_key=key)
    return _ask(request, survey.event)


@login_not_required
@private_page
@require_safe
def feedback_sent(request: HttpRequest, slug: str) -> HttpResponse:
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=slug)
    return render(request, "events/feedback_sent.html", {"event": event})


def _ask(request: HttpRequest, event: Event, *, registration: Registration | None = None) -> HttpResponse:
    in_hall = registration is None
    form = FeedbackForm(request.POST if request.method == "POST" else None, event=event, registration=registration)
    if request.method == "POST" and form.is_valid():
        give_feedback(
            event,
            said=form.said,
            once=once_by(registration) if registration else f"form {form.key}",
            named=registration if form.wants_name else None,
            in_hall=in_hall,
        )
        return redirect("events:feedback_sent", slug=event.slug)
    context = {
        "form": form,
        "event": event,
        "when": when(event, today=timezone.localdate()),
        "state": state_of(event, in_hall=in_hall),
        "closes": closes_at(event),
        "has_answered": registration is not None and has_answered(once_by(registration)),
    }
    return render(request, "events/feedback.html", context)


# --- For the organiser -------------------------------------------------------------------------------------------


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_event_feedback(request: HttpRequest, slug: str, event: str) -> HttpResponse:
    organisation, found = event_with_numbers(request, slug, event)
    survey = FeedbackSurvey.objects.filter(event=found).first() or FeedbackSurvey(event=found)
    form = SurveyForm(request.POST if request.method == "POST" else None, instance=survey)
    if request.method == "POST" and form.is_valid():
        set_up(found, asks=form.cleaned_data.get("asks", survey.asks), in_hall=form.cleaned_data["in_hall"])
        messages.success(request, _("Saved."))
        return redirect("events:dashboard_event_feedback", slug=slug, event=event)
    context = {
        **_about(found, organisation),
        "form": form,
        "survey": survey,
        "summary": _summary(request, found),
        "least": LEAST,
        "questions": found.feedback_questions.all(),
        "hall": _hall_of(survey),
    }
    return render(request, "events/dashboard_event_feedback.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_event_feedback_questions(request: HttpRequest, slug: str, event: str) -> HttpResponse:
    organisation, found = event_with_numbers(request, slug, event)
    initial = values_of(found.feedback_questions.all())
    forms = QuestionFormSet(request.POST if request.method == "POST" else None, initial=initial)
    refused = ""
    if request.method == "POST" and forms.is_valid():
        try:
            ask_besides(found, questions=questions_of(forms))
        except RuleViolated as error:
            refused = error.message
        else:
            messages.success(request, _("The questions are saved."))
            return redirect("events:dashboard_event_feedback", slug=slug, event=event)
    context = {
        **_about(found, organisation),
        "forms": forms,
        "refused": refused,
        "has_answers": found.feedback_answers.exists(),
    }
    return render(request, "events/dashboard_event_feedback_questions.html", context)


@private_page
@require_safe
def dashboard_event_feedback_csv(request: HttpRequest, slug: str, event: str) -> HttpResponseBase:
    _organisation, found = event_with_numbers(request, slug, event)
    header = [_("Question"), _("Answer"), _("How many"), _("Name")]
    return csv_response(f"{found.slug}-feedback", header, _summary(request, found).rows)


def _summary(request: HttpRequest, event: Event) -> Summary:
    """With the names of those who wanted it, for who reads who came."""
    summary = summary_of(event)
    if not can_tend_attendees(request.user, event):
        return summary.without_names()
    note_names(request)
    return summary


def _about(event: Event, organisation: Organisation) -> dict[str, Any]:
    return {
        "organisation": organisation,
        "event": event,
        "asks_at": asks_at(event),
        "closes": closes_at(event),
        "state": state_of(event, in_hall=False),
    }


def _hall_of(survey: FeedbackSurvey) -> dict[str, Any] | None:
    if not survey.hall_key:
        return None
    address = absolute(without_language(reverse("events:feedback_in_hall", args=[survey.hall_key])))
    return {"address": address, "qr": qr_of(address)}

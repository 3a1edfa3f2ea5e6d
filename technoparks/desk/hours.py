"""Pages of when a lab is open. Where bookings would lie outside, they are shown first, and what becomes of them is
decided with the change."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from common.errors import RuleViolated
from common.private_pages import private_page
from members.models import User
from technoparks.desk.access import own_days, own_labs, tended
from technoparks.desk.hours_forms import DayForm, NewDaysForm, ReviewForm, WeekForm
from technoparks.models import Lab, OpeningException
from technoparks.opening.changes import Review, Unreviewed, add_days, change_day, remove_day, set_week

PAST_SHOWN = 20
SAVED = _("The opening hours are saved.")


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_lab_hours(request: HttpRequest, slug: str, lab: int) -> HttpResponse:
    """The week, and the days that are unlike others; each of these has a page of its own."""
    organisation = tended(request, slug)
    found = get_object_or_404(own_labs(organisation), pk=lab)
    form = WeekForm(_typed(request), lab=found)
    today = timezone.now().astimezone(found.technopark.zone).date()
    context = {
        "organisation": organisation,
        "lab": found,
        "ahead": found.opening_exceptions.filter(day__gte=today),
        "past": found.opening_exceptions.filter(day__lt=today).order_by("-day")[:PAST_SHOWN],
    }

    def act(review: Review | None) -> None:
        keeps = form.cleaned_data["keeps_holidays"]
        set_week(found, week=form.week, keeps_holidays=keeps, by=_person(request), review=review)

    return _answered(request, found, form, act, "technoparks/dashboard_lab_hours.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_lab_day_new(request: HttpRequest, slug: str, lab: int) -> HttpResponse:
    organisation = tended(request, slug)
    found = get_object_or_404(own_labs(organisation), pk=lab)
    form = NewDaysForm(_typed(request), instance=OpeningException(lab=found))
    return _answered(
        request,
        found,
        form,
        lambda review: add_days(found, days=form.days, hours=form.hours, by=_person(request), review=review),
        "technoparks/dashboard_lab_day_new.html",
        {"organisation": organisation, "lab": found},
    )


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_lab_day(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation = tended(request, slug)
    found = get_object_or_404(own_days(organisation), pk=pk)
    form = DayForm(_typed(request), instance=found)
    return _answered(
        request,
        found.lab,
        form,
        lambda review: change_day(found, hours=form.hours, by=_person(request), review=review),
        "technoparks/dashboard_lab_day.html",
        {"organisation": organisation, "lab": found.lab, "day": found},
    )


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_lab_day_remove(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Asked first, and done by the POST of the same page."""
    organisation = tended(request, slug)
    found = get_object_or_404(own_days(organisation), pk=pk)
    return _answered(
        request,
        found.lab,
        forms.Form(_typed(request)),
        lambda review: remove_day(found, by=_person(request), review=review),
        "technoparks/dashboard_lab_day_remove.html",
        {"organisation": organisation, "lab": found.lab, "day": found},
        done=_("The day is as others again."),
    )


def _answered(
    request: HttpRequest,
    lab: Lab,
    form: forms.BaseForm,
    act: Callable[[Review | None], None],
    template: str,
    context: dict[str, Any],
    *,
    done: str | Promise = SAVED,
) -> HttpResponse:
    """What was typed is done, and the hours of the lab are shown; else the form, with what is to be reviewed."""
    review, status = None, 200
    if request.method == "POST" and form.is_valid():
        sent = ReviewForm(request.POST) if "seen" in request.POST else None
        decided = sent.review if sent and sent.is_valid() else None
        try:
            act(decided)
        except RuleViolated as error:
            if isinstance(error, Unreviewed):
                reason = form.cleaned_data.get("reason", "")
                review = ReviewForm(request.POST if sent else None, reason=reason, bookings=error.bookings)
            if decided or not review:
                form.add_error(None, error.message)
                status = 409
        else:
            messages.success(request, str(done))
            return redirect("technoparks:dashboard_lab_hours", slug=lab.technopark.host.slug, lab=lab.pk)
    return render(request, template, {**context, "form": form, "review": review}, status=status)


def _typed(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)

"""An organisation's own events: all of them, one of them, and what is said of it."""

from copy import copy
from typing import cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.errors import RuleViolated
from common.move_pages import offered
from common.posted import asked_move
from common.private_pages import private_page
from events.access import check_tends, own_event, tended_event, tends
from events.life.moves import Who, lacking, move_event, possible_moves
from events.models import EventState
from events.organising.drafts import create_event, edit_cover, edit_event, give_headcount, repeat_event
from events.organising.forms import CoverForm, EventForm, HeadcountForm, RepeatForm
from events.organising.listing import PAST_ON_A_PAGE, figures_of, lists_of
from events.organising.move_pages import MOVE_PAGES
from events.organising.rules import is_changeable, takes_headcount
from events.public.covers import SHAPE, WIDTHS, cover_url
from events.public.page import holders_of
from members.acting.own import own_organisation
from members.models import Organisation, User


@private_page
@require_safe
def dashboard_events(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    lists = lists_of(organisation)
    past = Paginator(lists["past"], PAST_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"organisation": organisation, **lists, "past": past, "may_tend": tends(request, organisation)}
    return render(request, "events/dashboard_events.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_event_new(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    check_tends(request, organisation)
    form = EventForm(request.POST or None, initial=_place_of(organisation), organisation=organisation)
    if request.method == "POST" and form.is_valid():
        try:
            event = create_event(organisation, typed=form.typed, by=cast("User", request.user), key=form.key)
        except RuleViolated as error:
            form.refuse(error)
        else:
            messages.success(request, _("The draft is saved. Nobody but you and the association sees it yet."))
            return redirect("events:dashboard_event", slug=slug, event=event.slug)
    return render(request, "events/dashboard_event_new.html", {"organisation": organisation, "form": form})


def _place_of(organisation: Organisation) -> dict[str, object]:
    """Most events are where their organiser is."""
    region = organisation.region
    zone = {"time_zone": region.time_zone} if region else {}
    return {"region": region, "city": organisation.city, "city_en": organisation.city_en, **zone}


@private_page
@require_safe
def dashboard_event(request: HttpRequest, slug: str, event: str) -> HttpResponse:
    organisation, found = own_event(request, slug, event)
    may_tend = tends(request, organisation)
    moves = possible_moves(found, who=Who.ORGANISER) if may_tend else []
    context = {
        "organisation": organisation,
        "event": found,
        **figures_of(found),
        "holders": holders_of(found),
        "lacks": lacking(found) if found.state == EventState.DRAFT else [],
        "may_tend": may_tend,
        "may_count": may_tend and takes_headcount(found),
        "moves": offered(moves, MOVE_PAGES, "events:dashboard_event_move", slug, event),
        "history": found.moves.select_related("by").order_by("-at", "-pk"),
    }
    return render(request, "events/dashboard_event.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_event_edit(request: HttpRequest, slug: str, event: str) -> HttpResponse:
    organisation, found = tended_event(request, slug, event)
    # The form writes what was typed into what it is given, and the page around it says what holds.
    form = EventForm(request.POST or None, instance=copy(found), organisation=organisation)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            edit_event(found, typed=form.typed, by=cast("User", request.user))
        except RuleViolated as error:
            form.refuse(error)
            status = 409
        else:
            messages.success(request, _("Saved."))
            return redirect("events:dashboard_event", slug=slug, event=event)
    context = {"organisation": organisation, "event": found, "form": form, "may_change": is_changeable(found)}
    return render(request, "events/dashboard_event_edit.html", context, status=status)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_event_cover(request: HttpRequest, slug: str, event: str) -> HttpResponse:
    organisation, found = tended_event(request, slug, event)
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = CoverForm(*sent, instance=copy(found))
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            edit_cover(found, typed=form.typed, save=form.save_cover, by=cast("User", request.user))
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, _("Saved."))
            return redirect("events:dashboard_event_cover", slug=slug, event=event)
    context = {
        "organisation": organisation,
        "event": found,
        "form": form,
        "may_change": is_changeable(found),
        "cover": found.cover and cover_url(str(found.cover), WIDTHS[-1]),
        "shape": SHAPE,
    }
    return render(request, "events/dashboard_event_cover.html", context, status=status)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_event_move(request: HttpRequest, slug: str, event: str, move: str) -> HttpResponse:
    if move not in MOVE_PAGES:
        raise Http404
    organisation, found = tended_event(request, slug, event)
    by = cast("User", request.user)
    return asked_move(
        request,
        MOVE_PAGES[move],
        lambda reason: move_event(found, move=move, who=Who.ORGANISER, by=by, reason=reason),
        to=reverse("events:dashboard_event", args=[slug, event]),
        template="events/dashboard_event_move.html",
        context={"organisation": organisation, "event": found},
    )


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_event_repeat(request: HttpRequest, slug: str, event: str) -> HttpResponse:
    organisation, found = tended_event(request, slug, event)
    form = RepeatForm(request.POST or None, event=found)
    if request.method == "POST" and form.is_valid():
        try:
            made = repeat_event(found, asked=form.repetition, by=cast("User", request.user), key=form.key)
        except RuleViolated as error:
            form.refuse(error)
        else:
            messages.success(request, _("The draft is made. See whether all of it holds this time."))
            return redirect("events:dashboard_event", slug=slug, event=made.slug)
    context = {"organisation": organisation, "event": found, "form": form}
    return render(request, "events/dashboard_event_repeat.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_event_headcount(request: HttpRequest, slug: str, event: str) -> HttpResponse:
    organisation, found = tended_event(request, slug, event)
    known = {"headcount": found.headcount, "headcount_is_least": found.headcount_is_least}
    form = HeadcountForm(request.POST if request.method == "POST" else None, initial=known)
    status = 200
    if form.is_valid():
        try:
            give_headcount(found, **form.cleaned_data)
        except RuleViolated as error:
            form.add_error(None, error.message)
            status = 409
        else:
            messages.success(request, _("Saved."))
            return redirect("events:dashboard_event", slug=slug, event=event)
    context = {"organisation": organisation, "event": found, "form": form}
    return render(request, "events/dashboard_event_headcount.html", context, status=status)

"""Registering for an event, and the page of a registration: for whoever holds its address."""

import hashlib
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.caching import kept_until_change
from common.counters import take
from common.errors import RuleViolated
from common.limits import limited
from common.private_pages import private_page
from events.models import Event, EventState, ParticipantCertificate, Registration, RegistrationWay
from events.policies import can_act_for_registration, registrations_of
from events.registering.calendar_files import NAME, Method, calendar_file, content_type
from events.registering.emails import key_of, registration_token
from events.registering.forms import RegistrationForm
from events.registering.registrations import (
    accept_offer,
    cancel_registration,
    prove_address,
    register_attendee,
    say_coming,
)
from events.registering.tickets import qr_of
from members.models import Organisation, User

SHOWN = 50  # of what is over
LETTERS_AN_HOUR = 10  # to one address that nobody has proved


@login_not_required
@private_page
@require_http_methods(["GET", "HEAD", "POST"])
@limited("register", method="POST")
def event_register(request: HttpRequest, slug: str) -> HttpResponse:
    event = open_event(request, slug)
    own = [*Organisation.objects.represented_by(request.user)] if request.user.is_authenticated else []
    form = RegistrationForm(request.POST if request.method == "POST" else None, event=event, own=own, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            asked = form.to_ask()
            if not asked.user:
                _check_recipient(asked.email)
            made = register_attendee(event, pool=form.chosen_pool, asked=asked)
        except RuleViolated as error:
            form.refuse(error)
        else:
            if asked.user:
                return redirect("events:registration", token=registration_token(made))
            return redirect("events:event_register_sent", slug=slug)
    form.count_places()
    known = Registration.objects.of_person(request.user).active().filter(event=event, group="").first()
    context = {"form": form, "event": event, "known": known and registration_token(known), **_about(event)}
    return render(request, "events/event_register.html", context)


@login_not_required
@private_page
@require_safe
def event_register_sent(request: HttpRequest, slug: str) -> HttpResponse:
    """The same for an address that is registered already and for one that is not."""
    return render(request, "events/event_register_sent.html", {"event": open_event(request, slug)})


@login_not_required
@private_page
@require_safe
def registration(request: HttpRequest, token: str) -> HttpResponse:
    found = registration_of(token)
    if found.is_group:
        if request.user.is_authenticated:
            registration_to_act(request, token)
        return redirect("events:group", token=token)
    ticket = found.tickets.standing().first()
    context = {
        "registration": found,
        "token": token,
        "ticket": ticket,
        "qr": qr_of(ticket.code) if ticket and found.is_admitted else "",
        "certificates": ParticipantCertificate.objects.ready().filter(ticket__registration=found).count(),
        "revoked": ParticipantCertificate.objects.missed().filter(ticket__registration=found),
        "reason": _reason(found),
        **_about(found.event),
    }
    return render(request, "events/registration.html", context)


@login_not_required
@private_page
@require_POST
def registration_prove(request: HttpRequest, token: str) -> HttpResponse:
    prove_address(single(token))
    messages.success(request, _("The e-mail is confirmed."))
    return redirect("events:registration", token=token)


@login_not_required
@private_page
@require_POST
def registration_accept(request: HttpRequest, token: str) -> HttpResponse:
    accept_offer(registration_to_act(request, token), by=_actor(request))
    messages.success(request, _("The place is yours."))
    return redirect("events:registration", token=token)


@login_not_required
@private_page
@require_POST
def registration_coming(request: HttpRequest, token: str) -> HttpResponse:
    say_coming(registration_to_act(request, token))
    messages.success(request, _("Thank you, we expect you."))
    return redirect("events:registration", token=token)


@login_not_required
@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def registration_cancel(request: HttpRequest, token: str) -> HttpResponse:
    found = registration_to_act(request, token)
    if request.method == "POST":
        cancel_registration(found, by=_actor(request))
        messages.success(request, _("The registration is cancelled. Thank you for giving the place back."))
        return redirect("events:registration", token=token)
    context = {"registration": found, "token": token, **_about(found.event)}
    return render(request, "events/registration_cancel.html", context)


@login_not_required
@private_page
@require_safe
def registration_calendar(request: HttpRequest, token: str) -> HttpResponse:
    found = registration_to_act(request, token)
    method: Method = "CANCEL" if found.event.state == EventState.CANCELLED else "PUBLISH"
    response = HttpResponse(calendar_file(found.event, method=method), content_type=content_type(method))
    response.headers["Content-Disposition"] = f'attachment; filename="{NAME}"'
    return response


@private_page
@require_safe
def account_tickets(request: HttpRequest) -> HttpResponse:
    found = registrations_of(request.user).select_related("event").order_by("event__starts_at", "pk")
    awaited = [one for one in found if one.is_active and not one.event.is_over]
    others = [one for one in reversed(found) if one not in awaited][:SHOWN]
    lists = [(_("Upcoming"), _told(awaited)), (_("Past and cancelled"), _told(others))]
    return render(request, "events/account_tickets.html", {"lists": lists, "has_any": bool(found)})


def _reason(ended: Registration) -> str:
    """Of the organiser, for whoever has no place any more."""
    move = None if ended.is_active else ended.moves.filter(target=ended.state).last()
    return move.reason if move else ""


def _told(registrations: Sequence[Registration]) -> list[tuple[Registration, str]]:
    return [(one, registration_token(one)) for one in registrations]


def open_event(request: HttpRequest, slug: str) -> Event:
    """One that takes registrations here, now or at another time. For what many guests send at once it is kept until
    somebody changes it: how it is now is asked under its lock."""
    events = Event.objects.visible_to(request.user).filter(registration=RegistrationWay.HERE)
    if request.method != "POST" or request.user.is_authenticated:
        return get_object_or_404(events, slug=slug)
    return kept_until_change(f"event to register for {slug}", lambda: get_object_or_404(events, slug=slug))


def registration_of(token: str) -> Registration:
    key = key_of(token)
    if not key:
        raise Http404
    return get_object_or_404(Registration.objects.select_related("event", "pool", "organisation"), key=key)


def single(token: str) -> Registration:
    """Of one person, who acts by the address alone."""
    found = registration_of(token)
    if found.is_group:
        raise Http404
    return found


def registration_to_act(request: HttpRequest, token: str) -> Registration:
    """That of a person to whoever holds its address; that of a group, where there are names of pupils, only to those
    who act for its organisation still."""
    found = registration_of(token)
    if found.is_group and not can_act_for_registration(request.user, found):
        raise Http404
    return found


def _check_recipient(email: str) -> None:
    """Counted alike for every address, so it tells nothing of any."""
    digest = hashlib.sha256(email.lower().encode()).hexdigest()
    if take(f"registration letters {digest}", limit=LETTERS_AN_HOUR, seconds=60 * 60):
        text = _("Many letters have gone to this address within an hour. Look among them, or try again later.")
        raise RuleViolated(text, code="too_many_letters")


def _actor(request: HttpRequest) -> User | None:
    return request.user if request.user.is_authenticated else None


def _about(event: Event) -> dict[str, Any]:
    return {"event": event, "now": timezone.now()}

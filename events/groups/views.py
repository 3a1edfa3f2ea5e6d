"""Groups of pupils: registered, tended and printed by their teachers; and the page on which a parent answers."""

from collections import Counter
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common.addresses import absolute, without_language
from common.errors import RuleViolated
from common.limits import limited
from common.private_pages import private_page
from events.groups.consents import ask_parents, asked_by, grant, mark_pupils, refuse, send_to_parent, tokens_of
from events.groups.forms import GroupForm, GuestForm, ParentAddressForm, ParentForm, PupilsForm
from events.models import ParticipantCertificate, Registration, Ticket
from events.policies import organisations_with_groups_of
from events.registering.emails import registration_token
from events.registering.registrations import register_group, remove_guest, replace_guest
from events.registering.tickets import qr_of
from events.registering.views import open_event, registration_to_act
from members.consents.forms import PupilConsentForm
from members.models import User


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def event_register_group(request: HttpRequest, slug: str) -> HttpResponse:
    event, user = open_event(request, slug), cast("User", request.user)
    own = [*organisations_with_groups_of(user)]
    if not own:
        return render(request, "events/event_register_group_refused.html", {"event": event})
    sent = {"data": request.POST, "files": request.FILES} if request.method == "POST" else {}
    form = GroupForm(**sent, event=event, own=own, user=user)
    is_checked = form.is_valid() and form.list_is_right
    if is_checked and "register" in request.POST:
        try:
            asked = {"group": form.cleaned_data["group"], "if_few": form.cleaned_data["if_few"]}
            made = register_group(event, pool=form.chosen_pool, guests=form.listed, asked=form.to_ask(), **asked)
        except RuleViolated as error:
            form.refuse(error)
        else:
            return redirect("events:group", token=registration_token(made[0]))
    form.count_places()
    context = {"form": form, "event": event, "is_checked": is_checked, "now": timezone.now()}
    return render(request, "events/event_register_group.html", context)


@private_page
@require_safe
def group(request: HttpRequest, token: str) -> HttpResponse:
    found = _group(request, token)
    tickets = _tickets(found)
    rest = Registration.objects.filter(part_of=found).first() or found.part_of
    of_school = (
        ParticipantCertificate.objects.ready()
        .of_groups(found.organisation)
        .filter(ticket__registration__event=found.event_id)
    )
    context = {
        "registration": found,
        "event": found.event,
        "token": token,
        "tickets": tickets,
        "qr": qr_of(found.group_code) if found.is_admitted else "",
        "rest": rest,
        "rest_token": rest and registration_token(rest),
        "consents": _consents(tickets),
        "certificates": ParticipantCertificate.objects.ready().filter(ticket__registration=found).count(),
        "revoked": ParticipantCertificate.objects.missed().filter(ticket__registration=found),
        "of_school": of_school.count(),
    }
    return render(request, "events/group.html", context)


@private_page
@require_safe
def group_print(request: HttpRequest, token: str) -> HttpResponse:
    """A ticket for each, to be cut apart."""
    found = _group(request, token)
    if not found.is_admitted:
        raise Http404
    tickets = [(ticket, qr_of(ticket.code)) for ticket in found.tickets.standing().exclude(name="")]
    context = {"registration": found, "event": found.event, "tickets": tickets}
    return render(request, "events/group_print.html", context | {"token": token})


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def group_guest(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """Replace a pupil; the place stays."""
    found = _group(request, token)
    ticket = get_object_or_404(found.tickets.standing(), pk=pk)
    form = GuestForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        replace_guest(ticket, guest=form.guest, by=cast("User", request.user))
        messages.success(request, _("The place has gone to %(name)s.") % {"name": form.guest.name})
        return redirect("events:group", token=token)
    context = {"registration": found, "event": found.event, "token": token, "ticket": ticket, "form": form}
    return render(request, "events/group_guest.html", context)


@private_page
@require_POST
def group_guest_remove(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """Repeated, there is nothing to do."""
    found = _group(request, token)
    ticket = get_object_or_404(found.tickets, pk=pk)
    if ticket.removed_at is None:
        remove_guest(ticket, by=cast("User", request.user))
        messages.success(request, _("%(name)s is off the list.") % {"name": ticket.name or _("The free place")})
    return redirect("events:group", token=token)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def group_consents(request: HttpRequest, token: str) -> HttpResponse:
    """A link for each pupil, to be handed to a parent; POST makes them."""
    found = _group(request, token)
    if request.method == "POST":
        ask_parents(found)
        return redirect("events:group_consents", token=token)
    tickets = [ticket for ticket in _tickets(found) if ticket.name]
    asked = [ticket for ticket in tickets if ticket.asked_parent and not ticket.is_adult]
    tokens = tokens_of(asked)
    links = [(ticket, _parent_address(tokens[ticket.pk])) for ticket in asked]
    context = {"registration": found, "event": found.event, "token": token, "links": links, "tickets": tickets}
    context["has_unasked"] = any(ticket.consent_state == "unasked" for ticket in tickets)
    return render(request, "events/group_consents.html", context)


@private_page
@require_POST
def group_consents_mark(request: HttpRequest, token: str) -> HttpResponse:
    """Of those who are ticked: the school has the consent on paper, or they are 18; or neither. May be repeated."""
    found = _group(request, token)
    form = PupilsForm(request.POST, group=found)
    if form.is_valid():
        mark_pupils(form.cleaned_data["tickets"], mark=form.cleaned_data["mark"], by=cast("User", request.user))
        messages.success(request, _("Noted."))
    else:
        messages.error(request, _("Tick the pupils first."))
    return redirect("events:group_consents", token=token)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
@limited("parent", method="POST")
def group_consent_send(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    found = _group(request, token)
    ticket = get_object_or_404(found.tickets.standing().exclude(name=""), pk=pk)
    form = ParentAddressForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        send_to_parent(ticket, email=form.cleaned_data["email"])
        messages.success(request, _("The letter is on its way."))
        return redirect("events:group_consents", token=token)
    context = {"registration": found, "event": found.event, "token": token, "ticket": ticket, "form": form}
    return render(request, "events/group_consent_send.html", context)


@login_not_required
@private_page
@require_http_methods(["GET", "HEAD", "POST"])
@limited("parent", method="POST")
def parent_consent(request: HttpRequest, token: str) -> HttpResponse:
    """Shows on GET, as scanners of mail follow every link; a POST answers."""
    asked = asked_by(token)
    if asked is None:
        raise Http404
    grants = request.method == "POST" and "refuse" not in request.POST
    form, consent = ParentForm(request.POST if grants else None), PupilConsentForm(request.POST if grants else None)
    if request.method == "POST" and not grants:
        refuse(asked)
        return redirect("events:parent_consent", token=token)
    if not asked.refused_at and form.is_valid() and consent.is_valid():
        grant(asked, parent=form.cleaned_data["parent"], text=consent.cleaned_data["consent"])
        return redirect("events:parent_consent", token=token)
    registration = asked.ticket.registration
    context: dict[str, Any] = {"asked": asked, "registration": registration, "event": registration.event}
    context |= {"form": form, "consent": consent}
    return render(request, "events/parent_consent.html", context)


def _group(request: HttpRequest, token: str) -> Registration:
    found = registration_to_act(request, token)
    if not found.is_group:
        raise Http404
    return found


def _tickets(found: Registration) -> list[Ticket]:
    return [*found.tickets.standing().select_related("registration", "parent_consent")]


def _consents(tickets: list[Ticket]) -> dict[str, int]:
    """How many there are of each answer."""
    states = Counter(ticket.consent_state for ticket in tickets)
    return {
        "granted": states["granted"] + states["paper"],
        "refused": states["refused"],
        "asked": states["asked"] + states["unasked"],
        "adult": states["adult"],
    }


def _parent_address(token: str) -> str:
    return absolute(without_language(reverse("events:parent_consent", args=[token])))

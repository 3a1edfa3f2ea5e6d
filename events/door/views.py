"""The page at the door, made for a telephone: a code from the camera or typed, a name, a group, whoever just came."""

from collections.abc import Callable
from typing import Any, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from common.errors import RuleViolated
from common.middleware import WITH_CAMERA
from common.models import ViewKind
from common.one_line import one_line
from common.posted import posted_keys
from common.private_pages import private_page
from common.staff_views import note_view
from events.access import organiser_for
from events.door.check_ins import (
    attendance,
    check_in,
    check_in_group,
    doors_of,
    find_people,
    group_of,
    lets_in,
    people_of,
)
from events.door.forms import GateForm, WalkInForm
from events.door.walk_ins import admit_walk_in, undo_entrance
from events.models import Event, Registration, Ticket
from events.policies import can_check_in
from members.models import User


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def event_check_in(request: HttpRequest, slug: str) -> HttpResponse:
    """A POST is answered without a redirect: sent again, it says what the first one has done."""
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=slug)
    if not can_check_in(request.user, event):
        raise Http404
    context: dict[str, Any] = {"event": event, "gate": _gate(request), "gate_form": GateForm({"gate": _gate(request)})}
    context["walk_in_form"] = WalkInForm(event=event)
    if request.method == "POST":
        context |= _answer(request, event)
    now = timezone.now()
    context |= {"attendance": attendance(event), "doors": doors_of(event), "is_open": lets_in(event, now), "now": now}
    if not _fragment(request):  # not asked at each scan
        context["organisation"] = organiser_for(request.user, event)
    response = render(request, f"events/event_check_in.html{_fragment(request)}", context)
    response.headers["Permissions-Policy"] = WITH_CAMERA
    return response


def _fragment(request: HttpRequest) -> str:
    if not request.htmx:  # type: ignore[attr-defined]
        return ""
    return "#result" if request.method == "POST" else "#count"


def _answer(request: HttpRequest, event: Event) -> dict[str, Any]:
    try:
        return ACTIONS.get(request.POST.get("action", ""), _by_code)(request, event)
    except RuleViolated as error:
        return {"refusal": error.message}


def _by_code(request: HttpRequest, event: Event) -> dict[str, Any]:
    code = _typed(request, "code")
    if group := group_of(event, code=code):
        return _shown(request, event, group, people_of(event, group)) | {"is_new": True}
    return {"entry": check_in(event, code=code, by=_user(request), gate=_gate(request))}


def _group(request: HttpRequest, event: Event) -> dict[str, Any]:
    group = group_of(event, code=_typed(request, "code"))
    if group is None:
        raise Http404
    chosen = posted_keys(request.POST.getlist("tickets"))
    people = check_in_group(event, group=group, tickets=chosen, by=_user(request), gate=_gate(request))
    return _shown(request, event, group, people)


def _shown(request: HttpRequest, event: Event, group: Registration, people: list[Ticket]) -> dict[str, Any]:
    _note(request)
    came = sum(bool(ticket.entries) for ticket in people)  # type: ignore[attr-defined]
    return {"group": group, "people": people, "came": came}


def _by_name(request: HttpRequest, event: Event) -> dict[str, Any]:
    """By POST, so that names stand in no log of addresses."""
    _note(request)
    words = _typed(request, "words")
    return {"found": find_people(event, words) if words else [], "words": words}


def _walk_in(request: HttpRequest, event: Event) -> dict[str, Any]:
    form = WalkInForm(request.POST, event=event)
    if form.is_valid():
        try:
            return {"entry": admit_walk_in(event, **form.asked, key=form.key, by=_user(request), gate=_gate(request))}
        except RuleViolated as error:
            form.refuse(error)
    return {"walk_in_form": form, "refusal": next(iter(form.errors.values()))[0]}


def _undo(request: HttpRequest, event: Event) -> dict[str, Any]:
    undo_entrance(event, code=_typed(request, "code"), by=_user(request))
    return {"is_undone": True}


def _set_gate(request: HttpRequest, event: Event) -> dict[str, Any]:
    form = GateForm(request.POST)
    if form.is_valid():
        request.session["gate"] = form.cleaned_data["gate"]
    return {"gate": _gate(request), "gate_form": form, "gate_is_set": form.is_valid()}


ACTIONS: dict[str, Callable[[HttpRequest, Event], dict[str, Any]]] = {
    "code": _by_code,
    "group": _group,
    "name": _by_name,
    "walk_in": _walk_in,
    "undo": _undo,
    "gate": _set_gate,
}


def _gate(request: HttpRequest) -> str:
    """At which this telephone stands."""
    return str(request.session.get("gate", ""))


def _typed(request: HttpRequest, name: str) -> str:
    """Whatever a scanner has read: a null character among it is nothing that the database could be asked for."""
    return one_line(request.POST.get(name, ""))


def _note(request: HttpRequest) -> None:
    """Of the staff it is kept that they have looked at names of pupils."""
    if _user(request).is_staff:
        note_view(Ticket, staff=request.user, person=None, kind=ViewKind.PAGE, address=request.path)


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)

"""The registered of an event in the dashboard of its organiser: the list, one of them, decisions, tables."""

from typing import Any, cast

import structlog
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from common.exports import csv_response
from common.limits import limited
from common.posted import posted_keys
from common.private_pages import private_page
from events.access import event_with_names, note_names
from events.attendees.decisions import AT_ONCE, DECISIONS, Decision, decide, foresee
from events.attendees.exports import Table, written_xlsx
from events.attendees.forms import ReasonForm
from events.attendees.listing import Attendees, detailed
from events.models import Event, Registration
from members.models import User

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

logger = structlog.get_logger(__name__)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_event_registrations(request: HttpRequest, slug: str, event: str) -> HttpResponse:
    """A POST asks first, and decides once it says that it is sure."""
    organisation, found = event_with_names(request, slug, event)
    attendees = Attendees(found, request.GET)
    context = {"organisation": organisation, "event": found, "list": attendees}
    if request.method == "POST":
        return _decided(request, context)
    note_names(request)
    fragment = "#results" if request.htmx else ""  # type: ignore[attr-defined]
    context |= {"page": attendees.page, "decisions": DECISIONS}
    return render(request, f"events/dashboard_event_registrations.html{fragment}", context)


@private_page
@require_safe
def dashboard_event_registration(request: HttpRequest, slug: str, event: str, pk: int) -> HttpResponse:
    organisation, found = event_with_names(request, slug, event)
    registration = get_object_or_404(detailed(found.registrations.all()), pk=pk)
    note_names(request)
    context = {
        "organisation": organisation,
        "event": found,
        "registration": registration,
        "people": registration.tickets.standing().select_related("parent_consent").prefetch_related("check_ins"),
        "moves": registration.moves.select_related("by"),
        "decisions": {name: one for name, one in DECISIONS.items() if not one.refusal(registration)},
    }
    return render(request, "events/dashboard_event_registration.html", context)


@private_page
@require_safe
@limited("export")
def dashboard_event_registrations_csv(request: HttpRequest, slug: str, event: str) -> HttpResponseBase:
    found, table = _table(request, slug, event, "csv")
    return csv_response(f"registrations-{found.slug}", table.header, table.rows)


@private_page
@require_safe
@limited("export")
def dashboard_event_registrations_xlsx(request: HttpRequest, slug: str, event: str) -> HttpResponseBase:
    found, table = _table(request, slug, event, "xlsx")
    name = f"registrations-{found.slug}.xlsx"
    written = written_xlsx(table.header, table.rows)
    return FileResponse(written, as_attachment=True, filename=name, content_type=XLSX)


def _table(request: HttpRequest, slug: str, event: str, kind: str) -> tuple[Event, Table]:
    _organisation, found = event_with_names(request, slug, event)
    attendees = Attendees(found, request.GET)
    note_names(request)
    logger.info("attendees_exported", of=found.slug, format=kind, registrations=attendees.counts.total)
    return found, Table(found, attendees.meant)


def _decided(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    attendees: Attendees = context["list"]
    decision = DECISIONS.get(request.POST.get("do", ""))
    chosen = _chosen(attendees, request.POST)
    if decision is None or not chosen or len(chosen) > AT_ONCE:
        _refuse(request, len(chosen))
        return redirect(request.get_full_path())
    is_sure = "sure" in request.POST
    form = ReasonForm(request.POST if is_sure and decision.needs_reason else None)
    if is_sure and (form.is_valid() or not decision.needs_reason):
        _carry_out(request, chosen, decision, form)
        return redirect(_back(request))
    context |= {
        "name": request.POST["do"],
        "decision": decision,
        "foreseen": foresee(attendees.event, chosen, decision),
        "form": form,
        "one": request.POST.get("one", ""),
        "back": _back(request),
    }
    return render(request, "events/dashboard_event_registrations_decide.html", context)


def _chosen(attendees: Attendees, posted: QueryDict) -> list[Registration]:
    """Those that are ticked, or all that the list finds; in the order in which they came, one more than can be done."""
    chosen = attendees.event.registrations.all()
    if "all" in posted:
        chosen = chosen.filter(pk__in=attendees.meant.order_by().values("pk"))
    else:
        chosen = chosen.filter(pk__in=posted_keys(posted.getlist("chosen")))
    return [*chosen.select_related("event", "pool", "organisation").order_by("registered_at", "pk")[: AT_ONCE + 1]]


def _refuse(request: HttpRequest, number: int) -> None:
    if number > AT_ONCE:
        text = _("At most %(number)d registrations at once: narrow the list, or tick fewer.") % {"number": AT_ONCE}
    else:
        text = _("Tick registrations first, and say what to do with them.")
    messages.error(request, text)


def _carry_out(request: HttpRequest, chosen: list[Registration], decision: Decision, form: ReasonForm) -> None:
    reason = form.cleaned_data["reason"] if decision.needs_reason else ""
    done = decide(chosen, decision, by=cast("User", request.user), reason=reason)
    if done.number:
        messages.success(request, decision.told % {"number": done.number})
    for one, refusal in done.refused:
        messages.error(request, f"{one.group or one.name}: {refusal}")


def _back(request: HttpRequest) -> str:
    """To the list as it was filtered, or to the page of the one that was decided on."""
    one = request.POST.get("one", "")
    return f"{request.path}{one}/" if one.isdecimal() else request.get_full_path()

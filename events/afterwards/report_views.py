"""The report of an event to whoever tends it, as a page and as a spreadsheet."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.private_pages import private_page
from common.report_book import book_of
from common.tables import Xlsx
from events.afterwards.people import People, PeopleForm
from events.afterwards.report import NOTE, EventReport
from events.afterwards.tended import tended_event
from events.models import Event, RegistrationWay
from events.policies import can_tend_attendees
from events.times import when

ON_A_PAGE = 50


@private_page
@require_safe
def dashboard_event_report(request: HttpRequest, slug: str, event: str) -> HttpResponse:
    found = tended_event(request, slug, event)
    report = _report(request, slug, found)
    hours, *sections = report.sections()
    context = {
        **_about(found, slug),
        "report": report,
        "note": NOTE,
        "hours": hours,
        "sections": sections,
        "is_registered_here": found.registration == RegistrationWay.HERE,
    }
    return render(request, "events/dashboard_event_report.html", context)


@private_page
@require_safe
def dashboard_event_report_book(request: HttpRequest, slug: str, event: str) -> HttpResponse:
    found = tended_event(request, slug, event)
    report = _report(request, slug, found)
    about = [
        (_("Event"), found.title),
        (_("When"), when(found, today=timezone.localdate())),
        *((str(name), cell.text) for name, cell in report.figures),
        (_("Came by the count of the organiser"), str(found.headcount or "—")),
        (_("What is counted"), str(NOTE)),
    ]
    response = HttpResponse(book_of(report.sections(), about), content_type=Xlsx.CONTENT_TYPE)
    response["Content-Disposition"] = f'attachment; filename="{found.slug}-report.xlsx"'
    return response


@private_page
@require_safe
def dashboard_event_report_people(request: HttpRequest, slug: str, event: str) -> HttpResponse:
    """The registrations behind a number, to those who may read who comes."""
    found = tended_event(request, slug, event)
    form = PeopleForm(request.GET.dict(), event=found)
    if not can_tend_attendees(request.user, found) or not form.is_valid():
        raise Http404
    people = People(found, form.cleaned_data)
    context = {
        **_about(found, slug),
        "people": people,
        "totals": people.totals,
        "page": Paginator(people.listed, ON_A_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "events/dashboard_event_report_people.html", context)


def _report(request: HttpRequest, slug: str, event: Event) -> EventReport:
    """Who may not read who comes has the numbers alone."""
    address = reverse("events:dashboard_event_report_people", kwargs={"slug": slug, "event": event.slug})
    return EventReport(event, list_url=address if can_tend_attendees(request.user, event) else "")


def _about(event: Event, slug: str) -> dict[str, object]:
    return {"event": event, "slug": slug, "when": when(event, today=timezone.localdate())}

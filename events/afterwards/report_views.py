"""The report of an event to whoever tends it, as a page and as a spreadsheet."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.private_pages import private_page
from common.report_book import book_of
from common.tables import Xlsx
from common.times import when
from events.access import event_with_numbers, tends
from events.afterwards.report import NOTE, EventReport
from events.models import Event, RegistrationWay
from members.models import Organisation


@private_page
@require_safe
def dashboard_event_report(request: HttpRequest, slug: str, event: str) -> HttpResponse:
    organisation, found = event_with_numbers(request, slug, event)
    report = _report(request, organisation, found)
    hours, *sections = report.sections()
    context = {
        "organisation": organisation,
        "event": found,
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
    organisation, found = event_with_numbers(request, slug, event)
    report = _report(request, organisation, found)
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


def _report(request: HttpRequest, organisation: Organisation, event: Event) -> EventReport:
    """The office acts for no organisation: to it the numbers stand alone."""
    address = reverse("events:dashboard_event_registrations", args=[organisation.slug, event.slug])
    return EventReport(event, list_url=address if tends(request, organisation) else "")

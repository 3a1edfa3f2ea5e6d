"""What everybody may read of events."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from common.caching import public_page, public_stamp
from common.calendars import CONTENT_TYPE
from common.limits import limited
from events.models import Event
from events.public import ics
from events.public.listing import EventList
from events.public.months import Month
from events.public.page import EventPage
from events.public.rss import EventFeed

FILTERS = ("q", "kind", "format", "audience", "direction", "region", "organiser", "technopark", "project")
OF_LIST = (*FILTERS, "when", "from", "until", "sort", "page")


@login_not_required
@public_page(*OF_LIST)
@limited("search", parameter="q")
def event_list(request: HttpRequest) -> HttpResponse:
    found = EventList(request.GET)
    fragment = "#results" if request.htmx else ""  # type: ignore[attr-defined]
    return render(request, f"events/event_list.html{fragment}", {"list": found, "page": found.page})


@login_not_required
@public_page(*FILTERS, "month")
@limited("search", parameter="q")
def event_calendar(request: HttpRequest) -> HttpResponse:
    fragment = "#results" if request.htmx else ""  # type: ignore[attr-defined]
    return render(request, f"events/event_calendar.html{fragment}", {"list": Month(request.GET)})


@login_not_required
@public_page(*OF_LIST)
@limited("search", parameter="q")
def event_feed_ics(request: HttpRequest) -> HttpResponse:
    return HttpResponse(ics.calendar_of(EventList(request.GET).selection), content_type=CONTENT_TYPE)


@login_not_required
@public_page(*OF_LIST)
@limited("search", parameter="q")
def event_feed_rss(request: HttpRequest) -> HttpResponse:
    return EventFeed()(request)


@login_not_required
@public_page()
def event_detail(request: HttpRequest, slug: str) -> HttpResponse:
    stamp = public_stamp()
    event = get_object_or_404(Event.objects.visible_to(request.user).select_related("technopark", "project"), slug=slug)
    page = EventPage(event, request.user, stamp=stamp)
    return render(request, "events/event_detail.html", {"event": event, "page": page})


@login_not_required
@public_page()
def event_ics(request: HttpRequest, slug: str) -> HttpResponse:
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=slug)
    disposition = {"Content-Disposition": f'attachment; filename="{event.slug}.ics"'}
    return HttpResponse(ics.calendar_of_one(event), content_type=CONTENT_TYPE, headers=disposition)

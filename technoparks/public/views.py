"""What everybody may read of technoparks and their labs."""

from collections.abc import Callable
from pathlib import PurePath
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import conditional_page, require_safe

from common.caching import public_page
from common.calendars import CONTENT_TYPE
from common.limits import limited
from common.private_files import private_file_response
from members.acting.own import LAST
from technoparks.booking.hours import Span
from technoparks.feeds import taken_in
from technoparks.models import EquipmentDocument, Lab, Programme
from technoparks.policies import organisations_that_book
from technoparks.public.lab_page import LabPage, with_instructions
from technoparks.public.listing import TechnoparkList
from technoparks.public.programmes import groups_of
from technoparks.public.week import Week


@login_not_required
@public_page("region", "direction", "status", "page")
def technopark_list(request: HttpRequest) -> HttpResponse:
    found = TechnoparkList(request.GET)
    fragment = "#results" if request.htmx else ""  # type: ignore[attr-defined]
    return render(request, f"technoparks/technopark_list.html{fragment}", {"list": found, "page": found.page})


# Bookings and enrolments make no public page old: what shows them is drawn for each reader.


@login_not_required
@never_cache
@require_safe
def lab_detail(request: HttpRequest, technopark: str, slug: str) -> HttpResponse:
    visible = Lab.objects.visible_to(request.user).with_takes_bookings()
    known = with_instructions(visible.select_related("technopark__host", "direction"))
    lab = get_object_or_404(known.prefetch_related("opening_hours"), technopark__slug=technopark, slug=slug)
    lab.is_bookable = lab.takes_bookings  # nobody books in a technopark that is planned, or closed
    zone = request.user.time_zone if request.user.is_authenticated else ""
    week = Week.of(lab, request.GET.get("week", ""), reader_zone=zone, address_of=_booking_at(request, lab))
    if request.htmx.target == "week":  # type: ignore[attr-defined]
        return render(request, "technoparks/lab_detail.html#week", {"week": week})
    return render(request, "technoparks/lab_detail.html", {"lab": lab, "page": LabPage(lab), "week": week})


@login_not_required
@require_safe
@limited("calendar")
@conditional_page
@cache_control(private=True, no_cache=True)
def lab_feed_ics(request: HttpRequest, technopark: str, slug: str) -> HttpResponse:
    visible = Lab.objects.visible_to(request.user).select_related("technopark")
    lab = get_object_or_404(visible, technopark__slug=technopark, slug=slug)
    return HttpResponse(taken_in(lab), content_type=CONTENT_TYPE)


@login_not_required
@require_safe
def equipment_document(request: HttpRequest, technopark: str, slug: str, pk: int) -> HttpResponseBase:
    visible = EquipmentDocument.objects.visible_to(request.user)
    document = get_object_or_404(visible, equipment__lab__technopark__slug=technopark, equipment__lab__slug=slug, pk=pk)
    name = f"{document.title}{PurePath(str(document.file.name)).suffix}"
    return private_file_response(document.file, name=name, content_type=document.content_type)


@login_not_required
@never_cache
@require_safe
def programme_detail(request: HttpRequest, technopark: str, slug: str) -> HttpResponse:
    visible = Programme.objects.visible_to(request.user).select_related("technopark__host", "direction")
    programme = get_object_or_404(visible, technopark__slug=technopark, slug=slug)
    context = {
        "programme": programme,
        "groups": groups_of(programme, request.user),
        "schools": organisations_that_book(request.user),
    }
    return render(request, "technoparks/programme_detail.html", context)


def _booking_at(request: HttpRequest, lab: Lab) -> Callable[[Span], str] | None:
    """Where an hour is booked: for the organisation that the reader acted for last, or the first that they may book
    for."""
    slugs = [*organisations_that_book(request.user).values_list("slug", flat=True)]
    if not slugs:
        return None
    last = request.session.get(LAST)
    form = reverse("technoparks:dashboard_lab_book", args=[last if last in slugs else slugs[0], lab.pk])
    return lambda span: f"{form}?{urlencode({'starts': span[0].isoformat()})}"

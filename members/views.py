"""The public directory and the way into the association."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from common.caching import public_page
from common.exports import csv_response
from common.limits import limited
from members.directory import Directory
from members.models import Kind

PER_PAGE = 20


@login_not_required
@public_page()
def organisation_list(request: HttpRequest) -> HttpResponse:
    directory = Directory(request.GET, reader=request.user)
    page = Paginator(directory.organisations, PER_PAGE).get_page(request.GET.get("page"))
    fragment = "#results" if request.htmx else ""  # type: ignore[attr-defined]
    return render(request, f"members/organisation_list.html{fragment}", {"directory": directory, "page": page})


@login_not_required
@limited("export")
def organisation_export(request: HttpRequest) -> StreamingHttpResponse:
    directory = Directory(request.GET, reader=request.user)
    header = [
        _("Name"),
        _("Kind"),
        _("Region"),
        _("City"),
        _("Role in the association"),
        _("Website"),
        _("Address"),
    ]
    rows = (
        [
            organisation.full_title,
            organisation.get_kind_display(),
            organisation.region.title if organisation.region else "",
            organisation.place,
            organisation.tier_title,
            organisation.website,
            request.build_absolute_uri(organisation.get_absolute_url()),
        ]
        for organisation in directory.organisations.iterator(chunk_size=500)
    )
    return csv_response("organisations", header, rows)


@login_not_required
@public_page()
def join(request: HttpRequest) -> HttpResponse:
    return render(request, "members/join.html", {"kinds": Kind})

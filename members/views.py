"""The public directory, and the logo that an organisation proposes for its page there."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common.caching import public_page
from common.exports import csv_response
from common.limits import limited
from common.private_files import private_file_response
from members.directory import Directory
from members.models import ProfileChange


@login_not_required
@public_page("q", "kind", "role", "region", "direction", "sort", "page")
@limited("search", parameter="q")
def organisation_list(request: HttpRequest) -> HttpResponse:
    directory = Directory(request.GET, reader=request.user)
    fragment = "#results" if request.htmx else ""  # type: ignore[attr-defined]
    return render(
        request, f"members/organisation_list.html{fragment}", {"directory": directory, "page": directory.page}
    )


@login_not_required
@require_safe
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
            row.full_title,
            row.kind_label,
            row.region,
            row.city,
            row.role,
            row.website,
            request.build_absolute_uri(row.url),
        ]
        for row in directory.all_rows
    )
    return csv_response("organisations", header, rows)


@require_safe
def profile_change_logo(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The logo that an organisation proposes; those who see the change see it."""
    visible = ProfileChange.objects.visible_to(request.user).exclude(new_logo="")
    change = get_object_or_404(visible, pk=pk)
    return private_file_response(change.new_logo, name="logo.webp", content_type="image/webp")

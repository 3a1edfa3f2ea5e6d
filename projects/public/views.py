"""What everybody may read of projects."""

from pathlib import PurePath

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from common.caching import public_page
from common.limits import limited
from common.private_files import private_file_response
from projects.models import ProjectResult
from projects.public.listing import ProjectList
from projects.public.rss import ProjectFeed

FILTERS = ("q", "state", "kind", "audience", "direction", "region", "organisation")


@login_not_required
@public_page(*FILTERS, "page")
@limited("search", parameter="q")
def project_list(request: HttpRequest) -> HttpResponse:
    found = ProjectList(request.GET)
    fragment = "#results" if request.htmx else ""  # type: ignore[attr-defined]
    return render(request, f"projects/project_list.html{fragment}", {"list": found, "page": found.page})


@login_not_required
@public_page(*FILTERS)
@limited("search", parameter="q")
def project_feed_rss(request: HttpRequest) -> HttpResponse:
    return ProjectFeed()(request)


@login_not_required
@require_safe
def project_result(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The file of a result; one at an address elsewhere has none here."""
    kept = ProjectResult.objects.visible_to(request.user).exclude(file="")
    result = get_object_or_404(kept, project__slug=slug, pk=pk)
    name = f"{result.title}{PurePath(str(result.file.name)).suffix}"
    return private_file_response(result.file, name=name, content_type=result.content_type)

"""What everybody may read of projects."""

from pathlib import PurePath

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from common.caching import public_page
from common.exports import csv_response
from common.limits import limited
from common.private_files import private_file_response
from projects.models import Project, ProjectResult
from projects.public.listing import ProjectList
from projects.public.roadmap import Roadmap
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


@login_not_required
@public_page()
def project_roadmap(request: HttpRequest, slug: str) -> HttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user), slug=slug)
    return render(request, "projects/project_roadmap.html", {"project": project, "roadmap": Roadmap.of(project)})


@login_not_required
@require_safe
def project_roadmap_csv(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    project = get_object_or_404(Project.objects.visible_to(request.user), slug=slug)
    header = [
        _("Kind"),
        pgettext("of a roadmap", "Name"),
        _("Who answers for it"),
        _("Planned to begin"),
        _("Planned to be done by"),
        _("Begins"),
        pgettext("of a roadmap", "To be done by"),
        _("Has begun"),
        _("Was done"),
        _("How it stands"),
    ]
    rows = (
        [
            item.get_kind_display(),
            item.title,
            item.owner.title,
            item.planned.first,
            item.planned.last,
            item.starts_on or item.due_on,
            item.due_on,
            item.begun_on or "",
            item.done_on or "",
            item.how,
        ]
        for item in Roadmap.of(project).items
    )
    return csv_response(f"roadmap-{project.slug}", header, rows)

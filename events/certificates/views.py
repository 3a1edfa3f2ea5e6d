"""Certificates of participants: issued and revoked by those who tend the event, downloaded by whom they are for."""

import tempfile
import zipfile
from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from common.one_line import one_line
from common.private_files import private_file_response, safe_name
from common.private_pages import private_page
from events.access import note_names, organiser_for
from events.certificates.services import (
    can_be_issued,
    deserving,
    file_of,
    issue_certificates,
    ready_of,
    revoke_certificate,
)
from events.models import Event, ParticipantCertificate, Registration
from events.policies import can_tend_attendees, organisations_with_groups_of
from events.registering.views import registration_to_act
from members.models import User

ON_A_PAGE = 50


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def event_certificates(request: HttpRequest, slug: str) -> HttpResponse:
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=slug)
    if not can_tend_attendees(request.user, event):
        raise Http404
    issued = ParticipantCertificate.objects.filter(ticket__registration__event=event)
    if request.method == "POST":
        _act(request, event, issued)
        return redirect("events:event_certificates", slug=slug)
    note_names(request)
    context = {
        "organisation": organiser_for(request.user, event),
        "event": event,
        "page": Paginator(issued.select_related("document"), ON_A_PAGE).get_page(request.GET.get("page")),
        "waiting": deserving(event).filter(certificate=None).count(),
        "can_be_issued": can_be_issued(event),
        "ready": ready_of(event.registrations.all()).count(),
    }
    return render(request, "events/event_certificates.html", context)


def _act(request: HttpRequest, event: Event, issued: QuerySet[ParticipantCertificate]) -> None:
    by = cast("User", request.user)
    if "revoke" in request.POST:
        revoked = revoke_certificate(get_object_or_404(issued, number=one_line(request.POST["revoke"])), by=by)
        messages.success(request, _("Certificate № %(number)s is revoked.") % {"number": revoked.number})
        return
    number = issue_certificates(event, by=by)
    text = ngettext("%(number)d certificate is issued.", "%(number)d certificates are issued.", number)
    messages.success(request, text % {"number": number})


@private_page
@require_safe
def event_certificates_zip(request: HttpRequest, slug: str) -> HttpResponseBase:
    """All of them for those who tend the event; for a school those of its groups."""
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=slug)
    registrations = event.registrations.all()
    if can_tend_attendees(request.user, event):
        note_names(request)
    else:
        own = organisations_with_groups_of(request.user)
        registrations = registrations.exclude(group="").filter(organisation__in=own)
    return _packed(registrations, name=event.slug)


@login_not_required
@private_page
@require_safe
def registration_certificates(request: HttpRequest, token: str) -> HttpResponseBase:
    """The one of a person; those of a group together."""
    found = registration_to_act(request, token)
    own = Registration.objects.filter(pk=found.pk)
    if found.is_group:
        return _packed(own, name=f"{found.event.slug} {found.group}")
    certificate = get_object_or_404(ready_of(own))
    name = f"{certificate.number} {certificate.name}.pdf"
    return private_file_response(file_of(certificate), name=name, content_type="application/pdf")


def _packed(registrations: QuerySet[Registration], *, name: str) -> HttpResponseBase:
    """Not compressed, as each of them is already."""
    ready = [*ready_of(registrations)]
    if not ready:
        raise Http404
    pack = tempfile.TemporaryFile()  # noqa: SIM115 - closed by the response
    with zipfile.ZipFile(pack, "w") as archive:
        for one in ready:
            with file_of(one).open("rb") as paper:
                archive.writestr(safe_name(f"{one.number} {one.name}.pdf"), paper.read())
    pack.seek(0)
    response = FileResponse(pack, as_attachment=True, filename=safe_name(f"{name}.zip"), content_type="application/zip")
    response.headers["Cache-Control"] = "private, no-store"
    return response

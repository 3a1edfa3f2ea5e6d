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

from common.errors import RuleViolated
from common.private_files import private_file_response, safe_name
from common.private_pages import private_page
from events.access import note_names, organiser_for
from events.certificates.forms import AnewForm, RevocationForm
from events.certificates.services import (
    can_be_issued,
    deserving,
    file_of,
    issue_anew,
    issue_certificates,
    ready_of,
    revoke_certificate,
)
from events.models import Event, ParticipantCertificate, Registration
from events.models.certificate import ParticipantCertificateQuerySet
from events.policies import can_tend_attendees, organisations_with_groups_of
from events.registering.views import registration_to_act
from members.models import User

ON_A_PAGE = 50


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def event_certificates(request: HttpRequest, slug: str) -> HttpResponse:
    event = _tended(request, slug)
    if request.method == "POST":
        number = issue_certificates(event, by=cast("User", request.user))
        text = ngettext("%(number)d certificate is issued.", "%(number)d certificates are issued.", number)
        messages.success(request, text % {"number": number})
        return redirect("events:event_certificates", slug=slug)
    note_names(request)
    issued = _issued(event)
    context = {
        "organisation": organiser_for(request.user, event),
        "event": event,
        "page": Paginator(issued.select_related("document"), ON_A_PAGE).get_page(request.GET.get("page")),
        "missed": {*issued.missed().values_list("pk", flat=True)},
        "waiting": deserving(event).filter(certificates=None).count(),
        "can_be_issued": can_be_issued(event),
        "ready": ready_of(event.registrations.all()).count(),
    }
    return render(request, "events/event_certificates.html", context)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def event_certificate(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """While it is valid it is revoked here; afterwards another one is issued, with what was wrong put right."""
    event = _tended(request, slug)
    issued = _issued(event)
    certificate = get_object_or_404(issued.select_related("document"), pk=pk)
    by = cast("User", request.user)
    revocation = RevocationForm(request.POST if "revoke" in request.POST else None)
    said = {"name": certificate.name, "role": certificate.role}
    anew = AnewForm(request.POST if "anew" in request.POST else None, initial=said)
    if revocation.is_valid():
        revoke_certificate(certificate, by=by, **revocation.cleaned_data)
        messages.success(request, _("Certificate № %(number)s is revoked.") % {"number": certificate.number})
        return redirect("events:event_certificate", slug=slug, pk=pk)
    if anew.is_valid():
        try:
            made = issue_anew(certificate, by=by, **anew.cleaned_data)
        except RuleViolated as error:
            anew.add_error(None, error.message)
        else:
            messages.success(request, _("Certificate № %(number)s is issued.") % {"number": made.number})
            return redirect("events:event_certificates", slug=slug)
    note_names(request)
    context = {
        "organisation": organiser_for(request.user, event),
        "event": event,
        "certificate": certificate,
        "revocation": revocation,
        "anew": anew,
        "is_missed": issued.missed().filter(pk=pk).exists(),
    }
    return render(request, "events/event_certificate.html", context)


def _tended(request: HttpRequest, slug: str) -> Event:
    event: Event = get_object_or_404(Event.objects.visible_to(request.user), slug=slug)
    if not can_tend_attendees(request.user, event):
        raise Http404
    return event


def _issued(event: Event) -> ParticipantCertificateQuerySet:
    return ParticipantCertificate.objects.filter(ticket__registration__event=event)


@private_page
@require_safe
def event_certificates_zip(request: HttpRequest, slug: str) -> HttpResponseBase:
    """All of them for those who tend the event; for a school, which may be named by ``of``, those of its groups."""
    event = get_object_or_404(Event.objects.visible_to(request.user), slug=slug)
    registrations, of = event.registrations.all(), request.GET.get("of", "")
    if can_tend_attendees(request.user, event) and not of:
        note_names(request)
    else:
        own = organisations_with_groups_of(request.user)
        own = own.filter(slug=of) if of else own
        registrations = registrations.exclude(group="").filter(organisation__in=own)
    return _packed(registrations, name=" ".join(filter(None, (event.slug, of))))


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

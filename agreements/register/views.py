"""The public register of agreements, and the published heads of their history."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from agreements.models import Agreement, ChainHead
from agreements.register.listing import Register
from agreements.register.page import page_of
from agreements.register.rss import RegisterFeed
from common.caching import public_page
from common.exports import csv_response
from common.limits import limited

OF_LIST = ("q", "kind", "state", "region", "year", "organisation", "sort", "page")
DAYS_SHOWN = 90  # heads on the page; the file has all


@login_not_required
@public_page(*OF_LIST)
@limited("search", parameter="q")
def agreement_list(request: HttpRequest) -> HttpResponse:
    register = Register(request.GET)
    fragment = "#results" if request.htmx else ""  # type: ignore[attr-defined]
    return render(request, f"agreements/agreement_list.html{fragment}", {"list": register, "page": register.page})


@login_not_required
@public_page()
def agreement_detail(request: HttpRequest, reference: str) -> HttpResponseBase:
    """By its number; the address of a planned one leads on once it has a number."""
    shown = Agreement.objects.shown().select_related("parent")
    key = reference.removeprefix("planned-")
    if key == reference:
        return render(request, "agreements/agreement_detail.html", page_of(get_object_or_404(shown, number=reference)))
    agreement = get_object_or_404(shown, pk=key)
    if agreement.number:
        return redirect(agreement)
    return render(request, "agreements/agreement_detail.html", page_of(agreement))


@login_not_required
@public_page(*OF_LIST)
@limited("search", parameter="q")
def agreement_feed(request: HttpRequest) -> HttpResponse:
    return RegisterFeed()(request)


@login_not_required
@require_safe
@limited("export")
def agreement_export(request: HttpRequest) -> StreamingHttpResponse:
    header = [
        _("Number"),
        _("Date"),
        _("Planned for"),
        _("Kind"),
        pgettext("of an agreement", "Subject"),
        _("Parties"),
        _("State"),
        _("In force until"),
        _("Obligations fulfilled"),
        _("Obligations"),
        _("Address"),
    ]
    rows = (
        [
            row.number,
            row.concluded_on or "",
            (row.is_planned and row.planned_on) or "",
            row.kind,
            row.title,
            "; ".join(party.title for party in row.parties),
            row.label,
            row.ended_on or row.ends_on or "",
            row.progress.fulfilled if row.progress else "",
            row.progress.number if row.progress else "",
            request.build_absolute_uri(row.url),
        ]
        for row in Register(request.GET).all_rows
    )
    return csv_response("agreements", header, rows)


@login_not_required
@public_page()
def agreement_heads(request: HttpRequest) -> HttpResponse:
    """What the history ended with, day by day: whoever keeps one can show what has been changed since."""
    return render(request, "agreements/agreement_heads.html", {"heads": ChainHead.objects.all()[:DAYS_SHOWN]})


@login_not_required
@public_page()
def agreement_heads_export(request: HttpRequest) -> JsonResponse:
    heads = ChainHead.objects.values("day", "sequence", "sha256")
    return JsonResponse({"algorithm": "SHA-256", "heads": [*heads]})

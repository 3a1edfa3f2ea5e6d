"""Agreements of an organisation in its dashboard."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from agreements.access import own_agreement, sections_of
from agreements.terms import Terms, numbered
from common.private_pages import private_page


@private_page
@require_safe
def dashboard_agreement(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation, agreement = own_agreement(request, slug, pk)
    context = {
        "organisation": organisation,
        "agreement": agreement,
        "sections": sections_of(agreement, organisation),
        "parties": agreement.parties.select_related("organisation"),
        "clauses": numbered(Terms.of(agreement.terms).clauses),
    }
    return render(request, "agreements/dashboard_agreement.html", context)

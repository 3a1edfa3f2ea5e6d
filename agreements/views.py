"""Agreements of an organisation in its dashboard."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from agreements.models import Agreement
from agreements.terms import Terms, numbered
from common.private_pages import private_page
from members.acting.own import own_organisation


@private_page
@require_safe
def dashboard_agreement(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    organisation = own_organisation(request, slug)
    agreement = get_object_or_404(Agreement.objects.of(organisation), pk=pk)
    context = {
        "organisation": organisation,
        "agreement": agreement,
        "clauses": numbered(Terms.of(agreement.terms).clauses),
    }
    return render(request, "agreements/dashboard_agreement.html", context)

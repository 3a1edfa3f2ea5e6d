"""All agreements of an organisation in its dashboard, what waits for it in them, and their days."""

from typing import cast

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from agreements.desk.dates import MONTHS, asked_month, dates_of, months_later
from agreements.desk.listing import Asked, page_of_agreements
from agreements.desk.waiting import waiting_for
from agreements.models import AgreementKind, AgreementState
from agreements.policies import can_draw_up_agreement
from common.private_pages import private_page
from members.acting.own import own_organisation
from members.models import User


@private_page
@require_safe
def dashboard_agreements(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    asked = Asked.of(request.GET)
    groups = {
        "open": pgettext("agreements", "not concluded yet"),
        "in_force": pgettext("agreements", "concluded and in force"),
        "over": pgettext("agreements", "over"),
    }
    context = {
        "organisation": organisation,
        "waiting": waiting_for(organisation, cast("User", request.user)),
        "asked": asked,
        "page": page_of_agreements(organisation, asked, request.GET.get("page")),
        "kinds": AgreementKind.choices,
        "groups": groups.items(),
        "states": AgreementState.choices,
        "may_draw_up": can_draw_up_agreement(request.user, organisation),
    }
    return render(request, "agreements/dashboard_agreements.html", context)


@private_page
@require_safe
def dashboard_agreements_dates(request: HttpRequest, slug: str) -> HttpResponse:
    organisation = own_organisation(request, slug)
    first = asked_month(request.GET.get("from", ""))
    context = {
        "organisation": organisation,
        "months": dates_of(organisation, first),
        "first": first,
        "last": months_later(first, MONTHS - 1),
        "earlier": months_later(first, -MONTHS),
        "later": months_later(first, MONTHS),
    }
    return render(request, "agreements/dashboard_agreements_dates.html", context)

"""The calendar of an organisation, at an address that is the reader's own."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.private_pages import private_page
from events.feeds.addresses import Reader, address_of, renew_address
from events.feeds.contents import hosted_labs
from members.acting.own import own_organisation
from members.models import User


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def dashboard_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    reader = Reader(cast("User", request.user), own_organisation(request, slug))
    if request.method == "POST":
        renew_address(reader)
        messages.success(request, _("The calendar has a new address. The former one leads nowhere any more."))
        return redirect("pages:dashboard_calendar", slug)
    address = address_of(reader)
    context = {
        "organisation": reader.organisation,
        "address": address,
        "labs": [(lab, address.of_lab(lab)) for lab in hosted_labs(reader.organisation)],
    }
    return render(request, "pages/dashboard_calendar.html", context)

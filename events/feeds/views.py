"""The calendar of a person: the page with its address, and what stands there."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import conditional_page, require_http_methods, require_safe

from common.calendars import CONTENT_TYPE
from common.limits import limited
from common.posted import posted_key
from common.private_pages import private_page
from events.feeds.addresses import Reader, address_of, reader_of, renew_address
from events.feeds.contents import own_calendar
from members.models import User


@login_not_required
@require_safe
@limited("calendar")
@conditional_page
@cache_control(private=True, no_cache=True)
def own_feed(request: HttpRequest, token: str) -> HttpResponse:
    """For programs, which come every hour: 304 where nothing has changed, and nothing to keep for anybody between.
    With ``?lab=`` the bookings of one of the host's labs."""
    reader = reader_of(token)
    if reader is None:
        raise Http404
    lab = request.GET.get("lab")
    key = posted_key(lab)
    if lab is not None and key is None:
        raise Http404
    headers = {"X-Robots-Tag": "noindex, nofollow"}
    return HttpResponse(own_calendar(reader, lab=key), content_type=CONTENT_TYPE, headers=headers)


@private_page
@require_http_methods(["GET", "HEAD", "POST"])
def account_calendar(request: HttpRequest) -> HttpResponse:
    reader = Reader(cast("User", request.user), None)
    if request.method == "POST":
        renew_address(reader)
        messages.success(request, _("The calendar has a new address. The former one leads nowhere any more."))
        return redirect("events:account_calendar")
    return render(request, "events/account_calendar.html", {"address": address_of(reader)})

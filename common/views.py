"""Addresses without a domain: health and the reader's own settings."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common import health
from common.addresses import ENGLISH_PREFIX
from common.cookies import remember
from common.forms import LanguageForm, ViewSettingsForm
from common.limits import limited
from common.mail.subscriptions import subscription_of
from common.view_settings import ViewSettings


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    report = health.report()
    return JsonResponse(report, status=200 if all(report.values()) else 503)


# The two settings below change nothing but the look of the reader's own pages, and the shared public pages that
# hold their forms carry no CSRF token.


@csrf_exempt
@login_not_required
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    form = LanguageForm(request.POST)
    response = HttpResponseRedirect(_way_back(request))
    if form.is_valid():
        remember(response, settings.LANGUAGE_COOKIE_NAME, form.cleaned_data["language"])
    return response


@csrf_exempt
@login_not_required
@require_POST
def set_view(request: HttpRequest) -> HttpResponse:
    form = ViewSettingsForm(request.POST)
    response = HttpResponseRedirect(_way_back(request, keep_prefix=True))
    if form.is_valid():
        remember(response, ViewSettings.COOKIE_NAME, form.view_settings.cookie_value)
    return response


# No CSRF token here either: what may be done is proved by the address, and those who press the button of a mail program
# for its reader have no cookies (RFC 8058). As they press it for many readers, the limit of one address is a wide one.


@csrf_exempt
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("unsubscribe")
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Asks on GET, as mail scanners follow every link. A POST changes it, and is answered without a redirect."""
    subscription = subscription_of(token)
    if subscription is None:
        return render(request, "common/unsubscribe_invalid.html", status=404)
    if request.method == "POST":
        subscription.turn(on="undo" in request.POST)
    return render(request, "common/unsubscribe.html", {"subscription": subscription})


def _way_back(request: HttpRequest, *, keep_prefix: bool = False) -> str:
    """The page the form stood on, if it is one of ours; its ``/en`` prefix would overrule a chosen language."""
    address = request.POST.get("next", "")
    if not keep_prefix and (address == ENGLISH_PREFIX or address.startswith(f"{ENGLISH_PREFIX}/")):
        address = address.removeprefix(ENGLISH_PREFIX) or "/"
    ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if ours else "/"

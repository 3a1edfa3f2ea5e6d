"""Addresses without a domain: health and the reader's own settings."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from common import health
from common.cookies import remember
from common.forms import LanguageForm, ViewSettingsForm
from common.middleware import ENGLISH_PREFIX
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


def _way_back(request: HttpRequest, *, keep_prefix: bool = False) -> str:
    """The page the form stood on, if it is one of ours; its ``/en`` prefix would overrule a chosen language."""
    address = request.POST.get("next", "")
    if not keep_prefix and (address == ENGLISH_PREFIX or address.startswith(f"{ENGLISH_PREFIX}/")):
        address = address.removeprefix(ENGLISH_PREFIX) or "/"
    ours = address.startswith("/") and url_has_allowed_host_and_scheme(address, allowed_hosts=None)
    return address if ours else "/"

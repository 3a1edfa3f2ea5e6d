"""Error pages: they say what happened and what to do, in the reader's language."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from common.limits import TooManyRequests

UNAVAILABLE_FOR = 5  # s, in which a restarted database answers again


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/403.html", {"reason": str(exception or "")}, status=403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Called by Django while it handles the exception. Drawn without the database, which may be what failed."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return _unavailable(request)
    return render(request, "errors/500.html", {"user": None}, status=500)


def _unavailable(request: HttpRequest) -> HttpResponse:
    """The database is away, or too busy: come back soon."""
    response: HttpResponse
    if request.path_info.startswith("/api/"):
        detail = _("The portal cannot reach its data at the moment. Try again in a few seconds.")
        response = JsonResponse({"code": "unavailable", "detail": detail}, status=503)
    else:
        response = render(request, "errors/503.html", {"user": None}, status=503)
    response["Retry-After"] = str(UNAVAILABLE_FOR)
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "errors/csrf.html", status=403)


def rule_violated(request: HttpRequest, error: RuleViolated) -> HttpResponse:
    return render(request, "errors/409.html", {"message": error.message}, status=409)


def too_many_requests(request: HttpRequest, error: TooManyRequests) -> HttpResponse:
    response = render(request, "errors/429.html", {"message": error.message}, status=429)
    response["Retry-After"] = str(error.wait)
    return response


def rate_limited(request: HttpRequest) -> HttpResponse:
    """Called by allauth, whose limits of a page are all per minute."""
    return too_many_requests(request, TooManyRequests(wait=60))

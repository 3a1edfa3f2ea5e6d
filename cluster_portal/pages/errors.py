"""Error pages: they say what happened and what to do, in the reader's language."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from common.errors import RuleViolated
from common.limits import TooManyRequests


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/403.html", {"reason": str(exception or "")}, status=403)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Drawn without the database, which may be what failed."""
    return render(request, "errors/500.html", {"user": None}, status=500)


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

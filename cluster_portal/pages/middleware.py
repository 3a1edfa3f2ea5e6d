"""Domain errors as pages."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from cluster_portal.pages import errors
from common.errors import RuleViolated
from common.limits import TooManyRequests


class RuleViolatedMiddleware:
    """Answer a broken rule with 409 and its message, wherever it was raised; the API does so by itself."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, TooManyRequests):
            return errors.too_many_requests(request, exception)
        if isinstance(exception, RuleViolated):
            return errors.rule_violated(request, exception)
        return None

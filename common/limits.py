"""How often one address may ask for what is costly to make."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.throttling import SimpleRateThrottle

from common.errors import RuleViolated


class TooManyRequests(RuleViolated):
    code = "too_many_requests"

    def __init__(self, wait: int) -> None:
        super().__init__(_("Too many requests at once. Try again in %(wait)d s.") % {"wait": wait})
        self.wait = wait


class _Throttle(SimpleRateThrottle):
    """The limiter of the API, so that pages and API count alike and trust the same proxies."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__()

    def get_cache_key(self, request: HttpRequest, view: object) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}  # type: ignore[arg-type]


def limited(scope: str) -> Callable:
    """Let one network address through at the rate of ``scope`` (see DEFAULT_THROTTLE_RATES).

    Raises TooManyRequests, which is answered with 429 and Retry-After.
    """

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            throttle = _Throttle(scope)
            if not throttle.allow_request(request, view):  # type: ignore[arg-type]
                raise TooManyRequests(wait=max(1, round(throttle.wait() or 1)))
            return view(request, *args, **kwargs)

        return wrapped

    return decorate

"""How often one address may ask for what is costly to make."""

import math
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _
from rest_framework.throttling import AnonRateThrottle

from common.counters import take
from common.errors import RuleViolated


class TooManyRequests(RuleViolated):
    code = "too_many_requests"

    def __init__(self, wait: int) -> None:
        super().__init__(_("Too many requests at once. Try again in %(wait)d s.") % {"wait": wait})
        self.wait = wait


class Throttle(AnonRateThrottle):
    """Of DRF the rates, the address of the reader and the proxies to trust; the counting is ours, as theirs lets a
    burst through."""

    num_requests: int
    duration: int  # s
    waiting = 0.0  # s

    def allow_request(self, request: Any, view: Any) -> bool:
        key = self.get_cache_key(request, view)
        if key and self.rate:
            self.waiting = take(key, limit=self.num_requests, seconds=self.duration)
        return not self.waiting

    def wait(self) -> float:
        return self.waiting


class ScopeThrottle(Throttle):
    """For pages, and for what is costly in the API: it counts everybody, logged in or not."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        super().__init__()

    def get_cache_key(self, request: HttpRequest, view: object) -> str:
        return self.cache_format % {"scope": self.scope, "ident": self.get_ident(request)}  # type: ignore[arg-type]


def limited(scope: str, *, parameter: str = "", method: str = "") -> Callable:
    """Let one network address through at the rate of ``scope`` (see DEFAULT_THROTTLE_RATES); with ``parameter`` only
    those of its requests count that ask for it in the query, with ``method`` only those by it.

    Raises TooManyRequests, which is answered with 429 and Retry-After.
    """

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @wraps(view)
        def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if method in ("", request.method) and (not parameter or request.GET.get(parameter)):
                throttle = ScopeThrottle(scope)
                if not throttle.allow_request(request, view):
                    raise TooManyRequests(wait=math.ceil(throttle.wait()))
            return view(request, *args, **kwargs)

        return wrapped

    return decorate

"""Public data and what is kept of it: one stamp tells whether it has changed since.

A change of public data sets a new stamp after its commit, and with that everything kept under the old one is old.
"""

import time
import uuid
from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

Value = TypeVar("Value")

STAMP_KEY = "pages:stamp"
STAMP_KNOWN_FOR = 0.1  # s; under load a page would ask the cache for it a thousand times a second
KEPT_FOR = 60 * 60  # s, how long an old page is at hand while a new one is made

_known = "", 0.0  # the stamp, and until when it is taken for the present one


def public_page(*parameters: str, seconds: int = 300) -> Callable:
    """Mark a view that is only read and whose page is the same for everybody without a session: it may be shared.

    The page may differ by address, language, settings of the view, htmx and those ``parameters`` of the query; with
    any other parameter it is made, but not stored. A view that reads anything else of the request (session,
    messages, network address, a CSRF token) must not carry this mark.
    """
    known = frozenset(parameters)

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @require_safe
        @wraps(view)
        def marked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            request.page_shared_for, request.page_parameters = seconds, known  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        return marked

    return decorate


def invalidate_public_pages() -> None:
    """After the commit of the running transaction, make every stored page old."""
    transaction.on_commit(_set_new_stamp)


def _set_new_stamp() -> None:
    cache.set(STAMP_KEY, uuid.uuid4().hex, timeout=None)
    forget_stamp()


def public_stamp() -> str:
    """The stamp of the public data, as it was a moment ago (STAMP_KNOWN_FOR); a minute's own if the cache is down."""
    global _known
    stamp, until = _known
    if time.monotonic() > until:
        stamp = _read_stamp()
        _known = stamp, time.monotonic() + STAMP_KNOWN_FOR
    return stamp


def forget_stamp() -> None:
    """Ask anew: this process at least sees its own changes at once."""
    global _known
    _known = "", 0.0


def _read_stamp() -> str:
    stamp = cache.get(STAMP_KEY)
    if stamp is None:
        cache.add(STAMP_KEY, uuid.uuid4().hex, timeout=None)
        stamp = cache.get(STAMP_KEY, f"minute {int(time.time() / 60)}")
    return stamp


def kept_until_change(key: str, make: Callable[[], Value]) -> Value:
    """What ``make`` returned under this stamp; made anew once anything public has changed."""
    stamp = public_stamp()
    kept_stamp, value = cache.get(key, (None, None))
    if kept_stamp != stamp:
        value = make()
        cache.set(key, (stamp, value), timeout=KEPT_FOR)
    return value

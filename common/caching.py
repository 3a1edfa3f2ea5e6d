"""The shared cache of public pages.

A page is stored with the stamp that was current when its making began. A change of public data sets a new
stamp, which makes every stored page old at once. Of the requests that meet an old page one rebuilds it; the
others are served the old one meanwhile.
"""

import gzip
import hashlib
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language

STAMP_KEY = "pages:stamp"
KEPT_FOR = 60 * 60  # s, how long an old page is at hand while a new one is made
REBUILD_FOR = 20  # s, after which a rebuild is taken for dead and another may begin
LONGEST_QUERY = 200  # characters, so that nobody fills the cache with addresses of their own making


def public_page(seconds: int = 300) -> Callable:
    """Mark a view whose page is the same for everybody without a session, so that it may be shared.

    The page may differ by address, language, settings of the view and htmx; a view that reads anything else
    of the request (session, messages, network address, a CSRF token) must not carry this mark.
    """

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def marked(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            request.page_shared_for = seconds  # type: ignore[attr-defined]
            return view(request, *args, **kwargs)

        return marked

    return decorate


def invalidate_public_pages() -> None:
    """After the commit of the running transaction, make every stored page old."""
    transaction.on_commit(lambda: cache.set(STAMP_KEY, uuid.uuid4().hex, timeout=None))


@dataclass(slots=True)
class StoredPage:
    stamp: str
    fresh_until: float  # s since the epoch
    etag: str
    content_type: str
    packed: bytes  # gzip


class PageCacheMiddleware:
    """Answer visitors without a session from the shared cache, before the session and the database are touched."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not _may_share(request):
            return self.get_response(request)
        key = _key(request)
        found = cache.get_many([STAMP_KEY, key])
        stamp, page = found.get(STAMP_KEY, ""), found.get(key)
        if page and (_is_fresh(page, stamp) or not cache.add(f"{key}:rebuild", 1, timeout=REBUILD_FOR)):
            return _answer(request, page)
        response = self.get_response(request)
        seconds = getattr(request, "page_shared_for", 0)
        if not (
            seconds and isinstance(response, HttpResponse) and response.status_code == 200 and not response.cookies
        ):
            return response
        page = StoredPage(
            stamp=stamp,
            fresh_until=time.time() + seconds,
            etag=f'"{hashlib.blake2b(response.content, digest_size=12).hexdigest()}"',
            content_type=response["Content-Type"],
            packed=gzip.compress(response.content, compresslevel=6, mtime=0),
        )
        cache.set(key, page, timeout=KEPT_FOR)
        cache.delete(f"{key}:rebuild")
        return _answer(request, page)


def _may_share(request: HttpRequest) -> bool:
    return (
        request.method in ("GET", "HEAD")
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and "Authorization" not in request.headers
        and len(request.META.get("QUERY_STRING", "")) <= LONGEST_QUERY
    )


def _key(request: HttpRequest) -> str:
    parts = (
        request.get_host(),
        request.get_full_path(),
        get_language() or "",
        request.view_settings.cookie_value,  # type: ignore[attr-defined]
        request.headers.get("HX-Request", ""),
    )
    return "page:" + hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def _is_fresh(page: StoredPage, stamp: str) -> bool:
    return page.stamp == stamp and page.fresh_until > time.time()


def _answer(request: HttpRequest, page: StoredPage) -> HttpResponse:
    if page.etag in request.headers.get("If-None-Match", ""):
        response = HttpResponse(status=304)
    elif "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(page.packed, content_type=page.content_type)
        response["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(gzip.decompress(page.packed), content_type=page.content_type)
    response["ETag"] = page.etag
    response["Cache-Control"] = "no-cache"  # keep it, but ask each time: the answer is 304 while nothing changed
    patch_vary_headers(response, ("Cookie", "Accept-Encoding", "HX-Request"))
    return response

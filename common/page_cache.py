"""The shared cache of public pages.

A page is stored whole, with its headers and with the stamp that was current when its making began. Of the requests
that meet an old page one makes it anew; the others are served the old one meanwhile.
"""

import gzip
import hashlib
import re
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Self

import brotli
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase, parse_cookie
from django.utils.cache import patch_vary_headers

from common.caching import KEPT_FOR, public_stamp
from common.view_settings import ViewSettings

REBUILD_FOR = 20  # s, after which a rebuild is taken for dead and another may begin
LONGEST_QUERY = 200  # characters
ASKED_KEPT_FOR = 10 * 60  # s, of pages with a query: there is no end of them

BROTLI_QUALITY = 10  # of 11: the last takes three times as long and saves nothing
LARGE, BROTLI_QUALITY_OF_LARGE = 100_000, 5  # bytes; half a second for a feed of a thousand events would be too long
MOST_AT_HAND = 200  # pages of about 10 KB in the memory of each process

PREFIX = "page 2:"  # with another number after each change of StoredPage: old code and new share the cache for a while
LOOKUP = "common.page_cache.lookup"  # where the outermost layer leaves what it found for the middleware

Environ = dict[str, Any]
Headers = list[tuple[str, str]]


@dataclass(slots=True)
class StoredPage:
    stamp: str
    fresh_until: float  # s since the epoch
    etag: str
    headers: Headers
    packed: dict[str, bytes]  # by encoding, the best first

    def is_fresh(self, stamp: str) -> bool:
        return self.stamp == stamp and self.fresh_until > time.time()

    def answer(self, environ: Environ) -> tuple[int, Headers, bytes]:
        """Status, headers and body for this reader: 304 to who has the page, packed for who can unpack it."""
        if self.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            return 304, self.headers, b""
        accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
        for encoding, body in self.packed.items():
            if re.search(rf"\b{encoding}\b", accepted):
                return 200, [*self.headers, ("Content-Encoding", encoding), ("Content-Length", str(len(body)))], body
        body = gzip.decompress(self.packed["gzip"])
        return 200, [*self.headers, ("Content-Length", str(len(body)))], body


@dataclass(slots=True)
class Lookup:
    """What the cache holds for a request. Without a ``key`` its answer may not be shared."""

    key: str
    stamp: str = ""
    page: StoredPage | None = None

    @classmethod
    def of(cls, environ: Environ) -> Self:
        if not (key := _key(environ)):
            return cls("")
        stamp, page = public_stamp(), _at_hand.get(key)
        if page is None or not page.is_fresh(stamp):
            page = cache.get(key)
            if page and page.is_fresh(stamp):
                _keep_at_hand(key, page)
        return cls(key, stamp, page)


_at_hand: dict[str, StoredPage] = {}  # fresh ones of this process, to save asking the cache for each of them


def _keep_at_hand(key: str, page: StoredPage) -> None:
    if len(_at_hand) >= MOST_AT_HAND:
        _at_hand.clear()
    _at_hand[key] = page


class EarlyAnswers:
    """The outermost layer of the server: a fresh stored page is answered before Django has made a request of it."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        lookup = environ[LOOKUP] = Lookup.of(environ)
        if lookup.page and lookup.page.is_fresh(lookup.stamp):
            status, headers, body = lookup.page.answer(environ)
            start_response("200 OK" if status == 200 else "304 Not Modified", headers)
            return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
        return self.application(environ, start_response)


class PageCacheMiddleware:
    """The outermost middleware: stores what views marked ``public_page`` have made, with all its headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        lookup: Lookup = request.META.get(LOOKUP) or Lookup.of(request.META)
        if not lookup.key:
            return self.get_response(request)
        stamp, page, claim = lookup.stamp, lookup.page, f"{lookup.key}:rebuild"
        if page and (page.is_fresh(stamp) or not cache.add(claim, 1, timeout=REBUILD_FOR)):
            return _as_response(page, request)
        response = self.get_response(request)
        if _may_be_shared(request, response):
            page = _stored(response, stamp, request.page_shared_for)  # type: ignore[attr-defined, arg-type]
            kept_for = ASKED_KEPT_FOR if request.META.get("QUERY_STRING") else KEPT_FOR
            cache.set(lookup.key, page, timeout=kept_for)
            cache.delete(claim)
            return _as_response(page, request)
        if page and response.status_code < 500:  # gone, moved or no longer public: the old page must not live on
            cache.delete_many([lookup.key, claim])
        return response


def _may_be_shared(request: HttpRequest, response: HttpResponseBase) -> bool:
    """Whether a marked view made a whole page, and from nothing in the query but what it says it reads."""
    return (
        hasattr(request, "page_shared_for")
        and request.page_parameters.issuperset(request.GET)  # type: ignore[attr-defined]
        and isinstance(response, HttpResponse)
        and response.status_code == 200
        and not response.cookies
    )


def _key(environ: Environ) -> str:
    """The name of the page that this request asks for; "" where its answer may not be shared."""
    query = environ.get("QUERY_STRING", "")
    if (
        environ["REQUEST_METHOD"] not in ("GET", "HEAD")
        or "HTTP_AUTHORIZATION" in environ
        or len(query) > LONGEST_QUERY
    ):
        return ""
    cookies = parse_cookie(environ.get("HTTP_COOKIE", ""))
    if settings.SESSION_COOKIE_NAME in cookies:
        return ""
    language = cookies.get(settings.LANGUAGE_COOKIE_NAME)
    parts = (
        environ["wsgi.url_scheme"],
        "https" if environ.get("HTTP_X_FORWARDED_PROTO") == "https" else "",
        environ.get("HTTP_HOST", ""),
        environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""),
        query,
        language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE,
        ViewSettings.from_cookie(cookies.get(ViewSettings.COOKIE_NAME, "")).cookie_value,
        "fragment" if environ.get("HTTP_HX_REQUEST") == "true" else "",
    )
    return PREFIX + hashlib.blake2b("\n".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _stored(response: HttpResponse, stamp: str, seconds: int) -> StoredPage:
    etag = f'"{hashlib.blake2b(response.content, digest_size=12).hexdigest()}"'
    del response["Content-Length"]
    response["ETag"] = etag
    response["Cache-Control"] = "no-cache"  # keep it, but ask each time: the answer is 304 while nothing changed
    patch_vary_headers(response, ("Cookie", "Accept-Encoding", "HX-Request"))
    packed = {
        "br": brotli.compress(
            response.content,
            quality=BROTLI_QUALITY if len(response.content) < LARGE else BROTLI_QUALITY_OF_LARGE,
        ),
        "gzip": gzip.compress(response.content, compresslevel=6, mtime=0),
    }
    return StoredPage(stamp, time.time() + seconds, etag, list(response.items()), packed)


def _as_response(page: StoredPage, request: HttpRequest) -> HttpResponse:
    status, headers, body = page.answer(request.META)
    return HttpResponse(body, status=status, headers=dict(headers))

"""The shared cache of public pages.

A page is stored whole, with its headers and with the stamp that was current when its making began. Of the requests
that meet an old page one makes it anew; the others are served the old one meanwhile.
"""

import gzip
import hashlib
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseBase, parse_cookie
from django.utils.cache import patch_vary_headers

from common.caching import KEPT_FOR, STAMP_KEY, public_stamp
from common.view_settings import ViewSettings

REBUILD_FOR = 20  # s, after which a rebuild is taken for dead and another may begin
LONGEST_QUERY = 200  # characters, so that nobody fills the cache with addresses of their own making

Environ = dict[str, Any]
Headers = list[tuple[str, str]]


@dataclass(slots=True)
class StoredPage:
    stamp: str
    fresh_until: float  # s since the epoch
    etag: str
    headers: Headers
    packed: bytes  # gzip

    def is_fresh(self, stamp: str) -> bool:
        return self.stamp == stamp and self.fresh_until > time.time()

    def answer(self, environ: Environ) -> tuple[int, Headers, bytes]:
        """Status, headers and body for this reader: 304 to who has the page, packed for who can unpack it."""
        if self.etag in environ.get("HTTP_IF_NONE_MATCH", ""):
            return 304, self.headers, b""
        if "gzip" in environ.get("HTTP_ACCEPT_ENCODING", ""):
            encoding, body = [("Content-Encoding", "gzip")], self.packed
        else:
            encoding, body = [], gzip.decompress(self.packed)
        return 200, [*self.headers, *encoding, ("Content-Length", str(len(body)))], body


class EarlyAnswers:
    """The outermost layer of the server: a fresh stored page is answered before Django has made a request of it."""

    def __init__(self, application: Callable[..., Iterable[bytes]]) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if key := _key(environ):
            found = cache.get_many([STAMP_KEY, key])
            page = found.get(key)
            if page and page.is_fresh(found.get(STAMP_KEY, "")):
                status, headers, body = page.answer(environ)
                start_response("200 OK" if status == 200 else "304 Not Modified", headers)
                return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]
        return self.application(environ, start_response)


class PageCacheMiddleware:
    """The outermost middleware: stores what views marked ``public_page`` have made, with all its headers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        key = _key(request.META)
        if not key:
            return self.get_response(request)
        found = cache.get_many([STAMP_KEY, key])
        stamp, page = found.get(STAMP_KEY) or public_stamp(), found.get(key)
        if page and (page.is_fresh(stamp) or not cache.add(f"{key}:rebuild", 1, timeout=REBUILD_FOR)):
            return _as_response(page, request)
        response = self.get_response(request)
        seconds = getattr(request, "page_shared_for", 0)
        if not (
            seconds and isinstance(response, HttpResponse) and response.status_code == 200 and not response.cookies
        ):
            return response
        page = _stored(response, stamp, seconds)
        cache.set(key, page, timeout=KEPT_FOR)
        cache.delete(f"{key}:rebuild")
        return _as_response(page, request)


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
        environ.get("HTTP_X_FORWARDED_PROTO", ""),
        environ.get("HTTP_HOST", ""),
        environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", ""),
        query,
        language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE,
        ViewSettings.from_cookie(cookies.get(ViewSettings.COOKIE_NAME, "")).cookie_value,
        environ.get("HTTP_HX_REQUEST", ""),
    )
    return "page:" + hashlib.blake2b("\n".join(parts).encode("utf-8", "replace"), digest_size=16).hexdigest()


def _stored(response: HttpResponse, stamp: str, seconds: int) -> StoredPage:
    etag = f'"{hashlib.blake2b(response.content, digest_size=12).hexdigest()}"'
    del response["Content-Length"]
    response["ETag"] = etag
    response["Cache-Control"] = "no-cache"  # keep it, but ask each time: the answer is 304 while nothing changed
    patch_vary_headers(response, ("Cookie", "Accept-Encoding", "HX-Request"))
    packed = gzip.compress(response.content, compresslevel=6, mtime=0)
    return StoredPage(stamp, time.time() + seconds, etag, list(response.items()), packed)


def _as_response(page: StoredPage, request: HttpRequest) -> HttpResponse:
    status, headers, body = page.answer(request.META)
    return HttpResponse(body, status=status, headers=dict(headers))

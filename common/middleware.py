"""What every request passes, whoever asks and whatever for."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponseBadRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import set_script_prefix
from django.utils import translation

from common.addresses import ENGLISH_PREFIX
from common.view_settings import ViewSettings

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# Nothing is ever asked for, but on the page that reads tickets at the door, where it is the camera.
PERMISSIONS_POLICY = ", ".join(
    f"{feature}=()" for feature in ("camera", "geolocation", "microphone", "payment", "usb", "browsing-topics")
)
WITH_CAMERA = PERMISSIONS_POLICY.replace("camera=()", "camera=(self)")


class NullCharacterMiddleware:
    """Refuse a null character in the query: no text of ours can hold one, and the database answers with an error."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseBadRequest("Null character", content_type="text/plain")
        return self.get_response(request)


class PermissionsPolicyMiddleware:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        return response


class LanguageMiddleware:
    """Choose the language: the ``/en`` prefix, else the cookie, else Russian.

    The prefix is treated as a mount point, so one set of addresses serves both languages and every link made
    on an English page stays under ``/en``. The browser's preference is not asked: the portal speaks Russian
    first, and a page that is the same for all may be shared.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.path_info == ENGLISH_PREFIX or request.path_info.startswith(f"{ENGLISH_PREFIX}/"):
            language, prefix = "en", f"{ENGLISH_PREFIX}/"
            request.path_info = request.path_info.removeprefix(ENGLISH_PREFIX) or "/"
        else:
            cookie = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME)
            language, prefix = cookie if cookie in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE, "/"
        request.LANGUAGE_CODE = language
        with _speaking(language, prefix):
            response = self.get_response(request)
        if isinstance(response, StreamingHttpResponse):
            parts = cast("Iterable[bytes]", response.streaming_content)  # asynchronous only under ASGI
            response.streaming_content = _streamed(parts, language, prefix)
        response.headers.setdefault("Content-Language", language)
        return response


@contextmanager
def _speaking(language: str, prefix: str) -> Iterator[None]:
    set_script_prefix(prefix)
    try:
        with translation.override(language):
            yield
    finally:
        set_script_prefix("/")


def _streamed(parts: Iterable[bytes], language: str, prefix: str) -> Iterator[bytes]:
    """A streamed answer is made when the middleware has long returned, and in the same language."""
    with _speaking(language, prefix):
        yield from parts


class ViewSettingsMiddleware:
    """Read the reader's settings (scheme, size, spacing, images) from their cookie."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.view_settings = ViewSettings.from_cookie(  # type: ignore[attr-defined]
            request.COOKIES.get(ViewSettings.COOKIE_NAME, "")
        )
        return self.get_response(request)

"""Stored pages answered by the server before Django makes a request of them."""

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any

import brotli
import pytest
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path
from pytest_django import DjangoCaptureOnCommitCallbacks

from common import page_cache
from common.caching import invalidate_public_pages, public_page
from common.page_cache import EarlyAnswers, Lookup


@login_not_required
@public_page("q", seconds=60)
def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("a page")


urlpatterns = [path("", page)]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


class Server:
    """Counts how many requests get through to Django."""

    def __init__(self) -> None:
        self.passed = 0
        self.django = get_wsgi_application()
        self.application = EarlyAnswers(self.behind)

    def behind(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        self.passed += 1
        return self.django(environ, start_response)

    def ask(self, **headers: str) -> tuple[str, dict[str, str], bytes]:
        environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": "/",
            "QUERY_STRING": "",
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "HTTP_HOST": "localhost",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
            **headers,
        }
        told: list[Any] = []
        body = b"".join(self.application(environ, lambda status, headers, *rest: told.extend((status, dict(headers)))))
        return told[0], told[1], body


@pytest.fixture
def server() -> Server:
    return Server()


def test_the_first_request_passes_and_the_next_are_answered_early(server: Server) -> None:
    answers = [server.ask() for _ in range(3)]
    assert server.passed == 1
    assert answers == [answers[0]] * 3
    assert (answers[0][0], answers[0][2]) == ("200 OK", b"a page")


def test_an_early_answer_is_packed_for_those_who_can_unpack_it(server: Server) -> None:
    server.ask()
    status, headers, body = server.ask(HTTP_ACCEPT_ENCODING="gzip, br")
    assert (status, headers["Content-Encoding"], brotli.decompress(body)) == ("200 OK", "br", b"a page")
    assert headers["Content-Length"] == str(len(body))
    assert server.passed == 1


def test_a_page_at_hand_is_answered_without_asking_the_cache(server: Server) -> None:
    server.ask()
    server.ask()
    cache.clear()
    assert server.ask()[0] == "200 OK"
    assert server.passed == 1


def test_no_more_pages_are_at_hand_than_the_memory_is_meant_to_hold(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_cache, "MOST_AT_HAND", 3)
    for number in range(5):
        server.ask(QUERY_STRING=f"q={number}")
        server.ask(QUERY_STRING=f"q={number}")
        assert len(page_cache._at_hand) <= 3


def test_who_has_the_page_is_told_so_early(server: Server) -> None:
    _status, headers, _body = server.ask()
    status, _headers, body = server.ask(HTTP_IF_NONE_MATCH=headers["ETag"])
    assert (status, body, server.passed) == ("304 Not Modified", b"", 1)


def test_head_has_the_headers_of_get_and_no_body(server: Server) -> None:
    _status, headers, _body = server.ask()
    assert server.ask(REQUEST_METHOD="HEAD") == ("200 OK", headers, b"")
    assert server.passed == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_COOKIE": "sessionid=somebody"},
        {"HTTP_AUTHORIZATION": "Token x"},
        {"HTTP_HX_REQUEST": "true"},
        {"HTTP_COOKIE": "language=en"},
        {"HTTP_X_FORWARDED_PROTO": "https"},
        {"HTTP_HOST": "127.0.0.1"},
        {"PATH_INFO": "/en/"},
        {"QUERY_STRING": "q=1"},
    ],
    ids=lambda headers: next(iter(headers.items())),
)
@pytest.mark.django_db
def test_another_reader_or_page_is_not_answered_early(server: Server, headers: dict[str, str]) -> None:
    server.ask()
    server.ask(**headers)
    assert server.passed == 2


@pytest.mark.django_db
def test_a_change_ends_early_answers(
    server: Server, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    server.ask()
    with django_capture_on_commit_callbacks(execute=True):
        invalidate_public_pages()
    server.ask()
    assert server.passed == 2


def test_the_cache_is_asked_once_for_a_page_that_must_be_made(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    look_up = Lookup.of

    def count(environ: dict[str, Any]) -> Lookup:
        asked.append(environ["PATH_INFO"])
        return look_up(environ)

    monkeypatch.setattr(Lookup, "of", count)
    server.ask()
    assert (asked, server.passed) == (["/"], 1)

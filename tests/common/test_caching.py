"""The shared cache of public pages, asked through the whole stack of middleware."""

import gzip
from collections.abc import Callable, Iterator
from threading import Event, Thread
from typing import Any

import brotli
import pytest
import time_machine
from django.conf import settings as django_settings
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.test import Client
from django.urls import path, reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from cluster_portal.settings.base import redis_caches
from common.caching import KEPT_FOR, invalidate_public_pages, public_page
from common.page_cache import ASKED_KEPT_FOR, LONGEST_QUERY, PREFIX, REBUILD_FOR
from tests.factories.members import RegionFactory


class Press:
    """Makes numbered pages, so that a stored one is told from a new one, and may be held while making one."""

    def __init__(self) -> None:
        self.made = 0
        self.begun = Event()
        self.may_finish = Event()
        self.may_finish.set()
        self.fails = False
        self.status = 200

    def make(self) -> str:
        self.begun.set()
        assert self.may_finish.wait(timeout=10)
        if self.fails:
            raise ConnectionError("the press is broken")
        self.made += 1
        return f"page {self.made}"


press = Press()


@pytest.fixture(autouse=True)
def fresh_press() -> None:
    vars(press).update(vars(Press()))


def public(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    return login_not_required(public_page("q", seconds=60)(view))


@public
def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(press.make(), status=press.status)


@public
def page_in_two_languages(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{press.make()} {request.LANGUAGE_CODE} {reverse('page')}")


@public
def with_a_cookie(request: HttpRequest) -> HttpResponse:
    response = HttpResponse(press.make())
    response.set_cookie("seen", "1")
    return response


@public
def with_a_session(request: HttpRequest) -> HttpResponse:
    request.session["seen"] = press.made
    return HttpResponse(press.make())


@public
def with_a_csrf_token(request: HttpRequest) -> HttpResponse:
    return HttpResponse(press.make() + get_token(request))


@public
def missing(request: HttpRequest) -> HttpResponse:
    return HttpResponse(press.make(), status=404)


@public
def moved(request: HttpRequest) -> HttpResponse:
    press.make()
    return redirect("page")


@public
def streamed(request: HttpRequest) -> HttpResponse:
    return StreamingHttpResponse([press.make()])  # type: ignore[return-value]


@login_not_required
def unmarked(request: HttpRequest) -> HttpResponse:
    return HttpResponse(press.make())


urlpatterns = [
    path("", page, name="page"),
    path("languages/", page_in_two_languages),
    path("cookie/", with_a_cookie),
    path("session/", with_a_session),
    path("csrf/", with_a_csrf_token),
    path("missing/", missing),
    path("moved/", moved),
    path("streamed/", streamed),
    path("unmarked/", unmarked),
]
pytestmark = pytest.mark.urls(__name__)


def text(address: str = "/", **options: Any) -> str:
    """What a visitor without cookies is answered."""
    return Client().get(address, **options).content.decode()


def test_the_second_visitor_gets_the_stored_page() -> None:
    assert [text(), text()] == ["page 1", "page 1"]


def test_a_page_is_made_anew_when_its_time_is_over() -> None:
    with time_machine.travel("2026-12-16 10:00:00", tick=False) as clock:
        assert text() == "page 1"
        clock.shift(59)
        assert text() == "page 1"
        clock.shift(2)
        assert [text(), text()] == ["page 2", "page 2"]


@pytest.mark.parametrize(
    ("address", "options"),
    [
        pytest.param("/?q=лицей", {}, id="the words of the address"),
        pytest.param("/en/", {}, id="the prefix of English"),
        pytest.param("/", {"HTTP_COOKIE": "language=en"}, id="the language of the cookie"),
        pytest.param("/", {"HTTP_COOKIE": "view=scheme.dark"}, id="the settings of the view"),
        pytest.param("/", {"headers": {"HX-Request": "true"}}, id="htmx"),
        pytest.param("/", {"headers": {"Host": "localhost"}}, id="the host"),
    ],
)
def test_another_page_is_another_entry(address: str, options: dict[str, Any]) -> None:
    assert text() == "page 1"
    assert [text(address, **options), text(address, **options)] == ["page 2", "page 2"]
    assert text() == "page 1"


@pytest.mark.parametrize(
    "cookies", ["other=1", "view=scheme.pink", "language=xx", "language=ru"], ids=["foreign", "junk", "none", "default"]
)
def test_a_cookie_that_changes_nothing_shares_the_page(cookies: str) -> None:
    assert [text(), text(HTTP_COOKIE=cookies)] == ["page 1", "page 1"]


def test_each_language_gets_its_own_words_and_links() -> None:
    addresses = ["/languages/", "/en/languages/", "/languages/", "/en/languages/"]
    assert [text(address) for address in addresses] == [
        "page 1 ru /",
        "page 2 en /en/",
        "page 1 ru /",
        "page 2 en /en/",
    ]


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"HTTP_COOKIE": "sessionid=somebody"}, id="a session"),
        pytest.param({"headers": {"Authorization": "Token x"}}, id="a token"),
        pytest.param({"data": {"q": "x" * (LONGEST_QUERY - 1)}}, id="a long query"),
        pytest.param({"data": {"q": "x", "utm_source": "1"}}, id="a parameter that the page does not know"),
    ],
)
@pytest.mark.django_db
def test_some_requests_neither_fill_the_cache_nor_read_it(options: dict[str, Any]) -> None:
    assert [text(**options), text(**options)] == ["page 1", "page 2"]
    assert [text(), text(**options)] == ["page 3", "page 4"]


def test_the_longest_query_is_still_shared() -> None:
    data = {"q": "x" * (LONGEST_QUERY - 2)}
    assert [text(data=data), text(data=data)] == ["page 1", "page 1"]


@pytest.mark.parametrize("name", ["cookie", "session", "csrf", "missing", "moved", "streamed", "unmarked"])
@pytest.mark.django_db
def test_some_answers_are_never_stored(name: str) -> None:
    for made in (1, 2):
        Client().get(f"/{name}/")
        assert press.made == made


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_public_page_is_only_read(method: str) -> None:
    assert getattr(Client(), method)("/").status_code == 405
    assert press.made == 0


def test_a_stored_page_costs_neither_a_view_nor_a_query() -> None:
    """The database may not be touched at all in this test."""
    text()
    assert text() == "page 1"


@pytest.mark.django_db
def test_a_change_makes_every_page_old_once_it_is_committed(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    assert text() == "page 1"
    with django_capture_on_commit_callbacks(execute=True):
        RegionFactory(code="RU-NEW").save()
        assert text() == "page 1"
    assert [text(), text()] == ["page 2", "page 2"]
    with django_capture_on_commit_callbacks(execute=True):
        RegionFactory(code="RU-NEW").delete()
    assert text() == "page 3"


@pytest.mark.django_db(transaction=True)
def test_a_change_that_was_rolled_back_makes_nothing_old() -> None:
    assert text() == "page 1"
    with transaction.atomic():
        invalidate_public_pages()
        transaction.set_rollback(True)
    assert text() == "page 1"
    with transaction.atomic():
        invalidate_public_pages()
    assert text() == "page 2"


@pytest.fixture
def invalidated(db: None, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Callable[[], None]:
    def invalidate() -> None:
        with django_capture_on_commit_callbacks(execute=True):
            invalidate_public_pages()

    return invalidate


def test_while_one_makes_the_page_anew_the_others_are_served_the_old_one(invalidated: Callable[[], None]) -> None:
    assert text() == "page 1"
    invalidated()
    press.begun.clear()
    press.may_finish.clear()
    answers: list[str] = []
    first = Thread(target=lambda: answers.append(text()))
    first.start()
    assert press.begun.wait(timeout=10)
    assert [text(), text()] == ["page 1", "page 1"]
    press.may_finish.set()
    first.join()
    assert (answers, text()) == (["page 2"], "page 2")


def test_a_change_during_the_making_makes_the_page_old_at_once(invalidated: Callable[[], None]) -> None:
    press.may_finish.clear()
    first = Thread(target=text)
    first.start()
    assert press.begun.wait(timeout=10)
    invalidated()
    press.may_finish.set()
    first.join()
    assert text() == "page 2"


def test_a_making_that_failed_leaves_the_old_page_to_the_others_for_a_while(invalidated: Callable[[], None]) -> None:
    assert text() == "page 1"
    invalidated()
    press.fails = True
    with pytest.raises(ConnectionError):
        text()
    assert text() == "page 1"
    [claim] = cache.keys("*:rebuild")  # type: ignore[attr-defined]
    assert 0 < cache.ttl(claim) <= REBUILD_FOR  # type: ignore[attr-defined]
    press.fails = False
    cache.delete(claim)
    assert text() == "page 2"


@pytest.mark.parametrize("status", [302, 404, 410])
def test_a_page_that_is_no_more_is_not_served_from_the_cache(invalidated: Callable[[], None], status: int) -> None:
    assert text() == "page 1"
    invalidated()
    press.status = status
    assert [Client().get("/").status_code for _ in range(3)] == [status] * 3
    press.status = 200
    assert [text(), text()] == ["page 5", "page 5"]


def test_a_fault_of_ours_leaves_the_old_page_to_the_others(invalidated: Callable[[], None]) -> None:
    assert text() == "page 1"
    invalidated()
    press.status = 503
    assert [Client().get("/").status_code for _ in range(3)] == [503, 200, 200]


def test_a_header_of_anybodys_making_makes_no_entry() -> None:
    values = [{}, {"HX-Request": "1"}, {"HX-Request": "2"}, {"X-Forwarded-Proto": "gopher"}]
    assert [text(headers=headers) for headers in values] == ["page 1"] * 4


def test_a_page_with_a_query_is_kept_for_a_short_time_only() -> None:
    text("/")
    text("/?q=x")
    kept = sorted(cache.ttl(key) for key in cache.keys(f"{PREFIX}*"))  # type: ignore[attr-defined]
    assert (kept[0] <= ASKED_KEPT_FOR, ASKED_KEPT_FOR < kept[1] <= KEPT_FOR) == (True, True)


def test_a_reader_who_has_the_page_is_told_so() -> None:
    etag = Client().get("/")["ETag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}'):
        answer = Client().get("/", headers={"If-None-Match": known})
        assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", etag)
    assert Client().get("/", headers={"If-None-Match": '"other"'}).status_code == 200


def test_another_page_has_another_mark() -> None:
    assert Client().get("/")["ETag"] != Client().get("/?q=x")["ETag"]


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [("gzip, deflate, br", "br"), ("gzip, deflate", "gzip"), ("brave", None), ("", None)],
)
def test_a_page_travels_packed_to_those_who_can_unpack_it(accepted: str, encoding: str | None) -> None:
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[encoding]
    for _ in range(2):
        answer = Client().get("/", headers={"Accept-Encoding": accepted})
        assert (answer.get("Content-Encoding"), unpack(answer.content)) == (encoding, b"page 1")


@pytest.mark.parametrize("methods", [("head", "get"), ("get", "head")])
def test_head_and_get_share_a_page(methods: tuple[str, str]) -> None:
    first, second = (getattr(Client(), method)("/") for method in methods)
    bodies = dict(zip(methods, (first.content, second.content), strict=True))
    assert bodies == {"head": b"", "get": b"page 1"}
    assert (first["ETag"], press.made) == (second["ETag"], 1)


def test_caches_between_us_and_the_reader_ask_each_time_and_keep_readers_apart() -> None:
    answer = Client().get("/")
    assert answer["Cache-Control"] == "no-cache"
    assert {part.strip() for part in answer["Vary"].split(",")} == {"Cookie", "Accept-Encoding", "HX-Request"}


def test_a_stored_page_has_the_same_headers_as_a_new_one() -> None:
    first, second = Client().get("/"), Client().get("/")
    assert dict(first.items()) == dict(second.items())
    assert second["Content-Language"] == "ru"
    assert second["Content-Security-Policy"]


@pytest.fixture
def no_cache_server(settings: Settings) -> Iterator[None]:
    settings.CACHES = redis_caches("redis://127.0.0.1:1/0")
    yield
    settings.CACHES = django_settings.CACHES


@pytest.mark.usefixtures("no_cache_server")
def test_without_a_cache_server_pages_are_served_all_the_same() -> None:
    assert [text(), text()] == ["page 1", "page 2"]

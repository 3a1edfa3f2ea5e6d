"""The language of a page: its prefix, then the cookie, then Russian."""

from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import get_script_prefix, path, reverse
from django.utils.translation import get_language

from common.view_settings import ViewSettings


@login_not_required
def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(f"{get_language()} {reverse('inner')}")


@login_not_required
def broken(request: HttpRequest) -> HttpResponse:
    raise ConnectionError


@login_not_required
def streamed(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(f"{get_language()} {reverse('inner')} " for _ in range(2))


urlpatterns = [
    path("", page, name="outer"),
    path("inner/", page, name="inner"),
    path("broken/", broken),
    path("streamed/", streamed),
]


@pytest.mark.urls(__name__)
@pytest.mark.parametrize(
    ("address", "cookie", "answer"),
    [
        pytest.param("/", "", "ru /inner/", id="Russian by itself"),
        pytest.param("/inner/", "language=en", "en /inner/", id="English by the cookie"),
        pytest.param("/inner/", "language=de", "ru /inner/", id="a language there is not"),
        pytest.param("/en/inner/", "", "en /en/inner/", id="English by the prefix"),
        pytest.param("/en/inner/", "language=ru", "en /en/inner/", id="the prefix before the cookie"),
        pytest.param("/en/", "", "en /en/inner/", id="the first page in English"),
        pytest.param("/en", "", "en /en/inner/", id="the prefix alone"),
    ],
)
def test_the_language_of_a_page_and_of_its_links(address: str, cookie: str, answer: str) -> None:
    response = Client().get(address, HTTP_COOKIE=cookie, headers={"Accept-Language": "de"})
    assert (response.content.decode(), response["Content-Language"]) == (answer, answer[:2])


@pytest.mark.urls(__name__)
def test_a_word_that_begins_like_the_prefix_is_no_prefix() -> None:
    for address in ("/english/", "/en-GB/", "/enter/", "/en/en/"):
        assert Client().get(address, HTTP_COOKIE="sessionid=").status_code == 404, address


@pytest.mark.urls(__name__)
def test_a_missing_slash_is_added_under_the_prefix() -> None:
    response = Client().get("/en/inner?q=1")
    assert (response.status_code, response["Location"]) == (301, "/en/inner/?q=1")


@pytest.mark.urls(__name__)
def test_one_request_leaves_nothing_to_the_next_of_its_thread() -> None:
    language = get_language()
    Client().get("/en/")
    assert (get_script_prefix(), get_language()) == ("/", language)
    with pytest.raises(ConnectionError):
        Client().get("/en/broken/")
    assert (get_script_prefix(), get_language()) == ("/", language)


@pytest.mark.urls(__name__)
def test_what_is_streamed_speaks_the_language_to_its_end() -> None:
    language = get_language()
    assert b"".join(Client().get("/en/streamed/")) == b"en /en/inner/ en /en/inner/ "
    assert (get_script_prefix(), get_language()) == ("/", language)


OURS = [
    ("/organisations/?q=a&page=2", "/organisations/?q=a&page=2"),
    ("/about/#top", "/about/#top"),
    ("/", "/"),
]
NOT_OURS = [
    "",
    "//evil.example.org/",
    "///evil.example.org",
    "https://evil.example.org/",
    "https:evil.example.org",
    "http:///evil.example.org",
    "/\\evil.example.org",
    "\\\\evil.example.org",
    "\\evil.example.org",
    "/en//evil.example.org",
    "/en/\\evil.example.org",
    "/en\\\\evil.example.org",
    "javascript:alert(1)",
    "\x08//evil.example.org",
    " //evil.example.org",
    "https://testserver/organisations/",
]


@pytest.mark.parametrize(("address", "place"), [*OURS, ("/en/about/?q=1", "/about/?q=1"), ("/en", "/"), ("/en/", "/")])
def test_a_chosen_language_is_kept_and_the_reader_returns(address: str, place: str) -> None:
    response = Client().post("/settings/language/", {"language": "en", "next": address})
    assert (response.status_code, response["Location"]) == (302, place)
    assert response.cookies["language"].value == "en"
    assert Client().get("/healthz", HTTP_COOKIE="language=en")["Content-Language"] == "en"


@pytest.mark.parametrize(("address", "place"), [*OURS, ("/en/about/?q=1", "/en/about/?q=1"), ("/en", "/en")])
def test_chosen_settings_of_the_view_are_kept_and_the_reader_returns(address: str, place: str) -> None:
    chosen = {"scheme": "dark", "size": "huge", "spacing": "normal", "images": "off"}
    response = Client().post("/settings/view/", {**chosen, "next": address})
    assert (response.status_code, response["Location"]) == (302, place)
    assert ViewSettings.from_cookie(response.cookies["view"].value) == ViewSettings(**chosen)


@pytest.mark.parametrize("address", NOT_OURS, ids=ascii)
@pytest.mark.parametrize("page", ["language", "view"])
def test_nobody_is_sent_to_another_host(page: str, address: str) -> None:
    response = Client().post(f"/settings/{page}/", {"language": "en", "next": address})
    assert response.status_code == 302
    assert response["Location"].startswith("/")
    assert urlsplit(urljoin("http://testserver/settings/", response["Location"])).netloc == "testserver"


@pytest.mark.parametrize(
    ("page", "data"),
    [
        ("language", {}),
        ("language", {"language": "de"}),
        ("language", {"language": "en; Path=/"}),
        ("view", {}),
        ("view", {"scheme": "pink", "size": "normal", "spacing": "normal", "images": "on"}),
    ],
)
def test_junk_is_not_remembered(page: str, data: dict[str, str]) -> None:
    response = Client().post(f"/settings/{page}/", {**data, "next": "/about/"})
    assert (response.status_code, response["Location"], response.cookies) == (302, "/about/", {})


@pytest.mark.parametrize("page", ["language", "view"])
def test_reading_an_address_changes_no_setting(page: str) -> None:
    response = Client().get(f"/settings/{page}/", {"language": "en"})
    assert (response.status_code, response.cookies) == (405, {})


def test_the_cookie_of_a_setting_is_out_of_reach_of_scripts_and_lasts_a_year() -> None:
    cookie = Client().post("/settings/language/", {"language": "en"}).cookies["language"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 365 * 24 * 60 * 60)

"""Sessions end by themselves, by their owner, and soonest for the staff."""

from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.db import OperationalError, connection
from django.test import Client
from pytest_django import Settings

from members.models import User
from members.templatetags.sessions import device
from tests.factories.members import RepresentativeFactory
from tests.members.accounts import confirmed, is_logged_in, log_in

MINUTE, HOUR = 60, 60 * 60


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-11-22T08:00:00Z", tick=False) as clock:
        yield clock


@pytest.fixture
def olga(db: None, settings: Settings) -> User:
    """Staff; the second factor is a matter of its own."""
    settings.DEMO_LOGINS_WITHOUT_SECOND_FACTOR = ["olga@example.org"]
    return confirmed(email="olga@example.org", is_staff=True, is_superuser=True)


@pytest.mark.parametrize(("idle", "still_in"), [(3 * HOUR, True), (3 * HOUR + 1, False)])
def test_a_staff_session_ends_after_three_idle_hours(
    client: Client, olga: User, clock: time_machine.Traveller, idle: int, still_in: bool
) -> None:
    log_in(client, olga)
    client.get("/account/")
    clock.shift(idle)
    assert is_logged_in(client) is still_in


@pytest.mark.parametrize(("last", "still_in"), [(0, True), (1, False)])
def test_a_busy_staff_session_ends_after_twelve_hours(
    client: Client, olga: User, clock: time_machine.Traveller, last: int, still_in: bool
) -> None:
    log_in(client, olga)
    client.get("/account/")
    for _ in range(6):
        clock.shift(2 * HOUR - 1)
        assert is_logged_in(client)
    clock.shift(6 + last)
    assert is_logged_in(client) is still_in


def test_whoever_was_logged_out_is_told_so_and_comes_back_where_they_were(
    client: Client, olga: User, clock: time_machine.Traveller
) -> None:
    log_in(client, olga)
    client.get("/account/")
    clock.shift(4 * HOUR)
    client.cookies["language"] = "en"
    page = client.get("/admin/members/user/", follow=True)
    assert page.redirect_chain == [("/account/login/?next=/admin/members/user/", 302)]
    assert [str(message) for message in page.context["messages"]] == [
        "For safety, your session has ended. Log in again to go on."
    ]


def test_a_session_that_is_not_of_the_staff_lasts(client: Client, anna: User, clock: time_machine.Traveller) -> None:
    log_in(client, anna, remember="on")
    client.get("/account/")
    clock.shift(13 * 24 * HOUR)
    assert is_logged_in(client)
    clock.shift(15 * 24 * HOUR)
    assert not is_logged_in(client)


def test_the_last_use_of_a_session_is_noted_once_a_minute(
    client: Client, anna: User, clock: time_machine.Traveller
) -> None:
    log_in(client, anna)
    noted = []
    for seconds in (0, 59, 2, 59, 2):
        clock.shift(seconds)
        client.get("/account/person/")
        noted.append(UserSession.objects.get().last_seen_at.strftime("%H:%M:%S"))
    assert noted == ["08:00:00", "08:00:00", "08:01:01", "08:01:01", "08:02:02"]


def test_a_person_ends_another_session_of_theirs(client: Client, anna: User) -> None:
    forgotten = Client()
    log_in(forgotten, anna)
    session = UserSession.objects.get()
    log_in(client, anna)
    client.post(f"/account/sessions/{session.pk}/end/")
    assert (is_logged_in(client), is_logged_in(forgotten)) == (True, False)


def test_a_person_ends_all_sessions_but_this_one(client: Client, anna: User) -> None:
    others = [Client(), Client()]
    for other in others:
        log_in(other, anna)
    log_in(client, anna)
    client.post("/account/sessions/")
    assert is_logged_in(client)
    assert not any(map(is_logged_in, others))


def test_nobody_ends_the_session_of_another_person(client: Client, anna: User) -> None:
    theirs = Client()
    log_in(theirs, confirmed())
    session = UserSession.objects.get()
    log_in(client, anna)
    assert client.post(f"/account/sessions/{session.pk}/end/").status_code == 404
    assert is_logged_in(theirs)


FORGED = ["\\000" + "a" * 31, "a" * 31 + "'", "A" * 32, "a" * 33, "aaaaaaaa", "é" * 32]


@pytest.mark.parametrize("cookie", FORGED, ids=["NUL", "quote", "capitals", "too long", "too short", "not ASCII"])
@pytest.mark.parametrize("page", ["/", "/dashboard/", "/account/login/"])
def test_a_forged_cookie_is_no_session(client: Client, db: None, cookie: str, page: str) -> None:
    answer = client.get(page, headers={"Cookie": f'sessionid="{cookie}"'})
    assert answer.status_code == (302 if page == "/dashboard/" else 200)
    assert answer.cookies["sessionid"].value == ""


def test_after_log_out_the_next_page_says_so_and_is_nobody_elses(client: Client, anna: User) -> None:
    told = "You have logged out."
    client.cookies["language"] = "en"
    stranger = Client()
    stranger.cookies["language"] = "en"
    stranger.get("/")
    log_in(client, anna)
    client.post("/account/logout/")
    client.cookies = SimpleCookie({name: cookie.value for name, cookie in client.cookies.items() if cookie.value})
    pages = [client.get("/"), stranger.get("/"), client.get("/")]
    assert [told in page.content.decode() for page in pages] == [True, False, False]
    assert client.cookies["sessionid"].value == ""


@pytest.mark.parametrize(
    ("page", "kept"),
    [
        ("/", "private, no-store"),
        ("/dashboard/", "private, no-store"),
        ("/account/", "private, no-store"),
        ("/organisations/export.csv", "private, no-store"),
        ("/no-page/", "private, no-store"),
        ("/account/logout/", "private, no-store"),
        ("/healthz", "max-age=0, no-cache, no-store, must-revalidate, private"),
    ],
)
def test_what_a_person_was_answered_is_kept_nowhere(client: Client, anna: User, page: str, kept: str) -> None:
    client.force_login(anna)
    assert client.get(page)["Cache-Control"] == kept


def test_a_session_is_not_ended_by_a_get(client: Client, anna: User) -> None:
    log_in(client, anna)
    assert client.get(f"/account/sessions/{UserSession.objects.get().pk}/end/").status_code == 405


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox, Windows"),
        ("Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 YaBrowser/25.10 Safari/537.36", "Yandex Browser, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari, iPhone"),
        ("curl/8.5.0", "неизвестное устройство"),
    ],
    ids=["firefox", "chrome", "yandex", "iphone", "none"],
)
def test_a_device_is_called_as_people_call_it(user_agent: str, name: str) -> None:
    assert device(user_agent) == name


@pytest.mark.django_db
def test_a_database_that_goes_away_before_the_session_is_kept_is_not_the_readers_fault() -> None:
    """The view has been answered; what cannot be written any more is what it put into the session."""
    head = RepresentativeFactory(role="head")
    client = Client(raise_request_exception=False)
    client.force_login(head.user)

    def break_off(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('UPDATE "django_session"'):
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(break_off):
        answer = client.get(f"/dashboard/{head.organisation.slug}/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")

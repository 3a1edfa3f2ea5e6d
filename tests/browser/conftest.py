"""A browser and a portal with the demo data, made once for all tests of a module."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.test import Client, override_settings
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from members import demo
from members.models import Region, User
from tests.browser.chromium import FLAGS
from tests.browser.pages import PAGES


@pytest.fixture(scope="module")
def portal(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The address of a running portal with the demo data, which are really committed."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        migrated = _what_the_migrations_filled_in()
        call_command("demo")
        demo.load_logins()
        stack.enter_context(
            override_settings(DEMO_LOGINS_WITHOUT_SECOND_FACTOR=[login.email for login in demo.logins()])
        )
        server = LiveServer("127.0.0.1")
        stack.callback(_empty, migrated)
        stack.callback(server.stop)
        yield server.url


def _what_the_migrations_filled_in() -> str:
    """A test that commits for real may have emptied the database before."""
    if not Region.objects.exists():
        connection.creation.deserialize_db_from_string(connection._test_serialized_contents)  # type: ignore[attr-defined]
    return connection.creation.serialize_db_to_string()


def _empty(migrated: str) -> None:
    call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True, reset_sequences=False)
    connection.creation.deserialize_db_from_string(migrated)
    connections.close_all()


@pytest.fixture(scope="module")
def sessions(portal: str) -> dict[str, str]:
    """E-mail of a demo log-in → the key of its session."""
    keys = {}
    for email in {page.log_in for page in PAGES} - {""}:
        client = Client()
        client.force_login(User.objects.get(email=email))
        keys[email] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return keys


@pytest.fixture(scope="module")
def browser(chromium: str, sessions: dict[str, str]) -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs a loop in this thread
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


class Visitor:
    """One person at one browser, who notes what must not happen."""

    def __init__(self, context: BrowserContext, portal: str) -> None:
        self.portal = portal
        self.context = context
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.page = context.new_page()
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", self._look_where_it_goes)

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def _look_where_it_goes(self, request: Request) -> None:
        if not request.url.startswith((self.portal, "data:", "blob:")):
            self.foreign.append(request.url)

    def open(self, path: str) -> int:
        response = self.page.goto(self.portal + path, wait_until="load")
        assert response
        return response.status


@pytest.fixture
def visitor(browser: Browser, portal: str, sessions: dict[str, str]) -> Iterator[Callable[..., Visitor]]:
    """``visitor(log_in=…, **options of a browser context)``"""
    contexts = []

    def arrive(log_in: str = "", **options: object) -> Visitor:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        if log_in:
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": sessions[log_in], "url": portal}])
        return Visitor(context, portal)

    yield arrive
    for context in contexts:
        context.close()


def axe(page: Page) -> list[str]:
    """What axe finds wrong: the rule, and where."""
    found = Axe().run(page).response["violations"]
    return [
        f"{violation['id']}: {node['target']} {node['html'][:120]}"
        for violation in found
        for node in violation["nodes"]
    ]

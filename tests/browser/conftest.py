"""A browser and a portal with the demo data, made once for all tests of a module."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connections
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.test import override_settings
from django.test.testcases import FSFilesHandler
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright
from pytest_django import DjangoDbBlocker
from pytest_django.live_server_helper import LiveServer

from agreements.demo.stories import load_for_logins
from members.demo import stories as demo
from projects.demo.challenges import load_for_logins as load_experts
from technoparks.demo.stories import load_bookings, load_past_bookings
from tests.browser import readers
from tests.browser.chromium import FLAGS
from tests.browser.pages import PAGES
from tests.databases import as_migrated


@pytest.fixture(scope="module")
def portal(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """The address of a running portal with the demo data, which are really committed."""
    with ExitStack() as stack:
        stack.enter_context(django_db_blocker.unblock())
        call_command("demo")
        demo.load_logins()
        load_for_logins()
        load_experts()
        load_bookings()
        load_past_bookings()
        readers.load()
        stack.enter_context(
            override_settings(
                ROOT_URLCONF="tests.browser.urls",
                SOCIALACCOUNT_PROVIDERS=readers.PROVIDERS,
                ACCOUNT_REAUTHENTICATION_TIMEOUT=60 * 60,  # s
                DEMO_LOGINS_WITHOUT_SECOND_FACTOR=[login.email for login in demo.logins()],
            )
        )
        stack.enter_context(_files_are_kept())
        server = LiveServer("127.0.0.1")
        stack.callback(_empty)
        stack.callback(server.stop)
        yield server.url


@contextmanager
def _files_are_kept() -> Iterator[None]:
    """By the browser, from page to page, as nginx tells it to. What was uploaded is in memory, where the handler does
    not look."""
    serve = FSFilesHandler.serve

    def kept(handler: FSFilesHandler, request: HttpRequest) -> HttpResponseBase:
        name = request.path.removeprefix(settings.MEDIA_URL)
        is_upload = name != request.path and default_storage.exists(name)
        response = FileResponse(default_storage.open(name)) if is_upload else serve(handler, request)
        response["Cache-Control"] = "max-age=3600"
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FSFilesHandler, "serve", kept)
        yield


def _empty() -> None:
    as_migrated()
    connections.close_all()


@pytest.fixture(scope="module")
def sessions(portal: str) -> dict[str, str]:
    """Who reads a page → the key of their session."""
    return {
        reader: readers.arrive(reader).cookies[settings.SESSION_COOKIE_NAME].value
        for reader in {page.reader for page in PAGES} - {""}
    }


@pytest.fixture(scope="module")
def places(portal: str) -> dict[str, object]:
    return readers.places()


@pytest.fixture(scope="module")
def browser(chromium: str, sessions: dict[str, str]) -> Iterator[Browser]:
    with pytest.MonkeyPatch.context() as environment, sync_playwright() as playwright:
        environment.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright runs a loop in this thread
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


class Visitor:
    """One person at one browser, who notes what must not happen."""

    def __init__(self, context: BrowserContext, portal: str, sessions: dict[str, str]) -> None:
        self.portal = portal
        self.context = context
        self.sessions = sessions
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

    def become(self, reader: str) -> None:
        """Another person, of whom this browser knows nothing yet."""
        self.context.clear_cookies()
        if reader:
            key = {"name": settings.SESSION_COOKIE_NAME, "value": self.sessions[reader], "url": self.portal}
            self.context.add_cookies([key])  # type: ignore[list-item]
        self.errors.clear()
        self.foreign.clear()

    def open(self, path: str) -> int:
        response = self.page.goto(self.portal + path, wait_until="load")
        assert response
        return response.status


@pytest.fixture
def visitor(browser: Browser, portal: str, sessions: dict[str, str]) -> Iterator[Callable[..., Visitor]]:
    """``visitor(**options of a browser context)``"""
    contexts = []

    def arrive(**options: object) -> Visitor:
        contexts.append(browser.new_context(**options))  # type: ignore[arg-type]
        return Visitor(contexts[-1], portal, sessions)

    yield arrive
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def inspector(browser: Browser, portal: str, sessions: dict[str, str]) -> Iterator[Visitor]:
    """Looks at every page in one tab: files that pages share are fetched once."""
    with browser.new_context(reduced_motion="reduce") as context:
        yield Visitor(context, portal, sessions)


@pytest.fixture(scope="module")
def plain_inspector(browser: Browser, portal: str, sessions: dict[str, str]) -> Iterator[Visitor]:
    """The same without JavaScript."""
    with browser.new_context(java_script_enabled=False) as context:
        yield Visitor(context, portal, sessions)


# The rules of axe whose answer depends on colours.
OF_COLOURS = ["color-contrast", "link-in-text-block"]


def axe(page: Page, rules: list[str] | None = None) -> list[str]:
    """What axe finds wrong: the rule, and where."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(Axe().axe_script)
    # Preloading would ask for each style sheet of the bundle anew, at an address where none stands.
    options = {"resultTypes": ["violations"], "preload": False} | ({"runOnly": rules} if rules else {})
    found = page.evaluate("options => axe.run(options).then(results => results.violations)", options)
    return [
        f"{violation['id']}: {node['target']} {node['html'][:120]}"
        for violation in found
        for node in violation["nodes"]
    ]

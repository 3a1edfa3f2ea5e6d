"""The browser and the portal of the tests of pages, and a mail server."""

from collections.abc import Callable, Iterator

import pytest
from django.conf import settings as configured
from pytest_django import Settings

from tests.browser.conftest import Visitor, browser, portal, sessions, visitor
from tests.browser.readers import arrive
from tests.journeys.steps import Post, apart
from tests.mail import Sink, listening

__all__ = ["browser", "portal", "post", "sessions", "visitor"]


@pytest.fixture
def post(settings: Settings) -> Iterator[Post]:
    with listening(Sink()) as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        yield Post(sink)


@pytest.fixture
def person(visitor: Callable[..., Visitor], sessions: dict[str, str]) -> Callable[..., Visitor]:
    """``person(email, **options of a browser context)``, logged in and reading Russian."""

    def arrives(email: str, **options: object) -> Visitor:
        if email not in sessions:
            sessions[email] = apart(lambda: arrive(email).cookies[configured.SESSION_COOKIE_NAME].value)
        one = visitor(locale="ru", **options)
        one.become(email)
        one.page.set_default_timeout(10_000)
        return one

    return arrives

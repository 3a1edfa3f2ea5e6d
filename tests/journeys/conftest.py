"""The browser and the portal of the tests of pages, and a mail server."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.browser.conftest import browser, portal, sessions, visitor
from tests.journeys.steps import Post
from tests.mail import Sink, listening

__all__ = ["browser", "portal", "post", "sessions", "visitor"]


@pytest.fixture
def post(settings: Settings) -> Iterator[Post]:
    with listening(Sink()) as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        yield Post(sink)

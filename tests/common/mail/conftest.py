from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.mail import Sink, listening


@pytest.fixture
def sink(settings: Settings) -> Iterator[Sink]:
    with listening(Sink()) as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        yield sink

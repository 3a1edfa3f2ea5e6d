"""The broker, which is the cache as well, goes away and comes back with nothing in it."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, build_opener

import pytest
import redis

from cluster_portal.embedded.valkey import _program
from common.models import OutgoingMail
from members.models import ProfileChange
from tests.factories.members import OrganisationFactory, RepresentativeFactory
from tests.faults.stand import eventually, free_port, kept_running, quick_worker, report, running, status_of, web
from tests.mail import Sink, listening
from tests.members.accounts import PASSWORD, confirmed

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

FOUND_WITHIN = 120  # s


@contextmanager
def broker(port: int) -> Iterator[None]:
    options = ("--port", str(port), "--bind", "127.0.0.1", "--save", "")
    process = subprocess.Popen([_program(), *options], stdout=subprocess.DEVNULL)
    try:
        with redis.Redis(port=port) as client:
            eventually(lambda: answers(client), what="the broker answers")
        yield
    finally:
        process.kill()
        process.wait()


def answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


class Browser:
    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def open(self, path: str, data: dict[str, str] | None = None) -> str:
        body = urlencode(data).encode() if data else None
        with self.opener.open(self.address + path, body, timeout=30) as answer:
            return re.sub(r"\s+", " ", answer.read().decode())

    def send(self, path: str, **data: str) -> str:
        """The form there, filled in."""
        form = dict(re.findall(r'<input[^>]*type="hidden"[^>]*name="(\w+)"[^>]*value="([^"]*)"', self.open(path)))
        return self.open(path, form | data)


def test_it_is_down_and_comes_back_empty(tmp_path: Path) -> None:
    """It goes while a worker holds a task."""
    anna = confirmed()
    organisation = RepresentativeFactory(user=anna, organisation=OrganisationFactory(), role="head").organisation
    sink, port, queue = Sink(), free_port(), free_port()
    changes = {"REDIS_URL": f"redis://127.0.0.1:{queue}/0"}
    with listening(sink):
        work = tmp_path / "work"
        cut_off = quick_worker("cut-off", **changes, EMAIL_PORT=sink.port, WORK=work)
        with running(web(port, **changes)), kept_running(cut_off) as restarts:
            with broker(queue):
                eventually(lambda: status_of(port, "/readyz") == 200, what="the portal is ready")
                eventually(work.exists, what="a task runs")
            ready = status_of(port, "/readyz")
            browser = Browser(port)
            browser.send("/account/login/", login=anna.email, password=PASSWORD)
            browser.send(f"/dashboard/{organisation.slug}/profile/", name="Школа", short_name="Школа", city="Сургут")
            Browser(port).send("/account/password/reset/", email=anna.email)
            [letter] = OutgoingMail.objects.filter(recipient=anna.email)
            waited = letter.state
            with broker(queue):
                took = eventually(lambda: len(sink.letters) == 1, within=FOUND_WITHIN, what="the letter is sent")
                eventually(lambda: status_of(port, "/readyz") == 200, what="the portal is ready again")
    city = ProfileChange.objects.get().after["city"]
    report(
        f"without the broker people log in and save, and what waits is found within {FOUND_WITHIN} s of its return",
        f"/readyz {ready}, logged in, saved {city!r}, the letter {waited}; sent {took:.1f} s after the return",
    )
    assert len(restarts) <= 1
    assert (ready, city, waited) == (503, "Сургут", "queued")

"""Many people register for one event at once, over HTTP, at the web server as it runs."""

import http.client
import re
import statistics
import threading
import time
from collections import Counter
from contextlib import closing
from urllib.parse import urlencode

import pytest
from django.core.cache import cache

from common.models import OutgoingMail
from events.models import Registration, RegistrationState
from members.consents.services import text_in_force
from tests.factories.events import EventFactory, PoolFactory
from tests.faults.stand import eventually, free_port, report, running, status_of, web

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
CLIENTS = 64
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')


class Client(threading.Thread):
    """Fills in the form for one guest after the other, on one connection, as a proxy keeps it."""

    def __init__(self, port: int, address: str, guests: range, common: dict[str, object]) -> None:
        super().__init__()
        self.port, self.address, self.guests, self.common = port, address, guests, common
        self.answers: Counter[int] = Counter()
        self.times: list[float] = []

    def run(self) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)) as connection:
            connection.request("GET", self.address)
            response = connection.getresponse()
            found = TOKEN.search(response.read().decode())
            assert found
            cookie = response.headers["Set-Cookie"].partition(";")[0]
            headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
            for number in self.guests:
                guest = {"name": f"Гость {number}", "email": f"guest-{number}@example.org", "request_key": f"k{number}"}
                body = urlencode({**self.common, **guest, "csrfmiddlewaretoken": found[1]})
                began = time.perf_counter()
                connection.request("POST", self.address, body, headers)
                response = connection.getresponse()
                response.read()
                self.times.append(time.perf_counter() - began)
                self.answers[response.status] += 1


def test_of_many_who_register_at_once_as_many_get_a_place_as_there_are(scale: float) -> None:
    people, seats = int(10_000 * scale), int(500 * scale)
    pool = PoolFactory(capacity=seats, event=EventFactory(slug="forum"))
    common: dict[str, object] = {"pool": pool.pk, "consent": text_in_force("registration").pk}
    port = free_port()
    server = web(port, REGISTER_RATE="100000/min")
    with running(server):
        eventually(lambda: status_of(port, "/healthz") == 200, what="the web server is up")
        cache.clear()
        shares = [range(number, people, CLIENTS) for number in range(CLIENTS)]
        clients = [Client(port, "/events/forum/register/", share, common) for share in shares]
        began = time.perf_counter()
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        seconds = time.perf_counter() - began
    answers = sum((client.answers for client in clients), Counter[int]())
    times = sorted(one for client in clients for one in client.times)
    states = Counter(Registration.objects.values_list("state", flat=True))
    turns = Registration.objects.queued().values_list("queue_number", flat=True)
    report(
        f"{people} people for {seats} places: exactly {seats} get one, no error",
        f"{dict(states)}; {people / seconds:.0f} a second, median {statistics.median(times) * 1000:.0f} ms, "
        f"99 % within {times[int(len(times) * 0.99)] * 1000:.0f} ms; answers {dict(answers)}",
    )
    assert answers == {302: people}
    assert states == {RegistrationState.CONFIRMED: seats, RegistrationState.WAITING: people - seats}
    assert [*turns] == [*range(1, people - seats + 1)]
    assert OutgoingMail.objects.count() == people

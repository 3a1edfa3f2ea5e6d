"""The web server is reloaded under load, and meets readers who take their time."""

import http.client
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psutil
import pytest

from tests.deployment.nginx import Nginx
from tests.faults.conftest import FULL
from tests.faults.stand import Process, eventually, free_port, running, status_of

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

RELOADS = 10 if FULL else 2
READERS = 4
SLOW = 50
PAGE = "/account/login/"  # never from the cache
FORM = "/settings/language/"


@contextmanager
def production_server(port: int, **changes: object) -> Iterator[psutil.Process]:
    """gunicorn as the image runs it."""
    settings = {"BIND": f"127.0.0.1:{port}", **changes}
    server = Process("gunicorn", "--config", "deploy/gunicorn.conf.py", "cluster_portal.wsgi", **settings)
    with running(server):
        eventually(lambda: status_of(port, "/healthz") == 200, what="the web server is up")
        yield psutil.Process(server.process.pid)


class Load:
    """Readers who open pages and send forms, each request on a connection of its own, as nginx makes them."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.outcomes: Counter[str] = Counter()
        self._stopped = threading.Event()
        self._readers = [threading.Thread(target=self._read) for _ in range(READERS)]
        self._readers.append(threading.Thread(target=self._send_slowly))

    def __enter__(self) -> "Load":
        for reader in self._readers:
            reader.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._stopped.set()
        for reader in self._readers:
            reader.join()

    def _read(self) -> None:
        while not self._stopped.is_set():
            for method, address in (("GET", PAGE), ("POST", FORM)):
                self._count(lambda: self._ask(method, address))  # noqa: B023 - called at once

    def _ask(self, method: str, address: str) -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.request(method, address)
            response = connection.getresponse()
            response.read()
            return response.status

    def _send_slowly(self) -> None:
        """There is always a form that is half sent, so each reload meets one."""
        while not self._stopped.is_set():
            self._count(self._ask_slowly)

    def _ask_slowly(self) -> int:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)) as connection:
            connection.putrequest("POST", FORM)
            connection.putheader("Content-Length", "11")
            connection.endheaders()
            for letter in b"language=en":
                connection.send(bytes([letter]))
                time.sleep(0.1)
            return connection.getresponse().status

    def _count(self, ask: Callable[[], int]) -> None:
        try:
            self.outcomes[str(ask())] += 1
        except (OSError, http.client.HTTPException) as error:
            self.outcomes[repr(error)] += 1


def reload(server: psutil.Process) -> float:
    """Seconds until every old worker has gone and as many new ones work."""
    before = server.children()
    server.send_signal(signal.SIGHUP)
    return eventually(
        lambda: not any(worker.is_running() for worker in before) and len(server.children()) == len(before),
        within=120,
        what="all workers are new",
    )


def reload_under_load(server: psutil.Process, port: int) -> None:
    with Load(port) as load:
        took = []
        for _ in range(RELOADS):
            time.sleep(1)
            took.append(reload(server))
        time.sleep(1)
    print(
        f"\npromised: {RELOADS} reloads under load, no failed request"
        f"\nhappened: {dict(load.outcomes)}, reloads took {min(took):.1f} to {max(took):.1f} s"
    )
    assert load.outcomes.keys() == {"200", "302"}


def test_reloads_under_load_fail_no_request() -> None:
    port = free_port()
    with production_server(port) as server:
        reload_under_load(server, port)


@pytest.mark.nginx
def test_nor_do_they_behind_nginx(tmp_path: Path) -> None:
    port = free_port()
    nginx = Nginx(tmp_path, port)
    with production_server(port) as server, nginx.running():
        reload_under_load(server, nginx.port)


# --- Slow readers ------------------------------------------------------------------------------------------


def half_a_header(connection: socket.socket) -> None:
    connection.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")


def half_a_form(connection: socket.socket) -> None:
    connection.sendall(f"POST {FORM} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\n".encode())


def is_sent_away(connection: socket.socket) -> bool:
    """Told that it was too slow, or just left; a byte of ours that nobody has read makes that a reset."""
    connection.settimeout(60)
    try:
        return connection.recv(1000)[:12] in {b"", b"HTTP/1.1 408"}
    except ConnectionResetError:
        return True


@pytest.mark.nginx
@pytest.mark.parametrize("begin", [half_a_header, half_a_form])
def test_slow_readers_keep_nobody_waiting_and_are_sent_away(
    tmp_path: Path, begin: Callable[[socket.socket], None]
) -> None:
    """Behind nginx are two threads, so two of the slow readers would do."""
    port = free_port()
    nginx = Nginx(tmp_path, port)
    with ExitStack() as stack:
        stack.enter_context(production_server(port, WEB_WORKERS=1, WEB_THREADS=2))
        stack.enter_context(nginx.running())
        slow = [socket.create_connection(("127.0.0.1", nginx.port)) for _ in range(SLOW)]
        for connection in slow:
            stack.enter_context(connection)
            begin(connection)
        began = time.monotonic()
        with ThreadPoolExecutor(4) as readers:
            for _ in range(5):
                for connection in slow:
                    connection.sendall(b"x")
                statuses = set(readers.map(lambda _: status_of(nginx.port, PAGE), range(10)))
                assert statuses == {200}
        answered = time.monotonic() - began
        assert all(is_sent_away(connection) for connection in slow)
        gone = time.monotonic() - began
    print(
        f"\npromised: {SLOW} slow readers keep nobody waiting and are sent away"
        f"\nhappened: 50 pages to others in {answered:.1f} s, all slow readers gone after {gone:.1f} s"
    )

"""Real processes of the portal beside the test, on the test's own database and broker."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.db import connection

LOG = Path(settings.VAR_DIR) / "test" / "faults.log"


def environment(**changes: object) -> dict[str, str]:
    database = connection.settings_dict
    login = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}@{quote(database['HOST'], safe='')}"
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
        "DATABASE_URL": f"postgres://{login}:{database['PORT']}/{database['NAME']}",
        "REDIS_URL": settings.CELERY_BROKER_URL,
        **{name: str(value) for name, value in changes.items()},
    }


class Process:
    """With its children in a group of its own, so that all of it can be killed at once."""

    def __init__(self, *command: str, **changes: object) -> None:
        self.command, self.changes = command, changes
        self.start()

    def start(self) -> None:
        LOG.parent.mkdir(parents=True, exist_ok=True)
        with LOG.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.command],
                env=environment(**self.changes),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """As a power cut would."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def running(*processes: Process) -> Iterator[None]:
    try:
        yield
    finally:
        for process in processes:
            if process.process.poll() is None:
                process.kill()


@contextmanager
def kept_running(process: Process) -> Iterator[list[float]]:
    """Started again whenever it has ended, as the restart policies of docker-compose.yml do: a worker that holds tasks
    when the broker goes ends with an error of kombu 5.7. Yields when it was, for who wants to know how often."""
    stopped, starts = threading.Event(), list[float]()

    def watch() -> None:
        while not stopped.wait(0.5):
            if process.process.poll() is not None:
                process.start()
                starts.append(time.time())

    with running(process):
        watcher = threading.Thread(target=watch)
        watcher.start()
        try:
            yield starts
        finally:
            stopped.set()
            watcher.join()


def worker(name: str, *options: str, **changes: object) -> Process:
    alone = ("--without-gossip", "--without-mingle", "--concurrency=1", f"--hostname={name}@%h", "--loglevel=WARNING")
    return Process("celery", "--app=cluster_portal.celery:app", "worker", *alone, *options, **changes)


def quick_worker(name: str, **changes: object) -> Process:
    """Two processes and beat in one, and the jobs of tests.faults.quick."""
    return worker(name, "--concurrency=2", "--beat", "--include=tests.faults.quick", **changes)


def beat(folder: Path, **changes: object) -> Process:
    return Process("celery", "--app=cluster_portal.celery:app", "beat", f"--pidfile={folder / 'beat.pid'}", **changes)


def eventually(holds: Callable[[], bool], *, what: str, within: float = 60) -> float:
    """Seconds until ``holds``; fails with ``what`` when it still does not after ``within`` s: a machine that is busy
    needs long to start a worker, and no test fails by the clock."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < within, f"not within {within} s: {what}"
        time.sleep(0.05)
    return time.monotonic() - began


def report(promised: str, happened: str) -> None:
    print(f"\npromised: {promised}\nhappened: {happened}")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def web(port: int, **changes: object) -> Process:
    serving = ("--workers=2", "--worker-class=gthread", "--threads=4", f"--bind=127.0.0.1:{port}")
    return Process("gunicorn", "cluster_portal.wsgi", *serving, **changes)


def status_of(port: int, address: str) -> int:
    """0 where nobody answers."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        try:
            connection.request("GET", address)
            return connection.getresponse().status
        except OSError:
            return 0

"""A production server for the time of a run."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import psutil

from cluster_portal.embedded import HOME

WORKERS = 2
KEEPING_CONNECTIONS = ("--worker-class", "gthread", "--threads", "4", "--keep-alive", "5")  # as behind nginx
STARTS_WITHIN = 30  # s


@dataclass
class Server:
    port: int
    process: psutil.Process

    def memory(self) -> float:
        """Of the heaviest worker, in MB."""
        return max(worker.memory_info().rss for worker in self.process.children()) / 1e6


@contextmanager
def serving(application: str, settings: str) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", application, "--workers", str(WORKERS), *KEEPING_CONNECTIONS]
    log = (HOME / "bench" / f"{settings}.log").open("wb")
    process = subprocess.Popen(  # noqa: S603
        [*command, "--bind", f"127.0.0.1:{port}", "--log-level", "error"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": settings},
        stdout=log,
        stderr=log,
    )
    try:
        wait_for(port)
        yield Server(port, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait()
        log.close()


def wait_for(port: int) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise RuntimeError(f"no server on port {port} within {STARTS_WITHIN} s")

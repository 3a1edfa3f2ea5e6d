"""The portal as production runs it, beside the test: its own database, its own folders, its own processes."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path

from django.conf import settings

HOST = "portal.example.org"
PATIENCE = 60  # s, for what happens in a few on an idle machine
BEHIND_TLS = {"Host": HOST, "X-Forwarded-Proto": "https"}


def production(database: str, folder: Path) -> dict[str, str]:
    """The environment of a container, but for folders."""
    return {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "DJANGO_SETTINGS_MODULE": "cluster_portal.settings.production",
        "SECRET_KEY": "of the tests, long enough and with a letter of each kind: 0123456789",
        "SEALING_KEYS": "b2YgdGhlIHRlc3RzIGFsb25lLCBuZXZlciBzZWNyZXQ=",
        "ALLOWED_HOSTS": HOST,
        "DEFAULT_FROM_EMAIL": "portal@example.org",
        "OFFICE_EMAIL": "office@example.org",
        "DATABASE_URL": database,
        "REDIS_URL": settings.CELERY_BROKER_URL,
        "MEDIA_ROOT": str(folder / "media"),
        "STATIC_ROOT": str(folder / "static"),
        "ALIVE_FILE": str(folder / "alive"),
    }


def manage(environment: Mapping[str, str], *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=environment,
        input=typed,
        capture_output=True,
        text=True,
    )


@contextmanager
def running(command: list[str], environment: Mapping[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("ab") as output:
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(holds: Callable[[], bool], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    def __getitem__(self, header: str) -> str:
        """The only one of that name."""
        values = self.headers.get_all(header) or []
        assert len(values) == 1, f"{header}: {values}"
        return values[0]


def ask(port: int, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        connection.request(method, path, body, BEHIND_TLS | named)
        return Answer(connection.getresponse())


def answers(port: int, path: str = "/healthz") -> bool:
    try:
        return ask(port, path).status == http.HTTPStatus.OK
    except OSError:
        return False

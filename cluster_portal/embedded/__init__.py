"""PostgreSQL and Valkey from their wheels, so that ``make run`` and ``make test`` need no server installed.

The development settings import this package in every process, so it imports nothing heavy: the servers
themselves stand in its modules.
"""

import fcntl
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOME = Path(__file__).resolve().parents[2] / "var"


class EmbeddedError(Exception):
    """Tells the person at the terminal what is wrong and what to do."""


class AlreadyRunningError(EmbeddedError):
    """Another process keeps servers in the same home."""


def running_urls(home: Path = HOME) -> dict[str, str]:
    """``DATABASE_URL`` and ``REDIS_URL`` of the portal that runs in ``home``; empty if none does."""
    try:
        with _lock_file(home).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return {}
    except BlockingIOError:  # held, so somebody runs; the file is absent while it is still starting
        services = services_file(home)
        return json.loads(services.read_text()) if services.exists() else {}
    return {}


def services_file(home: Path) -> Path:
    return home / "run" / "services.json"


def _lock_file(home: Path) -> Path:
    return home / "run" / "lock"


@contextmanager
def exclusive(home: Path) -> Iterator[None]:
    """Keeps others out of ``home``; the lock goes with the process, so a killed one leaves none behind."""
    try:
        _lock_file(home).parent.mkdir(parents=True, exist_ok=True)
        lock = _lock_file(home).open("w")
    except PermissionError as error:
        raise EmbeddedError(f"{home} belongs to another user: run as that user, or remove it") from error
    with lock:
        _acquire(lock.fileno(), home)
        services_file(home).unlink(missing_ok=True)
        yield


def _acquire(lock: int, home: Path) -> None:
    for _ in range(5):  # running_urls() of another process may hold it for an instant
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.05)
        else:
            return
    raise AlreadyRunningError(f"The servers in {home} already run")

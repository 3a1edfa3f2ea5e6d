"""`make run` as a newcomer meets it: in a copy of the project, with the real servers, up to the first page."""

import http.client
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from cluster_portal.embedded import HOME
from cluster_portal.embedded.account import discard_folder

COMMAND = [sys.executable, "-m", "cluster_portal.run"]
PATIENCE = 600  # s, for what happens in a few on an idle machine; only a hang takes so long


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    copy = tmp_path_factory.mktemp("run") / "проверка стенда"
    shutil.copytree(HOME.parent, copy, ignore=shutil.ignore_patterns(".*", "var"))
    yield copy
    if (copy / "var" / "postgres").exists():  # one of these tests has started it
        discard_folder(copy / "var" / "postgres")


@pytest.fixture
def environment() -> dict[str, str]:
    """A newcomer's: nothing in it says which settings or servers to use."""
    given = {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "PORT"}
    return {name: value for name, value in os.environ.items() if name not in given}


@contextmanager
def portal(checkout: Path, environment: dict[str, str]) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Yields the supervisor and the port on which the portal answers."""
    log = checkout / "output.log"
    address = checkout / "var" / "run" / "address"
    address.unlink(missing_ok=True)
    with log.open("wb") as output:
        process = subprocess.Popen(COMMAND, cwd=checkout, env=environment, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + PATIENCE
        while "Ctrl-C ends it" not in log.read_text():
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        yield process, int(address.read_text().rstrip("/").rsplit(":", 1)[1])
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(PATIENCE)


def said(checkout: Path) -> str:
    return (checkout / "output.log").read_text()


def are_gone(processes: list[psutil.Process]) -> bool:
    """A process whose parent has gone is there until the system's first process has taken note of its end."""
    return psutil.wait_procs(processes, timeout=PATIENCE)[1] == []


def get(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    connection.request("GET", path)
    return connection.getresponse().status


def names_of(processes: list[psutil.Process]) -> set[str]:
    """Of those that still run: PostgreSQL has one for each connection, which may end at any moment."""
    names = set()
    for one in processes:
        with suppress(psutil.NoSuchProcess):
            names.add(one.name())
    return names


def test_it_serves_pages_is_started_once_and_ends_by_ctrl_c(checkout: Path, environment: dict[str, str]) -> None:
    with portal(checkout, environment) as (process, port):
        assert [get(port, path) for path in ("/", "/organisations/", "/mailbox/")] == [200, 200, 200]

        second = subprocess.run(COMMAND, cwd=checkout, env=environment, capture_output=True, text=True)
        assert second.returncode == 1
        assert f"already runs at http://127.0.0.1:{port}/" in second.stdout

        everything = psutil.Process(process.pid).children(recursive=True)
        assert names_of(everything) >= {"postgres", "valkey-server"}
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 0
        assert are_gone(everything)
    assert "Traceback" not in said(checkout)


@pytest.mark.parametrize("server", ["postgres", "valkey-server"])
def test_it_starts_again_after_a_hard_kill_and_ends_with_its_servers(
    checkout: Path, environment: dict[str, str], server: str
) -> None:
    with portal(checkout, environment) as (process, _):
        everything = psutil.Process(process.pid).children(recursive=True)
        process.kill()
    with portal(checkout, environment) as (process, port):
        assert are_gone(everything)
        assert get(port, "/") == 200
        everything = psutil.Process(process.pid).children(recursive=True)
        next(child for child in psutil.Process(process.pid).children() if child.name() == server).kill()
        assert process.wait(PATIENCE) == 1
        assert are_gone(everything)
    assert said(checkout).endswith(f"{server} ended by itself, so everything ends.\n")
    assert "Traceback" not in said(checkout)


@pytest.mark.parametrize("port", ["abc", "70000", "-1", "0", "８０００", "9" * 5000])
def test_a_port_that_is_none_is_refused_in_one_line(checkout: Path, environment: dict[str, str], port: str) -> None:
    run = subprocess.run(COMMAND, cwd=checkout, env=environment | {"PORT": port}, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (1, "")
    assert run.stdout == f"PORT is {port!r}, but a port is a number from 1 to 65535\n"

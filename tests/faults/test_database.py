"""PostgreSQL goes away under load and comes back."""

import http.client
import json
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import psutil
import psycopg2
import pytest

from cluster_portal.embedded import HOME, exclusive
from cluster_portal.embedded.postgres import postgres
from tests.faults.conftest import FULL
from tests.faults.stand import environment, eventually, free_port, running, status_of, web

pytestmark = [pytest.mark.faults, pytest.mark.django_db]

HEALTHY_WITHIN = 5  # s, of a machine that does nothing else (`make faults`)
AWAY = 1  # s
HOW = {"immediate": signal.SIGQUIT, **({"fast": signal.SIGINT} if FULL else {})}


@dataclass
class Writer:
    """A person who saves their name again and again, each time another one."""

    port: int
    person: int
    session: str
    confirmed: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    stopped: bool = False

    def run(self) -> None:
        token, form = "", {}
        for number in range(1_000_000):
            if self.stopped:
                return
            if not token:
                status, headers, page = self.ask("GET")
                if status != 200:
                    continue
                token = re.findall(r"csrftoken=(\w+)", headers["Set-Cookie"])[0]
                form = dict(re.findall(r'<input[^>]*name="(\w+)"[^>]*value="([^"]*)"', re.sub(r"\s+", " ", page)))
            name = f"Фамилия {number}"
            status, _headers, _page = self.ask("POST", token, {**form, "csrfmiddlewaretoken": token, "last_name": name})
            if status == 302:
                self.confirmed.append(name)
            else:
                time.sleep(0.05)

    def ask(
        self, method: str, token: str = "", data: dict[str, str] | None = None
    ) -> tuple[int, http.client.HTTPMessage, str]:
        headers = {
            "Cookie": f"sessionid={self.session}; csrftoken={token}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)) as connection:
            connection.request(method, "/account/person/", urlencode(data or {}), headers)
            response = connection.getresponse()
            page = response.read().decode()
        self.answers[f"{response.status}{' with Retry-After' if response.headers['Retry-After'] else ''}"] += 1
        return response.status, response.headers, page


@contextmanager
def at_work(writers: list[Writer]) -> Iterator[None]:
    threads = [threading.Thread(target=writer.run, daemon=True) for writer in writers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for writer in writers:
            writer.stopped = True
        for thread in threads:
            thread.join()


def all_write(writers: list[Writer], number: int) -> None:
    enough = [len(writer.confirmed) + number for writer in writers]
    eventually(
        lambda: all(len(one.confirmed) >= least for one, least in zip(writers, enough, strict=True)),
        what="writes",
    )


def accepts(url: str) -> bool:
    try:
        psycopg2.connect(url).close()
    except psycopg2.OperationalError:
        return False
    return True


@contextmanager
def restarted(home: Path, how: signal.Signals) -> Iterator[None]:
    """The server ends as it was told, stays away for a second and begins anew on the same data and port."""
    server = psutil.Process(int((home / "postgres" / "data" / "postmaster.pid").read_text().split()[0]))
    command, user, group = server.cmdline(), server.uids().real, server.gids().real
    server.send_signal(how)
    server.wait(30)
    time.sleep(AWAY)
    as_before = {"user": user, "group": group, "cwd": "/", "start_new_session": True}
    again = subprocess.Popen(command, stderr=subprocess.DEVNULL, **as_before)  # type: ignore[call-overload]
    try:
        yield
    finally:
        again.send_signal(signal.SIGINT)
        again.wait()


@pytest.mark.parametrize("how", HOW.values(), ids=HOW)
def test_a_restart_loses_no_confirmed_write_and_is_answered_politely(how: signal.Signals) -> None:
    home, port = HOME / "test" / "restarted", free_port()
    shutil.rmtree(home, ignore_errors=True)
    with exclusive(home), postgres(home) as url:
        prepared = subprocess.run(
            [sys.executable, "-m", "tests.faults.prepare"],
            env=environment(DATABASE_URL=url),
            check=True,
            capture_output=True,
            text=True,
        )
        sessions = json.loads(prepared.stdout.splitlines()[-1])
        writers = [Writer(port, int(person), session) for person, session in sessions.items()]
        with running(web(port, DATABASE_URL=url)):
            eventually(lambda: status_of(port, "/healthz") == 200, what="the web server is up")
            with at_work(writers):
                all_write(writers, 5)
                with restarted(home, how):
                    recovered = eventually(lambda: accepts(url), what="PostgreSQL has replayed its log")
                    healthy = eventually(
                        lambda: status_of(port, "/organisations/?q=stand") == 200,
                        within=HEALTHY_WITHIN if FULL else 60,
                        what="pages that need the database",
                    )
                    all_write(writers, 5)
                    with closing(psycopg2.connect(url)) as database, database.cursor() as cursor:
                        for writer in writers:
                            writer.stopped = True
                        time.sleep(1)
                        cursor.execute("SELECT id, last_name FROM members_historicaluser")
                        kept = set(cursor.fetchall())
    confirmed = {(writer.person, name) for writer in writers for name in writer.confirmed}
    answers = sum((writer.answers for writer in writers), Counter())
    print(
        f"\npromised: no confirmed write lost, 503 with Retry-After meanwhile, healthy within {HEALTHY_WITHIN} s"
        f"\nhappened: {len(confirmed)} confirmed, {len(confirmed - kept)} lost, {dict(answers)}, "
        f"PostgreSQL back after {recovered:.1f} s and the portal {healthy:.1f} s later"
    )
    assert confirmed <= kept
    assert answers.keys() <= {"200", "302", "503 with Retry-After"}

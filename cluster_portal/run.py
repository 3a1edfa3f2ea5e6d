"""``python -m cluster_portal.run``, which is ``make run``: the whole portal under one supervisor.

Starts the servers that the environment does not name, brings the database up to date, then runs the web
server, a Celery worker and Celery beat and prints what they say. Ctrl-C ends all of it.
"""

import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from threading import Thread
from types import FrameType

import django
import psutil
from django.core.management import call_command
from django.db import connections

from common.messages import compile_catalogues

from .embedded import HOME, AlreadyRunningError, EmbeddedError
from .embedded.processes import die_with_parent, end, free_ports, is_free
from .embedded.servers import servers

ADDRESS = HOME / "run" / "address"
# In the environment of our processes, so that they are known as ours when their supervisor was killed.
MARK = "CLUSTER_PORTAL_HOME"
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOP_SECONDS = 5


def main() -> int:
    for signum in STOP_SIGNALS:
        signal.signal(signum, _interrupt_once)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cluster_portal.settings.dev")
    try:
        wanted = _wanted_port()
        with servers() as urls:
            os.environ |= urls
            started = psutil.Process().children()
            ADDRESS.unlink(missing_ok=True)
            end(_leftovers(), signal.SIGTERM)
            port = _choose_port(wanted)
            os.environ.setdefault("SITE_ADDRESS", f"http://127.0.0.1:{port}")
            _prepare()
            return _supervise(port, started)
    except KeyboardInterrupt:
        return 0
    except AlreadyRunningError:
        where = ADDRESS.read_text() if ADDRESS.exists() else "and is still starting"
        _say(f"The portal of this folder already runs {where}. Ctrl-C where it was started ends it.")
    except EmbeddedError as error:
        _say(str(error))
    return 1


def _interrupt_once(_signum: int, _frame: FrameType | None) -> None:
    """An impatient second Ctrl-C must not break off the orderly end."""
    for signum in STOP_SIGNALS:
        signal.signal(signum, signal.SIG_IGN)
    raise KeyboardInterrupt


def _leftovers() -> list[psutil.Process]:
    return [
        process
        for process in psutil.process_iter(["environ"])
        if (process.info["environ"] or {}).get(MARK) == str(HOME)
    ]


def _prepare() -> None:
    compile_catalogues()  # before Django reads them, or all that the demo tells would be English
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    call_command("demo", if_empty=True)
    connections.close_all()


def _wanted_port() -> int | None:
    wanted = os.environ.get("PORT")
    if not wanted:
        return None
    if not (re.fullmatch("[0-9]{1,5}", wanted) and 1 <= int(wanted) <= 65535):
        raise EmbeddedError(f"PORT is {wanted!r}, but a port is a number from 1 to 65535")
    return int(wanted)


def _choose_port(wanted: int | None) -> int:
    if wanted is None:
        return next(free_ports(8000))
    if not is_free(wanted):
        raise EmbeddedError(f"Port {wanted} is taken: name another in PORT, or leave it to the portal to find one")
    return wanted


def _supervise(port: int, started: list[psutil.Process]) -> int:
    """Prints what the processes say until one ends, which none should; Ctrl-C leaves by an exception.

    ``started`` are the servers: what they say is in their logs, so they are only watched.
    """
    # Who runs a development copy as root, in a container, need not be told that Celery dislikes it.
    python = [sys.executable, "-u", "-W", "ignore:You're running the worker with superuser privileges"]
    celery = [*python, "-m", "celery", "--app", "cluster_portal.celery:app", "--quiet"]
    commands = {
        "web": [*python, "manage.py", "runserver", f"127.0.0.1:{port}"],
        "worker": [*celery, "worker", "--concurrency=2", "--loglevel=INFO"],
        "beat": [*celery, "beat", "--loglevel=WARNING", "--pidfile="],
    }
    ADDRESS.write_text(f"at http://127.0.0.1:{port}/")
    output: SimpleQueue[tuple[str, bytes]] = SimpleQueue()
    with _running(commands) as children:
        for name, child in children.items():
            Thread(target=_relay, args=(name, child, output), daemon=True).start()
        for server in started:
            Thread(target=_watch, args=(server, output), daemon=True).start()
        Thread(target=_announce, args=(port, output), daemon=True).start()
        while True:
            name, line = output.get()
            if not line:
                _say(f"{name} ended by itself, so everything ends.")
                return 1
            sys.stdout.buffer.write(f"{name:>6} | ".encode() + line if name else line)
            sys.stdout.flush()


@contextmanager
def _running(commands: dict[str, list[str]]) -> Iterator[dict[str, subprocess.Popen[bytes]]]:
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in commands.items():
            children[name] = subprocess.Popen(  # noqa: S603
                command,
                cwd=HOME.parent,
                env=os.environ | {MARK: str(HOME), "DJANGO_RUNSERVER_HIDE_WARNING": "true"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C at the terminal is for us alone
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        yield children
    finally:
        for child in children.values():
            child.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for child in children.values():
            with suppress(subprocess.TimeoutExpired):
                child.wait(max(0, deadline - time.monotonic()))
            with suppress(ProcessLookupError):  # as it should be: nothing of it is left
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()


def _relay(name: str, child: subprocess.Popen[bytes], output: SimpleQueue[tuple[str, bytes]]) -> None:
    """An empty line is the end of the output, and so of the process."""
    for line in child.stdout or ():
        output.put((name, line))
    output.put((name, b""))


def _watch(server: psutil.Process, output: SimpleQueue[tuple[str, bytes]]) -> None:
    name = server.name()
    server.wait()
    output.put((name, b""))


def _announce(port: int, output: SimpleQueue[tuple[str, bytes]]) -> None:
    while not _answers(port):
        time.sleep(0.1)
    output.put(("", _welcome(f"http://127.0.0.1:{port}").encode()))


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _welcome(address: str) -> str:
    # Models can be imported only now that Django is set up.
    from members.demo.stories import logins

    lines = [
        f"The portal runs at {address}/  (Ctrl-C ends it)",
        "",
        "Demo log-ins:",
        *(f"  {login}" for login in logins()),
        "",
        f"Mail that it sends is at {address}/mailbox/",
    ]
    return "".join(f"  {line}\n" for line in ["", *lines, ""])


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

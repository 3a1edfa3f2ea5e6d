"""What many do at the same moment, each by a connection of their own."""

import os
from collections.abc import Callable
from threading import Barrier, Thread
from time import sleep

from django.db import connection, connections

TIMES = 20 if os.environ.get("FAULTS") == "full" else 1  # that `make faults` repeats a race


def at_once(*calls: Callable[[], object]) -> list[object]:
    """What each has returned, or the error that it has raised, in the order of ``calls``."""
    start, outcomes = Barrier(len(calls), timeout=20), dict[int, object]()

    def run(number: int, call: Callable[[], object]) -> None:
        start.wait()
        try:
            outcomes[number] = call()
        except Exception as error:
            outcomes[number] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [outcomes[number] for number in range(len(calls))]


def in_thread(call: Callable[[], object]) -> Thread:
    """Begun; with a connection of its own."""

    def run() -> None:
        try:
            call()
        finally:
            connections.close_all()

    thread = Thread(target=run)
    thread.start()
    return thread


def noted(call: Callable[[], object], outcomes: list[object]) -> None:
    try:
        outcomes.append(call())
    except Exception as error:
        outcomes.append(error)


def wait_for_waiting(number: int) -> None:
    """Until so many connections wait for a lock."""
    here = "SELECT pid FROM pg_locks WHERE database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    waiting = f"SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted AND pid IN ({here})"  # noqa: S608
    with connection.cursor() as cursor:
        for _time in range(500):
            cursor.execute(waiting)
            if cursor.fetchone()[0] == number:
                return
            sleep(0.02)
    raise AssertionError(f"{number} do not wait")

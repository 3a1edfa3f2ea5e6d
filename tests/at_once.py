"""What many do at the same moment, each by a connection of their own."""

import os
from collections.abc import Callable
from threading import Barrier, Thread

from django.db import connections

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

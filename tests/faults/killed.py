"""Run as a program in a stand's environment: does what each line of its input asks for (JSON: what, its arguments, and
a number) in a process of its own, which kills itself at the step of that number, and answers how that process ended. A
step is each statement, and the moments before and after each commit; 0 lets it live."""

import itertools
import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import django
from django.urls import reverse


def main() -> None:
    """This process itself asks nothing of the database, so that none of its children inherits a connection; what they
    would each have to load, it has loaded."""
    django.setup()
    deeds = _deeds()
    reverse("pages:home")
    for line in sys.stdin:
        what, arguments, step = json.loads(line)
        child = os.fork()
        if not child:
            _do(deeds[what], arguments, step)
        _pid, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def _deeds() -> dict[str, Callable[..., object]]:
    from agreements.models import SigningRequest
    from agreements.running.sweep import sweep
    from agreements.signing.codes import sign_by_code
    from common import documents
    from members.models import User

    def sign(key: int, by: int, code: str) -> None:
        request = SigningRequest.objects.get(pk=key)
        sign_by_code(request, by=User.objects.get(pk=by), sha256=request.round.version.sha256, code=code)

    return {"sign": sign, "sweep": sweep, "package": documents.make_due}


def _do(deed: Callable[..., object], arguments: list[Any], step: int) -> None:
    code = 1
    try:
        with _killed_at(step):
            deed(*arguments)
        code = 0
    finally:
        os._exit(code)


@contextmanager
def _killed_at(step: int) -> Iterator[None]:
    from django.db import connection

    steps, commit = itertools.count(1), connection.commit

    def come() -> None:
        if next(steps) == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def before(execute: Callable[..., Any], *told: Any) -> Any:
        come()
        return execute(*told)

    def committing() -> None:
        come()
        commit()
        come()

    connection.ensure_connection()
    connection.commit = committing  # type: ignore[method-assign]
    with connection.execute_wrapper(before):
        yield


if __name__ == "__main__":
    main()

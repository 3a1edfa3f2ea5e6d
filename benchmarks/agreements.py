"""Agreements, of which there are fifty thousand: the desk of an organisation that has three hundred, what the office
reads, the whole register as a table, and the sweep of reminders that are due all at once. Each sweep is a process of
its own, so its memory is that of one.
"""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.reports import office, timed

LISTED = 20
FEW, MANY = 2_500, 10_000  # reminders
OF_SWEEP = ("due_near", "due_passed", "end_near", "sign_remind", "review_remind", "stale")
DESK = "/dashboard/{slug}/agreements/"
PAGES = {
    DESK: "the desk of 300 agreements",
    DESK + "?state=in_force&page=3": "those in force, the third page",
    DESK + "dates/": "their days of six months",
    DESK + "obligations/": "their obligations",
    DESK + "{pk}/": "one agreement",
    "/dashboard/{slug}/": "the start of the dashboard",
}
OFFICE = {
    "/admin/agreements/agreement/": "the list of the office",
}


def numbers(database: Any) -> tuple[str, ...]:
    """Addresses of some that everybody may read."""
    with database.cursor() as cursor:
        cursor.execute("SELECT number FROM agreements_agreement WHERE is_public AND number > '' ORDER BY id LIMIT 30")
        return tuple(f"/agreements/{number}/" for (number,) in cursor.fetchall())


# --- In a process of its own: ``python -m benchmarks.agreements read 5``, which prints JSON -------------------------


def main() -> None:
    import django

    django.setup()
    from django.utils import translation

    translation.activate("ru")
    what, number = sys.argv[1], int(sys.argv[2])
    print(json.dumps({"read": _read, "due": _make_due, "sweep": _sweep}[what](number)))


def _read(rounds: int) -> dict[str, tuple[float, int]]:
    return timed(_asked(), rounds=rounds)


def _asked() -> dict[str, Callable[[], object]]:
    from django.test import Client

    from agreements.models import Agreement
    from members.models import Organisation, Representative, Role

    first = Agreement.objects.filter(state="active").order_by("pk")[0]  # of the organisation that has three hundred
    desk = Client()
    desk.force_login(Representative.objects.get(organisation=first.initiator, role=Role.HEAD).user)
    staff = office()
    known = {"slug": first.initiator.slug, "pk": first.pk}
    return {
        "one-query list of 20 rows": lambda: [*Organisation.objects.order_by("pk")[:LISTED]],
        **{what: lambda path=path: _get(desk, path.format(**known)) for path, what in PAGES.items()},  # type: ignore[misc]
        **{what: lambda path=path: _get(staff, path) for path, what in OFFICE.items()},  # type: ignore[misc]
        "what has expired as a table (CSV of 5,000 rows)": lambda: _get(desk, "/agreements/export.csv?state=expired"),
    }


def _get(client: Any, path: str) -> None:
    answer = client.get(path, secure=True, headers={"host": "127.0.0.1"})
    assert answer.status_code == 200, (path, answer)
    if answer.streaming:
        for _part in answer:
            pass


def _sweep(number: int) -> dict[str, float]:
    from agreements.running import sweep
    from benchmarks.mail import count_queries

    sweep.LONGEST_RUN = 3600
    count_queries()
    began = time.perf_counter()
    done = sweep.sweep()
    took = time.perf_counter() - began
    assert done == number, done
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return {"rate": number / took, "queries": count_queries() / number, "memory": memory}


def _make_due(number: int) -> None:
    """As many, and nobody has heard of any of them yet."""
    from datetime import timedelta

    from django.utils import timezone

    from agreements.models import Timer
    from common.models import OutgoingMail
    from members.models import Notification

    Notification.objects.filter(topic="agreements").delete()
    OutgoingMail.objects.all().delete()
    Timer.objects.update(done_at=None, due_at=timezone.now() + timedelta(days=1))
    some = Timer.objects.filter(kind__in=OF_SWEEP).order_by("pk").values("pk")[:number]
    Timer.objects.filter(pk__in=some).update(due_at=timezone.now())


# --- All measurements ------------------------------------------------------------------------------------------


def print_table(rounds: int) -> None:
    figures = _measured("read", rounds)
    [yardstick, *_rest] = (took for took, _queries in figures.values())
    print("\n| agreements, 50,000 of them | ms | queries | × of the time of the list |")
    print("| --- | ---: | ---: | ---: |")
    for what, (took, queries) in figures.items():
        print(f"| {what} | {took:.1f} | {queries} | {took / yardstick:.1f} |")
    print("\n| sweep of due reminders, one process | reminders/s | queries a reminder | memory, MB |")
    print("| --- | ---: | ---: | ---: |")
    for number in (FEW, MANY):
        _measured("due", number)
        one = _measured("sweep", number)
        print(f"| {number:,} | {one['rate']:.0f} | {one['queries']:.1f} | {one['memory']:.0f} |")


def _measured(what: str, number: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.agreements", what, str(number)]
    measured = subprocess.run(command, env=os.environ, capture_output=True, text=True)  # noqa: S603
    if measured.returncode:
        raise RuntimeError(measured.stderr[-2000:])
    return json.loads(measured.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()

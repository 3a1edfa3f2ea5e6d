"""Reports of membership, with ten years of history of each organisation: what a page, a spreadsheet and each of their
questions cost, in one process, beside the one-query list of the other tables asked in the same way.
"""

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

LISTED = 20
PAGES = {
    "/admin/members/membership/reports/": "the page, by years",
    "/admin/members/membership/reports/?by=month": "the page, by months",
    "/admin/members/membership/reports.xlsx": "the spreadsheet",
    "/admin/members/membership/?day={day}&then=roll": "the list of who was on the roll on a past day",
}


def main() -> None:
    """The measurement, in a process of its own: ``python -m benchmarks.reports 5``; prints it as JSON."""
    import django

    django.setup()
    print(json.dumps(timed(_asked(), rounds=int(sys.argv[1]))))


def timed(asked: dict[str, Callable[[], object]], *, rounds: int) -> dict[str, tuple[float, int]]:
    """Of each its median in milliseconds and its queries; they take turns, and a first round warms."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    took: dict[str, list[float]] = {}
    queries: dict[str, int] = {}
    for number in range(rounds + 1):
        for what, ask in asked.items():
            with CaptureQueriesContext(connection) as captured:
                began = time.perf_counter()
                ask()
                seconds = time.perf_counter() - began
            queries[what] = min(len(captured), queries.get(what, len(captured)))  # with what is kept at hand
            if number:
                took.setdefault(what, []).append(1000 * seconds)
    return {what: (statistics.median(times), queries[what]) for what, times in took.items()}


def _asked() -> dict[str, Callable[[], object]]:
    import datetime

    from django.utils import timezone

    from members.membership import reports
    from members.models import Membership, Organisation

    today = timezone.localdate()
    past = today - datetime.timedelta(days=5 * 365)
    scope = reports.Scope(today)
    counted: dict[str, Callable[[], object]] = {
        one.__name__: lambda one=one: one(scope)  # type: ignore[misc]
        for one in (reports.standings, reports.flows, reports.renewals, reports.billings)
    }
    statuses: Any = Membership.objects.with_status_on(past)
    client = office()
    return {
        "one-query list of 20 rows": lambda: [*Organisation.objects.order_by("pk")[:LISTED]],
        **counted,
        "debtors, the first 20": lambda: reports.debtors(scope, LISTED),
        "status of all on a past day": lambda: [*statuses.values_list("status_then")],
        **{what: lambda path=path: _read(client, path.format(day=past)) for path, what in PAGES.items()},  # type: ignore[misc]
    }


def office() -> Any:
    """A browser of the staff that has passed the second factor."""
    from allauth.mfa.models import Authenticator

    from members.models import User
    from tests.office import enter

    Authenticator.objects.filter(user__email="bench@example.org").delete()  # of an earlier run
    staff, _made = User.objects.get_or_create(email="bench@example.org", is_staff=True, is_superuser=True)
    return enter(staff)


def _read(client: Any, path: str) -> None:
    answer = client.get(path, secure=True, headers={"host": "127.0.0.1"})
    assert answer.status_code == 200, answer


def print_table(rounds: int) -> None:
    measured = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "benchmarks.reports", str(rounds)], capture_output=True, text=True
    )
    if measured.returncode:
        raise RuntimeError(measured.stderr[-2000:])
    figures = json.loads(measured.stdout.splitlines()[-1])
    [yardstick, *_rest] = (took for took, _queries in figures.values())
    print("\n| reports of membership | ms | queries | × of the time of the list |")
    print("| --- | ---: | ---: | ---: |")
    for what, (took, queries) in figures.items():
        print(f"| {what} | {took:.1f} | {queries} | {took / yardstick:.1f} |")


if __name__ == "__main__":
    main()

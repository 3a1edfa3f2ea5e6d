"""Prints the tables. Arguments: ``--seconds`` and ``--rounds`` for each figure, and words that choose figures; ``mail``
are the letters, ``reports`` those of membership, ``registrations`` those for one event, ``bookings`` the laboratories,
``agreements`` their desk and the sweep of their reminders; ``agreement`` has their public pages as well."""

import argparse
import os
import statistics
import subprocess
import sys
import time
from contextlib import ExitStack, closing
from itertools import cycle, islice

import psycopg2
import redis

from benchmarks import agreements, bookings, mail, registrations, reports
from benchmarks.figures import AGREEMENTS, BOOKINGS, FIGURES, ORGANISATIONS, YARDSTICK, Figure
from benchmarks.load import Round, ask, drive
from benchmarks.server import Server, serving
from cluster_portal.embedded import HOME
from cluster_portal.embedded.servers import servers
from common.caching import STAMP_KEY, STAMP_KNOWN_FOR

ENVIRONMENT = {
    "SECRET_KEY": "for benchmarks only, fifty characters or more are asked for",
    "ALLOWED_HOSTS": "127.0.0.1",
    "DEFAULT_FROM_EMAIL": "portal@example.org",
    "OFFICE_EMAIL": "office@example.org",
    "DJANGO_SETTINGS_MODULE": "cluster_portal.settings.production",
}
CHANGES = 15  # of public data, after each of which a page is timed
FILL_BARE = "import django; django.setup(); from benchmarks.bare.models import fill; fill()"


def main() -> None:
    arguments = _arguments()
    with servers(HOME / "bench") as urls, closing(psycopg2.connect(urls["DATABASE_URL"])) as database:
        os.environ |= {**ENVIRONMENT, **urls}
        database.autocommit = True
        _prepare(database)
        if not arguments.words or {*arguments.words} - {"agreements", "bookings", "mail", "reports", "registrations"}:
            _pages(arguments, database)
        if not arguments.words or {"agreement", "agreements"} & {*arguments.words}:
            agreements.print_table(arguments.rounds)
        if not arguments.words or "bookings" in arguments.words:
            bookings.print_table(arguments.rounds)
        if not arguments.words or "mail" in arguments.words:
            mail.print_table(arguments.rounds)
        if not arguments.words or "reports" in arguments.words:
            reports.print_table(arguments.rounds)
        if not arguments.words or "registrations" in arguments.words:
            registrations.print_table(arguments.rounds, arguments.seconds)


def _pages(arguments: argparse.Namespace, database: "psycopg2.extensions.connection") -> None:
    with ExitStack() as stack:
        running = {
            "bare": stack.enter_context(serving("benchmarks.bare.wsgi", "benchmarks.bare.settings")),
            "cold": stack.enter_context(serving("cluster_portal.wsgi:portal", "benchmarks.settings_cold")),
            "warm": stack.enter_context(serving("cluster_portal.wsgi", "cluster_portal.settings.production")),
        }
        numbered = agreements.numbers(database)
        details = (
            Figure("/agreements/<number>/", "cold", numbered, aim=1.3),
            Figure("/agreements/<number>/ from the page cache", "warm", numbered, aim=3.5),
        )
        figures = [one for one in (*FIGURES, *details) if _is_chosen(one, arguments.words)]
        measured = _measure(figures, running, arguments.rounds, arguments.seconds)
        queries = {figure: _queries(figure, running[figure.server], database) for figure in figures}
        first = {one: _first_after_a_change(one, running[one.server]) for one in figures if one.server == "cold"}
        _print_table(measured, queries, first)
        for name, server in running.items():
            print(f"memory of a {name} worker: {server.memory():.0f} MB")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("words", nargs="*")
    return parser.parse_args()


def _is_chosen(figure: Figure, words: list[str]) -> bool:
    return figure.server == "bare" or not words or any(word in figure.name for word in words)


def _prepare(database: "psycopg2.extensions.connection") -> None:
    """The schema, the static files and the rows, where they are not there from an earlier run."""
    _run("manage.py", "messages", "--compile")
    _run("manage.py", "migrate", "--verbosity=0")
    _run("manage.py", "collectstatic", "--no-input", "--verbosity=0")
    _run("manage.py", "migrate", "--run-syncdb", "--verbosity=0", settings="benchmarks.bare.settings")
    _run("-c", FILL_BARE, settings="benchmarks.bare.settings")
    with database.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
        cursor.execute("SELECT count(*) FROM members_organisation")
        if _number(cursor) < ORGANISATIONS:
            _run("manage.py", "demo")
            _run("manage.py", "demo", f"--scale={ORGANISATIONS}")
        cursor.execute("SELECT count(*) FROM agreements_agreement")
        if _number(cursor) < AGREEMENTS:  # of an earlier run that knew of none
            _run("manage.py", "demo", f"--agreements={AGREEMENTS}")
        cursor.execute("SELECT count(*) FROM technoparks_booking")
        if _number(cursor) < BOOKINGS // 2:  # the same
            _run("manage.py", "demo", f"--bookings={BOOKINGS}")
        cursor.execute("VACUUM ANALYZE")


def _run(*command: str, settings: str = ENVIRONMENT["DJANGO_SETTINGS_MODULE"]) -> None:
    subprocess.run([sys.executable, *command], env={**os.environ, "DJANGO_SETTINGS_MODULE": settings}, check=True)  # noqa: S603


def _measure(
    figures: list[Figure], running: dict[str, Server], rounds: int, seconds: float
) -> dict[Figure, list[Round]]:
    """Round after round over all figures, so that a slow minute of the machine falls on each of them alike."""
    measured: dict[Figure, list[Round]] = {figure: [] for figure in figures}
    for figure in figures:
        drive(running[figure.server].port, figure.paths, seconds=0.5)  # connections, caches, compiled templates
    for number in range(rounds):
        print(f"round {number + 1} of {rounds}", file=sys.stderr)
        for figure in figures:
            measured[figure].append(drive(running[figure.server].port, figure.paths, seconds=seconds))
    return measured


def _queries(figure: Figure, server: Server, database: "psycopg2.extensions.connection") -> int:
    """The most that the server asks of PostgreSQL for one of the figure's addresses, as PostgreSQL itself counts."""
    most = 0
    with database.cursor() as cursor:
        for path in figure.paths:
            cursor.execute("SELECT pg_stat_statements_reset()")
            ask(server.port, path)
            cursor.execute("SELECT coalesce(sum(calls), 0) FROM pg_stat_statements WHERE query !~ 'pg_stat_statements'")
            most = max(most, _number(cursor))
    return most


def _first_after_a_change(figure: Figure, server: Server) -> float:
    """Median s of an answer for which nothing is at hand that was kept of public data."""
    cache, took = redis.Redis.from_url(os.environ["REDIS_URL"]), []
    for path in islice(cycle(figure.paths), CHANGES):
        cache.delete(f"cache:1:{STAMP_KEY}")  # as django-redis names it
        time.sleep(2 * STAMP_KNOWN_FOR)
        began = time.perf_counter()
        ask(server.port, path)
        took.append(time.perf_counter() - began)
    return statistics.median(took)


def _number(cursor: "psycopg2.extensions.cursor") -> int:
    [[number]] = cursor.fetchall()
    return int(number)


def _print_table(measured: dict[Figure, list[Round]], queries: dict[Figure, int], first: dict[Figure, float]) -> None:
    rates = {figure: statistics.median(one.rate for one in rounds) for figure, rounds in measured.items()}
    yardstick = next(rate for figure, rate in rates.items() if figure.name == YARDSTICK)
    print(
        "| what | requests/s | p50, ms | p99, ms | first after a change, ms | queries | bytes | × of the list | aim |"
    )
    print(f"| --- |{' ---: |' * 8}")
    for figure, rounds in measured.items():
        latencies = sorted(latency for one in rounds for latency in one.latencies)
        cells = (
            figure.name,
            f"{rates[figure]:.0f}",
            f"{1000 * latencies[len(latencies) // 2]:.1f}",
            f"{1000 * latencies[int(len(latencies) * 0.99)]:.1f}",
            f"{1000 * first[figure]:.0f}" if figure in first else "",
            str(queries[figure]),
            str(rounds[-1].size),
            f"{rates[figure] / yardstick:.2f}",
            f"≥ {figure.aim}" if figure.aim else "",
        )
        print(f"| {' | '.join(cells)} |")


if __name__ == "__main__":
    main()

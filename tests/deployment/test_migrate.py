"""Migrations give way to readers."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from tests.faults.stand import report

WAIT = 0.5  # s

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def migration_of_a_table_in_use(settings: Settings) -> Iterator[None]:
    settings.MIGRATION_MODULES = {"operations": "tests.deployment.migrations"}
    yield
    call_command("migrate", "operations", "zero", verbosity=0)


@contextmanager
def somebody_reads() -> Iterator[None]:
    parameters = connection.get_connection_params() | {"cursor_factory": None}
    with closing(psycopg2.connect(**parameters)) as reader:
        reader.cursor().execute("SELECT count(*) FROM members_region")
        yield


def columns() -> list[str]:
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, "members_region")]


def test_a_migration_does_not_wait_for_long_and_changes_nothing() -> None:
    with somebody_reads():
        began = time.monotonic()
        with pytest.raises(CommandError, match=r"A table was in use for 0.5 s, .* Run it again"):
            call_command("migrate", "operations", lock_timeout=WAIT, verbosity=0)
        waited, meanwhile = time.monotonic() - began, "added" in columns()
    call_command("migrate", "operations", verbosity=0)
    report(
        f"a migration of a table in use gives way after {WAIT} s, changes nothing, and does its work when run again",
        f"it gave way after {waited:.1f} s; column there meanwhile: {meanwhile}, afterwards: {'added' in columns()}",
    )
    assert waited >= WAIT
    assert (meanwhile, "added" in columns()) == (False, True)


def test_the_wait_is_five_seconds_and_holds_for_migrations_only() -> None:
    def limit() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            return str(cursor.fetchone()[0])

    with somebody_reads():
        began = time.monotonic()
        with pytest.raises(CommandError, match="A table was in use for 5 s"):
            call_command("migrate", "operations", verbosity=0)
        waited = time.monotonic() - began
    report(
        "migrations give way after 5 s, and no other statement does",
        f"it gave way after {waited:.1f} s; the limit of the connection is then {limit()} (0 is none)",
    )
    assert waited >= 5
    assert limit() == "0"

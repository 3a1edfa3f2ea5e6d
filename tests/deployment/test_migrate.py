"""Migrations give way to readers."""

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg2
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

WAIT = 0.5  # s

pytestmark = pytest.mark.django_db(transaction=True)


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
        assert time.monotonic() - began >= WAIT
        assert "added" not in columns()
    call_command("migrate", "operations", verbosity=0)
    assert "added" in columns()


def test_the_wait_is_five_seconds_and_holds_for_migrations_only() -> None:
    def limit() -> str:
        with connection.cursor() as cursor:
            cursor.execute("SHOW lock_timeout")
            return str(cursor.fetchone()[0])

    with somebody_reads():
        began = time.monotonic()
        with pytest.raises(CommandError, match="A table was in use for 5 s"):
            call_command("migrate", "operations", verbosity=0)
        assert time.monotonic() - began >= 5
    assert limit() == "0"

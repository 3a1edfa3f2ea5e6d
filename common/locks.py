"""Locks of PostgreSQL, of names and of rows. They vanish with the connection, so a killed process leaves none."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar
from zlib import crc32

from django.db import connection, transaction
from django.db.backends.postgresql.psycopg_any import IsolationLevel
from django.db.models import Model, QuerySet

Row = TypeVar("Row", bound=Model)


def hold(name: str) -> None:
    """Until the end of the transaction that runs; others who want ``name`` wait for it."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("it would be let go at once")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [crc32(name.encode())])


def check_isolation() -> None:
    """Raises RuntimeError under another isolation than READ COMMITTED: what was read before a lock would be read again
    after it, and a place be given twice."""
    if connection.isolation_level != IsolationLevel.READ_COMMITTED:  # type: ignore[attr-defined]
        raise RuntimeError("places are counted under READ COMMITTED")


def free(rows: QuerySet[Row]) -> QuerySet[Row]:
    """Those that nobody is writing at this moment, held. For whoever holds a person already: where others lock such a
    row before people, to wait for it would be to wait for ever."""
    held = rows.select_for_update(of=("self",), no_key=True, skip_locked=True)
    return rows.model._default_manager.filter(pk__in=[row.pk for row in held])


@contextmanager
def one_of(name: str, places: int) -> Iterator[bool]:
    """Whether one of ``places`` under ``name`` was free; it is taken until the end of the block."""
    group = crc32(name.encode()) - 2**31  # advisory locks are named by two signed 32-bit numbers
    place = next((place for place in range(places) if _asked("pg_try_advisory_lock", group, place)), None)
    try:
        yield place is not None
    finally:
        if place is not None:
            _asked("pg_advisory_unlock", group, place)


def _asked(function: str, group: int, place: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [group, place])
        [answer] = cursor.fetchone()
        return bool(answer)

"""Databases on the server of the tests."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

import psycopg2
from django.conf import settings
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

# PostgreSQL copies it in a moment, and migrating takes as long as a hundred tests. One run at a time on a server.
MIGRATED = "test_migrated"


@contextmanager
def database(template: str = "template1") -> Iterator[str]:
    """The URL of a new one; empty, or like ``MIGRATED``."""
    name = f"test_{uuid4().hex[:12]}"
    _at_server(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield _url(name)
    finally:
        _at_server(f"DROP DATABASE {name} WITH (FORCE)")


def migrate_once(folder: Path) -> None:
    """Make ``MIGRATED`` unless another process of the run has; ``folder`` is for all of them."""
    made = folder / "migrated"
    with (folder / "migrated.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            _at_server(f"DROP DATABASE IF EXISTS {MIGRATED}")
            _at_server(f"CREATE DATABASE {MIGRATED}")
            command = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
            given = os.environ | {"DATABASE_URL": _url(MIGRATED)}
            subprocess.run(command, cwd=settings.BASE_DIR, env=given, check=True)
            made.touch()


def remember() -> None:
    """What the migrations have filled in, in a schema beside it."""
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS migrated CASCADE")  # of a database that was kept
        cursor.execute("CREATE SCHEMA migrated")
        for table in _tables(cursor):
            cursor.execute(f"CREATE TABLE migrated.{table} AS TABLE public.{table}")


def as_migrated() -> None:
    """Undo all that was committed since, by whoever is still at it too. Django's own way, TRUNCATE, takes ten times as
    long on empty tables. The role must be a superuser, or have the right to set session_replication_role."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # no triggers, no foreign keys
        tables = _tables(cursor)
        cursor.execute("SET LOCAL lock_timeout = '10s'")
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE")  # waits for who writes
        for table, columns in tables.items():
            cursor.execute(f"DELETE FROM public.{table}")  # noqa: S608
            cursor.execute(f"INSERT INTO public.{table} ({columns}) SELECT {columns} FROM migrated.{table}")  # noqa: S608


def end_other_connections() -> None:
    """What threads have left open keeps a database from being dropped."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def _tables(cursor: CursorWrapper) -> dict[str, str]:
    """Each with its columns, but for those that are computed."""
    cursor.execute(
        "SELECT table_name, string_agg(quote_ident(column_name), ', ') FROM information_schema.columns "
        "JOIN information_schema.tables USING (table_schema, table_name) "
        "WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND is_generated = 'NEVER' GROUP BY 1"
    )
    return dict(cursor.fetchall())


def _url(name: str) -> str:
    server: dict[str, str] = settings.DATABASES["default"]
    login = f"{quote(server['USER'])}:{quote(server['PASSWORD'])}"
    return f"postgres://{login}@{quote(server['HOST'], safe='')}:{server['PORT']}/{name}"


def _at_server(statement: str) -> None:
    with closing(psycopg2.connect(_url("postgres"))) as connection:
        connection.autocommit = True
        connection.cursor().execute(statement)

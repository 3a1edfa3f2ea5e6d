"""Django's ``migrate`` that would rather give up than stop the portal."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg2.errors import LockNotAvailable

LOCK_TIMEOUT = 5  # s


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--lock-timeout",
            type=float,
            default=LOCK_TIMEOUT,
            metavar="SECONDS",
            help="how long a migration may wait for a table, and everybody else behind it (%(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> str | None:
        """A change of a table waits for who reads it, and all new readers wait behind the change."""
        connection = connections[options["database"]]
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{options['lock_timeout'] * 1000:.0f}ms"])
        try:
            return super().handle(*args, **options)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
            raise CommandError(
                f"A table was in use for {options['lock_timeout']:g} s, so this migration was taken back and nobody "
                "had to wait longer. Run it again; if that does not help, find who holds the table: pg_stat_activity."
            ) from error
        finally:
            if connection.connection is not None:
                with connection.cursor() as cursor:
                    cursor.execute("RESET lock_timeout")

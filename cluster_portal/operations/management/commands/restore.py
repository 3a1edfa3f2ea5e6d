from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from cluster_portal.operations import backups


class Command(BaseCommand):
    help = "Make the database and the uploaded files what they were in a backup. Stop web, workers and beat before."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="a folder that `backup` has made")
        parser.add_argument("--yes", action="store_true", help="replace what is there without asking")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            backups.verify(options["folder"])
            self._ask(yes=options["yes"])
            backups.restore(options["folder"])
        except backups.BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Restored. If the portal is newer than the backup, run `migrate` now.")

    def _ask(self, *, yes: bool) -> None:
        there = backups.what_is_there()
        if yes or not there:
            return
        name = connection.settings_dict["NAME"]
        self.stdout.write(f"The database {name} and the folder of uploads hold {there}. All of it will be replaced.")
        try:
            answer = input(f"Type the name of the database to go on ({name}): ")
        except EOFError:
            answer = ""
        if answer != name:
            raise CommandError("Nothing was changed.")

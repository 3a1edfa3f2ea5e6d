from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cluster_portal.operations import backups


class Command(BaseCommand):
    help = "Save the database and the uploaded files, with checksums, in a new folder. The portal may run meanwhile."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("where", type=Path, help="the folder of the backups")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            folder = backups.back_up(options["where"])
        except backups.BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{folder}")

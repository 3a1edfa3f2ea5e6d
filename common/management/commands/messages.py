from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from common import messages


class Command(BaseCommand):
    help = "Bring locale/ru in line with the strings of the code, or compile it."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--compile", action="store_true", help="only write the binary catalogues")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["compile"]:
            waiting = messages.update()
            self.stdout.write(f"{waiting} texts wait for a translation in {messages.catalogue_path()}")
        messages.compile_catalogues()

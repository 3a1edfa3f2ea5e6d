from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.invariants import INVARIANTS
from common.recounts import recount


class Command(BaseCommand):
    help = "Recount whatever is counted; fails where something does not add up."

    def handle(self, *args: Any, **options: Any) -> None:
        found = recount()
        for one in found:
            self.stdout.write(str(one))
        if found:
            raise CommandError(f"{len(found)} records do not add up")
        self.stdout.write(f"{len(INVARIANTS)} invariants hold")

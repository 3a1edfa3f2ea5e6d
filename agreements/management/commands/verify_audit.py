from typing import Any

from django.core.management.base import BaseCommand, CommandError

from agreements.models import HistoryEntry
from agreements.running.audit import audit


class Command(BaseCommand):
    help = "Look for anything that was changed in the texts, signatures, files or history of agreements."

    def handle(self, *args: Any, **options: Any) -> None:
        number = 0
        for _record, finding in audit():
            self.stdout.write(f"{finding.what}: {finding.where}")
            number += 1
        if number:
            raise CommandError(f"{number} findings")
        self.stdout.write(f"{HistoryEntry.objects.count()} entries of the history hold")

"""Known to a worker that is told to include it: what every half minute sweeps, every second, so that a test need not
wait for it; and jobs of the tests' own, which leave lines in the file RUNS."""

import os
import time
from datetime import timedelta
from functools import partial
from pathlib import Path

from django.db import transaction

from common import documents, jobs
from common.mail import relay
from common.models import SuppressedAddress

SECOND = timedelta(seconds=1)
jobs.register(jobs.Job("quick_mail", "Письма", relay.sweep, every=SECOND))
jobs.register(jobs.Job("quick_documents", "Документы", documents.make_due, every=SECOND))


def note(file: Path, line: str) -> None:
    with file.open("a") as lines:
        lines.write(f"{line}\n")


@transaction.atomic
def write_twice(file: Path) -> None:
    """The first time it takes so long that it can be killed between the two."""
    SuppressedAddress.objects.create(address="first@example.org")
    is_first = not file.exists()
    note(file, "begun")
    time.sleep(30 * is_first)
    SuppressedAddress.objects.create(address="second@example.org")


if runs := os.environ.get("RUNS"):
    for name, every in {"second": SECOND, "hour": timedelta(hours=1), "day": timedelta(days=1)}.items():
        jobs.register(jobs.Job(name, name, partial(note, Path(runs), name), every=every))

if work := os.environ.get("WORK"):
    jobs.register(jobs.Job("work", "Работа", partial(write_twice, Path(work)), every=timedelta(days=1)))

if templates := os.environ.get("TYPST_TEMPLATES"):
    documents.TEMPLATES = Path(templates)

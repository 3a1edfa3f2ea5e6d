"""Known to a worker that is told to include it: what every half minute sweeps, every second, so that a test need not
wait for it; jobs of the tests' own, which leave lines in the file RUNS; and a step at which it kills itself."""

import os
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from signal import SIGKILL
from types import ModuleType
from typing import Any

from django.db import transaction

from agreements.running import course
from agreements.running import sweep as agreements
from common import documents, jobs
from common.mail import relay
from common.models import SuppressedAddress
from members.membership import imports as membership_imports
from members.personal_data import exports as data_exports

SECOND = timedelta(seconds=1)
jobs.register(jobs.Job("quick_mail", "Письма", relay.sweep, every=SECOND))
jobs.register(jobs.Job("quick_documents", "Документы", documents.make_due, every=SECOND))
jobs.register(jobs.Job("quick_exports", "Копии данных", data_exports.make_due, every=SECOND))
jobs.register(jobs.Job("quick_agreements", "Соглашения", agreements.sweep, every=SECOND))
jobs.register(jobs.Job("quick_imports", "Таблицы", membership_imports.work, every=SECOND))

# What a worker has come to → the function that it never begins.
STEPS: dict[str, tuple[ModuleType, str]] = {
    "mail claimed": (relay, "_deliver"),
    "mail answered": (relay, "_record"),
    "document stored": (documents, "_record"),
    "export claimed": (data_exports, "_make"),
    "export stored": (data_exports, "_finish"),
    "agreement in force": (course, "follow_terms"),
    "table claimed": (membership_imports, "_attempt"),
    "table written": (membership_imports, "_note"),
}


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

if claimed_for := os.environ.get("CLAIMED_FOR"):
    relay.LOST_AFTER = relay.RESENT_AFTER = documents.CLAIM = data_exports.CLAIM = timedelta(seconds=int(claimed_for))
    membership_imports.PAUSE = relay.LOST_AFTER


def killed_before(step: Callable[..., Any], killed: Path, *args: Any, **options: Any) -> Any:
    """Once, with all processes of its worker, which are a group; the next worker finds the file and goes on."""
    if not killed.exists():
        killed.touch()
        os.kill(0, SIGKILL)
    return step(*args, **options)


if kill_at := os.environ.get("KILL_AT"):
    module, function = STEPS[kill_at]
    setattr(module, function, partial(killed_before, getattr(module, function), Path(os.environ["KILLED"])))

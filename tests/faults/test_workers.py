"""A worker dies in the middle of its work; the engine of documents fails or never ends."""

import time
from pathlib import Path

import pytest
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from common import jobs
from common.documents import order_document
from common.models import Document, DocumentState, JobRun, SuppressedAddress
from tests.faults.stand import eventually, quick_worker, report, running

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

WORKING = '#set document(title: "Бумага")\nБумага'
BROKEN = "#nothing-of-this-name"
LIMIT = 3  # s, for a task
ENDLESS = "#for a in range(1000000) { for b in range(1000000) { let c = a + b } }"


def order(template: str) -> Document:
    with transaction.atomic():
        return order_document(template, {})


def state_of(document: Document) -> tuple[str, int]:
    document.refresh_from_db()
    return document.state, document.attempts


def wait_for(document: Document, state: DocumentState) -> float:
    return eventually(lambda: state_of(document)[0] == state, what=f"{state}; it is {state_of(document)}")


def time_passes() -> None:
    Document.objects.exclude(state=DocumentState.MADE).update(due_at=timezone.now())


def test_the_engine_fails_or_never_ends(tmp_path: Path) -> None:
    for name, text in {"broken.typ": BROKEN, "endless.typ": ENDLESS, "working.typ": WORKING}.items():
        (tmp_path / name).write_text(text)
    limited = quick_worker("limited", TYPST_TEMPLATES=tmp_path, MEDIA_ROOT=tmp_path, TASK_TIME_LIMIT=LIMIT)
    with running(limited):
        broken, endless = order("broken.typ"), order("endless.typ")
        wait_for(broken, DocumentState.FAILED)
        eventually(lambda: state_of(endless)[1] == 1, what="it is being made")
        began = time.monotonic()
        working = order("working.typ")
        others = wait_for(working, DocumentState.MADE)
        time.sleep(max(0, began + LIMIT + 0.5 - time.monotonic()))  # by now its process is killed
        time_passes()
        wait_for(endless, DocumentState.FAILED)
        errors = broken.error.splitlines()[0], endless.error
        for name in ("broken.typ", "endless.typ"):
            (tmp_path / name).write_text(WORKING)
        time_passes()
        again = max(wait_for(document, DocumentState.MADE) for document in (broken, endless))
    report(
        "the record stands, its document is visibly missing and tried again; others are made meanwhile",
        f"failed: {errors}; another made in {others:.1f} s, both {again:.1f} s after the templates were mended",
    )
    assert errors[1] == "whoever was making it has vanished"


def test_a_worker_is_killed_in_the_middle_of_a_job_and_of_a_document(tmp_path: Path) -> None:
    """Once a day, says the job; it has not been done today when who did it was killed."""
    (tmp_path / "paper.typ").write_text(ENDLESS)
    work = tmp_path / "work"
    killed = quick_worker("killed", TYPST_TEMPLATES=tmp_path, MEDIA_ROOT=tmp_path, WORK=work)
    with running(killed):
        document = order("paper.typ")
        eventually(work.exists, what="the job has begun")
        eventually(lambda: state_of(document)[1] == 1, what="the document has been begun")
        killed.kill()
        left = [*written()], state_of(document)
        (tmp_path / "paper.typ").write_text(WORKING)
        time_passes()
        JobRun.objects.filter(job="work").update(started_at=F("started_at") - jobs.LOST_AFTER)
        killed.start()
        eventually(lambda: JobRun.objects.exclude(finished_at=None).filter(job="work").exists(), what="job")
        wait_for(document, DocumentState.MADE)
        time.sleep(1)
    runs, files = work.read_text().count("begun"), [*(tmp_path / "private" / "documents").iterdir()]
    report(
        "what a killed worker has not ended is as if never begun, and the next one does it, once",
        f"left {left}, then {[*written()]} after {runs} beginnings, {state_of(document)} with {len(files)} file",
    )
    assert left == ([], ("waiting", 1))
    assert ([*written()], runs) == (["first@example.org", "second@example.org"], 2)
    assert (state_of(document), len(files)) == (("made", 2), 1)


def written() -> QuerySet[SuppressedAddress, str]:
    """What the job has left in the database."""
    return SuppressedAddress.objects.order_by("pk").values_list("address", flat=True)

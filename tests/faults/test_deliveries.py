"""A task comes twenty times at once, each time on a connection of its own."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread
from unittest.mock import Mock

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.storage import FileSystemStorage
from django.db import connections, transaction
from pytest_django import Settings

from common import documents, jobs
from common.mail.letters import Letter
from common.models import Document, JobRun, OutgoingMail
from common.tasks import make_documents, relay_mail, run_job
from members.membership.imports import carry_out, upload_table
from members.models import DataExport, Membership, Organisation
from members.personal_data import exports as data_exports
from members.tasks import import_members, make_exports
from tests.factories.members import UserFactory
from tests.faults.stand import report
from tests.mail import Sink, listening

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

TIMES = 20
PAPER = '#set document(title: "Бумага")\nБумага'


def deliver(task: Callable[[], object]) -> None:
    start, errors = Barrier(TIMES), []

    def once() -> None:
        try:
            start.wait()
            task()
        except Exception as error:  # told below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=once) for _ in range(TIMES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_relay_mail(settings: Settings) -> None:
    readers = [f"reader-{number}@example.org" for number in range(40)]
    with transaction.atomic():
        for reader in readers:
            Letter("Тема", "Текст\n", to=[reader]).send()
    with listening(Sink()) as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        deliver(relay_mail)
    arrived = Counter(letter["To"] for letter in sink.letters)
    states = Counter(OutgoingMail.objects.values_list("state", "attempts"))
    report(
        f"relay_mail delivered {TIMES} times at once sends each of {len(readers)} letters once, over "
        f"{settings.MAIL_RELAYS} connections",
        f"{sum(arrived.values())} letters to {len(arrived)} readers over {sink.connections}, {dict(states)}",
    )
    assert arrived == Counter(readers)
    assert states == {("sent", 1): len(readers)}
    assert sink.connections <= settings.MAIL_RELAYS  # a relay has one, and only where there is something to send


def test_make_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "paper.typ").write_text(PAPER)
    monkeypatch.setattr(documents, "TEMPLATES", tmp_path)
    monkeypatch.setattr(Document._meta.get_field("file"), "storage", FileSystemStorage(tmp_path))
    with transaction.atomic():
        for _number in range(10):
            documents.order_document("paper.typ", {})
    deliver(make_documents)
    states = Counter(Document.objects.values_list("state", "attempts"))
    files = [*(tmp_path / "documents").iterdir()]
    report(
        f"make_documents delivered {TIMES} times at once makes each of 10 documents once",
        f"{dict(states)}, {len(files)} files",
    )
    assert states == {("made", 1): 10}
    assert len(files) == 10


def test_make_exports(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DataExport._meta.get_field("file"), "storage", FileSystemStorage(tmp_path))
    pack = Mock(wraps=data_exports.packed)  # two may make one copy, and the first throw its file away
    monkeypatch.setattr(data_exports, "packed", pack)
    people = UserFactory.create_batch(10)
    for person in people:
        data_exports.request_export(person)
    deliver(make_exports)
    states = Counter(DataExport.objects.values_list("state", "attempts"))
    named = sorted(Path(name).name for name in DataExport.objects.values_list("file", flat=True))
    files = sorted(path.name for path in (tmp_path / "exports").iterdir())
    letters = Counter(OutgoingMail.objects.values_list("recipient", flat=True))
    report(
        f"make_exports delivered {TIMES} times at once makes each of {len(people)} copies once, with one letter",
        f"{dict(states)}, made {pack.call_count} times, {len(files)} files, {letters.total()} letters",
    )
    assert states == {("ready", 1): len(people)}
    assert pack.call_count == len(people)
    assert files == named
    assert letters == Counter(person.email for person in people)


def test_run_job(monkeypatch: pytest.MonkeyPatch) -> None:
    runs: list[str] = []
    job = jobs.Job("counted", "Работа", lambda: runs.append("run"), every=timedelta(days=1))
    monkeypatch.setitem(jobs.JOBS, job.name, job)
    deliver(lambda: run_job(job.name))
    slots = JobRun.objects.filter(job=job.name).count()
    report(f"run_job delivered {TIMES} times at once runs its slot once", f"{len(runs)} runs of {slots} slots")
    assert (len(runs), slots) == (1, 1)


def test_import_members() -> None:
    """The same table is confirmed, and its task comes twenty times."""
    staff = UserFactory(is_staff=True)
    names = [f"Школа № {number}" for number in range(20)]
    rows = "".join(f"Школа;{name};Партнёр\n" for name in names)
    with transaction.atomic():
        table = upload_table(staff, file_name="members.csv", content=f"Вид;Наименование;Категория\n{rows}".encode())
    deliver(import_members)
    table.refresh_from_db()
    checked = table.state, table.attempts, Organisation.objects.count()
    carry_out(table, seen=table.seen, by=staff)
    deliver(import_members)
    table.refresh_from_db()
    counts = Membership.objects.count(), Membership.history.count(), LogEntry.objects.count()
    report(
        "import_members 20 times at once: the table is checked once, and imported once",
        f"{checked}, then {table.state} in attempt {table.attempts}: {counts}",
    )
    assert checked == ("checked", 1, 0)
    assert (table.state, table.attempts, counts) == ("done", 1, (20, 20, 1))
    assert sorted(Organisation.objects.values_list("name", flat=True)) == sorted(names)

"""Documents are made, whatever the engine does, and the record never waits for them."""

import datetime
import hashlib
import io
import time
from pathlib import Path, PurePath
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from django.core.files.storage import InMemoryStorage, Storage
from django.db import connections, transaction
from django.utils import timezone
from pypdf import PdfReader
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from common import documents, jobs
from common.models import Document, DocumentState
from common.tasks import SWEEP_DOCUMENTS, make_documents

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 12, 16, 10, 0, tzinfo=datetime.UTC)
WORKING = """
#set document(title: "Бумага")
#set text(font: "Libertinus Serif", lang: "ru")
#json(bytes(sys.inputs.data)).words
"""
BROKEN = "#let words = json(bytes(sys.inputs.data)).wordz\n#words"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(documents, "TEMPLATES", tmp_path)
    (tmp_path / "paper.typ").write_text(WORKING)
    return tmp_path


@pytest.fixture(autouse=True)
def storage(monkeypatch: pytest.MonkeyPatch) -> Storage:
    fresh = InMemoryStorage()
    monkeypatch.setattr(Document._meta.get_field("file"), "storage", fresh)
    return fresh


def order(words: str = "Слово") -> Document:
    with transaction.atomic():
        return documents.order_document("paper.typ", {"words": words})


def state_of(document: Document) -> tuple[str, int]:
    document.refresh_from_db()
    return document.state, document.attempts


def files(storage: Storage) -> list[str]:
    return storage.listdir("documents")[1] if storage.exists("documents") else []


def test_a_document_is_made_with_its_words(storage: Storage) -> None:
    document = order("«Ёлка» & #evil $x$ \\")
    assert documents.make_due() == 1
    assert state_of(document) == (DocumentState.MADE, 1)
    content = document.file.read()
    assert content.startswith(b"%PDF-")
    assert PdfReader(io.BytesIO(content)).pages[0].extract_text() == "«Ёлка» & #evil $x$ \\"
    assert document.sha256 == hashlib.sha256(content).hexdigest()
    assert documents.make_due() == 0


def test_the_same_data_make_the_same_bytes() -> None:
    first, second = (documents.typeset("paper.typ", {"words": "Слово"}, at=NOW) for _time in range(2))
    assert first == second


def test_nothing_of_the_system_is_needed_and_nothing_outside_the_templates_is_read(folder: Path) -> None:
    assert "Libertinus Serif" in documents._fonts().families()
    assert {font.path for font in documents._fonts().fonts()} == {None}
    (folder / "paper.typ").write_text('#set document(title: "x")\n#read("../../../../../../etc/hostname")')
    document = order()
    documents.make_due()
    assert state_of(document)[0] == DocumentState.FAILED


def test_a_failing_engine_leaves_the_document_visibly_missing_and_tries_at_growing_intervals(folder: Path) -> None:
    (folder / "paper.typ").write_text(BROKEN)
    pauses = []
    with time_machine.travel(NOW, tick=False) as clock:
        document = order()
        for attempt in range(1, 10):
            assert documents.make_due() == 0
            assert state_of(document) == (DocumentState.FAILED, attempt)
            pauses.append((document.due_at - datetime.datetime.now(datetime.UTC)).total_seconds() / 60)
            clock.move_to(document.due_at - datetime.timedelta(seconds=1))
            documents.make_due()
            assert state_of(document) == (DocumentState.FAILED, attempt)
            clock.move_to(document.due_at)
        assert "wordz" in document.error
        assert not document.file
        (folder / "paper.typ").write_text(WORKING)
        assert documents.make_due() == 1
    assert state_of(document) == (DocumentState.MADE, 10)
    assert document.error == ""
    assert pauses == [1, 5, 15, 60, 180, 360, 720, 720, 720]


def test_a_failed_document_is_made_again_at_once(folder: Path) -> None:
    (folder / "paper.typ").write_text(BROKEN)
    document = order()
    documents.make_due()
    (folder / "paper.typ").write_text(WORKING)
    assert documents.make_due() == 0
    documents.make_again(document)
    assert state_of(document) == (DocumentState.WAITING, 0)
    assert documents.make_due() == 1


def test_what_a_clock_that_was_ahead_has_put_off_for_a_year_is_made_now() -> None:
    document = order()
    Document.objects.update(due_at=timezone.now() + datetime.timedelta(days=365))
    assert documents.sweep() == 1
    assert Document.objects.get(pk=document.pk).is_made


def test_what_is_made_already_is_not_made_again() -> None:
    document = order()
    documents.make_due()
    documents.make_again(document)
    assert state_of(document) == (DocumentState.MADE, 1)


def test_a_full_disk_leaves_no_file_and_one_attempt_more(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    save = storage.save

    def half(name: str, content: object, max_length: int | None = None) -> str:
        save(name, content)  # type: ignore[arg-type]
        raise OSError(28, "No space left on device")

    document = order()
    monkeypatch.setattr(storage, "save", half)
    with time_machine.travel(NOW + datetime.timedelta(days=9999)):
        documents.make_due()
    assert state_of(document) == (DocumentState.FAILED, 1)
    assert "No space left" in document.error
    assert files(storage) == []


def test_nobody_else_begins_while_an_attempt_may_be_at_work(settings: Settings) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        order()
        assert documents._claim()
        clock.shift(settings.CELERY_TASK_TIME_LIMIT)
        assert documents.make_due() == 0
        clock.shift(61)
        assert documents.make_due() == 1


def full(*_arguments: object, **_named: object) -> str:
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(
    ("typesets", "saves", "state"),
    [
        (True, True, DocumentState.MADE),
        (True, False, DocumentState.FAILED),
        (False, True, DocumentState.MADE),
        (False, False, DocumentState.FAILED),
    ],
)
def test_whoever_is_overtaken_leaves_the_document_and_its_file_to_the_other(
    storage: Storage, monkeypatch: pytest.MonkeyPatch, typesets: bool, saves: bool, state: DocumentState
) -> None:
    """The first comes to an end, good or bad, after the second, which began later."""
    typeset = documents.typeset

    def overtaken(*arguments: Any, **named: Any) -> bytes:
        monkeypatch.setattr(documents, "typeset", typeset)
        with monkeypatch.context() as patch:
            clock.shift(documents.CLAIM)
            if not saves:
                patch.setattr(storage, "save", full)
            assert documents.make_due() == saves
        if not typesets:
            raise RuntimeError
        return typeset(*arguments, **named)

    monkeypatch.setattr(documents, "typeset", overtaken)
    with time_machine.travel(NOW, tick=False) as clock:
        document = order()
        assert documents.make_due() == 0
    assert state_of(document) == (state, 2)
    assert files(storage) == ([PurePath(str(document.file.name)).name] if saves else [])


def test_who_is_at_work_is_not_asked_to_begin_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "paper.typ").write_text(BROKEN)
    document, typeset = order(), documents.typeset
    documents.make_due()
    Document.objects.update(due_at=timezone.now())

    def asked_again(*arguments: Any, **named: Any) -> bytes:
        documents.make_again(document)
        assert not Document.objects.due().exists()
        return typeset(*arguments, **named)

    monkeypatch.setattr(documents, "typeset", asked_again)
    (folder / "paper.typ").write_text(WORKING)
    assert documents.make_due() == 1


def test_who_was_killed_at_work_is_followed_by_another(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    class Killed(BaseException):
        pass

    def die(*_arguments: object, **_named: object) -> None:
        raise Killed

    with time_machine.travel(NOW, tick=False) as clock:
        document = order()
        with monkeypatch.context() as patch:
            patch.setattr(documents, "_record", die)
            with pytest.raises(Killed):
                documents.make_due()
        assert (state_of(document), len(files(storage))) == ((DocumentState.WAITING, 1), 1)
        assert documents.make_due() == 0
        clock.shift(documents.CLAIM)
        assert documents.make_due() == 1
    assert state_of(document) == (DocumentState.MADE, 2)
    assert files(storage) == [PurePath(str(document.file.name)).name]


def test_a_document_that_vanished_meanwhile_leaves_no_file(storage: Storage, monkeypatch: pytest.MonkeyPatch) -> None:
    order()
    typeset = documents.typeset

    def delete_and_typeset(*arguments: object, **named: object) -> bytes:
        Document.objects.all().delete()
        return typeset(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(documents, "typeset", delete_and_typeset)
    assert documents.make_due() == 0
    assert files(storage) == []


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_makes_each_document(monkeypatch: pytest.MonkeyPatch) -> None:
    save = Document.save

    def slow(document: Document, **named: Any) -> None:
        time.sleep(0.05)
        save(document, **named)

    monkeypatch.setattr(Document, "save", slow)
    for number in range(6):
        order(str(number))
    start = Barrier(4)
    made = []

    def work() -> None:
        start.wait()
        made.append(documents.make_due())
        connections.close_all()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == 6
    assert {*Document.objects.values_list("state", "attempts")} == {(DocumentState.MADE, 1)}


def test_it_is_asked_for_after_the_commit_and_a_broker_that_is_away_is_no_error(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def away(name: str, **_named: object) -> None:
        asked.append(name)
        raise ConnectionError

    monkeypatch.setattr(documents.current_app, "send_task", away)
    with django_capture_on_commit_callbacks(execute=True):
        document = order()
        assert asked == []
    assert asked == [make_documents.name]
    assert jobs.run(SWEEP_DOCUMENTS)
    assert state_of(document) == (DocumentState.MADE, 1)

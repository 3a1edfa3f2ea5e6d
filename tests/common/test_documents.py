"""Documents are made, whatever the engine does, and the record never waits for them."""

import datetime
import hashlib
import io
import time
from pathlib import Path
from threading import Barrier, Thread

import pytest
import time_machine
from django.core.files.storage import InMemoryStorage, Storage
from django.db import connections, transaction
from pypdf import PdfReader
from pytest_django import DjangoCaptureOnCommitCallbacks

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
        clock.shift(61)
        assert documents.make_due() == 1
    assert (state_of(document), len(files(storage))) == ((DocumentState.MADE, 2), 1)


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
    pause = documents._pause

    def slow(attempts: int) -> int:
        time.sleep(0.05)
        return pause(attempts)

    monkeypatch.setattr(documents, "_pause", slow)
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

"""A worker kills itself at each step that leaves something behind, and is started anew."""

import time
from pathlib import Path

import pytest
from django.contrib.admin.models import LogEntry
from django.db import transaction

from common.documents import order_document
from common.mail.letters import Letter
from common.mail.purposes import ACCOUNT, ACCOUNT_NOTICE, Purpose
from common.models import Document, OutgoingMail
from members.membership import imports as membership_imports
from members.membership.imports import carry_out, upload_table
from members.models import DataExport, Membership, MembershipImport, Organisation
from members.personal_data.exports import request_export
from tests.factories.members import UserFactory
from tests.faults.conftest import FULL
from tests.faults.stand import Process, eventually, quick_worker, report, running
from tests.mail import Sink, listening

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

CLAIMED_FOR = 4  # s, instead of minutes
TABLE = "Вид;Наименование;Категория\nШкола;Первая;Партнёр\nШкола;Вторая;Партнёр\nШкола;Третья;Партнёр\n"
PAPER = '#set document(title: "Бумага")\nБумага'
only_full = pytest.mark.skipif(
    not FULL, reason="ten seconds each: `make test` kills once for each kind of work, `make faults` at every step"
)


def dying_worker(step: str, folder: Path, **changes: object) -> Process:
    return quick_worker(
        "dying", KILL_AT=step, KILLED=folder / "killed", CLAIMED_FOR=CLAIMED_FOR, MEDIA_ROOT=folder, **changes
    )


def wait_for_the_kill(worker: Process, folder: Path) -> None:
    eventually(lambda: worker.process.poll() is not None, what="it has killed itself")
    assert (folder / "killed").exists(), "it has died of something else"


@pytest.mark.parametrize(
    ("step", "purpose", "arrives", "becomes"),
    [
        pytest.param("mail claimed", ACCOUNT, 0, ("unknown", 1, 1), marks=only_full),
        pytest.param("mail claimed", ACCOUNT_NOTICE, 1, ("sent", 2, 1), marks=only_full),
        ("mail answered", ACCOUNT, 1, ("unknown", 1, 1)),
        pytest.param("mail answered", ACCOUNT_NOTICE, 2, ("sent", 2, 1), marks=only_full),
    ],
)
def test_a_letter(step: str, purpose: Purpose, arrives: int, becomes: tuple[str, int, int], tmp_path: Path) -> None:
    """Nobody knows whether it arrived: a code never goes again, a notice does, under the same Message-ID."""

    def state() -> tuple[str, int, int]:
        return OutgoingMail.objects.values_list("state", "attempts", "unclear").get()

    with listening(Sink()) as sink, running(worker := dying_worker(step, tmp_path, EMAIL_PORT=sink.port)):
        with transaction.atomic():
            Letter("Тема", "Текст\n", to=["reader@example.org"], purpose=purpose).send()
        wait_for_the_kill(worker, tmp_path)
        left, arrived = state(), len(sink.letters)
        worker.start()
        eventually(lambda: state() == becomes, what=str(becomes))
        if not purpose.resend:
            time.sleep(CLAIMED_FOR + 2)  # by now it would have been sent again
    numbers = {letter["Message-ID"] for letter in sink.letters}
    report(
        f"{step}, then killed: what nobody knows of is unclear, and goes again only where its purpose says so",
        f"{purpose.name}: left {left}, {arrived} arrived; then {state()}, {len(sink.letters)} arrived",
    )
    assert (left, arrived) == (("sending", 1, 0), step == "mail answered")
    assert (state(), len(sink.letters)) == (becomes, arrives)
    assert len(numbers) <= 1


def test_a_document(tmp_path: Path) -> None:
    (tmp_path / "paper.typ").write_text(PAPER)
    folder = tmp_path / "private" / "documents"
    with running(worker := dying_worker("document stored", tmp_path, TYPST_TEMPLATES=tmp_path)):
        with transaction.atomic():
            document = order_document("paper.typ", {})
        wait_for_the_kill(worker, tmp_path)
        document.refresh_from_db()
        left = document.state, files(folder)
        worker.start()
        eventually(lambda: Document.objects.filter(state="made").exists(), what="it is made")
    document.refresh_from_db()
    report(
        "a document is stored, then its worker killed: made again, with the one file that its record names",
        f"left {left[0]} with {len(left[1])} file, then {document.state} with {len(files(folder))}",
    )
    assert (left[0], len(left[1])) == ("waiting", 1)
    assert (document.attempts, files(folder)) == (2, [Path(str(document.file.name)).name])
    assert files(folder) != left[1]


@pytest.mark.parametrize(("step", "stored"), [pytest.param("export claimed", 0, marks=only_full), ("export stored", 1)])
def test_a_copy_of_data(step: str, stored: int, tmp_path: Path) -> None:
    folder, person = tmp_path / "private" / "exports", UserFactory()
    with running(worker := dying_worker(step, tmp_path)):
        export = request_export(person)
        wait_for_the_kill(worker, tmp_path)
        export.refresh_from_db()
        left = export.state, export.attempts, files(folder)
        worker.start()
        eventually(lambda: DataExport.objects.filter(state="ready").exists(), what="it is made")
    export.refresh_from_db()
    letters = [*OutgoingMail.objects.values_list("recipient", flat=True)]
    report(
        f"{step}, then its worker killed: made, with the one file that its record names, and one letter",
        f"left {left[0]} with {len(left[2])} files, then {export.state} with {len(files(folder))}, {letters}",
    )
    assert (*left[:2], len(left[2])) == ("queued", 1, stored)
    assert (export.attempts, files(folder)) == (2, [Path(str(export.file.name)).name])
    assert files(folder) != left[2]
    assert letters == [person.email]


@pytest.mark.parametrize("step", [pytest.param("table claimed", marks=only_full), "table written"])
def test_a_table_of_members(step: str, tmp_path: Path) -> None:
    """Killed when all of its rows are written, and nothing is committed."""
    staff = UserFactory(is_staff=True)
    with transaction.atomic():
        table = upload_table(staff, file_name="members.csv", content=TABLE.encode())
    membership_imports.work()
    table.refresh_from_db()
    with running(worker := dying_worker(step, tmp_path)):
        carry_out(table, seen=table.seen, by=staff)
        wait_for_the_kill(worker, tmp_path)
        left = (*MembershipImport.objects.values_list("state", "attempts").get(), Organisation.objects.count())
        worker.start()
        eventually(lambda: MembershipImport.objects.filter(state="done").exists(), what="it is imported")
    table.refresh_from_db()
    counts = Organisation.objects.count(), Membership.objects.count(), LogEntry.objects.count()
    report(
        f"{step}, then its worker killed: nothing is written, and then all of it once",
        f"left {left}, then {table.state} in attempt {table.attempts}, {counts}",
    )
    assert left == ("carrying_out", 1, 0)
    assert (table.state, table.attempts, counts) == ("done", 2, (3, 3, 1))


def files(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()] if folder.exists() else []

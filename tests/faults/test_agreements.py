"""Whoever moves an agreement dies at each step of it: the database is wholly as before or wholly as after, and a second
one does what was not done, once."""

import hashlib
import itertools
import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model
from django.utils import timezone

from agreements.drafting.drafts import submit
from agreements.models import Agreement, HistoryEntry, SigningRequest, Timer
from agreements.running.course import give_notice
from agreements.signing.codes import send_code
from agreements.signing.rules import join_rules
from common.invariants import INVARIANTS
from common.models import Document, NumberSeries, OutgoingMail
from members.models import Notification
from tests.agreements.test_signing import code_in_letter
from tests.factories import agreements as made
from tests.factories.members import UserFactory
from tests.faults.conftest import FULL
from tests.faults.stand import LOG, environment, eventually, report, running
from tests.faults.test_steps import dying_worker, files, wait_for_the_kill

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]
EACH = 1 if FULL else 40  # step at which it is killed: `make test` takes some of them
TODAY = timezone.localdate
only_full = pytest.mark.skipif(not FULL, reason="`make test` kills one of each sort, `make faults` all")


class Mortal:
    """A process that can be told at which step it dies."""

    def __init__(self, folder: Path) -> None:
        log = LOG.open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.killed"],
            env=environment(MEDIA_ROOT=folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )

    def survives(self, what: str, *arguments: object, step: int = 0) -> bool:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps([what, arguments, step]) + "\n")
        self.process.stdin.flush()
        code = int(self.process.stdout.readline())
        assert code in (0, -signal.SIGKILL), f"it has died of something else, see {LOG}"
        return code == 0


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("media")


@pytest.fixture(scope="module")
def mortal(django_db_setup: None, media: Path) -> Iterator[Mortal]:
    LOG.parent.mkdir(parents=True, exist_ok=True)
    one = Mortal(media)
    yield one
    one.process.kill()
    one.process.wait()


def everything() -> str:
    """A hash of all rows of agreements, and of what is told and ordered with them."""
    models: list[type[Model]] = [
        *apps.get_app_config("agreements").get_models(),
        Notification,
        OutgoingMail,
        Document,
        NumberSeries,
    ]
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        for model in models:
            cursor.execute(f"SELECT t::text FROM {model._meta.db_table} t ORDER BY 1")  # noqa: S608
            digest.update(repr(cursor.fetchall()).encode())
    return digest.hexdigest()


def killed_at_each_step(mortal: Mortal, what: str, *arguments: object) -> int:
    """How often it dies, until it lives to do it again. The database has been wholly as before, and then wholly as
    after all the time."""
    found = [everything()]
    for step in itertools.count(1, EACH):
        survives = mortal.survives(what, *arguments, step=step)
        found.append(everything())
        if survives:
            break
    assert mortal.survives(what, *arguments)
    found.append(everything())
    different = [state for state, _group in itertools.groupby(found)]
    assert len(different) == len({*different}) == 2
    return len(found) - 3


def nothing_is_wrong() -> bool:
    return not any([*one.find()] for name, one in INVARIANTS.items() if name.startswith("agreement"))


# --- Moves -------------------------------------------------------------------------------------------------------


def in_days(days: int) -> str:
    return made.days_from(TODAY(), days)


def to_be_signed() -> SigningRequest:
    """By the last of its parties, who has a code."""
    signing = made.being_signed(promises=(made.promise(),), ways={2: "code"})
    first, last = signing.requests.order_by("pk")
    made.sign(first)
    by = made.signatory_of(last)
    join_rules(last.party.organisation, by=by)
    send_code(last, by=by, sha256=signing.version.sha256)
    return last


def with_notice() -> Agreement:
    agreement = made.in_force(promises=(made.promise(due_on=in_days(60)),), notice_days=0)
    party = made.last_party(agreement)
    return give_notice(agreement, party=party, by=made.head_of(party.organisation), reason="Переезд")


def amended() -> Agreement:
    parent = made.in_force(promises=(made.promise(key="kept0000"), made.promise(key="gone0000")))
    school, company = (party.organisation for party in parent.parties.all())
    more = made.promise(key="kept0000", amount="7")
    return made.concluded(company, initiator=school, parent=parent, relation="amendment", promises=(more,))


def ending(**changes: object) -> Agreement:
    return made.in_force(ends_on=in_days(100), promises=(made.promise(due_on=in_days(60)),), **changes)


def unsigned() -> Agreement:
    return made.being_signed().agreement


def renewing() -> Agreement:
    return ending(renewal="automatic")


def promising() -> Agreement:
    return made.concluded(promises=(made.promise(due_on=in_days(60)),))


# What is prepared, which of its timers is due, and which moves follow.
MOVES: dict[str, tuple[Callable[[], Agreement], str, list[str]]] = {
    "in force": (promising, "start", ["start"]),
    "expired": (ending, "end", ["expire"]),
    "renewed": (renewing, "end", ["prolong", "start", "renew"]),
    "terminated": (with_notice, "notice_end", ["terminate"]),
    "amended": (amended, "start", ["start", "amend"]),
    "not signed in time": (unsigned, "sign_deadline", ["lapse"]),
}


def one_of(names: Iterable[str], chosen: str) -> list[Any]:
    return [name if name == chosen else pytest.param(name, marks=only_full) for name in names]


@pytest.mark.parametrize("move", one_of(MOVES, "renewed"))
def test_a_move_by_the_clock(move: str, mortal: Mortal) -> None:
    prepare, kind, actions = MOVES[move]
    agreement = prepare()
    before = HistoryEntry.objects.count()
    agreement.timers.waiting().filter(kind=kind).update(due_at=timezone.now())
    deaths = killed_at_each_step(mortal, "sweep")
    done = [*HistoryEntry.objects.order_by("sequence")[before:].values_list("action", flat=True)]
    report(f"{move}: wholly old or wholly new", f"killed at {deaths} steps, then {done}")
    assert sorted(done) == sorted(actions)
    assert nothing_is_wrong()


def test_the_last_signature(mortal: Mortal) -> None:
    request = to_be_signed()
    before = HistoryEntry.objects.count()
    deaths = killed_at_each_step(mortal, "sign", request.pk, made.signatory_of(request).pk, code_in_letter())
    agreement = Agreement.objects.get()
    report(
        "signed by all, numbered and its package ordered, or nothing of it",
        f"killed at {deaths} steps, then {agreement.state} under № {agreement.number}, {agreement.package}",
    )
    year = timezone.localdate().year
    assert (agreement.state, agreement.number, Document.objects.count()) == ("concluded", f"{year}-0001", 1)
    assert NumberSeries.objects.get(name=f"agreement {year}").last == 1
    assert [*HistoryEntry.objects.order_by("sequence")[before:].values_list("action", "target")] == [
        ("sign", "concluded")
    ]
    assert nothing_is_wrong()


def test_the_package(mortal: Mortal, media: Path) -> None:
    """Made anew by the next one, with the one file that its record and the history know."""
    agreement = made.concluded()
    folder, seen = media / "private" / "documents", Counter[str]()
    for step in itertools.count(1, EACH):
        survives = mortal.survives("package", step=step)
        document = Document.objects.get()
        seen[document.state] += 1
        told = [*agreement.history.filter(action="package").values_list("facts__package", flat=True)]
        assert told == ([document.sha256] if document.is_made else [])
        assert not document.is_made or hash_of_file(media, document) == document.sha256
        Document.objects.exclude(state="made").update(due_at=timezone.now())
        if survives:
            break
    report("concluded all the time, and its package made in the end", f"{dict(seen)}, {files(folder)}")
    agreement.refresh_from_db()
    assert (agreement.state, document.state) == ("concluded", "made")
    assert files(folder) == [Path(str(document.file.name)).name]


def hash_of_file(media: Path, document: Document) -> str:
    return hashlib.sha256((media / "private" / str(document.file.name)).read_bytes()).hexdigest()


# --- Reminders ---------------------------------------------------------------------------------------------------


def in_review() -> Agreement:
    draft = made.draft()
    return submit(draft, by=made.head_of(draft.initiator), approvers=[UserFactory()])


# What is prepared, which of its timers is due first, and how many people hear of it.
REMINDERS: dict[str, tuple[Callable[[], Agreement], str, int]] = {
    "review waits": (in_review, "review_remind", 1),
    "review is late": (in_review, "review_escalate", 2),
    "negotiation stands still": (made.in_negotiation, "stale", 2),
    "not signed yet": (unsigned, "sign_remind", 1),
    "ends soon": (ending, "end_near", 2),
    "may be objected to": (renewing, "opt_out", 2),
    "due soon": (ending, "due_near", 1),
    "late": (ending, "due_passed", 1),
}


@pytest.mark.parametrize(
    "about", [name if name == "late" else pytest.param(name, marks=only_full) for name in REMINDERS]
)
def test_a_reminder_is_neither_lost_nor_doubled(about: str, mortal: Mortal) -> None:
    prepare, kind, people = REMINDERS[about]
    agreement = prepare()
    timer = agreement.timers.waiting().filter(kind=kind).order_by("due_at", "pk")[0]
    Timer.objects.filter(pk=timer.pk).update(due_at=timezone.now())
    told, mailed = Notification.objects.count(), OutgoingMail.objects.count()
    deaths = killed_at_each_step(mortal, "sweep")
    told, mailed = Notification.objects.count() - told, OutgoingMail.objects.count() - mailed
    report(f"{about}: told once, to each", f"killed at {deaths} steps, then {told} told and {mailed} letters")
    assert (told, mailed) == (people, people)
    timer.refresh_from_db()
    assert timer.done_at


# --- A worker of Celery ------------------------------------------------------------------------------------------


def test_a_worker_dies_between_the_turn_of_an_agreement_and_its_obligations(tmp_path: Path) -> None:
    agreement = made.concluded(promises=(made.promise(),))

    def now() -> tuple[str, int, int, int]:
        state = Agreement.objects.get(pk=agreement.pk).state
        starts, packages = (agreement.history.filter(action=one).count() for one in ("start", "package"))
        return state, agreement.obligations.count(), starts, packages

    with running(worker := dying_worker("agreement in force", tmp_path)):
        wait_for_the_kill(worker, tmp_path)
        left = now()
        worker.start()
        eventually(lambda: now() == ("active", 1, 1, 1), what="it is in force, with its package")
    report(
        "in force with its obligations, or not at all, and then once",
        f"left {left} (state, obligations, turns, packages), then {now()}",
    )
    assert left[:3] == ("concluded", 0, 0)
    assert len(files(tmp_path / "private" / "documents")) == 1

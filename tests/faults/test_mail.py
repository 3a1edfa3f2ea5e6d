"""Mail, whatever dies."""

import random
import time
from collections import Counter
from pathlib import Path

import psutil
import pytest
from django.core.mail import get_connection
from django.db import transaction
from django_redis import get_redis_connection

from common.mail.letters import Letter
from common.mail.purposes import Priority, Purpose, register
from common.models import MailState, OutgoingMail
from tests import mail
from tests.faults.conftest import FULL
from tests.faults.stand import Process, beat, eventually, free_port, report, running, worker

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

DIGEST = register(Purpose("fault digest", "Дайджест", Priority.BULK, is_service=False))
KILLS = 3
QUICK = () if FULL else ("--include=tests.faults.quick",)


def write(number: int) -> None:
    for start in range(0, number, 500):
        letters = [
            Letter("Дайджест", f"№ {one}\n", to=[f"reader-{one}@example.org"], purpose=DIGEST)
            for one in range(start, min(start + 500, number))
        ]
        with transaction.atomic():
            get_connection().send_messages(letters)


class Sink(Process):
    def __init__(self, folder: Path) -> None:
        self.port, self.file = free_port(), folder / "letters"
        super().__init__("tests.sink", str(self.port), str(self.file))

    def arrived(self) -> list[str]:
        return self.file.read_text().splitlines() if self.file.exists() else []

    def wait_for(self, number: int) -> None:
        eventually(lambda: len(self.arrived()) >= number, within=600, what=f"{number} letters")


def counted(*states: MailState) -> int:
    return OutgoingMail.objects.filter(state__in=states).count()


def test_workers_are_killed_hard_while_they_send(scale: float, tmp_path: Path) -> None:
    number = round(20_000 * scale)
    sink = Sink(tmp_path)
    workers = [worker(name, *QUICK, EMAIL_PORT=sink.port) for name in ("first", "second")]
    with running(sink, *workers, beat(tmp_path)):
        began = time.monotonic()
        write(number)
        for kill in range(1, KILLS + 1):
            sink.wait_for(number * kill // (KILLS + 2))
            for process in workers:
                process.kill()
                time.sleep(random.random() * 0.2)
                process.start()
        eventually(lambda: counted(MailState.QUEUED, MailState.RETRY) == 0, within=600, what="all tried")
        time.sleep(1)
        took = time.monotonic() - began
    arrived = Counter(sink.arrived())
    lost = counted(MailState.SENDING, MailState.UNKNOWN)
    missing = {f"reader-{one}@example.org" for one in range(number)} - arrived.keys()
    twice = [address for address, times in arrived.items() if times > 1]
    unclear = OutgoingMail.objects.filter(state__in=(MailState.SENDING, MailState.UNKNOWN))
    report(
        f"{number} letters, 2 workers killed {KILLS} times: none missing but the unclear, none twice",
        f"{len(arrived)} arrived in {took:.0f} s, {lost} unclear, {len(missing)} missing, {len(twice)} twice",
    )
    assert twice == []
    assert missing <= set(unclear.values_list("recipient", flat=True))
    assert lost <= KILLS * len(workers)


def test_the_broker_is_flushed_with_letters_waiting(scale: float, tmp_path: Path) -> None:
    number = round(1000 * scale)
    write(number)
    get_redis_connection().flushdb()
    sink = Sink(tmp_path)
    with running(sink, worker("only", *QUICK, EMAIL_PORT=sink.port), beat(tmp_path)):
        took = eventually(lambda: counted(MailState.SENT) == number, within=120, what="all sent")
    report(f"{number} letters sent within 120 s of the broker's return", f"sent in {took:.1f} s")
    assert len(sink.arrived()) == len(set(sink.arrived())) == number


def test_a_process_is_killed_in_the_middle_of_its_task() -> None:
    """As by a system out of memory; there is no beat, so no sweep that would find what it leaves."""
    sink = mail.Sink(delay=0.05)
    with mail.listening(sink), running(first := worker("oom", EMAIL_PORT=sink.port)):
        write(20)
        eventually(lambda: len(sink.letters) > 2, what="the relay works")
        [process] = psutil.Process(first.process.pid).children()
        process.kill()
        took = eventually(lambda: counted(MailState.QUEUED) == 0, what="all sent")
        time.sleep(1)
    arrived = Counter(letter["To"] for letter in sink.letters)
    report(
        "a process of a worker is killed: its task is delivered again at once",
        f"{len(arrived)} of 20 letters arrived, the rest within {took:.1f} s, {counted(MailState.SENDING)} unclear",
    )
    assert max(arrived.values()) == 1
    assert len(arrived) >= 19

"""Mail, whatever dies."""

import random
import time
from collections import Counter
from pathlib import Path

import pytest
from django.core.mail import get_connection
from django.db import transaction
from django_redis import get_redis_connection

from common.mail.letters import Letter
from common.mail.purposes import Priority, Purpose, register
from common.models import MailState, OutgoingMail
from tests.faults.stand import beat, eventually, running, worker
from tests.mail import Sink, listening

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

DIGEST = register(Purpose("fault digest", "Дайджест", Priority.BULK, is_service=False))
KILLS = 3


def write(number: int) -> None:
    for start in range(0, number, 500):
        letters = [
            Letter("Дайджест", f"№ {one}\n", to=[f"reader-{one}@example.org"], purpose=DIGEST)
            for one in range(start, min(start + 500, number))
        ]
        with transaction.atomic():
            get_connection().send_messages(letters)


def wait_for(sink: Sink, number: int) -> None:
    eventually(lambda: len(sink.letters) >= number, within=300, what=f"{number} letters")


def counted(*states: MailState) -> int:
    return OutgoingMail.objects.filter(state__in=states).count()


def test_workers_are_killed_hard_while_they_send(scale: float, tmp_path: Path) -> None:
    number = round(20_000 * scale)
    with listening(Sink()) as sink:
        workers = [worker(name, EMAIL_PORT=sink.port) for name in ("first", "second")]
        clock = beat(tmp_path, EMAIL_PORT=sink.port)
        with running(*workers, clock):
            began = time.monotonic()
            write(number)
            for kill in range(1, KILLS + 1):
                wait_for(sink, number * kill // (KILLS + 2))
                for process in workers:
                    process.kill()
                    time.sleep(random.random() * 0.2)
                    process.start()
            eventually(lambda: counted(MailState.QUEUED, MailState.RETRY) == 0, within=600, what="all tried")
            time.sleep(1)
            took = time.monotonic() - began
    arrived = Counter(letter["To"] for letter in sink.letters)
    lost = counted(MailState.SENDING, MailState.UNKNOWN)
    missing = {f"reader-{one}@example.org" for one in range(number)} - arrived.keys()
    twice = [address for address, times in arrived.items() if times > 1]
    unclear = OutgoingMail.objects.filter(state__in=(MailState.SENDING, MailState.UNKNOWN))
    print(
        f"\npromised: {number} letters, 2 workers killed {KILLS} times: none missing but the unclear, none twice\n"
        f"happened: {len(arrived)} arrived in {took:.0f} s, {lost} unclear, {len(missing)} missing, {len(twice)} twice"
    )
    assert twice == []
    assert missing <= set(unclear.values_list("recipient", flat=True))
    assert lost <= KILLS * len(workers)


def test_the_broker_is_flushed_with_letters_waiting(scale: float, tmp_path: Path) -> None:
    number = round(1000 * scale)
    write(number)
    get_redis_connection().flushdb()
    with listening(Sink()) as sink:
        processes = [worker("only", EMAIL_PORT=sink.port), beat(tmp_path, EMAIL_PORT=sink.port)]
        with running(*processes):
            took = eventually(lambda: counted(MailState.SENT) == number, within=120, what="all sent")
    print(f"\npromised: {number} letters sent within 120 s of the broker's return\nhappened: sent in {took:.1f} s")
    assert len(sink.letters) == number

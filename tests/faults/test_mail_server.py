"""The mail server is away, slow, full or rude. The relays work in a worker, as in production."""

import socket
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from threading import Thread

import pytest
from django.db import transaction
from django.db.models import F

from common.mail.letters import Letter
from common.mail.purposes import ACCOUNT, SYSTEM, Priority, Purpose, register
from common.models import MailState, OutgoingMail, SuppressedAddress
from tests.faults.stand import eventually, free_port, quick_worker, report, running
from tests.mail import HANGS_UP, Sink, listening

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]

DIGEST = register(Purpose("digest of the faults", "Дайджест", Priority.BULK, is_service=False))
PATIENCE = 2  # s, of the relays with each word of the server
READERS = [f"reader-{number}@{domain}.example.org" for domain in ("a", "b", "c") for number in range(5)]


@pytest.fixture(scope="module")
def port(django_db_setup: None) -> Iterator[int]:
    """Where two relays look for a mail server, as often as every second."""
    port = free_port()
    with running(quick_worker("relays", EMAIL_PORT=port, EMAIL_TIMEOUT=PATIENCE)):
        yield port


def write(*recipients: str, purpose: Purpose = DIGEST, attached: int = 0) -> None:
    with transaction.atomic():
        for recipient in recipients:
            letter = Letter("Тема", "Текст\n", to=[recipient], purpose=purpose)
            if attached:
                letter.attach("a.bin", bytes(attached), "application/octet-stream")
            letter.send()


def states() -> Counter[str]:
    return Counter(OutgoingMail.objects.values_list("state", flat=True))


def state_of(recipient: str) -> str:
    return OutgoingMail.objects.values_list("state", flat=True).get(recipient=recipient)


def pause(recipient: str) -> int:
    """Minutes between its last attempt and the next one."""
    letter = OutgoingMail.objects.get(recipient=recipient)
    assert letter.tried_at
    return round((letter.due_at - letter.tried_at).total_seconds() / 60)


def wait_until(**expected: int) -> float:
    return eventually(lambda: states() == expected, what=str(expected))


def time_passes(**by: float) -> None:
    """For the letters: what they wait for is that much nearer."""
    past = timedelta(**by)
    for field in ("due_at", "tried_at", "finished_at"):
        OutgoingMail.objects.filter(**{f"{field}__isnull": False}).update(**{field: F(field) - past})


def recipients_of(sink: Sink) -> Counter[str]:
    return Counter(letter["To"] for letter in sink.letters)


def test_down(port: int) -> None:
    write(*READERS)
    eventually(lambda: states()["retry"] > 1, what="the first have been tried")
    meanwhile = states()
    with listening(Sink(port=port)) as sink:
        eventually(lambda: states()["sending"] == 0, what="no letter is under way to nobody")
        time_passes(seconds=30)
        took = wait_until(sent=len(READERS))
    report(
        "while nobody listens letters wait, and all go out within half a minute of the server's return, once",
        f"meanwhile {dict(meanwhile)}; {len(sink.letters)} of {len(READERS)} arrived after {took:.1f} s",
    )
    assert meanwhile.keys() <= {"queued", "retry"}
    assert recipients_of(sink) == Counter(READERS)


def test_slow_and_silent(port: int) -> None:
    """Silence of the server after a letter says nothing of whether it has arrived."""
    slow, silent = READERS[:4], "silent@example.org"
    sink = Sink(port=port, delay=0.4)
    with listening(sink):
        write(*slow)
        took = wait_until(sent=4)
        sink.delay = 2 * PATIENCE
        write(silent, purpose=DIGEST)
        eventually(lambda: sink.tried[silent] == 1, what="it has been tried")
        sink.delay = 0
        write(*READERS[4:])
        others = wait_until(sent=len(READERS), retry=1)
        time_passes(minutes=1)
        wait_until(sent=len(READERS) + 1)
    report(
        f"an answer after less than {PATIENCE} s is waited for; who is silent for longer is tried again later, and "
        "keeps nobody else waiting",
        f"4 slow letters in {took:.1f} s, the others beside a silent server in {others:.1f} s, all arrived once",
    )
    assert recipients_of(sink) == Counter([*READERS, silent])


@contextmanager
def reads(port: int, *, slowly: bool) -> Iterator[None]:
    """A mail server that reads a letter slowly, or begins to take it and reads no further."""
    with closing(socket.create_server(("127.0.0.1", port))) as server:
        conversations = []

        def speak() -> None:
            conversation, _address = server.accept()
            conversations.append(conversation)
            conversation.sendall(b"220 sink\r\n")
            told = conversation.makefile("rb")
            for line in told:
                conversation.sendall(b"354 Go on\r\n" if line.startswith(b"DATA") else b"250 OK\r\n")
                if line.startswith(b"DATA"):
                    break
            end = b""
            while slowly and not end.endswith(b"\r\n.\r\n"):
                end = (end + told.read1(256 * 1024))[-5:]
                time.sleep(0.1)
            if slowly:
                conversation.sendall(b"250 OK\r\n")

        thread = Thread(target=speak, daemon=True)
        thread.start()
        try:
            yield
            thread.join()
        finally:
            for conversation in conversations:
                conversation.close()


def test_a_stall_in_the_middle_of_a_letter(port: int) -> None:
    """Its end has not been sent, so it cannot have arrived: also what is never sent twice goes out again."""
    with reads(port, slowly=False):
        write("reader@example.org", attached=10_000_000)
        eventually(lambda: states().keys() <= {"retry", "unknown"}, what="it is given up")
        meanwhile = states()
    time_passes(minutes=1)
    with listening(Sink(port=port)) as sink:
        took = wait_until(sent=1)
    report(
        "a letter of which the server has not read the end is tried again",
        f"meanwhile {dict(meanwhile)}; sent {took:.1f} s after the server's return",
    )
    assert recipients_of(sink) == {"reader@example.org": 1}


def test_a_slow_line(port: int) -> None:
    """What moves is no stall, however long a letter takes as a whole."""
    with reads(port, slowly=True):
        write("reader@example.org", attached=10_000_000)
        took = wait_until(sent=1)
    report(
        f"a letter that takes longer than {PATIENCE} s arrives at the first attempt, as long as the server reads on",
        f"{took:.1f} s",
    )
    assert OutgoingMail.objects.get().attempts == 1
    assert took > PATIENCE


def test_put_off(port: int) -> None:
    """Greylisting: who comes again is let in."""
    grey = READERS[:5]
    sink = Sink(port=port, answers=dict.fromkeys(grey[:3], "451 4.7.1 greylisted"), after={grey[3]: "452 4.2.2 full"})
    with listening(sink):
        write(*READERS)
        wait_until(sent=len(READERS) - 4, retry=4)
        sink.answers, sink.after = {}, {}
        time.sleep(1.5)  # a sweep
        early = states()["retry"]
        time_passes(minutes=1)
        wait_until(sent=len(READERS))
    report(
        "4xx: that letter is tried again after its pause, the others go out at once",
        f"{len(READERS) - 4} went out at once, {early} of 4 waited for their time and then arrived, each once",
    )
    assert early == 4
    assert recipients_of(sink) == Counter(READERS)


def test_refused_for_good(port: int) -> None:
    spam, nobody = READERS[0], READERS[1]
    sink = Sink(port=port, answers={nobody: "550 5.1.1 no such user"}, after={spam: "554 5.7.1 spam"})
    with listening(sink):
        write(*READERS)
        wait_until(sent=len(READERS) - 2, failed=2)
        sink.answers, sink.after = {}, {}
        time_passes(days=1)
        write(spam, nobody, READERS[2])
        wait_until(sent=len(READERS), failed=3)
    suppressed = [*SuppressedAddress.objects.values_list("address", flat=True)]
    report(
        "5xx: that letter is never tried again; where nobody lives nothing is sent any more; the others go out",
        f"tried {sink.tried[spam] - 1} and {sink.tried[nobody]} times, {len(sink.letters)} others arrived, "
        f"suppressed {suppressed}",
    )
    assert (sink.tried[spam], sink.tried[nobody], suppressed) == (2, 1, [nobody])
    assert recipients_of(sink) == Counter([*READERS[2:], spam, READERS[2]])


def test_a_letter_at_which_the_server_hangs_up_holds_up_no_other(port: int) -> None:
    """Though it is more urgent than they, and comes up again and again."""
    cursed = "cursed@example.org"
    sink = Sink(port=port, answers={cursed: HANGS_UP})
    with listening(sink):
        write(cursed, purpose=ACCOUNT)
        eventually(lambda: state_of(cursed) == "retry", what="it has been tried")
        pauses = [pause(cursed)]
        time_passes(minutes=1)
        write(*READERS)
        took = wait_until(sent=len(READERS), retry=1)
        pauses.append(pause(cursed))
        sink.answers = {}
        time_passes(minutes=10)
        wait_until(sent=len(READERS) + 1)
    report(
        "a letter at which the server hangs up waits longer each time and holds up no other",
        f"the others were sent in {took:.1f} s; it waited {pauses} minutes, then it arrived too",
    )
    assert pauses == [1, 5]
    assert recipients_of(sink) == Counter([*READERS, cursed])


def test_gone_after_the_letter_and_before_the_answer(port: int) -> None:
    """The worst of it here: it has arrived, and we cannot know."""
    sink = Sink(port=port, breaks_off=True)
    with listening(sink):
        write("digest@example.org", purpose=DIGEST)
        write("invitation@example.org", purpose=SYSTEM)
        wait_until(unknown=2)
        sink.breaks_off = False
        time.sleep(1.5)  # a sweep
        early = states()
        time_passes(minutes=16)
        wait_until(sent=1, unknown=1)
        time_passes(days=1)
        write(*READERS)
        wait_until(sent=1 + len(READERS), unknown=1)
    ours = [letter for letter in sink.letters if letter["To"] == "invitation@example.org"]
    report(
        "what may have arrived is unclear: a digest never goes again, an invitation after 15 minutes under its number",
        f"at once {dict(early)}; a day later the digest was sent {sink.tried['digest@example.org']} times, "
        f"the invitation {len(ours)} times under {len({letter['Message-ID'] for letter in ours})} number",
    )
    assert early == {"unknown": 2}
    assert recipients_of(sink) == Counter([*READERS, "digest@example.org", *2 * ["invitation@example.org"]])
    assert len({letter["Message-ID"] for letter in ours}) == 1
    assert OutgoingMail.objects.get(recipient="digest@example.org").state == MailState.UNKNOWN

"""What becomes of a letter, whatever the mail server says and whoever dies on the way."""

import datetime
from threading import Barrier, Thread

import pytest
import time_machine
from django.db import connection, connections, transaction
from django.utils import timezone
from pytest_django import Settings

from common.locks import one_of
from common.mail import relay
from common.mail.letters import Letter
from common.mail.purposes import ACCOUNT, PURPOSES, Priority, Purpose
from common.models import MailState, OutgoingMail, SuppressedAddress
from tests.faults.stand import report
from tests.mail import Sink, listening

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 12, 16, 10, 0, tzinfo=datetime.UTC)
INVITATION = Purpose("invitation", "Приглашение", resend=True)
NEWS = Purpose("news", "Новость")
DIGEST = Purpose("digest", "Дайджест", Priority.BULK, is_service=False)


@pytest.fixture(autouse=True)
def purposes(monkeypatch: pytest.MonkeyPatch) -> None:
    for purpose in (INVITATION, NEWS, DIGEST):
        monkeypatch.setitem(PURPOSES, purpose.name, purpose)


def write(to: str = "reader@example.org", *, purpose: Purpose = NEWS, **fields: object) -> OutgoingMail:
    with transaction.atomic():
        Letter("Тема", ".Текст\n..\n", to=[to], purpose=purpose).send()
    mail = OutgoingMail.objects.latest("pk")
    OutgoingMail.objects.filter(pk=mail.pk).update(**fields)
    mail.refresh_from_db()
    return mail


def state_of(mail: OutgoingMail) -> tuple[str, int, str]:
    mail.refresh_from_db()
    return mail.state, mail.attempts, mail.error


def test_a_letter_arrives_as_it_was_written(sink: Sink) -> None:
    mail = write()
    assert relay.relay() == 1
    [letter] = sink.letters
    assert (letter["To"], letter["Subject"], letter["Message-ID"]) == ("reader@example.org", "Тема", mail.message_id)
    assert letter["Auto-Submitted"] == "auto-generated"
    text, html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert text
    assert text.get_content().splitlines() == [".Текст", ".."]
    assert html
    assert "<h1" in html.get_content()
    assert state_of(mail) == (MailState.SENT, 1, "")
    assert relay.relay() == 0


def test_many_letters_travel_over_one_connection(sink: Sink) -> None:
    for number in range(5):
        write(f"reader-{number}@example.org")
    assert relay.relay() == 5
    assert (len(sink.letters), sink.connections) == (5, 1)


@pytest.mark.faults
def test_a_server_that_ends_a_conversation_gets_the_rest_in_the_next(sink: Sink) -> None:
    sink.ends_after = 2
    for number in range(5):
        write(f"reader-{number}@example.org")
    sent = relay.relay()
    report(
        "when the server ends a conversation the rest of the letters go in the next",
        f"{len(sink.letters)} of 5 went, in {sink.connections} conversations",
    )
    assert (sent, len(sink.letters), sink.connections) == (5, 5, 3)


def test_the_awaited_go_before_the_bulk(sink: Sink) -> None:
    for purpose in (DIGEST, INVITATION, ACCOUNT):
        write(f"{purpose.name}@example.org", purpose=purpose)
    relay.relay()
    assert [letter["To"].partition("@")[0] for letter in sink.letters] == ["account", "invitation", "digest"]


@pytest.mark.parametrize("phase", ["answers", "after"], ids=["of the recipient", "of the letter"])
@pytest.mark.parametrize(
    ("answer", "state", "suppressed"),
    [
        pytest.param("550 5.7.1 spam", MailState.FAILED, False, id="refused for good"),
        pytest.param("550 5.1.1 no such user", MailState.FAILED, True, id="nobody lives there"),
        pytest.param("451 4.7.1 greylisted", MailState.RETRY, False, id="put off"),
        pytest.param("452 4.2.2 mailbox full", MailState.RETRY, False, id="no room for now"),
    ],
)
def test_an_answer_of_the_server_is_understood(
    sink: Sink, phase: str, answer: str, state: MailState, suppressed: bool
) -> None:
    getattr(sink, phase)["reader@example.org"] = answer
    mail, other = write(), write("other@example.org")
    relay.relay()
    assert state_of(mail) == (state, 1, answer)
    assert state_of(other)[0] == MailState.SENT
    assert SuppressedAddress.objects.filter(address="reader@example.org").exists() is suppressed


def test_nothing_more_is_sent_to_an_address_where_nobody_lives(sink: Sink) -> None:
    SuppressedAddress.objects.create(address="reader@example.org", reason="550 5.1.1")
    mail = write("Reader@example.org")
    relay.relay()
    assert state_of(mail)[0] == MailState.FAILED
    assert sink.letters == []


def test_a_letter_put_off_is_tried_at_growing_intervals_and_given_up_after_three_days(sink: Sink) -> None:
    sink.answers["*"] = "451 later"
    pauses = []
    with time_machine.travel(NOW, tick=False) as clock:
        mail = write()
        while state_of(mail)[0] != MailState.FAILED:
            clock.move_to(mail.due_at)
            relay.relay()
            mail.refresh_from_db()
            pauses.append(round((mail.due_at - timezone.now()).total_seconds() / 60))
    assert pauses[:8] == [1, 5, 15, 60, 180, 360, 720, 720]
    assert mail.finished_at
    assert 3 <= (mail.finished_at - NOW).days < 4


def test_a_server_that_is_away_delays_every_letter_and_loses_none(sink: Sink, settings: Settings) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    with time_machine.travel(NOW, tick=False) as clock:
        first, second = write(), write("second@example.org")
        assert relay.relay() == 0
        assert state_of(first)[0] == MailState.RETRY
        assert state_of(second) == (MailState.QUEUED, 0, "")
        settings.EMAIL_PORT = port
        clock.shift(31)
        assert relay.sweep() == 2


def test_a_break_after_the_letter_is_never_taken_for_a_failure(sink: Sink) -> None:
    sink.breaks_off = True
    mail = write()
    relay.relay()
    assert state_of(mail)[:2] == (MailState.UNKNOWN, 1)


@pytest.mark.parametrize(
    ("purpose", "after_16_minutes"),
    [
        pytest.param(INVITATION, MailState.SENT, id="an invitation"),
        pytest.param(DIGEST, MailState.UNKNOWN, id="a digest"),
    ],
)
def test_what_died_with_a_letter_on_its_way_follows_the_policy_of_its_purpose(
    sink: Sink, purpose: Purpose, after_16_minutes: MailState
) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        mail = write(purpose=purpose, state=MailState.SENDING, attempts=1, tried_at=NOW)
        clock.shift(relay.LOST_AFTER)
        relay.sweep()
        assert state_of(mail)[0] == MailState.SENDING
        clock.shift(60)
        relay.sweep()
        assert state_of(mail)[0] == MailState.UNKNOWN
        clock.shift(14 * 60)
        relay.sweep()
        assert state_of(mail)[0] == MailState.UNKNOWN
        clock.shift(2 * 60)
        relay.sweep()
    assert state_of(mail)[0] == after_16_minutes
    assert [letter["Message-ID"] for letter in sink.letters] == [mail.message_id] * (purpose is INVITATION)


def test_a_domain_gets_no_more_within_a_minute_than_it_likes(sink: Sink, settings: Settings) -> None:
    settings.MAIL_PER_MINUTE = {"slow.example.org": 2}
    with time_machine.travel(NOW, tick=False) as clock:
        for number in range(5):
            write(f"reader-{number}@slow.example.org")
        write()
        assert relay.relay() == 3
        clock.shift(59)
        assert relay.relay() == 0
        clock.shift(2)
        assert relay.relay() == 2


def test_an_address_that_cannot_be_written_to_is_refused_and_a_russian_domain_is_not(sink: Sink) -> None:
    wrong, right = write("почта@example.org"), write("reader@почта.рф")
    relay.relay()
    assert state_of(wrong)[0] == MailState.FAILED
    assert state_of(right)[0] == MailState.SENT


def test_a_letter_whose_purpose_is_known_no_more_is_sent_and_kept_from_curious_eyes(sink: Sink) -> None:
    mail = write(purpose=Purpose("long gone", "Забытое"))
    relay.relay()
    assert (state_of(mail)[0], mail.text) == (MailState.SENT, "")


def test_what_opens_an_account_is_not_kept_once_it_went(sink: Sink) -> None:
    secret, plain = write(purpose=ACCOUNT), write(purpose=INVITATION)
    relay.relay()
    assert (state_of(secret)[0], secret.text, secret.html) == (MailState.SENT, "", "")
    assert state_of(plain)[0] == MailState.SENT
    assert plain.text
    assert plain.html


def test_without_a_mail_server_letters_stay_where_they_lie() -> None:
    mail = write()
    assert relay.relay() == 0
    assert state_of(mail) == (MailState.QUEUED, 0, "")


@pytest.mark.django_db(transaction=True)
def test_relays_side_by_side_send_each_letter_once(sink: Sink) -> None:
    for number in range(40):
        write(f"reader-{number}@example.org")
    start = Barrier(4)

    def work() -> None:
        start.wait()
        relay.relay()
        connections.close_all()

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(letter["To"] for letter in sink.letters) == sorted(f"reader-{n}@example.org" for n in range(40))


@pytest.mark.django_db(transaction=True)
def test_no_more_relays_work_than_there_are_places() -> None:
    found: list[bool] = []

    def enter() -> None:
        with one_of("mail", 2) as is_free:
            found.append(is_free)
            if len(found) < 3:
                thread = Thread(target=enter)
                thread.start()
                thread.join()
        connection.close()

    enter()
    assert found == [True, True, False]


def test_a_server_that_comes_back_on_another_day_gets_what_waited(settings: Settings) -> None:
    sink = Sink()
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = 1
    with time_machine.travel(NOW, tick=False) as clock:
        mail = write()
        relay.relay()
        clock.shift(datetime.timedelta(hours=30))
        with listening(sink):
            settings.EMAIL_PORT = sink.port
            assert relay.relay() == 1
    assert state_of(mail)[0] == MailState.SENT

"""How long a letter is worth sending, how patient we are with the server, and what of its words we believe."""

import datetime

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings
from structlog.testing import capture_logs

from common.errors import RuleViolated
from common.mail import relay, transport
from common.mail.letters import Letter
from common.mail.purposes import ACCOUNT, PURPOSES, Purpose
from common.models import MailState, OutgoingMail, SuppressedAddress
from tests.mail import Sink, listening

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 12, 16, 10, 0, tzinfo=datetime.UTC)
MINUTE = datetime.timedelta(minutes=1)
INVITATION = Purpose("invitation", "Приглашение", resend=True)


@pytest.fixture(autouse=True)
def invitation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PURPOSES, INVITATION.name, INVITATION)


def write(purpose: Purpose = INVITATION, to: str = "reader@example.org") -> OutgoingMail:
    with transaction.atomic():
        Letter("Тема", "12345678\n", to=[to], purpose=purpose).send()
    return OutgoingMail.objects.latest("pk")


def state_of(mail: OutgoingMail) -> str:
    mail.refresh_from_db()
    return mail.state


# --- What the server says ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "state", "is_suppressed"),
    [
        ("550 5.1.1 nobody here", MailState.FAILED, True),
        ("550 5.1.10 takes no mail", MailState.FAILED, True),
        ("550 5.1.8 your domain is not found", MailState.RETRY, False),
        ("553 5.1.7 your address is wrong", MailState.RETRY, False),
        ("550 5.1.4 ambiguous", MailState.FAILED, False),
        ("550 5.7.1 spam", MailState.FAILED, False),
        ("550", MailState.FAILED, False),
    ],
)
def test_only_what_is_wrong_with_the_reader_suppresses_the_reader(
    sink: Sink, answer: str, state: MailState, is_suppressed: bool
) -> None:
    sink.answers["*"] = answer
    mail = write()
    relay.relay()
    assert (state_of(mail), SuppressedAddress.objects.exists()) == (state, is_suppressed)


def test_the_answer_to_a_whole_letter_is_awaited_longer_than_any_other(
    sink: Sink, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_TIMEOUT = 1
    sink.after_delay = 1.5
    mail = write()
    assert relay.relay() == 1
    monkeypatch.setattr(transport, "PATIENCE", 1)
    late = write()
    assert relay.relay() == 0
    assert (state_of(mail), state_of(late)) == (MailState.SENT, MailState.UNKNOWN)


def test_what_is_unclear_again_and_again_is_sent_twice_at_most(sink: Sink) -> None:
    sink.breaks_off = True
    with time_machine.travel(NOW, tick=False) as clock:
        mail = write()
        for _ in range(5):
            relay.sweep()
            clock.shift(relay.RESENT_AFTER + MINUTE)
    assert (state_of(mail), mail.unclear, len(sink.letters)) == (MailState.UNKNOWN, 2, 2)


def test_the_log_does_not_name_the_reader(sink: Sink) -> None:
    sink.answers["*"] = "550 5.1.1 <reader@example.org> is unknown"
    write()
    with capture_logs() as logs:
        relay.relay()
    assert [line["code"] for line in logs if line["event"] == "mail"] == ["550 5.1.1"]
    assert "reader@example.org" not in str(logs)


# --- How long ------------------------------------------------------------------------------------------------


def test_a_code_that_is_good_no_more_is_not_sent(sink: Sink) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        code, invitation = write(ACCOUNT), write()
        clock.shift(ACCOUNT.term + MINUTE)
        assert relay.relay() == 1
    assert (state_of(code), state_of(invitation)) == (MailState.FAILED, MailState.SENT)


@pytest.mark.parametrize("answer", ["550 5.7.1 no", "250 OK"])
def test_what_opens_an_account_is_wiped_whatever_becomes_of_the_letter(sink: Sink, answer: str) -> None:
    sink.answers["*"] = answer
    mail = write(ACCOUNT)
    relay.relay()
    mail.refresh_from_db()
    assert (mail.text, mail.html) == ("", "")


def test_what_opens_an_account_is_wiped_where_its_sender_has_vanished() -> None:
    mail = write(ACCOUNT)
    OutgoingMail.objects.update(state=MailState.SENDING, tried_at=timezone.now() - relay.LOST_AFTER - MINUTE)
    relay.sweep()
    assert (state_of(mail), mail.text, mail.html) == (MailState.UNKNOWN, "", "")


def test_a_server_that_was_away_does_not_lengthen_the_pauses_of_the_letter(sink: Sink, settings: Settings) -> None:
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    with time_machine.travel(NOW, tick=False) as clock:
        mail = write()
        for _ in range(10):
            relay.relay()
            clock.shift(relay.WHILE_AWAY)
        settings.EMAIL_PORT, sink.answers["*"] = port, "451 greylisted"
        relay.relay()
        assert state_of(mail) == MailState.RETRY
        assert mail.due_at - timezone.now() == MINUTE


def test_a_letter_sent_again_by_hand_has_its_whole_term_anew(sink: Sink) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        mail = write()
        OutgoingMail.objects.update(state=MailState.FAILED, finished_at=NOW)
        clock.shift(INVITATION.term + MINUTE)
        sink.answers["*"] = "451 greylisted"
        relay.send_again(mail)
        relay.relay()
    assert state_of(mail) == MailState.RETRY


def test_what_is_wiped_or_suppressed_is_not_sent_again() -> None:
    code, invitation = write(ACCOUNT), write()
    OutgoingMail.objects.update(state=MailState.FAILED)
    SuppressedAddress.objects.create(address="reader@example.org", reason="550")
    for mail, reason in ((code, "wiped"), (invitation, "suppressed")):
        with pytest.raises(RuleViolated) as refused:
            relay.send_again(mail)
        assert refused.value.code == reason
    assert {*OutgoingMail.objects.values_list("state", flat=True)} == {MailState.FAILED}


def test_what_a_clock_that_was_ahead_has_put_off_for_a_year_goes_now(sink: Sink) -> None:
    mail = write()
    OutgoingMail.objects.update(due_at=timezone.now() + datetime.timedelta(days=365))
    assert relay.sweep() == 1
    assert state_of(mail) == MailState.SENT


# --- What cannot be sent, and what is left for later ---------------------------------------------------------


def test_a_letter_that_cannot_be_written_keeps_no_other_waiting(sink: Sink) -> None:
    broken, whole = write(), write()
    OutgoingMail.objects.filter(pk=broken.pk).update(headers={"X-Test": "a\nb"})
    assert relay.relay() == 1
    assert (state_of(broken), state_of(whole)) == (MailState.FAILED, MailState.SENT)


def test_a_run_ends_soon_and_asks_for_the_next_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: object
) -> None:
    monkeypatch.setattr(relay, "LONGEST_RUN", 0)
    with listening(Sink()) as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        write()
        connection.run_on_commit.clear()  # what asks for this run
        with django_capture_on_commit_callbacks() as asked:  # type: ignore[operator]
            assert relay.relay() == 0
        assert len(asked) == 1

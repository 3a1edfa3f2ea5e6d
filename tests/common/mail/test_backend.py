"""What is sent with Django becomes a row of the transaction that has a reason for it."""

from typing import Any

import pytest
from django.core.mail import EmailMessage, mail_admins, send_mail
from django.db import connection, transaction
from django.utils import translation

from common.mail.backend import MailOutsideTransaction
from common.mail.letters import Letter
from common.mail.purposes import ACCOUNT, PURPOSES, Purpose, register
from common.models import MailState, OutgoingMail

pytestmark = pytest.mark.django_db


def letter(**fields: Any) -> Letter:
    return Letter("Тема", "Текст\n", to=["reader@example.org"], **{"purpose": ACCOUNT, **fields})


@pytest.mark.django_db(transaction=True)
def test_mail_is_refused_outside_a_transaction() -> None:
    with pytest.raises(MailOutsideTransaction):
        letter().send()
    assert not OutgoingMail.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_mail_of_a_transaction_that_is_rolled_back_was_never_written() -> None:
    with transaction.atomic():
        letter().send()
        transaction.set_rollback(True)
    assert not OutgoingMail.objects.exists()


def test_a_letter_is_frozen_as_it_was_written() -> None:
    with translation.override("en"):
        letter(key="code 1", headers={"X-Test": "1"}).send()
    mail = OutgoingMail.objects.get()
    assert (mail.purpose, mail.priority, mail.key, mail.language) == ("account", 0, "code 1", "en")
    assert (mail.recipient, mail.domain, mail.subject, mail.text) == (
        "reader@example.org",
        "example.org",
        "Тема",
        "Текст\n",
    )
    assert (mail.state, mail.attempts, mail.headers) == (MailState.QUEUED, 0, {"X-Test": "1"})
    assert mail.message_id.endswith("@example.org>")


def test_a_subject_without_end_is_cut() -> None:
    Letter("Очень длинная тема " * 30, "Текст\n", to=["reader@example.org"]).send()
    subject = OutgoingMail.objects.get().subject
    assert (len(subject), subject[-1]) == (300, "…")


def test_one_intent_is_one_letter_however_often_it_is_sent() -> None:
    assert [letter(key="reminder 7").send() for _ in range(3)] == [1, 0, 0]
    assert OutgoingMail.objects.count() == 1


def test_letters_without_a_key_are_all_written() -> None:
    assert [letter().send() for _ in range(2)] == [1, 1]


def test_each_reader_has_a_letter_of_their_own() -> None:
    send_mail("Тема", "Текст", None, ["a@example.org", "Борис <b@example.org>"])
    assert set(OutgoingMail.objects.values_list("recipient", flat=True)) == {"a@example.org", "b@example.org"}


@pytest.mark.parametrize("copies", [{"cc": ["b@example.org"]}, {"bcc": ["b@example.org"]}], ids=["cc", "bcc"])
def test_there_are_no_copies(copies: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="one reader"):
        EmailMessage("Тема", "Текст", None, ["a@example.org"], **copies).send()


def test_letters_to_those_who_run_the_portal_go_the_same_way(settings: object) -> None:
    settings.ADMINS = [("Дежурный", "duty@example.org")]  # type: ignore[attr-defined]
    mail_admins("Сбой", "Подробности")
    assert OutgoingMail.objects.get().purpose == "system"


def test_attachments_travel_with_their_letter() -> None:
    message = letter()
    message.attach("встреча.ics", "BEGIN:VCALENDAR", "text/calendar")
    message.attach("a.bin", b"\0\1", "application/octet-stream")
    message.send()
    attachments = OutgoingMail.objects.get().attachments.all()
    assert [(one.name, one.kind, bytes(one.content)) for one in attachments] == [
        ("встреча.ics", "text/calendar", b"BEGIN:VCALENDAR"),
        ("a.bin", "application/octet-stream", b"\0\1"),
    ]


def test_the_relay_is_asked_once_a_transaction() -> None:
    before = len(connection.run_on_commit)
    for _ in range(3):
        letter().send()
    assert len(connection.run_on_commit) - before == 1


def test_two_purposes_have_two_names() -> None:
    assert register(ACCOUNT) is ACCOUNT
    with pytest.raises(ValueError, match="account"):
        register(Purpose("account", "Другое"))
    assert PURPOSES["account"] is ACCOUNT


def test_a_header_that_is_none_is_refused_where_the_letter_is_written() -> None:
    with pytest.raises(ValueError, match="newline"):
        letter(headers={"X-Test": "a\nBcc: b@example.org"}).send()
    assert not OutgoingMail.objects.exists()


def test_one_intent_has_one_reader() -> None:
    several = Letter("Тема", "Текст", to=["a@example.org", "b@example.org"], key="intent")
    with pytest.raises(ValueError, match="one reader"):
        several.send()
    Letter("Тема", "Текст", to=["a@example.org", "b@example.org"]).send()
    assert OutgoingMail.objects.count() == 2


def test_who_is_to_be_answered_is_kept() -> None:
    letter(reply_to=["office@example.org"]).send()
    EmailMessage("Тема", "Текст", to=["a@example.org"], reply_to=["office@example.org"]).send()
    assert [mail.headers["Reply-To"] for mail in OutgoingMail.objects.all()] == ["office@example.org"] * 2


def test_a_long_subject_and_file_name_are_cut_and_break_nothing() -> None:
    long = Letter("я" * 400, "Текст", to=["reader@example.org"])
    long.attach("ж" * 300, b"1", "text/plain")
    long.send()
    mail = OutgoingMail.objects.get()
    assert (mail.subject, mail.attachments.get().name) == ("я" * 299 + "…", "ж" * 199 + "…")

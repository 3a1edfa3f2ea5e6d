"""The e-mail backend of Django that sends nothing: it writes rows, and a relay sends them after the commit."""

from collections.abc import Sequence
from email.utils import make_msgid, parseaddr

from celery import current_app
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.utils import timezone, translation
from django.utils.encoding import force_bytes
from django.utils.text import Truncator

from common.mail.letters import Letter, as_html, with_way_out, with_way_out_in_html
from common.mail.subscriptions import WayOut, ways_out
from common.models import MailAttachment, OutgoingMail
from common.models.mail import LONGEST_FILE_NAME, LONGEST_SUBJECT


class MailOutsideTransaction(RuntimeError):
    """Mail is a part of what it tells of: the two are committed together or not at all."""


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """How many are written: a letter whose intent has one already is not. A few queries, however many they are.

        Raises MailOutsideTransaction; ValueError for carbon copies and for several readers of one intent, as each
        reader has a letter of their own, and for a header that is none.
        """
        if not connection.in_atomic_block:
            raise MailOutsideTransaction
        letters = [(_as_letter(message), to) for message in email_messages for to in _recipients(message)]
        exits = ways_out([(letter.purpose, to, letter.language) for letter, to in letters])
        rows = [_row(letter, to, way_out) for (letter, to), way_out in zip(letters, exits, strict=True)]
        _write(rows)
        written = [(row, letter) for row, (letter, _to) in zip(rows, letters, strict=True) if row.pk]
        MailAttachment.objects.bulk_create(
            MailAttachment(mail=row, name=_name(name), kind=kind, content=force_bytes(content))
            for row, letter in written
            for name, content, kind in letter.attachments
        )
        if written:
            ask_for_the_relay()
        return len(written)


def _as_letter(message: EmailMessage) -> Letter:
    """What is sent with Django alone is for those who run the portal."""
    if isinstance(message, Letter):
        return message
    letter = Letter(
        message.subject, message.body, message.from_email, headers=message.extra_headers, reply_to=message.reply_to
    )
    letter.attachments, letter.alternatives = message.attachments, getattr(message, "alternatives", [])
    return letter


def _recipients(message: EmailMessage) -> list[str]:
    is_intent = isinstance(message, Letter) and message.key
    if message.cc or message.bcc or (is_intent and len(message.to) > 1):
        raise ValueError("one letter has one reader")
    message.message()  # what cannot be written is found here, by who asks for it, and not in the queue
    return [parseaddr(recipient)[1] for recipient in message.to]


def _row(letter: Letter, recipient: str, way_out: WayOut | None) -> OutgoingMail:
    subject, text = Truncator(" ".join(str(letter.subject).split())).chars(LONGEST_SUBJECT), str(letter.body)
    headers = {name: str(value) for name, value in letter.extra_headers.items()}
    if letter.reply_to:
        headers["Reply-To"] = ", ".join(map(str, letter.reply_to))
    return OutgoingMail(
        purpose=letter.purpose.name,
        priority=letter.purpose.priority,
        key=letter.key,
        language=letter.language,
        sender=letter.from_email,
        recipient=recipient,
        domain=recipient.rpartition("@")[2].lower(),
        subject=subject,
        text=with_way_out(text, way_out) if way_out else text,
        html=_html(letter, subject, text, way_out),
        headers=headers | (way_out.headers if way_out else {}),
        give_up_at=timezone.now() + letter.purpose.term,
        message_id=make_msgid(domain=parseaddr(letter.from_email)[1].rpartition("@")[2]),
    )


def _name(name: str) -> str:
    return Truncator(name).chars(LONGEST_FILE_NAME)


def _html(letter: Letter, subject: str, text: str, way_out: WayOut | None) -> str:
    """That of the caller, or one that is drawn from the text."""
    given = next((str(content) for content, kind in letter.alternatives if kind == "text/html"), "")
    with translation.override(letter.language):
        if not given:
            return as_html(subject, text, way_out)
        return with_way_out_in_html(given, way_out) if way_out else given


def _write(rows: list[OutgoingMail]) -> None:
    """A row that is the second of its intent is not written, and left without a ``pk``."""
    has_keys = any(row.key for row in rows)
    OutgoingMail.objects.bulk_create(rows, ignore_conflicts=has_keys)
    if has_keys:
        found = OutgoingMail.objects.filter(message_id__in=[row.message_id for row in rows])
        written = dict(found.values_list("message_id", "pk"))
        for row in rows:
            row.pk = written.get(row.message_id)


def ask_for_the_relay() -> None:
    """Once a transaction, however many letters it writes."""
    if not any(_send_soon in asked for asked in connection.run_on_commit):
        transaction.on_commit(_send_soon, robust=True)


def _send_soon() -> None:
    """Without a broker the sweep finds the letters half a minute later."""
    current_app.send_task("common.tasks.relay_mail", retry=False)

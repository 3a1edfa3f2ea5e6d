"""The e-mail backend of Django that sends nothing: it writes rows, and a relay sends them after the commit."""

from collections.abc import Sequence
from email.utils import make_msgid, parseaddr

from celery import current_app
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.utils.encoding import force_bytes
from django.utils.translation import get_language

from common.mail.letters import Letter, as_html
from common.mail.purposes import SYSTEM
from common.models import MailAttachment, OutgoingMail


class MailOutsideTransaction(RuntimeError):
    """Mail is a part of what it tells of: the two are committed together or not at all."""


class EmailBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Raises MailOutsideTransaction; ValueError for carbon copies, as each reader has a letter of their own."""
        if not connection.in_atomic_block:
            raise MailOutsideTransaction
        return sum(_write(message, recipient) for message in email_messages for recipient in _recipients(message))


def _recipients(message: EmailMessage) -> list[str]:
    if message.cc or message.bcc:
        raise ValueError("one letter has one reader")
    return [parseaddr(recipient)[1] for recipient in message.to]


def _write(message: EmailMessage, recipient: str) -> int:
    """1, or 0 where a letter of this intent is already there."""
    purpose, key = (message.purpose, message.key) if isinstance(message, Letter) else (SYSTEM, "")
    subject, text = " ".join(str(message.subject).split()), str(message.body)
    mail = OutgoingMail(
        purpose=purpose.name,
        priority=purpose.priority,
        key=key,
        language=get_language() or "ru",
        sender=message.from_email,
        recipient=recipient,
        domain=recipient.rpartition("@")[2].lower(),
        subject=subject,
        text=text,
        html=_html_of(message) or as_html(subject, text),
        headers={name: str(value) for name, value in message.extra_headers.items()},
        message_id=make_msgid(domain=parseaddr(message.from_email)[1].rpartition("@")[2]),
    )
    [written] = OutgoingMail.objects.bulk_create([mail], ignore_conflicts=bool(key))
    if written.pk is None and not (written := OutgoingMail.objects.filter(message_id=mail.message_id).first()):
        return 0
    MailAttachment.objects.bulk_create(
        MailAttachment(mail=written, name=name, kind=kind, content=force_bytes(content))
        for name, content, kind in message.attachments
    )
    ask_for_the_relay()
    return 1


def _html_of(message: EmailMessage) -> str:
    alternatives = getattr(message, "alternatives", [])
    return next((str(content) for content, kind in alternatives if kind == "text/html"), "")


def ask_for_the_relay() -> None:
    """Once a transaction, however many letters it writes."""
    if not any(_send_soon in asked for asked in connection.run_on_commit):
        transaction.on_commit(_send_soon, robust=True)


def _send_soon() -> None:
    """Without a broker the sweep finds the letters half a minute later."""
    current_app.send_task("common.tasks.relay_mail", retry=False)

"""One conversation with the mail server for many letters; it tells apart what went out, what did not, and the rest."""

import re
import smtplib
from dataclasses import dataclass
from email.utils import parseaddr
from types import TracebackType
from typing import Self

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.encoding import force_str, punycode

from common.models import OutgoingMail

TIMEOUT = 20  # s, for each word of the server
STOP = re.compile(rb"(?m)^\.")


@dataclass(frozen=True, slots=True)
class Sent:
    error: str = ""


@dataclass(frozen=True, slots=True)
class Refused:
    """For good. ``is_address``: because nobody has this address."""

    error: str
    is_address: bool = False


@dataclass(frozen=True, slots=True)
class Deferred:
    """It did not go out and may be tried again. ``is_server``: the server, not the letter, is the reason."""

    error: str
    is_server: bool = False


@dataclass(frozen=True, slots=True)
class Unclear:
    """The server broke off between the whole letter and its answer."""

    error: str


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Its reader has unsubscribed since it was written."""

    error: str = "its reader has unsubscribed"


Outcome = Sent | Refused | Deferred | Unclear | Unwanted


def as_bytes(mail: OutgoingMail) -> bytes:
    """The letter as it travels, the same at each attempt."""
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        mail.sender,
        [mail.recipient],
        headers={
            **mail.headers,
            "Message-ID": mail.message_id,
            "Date": mail.created_at.strftime("%a, %d %b %Y %H:%M:%S +0000"),
            "Content-Language": mail.language,
            "Auto-Submitted": "auto-generated",
        },
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for attachment in mail.attachments.all():
        message.attach(attachment.name, bytes(attachment.content), attachment.kind)
    return message.message().as_bytes(linesep="\r\n")  # type: ignore[call-arg]


class SmtpSession:
    """Connects with the first letter and again after a fault; a context manager that takes its leave."""

    def __init__(self) -> None:
        self.server: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.server:
            try:
                self.server.quit()
            except (OSError, smtplib.SMTPException):
                self.server.close()

    def deliver(self, mail: OutgoingMail) -> Outcome:
        letter = STOP.sub(b"..", as_bytes(mail))
        try:
            recipient = _bare(mail.recipient)
        except UnicodeError as error:
            return Refused(str(error), is_address=True)
        try:
            server = self.server = self.server or _connect()
            refusal = _announce(server, _bare(mail.sender), recipient)
        except (OSError, smtplib.SMTPException) as error:
            return self._hang_up(Deferred(str(error) or type(error).__name__, is_server=True))
        if refusal:
            return self._start_over(refusal)
        try:
            server.send(letter + (b"" if letter.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            code, reply = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            return self._hang_up(Unclear(str(error) or type(error).__name__))
        return Sent() if code == 250 else self._start_over(_judged(code, reply))

    def _hang_up(self, outcome: Outcome) -> Outcome:
        if self.server:
            self.server.close()
        self.server = None
        return outcome

    def _start_over(self, outcome: Outcome) -> Outcome:
        """A server that has refused a letter may take the next one."""
        try:
            if self.server:
                self.server.rset()
        except (OSError, smtplib.SMTPException):
            return self._hang_up(outcome)
        return outcome


def _connect() -> smtplib.SMTP:
    kind = smtplib.SMTP_SSL if settings.EMAIL_USE_SSL else smtplib.SMTP
    server = kind(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=TIMEOUT)
    if settings.EMAIL_USE_TLS:
        server.starttls()
    if settings.EMAIL_HOST_USER:
        server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    server.ehlo_or_helo_if_needed()
    return server


def _bare(address: str) -> str:
    """``Портал <a@почта.рф>`` → ``a@xn--80a1acny.xn--p1ai``. Raises UnicodeError where no ASCII can write it."""
    local, _at, domain = parseaddr(address)[1].rpartition("@")
    return f"{local.encode('ascii').decode()}@{punycode(domain)}"


def _announce(server: smtplib.SMTP, sender: str, recipient: str) -> Refused | Deferred | None:
    """From whom, to whom, and that the letter follows; None where the server waits for it."""
    code, reply = server.mail(sender)
    if code != 250:  # our own address is not welcome: that is for us to mend, and the letter waits for it
        return Deferred(_words(code, reply), is_server=True)
    code, reply = server.rcpt(recipient)
    if code not in (250, 251):
        return _judged(code, reply)
    code, reply = server.docmd("DATA")
    return None if code == 354 else _judged(code, reply)


def _judged(code: int, reply: bytes) -> Refused | Deferred:
    """4xx is for now, 5xx for good; 5.1.x says that the address is wrong (RFC 3463)."""
    if code < 500:
        return Deferred(_words(code, reply), is_server=code == 421)
    return Refused(_words(code, reply), is_address=reply.startswith(b"5.1."))


def _words(code: int, reply: bytes) -> str:
    return f"{code} {force_str(reply, errors='replace')}"

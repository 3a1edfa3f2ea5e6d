"""One conversation with the mail server for many letters; it tells apart what went out, what did not, and the rest."""

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from email.utils import parseaddr
from types import TracebackType
from typing import Self

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils.encoding import force_str, punycode
from django.utils.translation import gettext_noop

from common.models import OutgoingMail

STOP = re.compile(rb"(?m)^\.")
# A whole letter is looked through before it is answered: RFC 5321, 4.5.3.2.6, asks for patience. In EMAIL_TIMEOUTs.
PATIENCE = 9
PIECE = 64 * 1024  # bytes of a letter that are sent at once
# What RFC 3463 says of the reader's address, and of ours.
NO_SUCH_READER = (b"5.1.1", b"5.1.2", b"5.1.3", b"5.1.6", b"5.1.10")
SENDER_UNWELCOME = (b"5.1.7", b"5.1.8")

logger = structlog.get_logger(__name__)


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
    """It did not go out and may be tried again. ``is_server``: the server listens to nobody, whatever the letter."""

    error: str
    is_server: bool = False


@dataclass(frozen=True, slots=True)
class Unclear:
    """The server broke off between the whole letter and its answer."""

    error: str


@dataclass(frozen=True, slots=True)
class Unwanted:
    """Its reader has unsubscribed since it was written."""

    error: str = gettext_noop("its reader has unsubscribed")


Outcome = Sent | Refused | Deferred | Unclear | Unwanted


def as_bytes(mail: OutgoingMail) -> bytes:
    """The letter as it travels, the same at each attempt; ``mail`` comes from ``with_what_sending_takes``."""
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
    for attachment in mail.attachments.all() if mail.has_attachments else ():
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
        try:
            recipient = _bare(mail.recipient)
        except UnicodeError as error:
            return Refused(str(error), is_address=True)
        try:
            letter, sender = STOP.sub(b"..", as_bytes(mail)), _bare(mail.sender)
        except ValueError as error:  # no letter can be made of it, and the others are not to wait
            return Refused(_said(error))
        try:
            server, refusal = self._begin(sender)
        except (OSError, smtplib.SMTPException) as error:
            return self._hang_up(Deferred(_said(error), is_server=True))
        try:
            if refusal := refusal or _announce(server, recipient):
                return self._start_over(refusal)
            # Its last line ends it: of a letter that could not be sent to the end nothing has arrived.
            _send(server, letter + (b"" if letter.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        except (OSError, smtplib.SMTPException) as error:  # perhaps because of this letter: the next may fare better
            return self._hang_up(Deferred(_said(error)))
        try:
            code, reply = _patiently(server)
        except (OSError, smtplib.SMTPException) as error:
            return self._hang_up(Unclear(_said(error)))
        return Sent() if code == 250 else self._start_over(_judged(code, reply))

    def _begin(self, sender: str) -> tuple[smtplib.SMTP, Refused | Deferred | None]:
        """A server that has heard from whom the letter is, and what speaks against it. Many servers end a conversation
        after some letters, so one that has carried others is begun anew once."""
        if self.server:
            try:
                if self.server.mail(sender)[0] == 250:
                    return self.server, None
            except (OSError, smtplib.SMTPException) as error:
                logger.info("mail_server_hung_up", error=_said(error))
            self.server.close()
        server = self.server = _connect()
        code, reply = server.mail(sender)
        # Our own address is not welcome: that is for us to mend, and the letter waits for it.
        return server, None if code == 250 else Deferred(_words(code, reply), is_server=True)

    def _hang_up(self, outcome: Outcome) -> Outcome:
        if self.server:
            self.server.close()
        self.server = None
        return outcome

    def _start_over(self, outcome: Outcome) -> Outcome:
        """A server that has refused a letter may take the next one."""
        try:
            if self.server and self.server.rset()[0] == 250:
                return outcome
        except (OSError, smtplib.SMTPException) as error:
            logger.info("mail_server_hung_up", error=_said(error))
        return self._hang_up(outcome)


def _connect() -> smtplib.SMTP:
    """Over TLS only with who proves to be EMAIL_HOST."""
    place, timeout = (settings.EMAIL_HOST, settings.EMAIL_PORT), settings.EMAIL_TIMEOUT
    server: smtplib.SMTP
    if settings.EMAIL_USE_SSL:
        server = smtplib.SMTP_SSL(*place, timeout=timeout, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(*place, timeout=timeout)
    if settings.EMAIL_USE_TLS:
        server.starttls(context=ssl.create_default_context())
    if settings.EMAIL_HOST_USER:
        server.login(settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD)
    server.ehlo_or_helo_if_needed()
    return server


def _bare(address: str) -> str:
    """``Портал <a@почта.рф>`` → ``a@xn--80a1acny.xn--p1ai``. Raises UnicodeError where no ASCII can write it."""
    local, _at, domain = parseaddr(address)[1].rpartition("@")
    return f"{local.encode('ascii').decode()}@{punycode(domain)}"


def _announce(server: smtplib.SMTP, recipient: str) -> Refused | Deferred | None:
    """To whom, and that the letter follows; None where the server waits for it."""
    code, reply = server.rcpt(recipient)
    if code not in (250, 251):
        return _judged(code, reply)
    code, reply = server.docmd("DATA")
    return None if code == 354 else _judged(code, reply)


def _send(server: smtplib.SMTP, letter: bytes) -> None:
    """Our patience is with each piece: the timeout of a socket is for all that is given to it at once, and a large
    letter takes its time on a slow line."""
    for start in range(0, len(letter), PIECE):
        server.send(letter[start : start + PIECE])


def _patiently(server: smtplib.SMTP) -> tuple[int, bytes]:
    sock: socket.socket = server.sock  # type: ignore[assignment]  # which is there as long as a conversation
    sock.settimeout(settings.EMAIL_TIMEOUT * PATIENCE)
    answer = server.getreply()
    sock.settimeout(settings.EMAIL_TIMEOUT)
    return answer


def _judged(code: int, reply: bytes) -> Refused | Deferred:
    """4xx is for now, 5xx for good."""
    if code < 500:
        return Deferred(_words(code, reply))
    said = reply.split(maxsplit=1)[:1]
    if said and said[0] in SENDER_UNWELCOME:
        return Deferred(_words(code, reply), is_server=True)
    return Refused(_words(code, reply), is_address=bool(said) and said[0] in NO_SUCH_READER)


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__


def _words(code: int, reply: bytes) -> str:
    return f"{code} {force_str(reply, errors='replace')}"

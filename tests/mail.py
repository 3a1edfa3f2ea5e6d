"""A mail server for tests: it keeps what it is sent, and answers as it is told."""

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

HANGS_UP = "hangs up"


@dataclass
class Sink:
    """``answers``: recipient, or "*" → what the server says of them (HANGS_UP: nothing, ever again); ``after``: what it
    says of the letter. ``breaks_off``: it takes the letter and is gone before it says so. ``delay``: s before each of
    these answers; ``after_delay``: s more before that to the letter. ``ends_after``: so many letters it takes in one
    conversation; 0 is any number.
    """

    answers: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    breaks_off: bool = False
    delay: float = 0
    after_delay: float = 0
    ends_after: int = 0
    tried: Counter[str] = field(default_factory=Counter)
    letters: list[EmailMessage] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.ends_after and len(self.letters) == self.ends_after * self.connections:
            return "421 enough"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.tried[address] += 1
        await asyncio.sleep(self.delay)
        answer = self.answers.get(address) or self.answers.get("*") or "250 OK"
        if answer == HANGS_UP:
            server.transport.abort()  # type: ignore[union-attr]
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        [recipient] = envelope.rcpt_tos
        answer = self.after.get(recipient) or "250 OK"
        if answer.startswith("250"):
            self.letters.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        if self.breaks_off:
            server.transport.abort()  # type: ignore[union-attr]
        await asyncio.sleep(self.delay + self.after_delay)
        return answer


@contextmanager
def listening(sink: Sink, **options: Any) -> Iterator[Sink]:
    """On ``sink.port``, or any that is free; ``options`` are those of aiosmtpd's SMTP."""
    if not sink.port:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            sink.port = probe.getsockname()[1]
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port, **options)
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()

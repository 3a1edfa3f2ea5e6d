"""Sends what waits. Whatever dies on the way leaves a row that says how far it came."""

import time
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from common.locks import one_of
from common.mail.backend import ask_for_the_relay
from common.mail.personal_data import forget_last_letters
from common.mail.purposes import PURPOSES, named
from common.mail.transport import Deferred, Outcome, Refused, Sent, SmtpSession, Unclear
from common.models import MailState, OutgoingMail, SuppressedAddress

MINUTES_BETWEEN = (1, 5, 15, 60, 180, 360, 720)  # after each attempt that the server put off; the last one repeats
WHILE_AWAY = timedelta(seconds=30)  # a server that does not answer at all is asked again by the next sweep
GIVEN_UP_AFTER = timedelta(days=3)
LOST_AFTER = timedelta(minutes=5)  # longer than all the waiting of one conversation
RESENT_AFTER = timedelta(minutes=15)
LONGEST_RUN = 4 * 60  # s, less than the time limit of a task
RELAYS = 4  # so that a slow mail server does not keep every worker waiting

logger = structlog.get_logger(__name__)


def relay() -> int:
    """Send what is due, most urgent first; returns how many letters have left. At most RELAYS work at a time.

    A letter is marked, and the mark committed, before its conversation with the server begins. So of a process that
    is killed at most one letter is left of which nobody knows whether it went out.
    """
    if not settings.EMAIL_HOST:  # development: letters are read where they lie
        return 0
    sent, until = 0, time.monotonic() + LONGEST_RUN
    mail: OutgoingMail | None = None
    outcome: Outcome | None = None
    with one_of("mail", RELAYS) as is_free, SmtpSession() as session:
        while is_free:
            with transaction.atomic():
                if mail and outcome:
                    _record(mail, outcome)
                    sent += isinstance(outcome, Sent)
                mail = None if _must_stop(outcome, until) else _claim()
            if mail is None:
                return sent
            outcome = _deliver(session, mail)
    return sent


def _deliver(session: SmtpSession, mail: OutgoingMail) -> Outcome:
    if SuppressedAddress.objects.filter(address=mail.recipient.lower()).exists():
        return Refused("the address is suppressed")
    return session.deliver(mail)


def _must_stop(outcome: Outcome | None, until: float) -> bool:
    return (isinstance(outcome, Deferred) and outcome.is_server) or time.monotonic() > until


def _claim() -> OutgoingMail | None:
    """The next letter, marked as being sent; None where nothing is due."""
    due = OutgoingMail.objects.due().exclude(domain__in=_busy_domains()).select_for_update(skip_locked=True)
    mail = due.first()
    if mail:
        mail.state, mail.attempts, mail.tried_at = MailState.SENDING, mail.attempts + 1, timezone.now()
        mail.save(update_fields=["state", "attempts", "tried_at"])
    return mail


def _busy_domains() -> list[str]:
    """Those that have had as many letters within a minute as their server likes (MAIL_PER_MINUTE)."""
    since = timezone.now() - timedelta(minutes=1)
    return [
        domain
        for domain, limit in settings.MAIL_PER_MINUTE.items()
        if OutgoingMail.objects.filter(domain=domain, tried_at__gt=since)[:limit].count() >= limit
    ]


def _record(mail: OutgoingMail, outcome: Outcome) -> None:
    """What is known now is written, also where the sweep has given the letter up for lost in the meantime."""
    now = timezone.now()
    changes: dict[str, object] = {"error": outcome.error[:2000], "finished_at": now}
    match outcome:
        case Sent():
            changes["state"] = MailState.SENT
            if named(mail.purpose).is_secret:
                changes |= {"text": "", "html": ""}
        case Unclear():
            changes["state"] = MailState.UNKNOWN
        case Deferred() if mail.created_at > now - GIVEN_UP_AFTER:
            pause = WHILE_AWAY if outcome.is_server else timedelta(minutes=_pause(mail.attempts))
            changes |= {"state": MailState.RETRY, "due_at": now + pause, "finished_at": None}
        case Refused(is_address=True) if not named(mail.purpose).is_last:
            changes["state"] = MailState.FAILED
            SuppressedAddress.objects.get_or_create(
                address=mail.recipient.lower(), defaults={"reason": outcome.error[:300]}
            )
        case _:
            changes["state"] = MailState.FAILED
    of_this_attempt = OutgoingMail.objects.filter(
        pk=mail.pk, attempts=mail.attempts, state__in=(MailState.SENDING, MailState.UNKNOWN)
    )
    of_this_attempt.update(**changes)
    logger.info("mail", mail=mail.pk, purpose=mail.purpose, state=changes["state"], error=outcome.error)


def _pause(attempts: int) -> int:
    """Minutes until the next attempt."""
    return MINUTES_BETWEEN[min(attempts, len(MINUTES_BETWEEN)) - 1]


def sweep() -> int:
    """Find what a crash or a lost message of the broker has left; then send what is due."""
    now = timezone.now()
    OutgoingMail.objects.filter(state=MailState.SENDING, tried_at__lt=now - LOST_AFTER).update(
        state=MailState.UNKNOWN, finished_at=now, error="whoever was sending it has vanished"
    )
    resent = [name for name, purpose in PURPOSES.items() if purpose.resend]
    OutgoingMail.objects.filter(
        state=MailState.UNKNOWN,
        purpose__in=resent,
        finished_at__lt=now - RESENT_AFTER,
        created_at__gt=now - GIVEN_UP_AFTER,
    ).update(state=MailState.RETRY, due_at=now)
    forget_last_letters()
    return relay()


def send_again(mail: OutgoingMail) -> OutgoingMail:
    """For who has found out that it did not arrive; the Message-ID stays. Raises RuleViolated for any other state."""
    with transaction.atomic():
        mail = OutgoingMail.objects.select_for_update().get(pk=mail.pk)
        if mail.state not in (MailState.FAILED, MailState.UNKNOWN):
            raise RuleViolated(_("Only what has failed, or is unclear, is sent again."), code="not_failed")
        mail.state, mail.due_at, mail.finished_at = MailState.RETRY, timezone.now(), None
        mail.save(update_fields=["state", "due_at", "finished_at"])
        ask_for_the_relay()
    return mail

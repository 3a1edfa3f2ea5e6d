"""Sends what waits. Whatever dies on the way leaves a row that says how far it came."""

import re
import time
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from common.errors import RuleViolated
from common.locks import one_of
from common.mail.backend import ask_for_the_relay
from common.mail.personal_data import forget_last_letters
from common.mail.purposes import PURPOSES, named
from common.mail.transport import Deferred, Outcome, Refused, Sent, SmtpSession, Unclear, Unwanted
from common.models import MailState, OutgoingMail, SuppressedAddress
from common.models.mail import WAITING

MINUTES_BETWEEN = (1, 5, 15, 60, 180, 360, 720)  # after each attempt that the server put off; the last one repeats
WHILE_AWAY = timedelta(seconds=30)  # a server that does not answer at all is asked again by the next sweep
LONGEST_PAUSE = timedelta(minutes=MINUTES_BETWEEN[-1])
LOST_AFTER = timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT + 60)  # nobody can be at it any more
RESENT_AFTER = timedelta(minutes=15)
MOST_RESENDS = 1  # a server that is slower than our patience would get it again and again
LONGEST_RUN = 20  # s, so that other work has its turn, and a worker that is to end ends soon
CODE = re.compile(r"\d{3}( \d\.\d+\.\d+)?")

logger = structlog.get_logger(__name__)


def relay() -> int:
    """Send what is due, most urgent first; returns how many letters have left. At most MAIL_RELAYS work at a time.

    A letter is marked, and the mark committed, before its conversation with the server begins. So of a process that
    is killed at most one letter is left of which nobody knows whether it went out.
    """
    if not settings.EMAIL_HOST:  # development: letters are read where they lie
        return 0
    sent, until = 0, time.monotonic() + LONGEST_RUN
    mail: OutgoingMail | None = None
    outcome: Outcome | None = None
    with one_of("mail", settings.MAIL_RELAYS) as is_free, SmtpSession() as session:
        while is_free:
            with transaction.atomic():
                if mail and outcome:
                    _record(mail, outcome)
                    sent += isinstance(outcome, Sent)
                mail = None if _must_stop(outcome, until) else _claim()
            if mail is None:
                break
            outcome = _deliver(session, mail)
    if time.monotonic() > until:
        ask_for_the_relay()  # there may be more
    return sent


def _deliver(session: SmtpSession, mail: OutgoingMail) -> Outcome:
    if mail.is_suppressed:
        return Refused(gettext_noop("the address is suppressed"))
    if mail.give_up_at < timezone.now():
        return Refused(gettext_noop("it is of no use any more"))
    purpose = named(mail.purpose)
    if not purpose.is_service and not purpose.readers.want(purpose.name, mail.recipient):
        return Unwanted()
    return session.deliver(mail)


def _must_stop(outcome: Outcome | None, until: float) -> bool:
    return (isinstance(outcome, Deferred) and outcome.is_server) or time.monotonic() > until


def _claim() -> OutgoingMail | None:
    """The next letter, marked as being sent; None where nothing is due."""
    due = OutgoingMail.objects.due().exclude(domain__in=_busy_domains()).with_what_sending_takes()
    mail = due.select_for_update(skip_locked=True).first()
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
    """What is known now is written, also where the sweep has given the letter up for lost in the meantime; nothing is
    once its reader has been erased."""
    now = timezone.now()
    is_suppressed = isinstance(outcome, Refused) and outcome.is_address and not named(mail.purpose).is_last
    changes: dict[str, object] = {"error": outcome.error[:2000], "finished_at": now}
    match outcome:
        case Sent():
            changes["state"] = MailState.SENT
        case Unclear():
            changes |= {"state": MailState.UNKNOWN, "unclear": F("unclear") + 1}
        case Unwanted():
            changes["state"] = MailState.UNWANTED
        case Deferred(is_server=True) if mail.give_up_at > now:
            changes |= {"state": MailState.RETRY, "due_at": now + WHILE_AWAY, "finished_at": None}
        case Deferred() if mail.give_up_at > now:
            pause = timedelta(minutes=MINUTES_BETWEEN[min(mail.put_off, len(MINUTES_BETWEEN) - 1)])
            changes |= {"state": MailState.RETRY, "due_at": now + pause, "finished_at": None}
            changes["put_off"] = mail.put_off + 1
        case _:
            changes["state"] = MailState.FAILED
    if named(mail.purpose).is_secret and changes["finished_at"]:
        changes |= {"text": "", "html": ""}
    of_this_attempt = OutgoingMail.objects.filter(
        pk=mail.pk,
        attempts=mail.attempts,
        state__in=(MailState.SENDING, MailState.UNKNOWN),
        recipient=mail.recipient,
    )
    if of_this_attempt.update(**changes) and is_suppressed:
        SuppressedAddress.objects.get_or_create(
            address=mail.recipient.lower(), defaults={"reason": outcome.error[:300]}
        )
    code = CODE.match(outcome.error)  # the words of the server may name the reader
    logger.info("mail", mail=mail.pk, purpose=mail.purpose, state=changes["state"], code=code and code[0])


def sweep() -> int:
    """Find what a crash or a lost message of the broker has left; then send what is due."""
    now = timezone.now()
    OutgoingMail.objects.filter(state=MailState.SENDING, tried_at__lt=now - LOST_AFTER).update(
        state=MailState.UNKNOWN,
        unclear=F("unclear") + 1,
        finished_at=now,
        error=gettext_noop("whoever was sending it has vanished"),
    )
    secret = [name for name, purpose in PURPOSES.items() if purpose.is_secret]
    OutgoingMail.objects.filter(state=MailState.UNKNOWN, purpose__in=secret).exclude(text="").update(text="", html="")
    # Written, or put off, by a clock that was ahead.
    OutgoingMail.objects.filter(state__in=WAITING, due_at__gt=now + LONGEST_PAUSE).update(due_at=now)
    resent = [name for name, purpose in PURPOSES.items() if purpose.resend]
    OutgoingMail.objects.filter(
        state=MailState.UNKNOWN,
        purpose__in=resent,
        finished_at__lt=now - RESENT_AFTER,
        give_up_at__gt=now,
        unclear__lte=MOST_RESENDS,
    ).update(state=MailState.RETRY, due_at=now)
    forget_last_letters()
    return relay()


def send_again(mail: OutgoingMail) -> OutgoingMail:
    """For who has found out that it did not arrive; the Message-ID stays.

    Raises RuleViolated for any other state, for a suppressed address, for what its reader must ask for anew, and where
    the reader has been erased.
    """
    with transaction.atomic():
        mail = OutgoingMail.objects.select_for_update().get(pk=mail.pk)
        if mail.state not in (MailState.FAILED, MailState.UNKNOWN):
            raise RuleViolated(_("Only what has failed, or is unclear, is sent again."), code="not_failed")
        if (purpose := named(mail.purpose)).is_secret:
            raise RuleViolated(
                _("It held what opens an account, and was wiped. Its reader has to ask for another one."), code="wiped"
            )
        if not mail.recipient:
            raise RuleViolated(_("Its reader has been erased: there is nobody to send it to."), code="nobody")
        if SuppressedAddress.objects.filter(address=mail.recipient.lower()).exists():
            raise RuleViolated(
                _("Nothing is sent to this address. Take it off the suppressed addresses first."), code="suppressed"
            )
        now = timezone.now()
        mail.state, mail.due_at, mail.finished_at, mail.give_up_at = MailState.RETRY, now, None, now + purpose.term
        mail.save(update_fields=["state", "due_at", "finished_at", "give_up_at"])
        ask_for_the_relay()
    return mail

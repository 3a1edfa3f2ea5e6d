"""What is due by the clock, found in rows: harmless however often and by how many it is run."""

import time
from collections.abc import Callable
from datetime import timedelta

import structlog
from django.db import transaction
from django.utils import timezone

from agreements.life.machine import locked_agreement
from agreements.models import (
    TO_SIGN,
    Agreement,
    AgreementState,
    Obligation,
    ObligationState,
    RoundState,
    SigningRequest,
    Timer,
    TimerKind,
    Verdict,
)
from agreements.running.course import end, end_or_renew, last_day_before, take_effect
from agreements.signing.rounds import lapse
from agreements.telling import reminders
from agreements.telling.obligations import tell_of_due

LONGEST_RUN = 4 * 60  # s, less than the time limit of a task
PAUSE = timedelta(hours=1)  # before a timer that failed is tried again
SECOND_LATE = 14  # days: then the other side hears of it as well
S, T = AgreementState, TimerKind

logger = structlog.get_logger(__name__)


def sweep() -> int:
    """Do what is due, oldest first, each in a transaction of its own; returns how much was done."""
    done, until = 0, time.monotonic() + LONGEST_RUN
    while time.monotonic() < until and _next():
        done += 1
    return done


def _next() -> bool:
    found = Timer.objects.due().values_list("pk", "agreement").first()
    if found is None:
        return False
    try:
        _do(*found)
    except Exception:  # whatever is wrong with one, the others are not to wait for it
        logger.exception("timer_failed", timer=found[0])
        Timer.objects.filter(pk=found[0]).update(due_at=timezone.now() + PAUSE)
    return True


@transaction.atomic
def _do(timer_key: int, agreement_key: int) -> None:
    """The agreement is locked before its timer, as everywhere; who comes second finds it done."""
    agreement = locked_agreement(Agreement(pk=agreement_key))
    timer = Timer.objects.select_for_update().get(pk=timer_key)
    if timer.done_at is None:
        timer.done_at = timezone.now()
        timer.save(update_fields=["done_at"])
        ACTS[timer.kind](agreement, timer)


def _in(state: str, act: Callable[[Agreement], None]) -> Callable[[Agreement, Timer], None]:
    """Only where it still is in this state: a move ends the timers of the former one, and this is the second lock."""

    def guarded(agreement: Agreement, timer: Timer) -> None:
        if agreement.state == state:
            act(agreement)

    return guarded


def _review(agreement: Agreement, timer: Timer) -> None:
    waiting = [*agreement.newest_version.approvals.exclude(verdict=Verdict.APPROVED).select_related("approver")]
    if agreement.state == S.REVIEW:
        reminders.remind_reviewers(agreement, waiting, escalates=timer.kind == T.REVIEW_ESCALATE)


def _signing(agreement: Agreement, timer: Timer) -> None:
    request = SigningRequest.objects.filter(pk=timer.subject, state__in=TO_SIGN, round__state=RoundState.OPEN).first()
    if request:
        reminders.remind_signatory(agreement, request, days=timer.step)


def _end_near(agreement: Agreement, timer: Timer) -> None:
    if agreement.state == S.ACTIVE:
        reminders.remind_of_the_end(agreement, days=timer.step, is_opt_out=timer.kind == T.OPT_OUT)


def _notice_end(agreement: Agreement, timer: Timer) -> None:
    if agreement.state == S.ACTIVE:
        end(agreement, "terminate", last=last_day_before(timer))


def _due(agreement: Agreement, timer: Timer) -> None:
    obligation = Obligation.objects.filter(pk=timer.subject, state=ObligationState.OPEN).first()
    if obligation:
        is_late = timer.kind == T.DUE_PASSED
        tell_of_due(
            obligation,
            key=f"obligation {obligation.pk} {timer.kind} {timer.step} {obligation.due_on}",
            is_late=is_late,
            tells_other_side=is_late and timer.step >= SECOND_LATE,
        )


ACTS: dict[str, Callable[[Agreement, Timer], None]] = {
    T.REVIEW_REMIND: _review,
    T.REVIEW_ESCALATE: _review,
    T.STALE: _in(S.NEGOTIATION, reminders.remind_of_standstill),
    T.SIGN_REMIND: _signing,
    T.SIGN_DEADLINE: _in(S.SIGNING, lapse),
    T.START: _in(S.CONCLUDED, take_effect),
    T.END_NEAR: _end_near,
    T.OPT_OUT: _end_near,
    T.END: _in(S.ACTIVE, end_or_renew),
    T.NOTICE_END: _notice_end,
    T.DUE_NEAR: _due,
    T.DUE_PASSED: _due,
}

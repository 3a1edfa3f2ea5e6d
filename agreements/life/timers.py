"""Terms of an agreement as rows: made by the move that begins them, in its transaction, and swept by the clock."""

import datetime
from collections.abc import Iterator

from django.utils import timezone

from agreements.models import TO_SIGN, Agreement, AgreementState, Renewal, RoundState, SigningRequest, Timer, TimerKind

S, T = AgreementState, TimerKind
REVIEW_REMIND, REVIEW_ESCALATE, STALE = 3, 7, 14  # days
SIGN_REMIND = (3, 7, 14)
SIGN_WITHIN = 30
BEFORE_THE_END = (90, 30, 7)
OPT_OUT_BEFORE = 7  # an objection is possible until the day of notice; people hear of it a week before
HOUR = 9  # of the association's clock: nobody is reminded at night

Row = tuple[str, int, int, datetime.datetime]  # kind, subject, step, when


def restart(agreement: Agreement, *, has_moved: bool) -> None:
    """In a new state the terms of the former one are moot; notice that was given outlives an amendment."""
    if has_moved:
        moot = agreement.timers.waiting()
        if agreement.state == S.ACTIVE:
            moot = moot.exclude(kind=T.NOTICE_END)
        moot.update(done_at=timezone.now())
        start(agreement, _of_state(agreement))


def start(agreement: Agreement, rows: Iterator[Row] | list[Row]) -> None:
    Timer.objects.bulk_create(
        [
            Timer(agreement=agreement, kind=kind, subject=subject, step=step, due_at=due_at)
            for kind, subject, step, due_at in rows
        ],
        ignore_conflicts=True,
    )


def of_request(request: SigningRequest) -> list[Row]:
    """Reminders to who is asked to sign."""
    return [(T.SIGN_REMIND, request.pk, days, in_days(days)) for days in SIGN_REMIND]


def in_days(days: int) -> datetime.datetime:
    return timezone.now() + datetime.timedelta(days=days)


def on(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time(HOUR)))


def _of_state(agreement: Agreement) -> Iterator[Row]:
    match agreement.state:
        case S.REVIEW:
            yield (T.REVIEW_REMIND, 0, 0, in_days(REVIEW_REMIND))
            yield (T.REVIEW_ESCALATE, 0, 0, in_days(REVIEW_ESCALATE))
        case S.NEGOTIATION:
            yield (T.STALE, 0, 0, in_days(STALE))
        case S.SIGNING:
            opened = agreement.rounds.get(state=RoundState.OPEN)
            yield (T.SIGN_DEADLINE, opened.pk, 0, opened.closes_at)
            for request in opened.requests.filter(state__in=TO_SIGN):
                yield from of_request(request)
        case S.CONCLUDED:
            yield (T.START, 0, 0, midnight(agreement.starts_on or timezone.localdate()))
        case S.ACTIVE if agreement.ends_on and not agreement.is_dependent:
            yield from of_the_end(agreement, agreement.ends_on)


def of_the_end(agreement: Agreement, last: datetime.date) -> Iterator[Row]:
    """Of an agreement that ends with the day ``last``. What lies in the past is not told of any more."""
    today = timezone.localdate()
    for days in BEFORE_THE_END:
        if (day := last - datetime.timedelta(days=days)) > today:
            yield (T.END_NEAR, 0, days, on(day))
    if agreement.renewal == Renewal.AUTOMATIC:
        day = last_day_to_object(agreement, last) - datetime.timedelta(days=OPT_OUT_BEFORE)
        if day > today:
            yield (T.OPT_OUT, 0, 0, on(day))
    yield (T.END, 0, 0, midnight(last + datetime.timedelta(days=1)))


def last_day_to_object(agreement: Agreement, last: datetime.date) -> datetime.date:
    return last - datetime.timedelta(days=agreement.notice_days)


def midnight(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))

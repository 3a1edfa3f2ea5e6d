"""Which agreements wait for the office, or are stuck, and until when."""

from typing import Any

from django.db.models import DateTimeField, Exists, Min, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from agreements.models import (
    Agreement,
    AgreementState,
    Approval,
    HistoryEntry,
    RequestState,
    RoundState,
    SigningRequest,
    Timer,
    TimerKind,
    Version,
)

REVIEW, COPY, STUCK = "review", "copy", "standstill"
WAITING = [
    (REVIEW, _("Waits for the office’s review")),
    (COPY, _("A copy of what was signed is to be checked")),
    (STUCK, _("Negotiation has come to a standstill")),
]


def waiting(agreements: QuerySet[Agreement], what: str) -> QuerySet[Agreement]:
    """With ``waits_since``, longest first."""
    found: Any
    match what:
        case "review":
            found = _to_review(agreements)
        case "copy":
            found = _to_check(agreements)
        case "standstill":
            found = _stuck(agreements)
        case _:
            return agreements
    return found.order_by("waits_since", "pk")


def _to_review(agreements: QuerySet[Agreement]) -> QuerySet[Agreement]:
    newest = Version.objects.filter(agreement=OuterRef("version__agreement")).order_by("-number").values("pk")[:1]
    asked = Approval.objects.filter(approver=None, verdict="", version=Subquery(newest))
    return agreements.filter(
        Exists(asked.filter(version__agreement=OuterRef("pk"))), state=AgreementState.REVIEW
    ).annotate(waits_since=_last_turn("submit"))


def _to_check(agreements: QuerySet[Agreement]) -> QuerySet[Agreement]:
    sent = SigningRequest.objects.filter(
        round__agreement=OuterRef("pk"),
        round__state=RoundState.OPEN,
        state__in=(RequestState.SENT, RequestState.SEEN),
    )
    since = sent.order_by().values("round__agreement").annotate(at=Min("signature__at")).values("at")
    return agreements.filter(Exists(sent), state=AgreementState.SIGNING).annotate(waits_since=Subquery(since))


def _stuck(agreements: QuerySet[Agreement]) -> QuerySet[Agreement]:
    """Those whose reminder has been sent, and nobody has moved since."""
    running = Timer.objects.waiting().filter(agreement=OuterRef("pk"), kind=TimerKind.STALE)
    return agreements.filter(~Exists(running), state=AgreementState.NEGOTIATION).annotate(waits_since=_last_turn())


def _last_turn(*actions: str) -> Subquery:
    turns = HistoryEntry.objects.filter(agreement=OuterRef("pk"))
    if actions:
        turns = turns.filter(action__in=actions)
    return Subquery(turns.order_by("-sequence").values("at")[:1], output_field=DateTimeField())


def with_deadlines(agreements: QuerySet[Agreement]) -> QuerySet[Agreement]:
    """``deadline``: when the clock acts next."""
    running = Timer.objects.waiting().filter(agreement=OuterRef("pk"))
    return agreements.annotate(deadline=Subquery(running.order_by("due_at").values("due_at")[:1]))

"""What was promised: opened with the terms in force, reported by one side and confirmed by the other."""

import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements import chain
from agreements.fulfilment.counted import counted
from agreements.life import timers
from agreements.life.machine import locked_agreement
from agreements.models import (
    IN_FORCE,
    Agreement,
    Obligation,
    ObligationReport,
    ObligationState,
    ReportState,
    TimerKind,
)
from agreements.telling.obligations import other_side, tell_of_report
from agreements.terms import Promise, Terms
from common.errors import RuleViolated
from common.idempotency import once
from common.uploads import CheckedDocument
from members.models import Organisation, User

DUE_BEFORE = (30, 7)  # days before the day on which something is due that its owner is reminded
LATE_AFTER = (1, 14)  # days after it: the owner, then the other side as well
MOST = Decimal(10) ** 12  # of which a row can keep less


def follow_terms(agreement: Agreement, terms: Terms, *, because: Agreement | None = None) -> None:
    """Under the lock: what the terms in force promise is open. What an amendment takes out is closed, what it changes
    is changed, and what has been confirmed so far stays."""
    parties = {
        party.position: party.organisation for party in (because or agreement).parties.select_related("organisation")
    }
    known = {one.key: one for one in agreement.obligations.all()}
    for promise in terms.promises:
        obligation = known.pop(promise.key, None) or Obligation(agreement=agreement, key=promise.key)
        _write(obligation, promise, parties)
    for obligation in known.values():
        if obligation.state == ObligationState.OPEN and because:
            _close(obligation, _("Taken out by the amendment № %(number)s") % {"number": because.number})


def _write(obligation: Obligation, promise: Promise, parties: dict[int, Organisation]) -> None:
    obligation.kind, obligation.what, obligation.evidence = promise.kind, promise.what, promise.evidence
    obligation.owner = parties[promise.owner]
    obligation.beneficiary = parties[promise.beneficiary] if promise.beneficiary else None
    obligation.amount, obligation.due_on = promise.decimal, promise.due
    is_done = obligation.pk is not None and _is_done(obligation)
    obligation.state = ObligationState.FULFILLED if is_done else ObligationState.OPEN
    obligation.closed_reason = ""
    obligation.save()
    restart_timers(obligation)


def restart_timers(obligation: Obligation) -> None:
    """Reminders of the day on which it is due; none of what is past."""
    waiting = obligation.agreement.timers.waiting().filter(subject=obligation.pk)
    waiting.filter(kind__in=(TimerKind.DUE_NEAR, TimerKind.DUE_PASSED)).update(done_at=timezone.now())
    if obligation.state != ObligationState.OPEN or obligation.due_on is None:
        return
    steps = [(TimerKind.DUE_NEAR, days, obligation.due_on - datetime.timedelta(days=days)) for days in DUE_BEFORE]
    steps += [(TimerKind.DUE_PASSED, days, obligation.due_on + datetime.timedelta(days=days)) for days in LATE_AFTER]
    today = timezone.localdate()
    timers.start(
        obligation.agreement,
        [(kind, obligation.pk, days, timers.on(day)) for kind, days, day in steps if day > today],
    )


def close_open(agreement: Agreement, *, reason: str) -> None:
    for obligation in agreement.obligations.filter(state=ObligationState.OPEN):
        _close(obligation, reason)


def _close(obligation: Obligation, reason: str) -> None:
    obligation.state, obligation.closed_reason = ObligationState.CLOSED, reason
    obligation.save(update_fields=["state", "closed_reason"])
    restart_timers(obligation)


# --- Progress ------------------------------------------------------------------------------------------------


@transaction.atomic
def report_progress(
    obligation: Obligation,
    *,
    organisation: Organisation,
    by: User,
    text: str,
    amount: Decimal | None = None,
    link: str = "",
    document: CheckedDocument | None = None,
    key: str = "",
) -> ObligationReport:
    """By who promised it; it counts once the other side has confirmed it. Made once for one ``key``.

    Raises RuleViolated where it is open no more, or the agreement is not in force.
    """
    told: dict[str, Any] = {"organisation": organisation, "by": by, "text": text, "amount": amount, "link": link}
    make = partial(_report, obligation, document=document, **told)
    if not key:
        return make()
    asked = {"text": text, "amount": amount, "link": link, "file": document.sha256 if document else ""}
    return once(make, model=ObligationReport, scope=f"report on {obligation.pk} by {by.pk}", key=key, asked=asked)


def _report(
    obligation: Obligation, *, document: CheckedDocument | None, amount: Decimal | None, **told: Any
) -> ObligationReport:
    agreement, locked = _locked(obligation)
    if locked.state != ObligationState.OPEN or agreement.state not in IN_FORCE:
        raise RuleViolated(_("This obligation is open no more."), code="other_state")
    if locked.amount is not None and (amount is None or amount <= 0):
        raise RuleViolated(_("Say how much of it was done."), code="amount_missing")
    if told["organisation"].pk != locked.owner_id:
        raise RuleViolated(_("Who has promised it reports on it."), code="not_owner")
    report = ObligationReport.objects.create(
        obligation=locked,
        amount=amount if locked.amount is not None else None,
        file=document.file if document else "",
        file_name=document.name if document else "",
        file_sha256=document.sha256 if document else "",
        **told,
    )
    locked.moved_at = timezone.now()
    locked.save(update_fields=["moved_at"])
    _note(report, "report", by=report.by)
    return report


@transaction.atomic
def decide_report(
    report: ObligationReport, *, organisation: Organisation, by: User, confirms: bool, reason: str = ""
) -> ObligationReport:
    """By the other side. With the last of the amount the obligation is fulfilled. Repeated, does nothing.

    Raises RuleViolated where it was decided otherwise, or a refusal lacks its reason.
    """
    _agreement, obligation = _locked(report.obligation)
    locked = obligation.reports.select_for_update().get(pk=report.pk)
    state = ReportState.CONFIRMED if confirms else ReportState.REFUSED
    if locked.state == state:
        return locked
    if locked.state != ReportState.REPORTED:
        raise RuleViolated(_("The other side has decided on it already."), code="other_state")
    if organisation.pk not in {one.pk for one in other_side(obligation)}:
        raise RuleViolated(_("The other side confirms what was done."), code="not_other_side")
    if not confirms and not reason.strip():
        raise RuleViolated(_("Say why: the other side will read it."), code="reason_missing")
    if confirms and obligation.done + (locked.amount or 0) >= MOST:
        raise RuleViolated(_("It is more than can be counted. Say no, and why."), code="too_much")
    locked.state, locked.decided_by, locked.decided_at, locked.reason = state, by, timezone.now(), reason
    locked.save(update_fields=["state", "decided_by", "decided_at", "reason"])
    if confirms:
        _count(obligation)
    _note(locked, "confirm" if confirms else "refuse", by=by, party=organisation.pk)
    return locked


@transaction.atomic
def recount(obligation: Obligation) -> Obligation:
    """After linked work was done, or undone, elsewhere (agreements.fulfilment.counted). What is over
    stands as it ended. Repeated, does nothing."""
    agreement, locked = _locked(obligation)
    before = locked.done
    if agreement.state in IN_FORCE and locked.state != ObligationState.CLOSED and _done(locked) != before:
        _count(locked)
        chain.append(agreement, "count", by=None, facts={"obligation": locked.pk, "done": str(locked.done)})
    return locked


def _done(obligation: Obligation) -> Decimal:
    confirmed = obligation.reports.filter(state=ReportState.CONFIRMED).aggregate(sum=Sum("amount"))["sum"]
    return (confirmed or Decimal()) + counted(obligation)


def _count(obligation: Obligation) -> None:
    obligation.done = _done(obligation)
    obligation.moved_at = timezone.now()
    if obligation.state != ObligationState.CLOSED:
        obligation.state = ObligationState.FULFILLED if _is_done(obligation) else ObligationState.OPEN
    obligation.save(update_fields=["done", "moved_at", "state"])
    restart_timers(obligation)


def _is_done(obligation: Obligation) -> bool:
    """One without an amount is done with the first confirmed report."""
    if obligation.amount is None:
        return obligation.reports.filter(state=ReportState.CONFIRMED).exists()
    return obligation.done >= obligation.amount


def _locked(obligation: Obligation) -> tuple[Agreement, Obligation]:
    agreement = locked_agreement(obligation.agreement)
    return agreement, agreement.obligations.select_for_update().get(pk=obligation.pk)


def _note(report: ObligationReport, action: str, *, by: User | None, party: int | None = None) -> None:
    obligation = report.obligation
    tell_of_report(report, action, by=by)
    facts: dict[str, object] = {
        "obligation": obligation.pk,
        "report": report.pk,
        "organisation": party or report.organisation_id,
    }
    facts["amount"], facts["file"] = str(report.amount or ""), report.file_sha256
    chain.append(obligation.agreement, action, by=by, reason=report.reason, facts=facts)

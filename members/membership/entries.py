"""Memberships taken over from a table of the association, by the same moves as everything else. Nobody hears of it."""

import datetime
from dataclasses import dataclass, replace

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from members.acting.invitations import prepare_head
from members.membership.fees import DAY, open_invoices, settled_until
from members.membership.life import (
    Who,
    change_membership_status,
    follow_register,
    last_membership,
    locked_membership,
    move_to,
    record_membership_start,
)
from members.models import (
    COUNTING,
    OVER,
    Membership,
    MembershipStatus,
    MembershipStatusChange,
    Organisation,
    User,
)
from members.notices.notifications import nobody_is_told
from members.organisations.services import locked_organisation

PAID_AHEAD = datetime.timedelta(days=2 * 366)
SET_BY_ROW = ("tier", "started_on", "note")  # of the membership itself


@dataclass
class Entry:
    """What a row says of a membership, or the portal holds of it. What is empty is not said."""

    tier: str = ""
    started_on: datetime.date | None = None
    status: str = ""
    changed_on: datetime.date | None = None  # since when it is suspended or over
    protocol: str = ""
    protocol_on: datetime.date | None = None
    settled_until: datetime.date | None = None
    head_email: str = ""
    note: str = ""


def entry_of(membership: Membership | None) -> Entry:
    """What the portal holds. Asks nothing where changes, periods and invoices were fetched along."""
    if membership is None:
        return Entry()
    last = max(membership.changes.all(), key=lambda one: (one.on, one.pk), default=MembershipStatusChange())
    runs = membership.status in COUNTING
    return Entry(
        tier=membership.tier,
        started_on=membership.started_on,
        status=membership.status,
        changed_on=None if runs else membership.ended_on or last.on,
        protocol="" if runs else last.protocol,
        protocol_on=None if runs else last.protocol_on,
        settled_until=settled_until(membership.periods.all()),
        note=membership.note,
    )


def understood(said: Entry, held: Entry) -> Entry:
    """``said`` without what it need not say: a fee that is overdue is a matter of invoices and no other status, a
    status that runs has no day, and a day alone is that of leaving.
    """
    if said.changed_on and not said.status:
        said = replace(said, status=MembershipStatus.LEFT)
    if said.status in COUNTING and held.status in COUNTING:
        said = replace(said, status=held.status)
    if said.status in COUNTING and held.status in (*COUNTING, ""):
        said = replace(said, changed_on=None)
    if said.status in ("", held.status):
        said = replace(said, protocol="", protocol_on=None)
    return said


def joins_anew(said: Entry, held: Entry) -> bool:
    """After the end of the membership that the portal knows."""
    ended_on = held.changed_on if held.status in OVER else None
    return bool(ended_on and said.started_on and said.started_on > ended_on)


@transaction.atomic
def enter_membership(organisation: Organisation, *, entry: Entry, by: User, reason: str) -> Membership:
    """Let the portal hold what ``entry`` says. Repeated, does nothing. A new member gets no certificate: it has one
    from before, and else the office issues it.

    Raises RuleViolated for what the rules of memberships forbid, for days to come, and for what would take back what
    is on record.
    """
    _check_days(entry)
    known = last_membership(locked_organisation(organisation))
    with nobody_is_told():
        if known is None or joins_anew(entry, entry_of(known)):
            membership = _begin(organisation, entry, by, reason)
        else:
            membership = _amend(known, entry, by, reason)
        if entry.settled_until:
            _settle(membership, entry.settled_until)
        _move(membership, entry, by, reason)
        if entry.head_email:
            prepare_head(organisation, email=entry.head_email, by=by)
    return membership


def _check_days(entry: Entry) -> None:
    """A table tells of what has been."""
    today = timezone.localdate()
    for name in ("started_on", "changed_on", "protocol_on"):
        if (getattr(entry, name) or today) > today:
            raise RuleViolated(_("What lies ahead has not happened yet."), code=f"{name}_ahead")
    if entry.settled_until and entry.settled_until > today + PAID_AHEAD:
        raise RuleViolated(_("Nobody pays more than two years ahead."), code="settled_until_ahead")


def _begin(organisation: Organisation, entry: Entry, by: User, reason: str) -> Membership:
    if not entry.tier:
        raise RuleViolated(_("A new membership needs a tier."), code="no_tier")
    if entry.changed_on and not entry.started_on:
        raise RuleViolated(_("Give the day on which the membership began, as its later day is given."), code="no_start")
    membership = Membership(organisation=organisation, tier=entry.tier, started_on=entry.started_on, note=entry.note)
    membership._change_reason = reason  # type: ignore[attr-defined]
    membership.save()
    record_membership_start(membership, by=by, with_certificate=False)
    return membership


def _amend(known: Membership, entry: Entry, by: User, reason: str) -> Membership:
    locked = locked_membership(known)
    differs = [name for name in SET_BY_ROW if getattr(entry, name) not in ("", None, getattr(locked, name))]
    for name in differs:
        setattr(locked, name, getattr(entry, name))
    if locked.started_on and locked.ended_on and locked.started_on > locked.ended_on:
        raise RuleViolated(_("A membership cannot end before it starts."), code="starts_too_late")
    if differs:
        locked._change_reason = reason  # type: ignore[attr-defined]
        locked.save(update_fields=differs)
        follow_register(locked, by=by, with_certificate=locked.certificates.standing().exists())
    return locked


def _move(membership: Membership, entry: Entry, by: User, reason: str) -> None:
    if not (entry.status or entry.changed_on):
        return
    held = entry_of(membership)
    entry = understood(entry, held)
    if entry.status in ("", held.status):
        if entry.changed_on and entry.changed_on != held.changed_on:
            day = {"day": date_format(held.changed_on) if held.changed_on else "—"}
            raise RuleViolated(_("On record is another day: %(day)s. What is on record stays so.") % day, code="moved")
        return
    who = Who.BOARD if entry.status == MembershipStatus.EXCLUDED else Who.STAFF  # a table tells what was decided
    move_to(membership, entry.status, who)
    if entry.changed_on is None:
        raise RuleViolated(_("Give the day since which the status holds."), code="no_day")
    change_membership_status(
        membership,
        status=entry.status,
        on=entry.changed_on,
        by=by,
        reason=reason,
        protocol=entry.protocol,
        protocol_on=entry.protocol_on,
        who=who,
    )


# --- What is paid --------------------------------------------------------------------------------------------


def _settle(membership: Membership, day: datetime.date) -> None:
    """Put on record that nothing is owed until ``day``: a period of a year at most, without an invoice."""
    periods = [*membership.periods.prefetch_related("invoices")]
    settled = settled_until(periods)
    if settled == day:
        return
    if settled and settled > day:
        text = _("The portal has it settled until %(day)s already.") % {"day": date_format(settled)}
        raise RuleViolated(text, code="settled")
    open_ones = [invoice for period in periods for invoice in open_invoices(period)]
    if open_ones:
        text = _("Invoice %(invoice)s is open: mark it as paid, and not in a table.") % {"invoice": open_ones[0]}
        raise RuleViolated(text, code="invoice_open")
    if membership.started_on and day < membership.started_on:
        raise RuleViolated(_("That is before the membership began."), code="settled")
    last_day = max((one.ends_on for one in periods), default=None)
    begins = filter(None, (_a_year_before(day), membership.started_on, last_day and last_day + DAY))
    membership.periods.create(starts_on=max(begins), ends_on=day)


def _a_year_before(day: datetime.date) -> datetime.date:
    """The first day of the year that ends on ``day``."""
    after = day + DAY
    try:
        return after.replace(year=after.year - 1)
    except ValueError:
        return after.replace(year=after.year - 1, day=28)

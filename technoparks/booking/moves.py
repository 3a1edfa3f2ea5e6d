"""The states of a booking, and who moves it.

=========  ===================================  ==========  ============================================================
move       from                                 to          who, and what comes of it
=========  ===================================  ==========  ============================================================
book       –                                    pending     a guest, where the host approves; its seats are kept
                                                            confirmed   otherwise, and for the host itself
approve    pending                              confirmed   the host
decline    pending                              declined    the host, with a reason; the seats are free
expire     pending                              expired     the clock: the host has not answered in its term
cancel     pending, confirmed, held             cancelled   the guest, or the host with a reason
hold       confirmed                            held        by itself: whoever is responsible lacks an induction
resume     held                                 confirmed   by itself: they have it again, or somebody else who has it
                                                            is responsible now
lapse      held                                 cancelled   the clock: its time has come, and it is still held
check_in   confirmed                            used        the guest or the host, at the time of the booking
finish     confirmed                            used        the clock, where nobody checks in
miss       confirmed                            missed      the clock: nobody has checked in; the rest of it is free
take_over  pending, confirmed, held             the same    another of the guests, who is responsible from now on
machine    pending, confirmed, held, used       the same    the host: a machine is out of order; another, or none, is
                                                            there instead
=========  ===================================  ==========  ============================================================
"""

from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from common.errors import RuleViolated
from members.models import User
from technoparks.models import BLOCKING, Booking, BookingMove, BookingState

S = BookingState


class Who(Enum):
    GUEST = auto()
    HOST = auto()
    CLOCK = auto()


@dataclass(frozen=True, slots=True)
class Move:
    before: tuple[str, ...]
    after: str  # "" leaves the state as it is
    who: tuple[Who, ...]
    done: str | Promise
    needs_reason: tuple[Who, ...] = ()  # of whom one is asked


# fmt: off
MOVES = {
    "approve":  Move((S.PENDING,), S.CONFIRMED, (Who.HOST,), pgettext_lazy("booking", "Approved")),
    "decline":  Move((S.PENDING,), S.DECLINED, (Who.HOST,), pgettext_lazy("booking", "Declined"), (Who.HOST,)),
    "expire":   Move((S.PENDING,), S.EXPIRED, (Who.CLOCK,), pgettext_lazy("booking", "Not answered in time")),
    "cancel":   Move((S.PENDING, S.CONFIRMED, S.HELD), S.CANCELLED, (Who.GUEST, Who.HOST),
                     pgettext_lazy("booking", "Cancelled"), (Who.HOST,)),
    "hold":     Move((S.CONFIRMED,), S.HELD, (Who.CLOCK,), pgettext_lazy("booking", "Put on hold")),
    "resume":   Move((S.HELD,), S.CONFIRMED, (Who.CLOCK,), pgettext_lazy("booking", "Confirmed again")),
    "lapse":    Move((S.HELD,), S.CANCELLED, (Who.CLOCK,),
                     pgettext_lazy("booking", "Called off, as it was still on hold")),
    "check_in": Move((S.CONFIRMED,), S.USED, (Who.GUEST, Who.HOST), pgettext_lazy("booking", "Checked in")),
    "finish":   Move((S.CONFIRMED,), S.USED, (Who.CLOCK,), pgettext_lazy("booking", "Took place")),
    "miss":     Move((S.CONFIRMED,), S.MISSED, (Who.CLOCK,), pgettext_lazy("booking", "Nobody came")),
    "take_over": Move((S.PENDING, S.CONFIRMED, S.HELD), "", (Who.GUEST,),
                      pgettext_lazy("booking", "Somebody else is responsible")),
    "machine":  Move(BLOCKING, "", (Who.HOST,), pgettext_lazy("booking", "Machine changed"), (Who.HOST,)),
}
# fmt: on
BOOKED = pgettext_lazy("booking", "Booked")


def turn(booking: Booking, action: str, *, who: Who, by: User | None, reason: str = "", **facts: Any) -> BookingMove:
    """Move the ``booking``, whose lab is locked. What no longer blocks lets go of its machines.

    Raises RuleViolated where it is not theirs, not possible now, or lacks its reason.
    """
    move = MOVES[action]
    if who not in move.who:
        raise RuleViolated(_("That is not yours to decide."), code="not_yours")
    if booking.state not in move.before:
        text = _("Not possible now: the booking has the state “%(state)s”.")
        raise RuleViolated(text % {"state": booking.get_state_display()}, code="other_state")
    if who in move.needs_reason and not reason.strip():
        raise RuleViolated(_("Say why: the other side will read it."), code="reason_missing")
    source = booking.state
    if move.after:
        booking.state, booking.decide_by = move.after, None
    booking.sequence += 1
    booking.save(update_fields=["state", "decide_by", "sequence", "updated_at"])
    if booking.state not in BLOCKING:
        booking.equipment_times.update(is_blocking=False)
    return noted(booking, action, source=source, by=by, reason=reason, **facts)


def done(action: str) -> str:
    """What has happened, in words."""
    return str(MOVES[action].done if action in MOVES else BOOKED)


def noted(
    booking: Booking, action: str, *, source: str, by: User | None, reason: str = "", **facts: Any
) -> BookingMove:
    return BookingMove.objects.create(
        booking=booking,
        action=action,
        source=source,
        target=booking.state,
        by=by,
        at=timezone.now(),
        reason=reason,
        facts=facts,
    )

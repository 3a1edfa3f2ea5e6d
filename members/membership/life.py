"""The life of a membership: every status, which move leads from one to another, and who may make it."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from common.caching import invalidate_public_pages
from common.errors import RuleViolated
from members.membership.certificates import follow_membership
from members.models import (
    OVER,
    Invoice,
    Membership,
    MembershipReminder,
    MembershipStatus,
    MembershipStatusChange,
    Organisation,
    User,
)
from members.notices.notifications import Words, heads_of, notify
from members.notices.topics import EXCLUSION, MEMBERSHIP, Topic

PAY_WITHIN = datetime.timedelta(days=30)  # of the issue at least; a renewal has until the end of the paid period
GRACE = datetime.timedelta(days=60)  # after the last day to pay, in which the membership still counts
COMING_BACK = datetime.timedelta(days=365)  # after a lapse; who pays later joins anew, by a decision of the board

REGISTER = settings.LANGUAGE_CODE  # in which the portal writes reasons into it, whoever presses the button

ACTIVE, IN_GRACE, LAPSED = MembershipStatus.ACTIVE, MembershipStatus.GRACE, MembershipStatus.LAPSED
SUSPENDED, LEFT, EXCLUDED = MembershipStatus.SUSPENDED, MembershipStatus.LEFT, MembershipStatus.EXCLUDED


class Who(Enum):
    STAFF = auto()
    HEAD = auto()
    BOARD = auto()
    CLOCK = auto()
    PAYMENT = auto()  # of the fee, when staff marks it


@dataclass(frozen=True, slots=True)
class Asked:
    """A move that somebody asks for."""

    status: str
    on: datetime.date
    by: User | None
    reason: str
    protocol: str = ""
    protocol_on: datetime.date | None = None


Guard = Callable[[Membership, Asked], None]


def _fee_is_overdue(membership: Membership, asked: Asked) -> None:
    if not Invoice.objects.of(membership).unpaid_after(asked.on).exists():
        raise RuleViolated(_("No fee is overdue."), code="not_overdue")


def _grace_is_over(membership: Membership, asked: Asked) -> None:
    if not Invoice.objects.of(membership).unpaid_after(asked.on - GRACE).exists():
        raise RuleViolated(_("The grace period is not over."), code="grace_runs")


def _no_fee_is_overdue(membership: Membership, asked: Asked) -> None:
    if Invoice.objects.of(membership).unpaid_after(timezone.localdate()).exists():
        raise RuleViolated(_("Another fee is still overdue."), code="overdue")
    if obstacle := lapsed_for_good(membership, on=asked.on):
        raise obstacle


def lapsed_for_good(membership: Membership, *, on: datetime.date) -> RuleViolated | None:
    """Who has lapsed comes back within a year, and not where a new membership has begun meanwhile."""
    if membership.status != LAPSED:
        return None
    if membership.ended_on and on > membership.ended_on + COMING_BACK:
        text = _("The membership lapsed more than a year ago: the organisation joins anew.")
        return RuleViolated(text, code="lapsed_long_ago")
    if membership.organisation.memberships.filter(~Q(status__in=OVER) | Q(pk__gt=membership.pk)).exists():
        return RuleViolated(_("The organisation has joined anew since."), code="joined_anew")
    return None


def _board_has_decided(membership: Membership, asked: Asked) -> None:
    if not (asked.protocol and asked.protocol_on):
        raise RuleViolated(_("Only the board excludes: name its protocol and the day."), code="no_protocol")


@dataclass(frozen=True, slots=True)
class Move:
    before: tuple[MembershipStatus, ...]
    after: MembershipStatus
    who: tuple[Who, ...]
    guard: Guard | None
    told: str | Promise  # to heads; of a fee they hear by its reminders (renewals.py)
    topic: Topic = MEMBERSHIP


# Every move: from which statuses, to which, by whom, under what condition, and what the organisation's heads read.
# Besides, after each of them: one row of the history, the certificate follows, who is over owes no period to come, and
# who is resumed has a month to pay.
MEMBERSHIP_MOVES: dict[str, Move] = {
    "owe":     Move((ACTIVE,), IN_GRACE, (Who.CLOCK,), _fee_is_overdue, ""),
    "lapse":   Move((IN_GRACE,), LAPSED, (Who.CLOCK,), _grace_is_over, ""),
    "pay":     Move((IN_GRACE, LAPSED), ACTIVE, (Who.PAYMENT,), _no_fee_is_overdue, ""),
    "suspend": Move((ACTIVE, IN_GRACE), SUSPENDED, (Who.STAFF,), None,
                    gettext_lazy("The membership has been suspended")),
    "resume":  Move((SUSPENDED,), ACTIVE, (Who.STAFF,), None, gettext_lazy("The membership is active again")),
    "leave":   Move((ACTIVE, IN_GRACE, SUSPENDED), LEFT, (Who.STAFF, Who.HEAD), None,
                    gettext_lazy("The organisation has left the association")),
    "expel": Move((ACTIVE, IN_GRACE, SUSPENDED), EXCLUDED, (Who.BOARD,), _board_has_decided,
                    gettext_lazy("The organisation has been excluded from the association"), EXCLUSION),
}  # fmt: skip


def last_membership(organisation: Organisation) -> Membership | None:
    """That which is not over, of which there is one at most; else the last that was."""
    memberships = organisation.memberships.all()  # they may have been fetched with it
    return min(memberships, key=lambda one: (one.is_over, -one.pk), default=None)


def possible_moves(membership: Membership, *, who: Who) -> set[str]:
    """Those that its status allows; their conditions are asked when they are made."""
    return {name for name, move in MEMBERSHIP_MOVES.items() if who in move.who and membership.status in move.before}


@transaction.atomic
def record_membership_start(
    membership: Membership, *, by: User | None, with_certificate: bool = True
) -> MembershipStatusChange:
    """Keep the row of the first move, into the register; its day is that of the entry where the start is not known.

    A member gets its certificate, unless it has one on paper from before the portal.
    """
    if with_certificate:
        follow_membership(membership, by=by)
    with override(REGISTER):
        entered = _("Entered in the register")
    return MembershipStatusChange.objects.create(
        membership=membership,
        status=membership.status,
        on=membership.started_on or timezone.localdate(),
        by=by,
        reason=membership.note or entered,
    )


@transaction.atomic
def follow_register(membership: Membership, *, by: User | None, with_certificate: bool = True) -> None:
    """After its tier, start or note was corrected: the first move has the day of the start, and the certificate says
    what holds. Raises RuleViolated as ``check_start``."""
    locked = locked_membership(membership)
    if locked.started_on:
        check_start(locked, locked.started_on)
        first = locked.changes.values("pk")[:1]
        locked.changes.filter(pk__in=first).exclude(on=locked.started_on).update(on=locked.started_on)
    if with_certificate:
        follow_membership(locked, by=by)


def check_start(membership: Membership, on: datetime.date) -> None:
    """Raises RuleViolated where something has happened to it before that day."""
    moves = [*membership.changes.values_list("on", flat=True)[1:2]]
    years = [*membership.periods.order_by("starts_on").values_list("starts_on", flat=True)[:1]]
    earliest = min([*moves, *years], default=on)
    if earliest < on:
        text = _("It began no later than on %(day)s: the register has a move or a paid year of that day.")
        raise RuleViolated(text % {"day": date_format(earliest)}, code="membership_dates")


@transaction.atomic
def change_membership_status(
    membership: Membership,
    *,
    status: str,
    on: datetime.date,
    by: User | None,
    reason: str,
    protocol: str = "",
    protocol_on: datetime.date | None = None,
    who: Who = Who.STAFF,
) -> Membership:
    """Move the membership to ``status`` and keep the row of the move. Asked again for the same, does nothing.

    The certificate holds while the membership runs; one that says what no longer holds is then replaced.

    Raises RuleViolated where the table has no such move for ``who``, where its condition is not met, for a day before
    the start or the last move, and where another was quicker: then it says what was decided.
    """
    locked = locked_membership(membership)
    asked = Asked(status, on, by, reason, protocol, protocol_on)
    if locked.status == status:
        _check_is_repeated(locked, asked)
        return locked
    move = move_to(locked, status, who)
    _check_day(locked, on)
    if move.guard:
        move.guard(locked, asked)
    locked.status = status
    locked.ended_on = on if locked.is_over else None
    locked.save(update_fields=["status", "ended_on"])
    change = _kept(locked, asked)
    if move.told:
        _tell(change, move)
    if locked.is_over:
        Invoice.objects.of(locked).open().filter(period__starts_on__gt=on).cancel(on=on)
    if move is MEMBERSHIP_MOVES["resume"]:
        _forgive_suspended_years(locked, until=on)
        _give_time_to_pay(locked)
    follow_membership(locked, by=by)
    invalidate_public_pages()
    return locked


def _forgive_suspended_years(membership: Membership, *, until: datetime.date) -> None:
    """Billed ahead, they began and ended while the membership was suspended."""
    suspended = membership.changes.filter(status=SUSPENDED).last()
    if suspended:
        within = {"period__starts_on__gte": suspended.on, "period__ends_on__lt": until}
        Invoice.objects.of(membership).open().filter(**within).cancel(on=until)


def _check_is_repeated(membership: Membership, asked: Asked) -> None:
    """The clock may come twice, and a person press twice; somebody else, or another day or reason, is no repetition."""
    last = membership.changes.select_related("by").last()
    if asked.by is None or last is None or (last.by, last.on, last.reason) == (asked.by, asked.on, asked.reason):
        return
    told = {
        "state": membership.get_status_display(),
        "day": date_format(last.on),
        "who": last.by or _("the portal"),
    }
    text = _("The membership is “%(state)s” by now, since %(day)s: %(who)s was quicker.")
    raise RuleViolated(text % told, code="membership_moved")


def _give_time_to_pay(membership: Membership) -> None:
    """A month at least, and its reminders anew: nobody was reminded of a fee while the membership was suspended."""
    due_on = timezone.localdate() + PAY_WITHIN
    sooner = Invoice.objects.of(membership).open().filter(due_on__lt=due_on)
    MembershipReminder.objects.filter(period__invoices__in=sooner).delete()
    sooner.update(due_on=due_on)


def locked_membership(membership: Membership) -> Membership:
    """As it is now, held until the end of the transaction: its status, periods and invoices change under it alone."""
    return Membership.objects.locked().get(pk=membership.pk)


def move_to(membership: Membership, status: str, who: Who) -> Move:
    """Raises RuleViolated where the table has none."""
    for name in possible_moves(membership, who=who):
        if MEMBERSHIP_MOVES[name].after == status:
            return MEMBERSHIP_MOVES[name]
    raise RuleViolated(
        _("A membership that is “%(now)s” cannot become “%(asked)s”.")
        % {"now": membership.get_status_display(), "asked": MembershipStatus(status).label},
        code="membership_move",
    )


def _check_day(membership: Membership, on: datetime.date) -> None:
    if membership.started_on and on < membership.started_on:
        raise RuleViolated(_("A membership cannot change before it starts."), code="membership_dates")
    last = membership.changes.order_by("on").last()
    if last and on < last.on:
        raise RuleViolated(
            _("Its status last changed on %(date)s; no earlier day can follow.") % {"date": date_format(last.on)},
            code="membership_dates",
        )


def _kept(membership: Membership, asked: Asked) -> MembershipStatusChange:
    return MembershipStatusChange.objects.create(
        membership=membership,
        status=asked.status,
        on=asked.on,
        by=asked.by,
        reason=asked.reason,
        protocol=asked.protocol,
        protocol_on=asked.protocol_on,
    )


def _tell(change: MembershipStatusChange, move: Move) -> None:
    notify(
        heads_of(change.membership.organisation),
        topic=move.topic,
        key=f"membership change {change.pk}",
        words=partial(_words_of_change, change, move.told),
        link=change.membership.get_absolute_url(),
    )


def _words_of_change(change: MembershipStatusChange, title: str | Promise) -> Words:
    lines = [
        change.membership.organisation.title,
        _("Since: %(day)s") % {"day": date_format(change.on)},
        _("Reason: %(reason)s") % {"reason": change.reason},
    ]
    if change.protocol and change.protocol_on:
        named = {"number": change.protocol, "day": date_format(change.protocol_on)}
        lines.append(_("Minutes of the board no. %(number)s of %(day)s") % named)
    return Words(str(title), "\n".join(lines))

"""The life of an event: every state, which move leads from one to another, who may make it, and who is told."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from events.models import Event, EventMove, EventState, MessageKind, RegistrationWay
from events.models.event import EventQuerySet, known_end
from events.registering.places import locked_event
from events.registering.registrations import offer_what_is_free
from events.telling.messages import tell, tell_of_resumption
from events.telling.organisers import tell_organisers
from members.models import User

DRAFT, MODERATION, PUBLISHED = EventState.DRAFT, EventState.MODERATION, EventState.PUBLISHED
POSTPONED, CANCELLED = EventState.POSTPONED, EventState.CANCELLED
HELD, ARCHIVED = EventState.HELD, EventState.ARCHIVED
ARCHIVED_AFTER = timedelta(days=365)


class Who(Enum):
    ORGANISER = auto()
    STAFF = auto()
    CLOCK = auto()


@dataclass(frozen=True, slots=True)
class Move:
    before: tuple[EventState, ...]
    after: EventState
    who: tuple[Who, ...]
    needs_reason: bool = False
    told: MessageKind | None = None  # to all who are registered
    needs_all: bool = False  # what a page of an event cannot do without


# fmt: off
EVENT_MOVES: dict[str, Move] = {
    "submit":   Move((DRAFT,), MODERATION, (Who.ORGANISER,), needs_all=True),
    "withdraw": Move((MODERATION,), DRAFT, (Who.ORGANISER,)),
    "return":   Move((MODERATION,), DRAFT, (Who.STAFF,), needs_reason=True),
    "publish":  Move((DRAFT, MODERATION), PUBLISHED, (Who.STAFF,), needs_all=True),
    "postpone": Move((PUBLISHED,), POSTPONED, (Who.ORGANISER, Who.STAFF), needs_reason=True,
                     told=MessageKind.POSTPONED),
    "resume":   Move((POSTPONED,), PUBLISHED, (Who.ORGANISER, Who.STAFF), needs_all=True,
                     told=MessageKind.RESUMED),
    "cancel":   Move((PUBLISHED, POSTPONED), CANCELLED, (Who.ORGANISER, Who.STAFF), needs_reason=True,
                     told=MessageKind.CANCELLED),
    "hold":     Move((PUBLISHED,), HELD, (Who.CLOCK, Who.STAFF)),
    "archive":  Move((HELD,), ARCHIVED, (Who.CLOCK, Who.STAFF)),  # what was cancelled has not taken place
}
# fmt: on


@transaction.atomic
def move_event(event: Event, *, move: str, who: Who, by: User | None, reason: str = "") -> Event:
    """Asked again for what it is already, does nothing.

    Raises RuleViolated where the move does not lead from the present state, is not of ``who``, lacks its reason, would
    take place at a time that is over, or the event lacks what its page needs.
    """
    rule, locked = EVENT_MOVES[move], locked_event(event)
    if locked.state == rule.after:
        return locked
    if locked.state not in rule.before or who not in rule.who:
        text = _("Not possible now: the event has the state “%(state)s”.")
        raise RuleViolated(text % {"state": locked.get_state_display()}, code="other_state")
    if rule.told == MessageKind.RESUMED and locked.is_over:
        raise RuleViolated(_("The former time is over: give the new one first."), code="over")
    if rule.needs_reason and not reason:
        raise RuleViolated(_("Say why: people will read it."), code="reason_missing")
    if rule.needs_all and (missing := lacking(locked)):
        raise RuleViolated(_("Not complete: %(what)s") % {"what": ", ".join(missing)}, code="incomplete")
    source, locked.state = locked.state, rule.after
    locked.save(update_fields=["state", "updated_at"])
    made = EventMove.objects.create(event=locked, source=source, target=locked.state, by=by, reason=reason)
    if source == MODERATION and who == Who.STAFF:
        tell_organisers(made)
    if rule.told == MessageKind.RESUMED:
        tell_of_resumption(locked, by=by)
        locked.registrations.filter(coming_at=None).update(asked_at=None)  # nobody had to answer meanwhile
        for pool in locked.pools.all():  # what came free meanwhile
            offer_what_is_free(pool)
    elif rule.told:
        tell(locked, kind=rule.told, by=by, reason=reason)
    return locked


def possible_moves(event: Event, *, who: Who) -> list[str]:
    return [name for name, move in EVENT_MOVES.items() if event.state in move.before and who in move.who]


def lacking(event: Event) -> list[str]:
    """What an event needs before others see it, in the reader's words."""
    needs = {
        _("a sentence on what it is"): bool(event.summary),
        _("a pool of places"): event.registration != RegistrationWay.HERE or event.pools.exists(),
    }
    return [name for name, is_there in needs.items() if not is_there]


def hold_what_is_over() -> int:
    """By the clock: what was on and has ended was held; returns how many."""
    return _by_the_clock("hold", Event.objects.filter(state=PUBLISHED, ends_at__lt=timezone.now()))


def archive_what_is_long_over() -> int:
    """By the clock, when nobody knows any more who was there (``events.retention``); returns how many. Of what was
    called off the office says."""
    held = Event.objects.filter(state=HELD).alias(over_at=known_end())
    return _by_the_clock("archive", held.filter(over_at__lt=timezone.now() - ARCHIVED_AFTER))


def _by_the_clock(move: str, due: EventQuerySet) -> int:
    return sum(_move_due(event, move=move, due=due) for event in due.order_by("pk"))


@transaction.atomic
def _move_due(event: Event, *, move: str, due: EventQuerySet) -> bool:
    """Whether it still is so under the lock: it may have been moved or called off meanwhile."""
    locked = locked_event(event)
    if not due.filter(pk=locked.pk).exists():
        return False
    move_event(locked, move=move, who=Who.CLOCK, by=None)
    return True

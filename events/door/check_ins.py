"""At the door: who has come, by a code that is scanned or typed, or by name. Every request may be repeated."""

import datetime
from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Prefetch, Q, Value
from django.db.models.functions import Lower, Replace
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from common.search import LONGEST, MOST_WORDS
from common.text import fold
from events.models import CheckIn, Event, EventState, Registration, RegistrationState, Ticket
from events.models.registration import RegistrationQuerySet, TicketQuerySet, day_of
from members.models import User

OPENS_BEFORE = datetime.timedelta(hours=12)  # people set up the evening before
FOUND = 20  # by a name, at most


@dataclass(frozen=True, slots=True)
class Entry:
    """``is_first`` is false for one who had come already: ``check_in`` says when, and at which entrance."""

    check_in: CheckIn
    is_first: bool


@transaction.atomic
def check_in(event: Event, *, code: str, by: User, gate: str = "") -> Entry:
    """Whoever has this ticket has come. Of many scans of one ticket on a day one is the first.

    Raises RuleViolated for a code that is none of this event, a place that nobody has, and outside of the event.
    """
    now = timezone.now()
    check_doors(event, now)
    registration = _held(Registration.objects.filter(event=event, tickets__code=plain_code(code)))
    found = registration and registration.tickets.standing().filter(code=plain_code(code))
    ticket = found and found.select_related("parent_consent").first()
    if not (registration and ticket):
        raise RuleViolated(_("This is no ticket of this event."), code="unknown_ticket")
    _check_place(registration)
    if not ticket.name:
        raise RuleViolated(_("A parent has refused, and nobody has come in place of this pupil."), code="refused")
    made, is_first = CheckIn.objects.get_or_create(
        ticket=ticket, day=day_of(event, now), defaults={"at": now, "by": by, "gate": gate}
    )
    return Entry(made, is_first)


@transaction.atomic
def check_in_group(
    event: Event, *, group: Registration, tickets: Collection[int], by: User, gate: str = ""
) -> list[Ticket]:
    """Those of the group who have come, by the keys of their ``tickets``; who was noted before keeps that time. Returns
    the whole group.

    Raises RuleViolated for a group without places, and outside of the event.
    """
    now = timezone.now()
    check_doors(event, now)
    _check_place(_held(Registration.objects.filter(pk=group.pk)) or group)
    came = group.tickets.standing().exclude(name="").filter(pk__in=tickets)
    made = [CheckIn(ticket=ticket, day=day_of(event, now), at=now, by=by, gate=gate) for ticket in came]
    CheckIn.objects.bulk_create(made, ignore_conflicts=True)
    return people_of(event, group)


def group_of(event: Event, *, code: str) -> Registration | None:
    """Whose people come together; None for the code of one person."""
    groups = Registration.objects.filter(event=event, group_code=plain_code(code)).exclude(group_code="")
    return groups.select_related("organisation").first()


def people_of(event: Event, group: Registration) -> list[Ticket]:
    """But for those whose parents have refused: nobody knows here who they were."""
    people = group.tickets.standing().exclude(name="")
    return [*_today(event, people.select_related("registration__organisation", "parent_consent"))]


def find_people(event: Event, words: str) -> list[Ticket]:
    """Those who may come in, by parts of the name or of their group."""
    plain = Replace(Lower("name"), Value("ё"), Value("е"))
    found = Ticket.objects.admitting().filter(registration__event=event).annotate(plain=plain)
    for word in fold(words[:LONGEST]).split()[:MOST_WORDS]:
        found = found.filter(Q(plain__contains=word) | Q(registration__group__icontains=word))
    found = found.exclude(name="").select_related("registration__organisation", "parent_consent")
    return [*_today(event, found.order_by("name", "pk"))[:FOUND]]


@dataclass(frozen=True, slots=True)
class Attendance:
    """Of today: how many have come, of how many who may."""

    came: int
    expected: int


def attendance(event: Event) -> Attendance:
    expected = Ticket.objects.admitting().exclude(name="").filter(registration__event=event)
    return Attendance(expected.filter(check_ins__day=day_of(event, timezone.now())).count(), expected.count())


@transaction.atomic
def undo_check_in(event: Event, *, code: str) -> bool:
    """Today's: a wrong name was ticked. Whether there was one."""
    day = day_of(event, timezone.now())
    gone, _rows = CheckIn.objects.filter(
        ticket__registration__event=event, ticket__code=plain_code(code), day=day
    ).delete()
    return bool(gone)


def _today(event: Event, tickets: TicketQuerySet) -> TicketQuerySet:
    """Each with ``entries``: when it was noted today, or nothing."""
    today = CheckIn.objects.filter(day=day_of(event, timezone.now()))
    return tickets.prefetch_related(Prefetch("check_ins", today, to_attr="entries"))


def plain_code(code: str) -> str:
    """However it was typed."""
    return "".join(code.upper().replace("-", " ").split())


def _held(registrations: RegistrationQuerySet) -> Registration | None:
    """As it is now, and so until the end of the transaction: whoever gives the place back, or sends another in place of
    one, waits for the entrance or has come before it. By its own row, as the door does not wait for those who register
    and for letters to them."""
    return registrations.select_for_update(of=["self"], no_key=True).first()


def _check_place(registration: Registration) -> None:
    if registration.state != RegistrationState.CONFIRMED:
        text = _("This ticket admits nobody now: %(state)s.")
        raise RuleViolated(text % {"state": registration.get_state_display()}, code="no_place")


def doors_of(event: Event) -> tuple[datetime.datetime, datetime.datetime] | None:
    """From when to when entrances are noted; None where nobody is let in."""
    if event.state not in (EventState.PUBLISHED, EventState.HELD) or not (event.starts_at and event.ends_at):
        return None
    return event.starts_at - OPENS_BEFORE, event.ends_at + OPENS_BEFORE


def lets_in(event: Event, now: datetime.datetime) -> bool:
    doors = doors_of(event)
    return doors is not None and doors[0] <= now <= doors[1]


def check_doors(event: Event, now: datetime.datetime) -> None:
    """Raises RuleViolated where nobody is let in at this time."""
    if not lets_in(event, now):
        raise RuleViolated(_("Nobody is let in to this event now."), code="doors_closed")

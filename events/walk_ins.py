"""Those who come without having registered: a name, and a place if one is free."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from events.check_ins import Entry, check_doors, check_in, plain_code, undo_check_in
from events.models import Event, Registration, RegistrationState, Ticket, TicketPool, WaitingRule
from events.places import FreePlaces, current_pool, locked_event
from events.registrations import cancel_registration
from members.models import User


@transaction.atomic
def admit_walk_in(event: Event, *, pool: TicketPool, name: str, key: str, by: User, gate: str = "") -> Entry:
    """A place, and the entrance noted. Repeated with the same ``key``, it is the first entrance.

    Raises RuleViolated where no place is free, outside of the event, and where this entrance was undone.
    """
    locked = locked_event(event)
    check_doors(locked, timezone.now())
    registration = Registration.objects.filter(event=locked, request_key=key).first()
    if registration is None:
        registration = _registered(locked, current_pool(pool, event=locked), name, key)
    elif registration.state != RegistrationState.CONFIRMED:
        raise RuleViolated(_("This entrance was undone. Please enter the name anew."), code="entrance_undone")
    return check_in(locked, code=registration.tickets.get().code, by=by, gate=gate)


@transaction.atomic
def undo_entrance(event: Event, *, code: str, by: User) -> bool:
    """Whoever came without having registered gives the place back with it. Whether there was one today."""
    locked = locked_event(event)
    is_undone = undo_check_in(locked, code=code)
    at_the_door = Ticket.objects.filter(registration__event=locked, registration__at_the_door=True)
    ticket = at_the_door.filter(code=plain_code(code)).first()
    if ticket and not ticket.check_ins.exists():
        cancel_registration(ticket.registration, by=by)
    return is_undone


def _registered(event: Event, pool: TicketPool, name: str, key: str) -> Registration:
    if FreePlaces.of(pool).for_organisation(None) < 1 or _others_wait(event, pool):
        raise RuleViolated(_("No places are left."), code="no_places")
    registration = Registration.objects.create(
        event=event,
        pool=pool,
        name=name,
        state=RegistrationState.CONFIRMED,
        at_the_door=True,
        request_key=key,
    )
    Ticket.objects.create(registration=registration, name=name)
    return registration


def _others_wait(event: Event, pool: TicketPool) -> bool:
    """Until the beginning what is free is for those in the queue, where that goes strictly in turn."""
    return pool.has_queue and event.waiting_rule == WaitingRule.STRICT and not event.has_begun

"""Registrations, from the request to the door.

===========  =======================  ====================  ==========================================================
move         from                     to                    who, and what comes of it
===========  =======================  ====================  ==========================================================
register     –                        pending, confirmed,   anybody; a teacher for a group
                                      or waiting
prove        any active               the same              whoever opens the letter: the address is theirs
approve      pending                  confirmed or waiting  who tends the event
decline      pending                  declined              who tends the event, with a reason
offer        waiting                  offered               by itself, as places come free
accept       offered                  confirmed             whose it is, within the term
cancel       any active               cancelled             whose it is, or who tends the event; the next are offered
expire       any active               expired               the clock: address not proved, offer or question not
                                                            answered; the next are offered
===========  =======================  ====================  ==========================================================

All of them take the lock of the event first, and places are counted under it. A place that comes free is offered in
the transaction that frees it, so nobody can come between.
"""

import datetime
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Literal

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from common.idempotency import KeyReused
from events.models import (
    ACTIVE,
    AWAITED,
    Event,
    EventState,
    Registration,
    RegistrationMove,
    RegistrationState,
    Ticket,
    TicketPool,
    WaitingRule,
)
from events.models.registration import new_code, new_key
from events.registering.emails import registration_turned
from events.registering.places import FreePlaces, current_pool, locked_event
from members.models import ConsentText, Organisation, User
from members.people import locked_person

State = RegistrationState
PROVE_WITHIN = datetime.timedelta(minutes=30)
LARGEST_GROUP = 200


@dataclass(frozen=True, slots=True)
class Guest:
    """One person of a group: a name and a class, or a code of the school's own."""

    name: str
    grade: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for. Without ``user`` the address is to be proved."""

    name: str
    email: str
    user: User | None = None
    organisation: Organisation | None = None
    language: str = "ru"
    answers: Mapping[str, str] = field(default_factory=dict)
    consent_text: ConsentText | None = None  # the version that was agreed to
    key: str = ""  # the same for every try


@transaction.atomic
def register_attendee(event: Event, *, pool: TicketPool, asked: Asked) -> Registration:
    """A place, or one on the waiting list, or a request that waits for the organiser. Asked again, by the same key or
    for the same address, it is the registration that stands. Who has no account must not see whether there is one, so
    that one's letter goes again, to the address that it is about.

    Raises RuleViolated where the event takes no registrations, KeyReused where the key came with another address.
    """
    locked = _locked_for(asked, event)
    email = asked.email.lower()
    known = _known(locked, email=email, user=asked.user, key=asked.key)
    is_same_try = known is not None and known.request_key == asked.key
    if not (is_same_try or (known and asked.user)):
        _check_is_open(locked)
    if known:
        if asked.user:
            _take_over(known, asked.user)
        elif not is_same_try:
            registration_turned(known).send()
        return known
    registration = _begun(locked, pool, asked)
    _settle(registration, _free_after_those_who_wait(registration, locked), locked)
    registration.save()
    Ticket.objects.create(registration=registration, name=asked.name)
    registration_turned(registration).send()
    return registration


@transaction.atomic
def register_group(
    event: Event,
    *,
    pool: TicketPool,
    group: str,
    guests: Sequence[Guest],
    asked: Asked,
    if_few: Literal["all", "part"] = "all",
) -> list[Registration]:
    """Places for all of ``guests`` or for none of them, who then wait together; with ``part`` those that there are
    places for get them now, and the rest waits.

    Raises RuleViolated where the event takes no registrations, the pool takes no groups, or nobody or too many come.
    """
    locked = _locked_for(asked, event)
    if known := Registration.objects.filter(event=locked, request_key=asked.key).exclude(request_key="").first():
        return [known, *known.parts.all()]
    _check_is_open(locked)
    _check_group(guests)
    first = _begun(locked, pool, asked, group=group)
    if not first.pool.takes_groups:
        raise RuleViolated(_("Groups cannot register for this."), code="no_groups")
    free = _free_after_those_who_wait(first, locked)
    now = min(len(guests), int(min(len(guests), _free_for_newcomer(first, free, locked))))
    cut = now if if_few == "part" and 0 < now < len(guests) and not first.pool.needs_approval else len(guests)
    made = []
    for number, part in enumerate(filter(None, (guests[:cut], guests[cut:]))):
        registration = first if number == 0 else _begun(locked, pool, asked, group=group, part_of=first)
        registration.places = len(part)
        _settle(registration, free, locked)
        registration.save()
        Ticket.objects.bulk_create(
            Ticket(registration=registration, name=guest.name, grade=guest.grade) for guest in part
        )
        made.append(registration)
    for registration in made:
        registration_turned(registration).send()
    return made


@transaction.atomic
def prove_address(registration: Registration) -> Registration:
    """Whoever opens the letter has shown that the address is theirs. Repeated, does nothing.

    Raises RuleViolated where the term is over.
    """
    locked = locked_registration(registration)
    if locked.is_proved or not locked.is_active:
        return locked
    if locked.proof_is_late:
        raise RuleViolated(_("The term to confirm the address is over. Please register again."), code="term_over")
    locked.hold_until = None
    locked.save(update_fields=["hold_until"])
    registration_turned(locked).send()
    return locked


@transaction.atomic
def approve(registration: Registration, *, by: User) -> Registration:
    """A place, or one on the waiting list where none is free. Repeated, does nothing.

    Raises RuleViolated where it is neither waiting for approval nor approved, and where the event is called off or
    over.
    """
    locked = locked_registration(registration)
    if locked.state in (State.CONFIRMED, State.WAITING, State.OFFERED):
        return locked
    _check(locked, State.PENDING)
    _check_is_on(locked.event)
    locked.pool = current_pool(locked.pool, event=locked.event)
    _settle(locked, _free_after_those_who_wait(locked, locked.event), locked.event, is_approved=True)
    return _moved(locked, source=State.PENDING, by=by)


def foreseen_approvals(event: Event, pending: Iterable[Registration]) -> dict[int, Registration]:
    """By its key each of ``pending`` as it would be if all were approved in this order now. Only a look: nothing is
    locked, so somebody else may be faster."""
    registrations = [copy(one) for one in pending]
    pools = {pool.pk: current_pool(pool, event=event) for pool in {one.pool for one in registrations}}
    free = FreePlaces.of_all(pools.values())
    for one in registrations:
        one.pool = pool = pools[one.pool_id]
        _settle(one, free[pool.pk], event, is_approved=True)
        if one.state == State.WAITING:
            pool.has_queue, pool.last_number = True, one.queue_number
    return {one.pk: one for one in registrations}


@transaction.atomic
def decline(registration: Registration, *, by: User, reason: str) -> Registration:
    """Repeated, does nothing. Raises RuleViolated where it does not wait for approval."""
    locked = locked_registration(registration)
    if locked.state == State.DECLINED:
        return locked
    _check(locked, State.PENDING)
    locked.state = State.DECLINED
    return _moved(locked, source=State.PENDING, by=by, reason=reason)


@transaction.atomic
def accept_offer(registration: Registration, *, by: User | None) -> Registration:
    """Repeated, does nothing. Raises RuleViolated where nothing is offered, or not any more, and where the event is
    called off."""
    locked = locked_registration(registration)
    if locked.state == State.CONFIRMED:
        return locked
    _check(locked, State.OFFERED)
    _check_is_on(locked.event)
    if locked.offer_is_late:
        raise RuleViolated(_("The term of this offer is over, and the place goes to the next."), code="offer_over")
    locked.state, locked.offer_until = State.CONFIRMED, None
    return _moved(locked, source=State.OFFERED, by=by)


@transaction.atomic
def cancel_registration(registration: Registration, *, by: User | None, reason: str = "") -> Registration:
    """The place goes to the next on the waiting list. Repeated, does nothing; so does what has ended otherwise."""
    locked = locked_registration(registration)
    if locked.is_active:
        _ended(locked, State.CANCELLED, by=by, reason=reason)
    return locked


@transaction.atomic
def end_of_erased(registration: Registration) -> Registration:
    """Of a person who is erased: the place goes to the next, and no letter goes to who is not known any more."""
    locked = locked_registration(registration)
    return _ended(locked, State.CANCELLED, by=None, is_told=False) if locked.is_active else locked


@transaction.atomic
def follow_account(*, user: User, **kwargs: object) -> None:
    """Of allauth's ``email_changed``: letters go to the address that the account has shown to be its own now, and again
    those by which it acts. Addresses in former letters lead nowhere, as the old mailbox may be somebody else's by now.

    Who has registered for an event with the new address besides, without the account, hears of the event by that one.
    """
    email = user.email.lower()
    own = Registration.objects.filter(user=user).exclude(email__in=["", email])
    for one in own.select_related("event").order_by("event_id", "pk"):
        locked = locked_registration(one)
        single = Registration.objects.active().filter(event=locked.event, group="")
        is_told_already = locked.is_active and not locked.is_group and single.filter(email=email).exists()
        locked.email, locked.key = "" if is_told_already else email, new_key()
        locked.save(update_fields=["email", "key"])
        if locked.email and locked.is_active and locked.event.state in AWAITED and not locked.event.is_over:
            registration_turned(locked).send()


@transaction.atomic
def say_coming(registration: Registration) -> Registration:
    """The answer to the question whether they will come. Repeated, does nothing.

    Raises RuleViolated for who has no place, or none any more.
    """
    locked = locked_registration(registration)
    _check(locked, State.CONFIRMED)
    if locked.coming_at is None:
        locked.coming_at = timezone.now()
        locked.save(update_fields=["coming_at"])
    return locked


def ask_anew(event: Event) -> None:
    """At another time: what people have said of the former one, or were silent on, tells nothing. Under the lock of
    ``event``."""
    answered = Registration.objects.filter(event=event).exclude(asked_at=None, coming_at=None)
    answered.update(asked_at=None, coming_at=None)


@transaction.atomic
def replace_guest(ticket: Ticket, *, guest: Guest, by: User) -> Ticket:
    """Another person comes in place of one of a group: the place stays, the ticket is a new one.

    Raises RuleViolated where the registration has ended or the ticket was taken off.
    """
    registration = locked_registration(ticket.registration)
    _check(registration, *ACTIVE)
    _take_off(ticket)
    return Ticket.objects.create(registration=registration, name=guest.name, grade=guest.grade)


@transaction.atomic
def remove_guest(ticket: Ticket, *, by: User) -> Registration:
    """One of a group does not come; with the last of them the registration is cancelled. The place goes on.

    Raises RuleViolated where the registration has ended or the ticket was taken off.
    """
    registration = locked_registration(ticket.registration)
    _check(registration, *ACTIVE)
    _take_off(ticket)
    if registration.places == 1:
        return _ended(registration, State.CANCELLED, by=by)
    registration.places -= 1
    registration.save(update_fields=["places"])
    offer_free_places(registration.pool, event=registration.event)
    return registration


@transaction.atomic
def set_capacity(pool: TicketPool, *, capacity: int | None) -> TicketPool:
    """More places are offered at once. Raises RuleViolated where more are taken or promised than would remain: nobody
    is dropped without somebody saying who."""
    locked = current_pool(pool, event=locked_event(pool.event))
    check_capacity(locked, capacity)
    locked.capacity = capacity
    locked.save(update_fields=["capacity"])
    settle_places(locked)
    return locked


@transaction.atomic
def settle_places(pool: TicketPool) -> None:
    """Of one whose number or quotas have changed: what has come free is offered at once. Raises RuleViolated where
    more is promised than there is."""
    event = locked_event(pool.event)
    settled = current_pool(pool, event=event)
    check_promises(FreePlaces.of(settled))
    offer_free_places(settled, event=event)


def check_capacity(pool: TicketPool, capacity: int | None) -> None:
    taken = Registration.objects.holding().filter(pool=pool).places()
    if capacity is not None and capacity < taken:
        text = _("%(number)d places are taken. Cancel registrations first: those who have a place do not lose it so.")
        raise RuleViolated(text % {"number": taken}, code="places_taken")


def check_promises(free: FreePlaces) -> None:
    if free.everybodys < 0:
        text = _("%(number)d places too few: what is taken and what is kept for organisations does not fit in.")
        raise RuleViolated(text % {"number": -free.everybodys}, code="places_promised")


@transaction.atomic
def remove_pool(pool: TicketPool) -> None:
    """Raises RuleViolated for one in which somebody has registered."""
    locked_event(pool.event)
    if pool.registrations.exists():
        text = _("People have registered for these places, so they stay on record. Give them another name, or fewer.")
        raise RuleViolated(text, code="has_registrations")
    pool.delete()


def offer_free_places(pool: TicketPool, *, event: Event, free: FreePlaces | None = None) -> int:
    """Offer what is free to those who wait, and take it of ``free`` where that is known; returns to how many. Under the
    lock of ``event``."""
    turns = [*next_in_turn(pool, event=event, free=free or FreePlaces.of(pool))]
    for registration in turns:
        _offer(registration, event)
    return len(turns)


def next_in_turn(pool: TicketPool, *, event: Event, free: FreePlaces) -> Iterator[Registration]:
    """Those who wait and whom the free places are enough for, by the event's rule. Under the lock of ``event``.

    What is kept for an organisation is no turn of anybody else, so those who come from it are asked past others.
    """
    if event.has_begun or event.state != EventState.PUBLISHED:
        return
    queued, is_turn = Registration.objects.queued().filter(pool=pool), True
    if free.everybodys <= 0:  # a long queue is not read for what is nobody's in it
        queued = queued.filter(organisation__in=[key for key, left in free.kept.items() if left])
    for registration in queued.to_write_to().select_related("pool"):
        if not free.has_any or not (is_turn or any(free.kept.values())):
            break
        open_to_them = (
            free.for_organisation(registration.organisation_id)
            if is_turn
            else free.kept_for(registration.organisation_id)
        )
        if registration.places <= open_to_them:
            free.take(registration.places, registration.organisation_id)
            yield registration
        elif event.waiting_rule == WaitingRule.STRICT:
            is_turn = False


def expire_due() -> int:
    """End what has not been proved or accepted in its term; returns how many ended."""
    due = Registration.objects.filter(
        Q(pk__in=Registration.objects.unproved().values("pk"))
        | Q(pk__in=Registration.objects.with_late_offers().values("pk"))
    )
    ended = 0
    for registration in due.select_related("event").order_by("event", "pk").iterator(chunk_size=500):
        ended += _expire(registration)
    return ended


@transaction.atomic
def expire_silent(registration: Registration) -> bool:
    """Of whom the question was not answered in time; whether it still was so under the lock."""
    locked = locked_registration(registration)
    answer_by = locked.answer_by
    if locked.state != State.CONFIRMED or answer_by is None or answer_by > timezone.now():
        return False
    if locked.event.state != EventState.PUBLISHED:  # put off or called off meanwhile
        return False
    _ended(locked, State.EXPIRED, by=None)
    return True


def offer_returned_quotas() -> int:
    """On its set day what is left of a quota is everybody's, and so it is when its organisation is gone: offer it;
    returns to how many."""
    awaited = TicketPool.objects.filter(event__state=EventState.PUBLISHED, event__starts_at__gt=timezone.now())
    queued = Registration.objects.queued().filter(pool=OuterRef("pk"))
    pools = [*awaited.filter(Exists(queued)).select_related("event")]
    free = FreePlaces.of_all(pools)
    return sum(offer_what_is_free(pool) for pool in pools if free[pool.pk].has_any)


@transaction.atomic
def offer_what_is_free(pool: TicketPool) -> int:
    """Of a pool whose quotas have changed, or whose event goes on again; returns to how many."""
    event = locked_event(pool.event)
    return offer_free_places(current_pool(pool, event=event), event=event)


@transaction.atomic
def _expire(registration: Registration) -> bool:
    """Whether its term is over still, under the lock."""
    locked = locked_registration(registration)
    is_unproved = locked.proof_is_late
    if not locked.is_active or not (is_unproved or locked.offer_is_late):
        return False
    _ended(locked, State.EXPIRED, by=None, is_told=locked.event.state in AWAITED and not is_unproved)
    return True


# --- Under the lock of the event -------------------------------------------------------------------------------


def _locked_for(asked: Asked, event: Event) -> Event:
    """Who asks is held first, as who is erased gives back what they have under the locks of the events.

    Raises RuleViolated for who has been erased.
    """
    if asked.user:
        locked_person(asked.user)
    return locked_event(event)


def locked_registration(registration: Registration) -> Registration:
    """As it is now, under the lock of its event; its row too, for which the door waits."""
    locked_event(registration.event)
    found = Registration.objects.select_related("event", "pool", "organisation", "user")
    return found.select_for_update(of=["self"], no_key=True).get(pk=registration.pk)


def _known(event: Event, *, email: str, user: User | None, key: str) -> Registration | None:
    """What the same request, or the same person, has made already; by the key first."""
    own = Q(state__in=ACTIVE, group="") & (Q(email=email) | (Q(user=user) if user else Q(pk=None)))
    same = Q(request_key=key) if key else Q(pk=None)
    found = [*Registration.objects.filter(own | same, event=event).select_related("pool")]
    for registration in found:
        if key and registration.request_key == key:
            if registration.email != email:
                raise KeyReused(
                    _("This was sent before, with other content. See what is there before you send it anew.")
                )
            return registration
    return _of_account(found, user) if found and user else next(iter(found), None)


def _of_account(found: Sequence[Registration], user: User) -> Registration:
    """The account's own before one that was begun without it. Raises RuleViolated where there is only another's, whose
    address this was before."""
    for pk in (user.pk, None):
        if own := next((one for one in found if one.user_id == pk), None):
            return own
    raise RuleViolated(_("Somebody with this address is registered already."), code="address_taken")


def _take_over(known: Registration, user: User) -> None:
    """What was begun without the account becomes a part of it: the address is theirs, as the account has shown."""
    if known.user_id is None:
        known.user, known.hold_until = user, None
        known.save(update_fields=["user", "hold_until"])


def _check_is_open(event: Event) -> None:
    if not event.takes_registrations:
        raise RuleViolated(_("This event does not take registrations now."), code="registration_closed")


def _check_is_on(event: Event) -> None:
    if event.state not in AWAITED:
        text = _("Not possible now: the event has the state “%(state)s”.")
        raise RuleViolated(text % {"state": event.get_state_display()}, code="event_off")


def _begun(
    event: Event, pool: TicketPool, asked: Asked, *, group: str = "", part_of: Registration | None = None
) -> Registration:
    return Registration(
        event=event,
        pool=current_pool(pool, event=event),
        user=asked.user,
        organisation=asked.organisation,
        name=asked.name,
        email=asked.email.lower(),
        language=asked.language,
        answers=dict(asked.answers),
        group=group,
        part_of=part_of,
        consent_text=asked.consent_text,
        group_code=new_code() if group else "",
        request_key="" if part_of else asked.key,
        hold_until=None if asked.user else timezone.now() + PROVE_WITHIN,
    )


def _settle(registration: Registration, free: FreePlaces, event: Event, *, is_approved: bool = False) -> None:
    """The state that a registration begins in, or is approved into; what it takes is taken of ``free``."""
    pool = registration.pool
    if pool.needs_approval and not is_approved:
        registration.state = State.PENDING
        registration.decide_by = timezone.now() + datetime.timedelta(days=event.approval_days)
    elif registration.places <= _free_for_newcomer(registration, free, event):
        free.take(registration.places, registration.organisation_id)
        registration.state = State.CONFIRMED
    else:
        registration.state, registration.queue_number = State.WAITING, (pool.last_number or 0) + 1


def _free_after_those_who_wait(registration: Registration, event: Event) -> FreePlaces:
    """What has come free by itself, as a quota that returned a moment ago, is theirs before the clock offers it."""
    free = FreePlaces.of(registration.pool)
    if registration.pool.has_queue and free.has_any and offer_free_places(registration.pool, event=event, free=free):
        registration.pool = current_pool(registration.pool, event=event)
    return free


def _free_for_newcomer(registration: Registration, free: FreePlaces, event: Event) -> float:
    """Nobody overtakes those who wait, but for what is kept for their own organisation."""
    if event.waiting_rule == WaitingRule.STRICT and registration.pool.has_queue:
        return free.kept_for(registration.organisation_id)
    return free.for_organisation(registration.organisation_id)


def _offer(registration: Registration, event: Event) -> None:
    until = timezone.now() + datetime.timedelta(hours=event.offer_hours)
    registration.state = State.OFFERED
    registration.offer_until = min(until, event.starts_at) if event.starts_at else until
    _moved(registration, source=State.WAITING, by=None)


def _ended(
    registration: Registration, state: RegistrationState, *, by: User | None, reason: str = "", is_told: bool = True
) -> Registration:
    source, held = registration.state, registration.holds_place
    registration.state, registration.offer_until = state, None
    _moved(registration, source=source, by=by, reason=reason, is_told=is_told)
    if held or source == State.WAITING:  # who stood first may have kept others waiting
        offer_free_places(registration.pool, event=registration.event)
    return registration


def _moved(
    registration: Registration, *, source: str, by: User | None, reason: str = "", is_told: bool = True
) -> Registration:
    registration.save(update_fields=["state", "queue_number", "offer_until", "hold_until", "decide_by"])
    RegistrationMove.objects.create(
        registration=registration, source=source, target=registration.state, by=by, reason=reason
    )
    if is_told and registration.email:  # of who came without having registered there is a name alone
        registration_turned(registration, reason=reason, had_place=source == State.CONFIRMED).send()
    return registration


def _check(registration: Registration, *states: str) -> None:
    if registration.state not in states:
        text = _("The registration has another state now: %(state)s.") % {"state": registration.get_state_display()}
        raise RuleViolated(text, code="other_state")


def _check_group(guests: Collection[Guest]) -> None:
    if not guests:
        raise RuleViolated(_("A group has at least one person."), code="empty_group")
    if len(guests) > LARGEST_GROUP:
        text = _("A group has %(number)d people at most.") % {"number": LARGEST_GROUP}
        raise RuleViolated(text, code="large_group")


def _take_off(ticket: Ticket) -> None:
    """What is kept is that somebody was here, and not who."""
    taken = Ticket.objects.standing().filter(pk=ticket.pk)
    if not taken.update(removed_at=timezone.now(), name="", grade=""):
        raise RuleViolated(_("This ticket was taken off already."), code="ticket_gone")

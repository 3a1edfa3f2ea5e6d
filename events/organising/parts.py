"""Places, questions, programme and signings of an event as its organisers add, change, order and remove them."""

from collections.abc import Collection
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from common.idempotency import once
from events.models import (
    Event,
    EventMaterial,
    EventState,
    PlannedSigning,
    Quota,
    RegistrationQuestion,
    RegistrationWay,
    Session,
    Talk,
    TicketPool,
    Track,
)
from events.organising.rules import check, check_constraints, is_changeable, takes_materials
from events.registering.places import FreePlaces, locked_event
from events.registering.registrations import offer_what_is_free, set_capacity
from members.models import Organisation, PublicPerson, User

EventPart = TicketPool | Quota | RegistrationQuestion | Track | Session | Talk | PlannedSigning | EventMaterial
PART = TypeVar("PART", TicketPool, Quota, RegistrationQuestion, Track, Session, Talk, PlannedSigning, EventMaterial)
OF_EVENT: dict[type[EventPart], str] = {Quota: "pool__event", Talk: "session__event"}  # others are of it themselves
# What decides how many places there are, and for whom.
COUNTED = {"capacity", "places", "returns_at", "organisation"}
MOST_PARTIES = 12  # of one agreement


def parts_of(event: Event, model: type[EventPart]) -> QuerySet[Any]:
    return model._default_manager.filter(**{OF_EVENT.get(model, "event"): event})


def is_open(event: Event, model: type[EventPart]) -> bool:
    return takes_materials(event) if model is EventMaterial else is_changeable(event)


@transaction.atomic
def add_part(part: PART, *, event: Event, by: User, key: str) -> PART:
    """Made once for one key; comes last.

    Raises RuleViolated where the event may not be changed now, or a quota promises more than there is.
    """
    locked = _open(event, type(part))

    def make() -> PART:
        if hasattr(part, "position"):
            last = siblings(part).order_by("-position").values_list("position", flat=True).first()
            part.position = 0 if last is None else last + 1
        check_constraints(part)
        part.save()
        _settle(part)
        return part

    scope = f"{type(part).__name__} of {locked.pk} by {by.pk}"
    return once(make, model=type(part), scope=scope, key=key, asked={"part": str(part)})


@transaction.atomic
def change_part(part: PART, *, event: Event, names: Collection[str]) -> PART:
    """Write these fields of it. Raises RuleViolated besides where fewer places would remain than are taken or
    promised."""
    _open_with(part, event)
    check_constraints(part)
    if isinstance(part, TicketPool) and "capacity" in names:
        set_capacity(part, capacity=part.capacity)
    if plain := [name for name in names if name != "capacity"]:
        part.save(update_fields=plain)
    if not COUNTED.isdisjoint(names):
        _settle(part)
    return part


@transaction.atomic
def remove_part(part: EventPart, *, event: Event) -> None:
    """Raises RuleViolated for a pool in which somebody has registered, and for the last one of an event that others
    see. Removed already, does nothing."""
    locked = _open(event, type(part))
    if isinstance(part, TicketPool):
        _check_is_spare(part, locked)
    pool = part.pool if isinstance(part, Quota) else None
    if part.pk and parts_of(locked, type(part)).filter(pk=part.pk).exists():
        part.delete()
    if pool:
        offer_what_is_free(pool)


@transaction.atomic
def move_part(part: EventPart, *, event: Event, up: bool) -> None:
    """One step among those beside it; the first stays the first."""
    _open(event, type(part))
    beside = [*siblings(part)]
    place = beside.index(part)
    other = place - 1 if up else place + 1
    if 0 <= other < len(beside):
        beside[place], beside[other] = beside[other], beside[place]
    for position, one in enumerate(beside):
        if one.position != position:
            one.position = position
            one.save(update_fields=["position"])


@transaction.atomic
def set_speaker(talk: Talk, *, event: Event, person: PublicPerson, speaks: bool) -> None:
    """Raises RuleViolated for somebody who may not be shown."""
    _open_with(talk, event)
    if not speaks:
        talk.speakers.remove(person)
        return
    if not PublicPerson.objects.shown().filter(pk=person.pk, organisation__is_published=True).exists():
        raise RuleViolated(_("This person is not shown on the portal any more."), code="not_shown")
    talk.speakers.add(person)
    talk.save()


@transaction.atomic
def set_party(signing: PlannedSigning, *, event: Event, organisation: Organisation, signs: bool) -> None:
    """Raises RuleViolated for an organisation without a page on the portal, and past MOST_PARTIES."""
    _open_with(signing, event)
    if not signs:
        signing.parties.remove(organisation)
        return
    if not organisation.is_published:
        raise RuleViolated(_("This organisation has no page on the portal."), code="not_published")
    if signing.parties.exclude(pk=organisation.pk).count() >= MOST_PARTIES:
        raise RuleViolated(_("%(number)d parties are the most.") % {"number": MOST_PARTIES}, code="too_many")
    signing.parties.add(organisation)
    signing.save()


def siblings(part: EventPart) -> QuerySet:
    """Among which it has its order: talks of one session; sessions that begin at the same time."""
    match part:
        case Talk():
            return part.session.talks.all()
        case Session():
            return part.event.sessions.filter(starts_at=part.starts_at)
        case _:
            return parts_of(part.event, type(part))  # type: ignore[union-attr]  # a quota has no order


def _open(event: Event, model: type[EventPart]) -> Event:
    locked = locked_event(event)
    check(is_open(locked, model), locked)
    return locked


def _open_with(part: EventPart, event: Event) -> None:
    if not parts_of(_open(event, type(part)), type(part)).filter(pk=part.pk).exists():
        raise RuleViolated(_("It has been removed meanwhile."), code="gone")


def _settle(part: EventPart) -> None:
    """Of places that have come free others hear at once; more than there are nobody is promised."""
    pool = part.pool if isinstance(part, Quota) else part
    if not isinstance(pool, TicketPool):
        return
    free = FreePlaces.of(TicketPool.objects.get(pk=pool.pk))
    if free.everybodys < 0:
        text = _("%(number)d places too few: what is taken and what is kept for organisations does not fit in.")
        raise RuleViolated(text % {"number": -free.everybodys}, code="places_promised")
    offer_what_is_free(pool)


def _check_is_spare(pool: TicketPool, event: Event) -> None:
    if pool.registrations.exists():
        text = _("People have registered for these places, so they stay on record. Give them another name, or fewer.")
        raise RuleViolated(text, code="has_registrations")
    needs_one = event.state != EventState.DRAFT and event.registration == RegistrationWay.HERE
    if needs_one and not event.pools.exclude(pk=pool.pk).exists():
        raise RuleViolated(_("Without any places nobody could register: add others first."), code="last_pool")

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
from events.registering.places import locked_event
from events.registering.registrations import offer_what_is_free, remove_pool, set_capacity, settle_places
from members.models import Organisation, PublicPerson, User

EventPart = TicketPool | Quota | RegistrationQuestion | Track | Session | Talk | PlannedSigning | EventMaterial
PART = TypeVar("PART", TicketPool, Quota, RegistrationQuestion, Track, Session, Talk, PlannedSigning, EventMaterial)
OF_EVENT: dict[type[EventPart], str] = {Quota: "pool__event", Talk: "session__event"}  # others are of it themselves
ABOVE = ("pool", "session", "track", "talk")  # what a part may belong to
# What decides how many places there are, and for whom.
COUNTED = {"capacity", "places", "returns_at", "organisation"}
MOST_PARTIES = 12  # of one agreement


def parts_of(event: Event, model: type[EventPart]) -> QuerySet[Any]:
    of_event = OF_EVENT.get(model, "event")
    return model._default_manager.filter(**{of_event: event}).select_related(of_event)


def is_open(event: Event, model: type[EventPart]) -> bool:
    return takes_materials(event) if model is EventMaterial else is_changeable(event)


@transaction.atomic
def add_part(part: PART, *, event: Event, by: User, key: str) -> PART:
    """Made once for one key; comes last.

    Raises RuleViolated where the event may not be changed now, what it belongs to has been removed, or a quota promises
    more than there is.
    """
    locked = _open(event, type(part))

    def make() -> PART:
        _check_above(part, locked)
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
    """Write these fields of it. Raises RuleViolated besides where it has been removed, and where fewer places would
    remain than are taken or promised."""
    locked = _open(event, type(part))
    _standing(part, locked)
    _check_above(part, locked)
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
    found = parts_of(locked, type(part)).filter(pk=part.pk).first()
    if isinstance(found, TicketPool):
        _check_others(found, locked)
        remove_pool(found)
    elif found:
        found.delete()
    if isinstance(found, Quota):
        offer_what_is_free(found.pool)


@transaction.atomic
def move_part(part: EventPart, *, event: Event, up: bool) -> None:
    """One step among those beside it; the first stays the first. Raises RuleViolated where it has been removed."""
    part = _standing(part, _open(event, type(part)))
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
    """Raises RuleViolated for somebody who may not be shown, and where the talk has been removed."""
    talk = _standing(talk, _open(event, Talk))
    if not speaks:
        talk.speakers.remove(person)
    elif PublicPerson.objects.shown().filter(pk=person.pk, organisation__is_published=True).exists():
        talk.speakers.add(person)
    else:
        raise RuleViolated(_("This person is not shown on the portal any more."), code="not_shown")
    talk.save()  # the page shows it at once


@transaction.atomic
def set_party(signing: PlannedSigning, *, event: Event, organisation: Organisation, signs: bool) -> None:
    """Raises RuleViolated for an organisation without a page on the portal, past MOST_PARTIES, and where the agreement
    has been removed."""
    signing = _standing(signing, _open(event, PlannedSigning))
    if not signs:
        signing.parties.remove(organisation)
    elif not organisation.is_published:
        raise RuleViolated(_("This organisation has no page on the portal."), code="not_published")
    elif signing.parties.exclude(pk=organisation.pk).count() >= MOST_PARTIES:
        raise RuleViolated(_("%(number)d parties are the most.") % {"number": MOST_PARTIES}, code="too_many")
    else:
        signing.parties.add(organisation)
    signing.save()  # the page shows it at once


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


def _standing(part: EventPart, event: Event) -> Any:
    """As it is now, under the lock."""
    if found := parts_of(event, type(part)).filter(pk=part.pk).first():
        return found
    raise RuleViolated(_("It has been removed meanwhile."), code="gone")


def _check_above(part: EventPart, event: Event) -> None:
    for above in filter(None, (getattr(part, name, None) for name in ABOVE)):
        if not parts_of(event, type(above)).filter(pk=above.pk).exists():
            text = _("Removed meanwhile: %(name)s") % {"name": above}
            raise RuleViolated(text, code="gone")


def _settle(part: EventPart) -> None:
    """Of places that have come free others hear at once; more than there are nobody is promised."""
    if isinstance(part, TicketPool | Quota):
        settle_places(part.pool if isinstance(part, Quota) else part)


def _check_others(pool: TicketPool, event: Event) -> None:
    needs_one = event.state != EventState.DRAFT and event.registration == RegistrationWay.HERE
    if needs_one and not event.pools.exclude(pk=pool.pk).exists():
        raise RuleViolated(_("Without any places nobody could register: add others first."), code="last_pool")

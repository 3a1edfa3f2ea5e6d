"""Declaring outages, and ending them.

Whoever declares one holds the lab, then its machines of the class in the order of their keys, as whoever books there
does; so nobody books the machine between the look at what is hit and the end of the transaction. The exclusion
constraint on the time of machines stands behind it.
"""

import datetime
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from common.idempotency import once
from members.models import User
from technoparks.booking.bookings import locked_lab
from technoparks.booking.free import bounds
from technoparks.booking.moves import Who, turn
from technoparks.booking.telling import hold_readers, readers_of
from technoparks.models import (
    AHEAD,
    Booking,
    Equipment,
    EquipmentStatus,
    EquipmentTime,
    Outage,
    OutageKind,
)
from technoparks.outage.hits import Hit, OpenSpan, left_by, proposals
from technoparks.outage.story import story_of
from technoparks.outage.telling import tell, words_of_end, words_of_outage
from technoparks.outage.words import Fate

Choices = Mapping[int, int | str]  # by the key of the booking: the key of another machine, or a Fate


class ReviewAnew(RuleViolated):
    """What is hit, or what is free instead, is not what was reviewed. ``hits``: as it is now."""

    code = "review_anew"

    def __init__(self, message: str, hits: Sequence[Hit]) -> None:
        super().__init__(message)
        self.hits = hits

    def told(self) -> dict[str, Any]:
        return super().told() | {"bookings": [_told(hit) for hit in self.hits]}


def _told(hit: Hit) -> dict[str, Any]:
    return {
        "booking": hit.booking.pk,
        "title": hit.booking.title,
        "starts_at": hit.booking.starts_at,
        "ends_at": hit.booking.ends_at,
        "machines": [one.pk for one in hit.others],
        "may_cancel": hit.may_cancel,
    }


def declare_outage(
    equipment: Equipment,
    *,
    starts: datetime.datetime | None,
    ends: datetime.datetime | None,
    kind: str,
    reason: str,
    choices: Choices,
    by: User,
    key: str = "",
) -> Outage:
    """From ``starts``, or from now on where that has passed; without ``ends`` until further notice. Asked again by the
    same ``key``, it is the outage that stands.

    Raises ReviewAnew where ``choices`` lack a booking that is hit, or name a machine that is taken.
    """

    def make() -> Outage:
        machine = _locked(equipment)
        span = from_now(starts), ends
        check_outage(machine, span)
        outage = Outage.objects.create(
            equipment=machine, span=DateTimeTZRange(*span), kind=kind, reason=reason, declared_by=by
        )
        _settle(outage, span, choices, by=by, key=f"outage {outage.pk}")
        EquipmentTime.objects.create(equipment=machine, outage=outage, span=outage.span)
        return outage

    return once(
        make,
        model=Outage,
        scope=f"outage of {equipment.pk} by {by.pk}",
        key=key or uuid4().hex,
        asked={"starts": starts, "ends": ends, "kind": kind, "reason": reason, "choices": sorted(choices.items())},
    )


@transaction.atomic
def change_end(outage: Outage, *, ends: datetime.datetime | None, choices: Choices, by: User) -> Outage:
    """Sooner or later; None: until further notice. Whose bookings are hit besides hears of it. Repeated, does nothing.

    Raises ReviewAnew as ``declare_outage`` does.
    """
    locked = _locked_outage(outage)
    if locked.ends_at == ends:
        return locked
    if locked.is_over or locked.ended_at:
        raise RuleViolated(_("This outage is over."), code="over")
    if ends and ends <= max(locked.starts_at, timezone.now()):
        raise RuleViolated(_("It ends after it begins, and after this moment."), code="ends_before")
    until, locked.span = locked.ends_at, DateTimeTZRange(locked.starts_at, ends)
    if until and (ends is None or ends > until):
        check_outage(locked.equipment, (until, ends))
        _settle(locked, (until, ends), choices, by=by, key=f"outage {locked.pk} until {ends} {uuid4().hex}")
    return _saved(locked)


@transaction.atomic
def end_outage(outage: Outage, *, by: User) -> Outage:
    """Back in order. What has not begun is called off; of maintenance that took place the day is noted. Whoever had
    lost the machine for a time that is still to come hears of it. Repeated, does nothing."""
    locked = _locked_outage(outage)
    if locked.ended_at:
        return locked
    given_back = _given_back(locked)
    readers = readers_of(given_back)
    hold_readers(given_back, readers)
    now = timezone.now()
    locked.ended_at, locked.ended_by = now, by
    if not locked.is_off and not locked.is_over:
        locked.span = DateTimeTZRange(locked.starts_at, now)
    if locked.kind == OutageKind.MAINTENANCE and not locked.is_off:
        machine, ended = locked.equipment, locked.ends_at or now
        done = ended.astimezone(machine.lab.technopark.zone).date()
        machine.maintained_on = max(machine.maintained_on or done, done)
        machine.save(update_fields=["maintained_on"])
    tell(locked, readers, given_back, words=words_of_end, key=f"outage {locked.pk} is over", by=by)
    return _saved(locked)


def _given_back(outage: Outage) -> dict[Booking, Equipment | Fate]:
    """What became of those who could have the machine again at their times: to come, and not called off by others."""
    if not outage.equipment.is_usable:
        return {}
    others = Outage.objects.ahead().filter(equipment=outage.equipment_id).exclude(pk=outage.pk)
    out = [bounds(span) for span in others.values_list("span", flat=True)]
    fates = {one.move.booking: one.fate for one in story_of(outage)}
    return {
        booking: fate
        for booking, fate in fates.items()
        if not booking.has_begun
        and (fate == Fate.CANCEL or booking.state in AHEAD)
        and not any(starts < booking.ends_at and booking.starts_at < ends for starts, ends in out)
    }


def _saved(outage: Outage) -> Outage:
    outage.save(update_fields=["span", "ended_at", "ended_by"])
    EquipmentTime.objects.filter(outage=outage).update(span=outage.span, is_blocking=not outage.is_off)
    return outage


# --- What would come of it -----------------------------------------------------------------------------------


def foreseen(equipment: Equipment, starts: datetime.datetime | None, ends: datetime.datetime | None) -> list[Hit]:
    """Without a lock: who reviews it takes their time, and what has changed meanwhile is found when it is declared.

    Raises RuleViolated as ``declare_outage`` does.
    """
    span = from_now(starts), ends
    check_outage(equipment, span)
    return proposals(equipment, span)


def foreseen_later(outage: Outage, ends: datetime.datetime | None) -> list[Hit]:
    """Of a later end; an earlier one hits nobody."""
    until = outage.ends_at
    if until is None or (ends and ends <= until):
        return []
    return proposals(outage.equipment, (until, ends))


def from_now(starts: datetime.datetime | None) -> datetime.datetime:
    now = timezone.now()
    return max(starts or now, now)


# --- Under the lock -------------------------------------------------------------------------------------------


def _locked(equipment: Equipment) -> Equipment:
    """As it is now; with it the others of its class are held, to one of which a booking may move."""
    lab = locked_lab(equipment.lab)
    held = Equipment.objects.select_for_update(no_key=True).filter(lab=lab, kind=equipment.kind_id).order_by("pk")
    machine = next(one for one in held if one.pk == equipment.pk)
    machine.lab = lab
    return machine


def _locked_outage(outage: Outage) -> Outage:
    machine = _locked(outage.equipment)
    found = Outage.objects.get(pk=outage.pk)
    found.equipment = machine
    return found


def check_outage(machine: Equipment, span: OpenSpan) -> None:
    starts, ends = span
    if machine.status == EquipmentStatus.RETIRED:
        raise RuleViolated(_("It is written off."), code="retired")
    if ends and ends <= starts:
        raise RuleViolated(_("It ends after it begins, and after this moment."), code="ends_before")
    other = Outage.objects.standing().filter(equipment=machine, span__overlap=span).order_by("span").first()
    if other:
        other.equipment = machine
        text = _("An outage is noted for this time already: %(span)s.")
        raise RuleViolated(text % {"span": other.said}, code="out_already")


def _settle(outage: Outage, span: OpenSpan, choices: Choices, *, by: User, key: str) -> None:
    """Take the machine away from whoever has it in ``span``, each as it was chosen, and tell them."""
    hits = proposals(outage.equipment, span)
    fates = _fates(hits, choices)
    readers = readers_of(fates)
    hold_readers(fates, readers)
    for hit in hits:
        _apply(hit, fates[hit.booking], outage, by=by)
    for time in left_by(outage.equipment, span):
        _cut(time, span[0])
    tell(outage, readers, fates, words=words_of_outage, key=key, by=by)


def _fates(hits: Sequence[Hit], choices: Choices) -> dict[Booking, Equipment | Fate]:
    """Raises ReviewAnew where one is missing, or not possible any more."""
    found = dict[Booking, Equipment | Fate]()
    for hit in hits:
        choice = choices.get(hit.booking.pk)
        if choice is None:
            raise ReviewAnew(_("Bookings are hit that you have not decided on. Look at them anew."), hits)
        if choice == Fate.CANCEL and not hit.may_cancel:
            text = _("Who has checked in is not called off: “%(booking)s”.")
            raise ReviewAnew(text % {"booking": hit.booking}, hits)
        fate = Fate(choice) if choice in Fate.values else next((one for one in hit.others if one.pk == choice), None)
        if fate is None:
            text = _("The machine is not free any more for “%(booking)s”.")
            raise ReviewAnew(text % {"booking": hit.booking}, hits)
        found[hit.booking] = fate
    return found


def _apply(hit: Hit, fate: Equipment | Fate, outage: Outage, *, by: User) -> None:
    if fate == Fate.CANCEL:
        turn(hit.booking, "cancel", who=Who.HOST, by=by, reason=outage.reason, outage=outage.pk)
        return
    other = fate if isinstance(fate, Equipment) else None
    if hit.is_begun:
        _cut(hit.time, hit.part[0])
        if other:
            EquipmentTime.objects.create(equipment=other, booking=hit.booking, span=DateTimeTZRange(*hit.part))
    elif other:
        hit.time.equipment = other
        hit.time.save(update_fields=["equipment"])
    else:
        hit.time.delete()
    facts = {"outage": outage.pk, "machine": outage.equipment_id, "instead": other.pk if other else None}
    turn(hit.booking, "machine", who=Who.HOST, by=by, reason=outage.reason, **facts)


def _cut(time: EquipmentTime, ends: datetime.datetime) -> None:
    time.span = DateTimeTZRange(time.span.lower, ends)
    time.save(update_fields=["span"])

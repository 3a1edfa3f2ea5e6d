"""Bookings that an outage hits, and machines of the same class that could take their places."""

import datetime
from dataclasses import dataclass
from typing import cast

from django.db.models import Q, QuerySet
from django.utils import timezone

from technoparks.booking.free import bounds
from technoparks.booking.hours import Span
from technoparks.booking.moves import MOVES
from technoparks.models import Booking, Equipment, EquipmentTime

OpenSpan = tuple[datetime.datetime, datetime.datetime | None]  # without an end: until further notice


@dataclass(frozen=True, slots=True)
class Hit:
    """``part`` of the machine's time: all of it, or of a booking that goes on what is left. ``others`` are free then.

    As one machine is in one booking at a time, no two parts overlap: each may have any of its ``others``.
    """

    time: EquipmentTime
    part: Span
    others: list[Equipment]

    @property
    def booking(self) -> Booking:
        return cast("Booking", self.time.booking)

    @property
    def proposed(self) -> Equipment | None:
        return next(iter(self.others), None)

    @property
    def may_cancel(self) -> bool:
        """Who has come and checked in stays."""
        return self.booking.state in MOVES["cancel"].before

    @property
    def is_begun(self) -> bool:
        """Until now the machine was theirs, and that stays on record."""
        return self.part[0] > bounds(self.time.span)[0]


def bookings_hit(equipment: Equipment, span: OpenSpan) -> QuerySet[EquipmentTime]:
    """Their rows of time. Who has left by then, and only leaves the time to tidy up, is not hit."""
    times = EquipmentTime.objects.filter(
        equipment=equipment, is_blocking=True, span__overlap=span, booking__span__overlap=span
    )
    related = times.select_related("booking__lab__technopark", "booking__organisation", "booking__person")
    return related.order_by("booking__span", "booking")


def left_by(equipment: Equipment, span: OpenSpan) -> QuerySet[EquipmentTime]:
    """Of bookings that are over by then: the time to tidy up."""
    times = EquipmentTime.objects.filter(equipment=equipment, is_blocking=True, span__overlap=span, outage=None)
    return times.exclude(booking__span__overlap=span)


def proposals(equipment: Equipment, span: OpenSpan) -> list[Hit]:
    """Three queries, however many are hit."""
    times = [*bookings_hit(equipment, span)]
    if not times:
        return []
    machines, parts = _standing_in(equipment), [_part(one, span) for one in times]
    reach = min(part[0] for part in parts), max(part[1] for part in parts)
    theirs = Q(span__overlap=reach) | Q(booking__in=[one.booking_id for one in times])
    taken = EquipmentTime.objects.filter(theirs, equipment__in=machines, is_blocking=True)
    rows = [(one, by, *bounds(lasts)) for one, by, lasts in taken.values_list("equipment", "booking", "span")]
    found = []
    for time, part in zip(times, parts, strict=True):
        held = {
            machine
            for machine, booking, starts, ends in rows
            if booking == time.booking_id or (starts < part[1] and ends > part[0])
        }
        found.append(Hit(time, part, [one for one in machines if one.pk not in held]))
    return found


def _standing_in(equipment: Equipment) -> list[Equipment]:
    """Of its class and in its laboratory."""
    machines = Equipment.objects.usable().filter(lab=equipment.lab_id, kind=equipment.kind_id)
    return [*machines.exclude(pk=equipment.pk).order_by("name", "pk")]


def _part(time: EquipmentTime, span: OpenSpan) -> Span:
    starts, ends = bounds(time.span)
    return (max(starts, span[0]) if starts <= timezone.now() else starts), ends

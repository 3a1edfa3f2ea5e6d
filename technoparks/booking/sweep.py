"""What the clock does with bookings: each minute, row by row, and harmless when run twice."""

import time

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from common.errors import RuleViolated
from technoparks.booking.bookings import locked_booking
from technoparks.booking.moves import Who, turn
from technoparks.booking.telling import tell_guest
from technoparks.models import Booking, BookingState

AT_ONCE = 200  # rows that are read together
LONGEST_RUN = 4 * 60  # s, less than the time limit of a task


def sweep() -> int:
    """How many bookings were moved."""
    began, done = time.monotonic(), 0
    for action, due in _due().items():
        while keys := [*due.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]]:
            moved = sum(_move(key, action) for key in keys)
            done += moved
            if not moved or time.monotonic() - began > LONGEST_RUN:
                break
    return done


def _due() -> dict[str, QuerySet[Booking]]:
    now = timezone.now()
    confirmed = Booking.objects.filter(state=BookingState.CONFIRMED)
    return {
        "expire": Booking.objects.filter(state=BookingState.PENDING, decide_by__lte=now),
        "miss": confirmed.filter(released_at__lte=now),
        "lapse": Booking.objects.filter(state=BookingState.HELD, span__startswith__lte=now),
        "finish": confirmed.filter(released_at=None, span__endswith__lte=now),
    }


def _move(key: int, action: str) -> bool:
    """Whether it was still due: somebody may have answered or checked in meanwhile."""
    with transaction.atomic():
        found = Booking.objects.select_related("lab").filter(pk=key).first()
        if found is None:
            return False
        booking = locked_booking(found)
        if action == "expire" and (booking.decide_by is None or booking.decide_by > timezone.now()):
            return False
        try:
            turn(booking, action, who=Who.CLOCK, by=None)
        except RuleViolated:
            return False
        if action != "finish":
            tell_guest(booking, action)
        return True

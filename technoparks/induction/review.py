"""Bookings follow inductions: one whose person lacks what is needed is held, and goes on when they have it.

Whatever changes inductions holds all the labs of the technopark first, as whoever books holds theirs: either the
booking sees the change, or the review sees the booking.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import partial

from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Coalesce, Greatest, TruncDate
from django.utils import timezone

from common.locks import check_isolation
from members.models import User
from technoparks.booking.knowledge import Knowledge
from technoparks.booking.moves import Who, turn
from technoparks.induction.telling import tell_of_bookings
from technoparks.models import Booking, BookingState, Induction, Instruction, Lab, Technopark

REVIEWED = (BookingState.CONFIRMED, BookingState.HELD)


def hold_labs(technopark: int) -> None:
    """Until the end of the transaction; nobody books there meanwhile."""
    check_isolation()
    [*Lab.objects.select_for_update(no_key=True).filter(technopark=technopark).order_by("pk").values_list("pk")]


def review(technopark: int, *, people: Iterable[int] | None = None, by: User | None = None) -> int:
    """Of ``people``, or of everybody; the labs are held. Repeated, changes nothing. Returns how many it moved.

    What has begun stays: they are at work.
    """
    bookings = Booking.objects.filter(
        lab__technopark=technopark, state__in=REVIEWED, span__startswith__gt=timezone.now()
    )
    if people is not None:
        bookings = bookings.filter(person__in=[*people])
    bookings = bookings.select_related("lab__technopark", "organisation", "person")
    found = [*bookings.prefetch_related("equipment_times__equipment").order_by("span", "pk")]
    knowledge = Knowledge.of(technopark, {one.person_id for one in found if one.person_id})
    moved: dict[str, list[Booking]] = defaultdict(list)
    for booking in found:
        lacking = knowledge.lacking_for(booking)
        if lacking and booking.state == BookingState.CONFIRMED:
            turn(booking, "hold", who=Who.CLOCK, by=by, inductions=[one.pk for one in lacking])
            moved["hold"].append(booking)
        elif not lacking and booking.state == BookingState.HELD:
            turn(booking, "resume", who=Who.CLOCK, by=by)
            moved["resume"].append(booking)
    for action, those in moved.items():
        tell_of_bookings(those, action)
    return sum(map(len, moved.values()))


def entrust(bookings: Iterable[Booking], *, to: User) -> None:
    """``to`` is responsible for these from now on; their rows are held.

    Inductions are looked at in a transaction of its own after this one: it holds the labs before people, and who calls
    may hold people already. Until then what they lack is as if it was revoked at this moment.
    """
    concerned = set()
    for booking in bookings:
        booking.person = to
        booking.save(update_fields=["person", "updated_at"])
        turn(booking, "take_over", who=Who.GUEST, by=to)
        concerned.add(booking.lab.technopark_id)
    for technopark in sorted(concerned):
        transaction.on_commit(partial(_review_one, technopark, to.pk), robust=True)


@transaction.atomic
def _review_one(technopark: int, person: int) -> None:
    hold_labs(technopark)
    review(technopark, people=[person])


def review_all() -> int:
    """By the clock: what was not used for long lapses, and what the office has changed is followed. A technopark at a
    time; harmless when run twice."""
    moved = 0
    for technopark in Technopark.objects.filter(instructions__isnull=False).distinct().order_by("pk"):
        with transaction.atomic():
            hold_labs(technopark.pk)
            for instruction in Instruction.objects.filter(technopark=technopark):
                _note_use(instruction)
            moved += review(technopark.pk)
    return moved


def _note_use(instruction: Instruction) -> None:
    """When each of those who have it last worked where it is needed. One statement."""
    there = Q(lab__instructions=instruction) | Q(equipment_times__equipment__kind__instructions=instruction)
    used = Booking.objects.filter(
        there, lab__technopark=instruction.technopark_id, state=BookingState.USED, person=OuterRef("person")
    )
    last = Subquery(used.order_by("-span").values(day=TruncDate("span__endswith"))[:1])
    completed = Induction.objects.filter(version__instruction=instruction, revoked_at=None, completed_on__isnull=False)
    completed.update(used_on=Greatest("used_on", Coalesce(last, "used_on")))

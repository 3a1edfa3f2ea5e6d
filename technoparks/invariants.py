"""What must hold of bookings, beside what the database keeps by itself: that nobody has the seats of another, that
machines are free once their booking is off, and that each state was reached by a move."""

from collections.abc import Iterator

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, Subquery, Value, Window
from django.db.models.functions import Coalesce, Lag
from django.utils.translation import gettext_lazy as _

from common.invariants import Broken, Invariant, register
from technoparks.models import BLOCKING, Booking, BookingMove, EquipmentTime, Lab
from technoparks.models.seats import SeatsField


def _seats_given_twice() -> Iterator[Broken]:
    """The exclusion constraint forbids it; this counts as if there were none."""
    is_shared = Func(
        F("seats"), OuterRef("seats"), template="(%(expressions)s)", arg_joiner=" && ", output_field=BooleanField()
    )
    others = Booking.objects.blocking().filter(
        is_shared, lab=OuterRef("lab"), blocked__overlap=OuterRef("blocked"), pk__lt=OuterRef("pk")
    )
    other = Subquery(others.order_by("pk").values("pk")[:1])
    for one in Booking.objects.blocking().annotate(other=other).filter(other__isnull=False):
        yield one, f"{one.other}: {one.seats_said}"


def _machines_disagree() -> Iterator[Broken]:
    of_bookings = EquipmentTime.objects.exclude(booking=None)
    known = of_bookings.annotate(blocked=F("booking__blocked"), state=F("booking__state"))
    blocks = Q(state__in=BLOCKING)
    for one in known.filter(~Q(span=F("blocked")) | Q(is_blocking=True) & ~blocks | Q(is_blocking=False) & blocks):
        yield one, f"{one.state}: {int(one.is_blocking)}{'' if one.span == one.blocked else ' ≠'}"


def _moved_otherwise() -> Iterator[Broken]:
    moves = BookingMove.objects.filter(booking=OuterRef("pk")).order_by("-pk")
    moved = Booking.objects.annotate(last=Subquery(moves.values("target")[:1]))
    for one in moved.exclude(last__isnull=False, last=F("state")):
        yield one, f"{one.last or '—'} ≠ {one.state}"
    before = Coalesce(Window(Lag("target"), partition_by="booking", order_by="pk"), Value(""))
    for move in BookingMove.objects.annotate(before=before).exclude(before=F("source")):
        yield Booking(pk=move.booking_id), f"{move.before or '—'} ≠ {move.source or '—'}"


def _whole_rooms_lack_seats() -> Iterator[Broken]:
    """It has as many as the lab had at some time: what is booked stays when the lab changes."""
    every = Func(F("seats"), template="int4multirange(int4range(1, %(expressions)s + 1))", output_field=SeatsField())
    labs = Lab.objects.filter(pk=OuterRef("lab")).alias(every=every)
    earlier = Lab.history.filter(id=OuterRef("lab")).alias(every=every)
    whole = Booking.objects.filter(is_whole=True).select_related("lab")
    for one in whole.exclude(
        Exists(labs.filter(every=OuterRef("seats"))) | Exists(earlier.filter(every=OuterRef("seats")))
    ):
        yield one, f"{one.seats_said} ≠ 1–{one.lab.seats}"


for name, title, find in (
    ("booking_seats", _("Two bookings have the same seat at the same time"), _seats_given_twice),
    ("booking_machines", _("A machine is kept for a booking that is off, or the reverse"), _machines_disagree),
    ("booking_moves", _("The state of a booking is not that of its last move"), _moved_otherwise),
    ("booking_whole", _("A booking of the whole room has not all its seats"), _whole_rooms_lack_seats),
):
    register(Invariant(name, title, find))

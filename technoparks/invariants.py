"""What must hold of bookings, beside what the database keeps by itself: that nobody has the seats of another, that
machines are free once their booking is off, and that each state was reached by a move. Of groups likewise, and that
nobody learns beyond the places, or where nothing is taught."""

from collections.abc import Iterator
from typing import Any

from django.db.models import BooleanField, Case, Exists, F, Func, OuterRef, Q, Subquery, Value, When, Window
from django.db.models.functions import Coalesce, Lag
from django.utils.translation import gettext_lazy as _

from common.invariants import Broken, Invariant, register
from technoparks.models import (
    BLOCKING,
    LIVING,
    Booking,
    BookingMove,
    Cohort,
    CohortApplication,
    CohortApplicationMove,
    CohortApplicationState,
    CohortMove,
    CohortState,
    Enrolment,
    EnrolmentMove,
    EquipmentTime,
    Lab,
    Outage,
)
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
    """Its time is that of the booking; but it may end where an outage of the machine begins, and begin where another
    machine of the booking has ended so."""
    times = EquipmentTime.objects.all()
    before = times.filter(booking=OuterRef("booking"), span__endswith=OuterRef("span__startswith"))
    outages = times.exclude(outage=None).filter(
        equipment=OuterRef("equipment"), span__startswith=OuterRef("span__endswith")
    )
    begins_well = Q(span__startswith=F("booking__blocked__startswith")) | Exists(before)
    ends_well = Q(span__endswith=F("booking__blocked__endswith")) | Exists(outages)
    known = times.exclude(booking=None).annotate(
        state=F("booking__state"),
        fits=Case(When(begins_well & ends_well, then=True), default=False, output_field=BooleanField()),
    )
    blocks = Q(state__in=BLOCKING)
    for one in known.filter(Q(fits=False) | Q(is_blocking=True) & ~blocks | Q(is_blocking=False) & blocks):
        yield one, f"{one.state}: {int(one.is_blocking)}{'' if one.fits else ' ≠'}"


def _outages_disagree() -> Iterator[Broken]:
    """Each keeps its machine, in its span, from others; one that was called off before it began keeps nobody out."""
    known = Outage.objects.select_related("time")
    standing = known.standing().values("pk")
    fits = Q(time__span=F("span"), time__equipment=F("equipment"))
    wrong = ~fits | Q(pk__in=standing, time__is_blocking=False) | ~Q(pk__in=standing) & Q(time__is_blocking=True)
    for one in known.filter(Q(time=None) | wrong):
        time = getattr(one, "time", None)
        is_its = time and (time.span, time.equipment_id) == (one.span, one.equipment_id)
        yield one, f"{int(time.is_blocking)}{'' if is_its else ' ≠'}" if time else "—"


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


def _too_many_learn() -> Iterator[Broken]:
    counted: Any = Cohort.objects.with_taken()
    for one in counted.filter(taken__gt=F("places")):
        yield one, f"{one.taken} > {one.places}"


def _learn_where_nothing_is_taught() -> Iterator[Broken]:
    for one in Enrolment.objects.active().exclude(cohort__state__in=LIVING).select_related("cohort"):
        yield one, one.cohort.state


def _groups_moved_otherwise() -> Iterator[Broken]:
    """A group that is planned has no move; every application and enrolment has one."""
    tables: tuple[tuple[Any, Any, str, str], ...] = (
        (Cohort, CohortMove, "cohort", CohortState.PLANNED),
        (CohortApplication, CohortApplicationMove, "application", ""),
        (Enrolment, EnrolmentMove, "enrolment", ""),
    )
    for model, move, name, first in tables:
        last = Subquery(move.objects.filter(**{name: OuterRef("pk")}).order_by("-pk").values("target")[:1])
        for one in model.objects.annotate(last=Coalesce(last, Value(first))).exclude(last=F("state")):
            yield one, f"{one.last or '—'} ≠ {one.state}"


def _enrolled_without_a_place() -> Iterator[Broken]:
    """An application that was granted has an enrolment, and no other has."""
    granted = Q(state=CohortApplicationState.ENROLLED)
    known = CohortApplication.objects.annotate(learns=Exists(Enrolment.objects.filter(application=OuterRef("pk"))))
    for one in known.filter(granted & Q(learns=False) | ~granted & Q(learns=True)):
        yield one, one.state


for name, title, find in (
    ("booking_seats", _("Two bookings have the same seat at the same time"), _seats_given_twice),
    ("booking_machines", _("A machine is kept for a booking that is off, or the reverse"), _machines_disagree),
    ("outage_time", _("An outage does not keep its machine from others, or one that is off does"), _outages_disagree),
    ("booking_moves", _("The state of a booking is not that of its last move"), _moved_otherwise),
    ("booking_whole", _("A booking of the whole room has not all its seats"), _whole_rooms_lack_seats),
    ("cohort_places", _("More learn in a group than it has places"), _too_many_learn),
    ("cohort_learners", _("Somebody learns in a group that is not held"), _learn_where_nothing_is_taught),
    (
        "cohort_moves",
        _("The state of a group, application or enrolment is not that of its last move"),
        _groups_moved_otherwise,
    ),
    (
        "cohort_enrolled",
        _("An application was granted without an enrolment, or the reverse"),
        _enrolled_without_a_place,
    ),
):
    register(Invariant(name, title, find))

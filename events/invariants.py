"""What must hold of events, beside what the database keeps by itself: that nobody is registered twice, that no turn is
given twice, that nobody is checked in twice on a day."""

import datetime
from collections.abc import Iterator

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery, Sum, Window
from django.db.models.functions import Lag
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.invariants import Broken, Invariant, register
from common.recounts import gaps
from events.models import (
    HOLDING,
    CheckIn,
    Event,
    EventMove,
    ParticipantCertificate,
    Quota,
    Registration,
    RegistrationMove,
    RegistrationState,
    TicketPool,
)
from events.registering.places import FreePlaces, current_pool, locked_event
from events.registering.registrations import next_in_turn

SWEPT_WITHIN = datetime.timedelta(hours=1)  # what the clock does each minute, if the worker was down for a while
SAME_MOMENT = datetime.timedelta(minutes=1)  # of a check-in and a cancellation that has waited for a lock
BEGINNINGS = (RegistrationState.PENDING, RegistrationState.CONFIRMED, RegistrationState.WAITING)


def _too_many_have_a_place() -> Iterator[Broken]:
    held = Sum("registrations__places", filter=Q(registrations__state__in=HOLDING))
    for pool in TicketPool.objects.annotate(held=held).filter(held__gt=F("capacity")):
        yield pool, f"{pool.held} > {pool.capacity}"


def _quotas_are_taken() -> Iterator[Broken]:
    quotas = Quota.objects.holding().filter(pool=OuterRef("pk"))
    for pool in TicketPool.objects.filter(Exists(quotas)).exclude(capacity=None):
        free = FreePlaces.of(pool)
        if free.everybodys < 0 and any(free.kept.values()):
            yield pool, f"{sum(free.kept.values())} > {sum(free.kept.values()) + int(free.everybodys)}"


def _a_place_is_free_and_somebody_waits() -> Iterator[Broken]:
    """Under the lock, pool by pool; but for a quota that has just returned, and is offered in a moment."""
    now = timezone.now()
    just_returned = Quota.objects.filter(returns_at__range=(now - SWEPT_WITHIN, now)).values("pool")
    waiting = TicketPool.objects.filter(registrations__state=RegistrationState.WAITING).distinct()
    for pool in waiting.exclude(pk__in=just_returned).select_related("event"):
        with transaction.atomic():
            event = locked_event(pool.event)
            current = current_pool(pool, event=event)
            passed_over = len([*next_in_turn(current, event=event, free=FreePlaces.of(current))])
        if passed_over:
            yield pool, str(passed_over)


def _terms_are_over() -> Iterator[Broken]:
    since = timezone.now() - SWEPT_WITHIN
    unproved = Registration.objects.unproved().filter(hold_until__lt=since)
    offered = Registration.objects.with_late_offers().filter(offer_until__lt=since)
    for one in unproved | offered:
        yield one, f"{one.hold_until or one.offer_until:%Y-%m-%d %H:%M}"


def _places_are_no_tickets() -> Iterator[Broken]:
    standing = Count("tickets", filter=Q(tickets__removed_at=None))
    counted = Registration.objects.active().annotate(standing=standing).exclude(standing=F("places"))
    for one in counted:
        yield one, f"{one.standing} ≠ {one.places}"


def _came_without_a_place() -> Iterator[Broken]:
    """Whoever gave the place back afterwards had one as they came."""
    had_one_still = RegistrationMove.objects.filter(
        registration=OuterRef("ticket__registration"),
        source=RegistrationState.CONFIRMED,
        at__gte=OuterRef("at") - SAME_MOMENT,
    )
    has_place = Q(ticket__registration__state=RegistrationState.CONFIRMED) | Exists(had_one_still)
    was_taken_off = Q(ticket__removed_at__lt=F("at") - SAME_MOMENT)
    for one in CheckIn.objects.filter(~has_place | was_taken_off).select_related("ticket"):
        yield Registration(pk=one.ticket.registration_id), f"{one.at:%Y-%m-%d %H:%M}"


def _certificates_without_having_come() -> Iterator[Broken]:
    for one in ParticipantCertificate.objects.standing().filter(ticket__check_ins=None):
        yield one, one.number


def _events_moved_otherwise() -> Iterator[Broken]:
    last = EventMove.objects.filter(event=OuterRef("pk")).order_by("-pk").values("target")[:1]
    for event in Event.objects.annotate(last=Subquery(last)).exclude(last=None).exclude(last=F("state")):
        yield event, f"{event.last} ≠ {event.state}"
    before = Window(Lag("target"), partition_by="event", order_by="pk")
    for move in EventMove.objects.annotate(before=before).exclude(before=None).exclude(before=F("source")):
        yield Event(pk=move.event_id), f"{move.before} ≠ {move.source}"


def _registrations_moved_otherwise() -> Iterator[Broken]:
    """Of those that have not moved the state is one to begin with."""
    last = RegistrationMove.objects.filter(registration=OuterRef("pk")).order_by("-pk").values("target")[:1]
    moved = Registration.objects.annotate(last=Subquery(last)).exclude(last=None, state__in=BEGINNINGS)
    for one in moved.exclude(last__isnull=False, last=F("state")):
        yield one, f"{one.last or '—'} ≠ {one.state}"
    before = Window(Lag("target"), partition_by="registration", order_by="pk")
    for move in RegistrationMove.objects.annotate(before=before).exclude(before=None).exclude(before=F("source")):
        yield Registration(pk=move.registration_id), f"{move.before} ≠ {move.source}"


def _numbers_have_gaps() -> Iterator[Broken]:
    return gaps("participant certificate", ParticipantCertificate.objects.all(), number="У-{year}-")


for name, title, find in (
    ("event_capacity", _("More people have a place than there are places"), _too_many_have_a_place),
    ("event_quotas", _("More places are kept for organisations than are left"), _quotas_are_taken),
    ("event_turn", _("A place is free, and whoever it is enough for still waits"), _a_place_is_free_and_somebody_waits),
    ("event_terms", _("A term is over, and the place is still held"), _terms_are_over),
    ("event_tickets", _("There are not as many tickets as places"), _places_are_no_tickets),
    ("event_entrances", _("Somebody was let in who had no place"), _came_without_a_place),
    ("event_certificates", _("Somebody has a certificate who did not come"), _certificates_without_having_come),
    ("event_moves", _("The state of an event is not that of its last move"), _events_moved_otherwise),
    (
        "registration_moves",
        _("The state of a registration is not that of its last move"),
        _registrations_moved_otherwise,
    ),
    ("event_numbers", _("Numbers of certificates of participants have a gap"), _numbers_have_gaps),
):
    register(Invariant(name, title, find))

"""Who of an organisation's people came to what is over: for its own head and coordinators."""

from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce, ExtractYear
from django.utils import timezone

from events.models import (
    HAPPENED,
    OVER,
    CheckIn,
    Event,
    ParticipantCertificate,
    Registration,
    RegistrationState,
    Ticket,
)
from events.models.event import EventQuerySet
from members.models import Organisation

FIGURES = ("asked", "had_places", "came", "silent")


def attendance_of(organisation: Organisation) -> EventQuerySet:
    """Events that took place and that somebody of the organisation had asked places of, the latest first. In people:
    ``asked`` for a place, ``had_places`` in the end, ``came``, and ``silent``: had a place, gave no word and did not
    come. ``is_noted``: whether entrances were noted at all, as otherwise the last two say nothing.
    ``certificates``: how many of its groups can be downloaded. One query."""
    registrations = Registration.objects.filter(event=OuterRef("pk"), organisation=organisation).order_by()
    confirmed = registrations.filter(state=RegistrationState.CONFIRMED)
    tickets = Ticket.objects.filter(registration__event=OuterRef("pk"), registration__organisation=organisation)
    of_groups = ParticipantCertificate.objects.ready().of_groups(organisation).order_by()
    of_groups = of_groups.filter(ticket__registration__event=OuterRef("pk"))
    noted = Exists(CheckIn.objects.filter(ticket__registration__event=OuterRef("pk")))
    asked_of = Registration.objects.filter(organisation=organisation).values("event")
    over = Event.objects.filter(Q(ends_at__lt=timezone.now()) | Q(state__in=OVER), pk__in=asked_of, state__in=HAPPENED)
    return over.annotate(
        asked=_number(registrations.values("event").annotate(number=Sum("places"))),
        had_places=_number(confirmed.values("event").annotate(number=Sum("places"))),
        came=_number(_people(tickets.came())),
        silent=Case(When(noted, then=_number(_people(tickets.admitting().not_come()))), default=0),
        is_noted=noted,
        certificates=_number(of_groups.values(event=F("ticket__registration__event")).annotate(number=Count("pk"))),
    ).latest_first()


def attendance_by_year(organisation: Organisation) -> QuerySet[Event, Any]:
    """The same figures summed up, the latest year first; ``events`` is of how many. One query."""
    counted = attendance_of(organisation).exclude(starts_at=None).order_by().annotate(year=ExtractYear("starts_at"))
    sums = {f"all_{name}": Sum(name) for name in FIGURES}
    return counted.values("year").annotate(events=Count("pk"), **sums).order_by("-year")


def _people(tickets: QuerySet[Ticket]) -> QuerySet[Ticket, Any]:
    return tickets.order_by().values(event=F("registration__event")).annotate(number=Count("pk"))


def _number(counted: QuerySet[Any, Any]) -> Coalesce:
    return Coalesce(Subquery(counted.values("number")), 0)

"""An organisation's own events with their figures, in as many queries for one as for a hundred."""

from collections.abc import Iterator
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from events.access import organised_by
from events.models import (
    AWAITED,
    CheckIn,
    Event,
    EventMove,
    EventState,
    PoolKind,
    Registration,
    RegistrationState,
    RegistrationWay,
    Ticket,
    TicketPool,
)
from events.models.event import EventQuerySet
from members.models import Organisation

PAST_ON_A_PAGE = 20


def with_figures(events: EventQuerySet) -> EventQuerySet:
    """With ``taken`` and ``places`` (None where one of its pools has no limit), ``undecided`` registrations and
    ``decide_by`` for the first of them, and ``returned``: why the association gave back what is a draft now."""
    registrations = Registration.objects.filter(event=OuterRef("pk")).order_by()
    undecided = registrations.filter(state=RegistrationState.PENDING, hold_until=None).values("event")
    holding, waiting = (
        some.values("event").annotate(number=Sum("places")).values("number")
        for some in (registrations.holding(), registrations.filter(state=RegistrationState.WAITING))
    )
    pools = TicketPool.objects.filter(event=OuterRef("pk")).order_by().values("event")
    moves = EventMove.objects.filter(event=OuterRef("pk")).order_by("-at", "-pk")
    return events.annotate(
        taken=Coalesce(Subquery(holding), 0),
        waiting=Coalesce(Subquery(waiting), 0),
        places=Subquery(
            pools.annotate(number=Sum("capacity"), limits=Count("capacity"), all=Count("pk"))
            .filter(limits=F("all"))
            .values("number")
        ),
        undecided=Coalesce(Subquery(undecided.annotate(number=Count("pk")).values("number")), 0),
        decide_by=Subquery(undecided.annotate(first=Min("decide_by")).values("first")),
        last_reason=Subquery(moves.values("reason")[:1]),
    )


def returned_because(event: Event) -> str:
    """Of one ``with_figures``: a draft that was withdrawn has no reason, one that was returned has."""
    reason: str = getattr(event, "last_reason", None) or ""
    return reason if event.state == EventState.DRAFT else ""


def lists_of(organisation: Organisation) -> dict[str, Any]:
    """What is to come, what waits for the association, drafts; ``past`` is a queryset for pages of it."""
    own, now = organised_by(organisation), timezone.now()
    over = Q(ends_at__lt=now) & ~Q(state__in=(EventState.DRAFT, EventState.MODERATION, EventState.POSTPONED))
    past = Q(state__in=(EventState.CANCELLED, EventState.HELD, EventState.ARCHIVED)) | over
    open_ones = [*with_figures(own.exclude(past)).soonest_first()]
    for event in open_ones:
        event.returned = returned_because(event)  # type: ignore[attr-defined]
    by_state = {
        "upcoming": AWAITED,
        "in_moderation": (EventState.MODERATION,),
        "drafts": (EventState.DRAFT,),
    }
    lists: dict[str, Any] = {
        name: [event for event in open_ones if event.state in states] for name, states in by_state.items()
    }
    return lists | {"past": with_figures(own.filter(past)).latest_first()}


# --- What waits for the organiser -----------------------------------------------------------------------------


def returned_events(organisation: Organisation) -> Iterator[tuple[Event, str]]:
    drafts = with_figures(organised_by(organisation).filter(state=EventState.DRAFT))
    return ((event, reason) for event in drafts.order_by("pk") if (reason := returned_because(event)))


def events_to_decide(organisation: Organisation) -> QuerySet[Any]:
    """In which somebody waits for the organiser, the first term first."""
    awaited = organised_by(organisation).filter(state__in=AWAITED, starts_at__gt=timezone.now())
    return with_figures(awaited).filter(undecided__gt=0).order_by("decide_by", "pk")  # type: ignore[misc]  # by with_figures


def events_to_close(organisation: Organisation) -> QuerySet[Any]:
    """That are over, of which nobody has said how many came, or that came and have ``uncertified``."""
    noted = CheckIn.objects.filter(ticket__registration__event=OuterRef("pk"))
    came = Ticket.objects.standing().filter(registration__event=OuterRef("pk"), check_ins__isnull=False)
    uncertified = came.filter(certificates=None).exclude(Q(name="") | Q(registration__pool__kind=PoolKind.PRESS))
    over = organised_by(organisation).filter(
        state__in=(EventState.PUBLISHED, EventState.HELD), ends_at__lt=timezone.now()
    )
    found = over.annotate(uncertified=Exists(uncertified), uncounted=Q(headcount=None) & ~Exists(noted))
    return found.filter(Q(uncertified=True) | Q(uncounted=True)).latest_first()


def figures_of(event: Event) -> dict[str, Any]:
    """For the page of one: the event again, with its figures, and how many were noted at the door."""
    known = with_figures(Event.objects.filter(pk=event.pk)).get()
    came = Ticket.objects.standing().filter(registration__event=event, check_ins__isnull=False).distinct().count()
    return {
        "figures": known,
        "returned": returned_because(known),
        "came": came if known.has_begun else None,
        "takes_registrations_here": known.registration == RegistrationWay.HERE,
    }

"""An event that is over, and who came to it, row by row: the services let nobody register for it any more."""

import datetime

from django.utils import timezone

from events.models import CheckIn, Event, EventState, Registration, RegistrationState, Ticket, TicketPool
from events.models.registration import day_of
from members.models import Organisation
from tests.factories.events import EventFactory, PoolFactory


def over_since(*, slug: str = "forum", **time: float) -> Event:
    """The first of its pools is called «Очно»."""
    ends_at = timezone.now() - datetime.timedelta(**time)
    event = EventFactory(
        slug=slug, starts_at=ends_at - datetime.timedelta(hours=6), ends_at=ends_at, state=EventState.HELD
    )
    PoolFactory(event=event, name="Очно")
    return event


def registered(
    event: Event,
    *,
    people: int = 1,
    came: int = 0,
    state: str = RegistrationState.CONFIRMED,
    pool: TicketPool | None = None,
    organisation: Organisation | None = None,
    at: datetime.datetime | None = None,
    **fields: object,
) -> Registration:
    """With tickets for all its ``people``, of whom so many came."""
    number = Registration.objects.count()
    made = Registration.objects.create(
        event=event,
        pool=pool or event.pools.all()[0],
        organisation=organisation,
        places=people,
        state=state,
        **{"name": f"Гость {number}", "email": f"guest-{number}@example.org", **fields},
    )
    tickets = Ticket.objects.bulk_create(Ticket(registration=made, name=f"Гость {number}") for _one in range(people))
    at = at or event.starts_at or timezone.now()
    CheckIn.objects.bulk_create(CheckIn(ticket=ticket, day=day_of(event, at), at=at) for ticket in tickets[:came])
    return made

"""Events and who comes to them."""

import datetime

import factory
from django.utils import timezone

from common.documents import order_documents
from events.models import (
    AttendeeRole,
    Event,
    EventKind,
    EventOrganiser,
    EventSeries,
    EventState,
    ParticipantCertificate,
    Quota,
    RegistrationWay,
    Session,
    TicketPool,
)
from tests.factories.members import ModelFactory, OrganisationFactory


class EventFactory(ModelFactory[Event]):
    """Published, in a month, and open to everybody."""

    class Meta:
        model = Event

    kind = EventKind.FORUM
    name = factory.Sequence(lambda n: f"Форум «Технологическое образование» № {n}")
    slug = factory.Sequence(lambda n: f"event-{n}")
    starts_at = factory.LazyFunction(lambda: timezone.now() + datetime.timedelta(days=30))
    ends_at = factory.LazyAttribute(lambda event: event.starts_at + datetime.timedelta(hours=6))
    state = EventState.PUBLISHED
    registration = RegistrationWay.HERE


class EventSeriesFactory(ModelFactory[EventSeries]):
    class Meta:
        model = EventSeries

    name = factory.Sequence(lambda n: f"Форумы {n}")
    slug = factory.Sequence(lambda n: f"series-{n}")


class SessionFactory(ModelFactory[Session]):
    class Meta:
        model = Session

    event = factory.SubFactory(EventFactory)
    name = factory.Sequence(lambda n: f"Секция {n}")


class EventOrganiserFactory(ModelFactory[EventOrganiser]):
    class Meta:
        model = EventOrganiser

    event = factory.SubFactory(EventFactory)
    organisation = factory.SubFactory(OrganisationFactory)


class PoolFactory(ModelFactory[TicketPool]):
    class Meta:
        model = TicketPool

    event = factory.SubFactory(EventFactory)
    name = factory.Sequence(lambda n: f"Очно {n}")
    capacity = 50


class QuotaFactory(ModelFactory[Quota]):
    class Meta:
        model = Quota

    pool = factory.SubFactory(PoolFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    places = 5
    returns_at = factory.LazyFunction(lambda: timezone.now() + datetime.timedelta(days=7))


class ParticipantCertificateFactory(ModelFactory[ParticipantCertificate]):
    """Of a ``ticket``, with a paper that is being made."""

    class Meta:
        model = ParticipantCertificate

    number = factory.Sequence(lambda n: f"У-2020-{n + 1:04}")
    name = factory.SelfAttribute("ticket.name")
    role = AttendeeRole.PARTICIPANT
    document = factory.LazyFunction(lambda: order_documents("pdf/events/participant_certificate.typ", [{}])[0])

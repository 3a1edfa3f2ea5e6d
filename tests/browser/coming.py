"""People who come to an event, for the pages of registrations."""

import datetime

import time_machine
from django.utils import timezone

from events.afterwards import demo as afterwards
from events.afterwards.emails import feedback_token
from events.afterwards.feedback import came_to
from events.check_ins import check_in
from events.emails import registration_token
from events.models import (
    Event,
    EventFormat,
    EventKind,
    ParentConsent,
    Registration,
    RegistrationQuestion,
    RegistrationState,
)
from events.parent_consents import ask_parents, grant, refuse, tokens_of
from events.registrations import Asked, Guest, register_attendee, register_group
from members.consents import text_in_force
from members.models import ConsentPurpose, Organisation, User
from tests.factories.events import EventFactory, EventOrganiserFactory, PoolFactory

PUPILS = ("Иванова Анна", "Петров Пётр", "Константинопольская Александра", "Ли Ян")


def load() -> None:
    """A forum with a class of the lyceum, and a full pool of it with two who wait."""
    lyceum = Organisation.objects.get(slug="phystech-lyceum")
    starts_at = timezone.now() + datetime.timedelta(days=20)
    event = EventFactory(
        slug="coming-forum", name="Форум «Технологическое образование»", name_en="Forum “Technological education”",
        kind=EventKind.FORUM, summary="День о том, как учить инженеров со школы.", city="Долгопрудный",
        venue="Физтех-лицей, Летняя улица, 6", format=EventFormat.HYBRID, online_link="https://online.example.org/forum",
        starts_at=starts_at, asks_to_confirm=True, silence_frees=True,
    )  # fmt: skip
    EventOrganiserFactory(event=event, organisation=lyceum)
    hall = PoolFactory(event=event, name="Очно", capacity=40)
    PoolFactory(event=event, name="Онлайн", capacity=None, takes_groups=False)
    full = PoolFactory(event=event, name="Мастерская", capacity=1)
    kinds = RegistrationQuestion.Type
    RegistrationQuestion.objects.create(event=event, label="Обед", type=kinds.CHOICE, choices="Обычный\nПостный")
    RegistrationQuestion.objects.create(event=event, label="Нужен автобус от метро", type=kinds.CHECK)
    head, visitor = (User.objects.get(email=f"{name}@example.org") for name in ("head", "visitor"))
    asked = Asked(head.get_full_name(), head.email, head, lyceum)
    [group] = register_group(event, pool=hall, group="8А", guests=[Guest(name, "8А") for name in PUPILS], asked=asked)
    ask_parents(group)
    granted, refused, *_others = ParentConsent.objects.filter(ticket__registration=group)
    grant(granted, parent="Мария Иванова", text=text_in_force(ConsentPurpose.PUPIL))
    refuse(refused)
    register_attendee(event, pool=full, asked=Asked("Первый", "first@example.org", user=head))
    register_attendee(event, pool=full, asked=Asked(visitor.get_full_name(), visitor.email, user=visitor))
    register_attendee(event, pool=hall, asked=Asked("Анна Гостева", "guest@example.org"))
    Registration.objects.filter(user=head).update(asked_at=timezone.now())
    afterwards.load()


def open_doors() -> None:
    """Of what is on now: a class that has come in part."""
    lyceum, head = Organisation.objects.get(slug="phystech-lyceum"), User.objects.get(email="head@example.org")
    event = EventFactory(slug="door-forum", name="День открытых дверей физтех-лицея", starts_at=timezone.now())
    EventOrganiserFactory(event=event, organisation=lyceum)
    pool = PoolFactory(event=event, name="Очно", capacity=40)
    asked = Asked(head.get_full_name(), head.email, head, lyceum)
    with time_machine.travel(timezone.now() - datetime.timedelta(hours=1)):
        [group] = register_group(
            event, pool=pool, group="8А", guests=[Guest(name, "8А") for name in PUPILS], asked=asked
        )
    check_in(event, code=group.tickets.all()[0].code, by=head, gate="главный вход")


def places() -> dict[str, object]:
    event = Event.objects.get(slug="coming-forum")
    registrations = event.registrations.select_related("event")
    group = registrations.exclude(group="").get()
    single = registrations.filter(group="")
    last = group.tickets.last()
    came = came_to(Event.objects.get(slug="demo-laboratory-day")).filter(group="")[0]
    return {
        "feedback": feedback_token(came),
        "ticket": registration_token(single.get(state=RegistrationState.CONFIRMED, hold_until=None)),
        "waiting": registration_token(single.get(state=RegistrationState.WAITING)),
        "unproved": registration_token(single.exclude(hold_until=None).get()),
        "group": registration_token(group),
        "pupil": last.pk,
        "parent": tokens_of([last])[last.pk],
    }

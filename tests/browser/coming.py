"""People who come to an event, for the pages of registrations."""

import datetime

import time_machine
from django.utils import timezone

from common.documents import make_due
from events.afterwards import demo as afterwards
from events.afterwards.emails import feedback_token
from events.afterwards.feedback import came_to
from events.certificates.services import issue_certificates, revoke_certificate
from events.door.check_ins import check_in, check_in_group
from events.groups.consents import ask_parents, grant, refuse, tokens_of
from events.models import (
    Event,
    EventFormat,
    EventKind,
    EventState,
    ParentConsent,
    ParticipantCertificate,
    Registration,
    RegistrationQuestion,
    RegistrationState,
    Session,
)
from events.registering.emails import registration_token
from events.registering.registrations import (
    Asked,
    Guest,
    cancel_registration,
    prove_address,
    register_attendee,
    register_group,
)
from members.consents.services import text_in_force
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
    _offer_a_place(event)
    Registration.objects.filter(user=head).update(asked_at=timezone.now())
    afterwards.load()


def _offer_a_place(event: Event) -> None:
    tour = PoolFactory(event=event, name="Экскурсия в лабораторию", capacity=1)
    names = {"Нина Орлова": "nina@example.org", "Сергей Белов": "sergey@example.org"}
    first, _next = [
        prove_address(register_attendee(event, pool=tour, asked=Asked(name, email))) for name, email in names.items()
    ]
    cancel_registration(first, by=None)


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


def close_doors() -> None:
    """Of what is over: a class that has come in part, and a guest; each has a certificate, one of them revoked."""
    lyceum, head = Organisation.objects.get(slug="phystech-lyceum"), User.objects.get(email="head@example.org")
    starts_at = (timezone.now() - datetime.timedelta(days=6)).replace(hour=7, minute=0, second=0, microsecond=0)
    event = EventFactory(
        slug="over-forum", name="День инженерных классов", name_en="Day of engineering classes", starts_at=starts_at,
        city="Долгопрудный", summary="Лекции, мастерские и разговор с инженерами.",
    )  # fmt: skip
    EventOrganiserFactory(event=event, organisation=lyceum)
    Session.objects.create(
        event=event, name="Мастерские", starts_at=starts_at, ends_at=starts_at + datetime.timedelta(hours=4)
    )
    pool = PoolFactory(event=event, name="Очно", capacity=40)
    asked = Asked(head.get_full_name(), head.email, head, lyceum)
    with time_machine.travel(starts_at - datetime.timedelta(days=1)):
        [group] = register_group(
            event, pool=pool, group="8А", guests=[Guest(name, "8А") for name in PUPILS], asked=asked
        )
        guest = register_attendee(event, pool=pool, asked=Asked("Светлана Ким", "svetlana@example.org"))
        prove_address(guest)
    with time_machine.travel(starts_at):
        came = group.tickets.values_list("pk", flat=True)[:3]
        check_in_group(event, group=group, tickets=[*came], by=head)
        check_in(event, code=guest.tickets.get().code, by=head)
    Event.objects.filter(pk=event.pk).update(state=EventState.HELD, headcount=4)
    issue_certificates(event, by=head)
    revoke_certificate(ParticipantCertificate.objects.earliest("pk"), by=head, reason="Ошибка в фамилии")
    make_due()


def places() -> dict[str, object]:
    event = Event.objects.get(slug="coming-forum")
    registrations = event.registrations.select_related("event")
    group = registrations.exclude(group="").get()
    single = registrations.filter(group="")
    first, *_others, last = group.tickets.all()
    over = ParticipantCertificate.objects.select_related("ticket__registration").order_by("pk")
    revoked, *_valid, of_guest = over
    came = came_to(Event.objects.get(slug="demo-laboratory-day")).filter(group="")[0]
    return {
        "feedback": feedback_token(came),
        "ticket": registration_token(single.get(state=RegistrationState.CONFIRMED, hold_until=None)),
        "offered": registration_token(single.get(state=RegistrationState.OFFERED)),
        "waiting": registration_token(single.get(state=RegistrationState.WAITING)),
        "unproved": registration_token(single.exclude(hold_until=None).get()),
        "group": registration_token(group),
        "pupil": last.pk,
        "parent": tokens_of([last])[last.pk],
        "agreed": tokens_of([first])[first.pk],
        "over": registration_token(of_guest.ticket.registration),
        "participant": of_guest.code,
        "revoked": revoked.code,
        "revokedkey": revoked.pk,
        "validkey": of_guest.pk,
        "registration": group.pk,
    }

"""Certificates of participants: for those who came, and for nobody else."""

import datetime
import io
import zipfile
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from common.documents import make_due, typeset
from common.errors import RuleViolated
from common.models import Document, NumberSeries, OutgoingMail, PersonalDataView
from common.personal_data import Person
from events.afterwards.attendance import Attendance
from events.certificates.services import hours_of, issue_certificates, revoke_certificate
from events.door.check_ins import check_in, check_in_group
from events.models import (
    AttendeeRole,
    CheckIn,
    Event,
    EventState,
    ParticipantCertificate,
    PoolKind,
    Registration,
    Session,
    TicketPool,
)
from events.personal_data import _erase
from events.registering.emails import registration_token
from events.registering.registrations import Asked, Guest, register_attendee, register_group
from members.models import Role, User
from tests.events.people import asked
from tests.events.test_at_the_door import words_of
from tests.factories.events import EventOrganiserFactory, PoolFactory
from tests.factories.members import RepresentativeFactory, UserFactory
from tests.office import enter

pytestmark = pytest.mark.django_db
PAGE = "/events/forum/certificates/"
START = datetime.datetime(2026, 11, 20, 7, tzinfo=datetime.UTC)  # 10:00 in Moscow


@pytest.fixture
def pool() -> TicketPool:
    """Of two days that are over."""
    return PoolFactory(
        event__slug="forum",
        event__starts_at=START,
        event__ends_at=START + datetime.timedelta(days=1, hours=6),
        event__state=EventState.HELD,
    )


@pytest.fixture
def event(pool: TicketPool) -> Event:
    return pool.event


@pytest.fixture
def organiser(event: Event) -> User:
    return RepresentativeFactory(organisation=EventOrganiserFactory(event=event).organisation, role=Role.HEAD).user


@pytest.fixture
def group(pool: TicketPool) -> Registration:
    """Three pupils, of whom two came."""
    teacher = RepresentativeFactory(role=Role.TEACHER)
    people = [Guest("Белова Анна", "8А"), Guest("Семёнов Пётр", "8А"), Guest("Ёлкина Яна", "8А")]
    asks = Asked("Учитель", teacher.user.email, teacher.user, teacher.organisation)
    with on_the_day(pool.event):
        [made] = register_group(pool.event, pool=pool, group="8А", guests=people, asked=asks)
    with on_the_day(pool.event, hours=0):
        came = made.tickets.values_list("pk", flat=True)[:2]
        check_in_group(pool.event, group=made, tickets=[*came], by=teacher.user)
    OutgoingMail.objects.all().delete()
    return made


class on_the_day(time_machine.travel):  # noqa: N801 - reads as what it does
    """As the event was open: before its beginning, or after so many ``hours``."""

    def __init__(self, event: Event, *, hours: int = -1) -> None:
        Event.objects.update(state=EventState.PUBLISHED)
        event.refresh_from_db()
        super().__init__(START + datetime.timedelta(hours=hours, minutes=1))


def guest_of(pool: TicketPool, *, user: User | None = None) -> Registration:
    with on_the_day(pool.event):
        made = register_attendee(pool.event, pool=pool, asked=asked(user=user or UserFactory()))
    with on_the_day(pool.event, hours=0):
        check_in(pool.event, code=made.tickets.get().code, by=UserFactory())
    OutgoingMail.objects.all().delete()
    return made


def session(event: Event, start: float, end: float, **more: Any) -> Session:
    moments = {name: START + datetime.timedelta(hours=hour) for name, hour in (("starts_at", start), ("ends_at", end))}
    return Session.objects.create(event=event, name=f"Секция {start}", **moments, **more)


def test_who_came_gets_one_and_who_did_not_gets_none(event: Event, group: Registration, organiser: User) -> None:
    assert [issue_certificates(event, by=organiser) for _time in range(2)] == [2, 0]
    made = ParticipantCertificate.objects.all()
    assert [(one.number, one.name) for one in made] == [
        (f"У-{timezone.localdate().year}-0001", "Белова Анна"),
        (f"У-{timezone.localdate().year}-0002", "Семёнов Пётр"),
    ]
    letter = OutgoingMail.objects.get()
    assert (letter.recipient, "Белова" in letter.text) == (group.email, False)


def test_what_fails_takes_no_number(event: Event, group: Registration, organiser: User) -> None:
    Event.objects.update(state=EventState.CANCELLED)
    with pytest.raises(RuleViolated) as refused:
        issue_certificates(event, by=organiser)
    assert (refused.value.code, NumberSeries.objects.filter(name__startswith="participant").exists()) == (
        "not_over",
        False,
    )


def test_before_the_end_nobody_gets_one(event: Event, group: Registration, organiser: User) -> None:
    with on_the_day(event, hours=2), pytest.raises(RuleViolated):
        issue_certificates(event, by=organiser)


def test_hours_are_those_of_the_days_on_which_one_came(event: Event) -> None:
    session(event, 0, 1.5)
    session(event, 1, 2)  # beside the first
    session(event, 2, 3, is_break=True)
    session(event, 3, 4)
    session(event, 24, 26)
    first = START.date()
    both = {first, first + datetime.timedelta(days=1)}
    assert [hours_of(event, days=days) for days in ({first}, both, set())] == [3, 5, None]


def test_the_event_may_say_how_many_hours_a_day_counts_for(event: Event) -> None:
    session(event, 0, 1)
    event.hours_a_day = 8
    assert hours_of(event, days={START.date(), START.date() + datetime.timedelta(days=1)}) == 16


def test_the_role_is_that_of_the_place(pool: TicketPool, event: Event, organiser: User) -> None:
    for kind in (PoolKind.SPEAKER, PoolKind.PRESS):
        guest_of(PoolFactory(event=event, kind=kind))
    issue_certificates(event, by=organiser)
    assert ParticipantCertificate.objects.get().role == AttendeeRole.SPEAKER
    assert Document.objects.get().data["part"] == {  # of a man and of a woman alike
        "ru": "Настоящий сертификат подтверждает выступление с докладом на мероприятии".replace(" ", "\xa0"),
        "en": "This certificate confirms a talk given at".replace(" ", "\xa0"),
    }


# --- The paper --------------------------------------------------------------------------------------------------


def test_the_paper_is_typeset_with_long_words_too(event: Event, group: Registration, organiser: User) -> None:
    session(event, 0, 6)
    Event.objects.update(name="Форум «Технологическое образование» " * 5, name_en="Forum")
    group.tickets.update(name="Константинопольская-Задунайская Александра Константиновна")
    issue_certificates(event, by=organiser)
    document = Document.objects.order_by("pk")[0]
    assert document.data["hours"] == {"ru": "6\xa0часов", "en": "6\xa0hours"}
    assert typeset(document.template, document.data, at=document.created_at).startswith(b"%PDF-")


def test_everybody_downloads_their_own(
    client: Client, pool: TicketPool, event: Event, group: Registration, organiser: User
) -> None:
    single = guest_of(pool)
    issue_certificates(event, by=organiser)
    make_due()
    own = client.get(f"/events/registrations/{registration_token(single)}/certificates/")
    assert b"".join(own.streaming_content).startswith(b"%PDF-")  # type: ignore[attr-defined]
    client.force_login(group.user or organiser)
    assert "2 сертификата одним архивом" in words_of(
        client.get(f"/events/registrations/{registration_token(group)}/group/")
    )
    of_group = names_in(client.get(f"/events/registrations/{registration_token(group)}/certificates/"))
    of_school = names_in(client.get("/events/forum/certificates/archive/"))
    assert [name.partition(" ")[2] for name in of_group] == ["Белова Анна.pdf", "Семёнов Пётр.pdf"]
    assert of_school == of_group
    client.force_login(organiser)
    assert len(names_in(client.get("/events/forum/certificates/archive/"))) == 3
    assert not PersonalDataView.objects.exists()
    User.objects.filter(pk=organiser.pk).update(is_staff=True)
    staff = enter(User.objects.get(pk=organiser.pk))
    for address in (PAGE, f"{PAGE}archive/"):
        assert staff.get(address).status_code == 200
    assert PersonalDataView.objects.filter(staff=organiser, record="events.ticket").count() == 2
    client.force_login(RepresentativeFactory(role=Role.HEAD).user)
    assert client.get("/events/forum/certificates/archive/").status_code == 404


def test_of_who_came_from_a_school_by_themselves_its_teachers_get_no_paper(
    client: Client, pool: TicketPool, event: Event, group: Registration, organiser: User
) -> None:
    colleague = guest_of(pool)
    Registration.objects.filter(pk=colleague.pk).update(organisation=group.organisation)
    issue_certificates(event, by=organiser)
    make_due()
    client.force_login(group.user or organiser)
    of_school = names_in(client.get("/events/forum/certificates/archive/"))
    assert [name.partition(" ")[2] for name in of_school] == ["Белова Анна.pdf", "Семёнов Пётр.pdf"]


def test_to_an_address_that_nobody_has_proved_no_letter_goes(pool: TicketPool, event: Event, organiser: User) -> None:
    guest = guest_of(pool)
    Registration.objects.filter(pk=guest.pk).update(hold_until=timezone.now())
    assert (issue_certificates(event, by=organiser), OutgoingMail.objects.count()) == (1, 0)


def names_in(response: Any) -> list[str]:
    return zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))).namelist()


# --- The page, and whoever verifies -----------------------------------------------------------------------------


def test_the_organiser_issues_by_one_press_and_revokes(
    client: Client, event: Event, group: Registration, organiser: User
) -> None:
    client.force_login(organiser)
    assert "2 человека пришли и ещё без сертификатов" in words_of(client.get(PAGE))
    assert "Выдано 2 сертификата." in words_of(client.post(PAGE, follow=True))
    certificate = ParticipantCertificate.objects.all()[0]
    assert "отозван" in words_of(client.post(PAGE, {"revoke": certificate.number}, follow=True))
    certificate.refresh_from_db()
    assert (certificate.is_valid, certificate.revoked_by) == (False, organiser)
    make_due()
    assert len(names_in(client.get("/events/forum/certificates/archive/"))) == 1
    assert issue_certificates(event, by=organiser) == 0


def test_one_of_another_event_is_not_revoked_here(
    client: Client, event: Event, group: Registration, organiser: User
) -> None:
    issue_certificates(event, by=organiser)
    other = EventOrganiserFactory(event__slug="other")
    client.force_login(RepresentativeFactory(organisation=other.organisation, role=Role.HEAD).user)
    number = ParticipantCertificate.objects.all()[0].number
    for typed in (number, "\x00", "У" * 5000):
        assert client.post("/events/other/certificates/", {"revoke": typed}).status_code == 404
    assert ParticipantCertificate.objects.standing().count() == 2


def test_a_stranger_verifies_it_and_reads_no_name_of_a_pupil(
    pool: TicketPool, event: Event, group: Registration, organiser: User
) -> None:
    guest_of(pool)
    issue_certificates(event, by=organiser)
    pupil, _other, grown = ParticipantCertificate.objects.all()
    shown = words_of(Client().get(pupil.get_absolute_url()))
    assert ("Сертификат действителен" in shown, "Б. А." in shown) == (True, True)
    assert "Белова" not in shown
    assert "Гость 1" in words_of(Client().get(grown.get_absolute_url()))
    revoke_certificate(pupil, by=organiser)
    assert "Отозван: " in words_of(Client().get(pupil.get_absolute_url()))


def test_who_is_erased_leaves_a_number_and_no_paper(pool: TicketPool, event: Event, organiser: User) -> None:
    guest = UserFactory()
    guest_of(pool, user=guest)
    issue_certificates(event, by=organiser)
    make_due()
    [file] = Document.objects.values_list("file", flat=True)
    _erase(Person(guest, frozenset({guest.email}), guest.date_joined))
    left = ParticipantCertificate.objects.get()
    assert (left.name, left.document, left.is_valid, Document.objects.count()) == ("", None, False, 0)
    assert file
    assert CheckIn.objects.count() == 1
    total = Attendance(event).total
    assert (total.confirmed, total.came) == (1, 1)

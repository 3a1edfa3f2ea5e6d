"""Certificates of participants: for those who came, and for nobody else."""

import datetime
import io
import zipfile
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from common.documents import make_due, typeset
from common.errors import RuleViolated
from common.models import Document, NumberSeries, OutgoingMail, PersonalDataView
from common.personal_data import Person
from events.afterwards.attendance import Attendance
from events.certificates.services import hours_of, issue_anew, issue_certificates, revoke_certificate
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
from tests.factories.events import EventOrganiserFactory, ParticipantCertificateFactory, PoolFactory
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
    for kind in PoolKind:
        guest_of(PoolFactory(event=event, kind=kind))
    issue_certificates(event, by=organiser)
    roles = ParticipantCertificate.objects.values_list("role", flat=True)
    parts = [document.data["part"] for document in Document.objects.order_by("pk")]
    said = [
        (role, *(part[language].replace("\xa0", " ") for language in ("ru", "en")))
        for role, part in zip(roles, parts, strict=True)
    ]
    took_part = (
        AttendeeRole.PARTICIPANT,
        "Настоящий сертификат подтверждает участие в мероприятии",
        "This certificate confirms participation in",
    )
    assert said == [  # of a man and of a woman alike; the press has none
        took_part,
        took_part,
        (
            AttendeeRole.SPEAKER,
            "Настоящий сертификат подтверждает выступление с докладом на мероприятии",
            "This certificate confirms a talk given at",
        ),
        (
            AttendeeRole.ORGANISER,
            "Настоящий сертификат подтверждает участие в организации мероприятия",
            "This certificate confirms a part in the organisation of",
        ),
        (
            AttendeeRole.JURY,
            "Настоящий сертификат подтверждает работу в жюри мероприятия",
            "This certificate confirms work on the jury of",
        ),
        (
            AttendeeRole.HELPER,
            "Настоящий сертификат подтверждает помощь в проведении мероприятия",
            "This certificate confirms help in holding",
        ),
    ]


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
    assert client.get(f"/events/forum/certificates/archive/?of={slug_of(group)}").status_code == 404
    assert not PersonalDataView.objects.exists()
    User.objects.filter(pk=organiser.pk).update(is_staff=True)
    staff = enter(User.objects.get(pk=organiser.pk))
    for address in (PAGE, f"{PAGE}archive/"):
        assert staff.get(address).status_code == 200
    assert PersonalDataView.objects.filter(staff=organiser, record="events.ticket").count() == 2
    client.force_login(RepresentativeFactory(role=Role.HEAD).user)
    assert client.get("/events/forum/certificates/archive/").status_code == 404


def slug_of(group: Registration) -> str:
    assert group.organisation
    return group.organisation.slug


def test_its_head_takes_those_of_all_groups_of_the_school_in_one_archive(
    client: Client, pool: TicketPool, event: Event, group: Registration, organiser: User
) -> None:
    school = group.organisation
    assert school
    head = RepresentativeFactory(organisation=school, role=Role.HEAD).user
    colleague = guest_of(pool)
    Registration.objects.filter(pk=colleague.pk).update(organisation=school)
    with on_the_day(event):
        asks = Asked("Учитель", head.email, head, school)
        [other] = register_group(event, pool=pool, group="9Б", guests=[Guest("Юрьев Юрий", "9Б")], asked=asks)
    with on_the_day(event, hours=0):
        check_in_group(event, group=other, tickets=[other.tickets.get().pk], by=head)
    Event.objects.update(state=EventState.HELD)
    EventOrganiserFactory(event=event, organisation=school)  # who tends the event besides has the rest elsewhere
    issue_certificates(event, by=organiser)
    make_due()
    client.force_login(head)
    address = f"/events/forum/certificates/archive/?of={school.slug}"
    page = client.get(f"/dashboard/{school.slug}/registrations/").content.decode()
    assert (address in page, "3 сертификата наших групп" in page.replace("\xa0", " ")) == (True, True)
    names = [name.partition(" ")[2] for name in names_in(client.get(address))]
    assert names == ["Белова Анна.pdf", "Семёнов Пётр.pdf", "Юрьев Юрий.pdf"]
    assert len(names_in(client.get("/events/forum/certificates/archive/"))) == 4
    teacher = group.user
    assert teacher
    client.force_login(teacher)
    shown = client.get(f"/events/registrations/{registration_token(group)}/group/").content.decode()
    assert (address in shown, names_in(client.get(address)) != []) == (True, True)
    for role in (Role.VIEWER, Role.HEAD):
        stranger = (
            RepresentativeFactory(role=role)
            if role == Role.HEAD
            else RepresentativeFactory(organisation=school, role=role)
        )
        client.force_login(stranger.user)
        assert client.get(address).status_code == 404
        assert address not in client.get(f"/dashboard/{stranger.organisation.slug}/registrations/").content.decode()


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
    assert issue_certificates(event, by=organiser) == 1
    revoke_certificate(ParticipantCertificate.objects.get(), by=organiser, reason="Ошибка в фамилии")
    assert OutgoingMail.objects.count() == 0


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
    own = f"{PAGE}{certificate.pk}/"
    assert own in client.get(PAGE).content.decode()
    assert "Обязательное поле." in words_of(client.post(own, {"revoke": "1", "reason": " "}))
    certificate.refresh_from_db()
    assert certificate.is_valid
    assert "отозван" in words_of(client.post(own, {"revoke": "1", "reason": "Ошибка в фамилии"}, follow=True))
    certificate.refresh_from_db()
    assert (certificate.is_valid, certificate.revoked_by) == (False, organiser)
    assert certificate.reason == "Ошибка в фамилии"
    make_due()
    assert len(names_in(client.get("/events/forum/certificates/archive/"))) == 1
    assert issue_certificates(event, by=organiser) == 0


def test_what_is_wrong_on_it_is_put_right_on_another(
    client: Client, pool: TicketPool, event: Event, organiser: User
) -> None:
    guest = guest_of(pool)
    issue_certificates(event, by=organiser)
    OutgoingMail.objects.all().delete()
    wrong = ParticipantCertificate.objects.get()
    client.force_login(organiser)
    own = f"{PAGE}{wrong.pk}/"
    page = words_of(client.post(own, {"revoke": "1", "reason": "Ошибка в фамилии"}, follow=True))
    assert "Выдать заново" in page
    told = words_of(Client().get(f"/events/registrations/{registration_token(guest)}/"))
    assert f"Сертификат № {wrong.number} отозван" in told
    assert "Гость 1. Причина: Ошибка в фамилии" in told
    client.post(own, {"anew": "1", "name": "  ", "role": "jury"})
    assert ParticipantCertificate.objects.count() == 1
    for _time in range(2):
        assert "выдан." in words_of(
            client.post(own, {"anew": "1", "name": "Иванова Анна", "role": "jury"}, follow=True)
        )
    right = ParticipantCertificate.objects.get(revoked_at=None)
    assert (right.name, right.role, right.ticket, right.issued_by) == ("Иванова Анна", "jury", wrong.ticket, organiser)
    assert (right.number[-4:], right.code == wrong.code, Document.objects.count()) == ("0002", False, 2)
    letters = OutgoingMail.objects.order_by("pk")
    assert [letter.recipient for letter in letters] == [guest.email] * 2
    revoked, anew = (letter.text for letter in letters)
    assert f"Сертификат № {wrong.number} отозван" in revoked.replace("\xa0", " ")
    assert (right.number in anew, "Ошибка" in revoked, "Иванова" in anew) == (True, False, False)
    told = words_of(Client().get(f"/events/registrations/{registration_token(guest)}/"))
    assert ("отозван" in told, "Ошибка" in told) == (False, False)
    page = words_of(client.post(own, {"anew": "1", "name": "Третья Анна", "role": "jury"}))
    assert f"Сертификат № {right.number} этого человека действует" in page
    assert "Третья Анна" in client.post(own, {"anew": "1", "name": "Третья Анна", "role": "jury"}).content.decode()
    assert ParticipantCertificate.objects.count() == 2


def test_of_a_group_the_letter_names_nobody_and_the_reason_stands_on_its_page(
    client: Client, event: Event, group: Registration, organiser: User
) -> None:
    issue_certificates(event, by=organiser)
    OutgoingMail.objects.all().delete()
    wrong = ParticipantCertificate.objects.all()[0]
    for _time in range(2):
        revoke_certificate(wrong, by=organiser, reason="Белова, а не Белов")
    letter = OutgoingMail.objects.get()
    assert (letter.recipient, "Белов" in letter.text + letter.subject) == (group.email, False)
    client.force_login(group.user or organiser)
    page = words_of(client.get(f"/events/registrations/{registration_token(group)}/group/"))
    assert "Белова Анна. Причина: Белова, а не Белов" in page


def test_of_whom_nobody_knows_any_more_none_is_issued(pool: TicketPool, event: Event, organiser: User) -> None:
    guest = UserFactory()
    guest_of(pool, user=guest)
    issue_certificates(event, by=organiser)
    wrong = ParticipantCertificate.objects.get()
    with pytest.raises(RuleViolated) as refused:
        issue_anew(wrong, name="Иванова Анна", role="participant", by=organiser)
    assert refused.value.code == "other_stands"
    _erase(Person(guest, frozenset({guest.email}), guest.date_joined))
    with pytest.raises(RuleViolated) as refused:
        issue_anew(wrong, name="Иванова Анна", role="participant", by=organiser)
    assert (refused.value.code, ParticipantCertificate.objects.count()) == ("unknown", 1)


def test_a_person_has_one_that_is_valid(pool: TicketPool, event: Event, organiser: User) -> None:
    guest_of(pool)
    issue_certificates(event, by=organiser)
    wrong = ParticipantCertificate.objects.get()
    with pytest.raises(IntegrityError, match="participant_certificate_one_standing"), transaction.atomic():
        ParticipantCertificateFactory(ticket=wrong.ticket, number="У-2026-9000")
    revoke_certificate(wrong, by=organiser, reason="Ошибка в фамилии")
    ParticipantCertificateFactory(ticket=wrong.ticket, number="У-2026-9000")


def test_one_of_another_event_is_not_revoked_here(
    client: Client, event: Event, group: Registration, organiser: User
) -> None:
    issue_certificates(event, by=organiser)
    other = EventOrganiserFactory(event__slug="other")
    client.force_login(RepresentativeFactory(organisation=other.organisation, role=Role.HEAD).user)
    own = ParticipantCertificate.objects.all()[0].pk
    for asked_for in ({"revoke": "1", "reason": "Ошибка"}, {"anew": "1", "name": "Другая", "role": "jury"}):
        assert client.post(f"/events/other/certificates/{own}/", asked_for).status_code == 404
        assert client.post(f"{PAGE}{own}/", asked_for).status_code == 404
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
    revoke_certificate(pupil, by=organiser, reason="Ошибка в фамилии")
    shown = words_of(Client().get(pupil.get_absolute_url()))
    assert ("Отозван: " in shown, "взамен" in shown, "Ошибка" in shown) == (True, False, False)
    made = issue_anew(pupil, name="Белова Анна Ивановна", role="participant", by=organiser)
    shown = words_of(Client().get(pupil.get_absolute_url()))
    assert ("взамен выдан другой" in shown, made.number in shown, "Белова" in shown) == (True, False, False)
    assert "Б. А. И." in words_of(Client().get(made.get_absolute_url()))


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

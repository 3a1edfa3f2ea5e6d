"""The office tends events."""

import datetime
from collections.abc import Callable
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.core.files.base import ContentFile
from django.db import connection, connections
from django.db.models import Model
from django.db.models.signals import pre_save
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from common.models import Document, DocumentState, OutgoingMail, PersonalDataView
from events.models import (
    CheckIn,
    Event,
    EventMessage,
    EventState,
    ParticipantCertificate,
    Quota,
    Registration,
    RegistrationState,
    Session,
    TicketPool,
)
from events.organising.parts import remove_part
from events.registering.registrations import register_attendee
from events.telling.messages import send_waiting
from members.models import Organisation, User
from tests.events.people import asked, states
from tests.factories.events import (
    EventFactory,
    EventOrganiserFactory,
    EventSeriesFactory,
    ParticipantCertificateFactory,
    PoolFactory,
    QuotaFactory,
    SessionFactory,
)
from tests.factories.members import OrganisationFactory, UserFactory
from tests.members.test_admin import errors_of, fields_of, messages_of, page
from tests.office import enter, staff_with

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
KALININGRAD = ZoneInfo("Europe/Kaliningrad")


def change(event: Event) -> str:
    return page("events_event_change", event.pk)


def typed(client: Client, event: Event, **changes: object) -> Any:
    return client.post(change(event), fields_of(client, change(event)) | changes)


@pytest.mark.parametrize(
    "name",
    [
        "events_event",
        "events_eventseries",
        "events_ticketpool",
        "events_session",
        "events_registration",
        "events_participantcertificate",
    ],
)
def test_a_list_asks_as_much_for_three_rows_as_for_one_and_is_searched(office: Client, name: str) -> None:
    def make() -> None:
        pool = PoolFactory()
        EventOrganiserFactory(event=pool.event)
        SessionFactory(event=pool.event)
        EventSeriesFactory()
        certificate_of(register_attendee(pool.event, pool=pool, asked=asked(user=UserFactory())))

    def number_of_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert office.get(page(f"{name}_changelist")).status_code == 200
        return len(queries)

    make()
    office.get(page(f"{name}_changelist"))
    one = number_of_queries()
    make()
    make()
    assert number_of_queries() == one
    assert office.get(page(f"{name}_changelist"), {"q": "форум"}).status_code == 200


def test_an_event_is_entered_with_its_address_made_of_its_name(office: Client) -> None:
    url = page("events_event_add")
    given = {"name": "Форум «Урок будущего»", "kind": "forum", "slug": ""}
    assert errors_of(office.post(url, fields_of(office, url) | given | {"name": "№"})) == [
        "slug: The name has no letters to make an address of. Please write one."
    ]
    assert office.post(url, fields_of(office, url) | given).status_code == 302
    event = Event.objects.get()
    assert (event.slug, event.state) == ("forum-urok-budushchego", EventState.DRAFT)


def test_times_are_typed_by_the_clock_of_the_place(office: Client) -> None:
    starts_at = datetime.datetime(2027, 3, 1, 10, tzinfo=KALININGRAD)
    event = EventFactory(starts_at=starts_at, time_zone="Europe/Kaliningrad")
    fields = fields_of(office, change(event))
    assert fields["starts_at"] == starts_at.replace(tzinfo=None)
    posted = {
        "starts_at_0": "2027-03-01",
        "starts_at_1": "10:00:00",
        "ends_at_0": "2027-03-01",
        "ends_at_1": "16:00:00",
    }
    assert typed(office, event, **posted).status_code == 302
    event.refresh_from_db()
    assert event.starts_at == starts_at
    assert typed(office, event, **posted, time_zone="Asia/Kamchatka").status_code == 302
    event.refresh_from_db()
    assert event.starts_at == starts_at.replace(tzinfo=ZoneInfo("Asia/Kamchatka"))


def test_the_state_moves_by_its_own_page_alone_which_asks_why(office: Client) -> None:
    event = EventFactory(state=EventState.MODERATION, summary="Для всех")
    PoolFactory(event=event)
    typed(office, event, state="cancelled", **times_of(event))
    event.refresh_from_db()
    assert event.state == EventState.MODERATION
    offered = office.get(change(event)).content.decode()
    assert [f"{move}_this" in offered for move in ("publish", "return", "cancel")] == [True, True, False]
    url = page("events_event_return_this", event.pk)
    assert office.post(url, {"reason": ""}).status_code == 200
    assert messages_of(office, url, {"reason": "Нет программы"}) == ["The state now: Draft"]
    assert event.moves.values_list("reason", flat=True).get() == "Нет программы"
    refused = office.post(page("events_event_cancel_this", event.pk), {"reason": "Так вышло"})
    assert (refused.status_code, "Так вышло" in refused.content.decode()) == (409, True)


def test_an_event_that_lacks_what_its_page_needs_is_not_published(office: Client) -> None:
    event = EventFactory(state=EventState.DRAFT)
    response = office.post(page("events_event_publish_this", event.pk))
    assert response.status_code == 409
    assert "a sentence on what it is, a pool of places" in response.content.decode()


def times_of(event: Event) -> dict[str, object]:
    """As the form shows them: it has two fields for each moment."""
    found: dict[str, object] = {}
    for name in ("starts_at", "ends_at"):
        moment = getattr(event, name).astimezone(event.zone)
        found |= {f"{name}_0": f"{moment:%Y-%m-%d}", f"{name}_1": f"{moment:%H:%M:%S}"}
    return found


def test_a_capacity_below_what_is_taken_is_refused_in_words(office: Client) -> None:
    pool = PoolFactory(capacity=2)
    for number in range(3):
        register_attendee(pool.event, pool=pool, asked=asked(number, user=UserFactory()))
    for url, name in (
        (change(pool.event), "pools-0-capacity"),
        (page("events_ticketpool_change", pool.pk), "capacity"),
    ):
        fields = fields_of(office, url) | (times_of(pool.event) if "pools" in name else {})
        [error] = errors_of(office.post(url, fields | {name: "1"}))
        assert error.startswith("capacity: 2 places are taken.")
    fields = fields_of(office, change(pool.event)) | times_of(pool.event)
    assert office.post(change(pool.event), fields | {"pools-0-capacity": "3"}).status_code == 302
    assert states(pool.event) == [RegistrationState.CONFIRMED, RegistrationState.CONFIRMED, RegistrationState.OFFERED]


def quota_typed(organisation: Organisation, places: int, *, number: int = 0) -> dict[str, object]:
    """A row of the page of a pool."""
    row = {"organisation": organisation.pk, "places": places, "returns_at_0": "2027-03-01", "returns_at_1": "10:00"}
    return {"quotas-TOTAL_FORMS": number + 1} | {f"quotas-{number}-{name}": value for name, value in row.items()}


@pytest.fixture
def early() -> Any:
    with time_machine.travel("2027-02-01 09:00:00+00:00"):
        yield


@pytest.mark.usefixtures("early")
def test_quotas_that_do_not_fit_in_are_refused_in_words(office: Client) -> None:
    pool, school, lyceum = PoolFactory(capacity=5), OrganisationFactory(), OrganisationFactory()
    register_attendee(pool.event, pool=pool, asked=asked(user=UserFactory()))
    url = page("events_ticketpool_change", pool.pk)

    def sent(**changes: object) -> list[str]:
        response = office.post(url, fields_of(office, url) | changes)
        return [] if response.status_code == 302 else errors_of(response)

    assert sent(**quota_typed(school, 3)) == []
    assert sent(**TYPED, **quota_typed(lyceum, 2, number=1))[0].startswith("1 places too few")
    assert [*pool.quotas.values_list("places", flat=True)] == [3]
    assert sent(**TYPED, capacity="3")[0].startswith("1 places too few")
    assert sent(**TYPED, **quota_typed(lyceum, 2, number=1), capacity="6") == []
    pool.refresh_from_db()
    assert (pool.capacity, [*pool.quotas.values_list("places", flat=True)]) == (6, [3, 2])


TYPED = {"quotas-0-returns_at_0": "2027-03-01", "quotas-0-returns_at_1": "10:00"}  # as the form shows the first


def test_on_the_page_of_the_event_places_are_not_fewer_than_promised(office: Client) -> None:
    quota = QuotaFactory(places=4, pool__capacity=5)
    event = quota.pool.event
    [error] = errors_of(typed(office, event, **times_of(event), **{"pools-0-capacity": "3"}))
    assert error.startswith("capacity: 1 places too few")
    assert typed(office, event, **times_of(event), **{"pools-0-capacity": "4"}).status_code == 302


def beside(sender: type[Model], call: Callable[[], object]) -> Thread:
    """Begins as a row of ``sender`` is about to be saved, by a connection of its own."""

    def run() -> None:
        try:
            call()
        finally:
            connections.close_all()

    def begin(**kwargs: object) -> None:
        pre_save.disconnect(begin, sender=sender)
        thread.start()
        thread.join(timeout=0.5)

    thread = Thread(target=run)
    pre_save.connect(begin, sender=sender, weak=False)
    return thread


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("early")
def test_nobody_takes_a_place_while_the_office_gives_it_to_a_school(office: Client) -> None:
    pool, person = PoolFactory(capacity=2), UserFactory()
    url = page("events_ticketpool_change", pool.pk)
    given = fields_of(office, url) | quota_typed(OrganisationFactory(), 2)
    thread = beside(Quota, lambda: register_attendee(pool.event, pool=pool, asked=asked(user=person)))
    assert office.post(url, given).status_code == 302
    thread.join()
    assert states(pool.event) == [RegistrationState.WAITING]


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
def test_nobody_removes_a_session_while_the_office_saves_it(office: Client) -> None:
    session = SessionFactory()
    url = page("events_session_change", session.pk)
    given = fields_of(office, url) | {"name": "Другая"}
    thread = beside(Session, lambda: remove_part(session, event=session.event))
    assert office.post(url, given).status_code == 302
    thread.join()
    assert not Session.objects.exists()


def test_places_in_which_somebody_has_registered_stay(office: Client) -> None:
    pool, spare = PoolFactory(), PoolFactory()
    delete = page("events_ticketpool_delete", pool.pk)
    thread: list[object] = []

    def register(**kwargs: object) -> None:
        """Between the look at what hangs on it and the deletion."""
        thread.append(register_attendee(pool.event, pool=pool, asked=asked(user=UserFactory())))

    pre_save.connect(register, sender=LogEntry)
    try:
        refused = office.post(delete, {"post": "yes"})
    finally:
        pre_save.disconnect(register, sender=LogEntry)
    assert refused.status_code == 409
    assert office.post(page("events_ticketpool_delete", spare.pk), {"post": "yes"}).status_code == 302
    assert [*TicketPool.objects.all()] == [pool]


WRONG_YEAR = "Is this the right year?"


@pytest.mark.parametrize(("day", "hour"), [("0001-01-01", "00:00:00"), ("9999-12-31", "23:59:00")])
def test_a_time_that_cannot_be_meant_is_told_of_by_its_field(office: Client, day: str, hour: str) -> None:
    quota = QuotaFactory(pool__event__time_zone="Asia/Kamchatka")
    event, session = quota.pool.event, SessionFactory(event=quota.pool.event)
    fields = {"starts_at_0": day, "starts_at_1": hour, "ends_at_0": day, "ends_at_1": hour}
    errors = errors_of(typed(office, event, **fields))
    assert [error.partition(": ")[0] for error in errors] == ["starts_at", "ends_at"]
    assert all(WRONG_YEAR in error for error in errors)
    for url, wrong in (
        (page("events_session_change", session.pk), fields),
        (
            page("events_ticketpool_change", quota.pool.pk),
            {"quotas-0-returns_at_0": day, "quotas-0-returns_at_1": hour},
        ),
    ):
        assert all(WRONG_YEAR in error for error in errors_of(office.post(url, fields_of(office, url) | wrong)))
    moved = {**times_of(event), "ends_at_0": f"{timezone.now().year + 3}-01-01"}
    assert errors_of(typed(office, event, **moved)) == ["ends_at: This is longer than a year. Is it the right year?"]


def test_a_quota_that_is_deleted_is_offered(office: Client) -> None:
    pool = PoolFactory(capacity=1)
    quota = pool.quotas.create(
        organisation=EventOrganiserFactory().organisation, places=1, returns_at=timezone.now() + datetime.timedelta(3)
    )
    register_attendee(pool.event, pool=pool, asked=asked(user=UserFactory()))
    assert states(pool.event) == [RegistrationState.WAITING]
    url = page("events_ticketpool_change", pool.pk)
    fields = fields_of(office, url) | {"quotas-0-returns_at_0": "2027-01-01", "quotas-0-returns_at_1": "10:00"}
    assert office.post(url, fields | {"quotas-0-DELETE": "on", "quotas-0-id": quota.pk}).status_code == 302
    assert states(pool.event) == [RegistrationState.OFFERED]


def test_a_session_is_typed_by_the_clock_of_its_event(office: Client) -> None:
    event = EventFactory(time_zone="Europe/Kaliningrad")
    posted = {
        "sessions-TOTAL_FORMS": "1", "sessions-0-name": "Открытие", "sessions-0-position": "0",
        "sessions-0-starts_at_0": "2027-03-01", "sessions-0-starts_at_1": "10:00",
        "sessions-0-ends_at_0": "2027-03-01", "sessions-0-ends_at_1": "11:00",
    }  # fmt: skip
    assert typed(office, event, **times_of(event), **posted).status_code == 302
    assert event.sessions.get().starts_at == datetime.datetime(2027, 3, 1, 10, tzinfo=KALININGRAD)


# --- Registrations ---------------------------------------------------------------------------------------------


def pending(number: int = 1) -> Registration:
    pool = PoolFactory(needs_approval=True)
    return register_attendee(pool.event, pool=pool, asked=asked(number, user=UserFactory()))


def test_the_office_approves_declines_and_cancels_and_says_why(office: Client) -> None:
    [first, second] = [pending(), pending()]
    assert office.post(page("events_registration_approve_this", first.pk)).status_code == 302
    url = page("events_registration_decline_this", second.pk)
    assert office.post(url, {"reason": ""}).status_code == 200
    office.post(url, {"reason": "Не по теме"})
    office.post(page("events_registration_cancel_this", first.pk), {"reason": "По звонку"})
    assert [one.state for one in Registration.objects.order_by("pk")] == ["cancelled", "declined"]
    assert [one.moves.last().reason for one in Registration.objects.order_by("pk")] == ["По звонку", "Не по теме"]  # type: ignore[union-attr]


def test_many_are_approved_after_a_page_that_leaves_out_who_does_not_wait(office: Client) -> None:
    waiting, placed = (
        pending(),
        register_attendee((pool := PoolFactory()).event, pool=pool, asked=asked(2, user=UserFactory())),
    )
    data = {"action": "approve", "_selected_action": [waiting.pk, placed.pk]}
    url = page("events_registration_changelist")
    assert "It does not wait for approval." in office.post(url, data).content.decode()
    office.post(url, data | {"sure": "1", "_selected_action": [waiting.pk]})
    waiting.refresh_from_db()
    assert waiting.state == RegistrationState.CONFIRMED


def test_who_looks_at_a_registration_is_noted_and_nothing_of_it_is_written_by_hand(office: Client) -> None:
    registration = pending()
    office.get(page("events_registration_change", registration.pk))
    assert PersonalDataView.objects.get().person == registration.user
    assert office.post(page("events_registration_change", registration.pk), {"state": "confirmed"}).status_code == 403


def test_whoever_may_only_look_decides_nothing() -> None:
    registration = pending()
    client = enter(staff_with("events.view_registration"))
    assert client.get(page("events_registration_change", registration.pk)).status_code == 200
    assert client.post(page("events_registration_approve_this", registration.pk)).status_code == 403


def test_what_waits_for_the_office_stands_on_its_first_page(office: Client) -> None:
    waiting = EventFactory(state=EventState.MODERATION)
    late = pending()
    pending()
    Registration.objects.filter(pk=late.pk).update(decide_by=timezone.now())
    queues = office.get(reverse("admin:index")).context["queues"]
    assert [[row for row, _url in queue.rows] for queue in queues] == [[waiting], [late]]
    assert [office.get(queue.url).context["cl"].result_count for queue in queues] == [1, 1]


# --- Certificates ----------------------------------------------------------------------------------------------


def certificate_of(registration: Registration) -> ParticipantCertificate:
    return ParticipantCertificateFactory(ticket=registration.tickets.get())


def came(number: int = 1) -> Registration:
    pool = PoolFactory()
    return register_attendee(pool.event, pool=pool, asked=asked(number, user=UserFactory()))


def test_a_certificate_is_found_and_revoked_with_a_reason(office: Client) -> None:
    certificate, other = certificate_of(came(1)), certificate_of(came(2))
    ParticipantCertificate.objects.filter(pk=other.pk).update(name="Белова Анна")
    found = [
        [*office.get(page("events_participantcertificate_changelist"), asks).context["cl"].result_list]
        for asks in (
            {"q": certificate.number},
            {"q": "белова"},
            {"ticket__registration__event__id__exact": certificate.ticket.registration.event_id},
            {"standing": "revoked"},
        )
    ]
    assert found == [[certificate], [other], [certificate], []]
    url = page("events_participantcertificate_revoke_this", certificate.pk)
    assert office.post(url, {"reason": ""}).status_code == 200
    assert messages_of(office, url, {"reason": "Выдан по ошибке"}) == [
        f"Certificate № {certificate.number} is revoked."
    ]
    certificate.refresh_from_db()
    assert (certificate.is_valid, certificate.reason) == (False, "Выдан по ошибке")
    assert certificate.revoked_by == User.objects.get(is_superuser=True)
    shown = office.get(page("events_participantcertificate_change", certificate.pk)).content.decode()
    assert ("Выдан по ошибке" in shown, "revoke_this" in shown, "issue_anew_this" in shown) == (True, False, True)


def test_the_office_issues_another_in_place_of_one_that_it_has_revoked(office: Client) -> None:
    wrong = certificate_of(came())
    Event.objects.update(state=EventState.HELD)
    CheckIn.objects.create(ticket=wrong.ticket, day=timezone.localdate())
    url = page("events_participantcertificate_issue_anew_this", wrong.pk)
    typed = {"name": "Иванова Анна", "role": "helper"}
    refused = office.post(url, typed)
    assert (refused.status_code, "revoke it first" in refused.content.decode()) == (409, True)
    office.post(page("events_participantcertificate_revoke_this", wrong.pk), {"reason": "Ошибка в фамилии"})
    assert wrong.name in office.get(url).content.decode()
    assert office.post(url, typed).status_code == 302
    right = ParticipantCertificate.objects.standing().get()
    assert (right.name, right.role, right.ticket) == ("Иванова Анна", "helper", wrong.ticket)
    shown = office.get(page("events_participantcertificate_change", wrong.pk)).content.decode()
    assert ("revoke_this" in shown, "issue_anew_this" in shown) == (False, False)


def test_its_paper_is_downloaded_once_it_is_made_and_who_looks_is_noted(office: Client) -> None:
    certificate = certificate_of(came())
    url = page("events_participantcertificate_file", certificate.pk)
    assert office.get(url).status_code == 404
    paper = Document.objects.get()
    paper.state, paper.sha256, paper.made_at = DocumentState.MADE, "0" * 64, timezone.now()
    paper.file.save("paper.pdf", ContentFile(b"%PDF-"))
    assert url in office.get(page("events_participantcertificate_change", certificate.pk)).content.decode()
    assert b"".join(office.get(url).streaming_content) == b"%PDF-"  # type: ignore[attr-defined]
    views = PersonalDataView.objects.values_list("person", flat=True)
    assert [*views] == [certificate.ticket.registration.user_id] * 2


def test_whoever_may_only_look_revokes_nothing() -> None:
    certificate = certificate_of(came())
    client = enter(staff_with("events.view_participantcertificate"))
    assert client.get(page("events_participantcertificate_change", certificate.pk)).status_code == 200
    url = page("events_participantcertificate_revoke_this", certificate.pk)
    assert client.post(url, {"reason": "Нет"}).status_code == 403


# --- Messages --------------------------------------------------------------------------------------------------


def test_a_letter_is_counted_tried_and_sent_and_its_progress_stands_with_the_event(office: Client) -> None:
    pool = PoolFactory(capacity=1)
    for number in range(2):
        register_attendee(pool.event, pool=pool, asked=asked(number, user=UserFactory()))
    OutgoingMail.objects.all().delete()
    url = page("events_event_write_this", pool.event_id)
    form = office.get(url).context["form"]
    data = {"subject": "Как добраться", "text": "Вход со двора", "request_key": form["request_key"].value()}
    seen = office.post(url, data | {"do": "preview", "to_state": "waiting"})
    assert (seen.context["number"], "Вход со двора" in seen.content.decode()) == (1, True)
    assert not OutgoingMail.objects.exists()
    office.post(url, data | {"do": "test"})
    assert not EventMessage.objects.exists()
    assert OutgoingMail.objects.get().recipient == User.objects.get(is_superuser=True).email
    for _time in range(2):
        assert office.post(url, data | {"do": "send"}).status_code == 302
    send_waiting()
    assert "2 of 2" in office.get(change(pool.event)).content.decode()
    assert EventMessage.objects.get().by == User.objects.get(is_superuser=True)


def test_half_a_letter_in_english_is_refused_and_nothing_typed_is_lost(office: Client) -> None:
    event = PoolFactory().event
    url = page("events_event_write_this", event.pk)
    response = office.post(url, {"subject": "Тема", "text": "Слова", "subject_en": "Words", "do": "send"})
    assert "Write it in English as well, or leave both empty." in response.content.decode()
    assert "Слова" in response.content.decode()


def test_another_time_typed_in_the_office_is_told(office: Client) -> None:
    event = EventFactory()
    register_attendee(event, pool=PoolFactory(event=event), asked=asked(user=UserFactory()))
    typed(office, event, **times_of(event))
    assert not EventMessage.objects.exists()
    typed(office, event, **times_of(event), venue="Дом учёных")
    assert EventMessage.objects.get().after["venue"] == "Дом учёных"
    office.post(page("events_event_stop_this", event.pk))
    assert send_waiting() == 0

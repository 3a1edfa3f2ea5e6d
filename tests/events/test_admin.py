"""The office tends events."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.db.models.signals import pre_save
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from common.models import Document, DocumentState, OutgoingMail, PersonalDataView
from events.event_messages import send_waiting
from events.models import Event, EventMessage, EventState, ParticipantCertificate, Registration, RegistrationState
from events.registrations import register_attendee
from members.models import User
from tests.events.people import asked, states
from tests.factories.events import (
    EventFactory,
    EventOrganiserFactory,
    EventSeriesFactory,
    ParticipantCertificateFactory,
    PoolFactory,
    SessionFactory,
)
from tests.factories.members import UserFactory
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


def test_a_place_that_is_taken_as_the_form_is_saved_stays_taken(office: Client) -> None:
    pool = PoolFactory(capacity=2)
    fields = fields_of(office, change(pool.event)) | times_of(pool.event)

    def register(**kwargs: object) -> None:
        pre_save.disconnect(register, sender=Event)
        for number in range(2):
            register_attendee(pool.event, pool=pool, asked=asked(number, user=UserFactory()))

    pre_save.connect(register, sender=Event)
    given = {"pools-0-capacity": "1", "summary": "Для всех"}
    [told] = [one for one in messages_of(office, change(pool.event), fields | given) if "taken" in one]
    assert told.startswith("2 places are taken.")
    pool.refresh_from_db()
    assert (pool.capacity, states(pool.event)) == (2, [RegistrationState.CONFIRMED] * 2)


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
    assert ("Выдан по ошибке" in shown, "revoke_this" in shown) == (True, False)


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

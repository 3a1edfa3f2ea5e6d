"""What those who are registered are told: all of them, once, in portions."""

import datetime
import re

import pytest
import time_machine
from django.utils import timezone
from icalendar import Calendar

from common.errors import RuleViolated
from common.models import OutgoingMail
from events.life.changes import change_event
from events.life.moves import Who, move_event
from events.models import CheckIn, Event, EventMessage, EventState, MessageState, RegistrationState, TicketPool
from events.registering.registrations import cancel_registration, register_attendee
from events.telling import messages as event_messages
from events.telling.messages import Written, send_test, send_waiting, stop_messages, write_to_registered
from members.models import User
from tests.events.people import asked, states
from tests.factories.events import EventFactory, PoolFactory
from tests.factories.members import UserFactory

pytestmark = pytest.mark.django_db
BEGINS = datetime.datetime(2027, 12, 16, 7, tzinfo=datetime.UTC)
TO_ALL = Written(subject="Как добраться", text="Вход со двора.", subject_en="The way", text_en="Through the yard.")


@pytest.fixture
def pool() -> TicketPool:
    """Two have a place, one waits, and one has not shown that the address is theirs."""
    event = EventFactory(summary="Для всех", starts_at=BEGINS, city="Сургут", venue="Лицей")
    pool = PoolFactory(event=event, capacity=2)
    for number in range(3):
        register_attendee(event, pool=pool, asked=asked(number, user=UserFactory(email=f"u{number}@example.org")))
    register_attendee(event, pool=pool, asked=asked(9))
    OutgoingMail.objects.all().delete()
    return pool


@pytest.fixture
def staff() -> User:
    return UserFactory(email="staff@example.org")


def letters() -> list[tuple[str, str]]:
    """To whom, and the beginning of the subject."""
    rows = OutgoingMail.objects.order_by("pk").values_list("recipient", "subject")
    return [(recipient.partition("@")[0], subject.partition(":")[0]) for recipient, subject in rows]


def calendars() -> list[tuple[str, str]]:
    """Method and status of the calendars attached, by the letter."""
    found = []
    for mail in OutgoingMail.objects.order_by("pk"):
        for attachment in mail.attachments.all():
            calendar = Calendar.from_ical(bytes(attachment.content))
            found.append((str(calendar["METHOD"]), str(calendar.walk("VEVENT")[0]["STATUS"])))
    return found


def move(event: Event, name: str, reason: str = "") -> Event:
    return move_event(event, move=name, who=Who.STAFF, by=None, reason=reason)


def test_of_a_cancellation_everybody_hears_once_and_calendars_drop_it(pool: TicketPool) -> None:
    move(pool.event, "cancel", "Карантин")
    move(pool.event, "cancel", "Карантин")
    assert (send_waiting(), send_waiting()) == (3, 0)
    assert letters() == [("u0", "Отменено"), ("u1", "Отменено"), ("u2", "Отменено")]
    assert calendars() == [("CANCEL", "CANCELLED")] * 2
    assert "Карантин" in OutgoingMail.objects.earliest("pk").text
    message = EventMessage.objects.get()
    assert (message.total, message.sent, message.state) == (3, 3, MessageState.SENT)


def test_another_time_and_place_is_told_as_old_and_new(pool: TicketPool, staff: User) -> None:
    event = pool.event
    event.starts_at, event.ends_at = BEGINS + datetime.timedelta(days=1), BEGINS + datetime.timedelta(days=1, hours=6)
    event.venue = "Дворец творчества"
    change_event(event, names=["starts_at", "ends_at", "venue"], by=staff)
    assert send_waiting() == 3
    assert letters()[0] == ("u0", "Изменения")
    text = OutgoingMail.objects.earliest("pk").text.replace("\N{NO-BREAK SPACE}", " ")
    assert "16 декабря" in text.partition("→")[0]
    assert "17 декабря" in text.partition("→")[2]
    assert "Где: Сургут, Лицей → Сургут, Дворец творчества" in text
    assert calendars() == [("REQUEST", "CONFIRMED")] * 2


CHANGED = """\
Здравствуйте!

В мероприятии, на которое вы зарегистрированы, кое-что изменилось.

{event}
16 декабря 2027 г., четверг…
Москва, Дворец творчества

Где: Сургут, Лицей → Москва, Дворец творчества

Ваша регистрация. Если не сможете прийти, отмените её, пожалуйста, там.
…

—
Ассоциация школьного кластера
testserver
"""
CANCELLED = """\
Здравствуйте!

Мероприятие, на которое вы зарегистрированы, отменено. Делать ничего не нужно.

{event}
16 декабря 2027 г., четверг…
Москва, Дворец творчества

Карантин

—
Ассоциация школьного кластера
testserver
"""


def told() -> str:
    """The letter to the first of the registered, but for the hours and the address."""
    OutgoingMail.objects.all().delete()
    assert send_waiting() == 3
    text = OutgoingMail.objects.earliest("pk").text.replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"https?://\S+|, \d\d:.*", "…", text)


def test_each_thing_that_is_told_is_a_paragraph(pool: TicketPool, staff: User) -> None:
    pool.event.venue, pool.event.city = "Дворец творчества", "Москва"
    change_event(pool.event, names=["venue", "city"], by=staff)
    assert told() == CHANGED.format(event=pool.event.name)
    move(pool.event, "cancel", "Карантин")
    assert told() == CANCELLED.format(event=pool.event.name)


def test_what_is_corrected_before_anybody_heard_is_one_letter_or_none(pool: TicketPool, staff: User) -> None:
    event = pool.event
    for venue in ("Дом учёных", "Дом учителя"):
        event.venue = venue
        change_event(event, names=["venue"], by=staff)
    [message] = EventMessage.objects.all()
    assert (message.before["venue"], message.after["venue"]) == ("Лицей", "Дом учителя")
    event.venue = "Лицей"
    change_event(event, names=["venue"], by=staff)
    assert not EventMessage.objects.exists()


@pytest.mark.parametrize("state", [EventState.DRAFT, EventState.POSTPONED, EventState.HELD])
def test_nobody_hears_of_a_change_where_nobody_counts_on_it(pool: TicketPool, staff: User, state: str) -> None:
    Event.objects.filter(pk=pool.event_id).update(state=state)
    pool.event.venue = "Дом учёных"
    change_event(pool.event, names=["venue"], by=staff)
    assert not EventMessage.objects.exists()


def test_a_form_writes_its_fields_and_not_the_state_that_has_moved_meanwhile(pool: TicketPool, staff: User) -> None:
    stale = Event.objects.get(pk=pool.event_id)
    move(pool.event, "cancel", "Карантин")
    stale.name = "Другое имя"
    change_event(stale, names=["name", "directions"], by=staff)
    assert Event.objects.values_list("name", "state").get() == ("Другое имя", EventState.CANCELLED)


def test_what_is_postponed_and_resumed_is_told_with_the_new_time_and_places_go_on(
    pool: TicketPool, staff: User
) -> None:
    event = move(pool.event, "postpone", "Мороз")
    send_waiting()
    assert calendars() == [("CANCEL", "CANCELLED")] * 2
    cancel_registration(event.registrations.earliest("pk"), by=None)
    assert states(event)[2] == RegistrationState.WAITING
    event.venue = "Дом учёных"
    change_event(event, names=["venue"], by=staff)
    OutgoingMail.objects.all().delete()
    move(event, "resume")
    assert states(event)[2] == RegistrationState.OFFERED
    send_waiting()
    told = OutgoingMail.objects.filter(purpose="event_message").order_by("pk")
    assert [mail.subject.partition(":")[0] for mail in told] == ["Состоится", "Состоится"]
    assert "Где: Сургут, Лицей → Сургут, Дом учёных" in told[0].text


def test_of_what_is_called_off_nobody_hears_older_news(pool: TicketPool, staff: User) -> None:
    pool.event.venue = "Дом учёных"
    change_event(pool.event, names=["venue"], by=staff)
    move(pool.event, "cancel", "Карантин")
    send_waiting()
    assert {subject for _to, subject in letters()} == {"Отменено"}


def test_a_job_that_is_killed_goes_on_where_it_was(
    pool: TicketPool, staff: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_messages, "AT_ONCE", 1)
    message = write_to_registered(pool.event, written=TO_ALL, by=staff, key="1")
    assert event_messages._send_next(message.pk) == 1
    message.refresh_from_db()
    assert (message.sent, message.total, message.state) == (1, 3, MessageState.SENDING)
    register_attendee(pool.event, pool=pool, asked=asked(7, user=UserFactory(email="late@example.org")))
    OutgoingMail.objects.filter(recipient="late@example.org").delete()
    assert send_waiting() == 2
    assert [to for to, _subject in letters()] == ["u0", "u1", "u2"]


def test_what_is_stopped_goes_no_further(pool: TicketPool, staff: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_messages, "AT_ONCE", 1)
    message = write_to_registered(pool.event, written=TO_ALL, by=staff, key="1")
    event_messages._send_next(message.pk)
    assert (stop_messages(pool.event), send_waiting(), len(letters())) == (1, 0, 1)


def test_a_letter_goes_to_those_who_are_meant_in_their_language(pool: TicketPool, staff: User) -> None:
    first = pool.registrations.earliest("pk")
    type(first).objects.filter(pk=first.pk).update(language="en")
    CheckIn.objects.create(ticket=first.tickets.get(), day=timezone.localdate())
    came = Written(
        subject="Спасибо", text="Было хорошо.", subject_en="Thank you", text_en="It was good.", to_came="yes"
    )
    for number, written in enumerate(
        [
            came,
            Written(subject="Жаль", text="Приходите.", to_came="no", to_state=RegistrationState.CONFIRMED),
            Written(subject="Очередь", text="Ждём.", to_state=RegistrationState.WAITING, to_pool=pool),
        ]
    ):
        write_to_registered(pool.event, written=written, by=staff, key=str(number))
        write_to_registered(pool.event, written=written, by=staff, key=str(number))
    send_waiting()
    assert letters() == [("u0", "Thank you"), ("u1", "Жаль"), ("u2", "Очередь")]
    with pytest.raises(RuleViolated, match="Никто"):
        write_to_registered(pool.event, written=Written("А", "Б", to_state="declined"), by=staff, key="9")


def test_a_test_letter_goes_to_whoever_writes_and_to_nobody_else(pool: TicketPool, staff: User) -> None:
    send_test(pool.event, written=TO_ALL, by=staff)
    assert letters() == [("staff", "Как добраться")]
    assert not EventMessage.objects.exists()


def test_a_change_of_what_has_begun_is_no_news(pool: TicketPool, staff: User) -> None:
    with time_machine.travel(BEGINS + datetime.timedelta(hours=1)):
        pool.event.venue = "Дом учёных"
        change_event(pool.event, names=["venue"], by=staff)
    assert not EventMessage.objects.exists()

"""An organiser writes to a part of the registered: after a look and a count, once to each, and may stop it."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.models import OutgoingMail
from events.life.moves import Who, move_event
from events.models import CheckIn, EventMessage, MessageState, Registration, TicketPool
from events.registering.registrations import cancel_registration
from events.telling import messages as event_messages
from events.telling.messages import Written, send_waiting, write_to_registered
from members.models import Organisation, User
from tests.events.test_attendees import attends, coordinator, event, group_of, hall, page, words_of
from tests.factories.events import PoolFactory
from tests.factories.members import OrganisationFactory

__all__ = ["coordinator", "event", "hall", "page"]
pytestmark = pytest.mark.django_db
LETTERS = "/dashboard/host/events/forum/letters/"
WRITE = f"{LETTERS}write/"
TYPED = {"subject": "Как добраться", "text": "Вход со двора.", "request_key": "k1"}


@pytest.fixture
def school() -> Organisation:
    return OrganisationFactory(slug="school")


@pytest.fixture
def people(hall: TicketPool, school: Organisation) -> dict[str, Registration]:
    """Five places: a class, who came, who did not, and who waits."""
    people = {"class": group_of(hall, "Аня", "Яна", "Ян", organisation=school)}
    people |= {name: attends(hall, name) for name in ("came", "absent", "waits")}
    CheckIn.objects.create(ticket=people["came"].tickets.get(), day=timezone.localdate())
    OutgoingMail.objects.all().delete()
    return people


def readers(people: dict[str, Registration]) -> list[str]:
    by_address = {one.email: name for name, one in people.items()}
    return [by_address[mail.recipient] for mail in OutgoingMail.objects.order_by("pk")]


def post(page: Client, do: str, **typed: Any) -> Any:
    return page.post(WRITE, {**TYPED, "do": do, **typed})


@pytest.mark.parametrize(
    ("to", "meant"),
    [
        ({}, ["class", "came", "absent", "waits"]),
        ({"to_state": "waiting"}, ["waits"]),
        ({"to_came": "yes"}, ["came"]),
        ({"to_came": "no", "to_state": "confirmed"}, ["class", "absent"]),
        ({"to_organisation": "school"}, ["class"]),
    ],
)
def test_a_letter_goes_to_those_who_are_meant_as_it_was_shown(
    page: Client, people: dict[str, Registration], school: Organisation, to: dict[str, Any], meant: list[str]
) -> None:
    to = {name: school.pk if value == "school" else value for name, value in to.items()}
    looked = post(page, "preview", **to)
    assert looked.context["preview"].number == len(meant)
    [specimen] = looked.context["preview"].specimens
    assert (specimen.subject.partition(":")[0], "Вход со двора." in specimen.text) == ("Как добраться", True)
    assert not EventMessage.objects.exists()
    for _time in range(2):
        assert post(page, "send", **to).url == LETTERS
    send_waiting()
    assert readers(people) == meant
    assert f"{len(meant)} из {len(meant)}" in words_of(page.get(LETTERS))


def test_who_cancels_before_it_goes_gets_none(page: Client, people: dict[str, Registration]) -> None:
    assert post(page, "preview").context["preview"].number == 4
    cancel_registration(people["absent"], by=None)
    post(page, "send")
    cancel_registration(people["class"], by=None)
    OutgoingMail.objects.all().delete()
    send_waiting()
    assert readers(people) == ["came", "waits"]


def test_it_is_stopped_in_the_middle_by_one_press(
    page: Client, people: dict[str, Registration], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_messages, "AT_ONCE", 1)
    post(page, "send")
    message = EventMessage.objects.get()
    event_messages._send_next(message.pk)
    under_way = page.get(LETTERS, headers={"HX-Request": "true"})
    assert "1 из 4" in words_of(under_way)
    assert "hx-trigger" in under_way.content.decode()
    stopped = page.post(LETTERS, {"stop": message.pk}, follow=True)
    assert "Остановлено." in words_of(stopped)
    assert "hx-trigger" not in stopped.content.decode()
    assert send_waiting() == 0
    assert readers(people) == ["class"]
    assert "Останавливать уже нечего" in words_of(page.post(LETTERS, {"stop": message.pk}, follow=True))


def test_news_of_the_event_is_seen_and_not_stopped_here(page: Client, people: dict[str, Registration]) -> None:
    move_event(people["came"].event, move="cancel", who=Who.STAFF, by=None, reason="Карантин")
    news = EventMessage.objects.get()
    assert "Новость мероприятия" in words_of(page.get(LETTERS))
    for key in (news.pk, "", "x", "9" * 30):
        assert page.post(LETTERS, {"stop": key}).status_code == 404
    assert not event_messages.stop_message(news)
    news.refresh_from_db()
    assert news.state == MessageState.SENDING


def test_a_letter_of_another_event_is_not_stopped(page: Client, people: dict[str, Registration]) -> None:
    post(page, "send")
    message = EventMessage.objects.get()
    EventMessage.objects.update(event=PoolFactory().event)
    assert page.post(LETTERS, {"stop": message.pk}).status_code == 404


def test_a_test_letter_comes_to_who_writes_it(page: Client, coordinator: User, people: dict[str, Registration]) -> None:
    both = post(page, "test", subject_en="The way", text_en="Through the yard.")
    assert coordinator.email in words_of(both)
    assert [one.language for one in both.context["preview"].specimens] == ["ru", "en"]
    assert OutgoingMail.objects.get().recipient == coordinator.email
    assert not EventMessage.objects.exists()


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n", "\x85", "\u2028"], ids=ascii)
def test_a_subject_is_one_line_in_a_test_letter_too(page: Client, people: dict[str, Registration], end: str) -> None:
    assert post(page, "test", subject=f"Вход{end}Bcc: x@example.org").status_code == 200
    letter = OutgoingMail.objects.get()
    assert letter.subject.startswith("Вход Bcc: x@example.org: ")
    assert "Bcc" not in letter.text


def test_what_was_typed_stays_where_something_is_wrong(page: Client, people: dict[str, Registration]) -> None:
    for wrong, said in (
        ({"subject": ""}, "Обязательное поле"),
        ({"text_en": "Through the yard."}, "Напишите и по-английски"),
        ({"to_state": "offered"}, "Никто из тех, кого вы выбрали"),
    ):
        answer = post(page, "send", **wrong)
        assert (answer.status_code, "Вход со двора." in answer.content.decode()) == (200, True)
        assert said in words_of(answer)
    assert not EventMessage.objects.exists()


def test_the_form_begins_with_what_the_list_was_narrowed_to(
    page: Client, people: dict[str, Registration], hall: TicketPool, school: Organisation
) -> None:
    query = f"state=confirmed&pool={hall.pk}&organisation=school&came=no&q=нет"
    form = page.get(f"{WRITE}?{query}").context["form"]
    begun = [form[name].value() for name in ("to_state", "to_pool", "to_organisation", "to_came")]
    assert begun == ["confirmed", str(hall.pk), school.pk, "no"]
    form = page.get(f"{WRITE}?state=cancelled&organisation=nobody&pool=x").context["form"]
    assert (form["to_state"].value(), form["to_organisation"].value()) == ("", None)


def test_the_list_of_letters_asks_as_much_for_many_as_for_few(
    page: Client, coordinator: User, people: dict[str, Registration], hall: TicketPool, school: Organisation
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked_for:
            page.get(LETTERS)
        return len(asked_for)

    page.get(LETTERS)
    numbers = []
    for number in range(3):
        written = Written("Тема", "Текст", to_pool=hall, to_organisation=school)
        write_to_registered(hall.event, written=written, by=coordinator, key=str(number))
        numbers.append(queries())
    assert numbers[0] == numbers[2]

"""What those who came say: each once, and nobody is found behind an answer that names nobody."""

import datetime
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import time_machine
from django.db import connection, models, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from common.errors import RuleViolated
from common.models import OutgoingMail, PersonalDataView
from common.personal_data import HOLDERS, Person
from events.afterwards.asking import ask_for_feedback, look_back
from events.afterwards.emails import feedback_token
from events.afterwards.feedback import OPEN_FOR, Said, ask_besides, forget, give_feedback, set_up
from events.afterwards.summary import summary_of
from events.models import (
    Event,
    EventState,
    FeedbackAnswer,
    FeedbackMark,
    FeedbackQuestion,
    FeedbackSurvey,
    Registration,
)
from events.registering.emails import registration_token
from members.models import Role, User
from tests.at_once import TIMES, at_once
from tests.events.over import over_since, registered
from tests.factories.events import EventOrganiserFactory
from tests.factories.members import RepresentativeFactory, UserFactory
from tests.office import editor, enter, superuser

pytestmark = pytest.mark.django_db
Type = FeedbackQuestion.Type
DAY = datetime.timedelta(days=1)


@pytest.fixture
def event() -> Event:
    return over_since(days=2)


@pytest.fixture
def organiser(event: Event) -> User:
    return RepresentativeFactory(
        organisation=EventOrganiserFactory(event=event, organisation__slug="a").organisation, role=Role.HEAD
    ).user


def said(rating: int = 5, **other: Any) -> Said:
    return Said(**{"rating": rating, "again": None, "good": "", "better": "", "answers": {}} | other)


def give(event: Event, rating: int = 5, *, once: str = "", named: Registration | None = None, **other: Any) -> bool:
    once = once or f"another {FeedbackMark.objects.count()}"
    return give_feedback(event, said=said(rating, **other), once=once, named=named, in_hall=False)


def page_of(registration: Registration) -> str:
    return f"/events/feedback/{feedback_token(registration)}/"


def as_head(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


# --- Nobody is found behind an answer -----------------------------------------------------------------------------


def stored(table: str) -> list[tuple[str, str]]:
    """What PostgreSQL itself knows of the rows: the transaction that wrote them, and where they lie."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT xmin::text, ctid::text FROM {table} ORDER BY ctid")  # noqa: S608
        return cursor.fetchall()


def test_an_answer_has_no_column_that_names_a_person_or_a_time() -> None:
    columns = {field.name: field for field in FeedbackAnswer._meta.concrete_fields}
    assert [*columns] == ["id", "event", "registration", "rating", "again", "good", "better", "answers"]
    assert isinstance(columns["id"], models.UUIDField)
    assert [field.name for field in FeedbackMark._meta.concrete_fields] == ["digest", "event"]


@pytest.mark.django_db(transaction=True)
def test_neither_transactions_nor_the_order_of_rows_join_an_answer_with_its_mark() -> None:
    """Each is given in a transaction of its own, as people do it; the text says which one it was."""
    event, newest_is_last = over_since(days=2), []
    for number in range(12):
        give(event, good=str(number), once=str(number))
        assert len({transaction for transaction, _place in stored("events_feedbackanswer")}) == 1
        newest_is_last.append(in_order(event)[-1] == number)
    assert len({transaction for transaction, _place in stored("events_feedbackmark")}) == 12
    assert in_order(event) != [*range(12)]
    assert not all(newest_is_last)


def in_order(event: Event) -> list[int]:
    """The texts of answers as they lie on the disk."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT good FROM events_feedbackanswer WHERE event_id = %s ORDER BY ctid", [event.pk])
        return [int(text) for (text,) in cursor.fetchall()]


def test_a_mark_is_no_key_of_a_registration(event: Event) -> None:
    registration = registered(event, came=1)
    Client().post(page_of(registration), {"rating": "4", "request_key": "k"})
    [mark] = FeedbackMark.objects.all()
    assert re.fullmatch("[0-9a-f]{64}", mark.digest)
    own = {str(value) for value in Registration.objects.filter(pk=registration.pk).values_list().get()}
    assert mark.digest not in own
    assert FeedbackAnswer.objects.get().registration is None


# --- Each once ----------------------------------------------------------------------------------------------------


def test_whoever_came_answers_once_by_the_link(event: Event) -> None:
    registration = registered(event, came=1)
    form = {"rating": "4", "again": "yes", "good": "Лаборатории", "request_key": "k"}
    for _time in range(2):
        response = Client().post(page_of(registration), form)
        assert (response.status_code, response["Location"]) == (302, "/events/forum/feedback/sent/")
    assert "Вы уже ответили" in Client().get(page_of(registration)).content.decode()
    answers = FeedbackAnswer.objects.values_list("rating", "again", "good", "registration")
    assert [*answers] == [(4, True, "Лаборатории", None)]


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_by_one_link_one_counts() -> None:
    event = over_since(days=2)
    calls: list[Callable[[], object]] = [partial(give, event, rating, once="link") for rating in [1, 5] * 8]
    assert sorted(at_once(*calls), key=str) == [False] * 15 + [True]
    assert FeedbackAnswer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_people_at_once_all_count() -> None:
    event = over_since(days=2)
    assert at_once(*(partial(give, event, once=str(number)) for number in range(16))) == [True] * 16
    assert FeedbackAnswer.objects.count() == FeedbackMark.objects.count() == 16


def test_who_did_not_come_has_no_page(event: Event) -> None:
    assert Client().get(page_of(registered(event))).status_code == 404
    assert Client().get("/events/feedback/forged/").status_code == 404


def test_who_came_finds_the_way_on_the_page_of_the_registration_until_it_is_gone(event: Event) -> None:
    came, absent = registered(event, came=1), registered(event)

    def shown(registration: Registration = came) -> bool:
        page = Client().get(f"/events/registrations/{registration_token(registration)}/")
        return page_of(registration) in page.content.decode()

    assert (shown(came), shown(absent)) == (True, False)
    set_up(event, asks=False, in_hall=False)
    assert not shown()
    set_up(event, asks=True, in_hall=False)
    assert event.starts_at
    assert event.ends_at
    Event.objects.update(state=EventState.PUBLISHED)
    for moment in (event.starts_at, event.ends_at + OPEN_FOR):
        with time_machine.travel(moment):
            assert not shown()
    assert shown()
    Client().post(page_of(came), {"rating": "4", "request_key": "k"})
    assert not shown()


def test_nothing_typed_is_lost_where_the_rating_is_missing(event: Event) -> None:
    response = Client().post(page_of(registered(event, came=1)), {"good": "Всё", "request_key": "k"})
    assert [*response.context["form"].errors] == ["rating"]
    assert "Всё" in response.content.decode()
    assert not FeedbackAnswer.objects.exists()


def test_in_the_hall_a_form_counts_once_from_the_beginning_on(organiser: User) -> None:
    event = Event.objects.get()
    client, place = as_head(organiser), "/dashboard/a/events/forum/feedback/"
    Event.objects.update(state="published", ends_at=timezone.now() + DAY)
    assert client.post(place, {"asks": "on", "in_hall": "on"}).status_code == 302
    key = FeedbackSurvey.objects.get().hall_key
    for request_key in ("one", "one", "two"):
        assert Client().post(f"/events/hall/{key}/", {"rating": "5", "request_key": request_key}).status_code == 302
    assert event.feedback_answers.count() == 2
    assert "with_name" not in Client().get(f"/events/hall/{key}/").context["form"].fields
    Event.objects.update(starts_at=timezone.now() + DAY / 2)
    assert Client().post(f"/events/hall/{key}/", {"rating": "5", "request_key": "three"}).status_code == 409
    client.post(place, {"asks": "on"})
    assert Client().get(f"/events/hall/{key}/").status_code == 404


# --- When -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "state", "title", "answer"),
    [
        (-1, "published", "Ещё рано", 409),
        (0.1, "published", "", 302),
        (13.9, "archived", "", 302),
        (14.1, "archived", "Приём ответов закончен", 409),
        (2, "cancelled", "Приём ответов закончен", 409),
    ],
)
def test_answers_are_taken_for_two_weeks_after_the_end(days: float, state: str, title: str, answer: int) -> None:
    event = over_since(days=days)
    Event.objects.update(state=state)
    registration = registered(event, came=1)
    text = Client().get(page_of(registration)).content.decode()
    assert (title in text, "Отправить" in text) == (True, answer == 302)
    assert Client().post(page_of(registration), {"rating": "5", "request_key": "k"}).status_code == answer


def test_a_letter_asks_those_who_came_once() -> None:
    event = over_since(hours=1)
    single = registered(event, came=1, name="Анна")
    group = registered(event, people=12, came=3, group="8А", email="teacher@example.org", language="en")
    registered(event)
    registered(event, came=1, email="")
    assert ask_for_feedback() == 0
    with time_machine.travel(timezone.now() + DAY + datetime.timedelta(hours=12)):
        assert [ask_for_feedback(), ask_for_feedback()] == [2, 0]
        FeedbackSurvey.objects.update(asked_at=None)  # as if killed before the end
        assert ask_for_feedback() == 0
    letters = OutgoingMail.objects.order_by("pk")
    assert [letter.recipient for letter in letters] == [single.email, group.email]
    assert [letter.subject.partition("?")[0] for letter in letters] == ["Как прошло", "How was it"]
    assert page_of(single) in letters[0].text
    assert FeedbackSurvey.objects.values_list("asked", flat=True).get() == 2


def test_nobody_is_asked_where_the_organiser_does_not_want_it_or_it_is_long_over() -> None:
    event = over_since(days=2)
    registered(event, came=1)
    set_up(event, asks=False, in_hall=False)
    assert ask_for_feedback() == 0
    set_up(event, asks=True, in_hall=False)
    Event.objects.update(ends_at=timezone.now() - 15 * DAY, starts_at=timezone.now() - 16 * DAY)
    assert ask_for_feedback() == 0


def test_the_clock_forgets_marks_with_the_end_and_names_after_a_year(event: Event) -> None:
    named = registered(event, came=1)
    line = FeedbackQuestion.objects.create(event=event, label="Кого позвать?", type=Type.LINE)
    give(event, 3, named=named, good="Слова", answers={str(line.pk): "Врача"})
    give(event, 5)
    with time_machine.travel(timezone.now() + 13 * DAY):
        look_back()
        assert not FeedbackMark.objects.exists()
        assert FeedbackAnswer.objects.get(registration=named).good == "Слова"
    with time_machine.travel(timezone.now() + 365 * DAY):
        assert [forget(), forget()] == [1, 0]
    answers = FeedbackAnswer.objects.order_by("rating").values_list("rating", "good", "answers", "registration")
    assert [*answers] == [(3, "", {}, None), (5, "", {}, None)]


# --- What the organiser reads -------------------------------------------------------------------------------------


def test_the_charts_say_what_the_rows_say(event: Event) -> None:
    rating, choice, line = (
        FeedbackQuestion.objects.create(event=event, label=kind, type=kind, choices="Утро\nВечер", position=number)
        for number, kind in enumerate([Type.RATING, Type.CHOICE, Type.LINE])
    )
    given = [(5, True, "Утро", 4), (5, None, "Утро", None), (2, False, "Вечер", 1), (4, True, None, 4)]
    for mark, again, part, clear in given:
        answers = {str(choice.pk): part, str(rating.pk): clear, str(line.pk): f"на {mark}"}
        give(event, mark, again=again, answers={key: value for key, value in answers.items() if value})
    summary = summary_of(event)
    assert [[bar.number for bar in chart.bars] for chart in summary.charts] == [
        [2, 1, 0, 1, 0], [2, 1], [0, 2, 0, 0, 1], [2, 1],
    ]  # fmt: skip
    assert [chart.average for chart in summary.charts] == [4, None, 3, None]
    assert (summary.number, summary.withheld) == (4, 0)
    [(title, opinions)] = summary.texts
    assert (title, sorted(one.text for one in opinions)) == ("line", ["на 2", "на 4", "на 5", "на 5"])


def test_of_fewer_than_three_that_name_nobody_only_their_number_is_told(organiser: User) -> None:
    event = Event.objects.get()
    named = registered(event, came=1, name="Ольга Именная")
    give(event, 1, named=named, good="Под именем")
    for number in (1, 2):
        give(event, 5, good=f"Тайное {number}")
    client, place = as_head(organiser), "/dashboard/a/events/forum/feedback/"
    text = client.get(place).content.decode()
    assert ("Под именем" in text, "Ольга Именная" in text, "Тайное" in text) == (True, True, False)
    assert [bar.number for bar in summary_of(event).charts[0].bars] == [0, 0, 0, 0, 1]
    table = b"".join(client.get(f"{place}feedback.csv")).decode()
    assert ("Тайное" in table, "Под именем" in table) == (False, True)
    give(event, 5, good="Тайное 3")
    assert "Тайное 1" in client.get(place).content.decode()
    assert [bar.number for bar in summary_of(event).charts[0].bars] == [3, 0, 0, 0, 1]


def test_texts_stand_in_another_order_each_time(event: Event) -> None:
    for number in range(12):
        give(event, good=str(number))
    orders = {tuple(one.text for one in summary_of(event).texts[0][1]) for _time in range(3)}
    assert len(orders) == 3


@pytest.mark.parametrize("number", [1, 3])
def test_the_summary_asks_as_often_for_many(
    organiser: User, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    event = Event.objects.get()
    for _one in range(number):
        give(event, named=registered(event, came=1))
        FeedbackQuestion.objects.create(event=event, label="Вопрос")
    with django_assert_num_queries(2):
        summary_of(event)


def test_the_organiser_asks_besides_until_somebody_has_answered(organiser: User) -> None:
    event, client = Event.objects.get(), as_head(organiser)
    place = "/dashboard/a/events/forum/feedback/questions/"
    management = {"form-TOTAL_FORMS": "2", "form-INITIAL_FORMS": "0", "form-1-type": "rating"}
    asked = {"form-0-label": "Что запомнилось?", "form-0-type": "choice", "form-0-choices": " Утро \n\nВечер"}
    assert client.post(place, management | asked).status_code == 302
    assert [*event.feedback_questions.values_list("label", "choices")] == [("Что запомнилось?", "Утро\nВечер")]
    one = management | asked | {"form-0-choices": "Утро"}
    assert client.post(place, one).context["forms"].errors[0].keys() == {"choices"}
    give(event)
    none = management | {"form-0-type": "rating"}
    assert "вопросы останутся" in client.post(place, none).content.decode()
    with pytest.raises(RuleViolated):
        ask_besides(event, questions=[])
    assert event.feedback_questions.count() == 1


# --- Whose data it is ---------------------------------------------------------------------------------------------


def test_only_who_wants_to_be_named_is(event: Event) -> None:
    registration = registered(event, came=1)
    form = {"rating": "4", "with_name": "on", "request_key": "k"}
    assert Client().post(page_of(registration), form).status_code == 302
    assert FeedbackAnswer.objects.get().registration == registration


@pytest.mark.parametrize(("reader", "reads"), [("organiser", True), ("editor", False), ("office", True)])
def test_a_name_is_read_by_who_reads_who_came(organiser: User, reader: str, reads: bool) -> None:
    """The editors have the answers without names. Of the staff it is kept that they have looked."""
    event = Event.objects.get()
    give(event, 2, named=registered(event, came=1, name="Ольга Именная"), good="Под именем")
    person = {"organiser": lambda: organiser, "editor": editor, "office": superuser}[reader]()
    client, place = enter(person), "/dashboard/a/events/forum/feedback/"
    page, table = client.get(place).content.decode(), b"".join(client.get(f"{place}feedback.csv")).decode()
    assert ["Ольга Именная" in text for text in (page, table)] == [reads] * 2
    assert ["Под именем" in text for text in (page, table)] == [True] * 2
    assert PersonalDataView.objects.count() == (2 if reader == "office" else 0)


def test_a_copy_holds_what_was_said_with_a_name_and_an_erasure_takes_it_off(event: Event) -> None:
    user = UserFactory()
    give(event, 4, named=registered(event, came=1, user=user), good="Моё", better="Тоже моё")
    give(event, 2, good="Ничьё")
    holder, person = HOLDERS["feedback"], Person(user, frozenset(), timezone.now())
    [record] = holder.collect(person)
    assert {entry.key: entry.value for entry in record}["good"] == "Моё"
    assert holder.erase
    assert [holder.erase(person), holder.erase(person)] == [1, 0]
    rows = FeedbackAnswer.objects.order_by("rating").values_list("rating", "good", "better", "registration")
    assert [*rows] == [(2, "Ничьё", "", None), (4, "", "", None)]


def test_the_answers_are_taken_before_the_registrations_that_lead_to_them() -> None:
    names = [*HOLDERS]
    assert names.index("feedback") < names.index("registrations")


def test_of_an_event_without_a_date_names_go_a_year_after_its_last_change(event: Event) -> None:
    give(event, named=registered(event, came=1), good="Моё")
    Event.objects.update(starts_at=None, ends_at=None, registration="none")
    with time_machine.travel(event.updated_at + 364 * DAY):
        assert forget() == 0
    with time_machine.travel(event.updated_at + 366 * DAY):
        assert (forget(), FeedbackMark.objects.count()) == (1, 0)
    assert FeedbackAnswer.objects.get().registration is None


@pytest.mark.faults
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("time", range(TIMES))
def test_two_who_came_to_the_same_events_are_erased_at_once(time: int) -> None:
    people = [UserFactory(), UserFactory()]
    events = [over_since(days=2, slug=f"forum-{number}") for number in range(8)]
    for event in events:
        for user in people:
            give(event, named=registered(event, came=1, user=user))
    erase = HOLDERS["feedback"].erase
    assert erase
    erased = [partial(transaction.atomic(erase), Person(user, frozenset(), timezone.now())) for user in people]
    assert at_once(*erased) == [8, 8]
    assert not FeedbackAnswer.objects.exclude(registration=None).exists()

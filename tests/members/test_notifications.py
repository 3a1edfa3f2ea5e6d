"""People are told once, in their own language, and by mail as they have chosen by topic."""

import datetime
import re
import time
from collections.abc import Iterator
from threading import Barrier, Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import IntegrityError, connection, connections, transaction
from django.db.transaction import TransactionManagementError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import set_script_prefix
from django.utils import timezone, translation
from pytest_django import Settings

from common import jobs
from common.errors import RuleViolated
from common.mail import relay
from common.mail.purposes import PURPOSES
from common.models import MailState, OutgoingMail
from members import tasks
from members.models import How, Notification, NotificationChoice, User
from members.notices import notifications
from members.notices.notifications import Words, delete_old_notifications, notify, send_digests
from members.notices.topics import MEMBERSHIP, PEOPLE, TOPICS, Topic, choose, register
from tests.factories.members import NotificationFactory, UserFactory
from tests.faults.stand import report
from tests.mail import Sink, listening

pytestmark = pytest.mark.django_db
AT_ONCE, DIGEST, NEVER = How.AT_ONCE, How.DIGEST, How.NEVER
NOON = datetime.datetime(2026, 12, 16, 12, tzinfo=datetime.UTC)
SIX_IN_MOSCOW = datetime.datetime(2026, 12, 17, 3, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def reader(how: str = "", *, topic: Topic = MEMBERSHIP, **fields: Any) -> User:
    person = UserFactory(**fields)
    if how:
        NotificationChoice.objects.create(user=person, topic=topic.name, how=how)
    return person


def tell(
    *people: User, topic: Topic = MEMBERSHIP, key: str = "event 1", title: str = "Событие", link: str = ""
) -> None:
    with transaction.atomic():
        notify(people, topic=topic, key=key, words=lambda: Words(title, "Подробности"), link=link)


def letters() -> list[tuple[str, str]]:
    return [*OutgoingMail.objects.order_by("pk").values_list("recipient", "subject")]


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def logged_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


# --- Told at once --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("topic", [MEMBERSHIP, PEOPLE], ids=lambda topic: topic.name)
@pytest.mark.parametrize(
    ("choice", "of_membership", "of_people"),
    [
        pytest.param("", (1, False), (1, False), id="nothing said"),
        pytest.param(AT_ONCE, (1, False), (1, False), id="at once"),
        pytest.param(DIGEST, (0, True), (1, False), id="in the daily letter"),
        pytest.param(NEVER, (0, False), (1, False), id="no letters"),
    ],
)
def test_a_person_is_told_as_chosen_and_of_the_service_always_at_once(
    topic: Topic, choice: str, of_membership: tuple[int, bool], of_people: tuple[int, bool]
) -> None:
    person = reader(choice, topic=topic)
    tell(person, topic=topic)
    notification = Notification.objects.get()
    assert (notification.user, notification.read_at) == (person, None)
    expected = of_membership if topic is MEMBERSHIP else of_people
    assert (len(letters()), notification.in_digest) == expected
    assert bool(notification.mailed_at) is bool(letters())


@pytest.mark.parametrize(
    ("language", "title", "greeting", "address"),
    [
        ("ru", "Членство", "Здравствуйте!", "http://testserver/dashboard/a/"),
        ("en", "Membership", "Hello!", "http://testserver/en/dashboard/a/"),
    ],
)
@pytest.mark.parametrize("prefix", ["/", "/en/"], ids=["told from a Russian page", "told from an English page"])
def test_each_reads_in_their_own_language(language: str, title: str, greeting: str, address: str, prefix: str) -> None:
    person = reader(language=language)
    set_script_prefix(prefix)
    with transaction.atomic():
        link = f"{prefix}dashboard/a/"
        notify([person], topic=MEMBERSHIP, key="1", words=lambda: Words(translation.gettext("Membership")), link=link)
    set_script_prefix("/")
    [notification], [letter] = Notification.objects.all(), OutgoingMail.objects.all()
    assert (notification.title, notification.link, letter.subject) == (title, "/dashboard/a/", title)
    assert (greeting in letter.text, f"\n{address}\n" in letter.text) == (True, True)
    assert f'<html lang="{language}">' in letter.html
    assert translation.get_language() == "ru"


def test_a_letter_says_what_the_list_says_and_where_to_look() -> None:
    tell(reader(), link="/dashboard/a/", title="Событие <b>&</b>")
    [letter] = OutgoingMail.objects.all()
    assert letter.subject == "Событие <b>&</b>"
    assert letter.text.startswith("Здравствуйте!\n\nПодробности\n\nhttp://testserver/dashboard/a/\n\n—\n")
    assert "\n\n\n" not in letter.text
    assert "Событие &lt;b&gt;&amp;&lt;/b&gt;" in letter.html


def test_a_letter_without_details_or_a_page_to_look_at_says_what_happened() -> None:
    notify([reader()], topic=PEOPLE, key="1", words=lambda: Words("Событие"))
    [letter] = OutgoingMail.objects.all()
    assert letter.text.startswith("Здравствуйте!\n\nСобытие.\n\n—\n")
    assert "http" not in letter.text


def test_an_event_is_told_once_however_often_it_is_told() -> None:
    first, second = reader(), reader()
    tell(first)
    tell(first, second)
    tell(first, second)
    assert Notification.objects.count() == 2
    assert letters() == [(first.email, "Событие"), (second.email, "Событие")]
    tell(first, key="event 2")
    assert Notification.objects.count() == 3


def test_another_choice_since_then_does_not_tell_again() -> None:
    person = reader(DIGEST)
    tell(person)
    choose(person, choices={"membership": AT_ONCE})
    tell(person)
    assert (Notification.objects.count(), letters()) == (1, [])


@pytest.mark.django_db(transaction=True)
def test_of_many_who_tell_of_one_event_at_once_one_does_and_none_fails() -> None:
    people, start = [reader(), reader(DIGEST)], Barrier(6)
    done: list[bool] = []

    def work() -> None:
        try:
            start.wait()
            with transaction.atomic():
                notify(people, topic=MEMBERSHIP, key="1", words=slowly)
            done.append(True)
        finally:
            connections.close_all()

    def slowly() -> Words:
        """So that each has looked who was told before any of them tells."""
        time.sleep(0.05)
        return Words("Событие")

    threads = [Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(done) == 6
    assert Notification.objects.count() == 2
    assert letters() == [(people[0].email, "Событие")]


@pytest.mark.django_db(transaction=True)
def test_what_did_not_happen_is_not_told() -> None:
    person = reader()
    with transaction.atomic():
        notify([person], topic=MEMBERSHIP, key="1", words=lambda: Words("Событие"))
        transaction.set_rollback(True)
    assert (Notification.objects.count(), letters()) == (0, [])
    with pytest.raises(TransactionManagementError):
        notify([person], topic=MEMBERSHIP, key="1", words=lambda: Words("Событие"))


def test_what_names_a_person_is_no_part_of_a_daily_letter() -> None:
    with pytest.raises(ValueError, match="daily"):
        notify([reader()], topic=MEMBERSHIP, key="1", words=lambda: Words("Событие"), about=UserFactory())


def test_who_is_closed_out_is_told_nothing() -> None:
    tell(reader(is_active=False))
    assert (Notification.objects.count(), letters()) == (0, [])


def test_telling_many_asks_as_much_as_telling_one() -> None:
    def queries(number: int) -> int:
        people = [reader() for _ in range(number)] + [reader(DIGEST) for _ in range(number)]
        with CaptureQueriesContext(connection) as asked:
            tell(*people, key=f"event of {number}")
        return len(asked)

    assert queries(1) == queries(3)


def test_nobody_to_tell_is_no_error() -> None:
    tell()
    assert not Notification.objects.exists()


@pytest.mark.parametrize("link", ["https://example.org/", "//example.org/", "javascript:alert(1)"])
def test_no_notification_leads_elsewhere(link: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        NotificationFactory(link=link)


def test_two_topics_have_two_names() -> None:
    assert register(MEMBERSHIP) is MEMBERSHIP
    with pytest.raises(ValueError, match="membership"):
        register(Topic("membership", "Другое", "Другое"))
    assert TOPICS["membership"] is MEMBERSHIP


# --- The daily letter ----------------------------------------------------------------------------------------


def test_a_daily_letter_holds_what_was_gathered_once_and_never_comes_empty(clock: time_machine.Traveller) -> None:
    gathering, never, at_once = reader(DIGEST), reader(NEVER), reader()
    for number in range(3):
        tell(gathering, never, at_once, key=f"event {number}", title=f"Событие {number}")
    OutgoingMail.objects.all().delete()
    assert send_digests() == 0
    clock.move_to(SIX_IN_MOSCOW - datetime.timedelta(seconds=1))
    assert send_digests() == 0
    clock.move_to(SIX_IN_MOSCOW)
    assert [send_digests(), send_digests()] == [1, 0]
    assert letters() == [(gathering.email, "3 уведомления")]
    written = OutgoingMail.objects.get().text
    assert re.findall(r"Событие \d\.\nПодробности", written) == [f"Событие {n}.\nПодробности" for n in range(3)]
    assert "http://testserver/account/notifications/" in written
    assert "\n\n\n" not in written
    clock.shift(datetime.timedelta(days=1))
    assert send_digests() == 0


def test_what_comes_after_six_waits_for_the_next_day(clock: time_machine.Traveller) -> None:
    person = reader(DIGEST)
    tell(person)
    clock.move_to(SIX_IN_MOSCOW + datetime.timedelta(hours=1))
    tell(person, key="event 2", title="Позже")
    assert [send_digests(), send_digests()] == [1, 0]
    assert "Позже" not in OutgoingMail.objects.get().text
    clock.move_to(SIX_IN_MOSCOW + datetime.timedelta(days=1))
    assert send_digests() == 1
    assert "Позже" in OutgoingMail.objects.latest("pk").text


def test_who_has_had_a_letter_of_the_day_gets_no_second_one(clock: time_machine.Traveller) -> None:
    """What a long transaction commits after six was made before."""
    person = reader(DIGEST)
    tell(person)
    clock.move_to(SIX_IN_MOSCOW)
    send_digests()
    NotificationFactory(user=person, in_digest=True, created_at=NOON, title="Опоздавшее")
    assert send_digests() == 0
    clock.shift(datetime.timedelta(days=1))
    assert send_digests() == 1
    assert "Опоздавшее" in OutgoingMail.objects.latest("pk").text


@pytest.mark.faults
@pytest.mark.parametrize(
    "change",
    [
        pytest.param(datetime.date(2027, 3, 28), id="a day of 23 hours"),
        pytest.param(datetime.date(2027, 10, 31), id="a day of 25 hours"),
    ],
)
def test_a_change_of_clocks_moves_doubles_and_loses_no_daily_letter(
    clock: time_machine.Traveller, settings: Settings, change: datetime.date
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"  # Moscow knows no summer time
    days = [change + datetime.timedelta(days=number) for number in (-1, 0, 1)]
    began = datetime.datetime.combine(days[0], datetime.time(6), ZoneInfo(settings.TIME_ZONE)).astimezone(datetime.UTC)
    people = [reader(DIGEST), reader(DIGEST)]
    tell(*people)
    for hours in range(60):
        clock.move_to(began + datetime.timedelta(hours=hours))
        tell(*people, key=f"hour {hours}")
        # What a long transaction commits late: but for the key of the letter there is one each hour.
        NotificationFactory(user=people[1], in_digest=True, created_at=NOON)
        assert jobs.run(tasks.SEND_DIGESTS)
    came = {
        person.email: [
            f"{timezone.localtime(letter.created_at):%d %H:%M}"
            for letter in OutgoingMail.objects.filter(recipient=person.email).order_by("created_at")
        ]
        for person in people
    }
    report("over a change of clocks one daily letter each day, at six by the local clock", f"they came at {came}")
    assert came == {person.email: [f"{day:%d} 06:00" for day in days] for person in people}


def test_a_job_that_was_late_still_writes_the_letters_of_its_day(clock: time_machine.Traveller) -> None:
    tell(reader(DIGEST))
    clock.move_to(SIX_IN_MOSCOW + datetime.timedelta(hours=9))
    assert jobs.run(tasks.SEND_DIGESTS)
    assert len(letters()) == 1


@pytest.mark.parametrize(
    ("then", "written"),
    [
        pytest.param("read", 0, id="read on the portal"),
        pytest.param(NEVER, 0, id="switched off"),
        pytest.param(AT_ONCE, 1, id="at once from now on"),
        pytest.param("closed", 0, id="closed out"),
    ],
)
def test_what_was_done_meanwhile_counts(clock: time_machine.Traveller, then: str, written: int) -> None:
    person = reader(DIGEST)
    tell(person)
    if then == "read":
        Notification.objects.mark_read()
    elif then == "closed":
        User.objects.update(is_active=False)
    else:
        choose(person, choices={"membership": then})
    clock.move_to(SIX_IN_MOSCOW)
    assert (send_digests(), len(letters())) == (written, written)


def test_what_was_switched_off_does_not_come_back_with_the_next_choice(clock: time_machine.Traveller) -> None:
    person = reader(DIGEST)
    tell(person)
    choose(person, choices={"membership": NEVER})
    clock.move_to(SIX_IN_MOSCOW)
    send_digests()
    choose(person, choices={"membership": DIGEST})
    clock.shift(datetime.timedelta(days=1))
    assert send_digests() == 0


def test_a_topic_that_the_code_knows_no_more_is_not_mailed(clock: time_machine.Traveller) -> None:
    NotificationFactory(topic="forgotten", in_digest=True, created_at=NOON)
    clock.move_to(SIX_IN_MOSCOW)
    assert send_digests() == 0
    assert not Notification.objects.filter(in_digest=True).exists()


def test_a_long_daily_letter_is_cut_and_counts_the_rest(clock: time_machine.Traveller) -> None:
    person = reader(DIGEST, language="en")
    for number in range(23):
        tell(person, key=str(number), title=f"Event-{number}")
    clock.move_to(SIX_IN_MOSCOW)
    send_digests()
    [letter] = OutgoingMail.objects.all()
    assert (letter.subject, letter.text.count("Event-")) == ("23 notifications", 20)
    assert "And 3 more." in letter.text
    assert "http://testserver/en/account/notifications/" in letter.text


def test_many_daily_letters_ask_as_much_as_one(clock: time_machine.Traveller) -> None:
    """Those of PEOPLE_AT_ONCE together; 60 for a thousand people are allowed."""

    def queries() -> int:
        clock.shift(datetime.timedelta(days=1))
        with CaptureQueriesContext(connection) as asked:
            send_digests()
        return sum("SAVEPOINT" not in query["sql"] for query in asked)

    people = [reader(DIGEST) for _ in range(4)]
    tell(people[0], key="1")
    one = queries()
    tell(*people[1:], key="2")
    tell(*people[1:], key="3")
    assert queries() == one <= 60 * notifications.PEOPLE_AT_ONCE / 1000
    assert len(letters()) == 4


def test_people_are_taken_in_batches(clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notifications, "PEOPLE_AT_ONCE", 2)
    tell(*[reader(DIGEST) for _ in range(5)])
    clock.move_to(SIX_IN_MOSCOW)
    assert send_digests() == 5


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(3))
def test_two_runs_at_once_write_each_letter_once(
    clock: time_machine.Traveller, turn: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "PEOPLE_AT_ONCE", 3)
    people = [reader(DIGEST) for _ in range(20)]
    for number in range(2):
        tell(*people, key=f"event {number}")
    clock.move_to(SIX_IN_MOSCOW)
    start, sent = Barrier(3), []

    def work() -> None:
        start.wait()
        sent.append(send_digests())
        connections.close_all()

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sent) == 20
    assert sorted(to for to, _subject in letters()) == sorted(person.email for person in people)
    assert {letter.text.count("Событие.") for letter in OutgoingMail.objects.all()} == {2}


@pytest.mark.django_db(transaction=True)
def test_whose_letter_is_being_written_is_passed_over(clock: time_machine.Traveller) -> None:
    """A second run that waited would mark as mailed what came since, and is in no letter."""
    person = reader(DIGEST)
    tell(person)
    clock.move_to(SIX_IN_MOSCOW)
    found: list[int] = []

    def work() -> None:
        NotificationFactory(user=User(pk=person.pk), in_digest=True, created_at=NOON)  # of a long transaction
        found.append(send_digests())
        connections.close_all()

    with transaction.atomic():
        assert send_digests() == 1
        second = Thread(target=work)
        second.start()
        second.join(timeout=10)
        assert found == [0]
    assert Notification.objects.waiting(until=SIX_IN_MOSCOW).count() == 1


def test_old_notifications_go_after_a_year(clock: time_machine.Traveller) -> None:
    old = NotificationFactory(created_at=NOON - datetime.timedelta(days=365, seconds=1))
    young = NotificationFactory(created_at=NOON - datetime.timedelta(days=365) + datetime.timedelta(seconds=1))
    assert jobs.run(tasks.DELETE_OLD_NOTIFICATIONS)
    assert [*Notification.objects.all()] == [young]
    assert (delete_old_notifications(), old.user.is_active) == (0, True)


# --- Unsubscribing by the link of a letter -------------------------------------------------------------------


def exit_of(letter: OutgoingMail) -> str:
    return letter.headers["List-Unsubscribe"].removeprefix("<http://testserver").removesuffix(">")


def choices_of(person: User) -> dict[str, str]:
    return dict(person.notification_choices.values_list("topic", "how"))


@pytest.fixture
def sink(settings: Any) -> Iterator[Sink]:
    with listening(Sink()) as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        yield sink


@pytest.mark.parametrize("before", ["", AT_ONCE], ids=["nothing said", "at once"])
def test_the_link_of_a_letter_switches_its_topic_off_and_on_again(sink: Sink, before: str) -> None:
    person, other = reader(before), reader()
    tell(person, other)
    letter = OutgoingMail.objects.get(recipient=person.email)
    program = Client(enforce_csrf_checks=True)
    assert program.post(exit_of(letter), {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert choices_of(person) == {"membership": NEVER}
    tell(person, key="event 2")
    assert relay.relay() == 1
    assert [one["To"] for one in sink.letters] == [other.email]
    letter.refresh_from_db()
    assert letter.state == MailState.UNWANTED
    assert program.post(exit_of(letter), {"undo": "1"}).status_code == 200
    assert choices_of(person) == {"membership": AT_ONCE}


def test_the_link_of_whoever_had_the_address_before_does_nothing(client: Client) -> None:
    former = reader(email="head@example.org")
    tell(former)
    link = exit_of(OutgoingMail.objects.get())
    User.objects.filter(pk=former.pk).update(email="former@example.org")
    owner = reader(email="head@example.org")
    assert client.post(link).status_code == 404
    tell(owner, key="event 2")
    assert client.post(exit_of(OutgoingMail.objects.get(key__contains="event 2"))).status_code == 200
    assert choices_of(owner) == {"membership": NEVER}


def test_service_mail_has_no_such_link(sink: Sink) -> None:
    person = reader(NEVER, topic=PEOPLE)
    tell(person, topic=PEOPLE)
    assert OutgoingMail.objects.get().headers == {}
    assert relay.relay() == 1


def test_the_link_of_the_daily_letter_switches_off_what_comes_in_it(
    sink: Sink, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Topic("other", "Другое", "Другое")
    monkeypatch.setitem(TOPICS, "other", other)
    person = reader(DIGEST)
    choose(person, choices={"other": AT_ONCE})
    tell(person)
    clock.move_to(SIX_IN_MOSCOW)
    send_digests()
    letter, client = OutgoingMail.objects.get(), Client()
    assert "Отписаться от этих писем?" in text(client.get(exit_of(letter)))
    client.post(exit_of(letter))
    client.post(exit_of(letter))
    assert choices_of(person) == {"membership": NEVER, "other": AT_ONCE}
    assert relay.relay() == 0
    assert "Вы отписаны" in text(client.get(exit_of(letter)))
    client.post(exit_of(letter), {"undo": "1"})
    assert choices_of(person) == {"membership": DIGEST, "other": AT_ONCE}


def test_undone_it_is_as_it_was_before_the_link(clock: time_machine.Traveller) -> None:
    person, client = reader(), Client()
    tell(person)
    address = exit_of(OutgoingMail.objects.get())
    choose(person, choices={"membership": DIGEST})
    client.post(address)
    assert choices_of(person) == {"membership": NEVER}
    client.post(address, {"undo": "1"})
    client.post(address, {"undo": "1"})
    assert choices_of(person) == {"membership": DIGEST}


def test_a_choice_made_in_the_account_is_not_undone_by_an_old_letter(clock: time_machine.Traveller) -> None:
    person, client = reader(DIGEST), Client()
    tell(person)
    clock.move_to(SIX_IN_MOSCOW)
    send_digests()
    address = exit_of(OutgoingMail.objects.get())
    client.post(address)
    choose(person, choices={"membership": AT_ONCE})
    client.post(address, {"undo": "1"})
    assert choices_of(person) == {"membership": AT_ONCE}


def test_a_link_sent_to_a_former_address_touches_nobody(sink: Sink) -> None:
    person = reader(email="old@example.org")
    tell(person)
    address = exit_of(OutgoingMail.objects.get())
    User.objects.filter(pk=person.pk).update(email="new@example.org")
    for data in ({}, {"undo": "1"}):
        assert Client().post(address, data).status_code == 200
    assert choices_of(person) == {}


# --- In the account ------------------------------------------------------------------------------------------


def test_the_list_shows_ones_own_newest_first_and_tells_the_unread_apart() -> None:
    person = reader()
    NotificationFactory(title="Чужое")
    NotificationFactory(user=person, title="Первое", read_at=NOON, link="/dashboard/a/")
    NotificationFactory(user=person, title="Второе", text="<b>Строка</b>\nДругая")
    page = text(logged_in(person).get("/account/notifications/"))
    assert "Чужое" not in page
    assert page.index("Второе") < page.index("Первое")
    assert page.count('class="unread"') == 1
    assert "&lt;b&gt;Строка&lt;/b&gt;<br>Другая" in page
    assert 'href="/dashboard/a/"' in page


def test_an_empty_list_says_what_will_come() -> None:
    page = text(logged_in(reader()).get("/account/notifications/"))
    assert 'class="empty"' in page
    assert all(str(topic.title) in page for topic in TOPICS.values())
    assert 'action="/account/notifications/read/"' not in page


@pytest.mark.parametrize("query", ["?page=2", "?page=last", "?page=-1", "?page=99", "?page="])
def test_a_long_list_has_pages(query: str) -> None:
    person = reader()
    for number in range(21):
        NotificationFactory(user=person, title=f"Событие {number}.")
    page = text(logged_in(person).get(f"/account/notifications/{query}"))
    assert page.count('class="unread"') in (1, 20)
    assert 'class="pagination"' in page


def test_the_list_asks_as_much_for_three_as_for_one() -> None:
    person, numbers = reader(), []
    client = logged_in(person)
    for number in (1, 2):
        NotificationFactory.create_batch(number, user=person, link="/a/")
        client.get("/account/notifications/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/account/notifications/")
        numbers.append(len(queries))
    assert numbers[0] == numbers[1]


def test_what_is_opened_is_read_and_leads_on() -> None:
    person = reader()
    linked, plain = NotificationFactory(user=person, link="/dashboard/a/"), NotificationFactory(user=person)
    client = logged_in(person)
    assert client.post(f"/account/notifications/{linked.pk}/open/")["Location"] == "/dashboard/a/"
    assert client.post(f"/en/account/notifications/{linked.pk}/open/")["Location"] == "/en/dashboard/a/"
    assert client.post(f"/account/notifications/{plain.pk}/open/")["Location"] == "/account/notifications/"
    assert not Notification.objects.unread().exists()


def test_nothing_is_read_by_looking() -> None:
    notification = NotificationFactory()
    client = logged_in(notification.user)
    client.get("/account/notifications/")
    assert client.get(f"/account/notifications/{notification.pk}/open/").status_code == 405
    assert Notification.objects.unread().exists()


def test_what_is_anothers_is_not_there() -> None:
    notification = NotificationFactory()
    stranger = logged_in(reader())
    assert stranger.post(f"/account/notifications/{notification.pk}/open/").status_code == 404
    stranger.post("/account/notifications/read/", {"until": notification.pk})
    assert Notification.objects.unread().exists()


def test_all_are_marked_as_read_but_what_came_meanwhile() -> None:
    seen = NotificationFactory()
    client = logged_in(seen.user)
    until = re.findall(r'name="until" value="(\d+)"', text(client.get("/account/notifications/")))
    later = NotificationFactory(user=seen.user)
    client.post("/account/notifications/read/", {"until": until[0]})
    assert [*Notification.objects.unread()] == [later]


@pytest.mark.parametrize("until", ["", "x", "-1", "9" * 30, "1e3"])
def test_what_is_no_number_marks_nothing(until: str) -> None:
    notification = NotificationFactory()
    logged_in(notification.user).post("/account/notifications/read/", {"until": until})
    assert Notification.objects.unread().exists()


# --- Choosing ------------------------------------------------------------------------------------------------


CHOSEN = (
    "membership",
    "profile",
    "events",
    "challenges",
    "pledges",
    "projects",
    "reviews",
    "teams",
    "agreements",
    "bookings",
    "cohorts",
)  # topics, as the page has them


@pytest.mark.parametrize("how", How.values)
def test_a_person_chooses_by_topic(how: str) -> None:
    person = reader()
    client = logged_in(person)
    chosen = {**dict.fromkeys(CHOSEN, NEVER), "membership": how}
    assert client.post("/account/notifications/settings/", chosen).status_code == 302
    assert choices_of(person) == chosen
    page = text(client.get("/account/notifications/settings/"))
    assert re.findall(r'value="(\w+)"[^>]* checked', page[page.index("<table") :]) == [*chosen.values()]


def test_service_mail_stands_there_with_its_reason_and_without_a_choice() -> None:
    page = text(logged_in(reader()).get("/account/notifications/settings/"))
    assert re.sub(r"\s+", " ", str(PEOPLE.service_reason)) in page
    assert 'name="membership"' in page
    assert 'name="people"' not in page


def test_service_mail_is_not_switched_off_by_a_form_of_ones_own(sink: Sink) -> None:
    person = reader()
    chosen = dict.fromkeys(CHOSEN, NEVER)
    logged_in(person).post("/account/notifications/settings/", {**chosen, "people": NEVER})
    assert choices_of(person) == chosen
    with pytest.raises(RuleViolated, match="отключить нельзя"):
        choose(person, choices={"membership": AT_ONCE, "people": NEVER})
    assert choices_of(person) == chosen
    NotificationChoice.objects.create(user=person, topic="people", how=NEVER)
    tell(person, topic=PEOPLE)
    assert relay.relay() == 1
    assert PURPOSES["notice_people"].is_service


@pytest.mark.parametrize("posted", [{}, {"membership": "often"}], ids=["nothing", "nonsense"])
def test_a_choice_that_is_none_is_told_beside_its_topic(posted: dict[str, str]) -> None:
    person = reader(DIGEST)
    response = logged_in(person).post("/account/notifications/settings/", {"other": "x", **posted})
    assert 'class="error-summary"' in text(response)
    assert choices_of(person) == {"membership": DIGEST}


# --- The bell ------------------------------------------------------------------------------------------------


def bell(page: str) -> str:
    found = re.search(r'<a class="button button-quiet bell".*?</a>', page)
    return re.sub(r"\s+", " ", re.sub("<.+?>", " ", found[0])).strip() if found else ""


@pytest.mark.parametrize(
    ("unread", "shown"),
    [
        (0, "Уведомления"),
        (1, "1 1 непрочитанное уведомление"),
        (99, "99 99 непрочитанных уведомлений"),
        (120, "99+ Больше 99 непрочитанных уведомлений"),
    ],
)
def test_the_bell_counts_what_is_unread(unread: int, shown: str) -> None:
    person = reader()
    NotificationFactory(user=person, read_at=NOON)
    NotificationFactory()
    NotificationFactory.create_batch(unread, user=person)
    assert bell(text(logged_in(person).get("/about/"))) == shown


def test_the_bell_costs_one_query_and_guests_none() -> None:
    person = reader()
    NotificationFactory(user=person)
    client = logged_in(person)
    client.get("/about/")
    with CaptureQueriesContext(connection) as queries:
        client.get("/about/")
    assert sum("members_notification" in query["sql"] for query in queries) == 1
    with CaptureQueriesContext(connection) as queries:
        assert bell(text(Client().get("/about/"))) == ""
    assert sum("members_notification" in query["sql"] for query in queries) == 0


def test_no_reader_sees_the_bell_of_another_and_the_shared_page_has_none() -> None:
    first, second, guest = reader(), reader(), Client()
    before = guest.get("/about/").content
    NotificationFactory.create_batch(7, user=first)
    for _ in range(2):
        assert bell(text(logged_in(first).get("/about/"))).startswith("7 ")
        assert bell(text(logged_in(second).get("/about/"))) == "Уведомления"
        assert guest.get("/about/").content == before == Client().get("/about/").content

"""Registering as people meet it: at a browser without JavaScript, with an account or without."""

import datetime
import re
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from icalendar import Calendar
from pytest_django import DjangoAssertNumQueries

from common.models import OutgoingMail
from common.personal_data import HOLDERS
from events.models import (
    Event,
    EventFormat,
    EventState,
    Registration,
    RegistrationQuestion,
    RegistrationState,
    TicketPool,
    WaitingRule,
)
from events.registering.emails import registration_token
from events.registering.registrations import approve, cancel_registration, decline, register_attendee
from members.consents.services import publish_consent_text, text_in_force
from members.models import ConsentText, Role, User
from members.personal_data import person_of
from members.personal_data.erasure import erase_person
from tests.events.people import asked, states
from tests.factories.events import EventFactory, PoolFactory, QuotaFactory
from tests.factories.members import OrganisationFactory, RepresentativeFactory, UserFactory

State = RegistrationState
pytestmark = pytest.mark.django_db
LINK = re.compile(r"https?://[^/\s]+(/events/registrations/\S+)")


@pytest.fixture
def pool() -> TicketPool:
    return PoolFactory(capacity=2, event=EventFactory(slug="forum"))


@pytest.fixture
def reader(client: Client) -> User:
    person = UserFactory(first_name="Анна", last_name="Петрова")
    client.force_login(person)
    return person


def typed(pool: TicketPool, number: int = 1, **more: Any) -> dict[str, Any]:
    consent = text_in_force("registration").pk
    return {"request_key": f"k{number}", "pool": pool.pk, "consent": consent} | {
        "name": f"Гость {number}",
        "email": f"guest-{number}@example.org",
        **more,
    }


def post(client: Client, pool: TicketPool, number: int = 1, **more: Any) -> Any:
    return client.post(f"/events/{pool.event.slug}/register/", typed(pool, number, **more))


def link_of(letter: OutgoingMail) -> str:
    found = LINK.search(letter.text)
    assert found
    return found[1]


def page_of(registration: Registration, rest: str = "") -> str:
    return f"/events/registrations/{registration_token(registration)}/{rest}"


def text_of(response: Any) -> str:
    """Without markup, as it is read."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " ").split())


# --- Without an account -----------------------------------------------------------------------------------------


def test_a_guest_registers_and_confirms_by_the_button_behind_the_link(client: Client, pool: TicketPool) -> None:
    assert post(client, pool)["Location"] == "/events/forum/register/sent/"
    registration = Registration.objects.get()
    assert (registration.name, registration.email, registration.is_proved) == ("Гость 1", "guest-1@example.org", False)
    assert registration.consent_text == text_in_force("registration")
    address = link_of(OutgoingMail.objects.get())
    assert "Да, я регистрируюсь" in text_of(client.get(address))
    registration.refresh_from_db()
    assert not registration.is_proved
    assert client.post(f"{address}confirm/")["Location"] == address
    shown = text_of(client.get(address))
    assert "Место за вами" in shown
    assert registration.tickets.get().code in shown


def test_whoever_asks_for_an_address_learns_nothing_of_it(client: Client, pool: TicketPool) -> None:
    """The page that answers is the same, and the letter goes to whom the address belongs."""
    register_attendee(pool.event, pool=pool, asked=asked(1))
    known, new = post(client, pool, 1), post(client, pool, 2)
    assert (known.status_code, known["Location"]) == (new.status_code, new["Location"])
    assert states(pool.event) == [State.CONFIRMED, State.CONFIRMED]
    assert [*OutgoingMail.objects.order_by("pk").values_list("recipient", flat=True)] == [
        "guest-1@example.org",
        "guest-1@example.org",
        "guest-2@example.org",
    ]
    pool.event.state = EventState.CANCELLED
    pool.event.save()
    assert [post(client, pool, number, request_key="late").status_code for number in (1, 3)] == [200, 200]


def test_one_address_gets_only_so_many_letters(client: Client, pool: TicketPool) -> None:
    answers = [post(client, pool, 1, request_key=f"key {number}").status_code for number in range(11)]
    assert answers == [302] * 10 + [200]
    assert OutgoingMail.objects.count() == 10
    assert post(client, pool, 2).status_code == 302


def test_nothing_typed_is_lost_and_nothing_made_of_what_is_wrong(client: Client, pool: TicketPool) -> None:
    response = post(client, pool, email="guest", name="Гость <b>", consent="")
    assert {*response.context["form"].errors} == {"email", "consent"}
    assert 'value="Гость &lt;b&gt;"' in response.content.decode()
    assert not Registration.objects.exists()


def test_places_that_were_removed_meanwhile_are_refused_in_words(client: Client, pool: TicketPool) -> None:
    PoolFactory(event=pool.event)
    client.get("/events/forum/register/")
    TicketPool.objects.filter(pk=pool.pk).delete()  # so that the form does not hear of it
    late = post(client, pool)
    assert late.context["form"].non_field_errors() == ["Этих мест больше нет: выберите другие."]
    assert late.context["form"]["name"].value() == "Гость 1"
    cache.clear()
    later = post(client, pool)
    assert later.context["form"].errors == {"pool": ["Этих мест больше нет: выберите другие."]}
    assert later.context["form"]["name"].value() == "Гость 1"


def test_a_consent_is_to_the_text_in_force(client: Client, pool: TicketPool) -> None:
    old = text_in_force("registration").pk
    publish_consent_text("registration", text="<p>Иначе</p>", text_en="<p>Otherwise</p>")
    response = post(client, pool, consent=old)
    assert "изменился" in str(response.context["form"].errors["consent"])
    assert not Registration.objects.exists()


def test_a_text_that_somebody_has_agreed_to_is_kept(client: Client, pool: TicketPool) -> None:
    post(client, pool)
    with pytest.raises(Exception, match="agreed"):
        ConsentText.objects.filter(purpose="registration").update(text="<p>Иначе</p>")


# --- With an account --------------------------------------------------------------------------------------------


def test_with_an_account_name_and_address_are_known(client: Client, pool: TicketPool, reader: User) -> None:
    form = client.get("/events/forum/register/").context["form"]
    assert [*form.fields] == ["request_key", "pool", "consent"]
    answers = [post(client, pool) for _press in range(2)]
    registration = Registration.objects.get()
    assert [answer["Location"] for answer in answers] == [page_of(registration)] * 2
    assert (registration.user, registration.name, registration.is_proved) == (reader, reader.get_full_name(), True)
    assert "Вы зарегистрированы" in text_of(client.get("/events/forum/register/"))


def test_an_account_takes_over_what_its_address_began_without_it(
    client: Client, pool: TicketPool, reader: User
) -> None:
    begun = register_attendee(pool.event, pool=pool, asked=asked(1, user=None))
    Registration.objects.update(email=reader.email)
    assert post(client, pool)["Location"] == page_of(begun)
    begun.refresh_from_db()
    assert (begun.user, begun.is_proved) == (reader, True)


def test_one_comes_only_from_an_organisation_of_ones_own(client: Client, pool: TicketPool, reader: User) -> None:
    own = RepresentativeFactory(user=reader, role=Role.VIEWER).organisation
    other = OrganisationFactory()
    QuotaFactory(pool=pool, organisation=own, places=2)
    assert "мест: 2, из них для вашей организации: 2" in text_of(client.get("/events/forum/register/"))
    assert "organisation" in post(client, pool, organisation=other.pk).context["form"].errors
    post(client, pool, organisation=own.pk)
    registration = Registration.objects.get()
    assert (registration.organisation, registration.state) == (own, State.CONFIRMED)


# --- What is asked and said -------------------------------------------------------------------------------------


def test_questions_of_the_organiser_are_asked_and_answers_kept_in_words(client: Client, pool: TicketPool) -> None:
    kinds = RegistrationQuestion.Type
    questions = [
        RegistrationQuestion.objects.create(
            event=pool.event, label=label, type=kind, is_required=is_required, choices=choices
        )
        for label, kind, is_required, choices in [
            ("Тема доклада", kinds.LINE, True, ""),
            ("Питание", kinds.CHOICE, False, "Обычное\nПостное"),
            ("Нужен автобус", kinds.CHECK, False, ""),
        ]
    ]
    line, choice, check = [f"question_{question.pk}" for question in questions]
    assert [*post(client, pool).context["form"].errors] == [line]
    said: dict[str, Any] = {line: "Роботы", choice: "Постное", check: "on"}
    post(client, pool, **said)
    assert Registration.objects.get().answers == {"Тема доклада": "Роботы", "Питание": "Постное", "Нужен автобус": "да"}


@pytest.mark.parametrize(
    ("capacity", "taken", "words"),
    [
        pytest.param(12, 0, "мест: 12", id="free"),
        pytest.param(None, 3, "мест хватит всем", id="without limit"),
        pytest.param(2, 4, "лист ожидания, вы будете № 3", id="full"),
    ],
)
def test_beside_each_pool_stands_what_is_free(client: Client, capacity: int, taken: int, words: str) -> None:
    pool = PoolFactory(capacity=capacity, event=EventFactory(slug="forum"))
    for number in range(taken):
        register_attendee(pool.event, pool=pool, asked=asked(number))
    assert words in text_of(client.get("/events/forum/register/"))


def test_nobody_is_promised_a_place_past_those_who_wait(client: Client, pool: TicketPool) -> None:
    """A place that has come free is offered to them."""
    for number in range(3):
        register_attendee(pool.event, pool=pool, asked=asked(number))
    TicketPool.objects.update(capacity=9)
    assert "лист ожидания, вы будете № 2" in text_of(client.get("/events/forum/register/"))
    Event.objects.update(waiting_rule=WaitingRule.FIRST_FITTING)
    assert "мест: 7" in text_of(client.get("/events/forum/register/"))


@pytest.mark.parametrize("number", [1, 3])
def test_pools_cost_no_queries_of_their_own(
    client: Client, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    event = EventFactory(slug="forum")
    for _pool in range(number):
        QuotaFactory(pool=PoolFactory(event=event))
    with django_assert_num_queries(6):  # the event, its pools and questions, the text, places, the queue
        client.get("/events/forum/register/")


SAVEPOINT = 2  # of the test, where the server begins and commits a transaction


@pytest.mark.parametrize(
    ("taken", "kept", "number"),
    [
        pytest.param(0, 0, 7, id="gets a place"),  # the lock, who it is, the pool, what is free; three rows are written
        pytest.param(1, 0, 7, id="waits as the first"),
        pytest.param(3, 0, 7, id="waits"),
        pytest.param(3, 1, 8, id="waits beside a quota"),  # and those in the queue who come from its organisation
    ],
)
def test_a_registration_for_a_hot_event_is_few_queries(
    client: Client,
    pool: TicketPool,
    taken: int,
    kept: int,
    number: int,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    if kept:
        QuotaFactory(pool=pool, places=kept)
        TicketPool.objects.update(capacity=2 + kept)
    for guest in range(taken):
        register_attendee(pool.event, pool=pool, asked=asked(10 + guest, user=UserFactory()))
    post(client, pool, 1)
    data = typed(pool, 2)
    with django_assert_num_queries(number + SAVEPOINT):
        assert client.post("/events/forum/register/", data).status_code == 302
    assert Registration.objects.latest("pk").state == (State.WAITING if taken else State.CONFIRMED)


def test_with_an_account_it_is_as_many_and_who_that_is_and_the_calendar_entry(
    client: Client, pool: TicketPool, reader: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.get("/events/forum/register/")
    data = typed(pool)
    # the session, the account, its organisations, the event; the account held
    with django_assert_num_queries(7 + 4 + 1 + 1 + SAVEPOINT):
        assert client.post("/events/forum/register/", data).status_code == 302


# --- The page of a registration ---------------------------------------------------------------------------------


def test_the_page_is_for_its_reader_alone(client: Client, pool: TicketPool) -> None:
    registration = register_attendee(pool.event, pool=pool, asked=asked(1, user=UserFactory()))
    response = client.get(page_of(registration))
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response["Cache-Control"]
    assert client.get(f"/events/registrations/{registration.key}/").status_code == 404
    assert client.get(f"/events/registrations/{registration.key}.forged/").status_code == 404


def test_the_online_link_is_for_whoever_is_admitted(client: Client, pool: TicketPool) -> None:
    link = "https://online.example.org/room"
    Event.objects.update(format=EventFormat.ONLINE, online_link=link)
    admitted, unproved, waiting = [
        register_attendee(pool.event, pool=pool, asked=asked(number, user=user))
        for number, user in enumerate([UserFactory(), None, UserFactory()])
    ]
    pages = [client.get(page_of(one)).content.decode() for one in (admitted, unproved, waiting)]
    assert [link in page for page in pages] == [True, False, False]
    cancel_registration(admitted, by=None)
    assert link not in client.get(page_of(admitted)).content.decode()


def test_who_waits_sees_the_turn_and_the_rule(client: Client, pool: TicketPool) -> None:
    *_others, last = [
        register_attendee(pool.event, pool=pool, asked=asked(number, user=UserFactory())) for number in range(4)
    ]
    shown = text_of(client.get(page_of(last)))
    assert "2 ваше место в листе ожидания" in shown
    assert "строго по очереди" in shown
    assert "24 часа" in shown


def test_an_offer_is_accepted_or_declined_by_a_press(client: Client, pool: TicketPool) -> None:
    first, second, third, fourth = [
        register_attendee(pool.event, pool=pool, asked=asked(number, user=UserFactory())) for number in range(4)
    ]
    for one in (first, second):
        assert "Отменить регистрацию?" in text_of(client.get(page_of(one, "cancel/")))
        client.post(page_of(one, "cancel/"))
    for page in (page_of(third), page_of(third, "accept/"), page_of(third, "cancel/")):
        client.get(page)
    assert states(pool.event)[2:] == [State.OFFERED, State.OFFERED]
    client.post(page_of(third, "accept/"))
    client.post(page_of(fourth, "cancel/"))
    assert states(pool.event)[2:] == [State.CONFIRMED, State.CANCELLED]


def test_an_offer_that_is_over_says_so(client: Client, pool: TicketPool) -> None:
    *_two, third = [
        register_attendee(pool.event, pool=pool, asked=asked(number, user=UserFactory())) for number in range(3)
    ]
    cancel_registration(_two[0], by=None)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=2)):
        assert client.post(page_of(third, "accept/")).status_code == 409
    assert states(pool.event)[2] == State.OFFERED


def test_a_request_that_waits_says_by_when(client: Client, pool: TicketPool) -> None:
    TicketPool.objects.update(needs_approval=True)
    registration = register_attendee(pool.event, pool=pool, asked=asked(1, user=UserFactory()))
    assert "Организатор ответит не позднее" in text_of(client.get(page_of(registration)))
    approve(registration, by=UserFactory())
    assert "Место за вами" in text_of(client.get(page_of(registration)))


def test_whoever_is_declined_reads_why(client: Client, pool: TicketPool) -> None:
    TicketPool.objects.update(needs_approval=True)
    registration = register_attendee(pool.event, pool=pool, asked=asked(1, user=UserFactory()))
    decline(registration, by=UserFactory(), reason="Секция для учителей химии")
    assert "Организатор отказал" in (shown := text_of(client.get(page_of(registration))))
    assert "Причина: Секция для учителей химии" in shown


def test_what_is_over_shows_no_ticket_any_more(client: Client, pool: TicketPool) -> None:
    registration = register_attendee(pool.event, pool=pool, asked=asked(1, user=UserFactory()))
    Event.objects.update(state=EventState.HELD)
    shown = text_of(client.get(page_of(registration)))
    assert "Мероприятие прошло" in shown
    assert registration.tickets.get().code not in shown


# --- Who is erased ----------------------------------------------------------------------------------------------


def test_whoever_is_erased_leaves_a_place_and_no_name(pool: TicketPool, reader: User) -> None:
    EmailAddress.objects.create(user=reader, email=reader.email, verified=True, primary=True)
    own = register_attendee(pool.event, pool=pool, asked=asked(1, user=reader))
    for number in (2, 3):
        register_attendee(pool.event, pool=pool, asked=asked(number, user=UserFactory()))
    [found] = HOLDERS["registrations"].collect(person_of(reader))
    assert {entry.key: entry.value for entry in found}["name"] == own.name
    erase_person(reader, by=reader, reason="Запрос")
    own.refresh_from_db()
    ticket = own.tickets.get()
    assert (own.name, own.email, own.user, ticket.name) == ("", "", None, "")
    assert states(pool.event) == [State.CANCELLED, State.CONFIRMED, State.OFFERED]


# --- Calendars --------------------------------------------------------------------------------------------------


def entry_of(content: bytes) -> tuple[str, Any]:
    calendar = Calendar.from_ical(content)
    [entry] = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), entry


def test_the_calendar_file_is_in_the_clock_of_the_place(client: Client, pool: TicketPool) -> None:
    starts = datetime.datetime(2027, 2, 1, 7, tzinfo=datetime.UTC)
    ends = starts + datetime.timedelta(hours=2)
    Event.objects.update(
        time_zone="Asia/Kamchatka",
        starts_at=starts,
        ends_at=ends,
        venue="Школа; корпус 2\nзал",
        online_link="https://x.example.org",
    )
    registration = register_attendee(Event.objects.get(), pool=pool, asked=asked(1, user=UserFactory()))
    response = client.get(page_of(registration, "calendar/"))
    method, entry = entry_of(response.content)
    assert (method, entry.decoded("dtstart").isoformat()) == ("PUBLISH", "2027-02-01T19:00:00+12:00")
    assert str(entry["uid"]).startswith(str(pool.event.uid))
    assert b"TZID:Asia/Kamchatka" in response.content
    assert b"x.example.org" not in response.content


def test_letters_bring_the_event_into_the_calendar_and_take_it_out(pool: TicketPool) -> None:
    registration = register_attendee(pool.event, pool=pool, asked=asked(1, user=UserFactory()))
    Event.objects.update(venue="Другой зал")
    cancel_registration(registration, by=None)
    came, went = OutgoingMail.objects.order_by("pk")
    told = [(one.attachments.get().kind, entry_of(bytes(one.attachments.get().content))) for one in (came, went)]
    assert [kind.split(";")[1].strip() for kind, _told in told] == ["method=REQUEST", "method=CANCEL"]
    assert [(method, int(entry["sequence"])) for _kind, (method, entry) in told] == [("REQUEST", 0), ("CANCEL", 1)]
    assert told[0][1][1]["uid"] == told[1][1][1]["uid"]
    assert str(told[1][1][1]["status"]) == "CANCELLED"


def test_who_had_no_place_has_nothing_to_take_out_of_the_calendar(pool: TicketPool) -> None:
    TicketPool.objects.update(capacity=0)
    registration = register_attendee(pool.event, pool=pool, asked=asked(1, user=UserFactory()))
    cancel_registration(registration, by=None)
    assert not OutgoingMail.objects.filter(attachments__isnull=False).exists()

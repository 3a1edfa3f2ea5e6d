"""What an organiser does with those who are registered, and what an organisation sees of its own people."""

import csv
import datetime
import io
import re
from typing import Any

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.models import OutgoingMail, PersonalDataView
from events.attendees.decisions import AT_ONCE
from events.attendees.history import attendance_by_year, attendance_of
from events.attendees.listing import Attendees
from events.attendees.selection import Selection
from events.door.check_ins import check_in
from events.models import Event, EventState, Registration, RegistrationQuestion, RegistrationState, Ticket, TicketPool
from events.registering.registrations import Asked, Guest, cancel_registration, register_attendee, register_group
from members.models import Organisation, Region, Role, User
from tests.events.people import asked, states
from tests.factories.events import EventFactory, EventOrganiserFactory, PoolFactory
from tests.factories.members import OrganisationFactory, RepresentativeFactory, UserFactory
from tests.office import enter

pytestmark = pytest.mark.django_db
State = RegistrationState
LIST = "/dashboard/host/events/forum/registrations/"


@pytest.fixture
def event() -> Event:
    event = EventFactory(slug="forum", approval_days=3)
    EventOrganiserFactory(event=event, organisation=OrganisationFactory(slug="host"))
    return event


@pytest.fixture
def hall(event: Event) -> TicketPool:
    return PoolFactory(event=event, name="Зал", capacity=5)


@pytest.fixture
def approved(event: Event) -> TicketPool:
    """Two places, which the organiser gives."""
    return PoolFactory(event=event, name="Мастерская", capacity=2, needs_approval=True, position=1)


@pytest.fixture
def coordinator(event: Event) -> User:
    return RepresentativeFactory(organisation=event.organisers.get(), role=Role.COORDINATOR).user


@pytest.fixture
def page(client: Client, coordinator: User) -> Client:
    client.force_login(coordinator)
    return client


def attends(pool: TicketPool, name: str, *, organisation: Organisation | None = None, **fields: Any) -> Registration:
    user = UserFactory()
    wishes = Asked(name=name, email=user.email, user=user, organisation=organisation, **fields)
    return register_attendee(pool.event, pool=pool, asked=wishes)


def group_of(pool: TicketPool, *names: str, organisation: Organisation | None = None) -> Registration:
    teacher = UserFactory()
    wishes = Asked("Учитель Орлова", teacher.email, teacher, organisation)
    return register_group(pool.event, pool=pool, group="8А", guests=[Guest(name, "8") for name in names], asked=wishes)[
        0
    ]


@pytest.fixture
def crowd(hall: TicketPool, approved: TicketPool) -> dict[str, Registration]:
    """One of each kind."""
    school = OrganisationFactory(
        slug="school", short_name="Школа 5", name="Школа 5", region=Region.objects.get(code="RU-KGD")
    )
    crowd = {
        "class": group_of(hall, "Пётр Семёнов", "Яна Белова", organisation=school),
        "confirmed": attends(hall, "Артём Жуков"),
        "cancelled": attends(hall, "Отказов Олег"),
        "pending": attends(approved, "Ждан Решетов", organisation=school),
        "overdue": attends(approved, "Долгова Анна"),
        "unproved": register_attendee(hall.event, pool=hall, asked=asked(9)),
        "waiting": group_of(hall, *[f"Ученик {number}" for number in range(5)]),
    }
    cancel_registration(crowd["cancelled"], by=None)
    Registration.objects.filter(pk=crowd["overdue"].pk).update(decide_by=timezone.now() - datetime.timedelta(hours=1))
    return crowd


def first_of(group: Registration) -> Ticket:
    return next(iter(group.tickets.all()))


def shown(response: Any, crowd: dict[str, Registration]) -> set[str]:
    """Which of them the list shows, by the links to their pages."""
    keys = {int(key) for key in re.findall(rf'href="{LIST}(\d+)/"', response.content.decode())}
    return {name for name, one in crowd.items() if one.pk in keys}


def listed(query: str) -> Attendees:
    return Attendees(Event.objects.get(slug="forum"), QueryDict(query))


def words_of(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).replace("\xa0", " ").split())


# --- The list -----------------------------------------------------------------------------------------------------


ACTIVE = {"class", "confirmed", "pending", "overdue", "unproved", "waiting"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ACTIVE),
        ("state=confirmed", {"class", "confirmed", "unproved"}),
        ("state=waiting", {"waiting"}),
        ("state=cancelled", {"cancelled"}),
        ("state=pending&state=cancelled", {"pending", "overdue", "cancelled"}),
        ("pool={approved}", {"pending", "overdue"}),
        ("organisation=school", {"class", "pending"}),
        ("organisation=-", {"confirmed", "overdue", "unproved", "waiting"}),
        ("region=RU-KGD", {"class", "pending"}),
        ("region=-&state=confirmed", {"confirmed", "unproved"}),
        ("door=yes", set()),
        ("door=no", ACTIVE),
        ("came=yes", {"class"}),
        ("came=no", ACTIVE - {"class"}),
        ("came=no&came=yes", ACTIVE),
        ("wait=decision", {"pending", "overdue"}),
        ("wait=overdue", {"overdue"}),
        ("wait=address", {"unproved"}),
        ("q=семенов", {"class"}),
        ("q=8а+орлова", {"class", "waiting"}),
        ("q=ОТКАЗОВ", {"cancelled"}),
        ("q=guest-9@", {"unproved"}),
        ("q={code}", {"class"}),
        ("organisation=school&state=pending&q=ждан", {"pending"}),
        ("state=nonsense&pool=0", ACTIVE),
    ],
)
def test_the_list_is_narrowed_and_its_numbers_agree(
    page: Client, crowd: dict[str, Registration], approved: TicketPool, query: str, found: set[str]
) -> None:
    came = first_of(crowd["class"])
    came.check_ins.create(day=timezone.localdate())
    asked_for = query.format(approved=approved.pk, code=came.code.lower())
    assert shown(page.get(f"{LIST}?{asked_for}"), crowd) == found
    attendees = listed(asked_for)
    assert attendees.counts.total == len(found)
    assert attendees.selection.unknown == (("nonsense", "0") if "nonsense" in query else ())
    for name in Selection.FACETS:
        for option in attendees.options(name):
            alone = attendees.query.copy()
            alone.setlist(name, [option.value])
            assert option.number == listed(alone.urlencode()).counts.total, option


def test_what_is_summed_up_is_people(crowd: dict[str, Registration]) -> None:
    first_of(crowd["class"]).check_ins.create(day=timezone.localdate())
    summary = listed("").summary
    assert (summary.confirmed, summary.waiting, summary.offered, summary.pending, summary.came) == (4, 5, 0, 2, 1)
    assert summary.capacity == 7
    PoolFactory(event=crowd["class"].event, capacity=None)
    assert listed("").summary.capacity is None


def test_of_one_person_the_list_tells_when_they_came_and_of_a_group_how_many(
    page: Client, crowd: dict[str, Registration]
) -> None:
    at = datetime.datetime(2025, 11, 23, 7, 5, tzinfo=datetime.UTC)  # 10:05 in Moscow; no day on which they registered
    for name, later in (("class", 0), ("confirmed", 0), ("confirmed", 1)):
        moment = at + datetime.timedelta(days=later)
        first_of(crowd[name]).check_ins.create(day=moment.date(), at=moment)
    words = words_of(page.get(f"{LIST}?came=yes"))
    assert ("23.11.2025 10:05" in words, "24.11.2025" in words, "1 из 2" in words) == (True, False, True)


def test_an_order_is_chosen_and_who_waits_stands_in_turn(hall: TicketPool) -> None:
    names = ["Ёлкин", "Абрамов", "Яшин", "Дятлов", "Гусев"]
    for name in names:
        attends(hall, name)
    late = [attends(hall, name) for name in ("Второй", "Первый")]

    def order(query: str) -> list[str]:
        return [one.name for one in listed(query).rows]

    assert order("") == ["Первый", "Второй", *reversed(names)]
    assert order("sort=name&state=confirmed") == ["Абрамов", "Гусев", "Дятлов", "Ёлкин", "Яшин"]
    assert order("state=waiting") == ["Второй", "Первый"]
    waiting: list[Any] = listed("state=waiting").rows
    assert [one.place_in_turn for one in waiting] == [1, 2]
    assert late[0].queue_number == 1


@pytest.mark.parametrize("address", ["", "?state=confirmed&sort=name", "export.csv", "export.xlsx", "{pk}/"])
def test_pages_ask_as_much_for_many_as_for_few(page: Client, hall: TicketPool, address: str) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked_for:
            answer = page.get(LIST + address.format(pk=first.pk))
            assert answer.status_code == 200
            b"".join(answer)
        return len(asked_for)

    first = group_of(hall, "Аня")
    page.get(LIST)
    few = queries()
    for number in range(2):
        attends(hall, f"Гость {number}", organisation=OrganisationFactory()).tickets.get()
        first.tickets.create(name="Ян")
    assert queries() == few


def test_of_many_no_more_are_read_than_the_page_shows(page: Client, hall: TicketPool) -> None:
    rows = [
        Registration(event=hall.event, pool=hall, name=f"Гость {number}", state=State.CONFIRMED)
        for number in range(200)
    ]
    Registration.objects.bulk_create(rows)
    answer = page.get(f"{LIST}?page=2")
    assert (answer.context["list"].counts.total, len(answer.context["list"].rows)) == (200, 50)
    assert "page=4" in answer.content.decode()


def test_only_the_list_comes_back_to_a_changed_filter(page: Client, crowd: dict[str, Registration]) -> None:
    answer = page.get(f"{LIST}?state=waiting", headers={"HX-Request": "true"})
    assert shown(answer, crowd) == {"waiting"}
    assert "<html" not in answer.content.decode()


def test_an_empty_list_says_what_to_do(page: Client, hall: TicketPool) -> None:
    assert "Пока никто не зарегистрировался" in words_of(page.get(LIST))
    attends(hall, "Гость")
    assert "Никого не нашлось" in words_of(page.get(f"{LIST}?q=нет+такого"))


# --- Who may ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "status"), [("of another organiser", 404), ("an editor who only views there", 404), ("of both", 200)]
)
def test_a_role_counts_in_the_organisation_whose_dashboard_it_is(
    event: Event, hall: TicketPool, role: str, status: int
) -> None:
    """Roles within one organisation stand in the permission matrix."""
    host, other = event.organisers.get(), EventOrganiserFactory(event=event).organisation
    person = UserFactory(is_staff=True, groups=["editors"]) if "editor" in role else UserFactory()
    RepresentativeFactory(organisation=other, role=Role.HEAD, user=person)
    if role != "of another organiser":
        RepresentativeFactory(organisation=host, user=person, role=Role.HEAD if role == "of both" else Role.VIEWER)
    assert enter(person).get(LIST).status_code == status


def test_of_another_event_nothing_is_there(page: Client, event: Event, hall: TicketPool, approved: TicketPool) -> None:
    other = PoolFactory(event__slug="other", needs_approval=True)
    one = attends(other, "Чужой")
    assert page.get("/dashboard/host/events/other/registrations/").status_code == 404
    assert page.get(f"{LIST}{one.pk}/").status_code == 404
    for sent in ({"chosen": one.pk}, {"all": "1"}):
        attends(approved, "Свой")
        page.post(LIST, {"do": "cancel", "sure": "1", "reason": "Нет", **sent})
    one.refresh_from_db()
    assert one.state == State.PENDING


@pytest.mark.parametrize("is_staff", [True, False])
def test_it_is_kept_who_of_the_staff_has_looked(hall: TicketPool, coordinator: User, is_staff: bool) -> None:
    one = group_of(hall, "Аня")
    User.objects.filter(pk=coordinator.pk).update(is_staff=is_staff)
    client = enter(User.objects.get(pk=coordinator.pk))
    for address in (LIST, f"{LIST}{one.pk}/", f"{LIST}export.csv"):
        assert client.get(address).status_code == 200
    assert PersonalDataView.objects.filter(record="events.ticket").count() == 3 * is_staff


# --- One of them --------------------------------------------------------------------------------------------------


def test_the_page_of_a_group_names_its_pupils_and_what_has_become_of_it(
    page: Client, hall: TicketPool, coordinator: User
) -> None:
    one = group_of(hall, "Пётр Семёнов", "Яна Белова")
    assert "Семёнов" not in words_of(page.get(LIST))
    cancel_registration(one, by=coordinator, reason="Закрыт зал")
    told = words_of(page.get(f"{LIST}{one.pk}/"))
    for said in ("Пётр Семёнов", "Яна Белова", "Учитель Орлова", one.email, "Закрыт зал", coordinator.get_full_name()):
        assert said in told
    assert 'name="do"' not in page.get(f"{LIST}{one.pk}/").content.decode()


# --- Decisions ----------------------------------------------------------------------------------------------------


def post(client: Client, do: str, *chosen: Registration, **sent: Any) -> Any:
    return client.post(LIST, {"do": do, "chosen": [one.pk for one in chosen], **sent})


def test_what_would_come_of_approvals_is_what_comes_of_them(page: Client, approved: TicketPool) -> None:
    """Two places: one for whoever came first, none for the two who came together, and nobody overtakes them."""
    first = attends(approved, "Первый")
    pair = group_of(approved, "Аня", "Яна")
    last = attends(approved, "Последний")
    looked = post(page, "approve", last, pair, first)
    outcomes = [(one.pk, str(outcome)) for one, outcome in looked.context["foreseen"].possible]
    assert states(approved.event) == [State.PENDING] * 3
    place, line = "получает место", "встаёт в лист ожидания"
    assert outcomes == [(first.pk, place), (pair.pk, line), (last.pk, line)]
    OutgoingMail.objects.all().delete()
    for _time in range(2):
        assert post(page, "approve", last, pair, first, sure=1).status_code == 302
    assert states(approved.event) == [State.CONFIRMED, State.WAITING, State.WAITING]
    assert OutgoingMail.objects.count() == 3
    assert "3 регистрации одобрены" in words_of(page.get(LIST))


def test_whatever_is_decided_says_why_and_who_else_gets_the_place(page: Client, hall: TicketPool) -> None:
    TicketPool.objects.filter(pk=hall.pk).update(capacity=1)
    holder, waiting = attends(hall, "Занял"), attends(hall, "Ждёт")
    OutgoingMail.objects.all().delete()
    asked_why = post(page, "cancel", holder, sure=1, reason=" ")
    assert (asked_why.status_code, states(hall.event)) == (200, [State.CONFIRMED, State.WAITING])
    assert "Обязательное поле" in words_of(asked_why)
    for _time in range(2):
        post(page, "cancel", holder, sure=1, reason="Двойная запись")
    assert states(hall.event) == [State.CANCELLED, State.OFFERED]
    letters = OutgoingMail.objects.order_by("pk")
    assert {mail.recipient for mail in letters} == {holder.email, waiting.email}
    assert len(letters) == 2
    assert "Двойная запись" in letters.get(recipient=holder.email).text


def test_what_a_decision_is_not_for_is_left_out_and_said(page: Client, crowd: dict[str, Registration]) -> None:
    looked = post(page, "decline", crowd["pending"], crowd["confirmed"], crowd["cancelled"])
    foreseen = looked.context["foreseen"]
    assert [one.pk for one, _outcome in foreseen.possible] == [crowd["pending"].pk]
    assert {one.pk for one, _why in foreseen.left_out} == {crowd["confirmed"].pk, crowd["cancelled"].pk}
    done = page.post(
        LIST,
        {"do": "decline", "sure": 1, "reason": "Нет мест", "chosen": [crowd["pending"].pk, crowd["confirmed"].pk]},
        follow=True,
    )
    assert "Отказано в 1 регистрации" in words_of(done)
    assert "Артём Жуков:" in words_of(done)
    crowd["confirmed"].refresh_from_db()
    assert crowd["confirmed"].state == State.CONFIRMED


def test_all_that_the_list_finds_are_chosen_at_once(page: Client, crowd: dict[str, Registration]) -> None:
    looked = page.post(f"{LIST}?organisation=school", {"do": "cancel", "all": 1})
    assert {one.pk for one, _outcome in looked.context["foreseen"].possible} == {
        crowd["class"].pk, crowd["pending"].pk,
    }  # fmt: skip
    assert 'action="/dashboard/host/events/forum/registrations/?organisation=school"' in looked.content.decode()


def test_more_than_can_be_done_at_once_and_nothing_at_all_are_refused(page: Client, hall: TicketPool) -> None:
    Registration.objects.bulk_create(
        Registration(event=hall.event, pool=hall, name="Гость", state=State.CONFIRMED) for _one in range(AT_ONCE + 1)
    )
    told = page.post(LIST, {"do": "cancel", "all": 1}, follow=True)
    assert f"не больше {AT_ONCE}" in words_of(told)
    for nothing in ({}, {"do": "cancel"}, {"do": "delete", "chosen": "1"}, {"do": "cancel", "chosen": "1" * 30}):
        assert "Сначала отметьте" in words_of(page.post(LIST, nothing, follow=True))
    assert not Registration.objects.exclude(state=State.CONFIRMED).exists()


def test_from_the_page_of_one_it_goes_back_there(page: Client, hall: TicketPool) -> None:
    one = attends(hall, "Гость")
    for hidden, place in ((str(one.pk), f"{LIST}{one.pk}/"), ("//example.org", LIST)):
        assert post(page, "cancel", one, one=hidden, sure=1, reason="Да").url == place


# --- Tables -------------------------------------------------------------------------------------------------------


def table_of(page: Client, ending: str, query: str = "") -> list[list[str]]:
    answer = page.get(f"{LIST}export.{ending}?{query}")
    assert "attachment" in answer["Content-Disposition"]
    content = b"".join(answer)
    if ending == "csv":
        return [*csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")]
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    return [[str(cell or "") for cell in row] for row in sheet.iter_rows(values_only=True)]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_table_holds_each_person_of_the_same_filter(page: Client, hall: TicketPool, ending: str) -> None:
    RegistrationQuestion.objects.create(event=hall.event, label="Обед", type="line")
    class_ = group_of(hall, "=Пётр", "Яна Белова", organisation=OrganisationFactory(slug="school"))
    attends(hall, "Гость", answers={"Обед": "+постный", "Было раньше": "да"})
    first_of(class_).check_ins.create(
        day=datetime.date(2026, 12, 16), at=datetime.datetime(2026, 12, 16, 7, 5, tzinfo=datetime.UTC)
    )
    table = table_of(page, ending)
    assert table[0][-2:] == ["Обед", "Было раньше"]
    cells = [(row[0], row[1], row[2], row[4], row[9], *row[10:]) for row in table[1:]]
    guest = hall.registrations.get(group="")
    assert cells == [
        ("Гость", "", "", guest.email, "", "'+постный", "да"),
        ("'=Пётр", "8", "8А", class_.email, "2026-12-16 10:05", "", ""),
        ("Яна Белова", "8", "8А", class_.email, "", "", ""),
    ]
    assert [row[0] for row in table_of(page, ending, "organisation=school")[1:]] == ["'=Пётр", "Яна Белова"]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_no_answer_of_a_guest_breaks_the_table(page: Client, hall: TicketPool, ending: str) -> None:
    attends(hall, "Гость", answers={"Обед\x02": "без\x01 мяса\ufffe"})
    header, row = table_of(page, ending)
    assert (header[-2:], row[-1]) == (["Отметка на входе", "Обед"], "без мяса")


# --- What an organisation sees of its own people ------------------------------------------------------------------


def test_who_of_our_people_came_and_who_gave_no_word() -> None:
    ours, others = OrganisationFactory(), OrganisationFactory()
    head = UserFactory()
    then = datetime.datetime(2025, 12, 31, 7, tzinfo=datetime.UTC)
    held = []
    for starts_at in (then, then + datetime.timedelta(days=40)):
        with time_machine.travel(starts_at - datetime.timedelta(days=5)):
            pool = PoolFactory(event__starts_at=starts_at, capacity=4)
            group = group_of(pool, "Аня", "Яна", "Ян", organisation=ours)
            attends(pool, "Чужой", organisation=others)
            cancel_registration(attends(pool, "Отказ", organisation=ours), by=None)
            attends(pool, "Ждёт", organisation=ours)
        held.append((pool.event, group))
    with time_machine.travel(then):
        for ticket in held[0][1].tickets.all()[:2]:
            check_in(held[0][0], code=ticket.code, by=head)
    figures = ("asked", "had_places", "came", "silent", "is_noted")
    counted = [(one, *(getattr(one, name) for name in figures)) for one in attendance_of(ours)]
    assert counted == [(held[1][0], 5, 3, 0, 0, False), (held[0][0], 5, 3, 2, 1, True)]
    years = [(one["year"], one["events"], one["all_asked"], one["all_silent"]) for one in attendance_by_year(ours)]
    assert years == [(2026, 1, 5, 0), (2025, 1, 5, 1)]


@pytest.mark.parametrize("state", [EventState.CANCELLED, EventState.POSTPONED])
def test_what_did_not_take_place_is_no_history(hall: TicketPool, state: str) -> None:
    ours = OrganisationFactory()
    attends(hall, "Гость", organisation=ours)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=60)):
        assert attendance_of(ours).get() == hall.event
        Event.objects.update(state=state)
        assert not attendance_of(ours).exists()


def test_what_is_to_come_is_no_history(hall: TicketPool) -> None:
    ours = OrganisationFactory()
    attends(hall, "Гость", organisation=ours)
    assert not attendance_of(ours).exists()
    Event.objects.update(state=EventState.HELD)
    assert attendance_of(ours).get() == hall.event

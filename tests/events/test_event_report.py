"""The report of an event: its numbers, and the registrations behind each."""

import datetime
import io
from collections.abc import Callable

import openpyxl
import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from events.afterwards.attendance import Attendance
from events.afterwards.report import EventReport
from events.models import CheckIn, Event, PoolKind, Registration, RegistrationState, Ticket
from members.models import Organisation, Region, Role, User
from tests.events.over import over_since, registered
from tests.factories.events import EventFactory, EventOrganiserFactory, PoolFactory
from tests.factories.members import OrganisationFactory, RepresentativeFactory
from tests.office import editor, enter, superuser

pytestmark = pytest.mark.django_db
PLACE = "/dashboard/a/events/forum/report/"
LIST = "/dashboard/a/events/forum/registrations/"
State = RegistrationState


@pytest.fixture
def event() -> Event:
    """From ten in the morning by the clock of Kaliningrad, where it is an hour less than in Moscow."""
    event = over_since(days=2)
    event.time_zone = "Europe/Kaliningrad"
    event.starts_at = datetime.datetime(2026, 11, 20, 8, 0, tzinfo=datetime.UTC)
    event.ends_at = datetime.datetime(2026, 11, 20, 15, 0, tzinfo=datetime.UTC)
    event.save()
    online = PoolFactory(event=event, name="Онлайн", kind=PoolKind.ONLINE)
    school = OrganisationFactory(
        name="Школа", short_name="Школа", slug="school", region=Region.objects.get(code="RU-KGD")
    )
    college = OrganisationFactory(name="Колледж", short_name="Колледж", slug="college", region=None)
    hour = datetime.timedelta(hours=1)
    registered(event, people=12, came=10, group="8А", organisation=school, at=event.starts_at)
    registered(event, people=3, came=3, group="9Б", organisation=school, at=event.starts_at + 2 * hour)
    registered(event, people=5, group="7В", organisation=school, state=State.CANCELLED)
    registered(event, came=1, organisation=college, pool=online, at=event.starts_at + 2 * hour)
    registered(event, organisation=college, pool=online, state=State.WAITING, queue_number=1)
    registered(event)
    registered(event, came=1, at_the_door=True, email="", at=event.starts_at)
    registered(event, state=State.CANCELLED, at_the_door=True, email="")  # an entrance that was undone
    registered(event, state=State.EXPIRED, hold_until=event.starts_at)  # nobody has shown the address to be theirs
    taken_off = registered(event, people=1, came=1, organisation=college)
    taken_off.tickets.update(removed_at=event.ends_at)
    return event


@pytest.fixture
def organiser(event: Event) -> User:
    link = EventOrganiserFactory(event=event, organisation__slug="a", organisation__name="А")
    return RepresentativeFactory(organisation=link.organisation, role=Role.COORDINATOR).user


def as_reader(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def table_of(event: Event, section: int) -> list[tuple[object, ...]]:
    lines = EventReport(event, list_url="").sections()[section].tables[0].lines
    return [(str(line.label), *(cell.value for cell in line.cells)) for line in lines]


def test_the_numbers_are_those_of_a_table_made_by_hand(event: Event) -> None:
    hours, pools, organisations, regions, states = (table_of(event, number) for number in range(5))
    assert hours == [("10:00–11:00", 11), ("11:00–12:00", 0), ("12:00–13:00", 4)]
    in_all = ("Всего", 24, 18, 14, 1)
    assert pools == [("Очно", 22, 17, 13, 1), ("Онлайн", 2, 1, 1, 0), in_all]
    assert organisations == [
        ("Школа", 20, 15, 13, 0),
        ("Колледж", 3, 2, 1, 0),
        ("Сами по себе", 1, 1, 0, 1),
        in_all,
    ]
    assert regions == [("Калининградская область", 20, 15, 13, 0), ("Неизвестен", 4, 3, 1, 1), in_all]
    assert states == [("Место есть", 18), ("В\N{NO-BREAK SPACE}листе ожидания", 1), ("Отменена", 5), ("Всего", 24)]


def test_the_numbers_lead_to_the_registrations_behind_them(organiser: User) -> None:
    client, checked = as_reader(organiser), 0
    for section in EventReport(Event.objects.get(), list_url=LIST).sections():
        for line in section.tables[0].lines:
            for cell in line.cells:
                if cell.url:
                    found = client.get(cell.url).context["list"]
                    counted = "number_came" if "came=yes" in cell.url else "places"
                    assert sum(getattr(one, counted) for one in found.rows) == cell.value, cell.url
                    assert not found.selection.unknown
                    checked += 1
    assert checked == 27


def test_the_spreadsheet_says_the_same(organiser: User) -> None:
    response = as_reader(organiser).get(f"{PLACE}spreadsheet/")
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert [*book["По организациям"].values][1:] == table_of(Event.objects.get(), 2)
    assert [*book["Когда приходили"].values][1] == ("10:00–11:00", 11)


def test_without_registration_here_there_is_the_count_of_the_organiser(organiser: User) -> None:
    Registration.objects.update(event=EventFactory())
    Event.objects.filter(slug="forum").update(registration="none", headcount=400, headcount_is_least=True)
    text = as_reader(organiser).get(PLACE).content.decode()
    assert ("400" in text, "По организациям" in text) == (True, False)


@pytest.mark.parametrize("work", [editor, superuser])
def test_the_office_reads_the_numbers_alone(event: Event, work: Callable[[], User]) -> None:
    EventOrganiserFactory(event=event, organisation__slug="a")
    text = enter(work()).get(PLACE).content.decode()
    assert ("По организациям" in text, LIST in text, "dashboard-side" in text) == (True, False, False)


def test_an_organiser_reads_at_the_address_of_their_own(organiser: User) -> None:
    event, client = Event.objects.get(), as_reader(organiser)
    assert client.get(PLACE).status_code == 200
    foreign = EventOrganiserFactory(event=event, organisation__slug="b").organisation
    assert client.get("/dashboard/b/events/forum/report/").status_code == 404
    school = Organisation.objects.get(slug="school")  # whose people came: it holds nothing
    RepresentativeFactory(user=organiser, organisation=school, role=Role.HEAD)
    assert client.get("/dashboard/school/events/forum/report/").status_code == 404
    teacher = RepresentativeFactory(organisation=foreign, role=Role.TEACHER).user
    assert as_reader(teacher).get("/dashboard/b/events/forum/report/").status_code == 404


def test_two_thousand_registrations_cost_as_many_queries_as_one(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    event = over_since(days=2)
    schools = OrganisationFactory.create_batch(3)
    assert event.starts_at
    for number in (1, 3, 2000):
        missing = number - event.registrations.count()
        made = Registration.objects.bulk_create(
            Registration(
                event=event, pool=event.pools.get(), organisation=schools[place % 3], name=str(place),
                email=f"{place}-{number}@example.org", state=State.CONFIRMED,
            )
            for place in range(missing)
        )  # fmt: skip
        tickets = Ticket.objects.bulk_create(Ticket(registration=one, name=one.name) for one in made)
        CheckIn.objects.bulk_create(
            CheckIn(ticket=one, day=event.starts_at.date(), at=event.starts_at) for one in tickets
        )
        with django_assert_num_queries(5):
            report = EventReport(event, list_url="/")
            report.sections()
        assert (Attendance(event).total.came, report.figures[0][1].value) == (number, number)

"""How the hours of labs are used: the figures by hand, and the bookings behind each number."""

import datetime
import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from common.report_tables import Cell
from members.models import Direction, Organisation, Role, User
from technoparks.booking.free import blocked_span
from technoparks.booking.hours import holiday_on
from technoparks.models import Booking, BookingState, Lab, OpeningException, OpeningHours, PupilYear, Technopark
from tests.factories.members import OrganisationFactory, RepresentativeFactory
from tests.factories.technoparks import LabFactory, TechnoparkFactory
from tests.office import enter, superuser

pytestmark = pytest.mark.django_db
D, S = Decimal, BookingState
KAMCHATKA = ZoneInfo("Asia/Kamchatka")
PAGE, BOOK, LIST = (f"/dashboard/a/labs/{name}/" for name in ("usage", "usage/spreadsheet", "bookings"))
SEPTEMBER = {"from": "2026-09-01", "till": "2026-09-30"}


def row(
    lab: Lab, day: int, starts: float, ends: float, *, seats: range | int = 2, state: str = S.USED, **more: Any
) -> Booking:
    """As it stands in the table, on a day of September 2026 by the clock of Kamchatka; nobody could book it today."""
    midnight = datetime.datetime(2026, 9, 1, tzinfo=KAMCHATKA) + datetime.timedelta(days=day - 1)
    span = midnight + datetime.timedelta(hours=starts), midnight + datetime.timedelta(hours=ends)
    taken = range(1, seats + 1) if isinstance(seats, int) else seats
    return Booking.objects.create(
        lab=lab,
        span=span,
        blocked=blocked_span(lab, *span),
        seats=taken,
        state=state,
        **{"people": len(taken), "kind": "class", "title": "8 «Б»", "organisation": school(), **more},
    )


def school(slug: str = "school") -> Organisation:
    found = Organisation.objects.filter(slug=slug).first()
    return found or OrganisationFactory(slug=slug, name=slug.capitalize(), short_name=slug.capitalize())


@pytest.fixture
def park() -> Technopark:
    return TechnoparkFactory(host=OrganisationFactory(slug="a"), slug="park", time_zone="Asia/Kamchatka")


@pytest.fixture
def lab(park: Technopark) -> Lab:
    """Ten seats, from 8 to 20 each day."""
    direction = Direction.objects.get(slug="robotics")
    return LabFactory(technopark=park, name="Роботы", direction=direction, check_in_minutes=30)


@pytest.fixture
def other(park: Technopark) -> Lab:
    """Four seats, from 9 to 12 and from 13:30 to 17:00 on weekdays, but for holidays."""
    found = LabFactory(technopark=park, name="Химия", seats=4, keeps_holidays=True)
    found.opening_hours.all().delete()
    for weekday in range(5):
        for opens, closes in (("09:00", "12:00"), ("13:30", "17:00")):
            OpeningHours.objects.create(lab=found, weekday=weekday, opens=opens, closes=closes)
    return found


@pytest.fixture
def used(lab: Lab, other: Lab) -> None:
    """Seat-hours: 13 + 16 used, 8 missed of which 6 released, 6 to come, 3 on hold."""
    released = datetime.datetime(2026, 9, 3, 14, 30, tzinfo=KAMCHATKA)
    row(lab, 1, 8, 10, seats=4, people=5)  # Tuesday: 8
    row(lab, 1, 9, 10, seats=range(5, 10), kind="project", title="Теплица")  # 5, at the same time
    row(other, 2, 9, 11, seats=4, is_whole=True, kind="project", title="Теплица", organisation=school("college"))  # 8
    row(other, 30, 13.5, 15.5, seats=4, organisation=school("college"))  # 8, on the last day
    row(lab, 3, 14, 16, seats=4, state=S.MISSED, released_at=released)  # 8, of which 6
    row(lab, 4, 18, 20, seats=3, state=S.CONFIRMED)  # 6
    row(lab, 4, 18, 19, seats=range(4, 7), state=S.HELD, kind="person")  # 3
    row(lab, 5, 8, 9, state=S.CANCELLED)
    row(lab, 5, 8, 9, state=S.DECLINED)
    decide_by = datetime.datetime(2026, 9, 2, tzinfo=KAMCHATKA)
    row(lab, 8, 8, 10, seats=5, state=S.PENDING, decide_by=decide_by, organisation=school("lyceum"))
    row(lab, 31, 8, 9)  # the first of October
    row(lab, 0, 19, 20)  # the last of August; what begins on the first at 8 does so in August by the clock of Moscow
    row(LabFactory(), 1, 8, 9)  # of another technopark


@pytest.fixture
def manager(park: Technopark) -> User:
    return RepresentativeFactory(organisation=park.host, role=Role.COORDINATOR).user


@pytest.fixture
def client(manager: User) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def report(client: Client, **asked: str) -> Any:
    return client.get(PAGE, SEPTEMBER | asked).context["report"]


def values(section: Any, table: int = 0) -> list[tuple[Any, ...]]:
    return [
        (
            str(line.label),
            *(round(cell.value, 3) if cell.is_share and cell.value is not None else cell.value for cell in line.cells),
        )
        for line in section.tables[table].lines
    ]


OPEN_LAB, OPEN_OTHER = 30 * 12 * 10, 22 * 6.5 * 4  # September 2026 has 22 weekdays and no holiday


@pytest.mark.usefixtures("used")
def test_the_figures_are_those_of_a_table_made_by_hand(client: Client) -> None:
    found = report(client)
    figures = {str(label): (cell.text, str(under)) for label, cell, under in found.figures}
    assert figures == {
        "Открыто": ("4\N{NO-BREAK SPACE}172", ""),
        "Забронировано": ("46", ""),
        "Состоялось": ("29", ""),
        "Никто не пришёл": ("8", "из\N{NO-BREAK SPACE}них освобождено: 6"),
        "Занято": ("1,0\N{NO-BREAK SPACE}%", ""),
        "Человеко-часы": ("31", ""),
    }
    share = {"lab": round(D(24) / OPEN_LAB, 3), "other": round(D(16) / D(OPEN_OTHER), 3), "all": round(D(40) / 4172, 3)}
    tables = dict(found.tables())
    assert values(tables["by-lab"]) == [
        ("Роботы", OPEN_LAB, 30, 13, 8, share["lab"], 15),
        ("Химия", OPEN_OTHER, 16, 16, 0, share["other"], 16),
        ("Всего", 4172, 46, 29, 8, share["all"], 31),
    ]
    assert [one[0] for one in values(tables["by-direction"])] == ["Робоквантум", "Без направления", "Всего"]
    assert values(tables["by-organisation"]) == [
        ("School", 5, 30, 13, 8, 15),
        ("College", 2, 16, 16, 0, 16),
        ("Всего", 7, 46, 29, 8, 31),
    ]
    assert values(tables["by-kind"]) == [
        ("Один человек", 1, 3, 0, 0, 0),
        ("Класс или группа", 4, 30, 16, 8, 18),
        ("Проект", 2, 13, 13, 0, 13),
        ("Всего", 7, 46, 29, 8, 31),
    ]
    assert values(tables["by-project"]) == [
        ("Теплица · College", 1, 8, 8, 0, 8),
        ("Теплица · School", 1, 5, 5, 0, 5),
    ]
    assert values(tables["rooms"]) == [
        ("Роботы", 360, D("4.5"), 2, round(D("4.5") / 360, 3)),
        ("Химия", 143, 4, 4, round(D(4) / 143, 3)),
        ("Всего", 503, D("8.5"), 6, round(D("8.5") / 503, 3)),
    ]
    assert {name: number for name, number, _hours in values(tables["by-state"])} == {
        "Ждёт ответа": 1,
        "Подтверждено": 1,
        "Приостановлено": 1,
        "Состоялось": 4,
        "Никто не пришёл": 1,
        "Отклонено": 1,
        "Отменено": 1,
    }


@pytest.mark.usefixtures("used")
def test_the_week_is_drawn_hour_by_hour(client: Client) -> None:
    heat = report(client).heat()
    drawn = {(row.label, place): one.hours for row in heat.rows for place, one in enumerate(row.cells) if one.hours}
    assert drawn == {
        ("08:00", 1): 4,
        ("09:00", 1): 9,
        ("09:00", 2): 4,
        ("10:00", 2): 4,
        ("13:00", 2): 2,
        ("14:00", 2): 4,
        ("15:00", 2): 2,
        ("14:00", 3): 4,
        ("15:00", 3): 4,
        ("18:00", 4): 6,
        ("19:00", 4): 3,
    }
    [first, *_rest] = heat.rows
    assert (first.label, [one.is_open for one in first.cells]) == ("08:00", [True] * 7)
    assert first.cells[1].share == D(4) / (5 * 10)  # five Tuesdays
    assert [step for step, _one in heat.drawn[0][1]] == [0, 3, 0, 0, 0, 0, 0]
    assert heat.most == D(6) / (4 * 10)  # four Fridays, at 18


def cells(found: Any) -> Iterator[tuple[str, Cell]]:
    """With the heading of each; of rooms with that of its table."""
    for label, cell, _under in found.figures:
        yield str(label), cell
    for section in [*found.sections(), found.week()]:
        for table in section.tables:
            heads = [ROOMS if section.title == ROOMS else str(head) for head in table.heads]
            for line in table.lines:
                yield from zip(heads, line.cells, strict=True)


ROOMS = "Помещения, в\N{NO-BREAK SPACE}комнато-часах"


@pytest.mark.usefixtures("used")
def test_every_number_leads_to_the_bookings_that_it_counts(client: Client) -> None:
    checked = 0
    for head, cell in cells(report(client)):
        if not cell.url.startswith(LIST):
            continue
        listed = client.get(cell.url).context["list"]
        assert not listed.asked.unknown
        told = {"Бронирования": listed.number, "Человеко-часы": listed.person_hours.value}
        told |= {ROOMS: listed.room_hours and listed.room_hours.value}
        assert told.get(head, listed.seat_hours.value) == cell.value, (head, cell.url)
        assert sum(one.seat_hours.value for one in listed.rows) == listed.seat_hours.value
        checked += 1
    assert checked == 95


@pytest.mark.usefixtures("used")
def test_released_hours_stand_with_what_was_missed(client: Client) -> None:
    listed = client.get(LIST, SEPTEMBER | {"state": "missed"}).context["list"]
    assert (listed.seat_hours.value, listed.released.value) == (8, 6)


@pytest.mark.usefixtures("used")
@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ({"lab": "Роботы"}, 30),
        ({"direction": "robotics"}, 30),
        ({"direction": "-"}, 16),
        ({"till": "2026-09-01"}, 13),
        ({"from": "2026-09-30"}, 8),
        ({"from": "2026-10-01", "till": "2026-10-01"}, 2),
        ({"guest": "college"}, 46),
    ],
)
def test_a_report_is_of_what_was_asked(client: Client, asked: dict[str, str], number: int) -> None:
    """Of a guest alone there is a list, and no report."""
    if "lab" in asked:
        asked = {"lab": str(Lab.objects.get(name=asked["lab"]).pk)}
    assert report(client, **asked).figures[1][1].value == number


def test_open_hours_leave_out_holidays_and_know_exceptions(client: Client, lab: Lab, other: Lab) -> None:
    assert holiday_on(datetime.date(2026, 11, 4))  # a Wednesday
    lab.delete()
    november = {"from": "2026-11-01", "till": "2026-11-30"}
    assert report(client, **november).figures[0][1].value == 20 * D("6.5") * 4
    OpeningException.objects.create(lab=other, day=datetime.date(2026, 11, 4), opens="10:00", closes="12:00")
    OpeningException.objects.create(lab=other, day=datetime.date(2026, 11, 5))
    OpeningException.objects.create(lab=other, day=datetime.date(2026, 11, 8), opens="10:00", closes="11:00")
    OpeningException.objects.create(lab=other, day=datetime.date(2026, 12, 1))
    assert report(client, **november).figures[0][1].value == (19 * D("6.5") + 3) * 4
    other.keeps_holidays = False
    other.save()
    assert report(client, **november).figures[0][1].value == (19 * D("6.5") + 3) * 4


def test_pupils_that_were_planned_and_came(client: Client, park: Technopark, lab: Lab) -> None:
    PupilYear.objects.create(technopark=park, year=2025, planned=1000, actual=1300)
    PupilYear.objects.create(technopark=park, year=2026, planned=1200)
    plan = report(client).plan()
    assert values(plan) == [("2025/26", 1000, 1300, D("1.3")), ("2026/27", 1200, None, None)]


@pytest.mark.usefixtures("used")
def test_the_spreadsheet_says_the_same_and_computes_nothing(client: Client) -> None:
    Booking.objects.filter(title="Теплица").update(title="=1+1")
    response = client.get(BOOK, SEPTEMBER)
    assert response["Content-Disposition"] == 'attachment; filename="park-2026-09-01-2026-09-30.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert [*book["По лабораториям"].values][1][:5] == ("Роботы", OPEN_LAB, 30, 13, 8)
    assert [line[0] for line in book["По проектам"].values][1] == "'=1+1 · College"
    assert ("08:00", 0, 4, 0, 0, 0, 0, 0) in [*book["По часам недели"].values]


@pytest.mark.usefixtures("lab")
@pytest.mark.parametrize(
    ("asked", "unknown"),
    [
        ({"from": "вчера"}, ("вчера",)),
        ({"from": "2026-09-02", "till": "2026-09-01"}, ("2026-09-02 – 2026-09-01",)),
        ({"from": "1990-01-01", "till": "2026-09-01"}, ("1990-01-01 – 2026-09-01",)),
        ({"lab": "999999", "direction": "nowhere"}, ("999999", "nowhere")),
        (
            {"state": "asleep", "kind": "robot", "guest": "nobody", "weekday": "7", "hour": "24"},
            ("nobody", "robot", "asleep", "7", "24"),
        ),
    ],
)
def test_what_is_not_understood_is_left_out_and_told(
    client: Client, asked: dict[str, str], unknown: tuple[str]
) -> None:
    for address in (PAGE, LIST):
        response = client.get(address, asked)
        assert (response.status_code, response.context["asked"].unknown) == (200, unknown)


# --- The list ----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("used")
def test_the_list_says_what_narrows_it_and_leads_out_of_it(client: Client, lab: Lab) -> None:
    asked = SEPTEMBER | {"lab": str(lab.pk), "state": "booked", "kind": "class", "weekday": "1", "hour": "9"}
    response = client.get(LIST, asked)
    chips = {
        chip.label.replace("\N{NO-BREAK SPACE}", " ").replace("\N{WORD JOINER}", ""): chip.url
        for chip in response.context["list"].chips
    }
    assert [*chips] == [
        "1 сентября 2026 г. – 30 сентября 2026 г.",
        "Роботы",
        "Класс или группа",
        "Все забронированные",
        "вторник",
        "09:00–10:00",
    ]
    assert [one.seat_hours.value for one in response.context["list"].rows] == [4]
    without = client.get(LIST + chips["09:00–10:00"]).context["list"]
    assert [one.seat_hours.value for one in without.rows] == [8]


def test_an_empty_list_says_what_to_do(client: Client, lab: Lab) -> None:
    assert "Здесь ещё ничего не бронировали" in client.get(LIST).content.decode()
    assert "Ничего не нашлось" in client.get(LIST, {"state": "used"}).content.decode()
    row(lab, 1, 8, 9)
    text = client.get(LIST).content.decode()
    assert reverse("technoparks:dashboard_booking", args=["a", Booking.objects.get().pk]) in text


def test_the_fragment_is_a_part_of_the_page(client: Client, lab: Lab) -> None:
    row(lab, 1, 8, 9)
    fragment = client.get(LIST, headers={"HX-Request": "true"}).content.decode().strip()
    assert fragment.startswith('<section id="results"')
    assert fragment in client.get(LIST).content.decode()


# --- Who ---------------------------------------------------------------------------------------------------------


ROLES = {Role.HEAD: 200, Role.COORDINATOR: 200, Role.TEACHER: 403, Role.VIEWER: 403}


@pytest.mark.parametrize("role", ROLES)
def test_heads_and_coordinators_of_the_host_read_it(lab: Lab, role: str) -> None:
    client = Client()
    client.force_login(RepresentativeFactory(organisation=lab.technopark.host, role=role).user)
    assert [client.get(address).status_code for address in (PAGE, BOOK, LIST)] == [ROLES[Role(role)]] * 3
    labs = client.get("/dashboard/a/labs/").content.decode()
    assert (PAGE in labs, LIST in labs) == (ROLES[Role(role)] == 200,) * 2


def test_to_strangers_and_without_a_technopark_it_is_not_there(lab: Lab) -> None:
    client = Client()
    stranger = RepresentativeFactory(organisation__slug="b", role=Role.HEAD)
    client.force_login(stranger.user)
    for address in (PAGE, BOOK, LIST):
        assert client.get(address).status_code == 404
        assert client.get(address.replace("/a/", "/b/")).status_code == 404


def test_the_office_reads_it_and_acts_for_nobody(lab: Lab) -> None:
    booking = row(lab, 1, 8, 9)
    client = enter(superuser())
    assert "По лабораториям" in client.get(PAGE, SEPTEMBER).content.decode()
    text = client.get(LIST).content.decode()
    assert (reverse("admin:technoparks_booking_change", args=[booking.pk]) in text, "dashboard-side" in text) == (
        True,
        False,
    )


def test_one_reads_of_several_technoparks_the_one_that_is_asked_for(client: Client, park: Technopark, lab: Lab) -> None:
    second = LabFactory(technopark__host=park.host, technopark__slug="second", technopark__name="Яхрома")
    row(lab, 2, 8, 9)
    row(second, 2, 8, 10)
    numbers = [report(client, technopark=slug).figures[1][1].value for slug in ("park", "second", "foreign")]
    assert numbers == [2, 4, 2]
    other = LabFactory(technopark__slug="foreign")
    assert report(client, technopark="foreign", lab=str(other.pk)).asked.technopark == park


# --- All technoparks ---------------------------------------------------------------------------------------------

OFFICE = "/admin/technoparks/technopark/usage"


@pytest.mark.usefixtures("used")
def test_the_office_sees_all_technoparks_each_by_its_own_clock(park: Technopark) -> None:
    client = enter(superuser())
    response = client.get(f"{OFFICE}/", {"since": "2026-09-01", "until": "2026-09-30"})
    lines = {str(line.label): line.cells for line in response.context["sections"][0].tables[0].lines}
    assert [cell.value for cell in lines[park.name]] == [4172, 46, 29, 8, D(40) / 4172, 31]
    other = Technopark.objects.exclude(pk=park.pk).get()
    assert [cell.value for cell in lines[other.name]][:3] == [3600, 0, 0]  # in Moscow it began in August
    assert [cell.value for cell in lines["Всего"]][:3] == [7772, 46, 29]
    found = client.get(lines[park.name][1].url).context["report"]
    assert [cell.value for _label, cell, _under in found.figures[:4]] == [4172, 46, 29, 8]
    book = client.get(f"{OFFICE}.xlsx", {"since": "2026-09-01", "until": "2026-09-30"})
    [*_before, sheet] = openpyxl.load_workbook(io.BytesIO(book.content))
    assert (park.name, 4172, 46, 29, 8) in [line[:5] for line in sheet.values]


def test_a_period_that_is_none_is_told(lab: Lab) -> None:
    client, wrong = enter(superuser()), {"since": "2026-09-30", "until": "2026-09-01"}
    assert "сначала более ранний" in client.get(f"{OFFICE}/", wrong).content.decode()
    assert client.get(f"{OFFICE}.xlsx", wrong).status_code == 302


@pytest.mark.parametrize("number", [1, 3])
def test_the_page_of_all_costs_the_same(number: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for day in range(1, number + 1):
        row(LabFactory(), day, 8, 9)
    client = enter(superuser())
    client.get(f"{OFFICE}/")
    with django_assert_num_queries(8):
        client.get(f"{OFFICE}/")


# --- Queries -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 3])
def test_a_report_costs_the_same_however_much_there_is(
    client: Client, park: Technopark, number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for place in range(number):
        lab = LabFactory(technopark=park, direction=Direction.objects.all()[place])
        OpeningException.objects.create(lab=lab, day=datetime.date(2026, 9, 9 + place))
        for day in range(1, number + 1):
            row(lab, day, 8, 9, kind="project", title=f"Проект {day}", organisation=school(f"school-{day}"))
    client.get(PAGE, SEPTEMBER)
    with django_assert_num_queries(17):
        client.get(PAGE, SEPTEMBER)
    with django_assert_num_queries(15):
        client.get(BOOK, SEPTEMBER)
    with django_assert_num_queries(14):
        client.get(LIST, SEPTEMBER)

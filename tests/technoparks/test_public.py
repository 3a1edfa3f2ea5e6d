"""What everybody may read of technoparks: the list, a technopark, a lab besides its week."""

import datetime
import html
import re

import pytest
from django.db import connection
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.times import day_said
from members.models import Direction, Region, Role, User
from technoparks.models import Lab, OpeningException, PupilYear, SiteCount, StatusChange, Technopark
from technoparks.public.lab_page import hours_said, rules_of
from technoparks.public.listing import TechnoparkList, rows_of
from technoparks.public.page import with_free_time
from tests.factories.members import OrganisationFactory, RepresentativeFactory, UserFactory
from tests.factories.technoparks import EquipmentFactory, LabFactory, TechnoparkFactory, booked, out

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def words(response: object) -> str:
    """What is read on a page, without its markup."""
    text = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", response.content.decode(), flags=re.DOTALL)  # type: ignore[attr-defined]
    return re.sub(r"\s+", " ", html.unescape(text).replace("\N{WORD JOINER}", ""))


def read(address: str, user: User | None = None) -> str:
    client = Client()
    if user:
        client.force_login(user)
    return words(client.get(address))


def statuses(address: str, *users: User | None) -> list[int]:
    found = []
    for user in users:
        client = Client()
        if user:
            client.force_login(user)
        found.append(client.get(address).status_code)
    return found


def found(query: str = "") -> list[str]:
    return [row.technopark.name for row in TechnoparkList(QueryDict(query)).rows]


# --- Who sees what -------------------------------------------------------------------------------------------


def test_what_is_not_published_is_there_for_the_host_and_the_office_alone() -> None:
    lab = LabFactory(technopark__is_published=False)
    host = RepresentativeFactory(organisation=lab.technopark.host, role=Role.VIEWER).user
    office = UserFactory(is_staff=True, groups=["editors"])
    stranger = RepresentativeFactory(role=Role.HEAD).user
    for address in (lab.technopark.get_absolute_url(), lab.get_absolute_url()):
        assert statuses(address, None, stranger, host) == [404, 404, 200]
    assert [*Technopark.objects.visible_to(office)] == [lab.technopark]


def test_a_lab_that_is_not_published_is_not_on_the_page_of_its_technopark() -> None:
    lab = LabFactory(name="Скрытая лаборатория", is_published=False)
    assert statuses(lab.get_absolute_url(), None) == [404]
    assert "Скрытая лаборатория" not in read(lab.technopark.get_absolute_url())
    host = RepresentativeFactory(organisation=lab.technopark.host, role=Role.TEACHER).user
    assert "Скрытая лаборатория Робо" not in read(lab.technopark.get_absolute_url(), host)
    assert "Скрытая лаборатория 10 мест · Не опубликовано" in read(lab.technopark.get_absolute_url(), host)


def test_the_lab_of_another_technopark_is_not_found_at_this_one() -> None:
    lab, other = LabFactory(slug="robots"), TechnoparkFactory(slug="other")
    assert statuses(f"/technoparks/{other.slug}/labs/robots/", None) == [404]
    assert statuses(f"/technoparks/{lab.technopark.slug}/labs/robots/", None) == [200]


def test_a_host_that_is_not_published_is_not_named() -> None:
    technopark = TechnoparkFactory(host=OrganisationFactory(short_name="Тайный фонд", is_published=False))
    assert "Тайный фонд" not in read(technopark.get_absolute_url())
    assert "Тайный фонд" not in read("/technoparks/")


# --- The list ------------------------------------------------------------------------------------------------


def test_the_list_is_narrowed_by_region_direction_and_status_and_counts_what_is_behind_them() -> None:
    moscow, omsk = Region.objects.get(code="RU-MOW"), Region.objects.get(code="RU-OMS")
    robotics, energy = Direction.objects.get(slug="robotics"), Direction.objects.get(slug="energy")
    first = TechnoparkFactory(name="Первый", region=moscow)
    first.directions.set([robotics, energy])
    second = TechnoparkFactory(name="Второй", region=omsk)
    second.directions.set([robotics])
    StatusChange.objects.create(technopark=second, status="closed", on=timezone.localdate())
    TechnoparkFactory(name="Сеть", is_network=True)
    TechnoparkFactory(name="Черновик", is_published=False)
    assert found() == ["Сеть", "Второй", "Первый"]
    assert found("region=RU-OMS") == ["Второй"]
    assert found("direction=energy&direction=robotics") == ["Второй", "Первый"]
    assert found("direction=energy") == ["Первый"]
    assert found("status=closed") == ["Второй"]
    assert found("status=nonsense") == ["Сеть", "Второй", "Первый"]
    counts = TechnoparkList(QueryDict("")).counts
    assert (counts.total, counts["direction"]) == (3, {"robotics": 2, "energy": 1})
    assert counts["status"] == {"open": 2, "closed": 1}


def test_a_plan_of_tomorrow_is_told_and_an_opening_of_tomorrow_is_not_yet() -> None:
    technopark = TechnoparkFactory(since=timezone.localdate() + DAY)
    [row] = rows_of(Technopark.objects.with_status())
    assert row.change is None
    StatusChange.objects.create(technopark=technopark, status="planned", on=timezone.localdate() + 2 * DAY)
    [row] = rows_of(Technopark.objects.with_status())
    assert row.change
    assert row.change.status == "planned"


def test_of_a_network_the_list_says_how_many_sites_were_planned_and_opened() -> None:
    network = TechnoparkFactory(name="Кванториум", is_network=True)
    SiteCount.objects.create(technopark=network, on=datetime.date(2017, 1, 1), actual=24, regions=19)
    SiteCount.objects.create(technopark=network, on=datetime.date(2017, 12, 31), planned=50)
    page = read("/technoparks/")
    assert "Открыто на 1 января 2017 г., в 19 регионах 24" in page
    assert "План на 31 декабря 2017 г. 50" in page


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_asks_as_much_for_three_as_for_one(number: int) -> None:
    read("/technoparks/?page=1")  # regions and directions are at hand from then on
    for one in range(number):
        technopark = TechnoparkFactory(name=f"Технопарк {one}")
        technopark.directions.set(Direction.objects.all()[: one + 1])
    TechnoparkFactory()
    with CaptureQueriesContext(connection) as asked:
        assert "технопарк" in read(f"/technoparks/?fresh={number}")
    assert len(asked) == 6  # counts, keys, rows; their directions, changes, numbers of sites


# --- A technopark --------------------------------------------------------------------------------------------


def test_its_history_is_told_as_far_as_it_is_known() -> None:
    technopark = TechnoparkFactory(since=datetime.date(2023, 9, 1))
    StatusChange.objects.create(
        technopark=technopark, status="planned", on=datetime.date(2022, 1, 1), precision="year", note="по новостям"
    )
    StatusChange.objects.create(
        technopark=technopark, status="planned", on=datetime.date(2023, 5, 1), precision="month"
    )
    page = read(technopark.get_absolute_url())
    assert "2022 год Планируется по новостям Май 2023 Планируется 1 сентября 2023 г. Открыт" in page


def test_its_figures_stand_beside_what_was_planned() -> None:
    technopark = TechnoparkFactory(labs_in_all=58, pupils_planned=10000)
    PupilYear.objects.create(technopark=technopark, year=2023, planned=10000, actual=13000)
    page = read(technopark.get_absolute_url())
    assert "лабораторий 58 учеников в год по плану 10 000" in page
    assert "2023/24, план 10 000 2023/24, пришли 13 000" in page


def test_a_network_shows_its_published_sites() -> None:
    network = TechnoparkFactory(is_network=True)
    TechnoparkFactory(network=network, name="Площадка в Омске")
    TechnoparkFactory(network=network, name="Площадка-черновик", is_published=False)
    page = read(network.get_absolute_url())
    assert "Площадка в Омске" in page
    assert "Площадка-черновик" not in page


def test_what_is_free_begins_where_seats_are_left() -> None:
    """Open daily from 0 to 23; on the first day that can be booked two hours are taken, and some seats of two more."""
    lab = LabFactory(hours=(0, 23), days_ahead=3)
    for days in range(7):
        if days != 2:
            OpeningException.objects.create(lab=lab, day=timezone.localdate() + days * DAY)
    booked(lab, 0, 2, days=2, is_whole=True)
    booked(lab, 2, 4, days=2, people=4)
    [row] = with_free_time(lab.technopark, UserFactory())
    day = day_said(timezone.localdate() + 2 * DAY, today=timezone.localdate())
    assert row.free
    assert row.free.first
    assert row.free.when.startswith(f"{day}, ")
    assert row.free.when.endswith(", 02:00")
    assert (row.free.first.free, row.free.hours, row.free.of_hours) == (6, 21, 23)


def test_a_full_room_a_closed_day_and_a_lab_that_is_not_booked_have_nothing_free() -> None:
    lab = LabFactory(seats=2)
    for days in range(8):
        OpeningException.objects.create(lab=lab, day=timezone.localdate() + days * DAY, reason="Ремонт")
    [row] = with_free_time(lab.technopark, UserFactory())
    assert row.free
    assert (row.free.first, row.free.hours, row.free.of_hours, row.free.when) == (None, 0, 0, "")
    assert "На эти дни забронировать нельзя" in read(lab.technopark.get_absolute_url())
    Lab.objects.update(is_bookable=False)
    assert "На портале не бронируется" in read(lab.technopark.get_absolute_url())


@pytest.mark.parametrize("number", [1, 3])
def test_a_technopark_asks_as_much_for_three_labs_as_for_one(number: int) -> None:
    technopark = TechnoparkFactory()
    for _lab in range(number):
        lab = LabFactory(technopark=technopark)
        OpeningException.objects.create(lab=lab, day=timezone.localdate() + DAY)
        for day in range(2, 2 + number):
            booked(lab, days=day)
    with CaptureQueriesContext(connection) as asked:
        read(technopark.get_absolute_url())
    # Itself; labs, hours, exceptions, bookings; programmes; changes, directions, pupils; events and their filters.
    assert len(asked) == 13


# --- A lab ---------------------------------------------------------------------------------------------------


def said(lab: Lab) -> list[str]:
    return [rule.replace("\N{NO-BREAK SPACE}", " ") for rule in rules_of(lab)]


def test_rules_are_sentences() -> None:
    strict = Lab(
        by_seats=False,
        is_for_members=True,
        approval_hours=24,
        shortest_minutes=45,
        longest_minutes=120,
        step_minutes=15,
        days_ahead=30,
        notice_hours=48,
        buffer_minutes=15,
        least_age=14,
        check_in_minutes=20,
    )
    assert said(strict) == [
        "Бронируют члены ассоциации.",
        "Лаборатория бронируется только целиком.",
        "Принимающая сторона отвечает в течение 24 часов, до ответа время остаётся за вами.",
        "Длительность: от 45 минут до 2 часов, шаг — 15 минут.",
        "Бронировать можно не раньше чем за 30 дней и не позже чем за 48 часов до начала.",
        "После каждого бронирования 15 минут отводится на уборку.",
        "Здесь работают с 14 лет.",
        "С группой всё время находится взрослый сопровождающий.",
        "Если через 20 минут после начала никто не отметился, места снова свободны.",
        "В праздничные дни закрыто.",
    ]
    assert said(Lab(needs_approval=False, needs_supervisor=False, keeps_holidays=False)) == [
        "Бронирует любая организация портала: её руководитель, координаторы и педагоги.",
        "Можно забронировать часть мест или лабораторию целиком.",
        "Бронирование подтверждается сразу.",
        "Длительность: от 30 минут до 4 часов, шаг — 30 минут.",
        "Бронировать можно не раньше чем за 180 дней.",
    ]


def test_days_with_the_same_hours_are_said_together() -> None:
    lab = LabFactory()
    lab.opening_hours.filter(weekday=6).delete()
    lab.opening_hours.filter(weekday=5).update(closes=datetime.time(13))
    spans = [
        (days.replace("\u2060", ""), hours.replace("\u2060", "")) for days, hours in hours_said(lab.opening_hours.all())
    ]
    assert spans == [("пн–пт", "08:00–20:00"), ("сб", "08:00–13:00"), ("вс", "закрыто")]


def test_equipment_stands_by_its_class_with_its_state_and_without_what_is_written_off() -> None:
    printer = EquipmentFactory(kind__name="3D-принтер", name="Первый", number="Ж-42")
    out(EquipmentFactory(lab=printer.lab, kind=printer.kind, name="Второй"))
    EquipmentFactory(lab=printer.lab, kind=printer.kind, name="Третий", status="retired")
    page = read(printer.lab.get_absolute_url())
    assert "3D-принтер Второй Не работает, срок пока неизвестен: Не греется сопло Первый Работает" in page
    assert "Третий" not in page
    assert "Ж-42" not in page  # the number is the host's own


def test_a_lab_that_is_not_booked_says_so_instead_of_its_week() -> None:
    lab = LabFactory(is_bookable=False)
    page = read(lab.get_absolute_url())
    assert "Эту лабораторию на портале не бронируют" in page
    assert "Свободные места" not in page


def test_an_organisation_shows_its_technoparks() -> None:
    technopark = TechnoparkFactory(name="Технопарк на Оке")
    TechnoparkFactory(host=technopark.host, name="Технопарк-черновик", is_published=False)
    page = read(technopark.host.get_absolute_url())
    assert "Технопарки Технопарк на Оке" in page
    assert "Технопарк-черновик" not in page

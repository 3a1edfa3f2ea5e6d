"""The week of a lab: free seats by hour, closed days, the clocks of lab and reader."""

import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.errors import RuleViolated
from members.models import User
from technoparks.booking.bookings import book
from technoparks.booking.hours import Span, at, open_days
from technoparks.models import Lab, OpeningException
from technoparks.opening.hits import outside
from technoparks.public.week import Cell, Week, first_day
from tests.factories.members import UserFactory
from tests.factories.technoparks import EquipmentFactory, LabFactory, asked, booked, guest
from tests.technoparks.test_public import read, words

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)


def coming(days: int = 7) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=days)


def cells(lab: Lab, day: datetime.date, **more: object) -> list[Cell]:
    week = Week.of(lab, day.isoformat(), **more)  # type: ignore[arg-type]
    [found] = [one for one in week.days if one.date == day]
    return found.cells


def row(lab: Lab, day: datetime.date) -> str:
    """«10 6 10»: the free seats of each hour; «-» is closed, «.» is over; «(10)»: not to be booked."""
    signs = {"closed": "-", "past": "."}
    said = (
        signs.get(cell.state, f"({cell.free})" if cell.state == "shut" else str(cell.free)) for cell in cells(lab, day)
    )
    return " ".join(said)


# --- Seats ---------------------------------------------------------------------------------------------------


def test_each_hour_says_how_many_seats_are_free() -> None:
    lab = LabFactory(hours=(9, 15))
    booked(lab, 10, 12, people=4)
    booked(lab, 11, 12, people=3)
    booked(lab, 13, 14, is_whole=True)
    assert row(lab, coming()) == "10 6 3 10 0 10"


def test_a_booking_that_is_called_off_gives_its_seats_back() -> None:
    lab = LabFactory(hours=(9, 11))
    booking = booked(lab, 9, 10, people=4)
    type(booking).objects.update(state="cancelled")
    assert row(lab, coming()) == "10 10"


def test_the_time_to_tidy_up_is_not_free() -> None:
    lab = LabFactory(hours=(9, 12), buffer_minutes=15)
    booked(lab, 9, 10, people=4)
    assert row(lab, coming()) == "6 6 10"


def test_of_a_lab_that_is_booked_as_a_whole_all_seats_are_free_or_none() -> None:
    lab = LabFactory(hours=(9, 11))
    booked(lab, 9, 10, people=4)
    lab.by_seats = False  # from now on
    assert row(lab, coming()) == "0 10"


def test_hours_that_are_over_or_not_to_be_booked_are_told_from_free_ones() -> None:
    lab = LabFactory(hours=(0, 23), days_ahead=10, notice_hours=48)
    assert set(row(lab, coming(-1)).split()) == {"."}
    assert set(row(lab, coming(1)).split()) == {"(10)"}
    assert set(row(lab, coming(5)).split()) == {"10"}
    assert set(row(lab, coming(12)).split()) == {"(10)"}


def test_half_an_hour_is_a_cell_that_says_its_minutes() -> None:
    lab = LabFactory(hours=(9, 11))
    lab.opening_hours.update(opens=datetime.time(9, 30))
    assert [cell.minutes for cell in cells(lab, coming())] == ["09:30–10:00", ""]


def test_a_pause_at_noon_is_closed() -> None:
    lab = LabFactory(hours=(9, 11))
    for hours in lab.opening_hours.all():
        lab.opening_hours.create(weekday=hours.weekday, opens=datetime.time(12), closes=datetime.time(13))
    assert row(lab, coming()) == "10 10 - 10"


def test_until_midnight_is_a_whole_hour() -> None:
    lab = LabFactory(hours=(22, 23))
    lab.opening_hours.update(closes=datetime.time(23, 59))
    assert [cell.minutes for cell in cells(lab, coming())] == ["", "23:00–23:59"]


# --- Days ----------------------------------------------------------------------------------------------------


def test_a_holiday_in_the_week_is_closed_and_named() -> None:
    lab = LabFactory(keeps_holidays=True, days_ahead=400)
    week = Week.of(lab, "2025-11-05")
    assert [(str(one.date), one.is_open, one.why) for one in week.days][:3] == [
        ("2025-11-03", False, "Выходной (перенесено с 01.11.2025)"),
        ("2025-11-04", False, "День народного единства"),
        ("2025-11-05", True, ""),
    ]
    page = read(f"{lab.get_absolute_url()}?week=2025-11-05")
    assert "Вторник 4 ноября Закрыто: День народного единства" in page


def test_an_exception_says_why_and_an_open_holiday_keeps_its_name() -> None:
    lab = LabFactory(keeps_holidays=True)
    OpeningException.objects.create(lab=lab, day=datetime.date(2025, 11, 6), reason="Обслуживание станков")
    OpeningException.objects.create(
        lab=lab, day=datetime.date(2025, 11, 4), opens=datetime.time(10), closes=datetime.time(12)
    )
    page = read(f"{lab.get_absolute_url()}?week=2025-11-05")
    assert "Четверг 6 ноября Закрыто: Обслуживание станков" in page
    assert "Вторник 4 ноября День народного единства закрыто закрыто прошло" in page


def test_today_is_marked_and_the_weeks_lead_to_one_another() -> None:
    lab = LabFactory(days_ahead=14)
    monday = first_day("", timezone.localdate())
    now, following = Week.of(lab), Week.of(lab, str(monday + 9 * DAY))
    assert [one.date for one in now.days if one.is_today] == [timezone.localdate()]
    assert (now.before, now.after, now.is_now) == ("", f"?week={monday + 7 * DAY}", True)
    assert (following.first, following.before) == (monday + 7 * DAY, f"?week={monday}")
    assert not following.is_now
    assert Week.of(lab, str(monday + 14 * DAY)).after == ""


@pytest.mark.parametrize("asked", ["", "nonsense", "2026-13-01", "0001-01-01", "9999-12-31", "2026-02-30"])
def test_what_is_no_day_leads_to_this_week(asked: str) -> None:
    today = datetime.date(2026, 11, 25)
    assert first_day(asked, today) == datetime.date(2026, 11, 23)
    assert read(f"{LabFactory().get_absolute_url()}?week={asked}")


def test_a_week_without_a_single_open_hour_is_a_list_of_closed_days() -> None:
    lab = LabFactory()
    lab.opening_hours.all().delete()
    assert read(lab.get_absolute_url()).count("Закрыто") == 7


# --- Clocks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "clock", "own"),
    [
        ("Europe/Kaliningrad", "по Калининграду", ["11:00", "12:00"]),
        ("Europe/Moscow", "по Москве", ["10:00", "11:00"]),
        ("Asia/Kamchatka", "по Камчатке", ["01:00", "02:00"]),
        ("Asia/Omsk", "по Омску", ["07:00", "08:00"]),
    ],
)
def test_hours_are_those_of_the_lab_with_those_of_a_reader_elsewhere(zone: str, clock: str, own: list[str]) -> None:
    """Who reads it lives in Samara, at UTC+4."""
    lab = LabFactory(hours=(8, 10), technopark__time_zone=zone)
    lab.opening_hours.update(opens=datetime.time(9), closes=datetime.time(11))
    week = Week.of(lab, coming().isoformat(), reader_zone="Europe/Samara")
    assert [hour.label for hour in week.hours] == ["09:00", "10:00"]
    assert [hour.own for hour in week.hours] == own
    assert clock in read(lab.get_absolute_url())
    [first, *_others] = cells(lab, coming())
    assert first.span
    assert first.span[0] == datetime.datetime.combine(coming(), datetime.time(9), ZoneInfo(zone))


def test_who_lives_by_the_clock_of_the_lab_reads_it_once() -> None:
    week = Week.of(LabFactory(), reader_zone="Europe/Simferopol")
    assert {hour.own for hour in week.hours} == {""}


def test_an_hour_of_another_day_says_so() -> None:
    lab = LabFactory(hours=(8, 9), technopark__time_zone="Asia/Kamchatka")
    assert [hour.own for hour in Week.of(lab, reader_zone="Europe/Moscow").hours] == ["23:00 накануне"]
    lab = LabFactory(hours=(16, 17))
    assert [hour.own for hour in Week.of(lab, reader_zone="Asia/Kamchatka").hours] == ["01:00 на следующий день"]


def test_a_reader_whose_clock_changes_in_the_week_reads_both_hours() -> None:
    lab = LabFactory(hours=(12, 13), keeps_holidays=False)
    assert [hour.own for hour in Week.of(lab, "2026-03-25", reader_zone="Europe/Berlin").hours] == ["10:00 / 11:00"]


def test_the_page_says_the_hours_of_whoever_is_logged_in() -> None:
    lab = LabFactory(hours=(9, 10))
    reader: User = UserFactory(time_zone="Asia/Yekaterinburg")
    assert "09:00 у вас 11:00" in read(lab.get_absolute_url(), reader)
    assert "у вас 11:00" not in read(lab.get_absolute_url())


# --- The page ------------------------------------------------------------------------------------------------


def test_a_cell_that_can_be_booked_has_the_address_that_it_is_given() -> None:
    lab = LabFactory(hours=(9, 11))
    booked(lab, 10, 11, is_whole=True)

    def address(span: Span) -> str:
        return f"/book/{span[0]:%H}-{span[1]:%H}/"

    assert [cell.url for cell in cells(lab, coming(), address_of=address)] == ["/book/09-10/", ""]
    assert [cell.url for cell in cells(lab, coming())] == ["", ""]


def test_a_booking_is_seen_at_once_and_the_page_is_kept_by_nobody() -> None:
    lab = LabFactory(hours=(9, 10))
    address = f"{lab.get_absolute_url()}?week={coming()}"
    assert Client().get(address).headers["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    before = words(Client().get(address))
    booking = booked(lab, 9, 10, people=4)
    after = words(Client().get(address))
    assert "6 мест" not in before
    assert "6 мест" in after
    assert booking.title not in after  # who comes, and what for, is theirs


@pytest.mark.parametrize("number", [1, 3])
def test_a_lab_asks_as_much_for_three_bookings_as_for_one(number: int) -> None:
    lab = LabFactory()
    for hour in range(10, 10 + number):
        booked(lab, hour, hour + 1)
        OpeningException.objects.create(lab=lab, day=coming(hour))
        EquipmentFactory(lab=lab)
    with CaptureQueriesContext(connection) as asked:
        assert "9 мест" in read(f"{lab.get_absolute_url()}?week={coming()}")
    assert len(asked) == 6  # itself with inductions; hours, exceptions, bookings; equipment, its outages


def test_another_week_comes_alone_where_scripts_run_and_is_the_same(client: Client) -> None:
    lab = LabFactory()
    booked(lab, 10, 12, people=4, days=14)
    address = f"{lab.get_absolute_url()}?week={coming(14)}"
    with time_machine.travel(timezone.now(), tick=False):
        whole = client.get(address).content.decode()
        alone = client.get(address, headers={"HX-Request": "true", "HX-Target": "week"}).content.decode().strip()
    assert alone.startswith('<section class="week" id="week"')
    assert alone in whole
    assert "<title>" not in alone


def test_another_week_asks_less_where_it_comes_alone(client: Client, django_assert_num_queries: Any) -> None:
    lab = LabFactory()
    with django_assert_num_queries(4):
        client.get(lab.get_absolute_url(), headers={"HX-Request": "true", "HX-Target": "week"})


# --- Where clocks are turned -------------------------------------------------------------------------------------

BERLIN = ZoneInfo("Europe/Berlin")


def turning(month: int) -> datetime.date:
    """The next last Sunday of March or October, on which clocks are turned at three."""
    year = timezone.localdate().year + 1
    last = datetime.date(year, month, 31)
    return last - (last.weekday() + 1) % 7 * DAY


def in_utc(day: datetime.date, *hours: int) -> list[datetime.datetime]:
    return [datetime.datetime.combine(day, datetime.time(hour), datetime.UTC) for hour in hours]


@pytest.fixture
def nights() -> Lab:
    """Open from midnight to noon, in Berlin."""
    return LabFactory(technopark__time_zone="Europe/Berlin", hours=(0, 12), days_ahead=400)


@pytest.mark.parametrize(("month", "closes"), [(3, 10), (10, 11)])
def test_a_lab_opens_and_closes_by_the_clock_of_the_wall(nights: Lab, month: int, closes: int) -> None:
    day = turning(month)
    before = open_days(nights, day - DAY, day - DAY)[0].spans[0]
    [(opened, closed)] = open_days(nights, day, day)[0].spans
    assert [f"{one:%H:%M}" for one in (opened, closed)] == ["00:00", "12:00"]
    assert closed.astimezone(datetime.UTC) == in_utc(day, closes)[0]
    assert opened.astimezone(datetime.UTC) - before[0].astimezone(datetime.UTC) == DAY


def test_in_spring_the_week_has_no_hour_that_is_left_out(nights: Lab) -> None:
    day = turning(3)
    assert row(nights, day) == "10 10 - 10 10 10 10 10 10 10 10 10"
    first, *_others, last = (cell for cell in cells(nights, day) if cell.span)
    assert first.span
    assert last.span
    assert [one.astimezone(datetime.UTC) for one in (first.span[0], last.span[1])] == [
        in_utc(day - DAY, 23)[0],
        in_utc(day, 10)[0],
    ]


def test_in_autumn_the_hour_that_comes_twice_is_one_of_two_hours(nights: Lab) -> None:
    day = turning(10)
    assert row(nights, day) == " ".join(["10"] * 12)
    twice = cells(nights, day)[2].span
    assert twice
    assert [one.astimezone(datetime.UTC) for one in twice] == in_utc(day, 0, 2)


@pytest.mark.parametrize(("month", "minutes"), [(3, 120), (10, 240)])
def test_a_booking_over_it_is_as_long_as_it_lasts(nights: Lab, month: int, minutes: int) -> None:
    """And not as its hours say, from one to four."""
    day = turning(month)
    starts, ends = (at(day, datetime.time(hour), BERLIN) for hour in (1, 4))
    school, teacher = guest()
    Lab.objects.filter(pk=nights.pk).update(longest_minutes=minutes - 30)
    with pytest.raises(RuleViolated) as refused:
        book(nights, organisation=school, by=teacher, asked=asked(), starts=starts, ends=ends)
    assert refused.value.code == "length"
    Lab.objects.filter(pk=nights.pk).update(longest_minutes=minutes)
    made = book(nights, organisation=school, by=teacher, asked=asked(), starts=starts, ends=ends)
    made.refresh_from_db()
    assert made.hours * 60 == minutes
    assert outside(nights) == set()

"""A teacher passes the induction and books a lab for a class, eight weeks long; the manager approves; a machine fails,
and its bookings move to another."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from technoparks.models import Booking, Equipment, EquipmentClass, Instruction, Lab, Technopark
from tests.browser.conftest import Visitor, axe
from tests.browser.pages import TEACHER, TECHNOPARK
from tests.factories.technoparks import EquipmentFactory, InstructionFactory, LabFactory
from tests.journeys.steps import Post, all_was_quiet, apart, fill, press

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Arrive = Callable[..., Visitor]
DAY = datetime.timedelta(days=1)
CLASS = "7 «В», гравировка шильдиков"
WEEKS = 8


@dataclass
class Workshop:
    lab: Lab
    machines: list[Equipment]
    instruction: Instruction


def equipped() -> Workshop:
    """With two machines of a class, at which one works after an induction."""
    lab = LabFactory(
        technopark=Technopark.objects.get(slug="dolgoprudny"),
        name="Мастерская гравировки",
        slug="engraving",
        seats=12,
        needs_approval=True,
        days_ahead=120,
        hours=(9, 18),
    )
    kind = EquipmentClass.objects.create(name="Гравёр")
    machines = [EquipmentFactory(lab=lab, kind=kind, name=f"Гравёр № {number}") for number in (1, 2)]
    instruction = InstructionFactory(
        technopark=lab.technopark, name="Работа на гравёре", needs_practice=True, machines=[kind]
    )
    return Workshop(lab, machines, instruction)


def first_day() -> datetime.date:
    """A Monday, so that the eight weeks are seen from their beginning."""
    today = timezone.localdate()
    return today + (14 - today.weekday()) * DAY


def test_a_teacher_books_for_eight_weeks_the_manager_approves_and_a_broken_machine_is_replaced(
    visitor: Arrive, post: Post
) -> None:
    workshop = apart(equipped)
    teacher, host = visitor(locale="ru"), visitor(locale="ru")
    for person, reader in ((teacher, TEACHER), (host, TECHNOPARK)):
        person.become(reader)
        person.page.set_default_timeout(10_000)
    post.forget()

    _asks_too_early(teacher, workshop)
    _passes_the_quiz(teacher, workshop)
    assert post.subjects(TECHNOPARK) == ["Ждут проверки на практике: Работа на гравёре"]
    _signs_the_practice(host, workshop)
    assert post.subjects(TEACHER) == ["Инструктаж пройден: Работа на гравёре"]

    _books(teacher, workshop)
    [_practice, asked] = post.subjects(TECHNOPARK)
    assert asked.startswith("Заявка на лабораторию от организации")
    post.forget()
    _approves(host)
    [confirmed] = post.subjects(TEACHER)
    assert confirmed.startswith("Бронирование подтверждено: Мастерская гравировки")
    assert "Занятий в серии: 8" in post.text(TEACHER, confirmed)
    post.forget()

    _breaks_down(host, workshop)
    [told] = post.subjects(TEACHER)
    assert told == "Не работает: Гравёр № 1, Мастерская гравировки"
    assert post.text(TEACHER, told).count("Гравёр № 2") == 2
    _comes_to_another(teacher)
    assert apart(lambda: _machines_by_week(workshop)) == ["Гравёр № 2"] * 2 + ["Гравёр № 1"] * 6
    all_was_quiet(teacher, host)


def _form(teacher: Visitor, workshop: Workshop) -> None:
    """From the page of the laboratory, by an hour of its week."""
    lab, page = workshop.lab, teacher.page
    teacher.open(f"{lab.get_absolute_url()}?week={first_day()}")
    page.locator("tr", has=page.locator(f'time[datetime="{first_day()}"]')).get_by_role("link").nth(1).click()
    expect(page.locator("[name=starts]")).to_have_value("10:00")
    fill(page, weeks=str(WEEKS), title=CLASS, people="11", ends="12:00")
    page.get_by_role("checkbox", name="Гравёр № 1").check()


def _asks_too_early(teacher: Visitor, workshop: Workshop) -> None:
    _form(teacher, workshop)
    press(teacher.page, "Забронировать")
    expect(teacher.page.locator(".error-summary, .series-times").first).to_be_visible()
    expect(teacher.page.get_by_text("нужно пройти")).to_be_visible()
    expect(teacher.page.locator("[name=title]")).to_have_value(CLASS)
    assert axe(teacher.page) == []
    assert apart(lambda: Booking.objects.filter(lab=workshop.lab).count()) == 0
    [refused] = teacher.errors  # a browser notes an answer that refuses
    assert "409" in refused
    teacher.errors.clear()


def _passes_the_quiz(teacher: Visitor, workshop: Workshop) -> None:
    page = teacher.page
    page.get_by_role("link", name="Работа на гравёре").click()
    page.get_by_role("radio", name="Шарф").check()
    page.get_by_role("checkbox", name="Открыть окно").check()
    press(page, "Текст прочитан, ответить")
    expect(page.locator(".error-summary")).to_contain_text("Перечитайте")
    expect(page.get_by_role("radio", name="Шарф")).to_be_checked()
    page.get_by_role("radio", name="Очки").check()
    page.get_by_role("checkbox", name="Открыть окно").uncheck()
    page.get_by_role("checkbox", name="Нажать «Стоп»").check()
    page.get_by_role("checkbox", name="Позвать мастера").check()
    assert axe(page) == []
    press(page, "Текст прочитан, ответить")
    expect(page.get_by_role("heading", name="Проверьте себя")).to_have_count(0)


def _signs_the_practice(host: Visitor, workshop: Workshop) -> None:
    page = host.page
    host.open("/dashboard/ashk/labs/inductions/")
    row = page.locator("li", has_text="Работа на гравёре").filter(
        has=page.get_by_role("link", name="Практика проверена")
    )
    row.get_by_role("link", name="Практика проверена").click()
    press(page, "Подтвердить практику")
    expect(page.get_by_text("Практика подтверждена: человек может бронировать.")).to_be_visible()


def _books(teacher: Visitor, workshop: Workshop) -> None:
    _form(teacher, workshop)
    press(teacher.page, "Забронировать")
    expect(teacher.page.locator("ol.series-times li")).to_have_count(WEEKS)
    assert axe(teacher.page) == []
    press(teacher.page, "Забронировать все эти занятия")
    expect(teacher.page.get_by_text("Заявка отправлена принимающей стороне.")).to_be_visible()
    expect(teacher.page.locator("ol.series-times li")).to_have_count(WEEKS - 1)


def _approves(host: Visitor) -> None:
    page = host.page
    host.open("/dashboard/ashk/labs/")
    page.get_by_role("link", name=CLASS).first.click()
    page.get_by_role("link", name="Подтвердить всю серию").click()
    press(page, "Подтвердить всю серию")
    expect(page.get_by_text("Серия подтверждена.")).to_be_visible()


def _breaks_down(host: Visitor, workshop: Workshop) -> None:
    """Until the day before the third week."""
    page = host.page
    host.open("/dashboard/ashk/labs/equipment/")
    page.get_by_role("row", name="Гравёр № 1").get_by_role("link", name="Отметить простой").click()
    fill(page, reason="Не держит фокус", until_day=str(first_day() + 13 * DAY))
    press(page, "Продолжить")
    expect(page.get_by_role("heading", name="Задето 2 бронирования")).to_be_visible()
    assert apart(lambda: _machines_by_week(workshop)) == ["Гравёр № 1"] * WEEKS
    assert axe(page) == []
    press(page, "Так и сделать и сообщить гостям")
    expect(page.get_by_text("Гравёр № 2").first).to_be_visible()


def _comes_to_another(teacher: Visitor) -> None:
    page = teacher.page
    teacher.open("/dashboard/phystech-lyceum/labs/")
    page.get_by_role("link", name=CLASS).first.click()
    expect(page.get_by_text("Оборудование заменено: Гравёр № 1 → Гравёр № 2")).to_be_visible()


def _machines_by_week(workshop: Workshop) -> list[str]:
    bookings = Booking.objects.filter(lab=workshop.lab, state="confirmed").order_by("span")
    return [
        ", ".join(one.equipment.name for one in booking.equipment_times.filter(is_blocking=True))
        for booking in bookings
    ]

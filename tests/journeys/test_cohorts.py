"""A parent applies, the child is enrolled, attends, and gets the certificate, which a stranger verifies."""

import datetime
from collections.abc import Callable

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.utils import timezone
from playwright.sync_api import expect

from common.documents import make_due
from members.models import User
from technoparks.cohorts.cohorts import open_cohort
from technoparks.cohorts.timetable import lessons_of
from technoparks.models import Booking, Cohort, Enrolment, Lab, OpeningHours, Programme, ProgrammeCertificate
from tests.browser.conftest import Visitor, axe
from tests.browser.pages import TECHNOPARK, VISITOR
from tests.factories.cohorts import DAY, CohortFactory
from tests.journeys.steps import Post, all_was_quiet, apart, fill, press

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Arrive = Callable[..., Visitor]
HOUR = datetime.timedelta(hours=1)
CHILD = "Маша Оленева"


def announced() -> Cohort:
    """Two lessons in a room of its own."""
    programme = Programme.objects.get(slug="robot-from-scratch")
    lab = Lab.objects.create(
        technopark=programme.technopark, name="Мастерская", slug="workshop", seats=8, keeps_holidays=False
    )
    for weekday in range(7):
        times = {"opens": datetime.time(8), "closes": datetime.time(21)}
        OpeningHours.objects.create(lab=lab, weekday=weekday, **times)
    first = timezone.localdate() + 7 * DAY
    cohort = CohortFactory(
        programme=programme, lab=lab, name="Вечерняя группа", places=6, starts_on=first, ends_on=first + 7 * DAY
    )
    return open_cohort(cohort, by=User.objects.get(email=TECHNOPARK))


def comes(cohort: Cohort, number: int, *, begun: datetime.timedelta) -> None:
    """The lesson of this number began so long ago, as if weeks had gone by."""
    starts = timezone.now() - begun
    lesson = lessons_of(cohort)[number]
    span = DateTimeTZRange(starts, starts + 2 * HOUR)
    Booking.objects.filter(pk=lesson.pk).update(span=span, blocked=span)
    day = timezone.localdate() - 30 * DAY
    Cohort.objects.filter(pk=cohort.pk).update(starts_on=day)
    Enrolment.objects.filter(cohort=cohort).update(starts_on=day)


def test_a_parent_applies_and_the_child_learns_and_gets_the_certificate(visitor: Arrive, post: Post) -> None:
    cohort = apart(announced)
    parent, host = visitor(locale="ru", java_script_enabled=False), visitor(locale="ru")
    for person, reader in ((parent, VISITOR), (host, TECHNOPARK)):
        person.become(reader)
        person.page.set_default_timeout(10_000)
    post.forget()

    _apply(parent, cohort)
    assert any(one.startswith("Новая заявка в группу «Вечерняя группа»") for one in post.subjects(TECHNOPARK))
    _enrol(host, cohort)
    letter = post.text(VISITOR, "Заявка в группу «Вечерняя группа» одобрена")
    assert "Олен" not in letter

    _go_to_group(host, cohort)
    host.page.get_by_role("link", name="Начать занятия").click()
    press(host.page, "Начать занятия")
    apart(lambda: comes(cohort, 0, begun=7 * 24 * HOUR))
    _attend(host, cohort, 0)
    apart(lambda: comes(cohort, 1, begun=HOUR))
    _attend(host, cohort, 1)
    apart(lambda: comes(cohort, 1, begun=3 * HOUR))

    _go_to_group(host, cohort)
    host.page.get_by_role("link", name="Завершить занятия").click()
    press(host.page, "Завершить занятия")
    host.page.get_by_role("link", name="Сертификаты", exact=True).click()
    press(host.page, "Выдать сертификаты")
    expect(host.page.get_by_role("heading", name="Выданы")).to_be_visible()
    apart(make_due)

    _has_certificate(parent, cohort)
    _is_verified(visitor(locale="ru"))
    all_was_quiet(parent, host)


def _apply(parent: Visitor, cohort: Cohort) -> None:
    page = parent.page
    parent.open("/technoparks/dolgoprudny/")
    page.get_by_role("link", name="Робот с нуля").click()
    page.locator(f"#group-{cohort.pk}").get_by_role("link", name="Подать заявку").click()
    expect(page.get_by_role("checkbox")).not_to_be_checked()
    fill(page, name=CHILD, age="12")
    press(page, "Отправить заявку")
    expect(page.locator(".error-summary")).to_contain_text("Согласие")
    page.get_by_role("checkbox").check()
    press(page, "Отправить заявку")
    expect(page.get_by_text("Заявка на рассмотрении")).to_be_visible()


def _go_to_group(host: Visitor, cohort: Cohort) -> None:
    host.open("/dashboard/ashk/labs/groups/")
    host.page.get_by_role("link", name=cohort.name).click()


def _enrol(host: Visitor, cohort: Cohort) -> None:
    _go_to_group(host, cohort)
    host.page.get_by_role("link", name="Ответить на 1 заявку").click()
    host.page.get_by_role("checkbox", name=CHILD).check()
    assert axe(host.page) == []
    press(host.page, "Зачислить")
    expect(host.page.get_by_role("link", name=CHILD)).to_be_visible()


def _attend(host: Visitor, cohort: Cohort, number: int) -> None:
    _go_to_group(host, cohort)
    host.page.locator(".lesson-rows a").nth(number).click()
    host.page.get_by_role("radio", name="Присутствие").check()
    assert axe(host.page) == []
    press(host.page, "Сохранить отметки")
    expect(host.page.get_by_text("Отмечен 1 участник.")).to_be_visible()


def _has_certificate(parent: Visitor, cohort: Cohort) -> None:
    parent.open("/account/groups/")
    parent.page.get_by_role("link", name=f"Робот с нуля: {cohort.name}").click()
    expect(parent.page.get_by_text("2 из 2 занятий")).to_be_visible()
    with parent.page.expect_download() as download:
        parent.page.get_by_role("link", name="PDF").click()
    assert download.value.suggested_filename.endswith(".pdf")


def _is_verified(stranger: Visitor) -> None:
    certificate = ProgrammeCertificate.objects.get(name=CHILD)
    assert stranger.open(f"/verify/{certificate.code}/") == 200
    expect(stranger.page.get_by_text("Сертификат действителен")).to_be_visible()
    expect(stranger.page.get_by_text("М. О.")).to_be_visible()
    expect(stranger.page.get_by_text(CHILD)).to_have_count(0)
    all_was_quiet(stranger)

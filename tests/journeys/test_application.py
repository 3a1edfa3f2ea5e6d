"""A company applies without an account: it confirms its address by the letter, is returned, and submits again."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from common.models import OutgoingMail
from members.models import MembershipApplication
from tests.browser.conftest import Visitor
from tests.browser.pages import STAFF
from tests.factories.members import valid_inn, valid_ogrn
from tests.members.accounts import link_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
NEXT = "Далее"
# What htmx says of a request that keeps what is typed while a button leads on, which keeps it as well.
OVERTAKEN = ("htmx:afterRequest", "htmx:sendAbort")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def fill(page: Page, **fields: str) -> None:
    for name, text in fields.items():
        page.locator(f"[name={name}]").fill(text)


def last_letter(address: str) -> OutgoingMail:
    return OutgoingMail.objects.filter(recipient=address).latest("pk")


@pytest.fixture
def charter(tmp_path: Path) -> str:
    path = tmp_path / "Устав.pdf"
    path.write_bytes(b"%PDF-1.7\n")
    return str(path)


@pytest.mark.parametrize("scripted", [False, True], ids=["without JavaScript", "with JavaScript"])
def test_a_company_applies(visitor: Callable[..., Visitor], charter: str, scripted: bool) -> None:
    guest, email = visitor(java_script_enabled=scripted), f"robot-{scripted:d}@example.org"
    page, number = guest.page, 900 + scripted
    page.set_default_timeout(6000)
    guest.open("/join/")
    page.locator("#company").get_by_role("link", name="Подать заявление").click()
    fill(page, name="ООО «Робот»", inn=valid_inn(number), email=email)
    press(page, "Начать заявление")

    _organisation_and_people(page, number)
    page.get_by_label("Чего вы ждёте от ассоциации").fill("Ждём инженеров")
    if scripted:
        with page.expect_response(lambda response: "q-offers" in (response.request.post_data or "")):
            page.get_by_label("Наставников").check()
        page.reload()
        expect(page.get_by_label("Чего вы ждёте от ассоциации")).to_have_value("Ждём инженеров")
    page.get_by_label("Наставников").check()
    press(page, NEXT)
    page.locator("#file-charter").set_input_files(charter)
    page.locator("#document-charter").get_by_role("button", name="Приложить").click()
    expect(page.get_by_role("link", name="Устав.pdf")).to_be_visible()
    page.get_by_role("link", name=NEXT).click()
    expect(page.get_by_role("button", name="Подать заявление")).to_be_disabled()

    guest.open(link_in(last_letter(email)))
    press(page, "Подтвердить и открыть заявление")
    _submit(page)
    expect(page.locator("main")).to_contain_text("З-")

    _office_returns(visitor(), MembershipApplication.objects.get(email=email))
    guest.open(link_in(last_letter(email)))
    expect(page.locator("main")).to_contain_text("Укажите город по уставу")
    page.get_by_role("link", name="Город").click()
    fill(page, city="Долгопрудный")
    press(page, NEXT)
    _submit(page)
    application = MembershipApplication.objects.get(email=email)
    assert (application.state, application.data["city"]) == ("submitted", ["Долгопрудный"])
    assert [error for error in guest.errors if not error.startswith(OVERTAKEN)] == []
    assert guest.foreign == []


def _organisation_and_people(page: Page, number: int) -> None:
    fill(page, short_name="Робот", ogrn=valid_ogrn(number), city="Химки")
    page.get_by_label("Регион").select_option(label="Московская область")
    press(page, NEXT)
    fill(page, contact_name="Ольга Контактная", contact_position="менеджер", contact_phone="+7 000 000-00-00")
    fill(page, head_name="Пётр Главный", head_position="директор", head_basis="устав")
    press(page, NEXT)


def _submit(page: Page) -> None:
    page.get_by_role("link", name="Продолжить заявление").or_(page.get_by_role("link", name="Проверка")).first.click()
    page.get_by_role("link", name="Проверка и подача").click()
    page.locator("[name=consent]").check()
    press(page, "Подать заявление")


def _office_returns(office: Visitor, application: MembershipApplication) -> None:
    office.become(STAFF)
    office.open(f"/admin/members/membershipapplication/{application.pk}/change/")
    press(office.page, "Взять в работу")
    office.page.locator("[name=remark-city]").fill("Укажите город по уставу")
    press(office.page, "Вернуть с замечаниями")
    expect(office.page.locator("main")).to_contain_text("Возвращено с замечаниями")

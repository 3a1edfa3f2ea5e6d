"""A colleague is invited, signs up by the link of the letter, acts, hands over and leaves."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from common.models import OutgoingMail
from members.models import Handover, Invitation, Representative
from tests.browser.conftest import Visitor
from tests.browser.pages import HEAD
from tests.members.accounts import link_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
PEOPLE = "/dashboard/phystech-lyceum/people/"


def invite(page: Page, email: str, role: str) -> None:
    page.get_by_label("Электронная почта").fill(email)
    page.get_by_label(role, exact=True).check()
    page.get_by_role("button", name="Отправить приглашение").click()
    page.get_by_text(f"Приглашение отправлено: {email}").wait_for()


def test_a_colleague_comes_acts_hands_over_and_leaves(visitor: Callable[..., Visitor]) -> None:
    head = visitor()
    head.become(HEAD)
    head.open(PEOPLE)
    invite(head.page, "boris@example.org", "Руководитель с правом подписи")

    boris = visitor()
    letter = OutgoingMail.objects.get(recipient="boris@example.org")
    boris.open(link_in(letter))
    boris.page.get_by_role("link", name="Зарегистрироваться и принять").click()
    assert boris.page.get_by_label("Электронная почта").input_value() == "boris@example.org"
    boris.page.get_by_label("Фамилия").fill("Орлов")
    boris.page.get_by_label("Имя").fill("Борис")
    boris.page.get_by_label("Пароль").fill("Сложный-пароль-1")
    boris.page.get_by_role("checkbox").check()
    boris.page.get_by_role("button", name="Зарегистрироваться").click()
    boris.page.get_by_role("button", name="Принять приглашение").click()
    boris.page.wait_for_url("**/dashboard/phystech-lyceum/")

    boris.open(PEOPLE)
    invite(boris.page, "vera@example.org", "Наблюдатель")
    boris.page.get_by_role("link", name="Уйти").click()
    boris.page.get_by_label("Кому передать дела").select_option(label="Соколова Ирина Викторовна")
    boris.page.get_by_role("button", name="Уйти").click()
    boris.page.wait_for_url("**/dashboard/")

    assert Representative.objects.get(user__email="boris@example.org").ended_at
    assert str(Invitation.objects.get(email="vera@example.org").invited_by) == "Соколова Ирина Викторовна"
    assert Handover.objects.get().what == {"invitations": 1}

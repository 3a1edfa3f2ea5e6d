"""A company applies without an account: it becomes a member, pays, hands over and renews; another one is declined."""

import datetime
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from playwright.sync_api import Locator, Page, expect

from members.membership.renewals import renew_and_remind
from members.models import (
    BoardSession,
    Handover,
    Invitation,
    Invoice,
    Membership,
    MembershipApplication,
    Organisation,
    Question,
    Region,
    Representative,
    Role,
)
from tests.browser.conftest import Visitor
from tests.browser.pages import STAFF
from tests.factories.members import valid_inn, valid_ogrn
from tests.journeys.steps import accept_invitation, fill, invite, last_letter, leave, press
from tests.members.accounts import link_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Arrive = Callable[..., Visitor]
# What htmx says of a request that keeps what is typed while a button leads on, which keeps it as well.
OVERTAKEN = ("htmx:afterRequest", "htmx:sendAbort")
OFFICE = "/admin/members"


@pytest.fixture
def charter(tmp_path: Path) -> str:
    path = tmp_path / "Устав.pdf"
    path.write_bytes(b"%PDF-1.7\n")
    return str(path)


@pytest.fixture
def office(visitor: Arrive) -> Visitor:
    """Of the staff, who read Russian."""
    staff = visitor()
    staff.become(STAFF)
    return staff


@pytest.mark.parametrize(("language", "scripted"), [("ru", False), ("en", True)])
def test_from_the_application_to_the_renewal(
    visitor: Arrive, office: Visitor, charter: str, language: str, scripted: bool
) -> None:
    translation.activate(language)
    number, email = 900 + scripted, f"robot-{language}@example.org"
    guest, head, boris = (visitor(java_script_enabled=scripted, locale=language) for _person in range(3))
    application = _apply(guest, email, number=number, charter=charter)
    _return(office, application)
    _mend(guest, email)

    _decide(office, application, agreed=4, against=1)
    membership = Membership.objects.get(organisation__inn=valid_inn(number))
    assert str(membership.certificates.get().number) in last_letter(email, about="membership_welcome").text
    accept_invitation(head, email, last_name="Контактная", first_name="Ольга")
    dashboard = head.page.url.removeprefix(head.portal)
    _pay(office, Invoice.objects.of(membership).get())
    head.open(f"{dashboard}membership/")
    expect(_row_of(head, Invoice.objects.of(membership).get())).to_contain_text(_("Paid"))

    successor = f"boris-{language}@example.org"
    head.open(f"{dashboard}people/")
    invite(head.page, successor, Role.HEAD)
    invite(head.page, f"vera-{language}@example.org", Role.VIEWER)
    accept_invitation(boris, successor, last_name="Орлов", first_name="Борис")
    head.open(f"{dashboard}people/")
    leave(head.page, to="Орлов Борис")
    assert head.open(f"{dashboard}people/") == 404
    assert Representative.objects.get(user__email=email).ended_at
    assert str(Invitation.objects.get(email=f"vera-{language}@example.org").invited_by) == "Орлов Борис"
    assert Handover.objects.get(organisation=membership.organisation).what == {"invitations": 1}

    _renew(office, boris, membership, page=f"{dashboard}membership/")
    for person in (guest, head, boris):
        assert [error for error in person.errors if not error.startswith((*OVERTAKEN, "Failed to load"))] == []
        assert person.foreign == []


def test_the_board_declines_and_says_why(visitor: Arrive, office: Visitor, charter: str) -> None:
    guest, email = visitor(), "declined@example.org"
    application = _apply(guest, email, number=903, charter=charter)
    office.open(f"{OFFICE}/membershipapplication/{application.pk}/change/")
    press(office.page, "Взять в работу")
    _decide(office, application, agreed=1, against=4, reason="Нет площадки для школьников")

    guest.open(link_in(last_letter(email)))
    expect(guest.page.locator("main")).to_contain_text("Нет площадки для школьников")
    assert not Organisation.objects.filter(inn=valid_inn(903)).exists()


def _apply(guest: Visitor, email: str, *, number: int, charter: str) -> MembershipApplication:
    page = guest.page
    page.set_default_timeout(6000)
    guest.open("/join/" if translation.get_language() == "ru" else "/en/join/")
    page.locator("#company").get_by_role("link", name=pgettext("for membership", "Apply")).click()
    fill(page, name="ООО «Робот»", inn=valid_inn(number), email=email)
    press(page, _("Begin the application"))
    _organisation_and_people(page, number)
    _expectations(page)
    page.locator("#file-charter").set_input_files(charter)
    page.locator("#document-charter").get_by_role("button", name=_("Attach")).click()
    expect(page.get_by_role("link", name="Устав.pdf")).to_be_visible()
    page.get_by_role("link", name=pgettext("a step", "Next")).click()
    expect(page.get_by_role("button", name=_("Submit the application"))).to_be_disabled()

    guest.open(link_in(last_letter(email)))
    press(page, _("Confirm and open the application"))
    page.get_by_role("link", name=_("Go on with the application")).click()
    _submit(page)
    expect(page.locator("main")).to_contain_text("З-")
    return MembershipApplication.objects.get(email=email)


def _organisation_and_people(page: Page, number: int) -> None:
    fill(page, short_name=f"Робот {number}", ogrn=valid_ogrn(number), city="Химки")
    region = Region.objects.get(code="RU-MOS")
    page.locator("[name=region]").select_option(str(region.pk))
    press(page, pgettext("a step", "Next"))
    fill(page, contact_name="Ольга Контактная", contact_position="менеджер", contact_phone="+7 000 000-00-00")
    fill(page, head_name="Пётр Главный", head_position="директор", head_basis="устав")
    press(page, pgettext("a step", "Next"))


def _expectations(page: Page) -> None:
    """What is typed is kept at once where there is JavaScript."""
    expected, offers = (Question.objects.get(key=key) for key in ("why", "offers"))
    page.get_by_label(str(expected)).fill("Ждём инженеров")
    first = page.get_by_role("group", name=str(offers)).get_by_role("checkbox").first
    if page.evaluate("typeof htmx !== 'undefined'"):
        with page.expect_response(lambda response: "q-offers" in (response.request.post_data or "")):
            first.check()
        page.reload()
        expect(page.get_by_label(str(expected))).to_have_value("Ждём инженеров")
    first.check()
    press(page, pgettext("a step", "Next"))


def _submit(page: Page) -> None:
    page.get_by_role("link", name=_("Check and submit")).click()
    page.locator("[name=consent]").check()
    press(page, _("Submit the application"))


def _return(office: Visitor, application: MembershipApplication) -> None:
    office.open(f"{OFFICE}/membershipapplication/{application.pk}/change/")
    press(office.page, "Взять в работу")
    office.page.locator("[name=remark-city]").fill("Укажите город по уставу")
    press(office.page, "Вернуть с замечаниями")
    expect(office.page.locator("main")).to_contain_text("Возвращено с замечаниями")


def _mend(guest: Visitor, email: str) -> None:
    guest.open(link_in(last_letter(email)))
    expect(guest.page.locator("main")).to_contain_text("Укажите город по уставу")
    guest.page.get_by_role("link", name=_("City"), exact=True).click()
    fill(guest.page, city="Долгопрудный")
    press(guest.page, pgettext("a step", "Next"))
    _submit(guest.page)
    application = MembershipApplication.objects.get(email=email)
    assert (application.state, application.data["city"]) == ("submitted", ["Долгопрудный"])


def _decide(
    office: Visitor, application: MembershipApplication, *, agreed: int, against: int, reason: str = ""
) -> None:
    """A session of today, with five of seven members of the board."""
    page = office.page
    office.open(f"{OFFICE}/boardsession/add/")
    today = timezone.localdate()
    fill(page, held_on=today.strftime("%d.%m.%Y"), place="Долгопрудный", seats="7", present="5")
    fill(page, chair="А. А. Председатель", secretary="Б. Б. Секретарь", protocol_number=f"{application.pk}/2026")
    press(page, "Сохранить")
    expect(page.locator("main")).to_contain_text("Добавлено")
    session = BoardSession.objects.get(protocol_number=f"{application.pk}/2026")

    office.open(f"{OFFICE}/membershipapplication/{application.pk}/change/")
    if page.get_by_role("button", name="Взять в работу").count():
        press(page, "Взять в работу")
    page.get_by_label("Заседание совета").select_option(str(session.pk))
    press(page, "Вынести на совет")
    office.open(f"{OFFICE}/boardsession/{session.pk}/change/")
    votes = {"votes_for": str(agreed), "votes_against": str(against), "abstained": "0", "reason": reason}
    fill(page, **{f"items-0-{name}": value for name, value in votes.items()})
    press(page, "Сохранить и продолжить")
    expect(page.locator("main")).to_contain_text("Сохранено, можно продолжать")
    page.get_by_role("link", name="Закрыть заседание").click()
    press(page, "Закрыть заседание")
    expect(page.locator("main")).to_contain_text("Решения исполнены")


def _pay(office: Visitor, invoice: Invoice) -> None:
    office.open(f"{OFFICE}/invoice/{invoice.pk}/pay_this/")
    press(office.page, "Отметить оплату")
    expect(office.page.locator("main")).to_contain_text("Оплачен")


def _row_of(reader: Visitor, invoice: Invoice) -> Locator:
    return reader.page.locator("section[aria-labelledby=invoices] tr").filter(has_text=str(invoice))


def _renew(office: Visitor, head: Visitor, membership: Membership, *, page: str) -> None:
    """Ten months later the next year has its invoice."""
    with ThreadPoolExecutor(1) as worker:  # on a connection of its own, so that the portal sees what it has done
        worker.submit(_ten_months_pass, membership).result()
    second, first = membership.periods.all()
    assert second.starts_on == first.ends_on + datetime.timedelta(days=1)
    head.open(page)
    expect(_row_of(head, second.invoices.get())).to_contain_text(_("Not paid"))
    _pay(office, second.invoices.get())
    head.page.reload()
    for period in (first, second):
        expect(_row_of(head, period.invoices.get())).to_contain_text(_("Paid"))


def _ten_months_pass(membership: Membership) -> None:
    """Its dates move, and the clock stands: the browser would not survive that."""
    first, ago = membership.periods.get(), datetime.timedelta(days=310)
    membership.periods.update(starts_on=first.starts_on - ago, ends_on=first.ends_on - ago)
    renew_and_remind()
    connection.close()

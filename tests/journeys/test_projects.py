"""Joint work from beginning to end: a challenge that two schools answer with one team; a roadmap that slips; a pledge
that is confirmed, and counts for an agreement."""

import datetime
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from agreements.models import Obligation
from members.models import Organisation, Role, User
from projects.models import Challenge, Pledge, RoadmapItem, Team
from tests.browser.conftest import Visitor, axe
from tests.browser.pages import COMPANY, HEAD, STAFF, TEACHER
from tests.factories.agreements import in_force, promise
from tests.factories.members import RepresentativeFactory
from tests.journeys.steps import Post, all_was_quiet, apart, fill, press

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Person = Callable[[str], Visitor]
LYCEUM, LORETT, OPEN_SCHOOL = "phystech-lyceum", "lorett", "perm-open-school"
PROJECT = "demo-satellite-station"
OTHER_HEAD, JUDGE = "open-school@example.org", "judge@example.org"
NAME = "Датчик уровня реки"


def in_days(number: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=number)


def go(page: Page, name: str) -> None:
    page.get_by_role("link", name=name, exact=True).first.click()


# --- A roadmap slips and is told ------------------------------------------------------------------------------


def test_a_roadmap_slips_and_everybody_hears_of_it(visitor: Callable[..., Visitor], person: Person, post: Post) -> None:
    lead, partner = person(HEAD), person(COMPANY)
    lead.open(f"/dashboard/{LYCEUM}/projects/{PROJECT}/roadmap/")
    page = lead.page
    page.get_by_role("radio", name="Веха").check()
    fill(page, name="Станция показана родителям", due_on=in_days(200).isoformat())
    page.locator("[name=owner]").select_option(label="Лоретт")
    page.get_by_role("checkbox", name="Первый снимок").check()
    post.forget()
    press(page, "Добавить в дорожную карту")
    expect(page.get_by_text("Пункт добавлен в дорожную карту.")).to_be_visible()
    [owned] = post.subjects(COMPANY)
    assert owned.startswith("Ваша организация отвечает за пункт дорожной карты: Станция показана родителям")
    post.forget()

    page = partner.page
    partner.open(f"/dashboard/{LORETT}/projects/{PROJECT}/")
    go(page, "Дорожная карта")
    page.get_by_role("link", name="Станция показана родителям").click()
    go(page, "Изменить сроки")
    fill(page, due_on=in_days(221).isoformat(), reason="Зал занят до конца месяца")
    assert axe(page) == []
    press(page, "Изменить сроки")
    expect(page.get_by_text("на 21 день позже плана")).to_be_visible()
    [told] = post.subjects(HEAD)
    assert told.startswith("Дорожная карта сдвинулась на 21 день: Станция показана родителям")
    assert "Зал занят до конца месяца" in post.text(HEAD, told)

    guest = visitor(locale="ru")
    assert guest.open(f"/projects/{PROJECT}/roadmap/") == 200
    row = guest.page.locator("tr", has_text="Станция показана родителям")
    expect(row).to_contain_text("на 21 день позже плана")
    row.get_by_text("сроки менялись 1 раз").click()
    expect(row.get_by_text("Зал занят до конца месяца")).to_be_visible()
    assert apart(lambda: RoadmapItem.objects.get(name="Станция показана родителям").changes.count()) == 1
    all_was_quiet(lead, partner, guest)


# --- A pledge goes to confirmed and an agreement counts it ----------------------------------------------------


def owed() -> Obligation:
    """Thirty places, by the company to the lyceum."""
    lyceum, lorett = (Organisation.objects.get(slug=slug) for slug in (LYCEUM, LORETT))
    terms = (promise(owner=2, kind="places", amount="30", what="Места на практике"),)
    return in_force(lorett, initiator=lyceum, promises=terms).obligations.get()


def test_a_pledge_goes_to_confirmed_and_the_agreement_counts_it(person: Person, post: Post) -> None:
    obligation = apart(owed)
    donor, receiver = person(COMPANY), person(HEAD)
    page = donor.page
    donor.open(f"/dashboard/{LORETT}/projects/{PROJECT}/")
    go(page, "Вклады")
    page.get_by_role("radio", name="Места").check()
    fill(page, what="Практика в мастерской", amount="12", due_on=in_days(30).isoformat())
    page.locator("[name=receiver]").select_option(label="Физтех-лицей")
    page.locator("[name=obligation]").select_option(str(obligation.pk))
    assert axe(page) == []
    post.forget()
    press(page, "Пообещать вклад")
    expect(page.get_by_text("Спасибо! Получатель получил уведомление.")).to_be_visible()
    assert post.subjects(HEAD) == ["Лоретт обещает вклад: Практика в мастерской"]
    go(page, "Практика в мастерской")
    go(page, "Передано")
    expect(page.locator("[name=delivered]")).to_have_value("12.00")
    fill(page, delivered="10", note="Список практикантов у координатора")
    press(page, "Передано")
    expect(page.get_by_text("Получатель узнал о передаче и подтвердит её.")).to_be_visible()

    page = receiver.page
    receiver.open(f"/dashboard/{LYCEUM}/")
    page.get_by_role("link", name="подтвердите получение — Практика в мастерской").click()
    go(page, "Подтвердить получение")
    assert axe(page) == []
    press(page, "Подтвердить получение")
    expect(page.get_by_text("Получение подтверждено.")).to_be_visible()
    expect(page.locator(".obligation-done")).to_contain_text("10 из 30")
    assert post.subjects(COMPANY)[-1] == "Физтех-лицей подтверждает получение: Практика в мастерской"
    done = apart(lambda: Obligation.objects.values_list("done", flat=True).get(pk=obligation.pk))
    assert done == 10
    receiver.open(f"/projects/{PROJECT}/")
    expect(page.locator(".pledge-totals")).to_contain_text("Места: обещано 12, получено 10")
    assert apart(lambda: Pledge.objects.get(what="Практика в мастерской").state) == "confirmed"
    all_was_quiet(donor, receiver)


# --- The whole cycle of a challenge ---------------------------------------------------------------------------


def people() -> None:
    """The head of another school, and a judge from elsewhere."""
    for email, slug in ((OTHER_HEAD, OPEN_SCHOOL), (JUDGE, "muctr")):
        organisation = Organisation.objects.get(slug=slug)
        RepresentativeFactory(organisation=organisation, role=Role.HEAD, user__email=email, user__language="ru")


def test_a_challenge_from_the_company_to_a_result_that_two_schools_share(person: Person, post: Post) -> None:
    apart(people)
    company, staff, expert, lead, partner, judge = map(person, (COMPANY, STAFF, TEACHER, HEAD, OTHER_HEAD, JUDGE))
    slug = _described(company)
    _reviewed(staff, expert, post, slug)
    _opened(staff, slug)
    team = _gathered(lead, partner, slug)
    _accepted(company, post, slug, team)
    _worked(lead, company, slug, team)
    _scored(company, judge, staff, slug, team)
    _published(company, slug)
    _said(lead, company, slug, team)
    lead.open(f"/challenges/{slug}/")
    expect(lead.page.get_by_text("Датчик стоит на трёх мостах.")).to_be_visible()
    state = apart(lambda: (Challenge.objects.get(slug=slug).state, Team.objects.get(pk=team).state))
    assert state == ("completed", "finished")
    all_was_quiet(company, staff, expert, lead, partner, judge)


def _described(company: Visitor) -> str:
    page = company.page
    company.open(f"/dashboard/{LORETT}/challenges/")
    go(page, "Новый кейс")
    fill(
        page,
        name=NAME,
        summary="Придумать датчик, который не боится льда",
        about="Река весной поднимается за час.",
        applications_until=in_days(20).isoformat(),
        places="2",
        members_from="2",
        members_to="6",
        reward="Стажировка",
        mentor_hours="2",
        terms="Чертежи остаются открытыми.",
    )
    page.locator("[name=team_kinds][value=mixed]").check()
    page.locator("[name=rights]").select_option(index=1)
    press(page, "Сохранить черновик")
    slug = apart(lambda: Challenge.objects.get(name=NAME).slug)
    company.open(f"/dashboard/{LORETT}/challenges/{slug}/stages/")
    fill(page, name="Образец", expected="Видео испытания", due_on=in_days(60).isoformat())
    press(page, "Добавить этап")
    company.open(f"/dashboard/{LORETT}/challenges/{slug}/defence/")
    fill(page, name="Надёжность", most="10")
    press(page, "Добавить критерий")
    company.open(f"/dashboard/{LORETT}/challenges/{slug}/")
    press(page, "Отправить ассоциации")
    expect(page.get_by_text("Отправлено.")).to_be_visible()
    return str(slug)


def _office(staff: Visitor, slug: str, action: str, **typed: str) -> None:
    key = apart(lambda: Challenge.objects.get(slug=slug).pk)
    staff.open(f"/admin/projects/challenge/{key}/{action}_this/")
    fill(staff.page, **typed)
    staff.page.locator(".move-buttons button[type=submit]").click()
    staff.page.wait_for_url("**/change/")


def _reviewed(staff: Visitor, expert: Visitor, post: Post, slug: str) -> None:
    post.forget()
    _office(staff, slug, "ask_expert", email=TEACHER)
    assert any(NAME in subject for subject in post.subjects(TEACHER))
    expert.open(f"/challenges/{slug}/review/")
    expert.page.locator("[name=verdict]").first.check()
    fill(expert.page, task="Скажите, какой длины кабель.")
    press(expert.page, "Отправить ассоциации")
    expect(expert.page.locator("[name=task]")).to_have_value("Скажите, какой длины кабель.")


def _opened(staff: Visitor, slug: str) -> None:
    _office(staff, slug, "open")


def _gathered(lead: Visitor, partner: Visitor, slug: str) -> int:
    page = lead.page
    lead.open(f"/dashboard/{LYCEUM}/teams/new/{slug}/")
    page.locator("[name=kind][value=mixed]").check()
    fill(page, name="Паводок", people="3", idea="Поплавок в трубе.")
    page.locator("[name=accepts]").check()
    page.locator("form[data-guard] button[type=submit]").click()
    page.wait_for_url("**/teams/*/")
    team = apart(lambda: Team.objects.get(name="Паводок").pk)
    lead.open(f"/dashboard/{LYCEUM}/teams/{team}/organisations/?q=Открытая")
    page.get_by_role("button", name="Позвать").first.click()
    partner.open(f"/dashboard/{OPEN_SCHOOL}/teams/{team}/")
    go(partner.page, "Участвовать в команде")
    fill(partner.page, people="2")
    partner.page.locator("[name=accepts]").check()
    press(partner.page, "Участвовать в команде")
    lead.open(f"/dashboard/{LYCEUM}/teams/{team}/")
    press(page, "Отправить компании")
    return int(team)


def _accepted(company: Visitor, post: Post, slug: str, team: int) -> None:
    page = company.page
    company.open(f"/dashboard/{LORETT}/challenges/{slug}/teams/{team}/")
    go(page, "Принять")
    post.forget()
    press(page, "Принять")
    assert all(len(post.subjects(email)) == 1 for email in (HEAD, OTHER_HEAD))
    company.open(f"/dashboard/{LORETT}/challenges/{slug}/")
    press(page, "Начать работу")
    company.open(f"/dashboard/{LORETT}/challenges/{slug}/defence/")
    name = apart(lambda: str(User.objects.get(email=COMPANY)))
    page.locator("li", has_text=name).get_by_role("button", name="Назначить судьёй").click()


def _worked(lead: Visitor, company: Visitor, slug: str, team: int) -> None:
    lead.open(f"/dashboard/{LYCEUM}/teams/{team}/")
    go(lead.page, "Образец")
    fill(lead.page, text="Поплавок пережил заморозку.", link="https://video.example.org/float")
    lead.page.locator("form[data-guard] button[type=submit]").click()
    company.open(f"/dashboard/{LORETT}/challenges/{slug}/teams/{team}/")
    go(company.page, "Образец")
    company.page.locator("[name=said][value=accept]").check()
    company.page.locator("form[data-guard] button[type=submit]").click()


def _scored(company: Visitor, judge: Visitor, staff: Visitor, slug: str, team: int) -> None:
    """Nobody reads a point before both judges have finished."""
    _office(staff, slug, "name_judge", email=JUDGE)
    company.open(f"/dashboard/{LORETT}/challenges/{slug}/")
    press(company.page, "Начать защиту")
    for one, points in ((judge, "9"), (company, "8")):
        company.open(f"/dashboard/{LORETT}/challenges/{slug}/result/")
        expect(company.page.locator(".table")).to_have_count(0)
        one.open(f"/challenges/{slug}/scores/{team}/")
        one.page.locator("input[type=number]").first.fill(points)
        press(one.page, "Сохранить")
        press(one.page, "Завершить оценку")


def _published(company: Visitor, slug: str) -> None:
    page = company.page
    company.open(f"/dashboard/{LORETT}/challenges/{slug}/result/")
    expect(page.locator(".table")).to_contain_text("8,5")
    fill(page, outcome="Датчик стоит на трёх мостах.")
    page.locator("select[name^=award]").select_option(index=1)
    page.locator("form[data-guard] button[type=submit]").click()
    company.open(f"/dashboard/{LORETT}/challenges/{slug}/")
    go(page, "Опубликовать итоги")
    press(page, "Опубликовать итоги")


def _said(lead: Visitor, company: Visitor, slug: str, team: int) -> None:
    """Each side reads the other once both have spoken."""
    pages = (
        (lead, f"/dashboard/{LYCEUM}/teams/{team}/feedback/", "Наставник приезжал каждую неделю."),
        (company, f"/dashboard/{LORETT}/challenges/{slug}/teams/{team}/feedback/", "Команда не сдалась."),
    )
    for one, address, text in pages:
        one.open(address)
        one.page.locator("[name=rating]").first.fill("5")
        fill(one.page, text=text)
        one.page.locator("form[data-guard] button[type=submit]").click()
    expect(company.page.get_by_text("Наставник приезжал каждую неделю.")).to_be_visible()
    lead.open(pages[0][1])
    expect(lead.page.get_by_text("Команда не сдалась.")).to_be_visible()

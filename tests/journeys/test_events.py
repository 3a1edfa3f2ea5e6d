"""A guest gives a place back and the next one takes it; a teacher brings a class; staff stand at the door, and whoever
came has a certificate that a stranger verifies."""

import datetime
import re
from collections.abc import Callable

import pytest
from django.db.models import QuerySet
from django.utils import timezone
from playwright.sync_api import Browser, expect

from common.documents import make_due
from events.models import Event, ParticipantCertificate, Registration, RegistrationState, TicketPool
from events.registering.registrations import Asked, Guest, prove_address, register_attendee, register_group
from members.models import Organisation, User
from tests.browser.chromium import FLAGS
from tests.browser.conftest import Visitor, axe
from tests.browser.pages import HEAD
from tests.factories.events import EventFactory, EventOrganiserFactory, PoolFactory
from tests.journeys.steps import Post, all_was_quiet, apart, fill, press

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Arrive = Callable[..., Visitor]
CAMERA = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
# Sees a code in whatever the camera shows.
DETECTOR = """code => {
    window.BarcodeDetector = class {
        static async getSupportedFormats() { return ["qr_code"]; }
        async detect(video) { return video.readyState < 2 ? [] : [{ rawValue: code }]; }
    };
}"""
PUPILS = ("Алексеева Анна", "Белов Борис", "Власова Вера", "Громов Глеб", "Дёмина Дарья", "Ежов Егор", "Жукова Жанна",
          "Зимин Захар", "Ильина Инна", "Котов Кирилл", "Лисина Лада", "Мохов Марк")  # fmt: skip


def announced(slug: str, *, capacity: int, starts_in: datetime.timedelta) -> TicketPool:
    """Of the lyceum."""
    starts_at = timezone.now() + starts_in
    event = EventFactory(slug=slug, name="День инженера", starts_at=starts_at, hours_a_day=6)
    EventOrganiserFactory(event=event, organisation=Organisation.objects.get(slug="phystech-lyceum"))
    return PoolFactory(event=event, name="Очно", capacity=capacity)


def _register(guest: Visitor, post: Post, slug: str, *, name: str, email: str) -> None:
    guest.page.set_default_timeout(10_000)
    guest.open(f"/events/{slug}/")
    guest.page.get_by_role("link", name="Зарегистрироваться", exact=True).click()
    fill(guest.page, name=name, email=email)
    guest.page.get_by_role("checkbox").check()
    press(guest.page, "Зарегистрироваться")
    expect(guest.page.get_by_role("heading", level=1)).to_have_text("Проверьте почту")
    guest.open(post.link(email, "Подтвердите регистрацию"))
    press(guest.page, "Да, я регистрируюсь")


def test_a_guest_gives_the_place_back_and_the_next_one_takes_it(visitor: Arrive, post: Post) -> None:
    apart(lambda: announced("one-place", capacity=1, starts_in=datetime.timedelta(days=9)))
    first, second = visitor(locale="ru"), visitor(locale="ru", java_script_enabled=False)
    title = [guest.page.get_by_role("heading", level=1) for guest in (first, second)]
    _register(first, post, "one-place", name="Анна Первая", email="first-guest@example.org")
    expect(title[0]).to_have_text("Место за вами")
    ticket = Registration.objects.get(email="first-guest@example.org").tickets.get()
    expect(first.page.locator(".ticket")).to_contain_text(ticket.code)
    _register(second, post, "one-place", name="Борис Второй", email="second-guest@example.org")
    expect(title[1]).to_have_text("Вы в листе ожидания")
    expect(second.page.locator(".registration-turn")).to_contain_text("1")

    first.page.get_by_role("link", name="Отменить регистрацию").click()
    press(first.page, "Да, отменить")
    expect(title[0]).to_have_text("Регистрация отменена")
    second.open(post.link("second-guest@example.org", "Освободилось место"))
    expect(title[1]).to_have_text("Освободилось место")
    press(second.page, "Беру место")
    expect(title[1]).to_have_text("Место за вами")
    all_was_quiet(first, second)


def test_a_class_is_registered_two_parents_agree_and_a_pupil_is_replaced(visitor: Arrive, post: Post) -> None:
    pool = apart(lambda: announced("for-classes", capacity=12, starts_in=datetime.timedelta(days=9)))
    teacher, mother, father = (visitor(locale="ru") for _person in range(3))
    teacher.become(HEAD)
    page = teacher.page
    page.set_default_timeout(10_000)
    teacher.open("/events/for-classes/")
    page.get_by_role("link", name="Зарегистрировать группу учеников").click()
    fill(page, group="8А", guests="\n".join(f"{name}; 8А" for name in (*PUPILS, PUPILS[0])))
    page.get_by_role("checkbox").check()
    press(page, "Проверить список")
    expect(page.locator(".group-wrong")).to_contain_text("уже есть в списке, строка 1")
    fill(page, guests="\n".join(f"{name}; 8А" for name in PUPILS))
    press(page, "Проверить список")
    expect(page.get_by_role("heading", name="Список: 12 учеников")).to_be_visible()
    press(page, "Зарегистрировать группу")
    expect(page.locator("tbody tr")).to_have_count(12)
    group = page.url.removeprefix(teacher.portal)

    page.get_by_role("link", name="Согласия родителей").click()
    press(page, "Сделать ссылки для родителей")
    links = page.locator("section[aria-labelledby=links] li")
    expect(links).to_have_count(12)
    link = links.first.get_by_role("textbox").input_value()
    _agree(mother, link.removeprefix("http://testserver"), name="Мария Алексеева")
    links.filter(has_text=PUPILS[1]).get_by_role("link").click()
    fill(page, email="parent@example.org")
    press(page, "Отправить ссылку")
    _agree(father, post.link("parent@example.org", "Нужно согласие родителя"), name="Пётр Белов")

    teacher.open(group)
    expect(page.locator("section[aria-labelledby=consents]")).to_contain_text("Даны: 2")
    rows = page.locator("tbody tr")
    rows.filter(has_text=PUPILS[11]).get_by_role("link").click()
    fill(page, name="Новикова Нина", grade="8Б")
    press(page, "Заменить")
    expect(rows).to_have_count(12)
    expect(rows.filter(has_text="Новикова Нина")).to_contain_text("8Б")
    expect(rows.filter(has_text=PUPILS[11])).to_have_count(0)
    registration = Registration.objects.get(pool=pool)
    assert (registration.state, registration.places) == (RegistrationState.CONFIRMED, 12)
    all_was_quiet(teacher, mother, father)


def _agree(parent: Visitor, link: str, *, name: str) -> None:
    parent.open(link)
    fill(parent.page, parent=name)
    parent.page.get_by_role("checkbox").check()
    press(parent.page, "Даю согласие")
    expect(parent.page.locator("main")).to_contain_text("Согласие дано")


def _people_come(slug: str) -> TicketPool:
    """A guest, a reader and a class of three have places in what begins within the hour."""
    pool, head = announced(slug, capacity=10, starts_in=datetime.timedelta(hours=1)), User.objects.get(email=HEAD)
    for name, email in (("Светлана Ким", "svetlana-kim@example.org"), ("Пётр Семёнов", "semyonov@example.org")):
        prove_address(register_attendee(pool.event, pool=pool, asked=Asked(name, email)))
    lyceum = Organisation.objects.get(slug="phystech-lyceum")
    asked = Asked("Учитель", head.email, head, lyceum)
    register_group(pool.event, pool=pool, group="8А", guests=[Guest(name, "8А") for name in PUPILS[:3]], asked=asked)
    return pool


def _it_is_over(pool: TicketPool) -> None:
    """Its dates move, and the clock stands: the browser would not survive that."""
    now = timezone.now()
    Event.objects.filter(pk=pool.event_id).update(
        starts_at=now - datetime.timedelta(hours=6), ends_at=now - datetime.timedelta(minutes=1)
    )


def test_whoever_came_has_a_certificate_that_a_stranger_verifies(visitor: Arrive, post: Post) -> None:
    pool = apart(lambda: _people_come("the-door"))
    keeper, guest, stranger = (visitor(locale="ru") for _person in range(3))
    keeper.become(HEAD)
    _stand_at_the_door(keeper, Registration.objects.filter(pool=pool))

    apart(lambda: _it_is_over(pool))
    keeper.open("/events/the-door/certificates/")
    press(keeper.page, "Выдать сертификаты")
    expect(keeper.page.locator("tbody tr")).to_have_count(5)
    apart(make_due)
    guest.open(post.link("svetlana-kim@example.org", "Сертификат"))
    with guest.page.expect_download() as download:
        guest.page.get_by_role("link", name="Скачать сертификат").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
    certificate = ParticipantCertificate.objects.get(ticket__registration__email="svetlana-kim@example.org")
    assert download.value.suggested_filename == f"{certificate.number} Светлана Ким.pdf"
    stranger.open(f"/verify/{certificate.code}/")
    expect(stranger.page.locator("main")).to_contain_text("Сертификат действителен")
    expect(stranger.page.locator("main")).to_contain_text("Светлана Ким")
    expect(stranger.page.locator("main")).to_contain_text("6 часов")
    all_was_quiet(keeper, guest, stranger)


def _stand_at_the_door(keeper: Visitor, registrations: QuerySet[Registration]) -> None:
    page, answer = keeper.page, keeper.page.locator("#result")
    page.set_default_timeout(10_000)
    keeper.open("/events/the-door/check-in/")
    page.get_by_text("Какой это вход?").click()
    fill(page, gate="главный вход")
    press(page, "Сохранить")
    expect(answer).to_contain_text("Вход: главный вход")
    code = registrations.get(name="Светлана Ким").tickets.get().code
    for word in ("Проходите", "Вход уже отмечен"):
        _type(keeper, f"{code[:5].lower()}-{code[5:]}")
        expect(answer).to_contain_text(word)
        expect(answer).to_contain_text(re.compile(r"\d\d:\d\d, главный вход"))
        assert axe(page) == []
    expect(page.locator(".check-in-count")).to_contain_text("1 из 5")
    fill(page, words="семен")
    press(page, "Найти")
    press(page, "Отметить: Пётр Семёнов")
    expect(answer).to_contain_text("Проходите")
    _type(keeper, registrations.get(group="8А").group_code)
    page.get_by_label(PUPILS[1]).uncheck()
    press(page, "Отметить выбранных")
    expect(answer).to_contain_text("Пришли 2 из 3")
    assert axe(page) == []
    page.get_by_text("Гость без регистрации").click()
    fill(page, name="Яна Внезапная")
    press(page, "Отметить вход")
    expect(answer).to_contain_text("Яна Внезапная")
    expect(page.locator(".check-in-count")).to_contain_text("5 из 6")


def _type(keeper: Visitor, code: str) -> None:
    """Until the answer has come."""
    keeper.page.locator("[name=code][required]").fill(code)
    with keeper.page.expect_response("**/check-in/"):
        keeper.page.locator("[name=code][required]").press("Enter")


def test_without_a_reader_of_codes_the_page_offers_no_camera(visitor: Arrive) -> None:
    keeper = visitor(locale="ru")
    keeper.become(HEAD)
    keeper.context.add_init_script("delete window.BarcodeDetector")
    keeper.open("/events/door-forum/check-in/")
    expect(keeper.page.locator("#code")).to_be_visible()
    expect(keeper.page.locator("[data-camera]")).to_be_hidden()


def test_the_camera_reads_a_code_once_however_long_it_is_held(
    browser: Browser, portal: str, sessions: dict[str, str], chromium: str
) -> None:
    registration = Registration.objects.get(event__slug="door-forum", group="8А")
    code = registration.tickets.all()[1].code
    with browser.browser_type.launch(executable_path=chromium, args=[*FLAGS, *CAMERA]) as with_camera:
        keeper = Visitor(with_camera.new_context(locale="ru"), portal, sessions)
        keeper.become(HEAD)
        keeper.context.add_init_script(f"({DETECTOR})({code!r})")
        sent: list[str] = []
        keeper.page.on("request", lambda request: sent.append(request.method) if request.method == "POST" else None)
        keeper.open("/events/door-forum/check-in/")
        camera = keeper.page.get_by_role("button", name="Считывать коды камерой")
        camera.click()
        expect(keeper.page.locator("#result")).to_contain_text("Проходите")
        expect(camera).to_have_attribute("aria-pressed", "true")
        keeper.page.wait_for_timeout(1000)  # ms, four looks more
        assert sent == ["POST"]
        camera.click()
        expect(keeper.page.locator("video")).to_be_hidden()
        assert axe(keeper.page) == []
        all_was_quiet(keeper)

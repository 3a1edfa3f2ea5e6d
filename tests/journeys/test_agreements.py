"""Three organisations agree on a text, sign it each in its own way, do what they have promised, change it and part; and
one of three declines what another has signed."""

import datetime
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import FilePayload, Page, expect

from agreements.models import Agreement, RequestState, RoundState, Timer, TimerKind
from agreements.running.sweep import sweep
from common.documents import make_due
from members.models import Organisation, Role, User
from tests.agreements.authority import Authority, Signer
from tests.browser.conftest import Visitor
from tests.browser.pages import COMPANY, CONSORTIUM, HEAD, STAFF
from tests.factories import agreements as made
from tests.factories.members import RepresentativeFactory
from tests.journeys.steps import Post, all_was_quiet, apart, fill, press
from tests.office import enter, staff_with

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
Arrive = Callable[..., Visitor]
COORDINATOR = "coordinator@example.org"
LYCEUM, LORETT, CENTRE = "phystech-lyceum", "lorett", "noc-kuzbass"
SUBJECT = "Школьный спутник: от чертежа до орбиты"
PROMISE = "Места на практике в лаборатории"


@dataclass(frozen=True, slots=True)
class Side:
    """Somebody who acts for an organisation, at their browser."""

    slug: str
    email: str
    visitor: Visitor

    @property
    def page(self) -> Page:
        return self.visitor.page

    def open(self, agreement: Agreement, page: str = "") -> None:
        assert self.visitor.open(f"/dashboard/{self.slug}/agreements/{agreement.pk}/{page}") == 200

    def go(self, name: str) -> None:
        self.page.get_by_role("link", name=name, exact=True).click()


@pytest.fixture
def side(person: Arrive) -> Callable[..., Side]:
    def arrives(slug: str, email: str, **options: object) -> Side:
        return Side(slug, email, person(email, **options))

    return arrives


@pytest.fixture
def registrars(visitor: Arrive, sessions: dict[str, str]) -> list[Visitor]:
    """Two people of the office: one sees an original, and another confirms it."""

    def engage() -> str:
        rights = ("agreements.view_signingrequest", "agreements.register_agreement")
        return enter(staff_with(*rights)).cookies[settings.SESSION_COOKIE_NAME].value

    sessions["registrar"] = apart(engage)
    people = [visitor(locale="ru") for _person in range(2)]
    for person, reader in zip(people, (STAFF, "registrar"), strict=True):
        person.become(reader)
        person.page.set_default_timeout(10_000)
    return people


def test_from_the_draft_to_the_end(
    visitor: Arrive, side: Callable[..., Side], registrars: list[Visitor], post: Post, tmp_path: Path
) -> None:
    author, lyceum = side(LYCEUM, COORDINATOR), side(LYCEUM, HEAD)
    lorett, centre = side(LORETT, COMPANY, java_script_enabled=False), side(CENTRE, CONSORTIUM)
    post.forget()
    signer = Authority(tmp_path).issue("Волков Григорий Олегович")
    agreement = _draw_up(author)
    _review(author, lyceum, agreement)

    _propose(lorett, agreement, "Лоретт предоставляет лабораторию по средам.", note="Добавили день для лаборатории")
    _accept(lyceum, agreement, 2)
    _propose(centre, agreement, "Центр называет двух наставников.", note="Наставники — от центра", amount="6")
    for one in (lyceum, lorett):
        _compare(one, agreement)
    for one in (lyceum, lorett, centre):
        _accept(one, agreement, 3)

    _open_signing(lyceum, agreement)
    _sign_on_paper(author, registrars, agreement)
    _sign_by_code(centre, post, agreement, joins=True)
    _sign_by_file(lorett, signer, agreement)
    number = _is_concluded(agreement)
    apart(sweep)
    assert _state(agreement) == "concluded"  # it comes into force a week later
    _comes_due(agreement, TimerKind.START)
    assert _state(agreement) == "active"
    _fulfil(lorett, lyceum, agreement)

    amendment = _amend(lyceum, agreement)
    for one in (lyceum, lorett, centre):
        _accept(one, amendment, 1)
    _open_signing(lyceum, amendment)
    _sign_by_file(lorett, signer, amendment)
    _sign_by_code(centre, post, amendment)
    _sign_on_paper(author, registrars, amendment)
    assert _is_concluded(amendment) == number + 1
    _comes_due(amendment, TimerKind.START)
    obligation = agreement.obligations.get()
    assert (obligation.amount, obligation.done, obligation.state) == (8, 6, "open")

    _give_notice(lorett, agreement)
    assert _state(agreement) == "active"  # for the days of notice
    _comes_due(agreement, TimerKind.NOTICE_END)
    assert _state(agreement) == "terminated"
    assert agreement.obligations.get().state == "closed"

    assert [*agreement.history.order_by("sequence").values_list("action", flat=True)] == [
        "submit", "approve", "propose", "accept", "propose", "accept", "accept", "accept", "open", "send_copy", "see",
        "sign", "sign", "sign", "start", "report", "confirm", "amend", "notice", "terminate",
    ]  # fmt: skip
    apart(make_due)
    call_command("verify_audit")
    _is_proven(visitor(locale="ru"), agreement, papers=_papers_of(lorett, agreement))
    _all_were_told(post, agreement, amendment)
    all_was_quiet(*(one.visitor for one in (author, lyceum, lorett, centre)))


def _all_were_told(post: Post, agreement: Agreement, amendment: Agreement) -> None:
    """Whoever acts hears of it from the page; that it is concluded, and under which number, everybody does."""
    number, changed = agreement.number, f"{SUBJECT} (дополнительное соглашение)"
    everybody = {
        f"Пора подписать: {SUBJECT}",
        f"Заключено: № {number}, {SUBJECT}",
        f"Действует с сегодняшнего дня: № {number}, {SUBJECT}",
        f"Пора подписать: {changed}",
        f"Заключено: № {amendment.number}, {changed}",
        f"Действует с сегодняшнего дня: № {amendment.number}, {changed}",
        f"Изменено дополнительным соглашением: № {number}, {SUBJECT}",
        f"Расторгнуто: № {number}, {SUBJECT}",
    }
    others = {f"{name}: {subject}" for subject in (SUBJECT, changed) for name in (
        "Физтех-лицей предлагает соглашение", "Физтех-лицей принимает редакцию", "Подписано (Физтех-лицей)",
        "Копия подписанного текста отправлена (Физтех-лицей)",
    )}  # fmt: skip
    notice = f"Лоретт уведомляет о расторжении: № {number}, {SUBJECT}"
    assert everybody | {notice} <= {*post.subjects(COORDINATOR)}
    assert everybody - {f"Пора подписать: {SUBJECT}", f"Пора подписать: {changed}"} | {
        f"Соглашение ждёт проверки: {SUBJECT}", f"Лоретт сообщает о выполнении, подтвердите: {PROMISE}", notice,
    } <= {*post.subjects(HEAD)}  # fmt: skip
    assert everybody | {f"Выполнение подтверждено: {PROMISE}"} <= {*post.subjects(COMPANY)}
    assert {*post.subjects(CONSORTIUM)} == everybody | others - {f"Подписано (Физтех-лицей): {changed}"} | {
        f"Лоретт предлагает новую редакцию: {SUBJECT}", f"Лоретт принимает редакцию: {SUBJECT}",
        f"Лоретт принимает редакцию: {changed}", f"Подписано (Лоретт): {changed}",
        f"Код для подписания: {SUBJECT}", notice,
    }  # fmt: skip


def test_one_declines_what_another_has_signed_and_every_party_is_told(side: Callable[..., Side], post: Post) -> None:
    agreement, colleague = apart(_agreed)
    lyceum, lorett, centre = side(LYCEUM, HEAD), side(LORETT, COMPANY), side(CENTRE, CONSORTIUM)
    _open_signing(lyceum, agreement)
    _sign_by_code(lyceum, post, agreement)
    post.forget()

    centre.open(agreement, "signing/")
    centre.go("Отказаться от подписания")
    fill(centre.page, reason="Сменился устав")
    press(centre.page, "Отказаться от подписания")
    expect(centre.page.get_by_text("Это подписание недействительно")).to_be_visible()

    assert _state(agreement) == "negotiation"
    signing = agreement.rounds.get()
    assert (signing.state, signing.requests.get(way="code").state) == (RoundState.VOID, RequestState.SIGNED)
    for email in (HEAD, COORDINATOR, COMPANY, colleague.email):
        assert post.subjects(email) == [f"Отказ от подписания (НОЦ «Кузбасс»): {agreement.subject}"]
        text = post.text(email, "Отказ")
        assert "Причина: Сменился устав" in text
        assert "подписавшие подпишут заново" in text
    for one in (lyceum, lorett):
        one.open(agreement)
        expect(one.page.locator("main .notice")).to_contain_text("Сменился устав")
        expect(one.page.get_by_role("link", name="Принять редакцию")).to_be_visible()
    assert not agreement.newest_version.acceptances.exists()
    all_was_quiet(*(one.visitor for one in (lyceum, lorett, centre)))


def _agreed() -> tuple[Agreement, User]:
    """To be signed by three, each of whom hears of it; and somebody more at the centre, whose head will decline."""
    first, *others = (Organisation.objects.get(slug=slug) for slug in (LYCEUM, LORETT, CENTRE))
    colleague = RepresentativeFactory(organisation=others[1], role=Role.COORDINATOR).user
    return made.frozen(*others, initiator=first, ways={1: "code"}), colleague


def _state(agreement: Agreement) -> str:
    agreement.refresh_from_db()
    return agreement.state


def _is_concluded(agreement: Agreement) -> int:
    """With a number of this year, which is returned."""
    assert _state(agreement) == "concluded"
    year, _dash, number = agreement.number.partition("-")
    assert (year, agreement.concluded_on) == (str(timezone.localdate().year), timezone.localdate())
    return int(number)


def _comes_due(agreement: Agreement, kind: str) -> None:
    """Its day comes, and the clock stands: the browser would not survive that."""

    def pass_by() -> None:
        timers = Timer.objects.waiting().filter(agreement=agreement, kind=kind)
        assert timers.update(due_at=timezone.now()) == 1
        sweep()

    apart(pass_by)


def _draw_up(author: Side) -> Agreement:
    page, today = author.page, timezone.localdate()
    author.visitor.open(f"/dashboard/{LYCEUM}/agreements/")
    author.go("Новое соглашение")
    page.get_by_role("link", name="О сотрудничестве").click()
    fill(page, subject=SUBJECT)
    press(page, "Создать черновик")
    agreement = Agreement.objects.get(subject=SUBJECT)
    days = {"starts_on": today + datetime.timedelta(days=7), "ends_on": today + datetime.timedelta(days=372)}
    fill(page, place="Долгопрудный", notice_days="30", **{name: day.isoformat() for name, day in days.items()})
    fill(page, **{"kind-directions": "спутники, связь, обработка снимков"})
    page.get_by_label("Показать в открытом реестре").check()
    press(page, "Сохранить")

    author.go("Стороны")
    for name in ("Лоретт", "НОЦ «Кузбасс»"):
        fill(page, q=name)
        press(page, "Найти")
        page.locator("li", has_text=name).get_by_role("button", name="Добавить").click()
    for slug, head, way in (
        (LYCEUM, HEAD, "На бумаге"),
        (LORETT, COMPANY, "Файл квалифицированной подписи"),
        (CENTRE, CONSORTIUM, "Одноразовый код"),
    ):
        author.go(Organisation.objects.get(slug=slug).title)
        page.get_by_label("Учётная запись подписанта").select_option(label=str(User.objects.get(email=head)))
        page.get_by_label(way).check()
        press(page, "Сохранить")

    author.go("Обязательства")
    author.go("Добавить обязательство")
    fill(page, what=PROMISE, amount="4", evidence="приказы о практике")
    page.locator("[name=kind]").select_option("places")
    page.get_by_role("group", name="Кто обязуется").get_by_label("Лоретт").check()
    page.get_by_role("group", name="Кому").get_by_label("Физтех-лицей").check()
    press(page, "Сохранить")
    return agreement


def _review(author: Side, head: Side, agreement: Agreement) -> None:
    author.go("Отправить")
    author.page.get_by_label(str(User.objects.get(email=HEAD))).check()
    press(author.page, "Отправить")
    head.open(agreement)
    head.go("Проверка")
    press(head.page, "Одобрить")
    agreement.refresh_from_db()
    assert agreement.state == "negotiation"


def _propose(side: Side, agreement: Agreement, clause: str, *, note: str, amount: str = "") -> None:
    side.open(agreement)
    side.go("Предложить изменения")
    text = side.page.locator("[name=text]")
    text.fill(f"{text.input_value()}\n\n{clause}")
    fill(side.page, note=note, **({"promises-0-amount": amount} if amount else {}))
    press(side.page, "Предложить эту редакцию")
    expect(side.page.get_by_text("отправлена сторонам.")).to_be_visible()


def _compare(side: Side, agreement: Agreement) -> None:
    side.open(agreement)
    side.go("Что изменилось")
    expect(side.page.locator("ins", has_text="Центр называет двух наставников.")).to_be_visible()


def _accept(side: Side, agreement: Agreement, number: int) -> None:
    side.open(agreement)
    side.go("Принять редакцию")
    press(side.page, f"Принимаем редакцию {number}")


def _open_signing(head: Side, agreement: Agreement) -> None:
    head.open(agreement)
    head.go("Открыть подписание")
    press(head.page, "Открыть подписание")


def _sign_on_paper(side: Side, registrars: list[Visitor], agreement: Agreement) -> None:
    """A coordinator sends the scan; one of the office has seen the original, and another confirms it."""
    _go_to_sign(side, agreement)
    side.page.get_by_label("Скан подписанного").set_input_files(_file("Скан.pdf", b"%PDF-1.7 scan"))
    press(side.page, "Отправить скан")
    request = agreement.rounds.get(state=RoundState.OPEN).requests.get(way="paper")
    for person, done in zip(registrars, ("Оригинал осмотрен", "Подтвердить оригинал"), strict=True):
        page = person.page
        person.open("/admin/agreements/signingrequest/?check=waiting")
        page.get_by_role("link", name=agreement.subject).first.click()
        page.get_by_role("link", name=done).click()
        press(page, done)
    request.refresh_from_db()
    assert request.state == RequestState.SIGNED
    assert request.signature.seen_by != request.signature.confirmed_by


def _sign_by_code(side: Side, post: Post, agreement: Agreement, *, joins: bool = False) -> None:
    _go_to_sign(side, agreement)
    if joins:
        side.go("Правила подписания кодом")
        side.page.get_by_role("checkbox").check()
        press(side.page, "Присоединиться к правилам")
        _go_to_sign(side, agreement)
    press(side.page, "Прислать код")
    fill(side.page, code=_code_in(post.text(side.email, "Код для подписания")))
    press(side.page, "Подписать")
    expect(side.page.get_by_text("Подписано.", exact=True)).to_be_visible()


def _code_in(text: str) -> str:
    [code] = re.findall(r"^(\d{6})\s*$", text, re.MULTILINE)
    return str(code)


def _sign_by_file(side: Side, signer: Signer, agreement: Agreement) -> None:
    """Made by a program of one's own, over the very bytes of the file."""
    _go_to_sign(side, agreement)
    with side.page.expect_download() as download:
        side.go("Скачать файл с текстом")
    detached = signer.sign(download.value.path().read_bytes())
    side.page.get_by_label("Файл подписи").set_input_files(_file("договор.sig", detached))
    press(side.page, "Проверить подпись и подписать")


def _file(name: str, content: bytes) -> FilePayload:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def _go_to_sign(side: Side, agreement: Agreement) -> None:
    side.open(agreement)
    side.go("Прочитать и подписать")


def _fulfil(owner: Side, other: Side, agreement: Agreement) -> None:
    owner.open(agreement, "obligations/")
    owner.page.get_by_role("link", name="Сообщить о выполнении").click()
    fill(owner.page, amount="6", text="Шесть школьников прошли практику.")
    press(owner.page, "Сообщить")
    other.open(agreement, "obligations/")
    other.go("Подтвердить или отклонить")
    other.page.get_by_label("Да, выполнено").check()
    press(other.page, "Ответить")
    assert agreement.obligations.get().done == 6


def _amend(head: Side, agreement: Agreement) -> Agreement:
    """From six places to eight; where nobody else is to review it, it goes to the parties at once."""
    head.open(agreement)
    head.go("Изменить дополнительным соглашением")
    press(head.page, "Создать черновик")
    head.go("Обязательства")
    head.go(PROMISE)
    fill(head.page, amount="8")
    press(head.page, "Сохранить")
    head.go("Отправить")
    press(head.page, "Отправить")
    expect(head.page.get_by_text("Отправлено сторонам.")).to_be_visible()
    return Agreement.objects.get(parent=agreement)


def _give_notice(side: Side, agreement: Agreement) -> None:
    side.open(agreement)
    side.go("Уведомить о расторжении")
    fill(side.page, reason="Лаборатория переезжает", words="расторгаем")
    press(side.page, "Уведомить о расторжении")
    expect(side.page.get_by_text("Уведомление отправлено, всем сторонам сообщено.")).to_be_visible()


def _papers_of(side: Side, agreement: Agreement) -> bytes:
    side.open(agreement)
    with side.page.expect_download() as download:
        side.go("Скачать PDF")
    assert download.value.suggested_filename == f"Соглашение № {agreement.number}.pdf"
    return download.value.path().read_bytes()


def _is_proven(stranger: Visitor, agreement: Agreement, *, papers: bytes) -> None:
    """What stands on the papers leads whoever holds them to the page that says what is known, and compares the file."""
    agreement.refresh_from_db()
    assert agreement.package
    stranger.open(f"/verify/{agreement.code}/")
    main = stranger.page.locator("main")
    for words in (
        agreement.number,
        "То, что хранит портал, не изменилось",
        agreement.package.sha256,
        "Расторгнуто",
    ):
        expect(main).to_contain_text(words)
    stranger.page.locator("[name=file]").set_input_files(_file("Соглашение.pdf", papers))
    press(stranger.page, "Сравнить")
    expect(main).to_contain_text("Это пакет документов этого соглашения, байт в байт.")
    all_was_quiet(stranger)

"""What was promised: reported by one side, confirmed by the other, reminded of and shown."""

import datetime
import re
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agreements import chain
from agreements.fulfilment import counted
from agreements.fulfilment.obligations import decide_report, recount, report_progress
from agreements.models import Agreement, HistoryEntry, Obligation, ObligationReport, Timer
from agreements.running.course import give_notice, notice_ends_on
from agreements.running.sweep import sweep
from common.errors import RuleViolated
from members.models import Notification, Organisation, Role, User
from tests.factories import agreements as made
from tests.factories.members import OrganisationFactory, RepresentativeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> Organisation:
    return OrganisationFactory(slug="school", short_name="Школа")


@pytest.fixture
def company() -> Organisation:
    return OrganisationFactory(slug="company", short_name="Завод", kind="company")


@pytest.fixture
def agreement(school: Organisation, company: Organisation) -> Agreement:
    """The school promises five projects within sixty days."""
    promise = made.promise(due_on=in_days(60), evidence="акты защиты")
    return made.in_force(company, initiator=school, promises=(promise,))


@pytest.fixture
def obligation(agreement: Agreement) -> Obligation:
    return agreement.obligations.get()


def in_days(number: int) -> str:
    return made.days_from(timezone.localdate(), number)


def reported(obligation: Obligation, amount: str | None = "2", **told: Any) -> ObligationReport:
    owner = obligation.owner
    told = {"text": "Защищены два проекта", "amount": Decimal(amount) if amount else None, **told}
    return report_progress(obligation, organisation=owner, by=made.head_of(owner), **told)


def decided(report: ObligationReport, by: Organisation, *, confirms: bool = True, reason: str = "") -> Obligation:
    decide_report(report, organisation=by, by=made.head_of(by), confirms=confirms, reason=reason)
    return Obligation.objects.get(pk=report.obligation_id)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def plain(text: str) -> str:
    return " ".join(text.replace("\N{NO-BREAK SPACE}", " ").split())


def page(user: User, address: str) -> str:
    response = client_of(user).get(address)
    assert response.status_code == 200
    return plain(response.content.decode())


def refused(act: Any, *args: Any, **kwargs: Any) -> str:
    with pytest.raises(RuleViolated) as error:
        act(*args, **kwargs)
    return error.value.code


# --- Reported and confirmed ----------------------------------------------------------------------------------


def test_what_the_owner_reports_counts_once_the_other_side_confirms(
    obligation: Obligation, company: Organisation
) -> None:
    report = reported(obligation)
    obligation.refresh_from_db()
    assert (obligation.done, obligation.state) == (0, "open")
    obligation = decided(report, company)
    assert (obligation.done, obligation.state) == (2, "open")
    obligation = decided(reported(obligation, "3"), company)
    assert (obligation.done, obligation.state) == (5, "fulfilled")
    assert not Timer.objects.waiting().filter(subject=obligation.pk, kind__startswith="due").exists()
    actions = HistoryEntry.objects.filter(facts__obligation=obligation.pk).order_by("sequence")
    assert [*actions.values_list("action", flat=True)] == ["report", "confirm", "report", "confirm"]
    assert [*chain.broken_links()] == []


def test_a_refusal_has_a_reason_and_counts_nothing(
    obligation: Obligation, school: Organisation, company: Organisation
) -> None:
    report = reported(obligation)
    assert refused(decided, report, company, confirms=False, reason=" ") == "reason_missing"
    obligation = decided(report, company, confirms=False, reason="Защита была одна")
    report.refresh_from_db()
    assert (obligation.done, report.state, report.reason) == (0, "refused", "Защита была одна")
    heard = Notification.objects.filter(user=made.head_of(school), key__endswith=f"{report.pk} refuse").get()
    assert "Пять совместных проектов" in heard.title
    assert "Защита была одна" in heard.text


def test_a_decision_repeated_does_nothing_and_stands(obligation: Obligation, company: Organisation) -> None:
    report = reported(obligation)
    decided(report, company)
    assert decided(report, company).done == 2
    assert HistoryEntry.objects.filter(action="confirm").count() == 1
    assert refused(decided, report, company, confirms=False, reason="Нет") == "other_state"


def test_nobody_confirms_their_own_report_nor_what_was_not_promised_to_them(
    school: Organisation, company: Organisation
) -> None:
    third = OrganisationFactory()
    promise = made.promise(beneficiary=2)
    agreement = made.in_force(company, third, initiator=school, promises=(promise,))
    report = reported(agreement.obligations.get())
    assert {refused(decided, report, one) for one in (school, third)} == {"not_other_side"}
    assert decided(report, company).done == 2


def test_an_obligation_without_an_amount_is_done_with_the_first_confirmed_report(
    school: Organisation, company: Organisation
) -> None:
    agreement = made.in_force(company, initiator=school, promises=(made.promise(kind="other", amount=""),))
    obligation = agreement.obligations.get()
    assert decided(reported(obligation, None), company).state == "fulfilled"
    assert refused(reported, obligation, None) == "other_state"


@pytest.mark.parametrize("amount", [None, "0", "-1"])
def test_a_report_says_how_much(obligation: Obligation, amount: str | None) -> None:
    assert refused(reported, obligation, amount) == "amount_missing"


def test_a_report_sent_twice_is_made_once(obligation: Obligation) -> None:
    assert reported(obligation, key="one") == reported(obligation, key="one")
    assert refused(reported, obligation, "3", key="one") == "idempotency_key_reused"
    assert ObligationReport.objects.count() == 1


def test_an_amendment_that_asks_for_less_finds_it_done(
    agreement: Agreement, obligation: Obligation, school: Organisation, company: Organisation
) -> None:
    decided(reported(obligation), company)
    less = made.promise(key=obligation.key, amount="2")
    made.in_force(company, initiator=school, parent=agreement, relation="amendment", promises=(less,))
    obligation.refresh_from_db()
    assert (obligation.state, obligation.done, obligation.amount) == ("fulfilled", 2, 2)
    more = made.promise(key=obligation.key, amount="4")
    made.in_force(company, initiator=school, parent=agreement, relation="amendment", promises=(more,))
    obligation.refresh_from_db()
    assert (obligation.state, obligation.done) == ("open", 2)


# --- Work that counts by itself ------------------------------------------------------------------------------


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How much the linked records show; of projects alone."""
    numbers = {"projects": 0}
    monkeypatch.setattr(counted, "SOURCES", {})
    kinds = frozenset({"projects"})
    counted.register(counted.Source("tests", kinds, lambda obligation: Decimal(numbers["projects"])))
    return numbers


def test_linked_work_counts_with_what_is_confirmed(
    obligation: Obligation, company: Organisation, shown: dict[str, int]
) -> None:
    decided(reported(obligation), company)
    shown["projects"] = 3
    assert (recount(obligation).done, recount(obligation).state) == (5, "fulfilled")
    assert HistoryEntry.objects.filter(action="count").count() == 1
    shown["projects"] = 2
    assert (recount(obligation).done, recount(obligation).state) == (4, "open")
    assert Timer.objects.waiting().filter(subject=obligation.pk, kind="due_near").count() == 2


def test_linked_work_of_another_kind_counts_nothing(
    school: Organisation, company: Organisation, shown: dict[str, int]
) -> None:
    shown["projects"] = 3
    agreement = made.in_force(company, initiator=school, promises=(made.promise(kind="places"),))
    assert recount(agreement.obligations.get()).done == 0


def test_two_sources_of_one_name_are_refused(shown: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="tests"):
        counted.register(counted.Source("tests", frozenset(), lambda obligation: Decimal()))


# --- By the clock --------------------------------------------------------------------------------------------


def days_told(*readers: User) -> list[tuple[int, list[str]]]:
    """On which days after today which of the readers are told, by which timer; the sweep runs twice on each day."""
    noon, days = timezone.localtime().replace(hour=12), []
    for number in range(80):
        with time_machine.travel(noon + datetime.timedelta(days=number), tick=False):
            Notification.objects.all().delete()
            sweep()
            heard = Notification.objects.order_by("pk").values_list("user", "key")
            told = [f"{key.split(' ')[2]} {readers.index(User(pk=user))}" for user, key in heard]
            Notification.objects.all().delete()
            assert sweep() == 0
            assert not Notification.objects.exists()
            if told:
                days.append((number, told))
    return days


def test_the_owner_is_reminded_before_and_after_and_the_other_side_at_last(
    agreement: Agreement, obligation: Obligation, school: Organisation, company: Organisation
) -> None:
    sweep()
    assert days_told(made.head_of(school), made.head_of(company)) == [
        (30, ["due_near 0"]),
        (53, ["due_near 0"]),
        (61, ["due_passed 0"]),
        (74, ["due_passed 0", "due_passed 1"]),
    ]


def test_a_new_day_has_reminders_of_its_own_and_the_former_ones_are_moot(
    agreement: Agreement, obligation: Obligation, school: Organisation, company: Organisation
) -> None:
    later = made.promise(key=obligation.key, due_on=in_days(70))
    made.in_force(company, initiator=school, parent=agreement, relation="amendment", promises=(later,))
    sweep()
    heard = days_told(made.head_of(school), made.head_of(company))
    assert [day for day, _told in heard] == [40, 63, 71]


def test_notice_that_was_given_outlives_an_amendment(
    agreement: Agreement, school: Organisation, company: Organisation
) -> None:
    party = made.last_party(agreement)
    give_notice(agreement, party=party, by=made.head_of(company), reason="Нет людей")
    made.in_force(company, initiator=school, parent=agreement, relation="amendment")
    assert notice_ends_on(agreement) == timezone.localdate() + datetime.timedelta(days=30)


# --- Pages ---------------------------------------------------------------------------------------------------


def test_the_tab_says_what_is_promised_and_how_it_stands(
    agreement: Agreement, obligation: Obligation, school: Organisation, company: Organisation
) -> None:
    decided(reported(obligation), company)
    text = page(made.head_of(company), f"/dashboard/company/agreements/{agreement.pk}/obligations/")
    for said in (
        "Школа → все остальные стороны",
        "<b>2</b> из 5",
        "Чем подтверждается: акты защиты",
        'data-state="confirmed"',
    ):
        assert said in text
    Obligation.objects.update(due_on=timezone.localdate() - datetime.timedelta(days=3))
    text = page(made.head_of(company), f"/dashboard/company/agreements/{agreement.pk}/obligations/")
    assert "просрочено на 3 дня" in text


def test_a_draft_has_no_tab_of_obligations() -> None:
    agreement = made.draft()
    address = f"/dashboard/{agreement.initiator.slug}/agreements/{agreement.pk}/"
    assert f"{address}obligations/" not in page(made.head_of(agreement.initiator), address)


def test_a_report_is_written_with_a_file_which_the_parties_alone_download(
    agreement: Agreement, obligation: Obligation, school: Organisation, company: Organisation
) -> None:
    address = f"/dashboard/school/agreements/{agreement.pk}/obligations/{obligation.pk}/report/"
    head = client_of(made.head_of(school))
    typed = {"request_key": "k", "amount": "2", "text": "Два проекта", "link": "example.org/defence"}
    for _attempt in range(2):
        file = SimpleUploadedFile("Акт защиты.pdf", b"%PDF-1.7 act")
        assert head.post(address, {**typed, "file": file}).status_code == 302
    report = ObligationReport.objects.get()
    assert (report.amount, report.link, report.file_name) == (2, "https://example.org/defence", "Акт защиты.pdf")
    place = f"agreements/{agreement.pk}/obligations/reports/{report.pk}/file/"
    answer = client_of(made.head_of(company)).get(f"/dashboard/company/{place}")
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 act"  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment;")
    stranger = made.head_of(OrganisationFactory(slug="stranger"))
    for slug in ("company", "stranger"):
        assert client_of(stranger).get(f"/dashboard/{slug}/{place}").status_code == 404


def test_what_is_no_document_is_refused_and_nothing_that_was_typed_is_lost(
    agreement: Agreement, obligation: Obligation, school: Organisation
) -> None:
    address = f"/dashboard/school/agreements/{agreement.pk}/obligations/{obligation.pk}/report/"
    file = SimpleUploadedFile("акт.pdf", b"MZ no document")
    typed = {"request_key": "k", "amount": "0", "text": "Два проекта", "file": file}
    text = plain(client_of(made.head_of(school)).post(address, typed).content.decode())
    assert "Это не файл PDF, JPEG, PNG или DOCX." in text
    assert "Два проекта</textarea>" in text
    assert not ObligationReport.objects.exists()


def test_the_other_side_answers_on_its_page(
    agreement: Agreement, obligation: Obligation, company: Organisation
) -> None:
    report = reported(obligation)
    address = f"/dashboard/company/agreements/{agreement.pk}/obligations/reports/{report.pk}/"
    head = client_of(made.head_of(company))
    answer = head.post(address, {"verdict": "refuse", "reason": ""})
    assert "Напишите причину" in plain(answer.content.decode())
    assert head.post(address, {"verdict": "confirm"}).status_code == 302
    obligation.refresh_from_db()
    assert obligation.done == 2
    answer = head.post(address, {"verdict": "refuse", "reason": "Передумали"})
    assert answer.status_code == 200
    report.refresh_from_db()
    assert report.state == "confirmed"


ROLES = {Role.VIEWER: 403, Role.TEACHER: 403, Role.COORDINATOR: 200, Role.HEAD: 200}


@pytest.mark.parametrize(("role", "expected"), ROLES.items())
def test_heads_and_coordinators_report_and_confirm(
    agreement: Agreement, obligation: Obligation, school: Organisation, company: Organisation, role: str, expected: int
) -> None:
    report = reported(obligation)
    for slug, organisation, place in (
        ("school", school, f"{obligation.pk}/report/"),
        ("company", company, f"reports/{report.pk}/"),
    ):
        acting = client_of(RepresentativeFactory(organisation=organisation, role=role).user)
        address = f"/dashboard/{slug}/agreements/{agreement.pk}/obligations/"
        assert acting.get(address).status_code == 200
        assert acting.get(f"{address}{place}").status_code == expected
    # Neither does the other's part.
    heads = {"school": client_of(made.head_of(school)), "company": client_of(made.head_of(company))}
    address = f"agreements/{agreement.pk}/obligations"
    assert heads["company"].get(f"/dashboard/company/{address}/{obligation.pk}/report/").status_code == 403
    assert heads["school"].get(f"/dashboard/school/{address}/reports/{report.pk}/").status_code == 403


# --- The board -----------------------------------------------------------------------------------------------


def numbers(text: str) -> list[int]:
    """Of the table, row by row."""
    return [int(number) for number in re.findall(r'<td class="number">.*?>(\d+)<', text)]


def test_the_board_tells_alive_late_and_asleep_ours_and_owed_to_us(school: Organisation, company: Organisation) -> None:
    promises = (
        made.promise(what="Поздно", due_on=in_days(20)),
        made.promise(what="Забытое"),
        made.promise(what="Живо"),
        made.promise(what="Чужое", owner=2, kind="money"),
        made.promise(what="Готово", amount="1"),
    )
    agreement = made.in_force(company, initiator=school, promises=promises)
    decided(reported(agreement.obligations.get(what="Готово"), "1"), company)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=91), tick=False):
        reported(agreement.obligations.get(what="Живо"))
        text = page(made.head_of(school), "/dashboard/school/agreements/obligations/")
        assert numbers(text) == [1, 1, 1, 0, 1, 0]
        assert [what for what in ("Поздно", "Забытое", "Живо", "Чужое", "Готово") if what in text] == [
            "Поздно",
            "Забытое",
            "Живо",
            "Чужое",
        ]
        text = page(made.head_of(school), "/dashboard/school/agreements/obligations/?whose=ours&how=late")
        assert "Поздно" in text
        assert "Забытое" not in text
        owed = page(made.head_of(company), "/dashboard/company/agreements/obligations/")
        assert numbers(owed) == [0, 1, 0, 1, 1, 1]
        assert "Ждут вашего подтверждения" in owed
        assert "Ждут вашего подтверждения" not in text


def test_a_third_organisation_has_nothing_of_it_on_its_board(obligation: Obligation) -> None:
    stranger = OrganisationFactory(slug="stranger")
    text = page(made.head_of(stranger), "/dashboard/stranger/agreements/obligations/?whose=nonsense&page=x")
    assert obligation.what not in text


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_pages_of_obligations_ask_the_database_no_more_often_with_more_of_them(
    school: Organisation, company: Organisation
) -> None:
    ours, asked = client_of(made.head_of(school)), []
    for number in (1, 5):
        promises = tuple(made.promise(what=f"{number}-{one}", beneficiary=2) for one in range(number))
        agreement = made.in_force(company, initiator=school, promises=promises)
        for obligation in agreement.obligations.all():
            reported(obligation)
        pages = [f"/dashboard/school/agreements/{page}" for page in (f"{agreement.pk}/obligations/", "obligations/")]
        ours.get(pages[0])  # what is kept for all pages is there
        asked.append([queries(ours, page) for page in pages])
    assert asked[0] == asked[1]

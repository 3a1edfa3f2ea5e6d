"""The association's office at work on agreements."""

import datetime
import io
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from agreements.admin import statistics
from agreements.admin.decisions import DECISIONS
from agreements.drafting.drafts import submit
from agreements.models import Agreement, AgreementState, AgreementTemplate, Timer
from agreements.signing.paper import see_original, send_copy
from tests.factories import agreements as made
from tests.factories.members import OrganisationFactory, UserFactory
from tests.office import enter, staff_with

pytestmark = pytest.mark.django_db
S = AgreementState
LIST = "admin:agreements_agreement_changelist"


def page(name: str, *args: object) -> str:
    return reverse(f"admin:agreements_{name}", args=args)


def rows_of(client: Client, **asked: str) -> list[Agreement]:
    return [*client.get(reverse(LIST), asked).context["cl"].result_list]


def sent_to_office() -> Agreement:
    agreement = made.draft()
    return submit(agreement, by=made.head_of(agreement.initiator), asks_office=True)


def copy_sent() -> Agreement:
    signing = made.being_signed()
    request = signing.requests.all()[0]
    send_copy(request, by=made.signatory_of(request), sha256=signing.version.sha256, document=made.scan())
    return signing.agreement


def standing_still() -> Agreement:
    agreement = made.in_negotiation()
    Timer.objects.filter(agreement=agreement, kind="stale").update(done_at=timezone.now())
    return agreement


# --- The queue -----------------------------------------------------------------------------------------------


def test_the_queue_is_what_waits_for_the_office(office: Client) -> None:
    review, copy, still = sent_to_office(), copy_sent(), standing_still()
    made.in_negotiation(), made.being_signed(), made.draft()
    late = made.in_force(promises=(made.promise(due_on="2026-01-31"),)).obligations.get()
    queues = {str(queue.decision.title): queue for queue in office.get(reverse("admin:index")).context["queues"]}
    found = {title: [row for row, _url in queue.rows] for title, queue in queues.items()}
    assert found == {
        "Agreements: review for the association": [review],
        "Copies of signed agreements": [*copy.rounds.get().requests.filter(state="sent")],
        "Agreements: obligations that are late": [late],
        "Agreements: negotiation at a standstill": [still],
    }
    for queue in queues.values():
        assert [*office.get(queue.url).context["cl"].result_list] == [row for row, _url in queue.rows]


def test_a_copy_waits_until_the_second_person_has_confirmed_it(office: Client) -> None:
    agreement = copy_sent()
    request = agreement.rounds.get().requests.all()[0]
    see_original(request, by=UserFactory())
    assert rows_of(office, waits="copy") == [agreement]


def test_the_queue_is_for_those_who_decide(english: None) -> None:
    sent_to_office()
    copy_sent()
    reader = enter(staff_with("agreements.view_agreement"))
    registrar = enter(staff_with("agreements.view_signingrequest", "agreements.register_agreement"))
    for client, number in ((reader, 0), (registrar, 1)):
        assert len(client.get(reverse("admin:index")).context["queues"]) == number


@pytest.mark.parametrize("name", ["agreement", "obligation", "obligationreport", "timer", "agreementtemplate"])
def test_a_list_asks_as_much_for_three_rows_as_for_one(office: Client, name: str) -> None:
    def make() -> None:
        made.in_force(promises=(made.promise(),))
        AgreementTemplate.objects.create(kind="practice", title="О практике", text="# Предмет")

    def number_of_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert office.get(page(f"{name}_changelist")).status_code == 200
        return len(queries)

    make()
    office.get(page(f"{name}_changelist"))
    one = number_of_queries()
    make()
    make()
    assert number_of_queries() == one


def test_the_queue_asks_as_much_for_three_as_for_one(office: Client) -> None:
    def number_of_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            [decision.waiting().count() and [*decision.waiting()] for decision in DECISIONS]
        return len(queries)

    sent_to_office(), copy_sent(), standing_still()
    one = number_of_queries()
    sent_to_office(), copy_sent(), standing_still()
    assert number_of_queries() == one


# --- Reviews, and calling off --------------------------------------------------------------------------------


def test_the_office_approves_and_it_goes_to_the_parties(english: None) -> None:
    agreement = sent_to_office()
    head = made.head_of(agreement.initiator)
    assert agreement.state == S.REVIEW
    client = enter(staff_with("agreements.view_agreement", "agreements.approve_agreement"))
    assert client.post(page("agreement_approve_this", agreement.pk)).status_code == 302
    agreement.refresh_from_db()
    assert (agreement.state, agreement.history.filter(by=head, action="approve").exists()) == (S.NEGOTIATION, False)


def test_the_office_returns_it_with_a_reason(office: Client) -> None:
    agreement = sent_to_office()
    url = page("agreement_return_this", agreement.pk)
    assert office.post(url, {"reason": ""}).status_code == 200
    assert office.post(url, {"reason": "Нет срока"}).status_code == 302
    agreement.refresh_from_db()
    assert (agreement.state, agreement.history.get(action="return").reason) == (S.DRAFT, "Нет срока")


def test_the_office_calls_off_what_is_not_concluded(office: Client) -> None:
    agreement, concluded = made.in_negotiation(), made.concluded()
    url = page("agreement_cancel_this", agreement.pk)
    assert office.post(url, {"reason": "Стороны не отвечают"}).status_code == 302
    agreement.refresh_from_db()
    assert agreement.state == S.CANCELLED
    refused = office.post(page("agreement_cancel_this", concluded.pk), {"reason": "Поздно"})
    assert refused.status_code == 409


def test_only_what_its_state_allows_is_offered(office: Client) -> None:
    def offered(agreement: Agreement) -> set[str]:
        shown = office.get(page("agreement_change", agreement.pk)).content.decode()
        return {name for name in ("approve", "return", "cancel") if f"{name}_this" in shown}

    assert offered(sent_to_office()) == {"approve", "return", "cancel"}
    by_the_initiator_alone = made.draft()
    submit(by_the_initiator_alone, by=UserFactory())
    assert offered(by_the_initiator_alone) == {"cancel"}
    assert offered(made.concluded()) == set()


def test_nothing_of_an_agreement_is_typed_here(office: Client) -> None:
    agreement = made.in_force(promises=(made.promise(),))
    for name, key in (("agreement", agreement.pk), ("obligation", agreement.obligations.get().pk)):
        assert office.get(page(f"{name}_change", key)).status_code == 200
        assert office.post(page(f"{name}_change", key), {"state": "draft"}).status_code == 403
        assert office.post(page(f"{name}_delete", key), {"post": "yes"}).status_code == 403


def test_whoever_may_not_review_may_not_press_the_button(english: None) -> None:
    agreement = sent_to_office()
    client = enter(staff_with("agreements.view_agreement"))
    for move in ("approve", "return", "cancel"):
        assert client.post(page(f"agreement_{move}_this", agreement.pk), {"reason": "Так"}).status_code == 403


# --- Templates -----------------------------------------------------------------------------------------------


def test_a_template_shows_how_its_clauses_are_numbered(office: Client) -> None:
    template = AgreementTemplate.objects.create(kind="cooperation", title="О классе", text=made.TEXT)
    shown = office.get(page("agreementtemplate_change", template.pk)).content.decode()
    for words in ("1 Предмет", "1.1 Стороны совместно", "1.1.1 школа называет", "2.1 Соглашение действует"):
        assert words in shown


def test_what_a_template_says_is_shown_as_text(office: Client) -> None:
    template = AgreementTemplate.objects.create(kind="cooperation", title="Т", text="# <b>Предмет</b> {subject}")
    shown = office.get(page("agreementtemplate_change", template.pk)).content.decode()
    assert "<strong>1 &lt;b&gt;Предмет&lt;/b&gt; {subject}</strong>" in shown


# --- From paper ----------------------------------------------------------------------------------------------


PAPER = {
    "kind": "cooperation",
    "parties": "lyceum\nworks",
    "subject": "О классе",
    "own_number": "17/21",
    "concluded_on": "2021-09-01",
}


@pytest.fixture
def parties() -> None:
    OrganisationFactory(slug="lyceum")
    OrganisationFactory(slug="works", kind="company")


def test_one_is_entered_by_a_form_and_once_however_often_it_is_pressed(office: Client, parties: None) -> None:
    for _press in range(2):
        response = office.post(page("agreement_enter_paper"), PAPER)
        agreement = Agreement.objects.get()
        assert response["Location"] == page("agreement_change", agreement.pk)
    assert (agreement.number, agreement.state, agreement.is_entered) == ("2021-0001", S.ACTIVE, True)


def test_a_mistake_in_the_form_loses_nothing(office: Client, parties: None) -> None:
    response = office.post(page("agreement_enter_paper"), PAPER | {"parties": "lyceum\nnowhere"})
    assert response.context["form"].errors == {"parties": ["Not in the directory: nowhere"]}
    assert "17/21" in response.content.decode()
    assert not Agreement.objects.exists()


def uploaded(*rows: str) -> SimpleUploadedFile:
    text = "\n".join(["kind;parties;subject;own_number;concluded_on", *rows])
    return SimpleUploadedFile("table.csv", text.encode())


def test_a_table_is_looked_at_first_and_entered_once(office: Client, parties: None) -> None:
    url = page("agreement_import_table")
    rows = ['cooperation;"lyceum;works";О классе;17/21;01.09.2021', 'practice;"works;lyceum";О практике;;02.09.2021']
    looked = office.post(url, {"import_file": uploaded(*rows)})
    assert (looked.context["new"], Agreement.objects.count()) == (2, 0)
    for _press in range(2):
        assert office.post(url, {"seen": looked.context["seen"]}).status_code == 302
    assert [*Agreement.objects.order_by("pk").values_list("number", flat=True)] == ["2021-0001", "2021-0002"]
    again = office.post(url, {"import_file": uploaded(*rows)})
    assert again.context["new"] == 0


def test_a_table_with_a_mistake_cannot_be_confirmed(office: Client, parties: None) -> None:
    url = page("agreement_import_table")
    looked = office.post(url, {"import_file": uploaded("cooperation;lyceum;О классе;;01.09.2021")})
    assert looked.context["seen"] == ""
    assert "From 2 to 12 parties" in looked.content.decode()
    forged = office.post(url, {"seen": "W3t9XQ:forged"}, follow=True)
    assert "Please upload the table once more." in forged.content.decode()
    assert not Agreement.objects.exists()


def test_who_may_only_read_enters_nothing(english: None, parties: None) -> None:
    client = enter(staff_with("agreements.view_agreement", "agreements.approve_agreement"))
    assert client.post(page("agreement_enter_paper"), PAPER).status_code == 403
    assert client.post(page("agreement_import_table"), {"seen": ""}).status_code == 403
    assert client.get(page("agreement_import_template")).status_code == 403


def test_the_template_of_the_table_holds_its_headings(office: Client) -> None:
    response = office.get(page("agreement_import_template"))
    book = openpyxl.load_workbook(io.BytesIO(response.content))
    assert [cell.value for cell in book.worksheets[0][1]][:3] == ["kind", "parties", "subject"]


# --- Statistics ----------------------------------------------------------------------------------------------


def lasting(agreement: Agreement, **days: int) -> None:
    """As if it had spent so many days in each stage, one after the other."""
    at = timezone.now() - datetime.timedelta(days=1000)
    Agreement.objects.filter(pk=agreement.pk).update(created_at=at)
    moves = {"review": "draft", "negotiation": "review", "frozen": "negotiation", "signing": "frozen"}
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for target, stage in {**moves, "concluded": "signing"}.items():
            at += datetime.timedelta(days=days.get(stage, 0))
            cursor.execute(
                "UPDATE agreements_historyentry SET at = %s"
                " WHERE agreement_id = %s AND target = %s AND source <> target",
                [at, agreement.pk, target],
            )
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_the_days_in_each_stage_are_the_median_and_the_quartiles() -> None:
    for days in (2, 4, 6, 8, 30):
        lasting(made.concluded(), draft=1, negotiation=days, signing=days)
    made.in_negotiation()
    times = [one for one in statistics.cycle_times() if not (one.kind or one.year)]
    found: dict[str, Any] = {one.stage: (one.number, one.quartiles) for one in times}
    stays = tuple(map(Decimal, ("4.0", "6.0", "8.0")))
    assert (found["negotiation"], found["signing"]) == ((5, stays), (5, stays))
    assert found["whole"] == (5, tuple(map(Decimal, ("9.0", "13.0", "17.0"))))
    assert found["review"] == (5, tuple(map(Decimal, ("0.0",) * 3)))


def test_what_was_entered_from_paper_took_no_time(office: Client, parties: None) -> None:
    office.post(page("agreement_enter_paper"), PAPER)
    assert statistics.cycle_times() == []


def test_statistics_are_a_page_and_a_book_in_one_question(office: Client) -> None:
    made.concluded()
    office.get(page("agreement_statistics"))  # and the session is noted
    with CaptureQueriesContext(connection) as one:
        assert office.get(page("agreement_statistics")).status_code == 200
    made.concluded()
    with CaptureQueriesContext(connection) as two:
        shown = office.get(page("agreement_statistics")).content.decode()
    assert len(one) == len(two)
    assert "From the draft to the conclusion" in shown
    book = openpyxl.load_workbook(io.BytesIO(office.get(page("agreement_statistics_book")).content))
    assert book.sheetnames == ["What is counted", "All years", "By year of conclusion", "By kind"]
    assert book["By year of conclusion"]["A1"].value == "Stage"

"""Agreements of the past, from paper: one by one and by the table, and never twice."""

import datetime
import io
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from agreements import chain
from agreements.entering.entries import PaperAgreement, enter_agreement
from agreements.entering.forms import PaperForm
from agreements.entering.tables import COLUMNS, MOST_ROWS, enter_table, looked_at, read_table
from agreements.models import Agreement, AgreementState, ObligationState, Signature, SigningRound
from agreements.running.sweep import sweep
from common.recounts import recount
from members.models import Notification, Organisation
from tests.factories import agreements as made
from tests.factories.members import OrganisationFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
S = AgreementState
DAY = datetime.date(2021, 9, 1)
HEADINGS = "kind;parties;subject;own_number;concluded_on;starts_on;ends_on;is_public;obligations"
ROW = "Cooperation;lyceum,works;О классе;17/21;01.09.2021;;;yes;projects | 1 | Пять проектов | 5 | 31.12.2030"


@pytest.fixture
def parties() -> tuple[Organisation, Organisation]:
    return OrganisationFactory(slug="lyceum"), OrganisationFactory(slug="works", kind="company", inn="7707083893")


def paper(parties: tuple[Organisation, ...], **changes: object) -> PaperAgreement:
    told: dict[str, Any] = {"kind": "cooperation", "subject": "О классе", "concluded_on": DAY, **changes}
    return PaperAgreement(parties=parties, **told)


def table(*rows: str, headings: str = HEADINGS) -> list[dict[str, str]]:
    """Commas stand for what parts the parties."""
    lines = [f'"{line}"'.replace(";", '";"').replace(",", ";") for line in (headings, *rows)]
    return read_table("table.csv", "\n".join(lines).encode())


def test_what_is_entered_is_in_force_under_a_number_of_its_year_and_what_it_promises_is_open(parties) -> None:
    promise = made.promise(due_on=made.days_from(timezone.localdate(), 60))
    agreement, is_new = enter_agreement(paper(parties, own_number="17/21", promises=(promise,)), by=UserFactory())
    agreement.refresh_from_db()
    assert (is_new, agreement.number, agreement.own_number, agreement.state) == (True, "2021-0001", "17/21", S.ACTIVE)
    assert (agreement.concluded_on, agreement.is_entered, agreement.is_public) == (DAY, True, False)
    assert (agreement.obligations.get().owner, agreement.obligations.get().state) == (parties[0], "open")
    assert [*agreement.history.values_list("action", flat=True)] == ["enter", "start"]
    assert agreement.newest_version.note == "Entered from paper"


def test_no_signature_is_claimed(parties) -> None:
    agreement, _ = enter_agreement(paper(parties), by=UserFactory())
    assert (SigningRound.objects.count(), Signature.objects.count(), agreement.package) == (0, 0, None)
    assert {one.signatory_name for one in agreement.parties.all()} == {""}


def test_entered_again_it_is_there_once(parties) -> None:
    by = UserFactory()
    first, _ = enter_agreement(paper(parties, own_number="17/21"), by=by)
    again = paper(parties[::-1], own_number="17/21", subject="О классе и кружке")
    assert enter_agreement(again, by=by) == (first, False)
    other, is_new = enter_agreement(paper(parties, own_number="18/21"), by=by)
    assert (is_new, other.number) == (True, "2021-0002")


def test_what_has_ended_is_expired_since_its_last_day(parties) -> None:
    last = datetime.date(2023, 8, 31)
    agreement, _ = enter_agreement(paper(parties, ends_on=last, promises=(made.promise(),)), by=UserFactory())
    agreement.refresh_from_db()
    assert (agreement.state, agreement.ended_on) == (S.EXPIRED, last)
    assert agreement.obligations.get().state == ObligationState.CLOSED
    assert not agreement.timers.waiting().exists()


def test_what_begins_later_waits_for_its_day(parties) -> None:
    first = timezone.localdate() + datetime.timedelta(days=3)
    agreement, _ = enter_agreement(paper(parties, starts_on=first), by=UserFactory())
    assert (agreement.state, sweep()) == (S.CONCLUDED, 0)
    assert agreement.timers.waiting().get().kind == "start"


def test_heads_hear_that_it_was_entered_and_nothing_of_days_gone_by(parties) -> None:
    head = made.head_of(parties[1])
    enter_agreement(paper(parties, ends_on=datetime.date(2023, 8, 31)), by=UserFactory())
    [told] = Notification.objects.filter(user=head)
    assert told.user == head


def test_a_copy_of_the_paper_is_kept_with_the_version(parties) -> None:
    agreement, _ = enter_agreement(paper(parties), by=UserFactory(), scan=made.scan())
    [file] = agreement.files.all()
    assert (file.title, file.sha256 in agreement.newest_version.content) == ("Copy of the paper", True)


def test_the_chain_holds_and_everything_adds_up(parties) -> None:
    enter_agreement(paper(parties, ends_on=datetime.date(2023, 8, 31), promises=(made.promise(),)), by=UserFactory())
    enter_agreement(paper(parties, own_number="2"), by=UserFactory())
    assert ([*chain.broken_links()], recount()) == ([], [])


# --- The table -----------------------------------------------------------------------------------------------


def test_a_table_is_looked_at_and_then_entered_and_never_twice(parties) -> None:
    lines = table(ROW, ROW.replace("17/21", "18/21").replace("lyceum,works", "7707083893,lyceum"))
    rows = looked_at(lines)
    assert [(row.number, row.problems, row.there) for row in rows] == [(2, [], None), (3, [], None)]
    assert Agreement.objects.count() == 0
    entered = enter_table(rows, by=UserFactory())
    assert [(one.number, one.initiator, one.is_public) for one in entered] == [
        ("2021-0001", parties[0], True),
        ("2021-0002", parties[1], True),
    ]
    assert entered[0].obligations.get().due_on == datetime.date(2030, 12, 31)
    again = looked_at(lines)
    assert [row.there for row in again] == entered
    assert enter_table(again, by=UserFactory()) == []
    assert Agreement.objects.count() == 2


def test_a_spreadsheet_with_the_words_of_the_form_is_read_as_people_keep_it(parties) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Kind", "Parties", "Subject", "Concluded on"])
    book.active.append(["Practical training", "lyceum\nworks", "О практике", datetime.date(2022, 3, 4)])
    content = io.BytesIO()
    book.save(content)
    [row] = looked_at(read_table("Договоры.xlsx", content.getvalue()))
    assert row.problems == []
    assert row.entry == paper(parties, kind="practice", subject="О практике", concluded_on=datetime.date(2022, 3, 4))


@pytest.mark.parametrize(
    ("was", "typed", "problem"),
    [
        ("Cooperation", "Friendship", "kind: Select a valid choice"),
        ("lyceum,works", "lyceum,nowhere", "parties: Not in the directory: nowhere"),
        ("lyceum,works", "lyceum", "parties: From 2 to 12 parties"),
        ("lyceum,works", "lyceum,works,works", "parties: From 2 to 12 parties"),
        ("01.09.2021", "01.13.2021", "concluded on: Enter a valid date"),
        ("01.09.2021", "01.09.2099", "concluded on: This day has not come yet"),
        ("01.09.2021;;;", "01.09.2021;02.09.2021;01.09.2021;", "in force until: It ends before it begins"),
        (";yes;", ";well;", "“well” is neither yes nor no."),
        ("projects | 1", "projects | 3", "obligations: There is no party in the place 3"),
        ("projects | 1", "дружба | 1", "obligations: Not understood"),
        ("| 5 |", "| много |", "the amount is a number more than nothing"),
        ("31.12.2030", "завтра", "the day is not understood"),
    ],
)
def test_a_mistake_is_told_by_its_row_and_nothing_is_entered(parties, was: str, typed: str, problem: str) -> None:
    changed = ROW.replace(was, typed, 1).replace(";;;yes", ";;да") if ";02.09" in typed else ROW.replace(was, typed, 1)
    [row] = looked_at(table(changed))
    assert len(row.problems) == 1
    assert problem in row.problems[0]
    assert enter_table([row], by=UserFactory()) == []


def test_the_same_twice_in_one_table_is_a_mistake(parties) -> None:
    rows = looked_at(table(ROW, ROW))
    assert [row.problems for row in rows] == [[], ["The same stands in row 2 of the table."]]


@pytest.mark.parametrize(
    ("headings", "rows"), [("kind;whose", ["a;b"]), ("kind;kind", ["a;b"]), ("kind", []), ("kind", ["a"] * 301)]
)
def test_a_table_that_will_not_do_is_refused(headings: str, rows: list[str]) -> None:
    assert len(rows) != MOST_ROWS
    with pytest.raises(ValidationError):
        table(*rows, headings=headings)


def test_the_table_has_a_column_for_each_field_of_the_form() -> None:
    assert [*COLUMNS] == [name for name in PaperForm.base_fields if name != "scan"]


def test_looking_at_many_rows_asks_for_the_parties_of_each_alone(parties, django_assert_num_queries) -> None:
    lines = table(*(ROW.replace("17/21", f"{number}/21") for number in range(20)))
    with django_assert_num_queries(21):
        looked_at(lines)

"""Fees, and the invoices for them."""

import datetime
import io
import json
from decimal import Decimal
from functools import partial
from threading import Barrier, Thread

import pytest
import time_machine
import typst
import zxingcpp
from django.core.exceptions import ValidationError
from django.core.files.storage import InMemoryStorage
from django.db import IntegrityError, connections
from django.test import Client
from django.urls import reverse
from PIL import Image
from pypdf import PdfReader

from common import documents
from common.errors import RuleViolated
from common.models import Document, DocumentState
from members.membership.fees import charge_for, outlook
from members.membership.invoices import a_year_from, bill_period, cancel_invoice, mark_paid, unheard
from members.models import (
    AssociationRequisites,
    FeeReduction,
    Invoice,
    InvoiceState,
    Kind,
    Membership,
    MembershipPeriod,
    MembershipStatus,
    Notification,
    Role,
    Tier,
)
from members.models.fee import account_key_is_right
from tests.common.test_payment_code import read
from tests.factories.members import (
    FeeFactory,
    InvoiceFactory,
    MembershipFactory,
    PeriodFactory,
    RepresentativeFactory,
    RequisitesFactory,
    UserFactory,
)
from tests.office import enter, staff_with, superuser

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
TODAY = datetime.date(2026, 12, 16)
NEXT_YEAR = datetime.date(2027, 3, 1)


@pytest.fixture(autouse=True)
def storage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Document._meta.get_field("file"), "storage", InMemoryStorage())


@pytest.fixture(autouse=True)
def winter() -> object:
    with time_machine.travel(datetime.datetime(2026, 12, 16, 12, tzinfo=datetime.UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def payable() -> None:
    FeeFactory()
    RequisitesFactory()


def refused(function: object, *args: object, **kwargs: object) -> str:
    with pytest.raises(RuleViolated) as raised:
        function(*args, **kwargs)  # type: ignore[operator]
    return raised.value.code


# --- What it costs -------------------------------------------------------------------------------------------


def test_the_newest_valid_fee_for_the_kind_comes_before_that_for_all() -> None:
    for amount, kind, year in ((1, "", 2020), (2, "", 2025), (3, Kind.SCHOOL, 2021), (4, Kind.SCHOOL, 2022)):
        FeeFactory(amount=amount, kind=kind, valid_from=datetime.date(year, 1, 1))
    FeeFactory(amount=9, kind=Kind.SCHOOL, valid_from=datetime.date(2030, 1, 1))
    FeeFactory(amount=8, tier=Tier.FOUNDER)
    school, company = (MembershipFactory(organisation__kind=kind) for kind in (Kind.SCHOOL, Kind.COMPANY))
    days = {year: datetime.date(year, 6, 1) for year in (2020, 2021, 2026)}
    assert [charge_for(school, on=days[year]).amount for year in days] == [1, 3, 4]
    assert [charge_for(company, on=days[year]).amount for year in days] == [1, 1, 2]
    assert refused(charge_for, school, on=datetime.date(2019, 1, 1)) == "no_fee"


@pytest.mark.parametrize(
    ("on", "amount"),
    [("2026-05-31", "100.01"), ("2026-06-01", "66.67"), ("2026-12-31", "66.67"), ("2027-01-01", "0.00")],
)
def test_a_reduction_holds_for_its_term_and_the_newest_one_counts(on: str, amount: str) -> None:
    FeeFactory(amount=Decimal("100.01"))
    membership = MembershipFactory()
    terms = ((33, "2026-06-01", "2026-12-31"), (33, "2026-07-01", None), (100, "2027-01-01", None))
    for percent, start, end in terms:
        FeeReduction.objects.create(
            membership=membership, percent=percent, basis="Протокол 3", valid_from=start, valid_until=end
        )
    expected = Decimal(amount) if amount != "66.67" else Decimal("67.01")
    assert charge_for(membership, on=datetime.date.fromisoformat(on)).amount == expected


@pytest.mark.parametrize("wrong", [{"amount": 0}, {"amount": 5, "exempt": True}], ids=["nothing said", "both"])
def test_a_fee_is_an_amount_or_none_at_all(wrong: dict) -> None:
    with pytest.raises(IntegrityError):
        FeeFactory(**wrong)


# --- Bank details --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("account", "bank", "right"),
    [
        ("30101810800000000746", "005", True),
        ("40602810700000000025", "746", True),
        ("40602810700000000025", "747", False),
        ("40602810800000000025", "746", False),
    ],
)
def test_the_key_of_an_account_is_that_of_the_order_of_the_bank_of_russia(account: str, bank: str, right: bool) -> None:
    """The examples of order № 515."""
    assert account_key_is_right(account, bank) is right


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("inn", "9900000001"),
        ("kpp", "99000100"),
        ("account", "40703810800000000001"),
        ("account", "4070381090000000000"),
        ("bic", "140000999"),
        ("correspondent_account", "30101810400000000999"),
    ],
)
def test_bank_details_with_a_mistake_are_refused_by_the_field(field: str, value: str) -> None:
    RequisitesFactory.build().full_clean()
    with pytest.raises(ValidationError) as raised:
        RequisitesFactory.build(**{field: value}).full_clean()
    assert field in raised.value.error_dict


def test_there_is_one_row_of_bank_details(payable: None) -> None:
    with pytest.raises(IntegrityError):
        RequisitesFactory(id=2)


# --- Billed --------------------------------------------------------------------------------------------------


def test_an_invoice_says_what_held_on_its_day(payable: None) -> None:
    membership, staff = MembershipFactory(organisation__name="Лицей № 1"), UserFactory()
    invoice = bill_period(membership, starts_on=NEXT_YEAR, by=staff)
    assert invoice
    assert (invoice.number, invoice.issued_on, invoice.due_on) == ("2026-0001", TODAY, NEXT_YEAR - DAY)
    assert (invoice.amount, invoice.payer, invoice.payer_inn) == (12000, "Лицей № 1", membership.organisation.inn)
    period = (invoice.period.starts_on, invoice.period.ends_on)
    assert (period, invoice.state, invoice.marked_by) == ((NEXT_YEAR, datetime.date(2028, 2, 29)), "issued", staff)


def test_asked_again_it_is_the_same_invoice(payable: None) -> None:
    membership = MembershipFactory()
    first = bill_period(membership, starts_on=NEXT_YEAR, by=None)
    assert bill_period(membership, starts_on=NEXT_YEAR, by=UserFactory()) == first
    assert (Invoice.objects.count(), MembershipPeriod.objects.count(), Document.objects.count()) == (1, 1, 1)


def test_who_is_exempt_has_a_period_and_no_invoice() -> None:
    FeeFactory(amount=0, exempt=True)
    membership = MembershipFactory()
    assert [bill_period(membership, starts_on=NEXT_YEAR, by=None) for _ in range(2)] == [None, None]
    assert (MembershipPeriod.objects.count(), Invoice.objects.count()) == (1, 0)


def test_a_first_year_leaves_a_month_to_pay(payable: None) -> None:
    invoice = bill_period(MembershipFactory(), starts_on=TODAY, by=None)
    assert invoice
    assert invoice.due_on == TODAY + 30 * DAY


@pytest.mark.parametrize(
    ("missing", "code"), [("fee", "no_fee"), ("requisites", "no_requisites"), ("membership", "membership_over")]
)
def test_without_what_it_needs_nothing_is_written(missing: str, code: str) -> None:
    if missing != "fee":
        FeeFactory()
    if missing != "requisites":
        RequisitesFactory()
    membership = MembershipFactory(status=MembershipStatus.LEFT if missing == "membership" else MembershipStatus.ACTIVE)
    assert refused(bill_period, membership, starts_on=NEXT_YEAR, by=None) == code
    assert not MembershipPeriod.objects.exists()


def test_periods_of_one_membership_do_not_overlap(payable: None) -> None:
    membership = MembershipFactory()
    bill_period(membership, starts_on=NEXT_YEAR, by=None)
    bill_period(MembershipFactory(), starts_on=NEXT_YEAR, by=None)
    for day in (NEXT_YEAR - 364 * DAY, NEXT_YEAR + DAY, datetime.date(2028, 2, 29)):
        assert refused(bill_period, membership, starts_on=day, by=None) == "period_overlap"
    bill_period(membership, starts_on=datetime.date(2028, 3, 1), by=None)
    with pytest.raises(IntegrityError):
        PeriodFactory(membership=membership, starts_on=TODAY, ends_on=NEXT_YEAR)


def test_a_year_from_the_day_of_a_leap_year_ends_in_february() -> None:
    days = [datetime.date(2027, 3, 1), datetime.date(2028, 2, 29), datetime.date(2027, 2, 28)]
    assert [a_year_from(day).isoformat() for day in days] == ["2028-03-01", "2029-03-01", "2028-02-28"]


@pytest.mark.django_db(transaction=True)
def test_billed_at_once_and_twice_numbers_have_no_gap() -> None:
    FeeFactory(), RequisitesFactory()
    memberships = MembershipFactory.create_batch(4)
    start, failed = Barrier(8), []

    def bill(membership: Membership) -> None:
        start.wait()
        try:
            bill_period(membership, starts_on=NEXT_YEAR, by=None)
        except Exception as error:
            failed.append(error)
        connections.close_all()

    threads = [Thread(target=bill, args=[membership]) for membership in memberships * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(Invoice.objects.values_list("number", flat=True))
    assert (failed, numbers) == ([], [f"2026-{number:04}" for number in range(1, 5)])


# --- Paid and cancelled --------------------------------------------------------------------------------------


def billed(status: str = MembershipStatus.ACTIVE, **membership: object) -> Invoice:
    """Its last day to pay was yesterday."""
    period = PeriodFactory(membership=MembershipFactory(status=status, **membership))
    return InvoiceFactory(period=period, due_on=TODAY - DAY)


def status_of(invoice: Invoice) -> str:
    return Membership.objects.get(periods=invoice.period).status


@pytest.mark.parametrize(
    ("before", "after"), [("active", "active"), ("grace", "active"), ("lapsed", "active"), ("suspended", "suspended")]
)
def test_with_the_payment_a_membership_is_active_again(before: str, after: str) -> None:
    invoice, staff = billed(before, ended_on=TODAY if before == "lapsed" else None), UserFactory()
    for _ in range(2):
        mark_paid(invoice, paid_on=TODAY, by=staff)
    invoice.refresh_from_db()
    assert (invoice.state, invoice.paid_on, invoice.marked_by) == (InvoiceState.PAID, TODAY, staff)
    assert status_of(invoice) == after
    assert invoice.period.membership.changes.count() == (before != after)


@pytest.mark.parametrize("action", ["pay", "cancel"])
def test_of_two_who_decide_on_an_invoice_the_later_is_told(action: str) -> None:
    invoice, first, second = billed(), UserFactory(), UserFactory()
    act = partial(mark_paid, paid_on=TODAY) if action == "pay" else cancel_invoice
    act(invoice, by=first)
    with pytest.raises(RuleViolated) as refused:
        act(invoice, by=second)
    invoice.refresh_from_db()
    assert str(first) in refused.value.message
    assert invoice.marked_by == first


def test_another_day_of_a_payment_is_no_repetition() -> None:
    invoice, staff = billed(), UserFactory()
    mark_paid(invoice, paid_on=TODAY, by=staff)
    with pytest.raises(RuleViolated) as refused:
        mark_paid(invoice, paid_on=TODAY - datetime.timedelta(days=1), by=staff)
    assert refused.value.code == "paid"


def test_a_payment_for_one_of_two_overdue_years_is_taken_and_changes_no_status() -> None:
    invoice = billed("grace")
    year = {"starts_on": datetime.date(2021, 1, 1), "ends_on": datetime.date(2021, 12, 31)}
    other = InvoiceFactory(period=PeriodFactory(membership=invoice.period.membership, **year))
    mark_paid(invoice, paid_on=TODAY, by=UserFactory())
    assert status_of(invoice) == "grace"
    mark_paid(other, paid_on=TODAY, by=UserFactory())
    assert status_of(invoice) == "active"


@pytest.mark.parametrize(
    ("invoice", "day", "code"),
    [
        ({}, TODAY + DAY, "ahead"),
        ({"state": "cancelled"}, TODAY, "cancelled"),
        ({"lapsed": 366}, TODAY, "lapsed_long_ago"),
    ],
    ids=["a day to come", "cancelled", "lapsed long ago"],
)
def test_a_payment_that_cannot_be_is_refused_whole(invoice: dict, day: datetime.date, code: str) -> None:
    long_ago = {"status": "lapsed", "ended_on": TODAY - invoice.get("lapsed", 0) * DAY} if "lapsed" in invoice else {}
    one = billed(**long_ago)
    Invoice.objects.update(state=invoice.get("state", "issued"))
    assert refused(mark_paid, one, paid_on=day, by=UserFactory()) == code
    assert Invoice.objects.get().paid_on is None


@pytest.mark.parametrize(("before", "after"), [("grace", "active"), ("lapsed", "active"), ("active", "active")])
def test_for_a_cancelled_invoice_nothing_is_owed(before: str, after: str) -> None:
    invoice, staff = billed(before), UserFactory()
    for _ in range(2):
        cancel_invoice(invoice, by=staff)
    invoice.refresh_from_db()
    assert (invoice.state, invoice.cancelled_on, status_of(invoice)) == ("cancelled", TODAY, after)
    mark_paid(again := billed(), paid_on=TODAY, by=UserFactory())
    assert refused(cancel_invoice, again, by=UserFactory()) == "paid"


@pytest.mark.parametrize("why", ["long ago", "joined anew", "not the cause"])
def test_a_cancelled_invoice_brings_nobody_back_whom_a_payment_would_not(why: str) -> None:
    invoice = billed("lapsed", ended_on=TODAY - (366 if why == "long ago" else 1) * DAY)
    if why == "joined anew":
        MembershipFactory(organisation=invoice.organisation)
    if why == "not the cause":
        Invoice.objects.update(due_on=TODAY)
    cancel_invoice(invoice, by=UserFactory())
    invoice.refresh_from_db()
    assert (invoice.state, status_of(invoice)) == ("cancelled", "lapsed")


def test_of_two_overdue_invoices_the_last_one_cancelled_brings_the_membership_back() -> None:
    invoice = billed("lapsed", ended_on=TODAY - DAY)
    year = {"starts_on": datetime.date(2021, 1, 1), "ends_on": datetime.date(2021, 12, 31)}
    other = InvoiceFactory(period=PeriodFactory(membership=invoice.period.membership, **year))
    for one, after in ((invoice, "lapsed"), (other, "active")):
        cancel_invoice(one, by=UserFactory())
        assert status_of(invoice) == after


def test_after_a_cancelled_invoice_the_period_is_billed_anew(payable: None) -> None:
    membership = MembershipFactory()
    first = bill_period(membership, starts_on=NEXT_YEAR, by=None)
    assert first
    cancel_invoice(first, by=UserFactory())
    second = bill_period(membership, starts_on=NEXT_YEAR, by=None)
    assert second
    assert (second.number, second.period) == ("2026-0002", first.period)


def test_the_heads_are_told_of_each_turn(payable: None) -> None:
    head = RepresentativeFactory(role=Role.HEAD, organisation__short_name="Лицей")
    invoice = bill_period(MembershipFactory(organisation=head.organisation), starts_on=NEXT_YEAR, by=None)
    assert invoice
    mark_paid(invoice, paid_on=TODAY, by=UserFactory())
    issued, paid = Notification.objects.filter(user=head.user, topic="fees").order_by("pk")
    assert issued.title.replace("\xa0", " ") == "Оплатите взнос не позднее 28 февраля 2027 г."
    assert issued.text.replace("\xa0", " ") == (
        "Лицей\nСчёт: № 2026-0001, 12 000 ₽\nПериод: 1 марта 2027 г. – 29 февраля 2028 г.\n"
        "PDF с реквизитами и кодом для оплаты — в кабинете организации."
    )
    assert (paid.title, issued.link) == ("Взнос получен", f"/dashboard/{head.organisation.slug}/membership/")


@pytest.mark.parametrize(
    ("periods", "settled_until", "next_from"),
    [
        ([], None, None),
        ([("2026-01-01", "paid")], "2026-12-31", "2027-01-01"),
        ([("2026-01-01", "paid"), ("2027-01-01", "issued")], "2026-12-31", "2028-01-01"),
        ([("2026-01-01", "")], "2026-12-31", "2027-01-01"),
        ([("2025-01-01", "issued"), ("2026-01-01", "paid")], None, "2027-01-01"),
        ([("2024-01-01", "paid"), ("2025-01-01", "issued"), ("2026-01-01", "")], "2024-12-31", "2027-01-01"),
    ],
    ids=["none", "paid", "the next one is open", "without a fee", "an older debt", "a debt in between"],
)
def test_the_outlook_tells_until_when_it_is_settled(
    periods: list, settled_until: str | None, next_from: str | None
) -> None:
    membership = MembershipFactory()
    for start, state in periods:
        day = datetime.date.fromisoformat(start)
        period = PeriodFactory(membership=membership, starts_on=day, ends_on=day.replace(month=12, day=31))
        if state:
            InvoiceFactory(period=period, state=state, paid_on=TODAY if state == "paid" else None)
    seen = outlook(membership)
    days = [day and day.isoformat() for day in (seen.settled_until, seen.next_from)]
    assert (days, seen.charge) == ([settled_until, next_from], None)


# --- The PDF -------------------------------------------------------------------------------------------------


def test_the_pdf_holds_the_bank_details_and_a_code_that_a_scanner_reads(payable: None) -> None:
    invoice = bill_period(MembershipFactory(organisation__name='Лицей "Физтех"'), starts_on=NEXT_YEAR, by=None)
    assert invoice
    assert documents.make_due() == 1
    document = Document.objects.get()
    assert document.state == DocumentState.MADE, document.error
    [page] = PdfReader(io.BytesIO(document.file.read())).pages
    text = "".join(page.extract_text().split())
    requisites = AssociationRequisites.objects.get()
    for part in (
        "Счёт № 2026-0001", "16 декабря 2026 г.", "28 февраля 2027 г.", "Лицей «Физтех»", "12 000,00 ₽", requisites.bic,
        requisites.account, requisites.correspondent_account, requisites.inn, requisites.kpp, requisites.bank,
    ):  # fmt: skip
        assert "".join(part.split()) in text
    [code] = zxingcpp.read_barcodes(seen(document))
    fields = read(code.text)
    assert (fields["Sum"], fields["PersonalAcc"], fields["BIC"]) == ("1200000", requisites.account, requisites.bic)
    assert fields["Purpose"] == (
        "Членский взнос за период с 01.03.2027 по 29.02.2028 по счёту № 2026-0001 от 16.12.2026. НДС не облагается"
    )


def seen(document: Document) -> Image.Image:
    """The page as a scanner sees it."""
    source, data = documents.TEMPLATES / document.template, {"data": json.dumps(document.data)}
    picture = typst.compile(source, root=documents.TEMPLATES, sys_inputs=data, format="png", ppi=150)
    assert isinstance(picture, bytes)
    return Image.open(io.BytesIO(picture))


def test_long_names_fit_one_page(payable: None) -> None:
    AssociationRequisites.objects.update(name="Ассоциация «Наука» " * 8, bank="Банк " * 9)
    bill_period(MembershipFactory(organisation__name="Учреждение " * 27), starts_on=NEXT_YEAR, by=None)
    documents.make_due()
    assert len(PdfReader(io.BytesIO(Document.objects.get().file.read())).pages) == 1


# --- The office ----------------------------------------------------------------------------------------------


def test_payments_are_marked_row_by_row_after_a_preview(office: Client) -> None:
    open_one, cancelled = billed("grace"), billed()
    Invoice.objects.filter(pk=cancelled.pk).update(state="cancelled")
    url = reverse("admin:members_invoice_changelist")
    chosen = {"action": "pay", "_selected_action": [open_one.pk, cancelled.pk]}
    preview = office.post(url, chosen).content.decode()
    assert (open_one.payer in preview, Invoice.objects.open().count()) == (True, 1)
    paid = office.post(url, chosen | {"day": "2026-12-10", "sure": "1"}, follow=True)
    told = [str(one) for one in paid.context["messages"]]
    assert told == [f"{cancelled}: Invoice {cancelled} is cancelled.", "1 invoice is paid."] or told == [
        f"№\xa0{cancelled.number}: Invoice № {cancelled.number} is cancelled.",
        "1 invoice is paid.",
    ]
    open_one.refresh_from_db()
    assert (open_one.state, str(open_one.paid_on), status_of(open_one)) == ("paid", "2026-12-10", "active")


def test_an_invoice_is_cancelled_after_a_question(office: Client) -> None:
    invoice = billed()
    url = reverse("admin:members_invoice_cancel_this", args=[invoice.pk])
    assert office.get(url).status_code == 200
    assert Invoice.objects.get().state == "issued"
    office.post(url, {"sure": "1"})
    assert Invoice.objects.get().state == "cancelled"


def test_a_year_is_billed_from_the_page_of_the_membership(office: Client, payable: None) -> None:
    membership = MembershipFactory()
    url = reverse("admin:members_membership_bill_this", args=[membership.pk])
    assert office.get(url).status_code == 200
    office.post(url, {"day": "2027-03-01", "sure": "1"})
    assert Invoice.objects.get().period.starts_on == NEXT_YEAR


def test_who_may_only_look_marks_nothing() -> None:
    invoice, client = billed(), enter(staff_with("members.view_invoice"))
    url = reverse("admin:members_invoice_pay_this", args=[invoice.pk])
    assert client.post(url, {"day": "2026-12-10", "sure": "1"}).status_code == 403
    client.post(
        reverse("admin:members_invoice_changelist"),
        {"action": "pay", "_selected_action": invoice.pk, "day": "2026-12-10", "sure": "1"},
    )
    assert Invoice.objects.get().state == "issued"


@pytest.mark.parametrize(("overdue", "shown"), [("", 2), ("yes", 1)])
def test_the_list_shows_what_is_overdue(office: Client, overdue: str, shown: int) -> None:
    billed()
    InvoiceFactory(due_on=TODAY)
    listed = office.get(reverse("admin:members_invoice_changelist"), {"overdue": overdue} if overdue else {})
    assert listed.context["cl"].result_count == shown


def test_what_is_due_and_nobody_would_read_of_waits_for_the_office() -> None:
    due, heard, _later = (InvoiceFactory(due_on=TODAY + days * DAY) for days in (30, 30, 31))
    RepresentativeFactory(organisation=heard.organisation, role=Role.COORDINATOR)
    RepresentativeFactory(organisation=due.organisation, role=Role.VIEWER)
    assert [*unheard()] == [due]
    shown = enter(superuser()).get("/admin/members/invoice/?overdue=unheard")
    assert [*shown.context["cl"].queryset] == [due]


def test_whoever_may_not_read_invoices_sees_none_on_the_page_of_a_membership() -> None:
    invoice = billed()
    person = staff_with("members.view_membership")
    address = f"/admin/members/membership/{invoice.period.membership_id}/change/"
    assert invoice.number not in enter(person).get(address).content.decode()
    assert invoice.number in enter(superuser()).get(address).content.decode()

"""Reports of membership: every figure against a count by hand, and against the list it leads to."""

import datetime
import io
from collections import Counter
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import openpyxl
import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from members.admin.report_tables import Report
from members.membership import reports
from members.membership.reports import BACK, BILLS, JOINED, LOST, Scope
from members.models import (
    ON_THE_ROLL,
    OVER,
    Invoice,
    Kind,
    Membership,
    MembershipPeriod,
    MembershipStatusChange,
    Region,
    Tier,
    standing_of,
)
from members.models.membership import end_of
from tests.factories.members import InvoiceFactory, MembershipFactory, OrganisationFactory, PeriodFactory
from tests.office import editor, enter, staff_with, superuser

pytestmark = pytest.mark.django_db
DAY = datetime.timedelta(days=1)
PAGE = "/admin/members/membership/reports/"
BOOK = "/admin/members/membership/reports.xlsx"
D = datetime.date
Moves = dict[D, str]


def member(moves: Moves, **fields: Any) -> Membership:
    """``{D(2024, 3, 1): "active"}``"""
    membership = MembershipFactory(status=[*moves.values()][-1], **fields)
    for on, status in moves.items():
        protocol = {"protocol": "1", "protocol_on": on} if status == "excluded" else {}
        MembershipStatusChange.objects.create(membership=membership, status=status, on=on, **protocol)
    return membership


def year_of(membership: Membership, year: int, *, state: str = "paid", **fields: Any) -> Invoice:
    period = PeriodFactory(membership=membership, starts_on=D(year, 1, 1), ends_on=D(year, 12, 31))
    paid = {"paid_on": D(year - 1, 12, 20)} if state == "paid" else {}
    days = {"issued_on": D(year - 1, 11, 2), "due_on": D(year - 1, 12, 31)}
    return InvoiceFactory(period=period, state=state, **days | paid | fields)


# --- A story of which every figure can be told by heart ------------------------------------------------------------


@pytest.fixture
def story() -> None:
    member({D(2023, 5, 1): "active"})
    member({D(2023, 6, 1): "active", D(2024, 2, 1): "grace", D(2024, 4, 1): "lapsed", D(2024, 6, 1): "active"})
    member({D(2023, 7, 1): "active", D(2024, 12, 31): "left"})
    member({D(2024, 1, 1): "active", D(2024, 4, 1): "lapsed"})
    member({D(2023, 8, 1): "active", D(2023, 11, 1): "lapsed", D(2024, 3, 1): "active", D(2025, 1, 1): "suspended"})
    member({D(2023, 9, 1): "active", D(2025, 1, 2): "excluded"})


@pytest.mark.usefixtures("story")
def test_what_came_and_went_adds_up_from_period_to_period() -> None:
    told = [
        (flow.since.year, flow.at_start, flow.joined, flow.back, {**flow.ended}, flow.lost, flow.at_end)
        for flow in reports.flows(Scope(D(2025, 1, 2)))
    ]
    assert told == [
        (2023, 0, 5, 0, {"lapsed": 1}, 0, 4),
        (2024, 4, 1, 1, {"left": 1, "lapsed": 1}, 1, 4),
        (2025, 4, 0, 0, {"excluded": 1}, 1, 3),
    ]
    first, second, third = reports.flows(Scope(D(2025, 1, 2)))
    assert (first.attrition, second.attrition, third.until) == (None, Decimal("0.25"), D(2025, 1, 2))


@pytest.mark.usefixtures("story")
def test_months_are_told_without_a_gap() -> None:
    flows = reports.flows(Scope(D(2024, 4, 1), by="month"))
    assert [flow.since for flow in flows] == [D(2023 + m // 12, m % 12 + 1, 1) for m in range(4, 16)]
    assert [flow.at_end for flow in flows] == [1, 2, 3, 4, 5, 5, 4, 4, 5, 5, 6, 4]


@pytest.mark.parametrize(
    ("state", "fields", "moves", "renewed"),
    [
        ("paid", {"paid_on": D(2025, 2, 10)}, {}, True),
        ("paid", {"paid_on": D(2025, 3, 2)}, {}, False),
        ("issued", {}, {}, False),
        ("cancelled", {"cancelled_on": D(2025, 1, 9)}, {}, True),
        ("cancelled", {"cancelled_on": D(2024, 12, 1)}, {D(2024, 12, 1): "left"}, False),
        ("none", {}, {}, True),
        ("no year", {}, {}, False),
    ],
    ids=["paid late", "paid after the day", "not paid", "forgiven", "has left", "free of a fee", "no next year"],
)
def test_renewed_is_what_goes_on_and_is_settled_by_the_day(
    state: str, fields: dict, moves: Moves, renewed: bool
) -> None:
    membership = member({D(2024, 1, 1): "active", **moves})
    year_of(membership, 2024)
    if state == "none":
        PeriodFactory(membership=membership, starts_on=D(2025, 1, 1), ends_on=D(2025, 12, 31))
    elif state != "no year":
        year_of(membership, 2025, state=state, **fields)
    [found] = reports.renewals(Scope(D(2025, 3, 1)))[:1]
    assert (found.since, found.ran_out, found.renewed) == (D(2024, 1, 1), 1, int(renewed))


def test_a_bill_is_of_one_age_and_what_was_owed_on_a_past_day_stays_so() -> None:
    membership, day = MembershipFactory(), D(2026, 3, 1)
    for year, overdue in enumerate([0, 1, 30, 31, 90, 91], start=2010):
        year_of(membership, year, state="issued", issued_on=D(2025, 11, 2), due_on=day - overdue * DAY)
    year_of(membership, 2020, paid_on=day)
    year_of(membership, 2021, paid_on=day + DAY, issued_on=D(2025, 11, 2), due_on=day)
    year_of(membership, 2022, state="cancelled", cancelled_on=day, issued_on=D(2025, 11, 2))
    year_of(membership, 2023, state="cancelled", cancelled_on=day + DAY, issued_on=D(2025, 11, 2), due_on=day)
    year_of(membership, 2024, state="issued", issued_on=day + DAY)
    billed = reports.billings(Scope(day))
    numbers = {what: reports.total(billed, what).number for what in BILLS}
    ages = {"1-30": 2, "31-90": 2, "91-": 1}
    assert numbers == {"billed": 9, "paid": 1, "open": 8, "ahead": 3, "overdue": 5, **ages}
    [debtor] = reports.debtors(Scope(day))
    assert (debtor.organisation, debtor.owed, debtor.oldest) == (
        membership.organisation, (5, Decimal(60_000)), day - 91 * DAY,
    )  # fmt: skip


def test_the_tier_of_a_past_day_is_that_of_the_register_then() -> None:
    membership = member({D(2024, 1, 1): "active"}, tier=Tier.ASSOCIATE)
    membership.history.update(history_date=end_of(D(2024, 1, 31)))
    membership.tier = Tier.FULL
    membership.save()
    membership.history.filter(tier=Tier.FULL).update(history_date=end_of(D(2025, 3, 1)) - datetime.timedelta(minutes=1))
    days = [D(2024, 1, 15), D(2025, 2, 28), D(2025, 3, 1)]
    tiers = ["associate", "associate", "full"]
    assert [reports.standings(Scope(day))[0].tier for day in days] == tiers
    standings = [standing_of(membership.organisation, on=day) for day in days]
    assert [one and one.tier for one in standings] == tiers
    membership.history.all().delete()
    assert reports.standings(Scope(days[0]))[0].tier == "full"


# --- Any story, counted row by row ---------------------------------------------------------------------------------


class Counted:
    """What the reports should find, in plain Python."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        known = Membership.objects.filter(**scope.of("organisation"))
        self.memberships = [*known.prefetch_related("changes", "periods__invoices")]

    def status(self, membership: Membership, day: D) -> str | None:
        return next((one.status for one in [*membership.changes.all()][::-1] if one.on <= day), None)

    def flow(self, since: D, until: D) -> Counter[str]:
        found: Counter[str] = Counter()
        for membership in self.memberships:
            before, after = self.status(membership, since - DAY), self.status(membership, until)
            found["start"] += before in ON_THE_ROLL
            found["end"] += after in ON_THE_ROLL
            found[JOINED] += before is None and after is not None
            found[BACK] += before in OVER and after in ON_THE_ROLL
            found[LOST] += before in ON_THE_ROLL and after in OVER
            if before not in OVER and after in OVER:
                found[str(after)] += 1
        return +found

    def renewals(self, since: D, until: D) -> tuple[int, int]:
        ran_out = renewed = 0
        for membership in self.memberships:
            periods = {one.starts_on: one for one in membership.periods.all()}
            for period in periods.values():
                if since <= period.ends_on <= until:
                    following = periods.get(period.ends_on + DAY)
                    stayed = self.status(membership, period.ends_on) in ON_THE_ROLL
                    ran_out += 1
                    renewed += bool(following and stayed and not any(map(self.is_open, following.invoices.all())))
        return ran_out, renewed

    def is_open(self, invoice: Invoice) -> bool:
        day = self.scope.day
        paid = invoice.paid_on and invoice.paid_on <= day
        cancelled = invoice.cancelled_on and invoice.cancelled_on <= day
        return not (paid or cancelled)


@pytest.mark.parametrize("by", ["year", "month"])
def test_ten_years_are_counted_as_one_would_by_hand(by: reports.By) -> None:
    call_command("demo", scale=60, seed=3)
    scope = Scope(timezone.localdate() - 400 * DAY, by=by, kind=Kind.SCHOOL)
    hand = Counted(scope)
    standings = {
        status: sum(one.number for one in reports.standings(scope) if one.status == status)
        for status in {one.status for one in reports.standings(scope)}
    }
    assert standings == Counter(filter(None, (hand.status(one, scope.day) for one in hand.memberships)))
    flows = reports.flows(scope)
    assert len(flows) > (8 if by == "year" else 96)
    for flow in flows:
        found = Counter(start=flow.at_start, end=flow.at_end, joined=flow.joined, back=flow.back, lost=flow.lost)
        assert +(found + Counter({str(status): number for status, number in flow.ended.items()})) == hand.flow(
            flow.since, flow.until
        )
    told = {one.since: (one.ran_out, one.renewed) for one in reports.renewals(scope)}
    assert told == {one.since: hand.renewals(one.since, one.until) for one in reports.renewals(scope)}
    invoices = Invoice.objects.filter(issued_on__lte=scope.day, **scope.of("organisation"))
    unpaid = [one for one in invoices if hand.is_open(one)]
    is_open = reports.total(reports.billings(scope), "open")
    assert is_open == (len(unpaid), sum(one.amount for one in unpaid))


# --- The page, the lists it leads to, the spreadsheet --------------------------------------------------------------


def numbers_of(report: Report) -> dict[tuple, tuple[int, str]]:
    """Of each kind of figure one that is not nought, with its address."""
    found: dict[tuple, tuple[int, str]] = {}
    for section in report.sections():
        cells = [cell for table in section.tables for line in table.lines for cell in line.cells]
        linked = [(cell.value, cell.url) for cell in cells if cell.url] + [
            (bar.number, bar.url) for bar in section.bars
        ]
        for number, url in linked:
            asked = dict(parse_qsl(urlsplit(url).query))
            fixed = {name: asked.get(name) for name in ("then", "change", "stood", "renewed")}
            assert isinstance(number, int)
            found[urlsplit(url).path, *sorted(asked), *fixed.values()] = number, url
    return found


@pytest.mark.parametrize("chosen", [{}, {"kind": "school", "by": "month"}], ids=["all", "schools by months"])
def test_each_number_leads_to_a_list_of_as_many_rows(chosen: dict) -> None:
    call_command("demo", scale=60, seed=3)
    Membership.objects.filter(pk__in=Membership.objects.values("pk")[:3]).update(tier=Tier.PARTNER)
    staff, regions = superuser(), {region.pk: region.title for region in Region.objects.all()}
    client = enter(staff)
    numbers = numbers_of(Report(Scope(timezone.localdate() - 30 * DAY, **chosen), staff, regions))
    assert len(numbers) > 30
    found = {url: client.get(url).context["cl"].result_count for _number, url in numbers.values()}
    assert found == {url: number for number, url in numbers.values()}


def test_a_list_says_what_stood_on_the_day_and_finds_nothing_for_nonsense() -> None:
    member({D(2024, 1, 1): "active", D(2025, 1, 1): "left"}, organisation__short_name="Лицей")
    client = enter(superuser())
    asked = "/admin/members/membership/?day="
    page = client.get(f"/en{asked}2024-06-01")
    [membership] = page.context["cl"].result_list
    assert (membership.status, membership.status_then) == ("left", "active")
    assert [*page.context["cl"].list_display][3] == "status_on_day"
    assert client.get(f"{asked}2023-06-01").context["cl"].result_count == 0
    assert client.get(f"{asked}nonsense").context["cl"].result_count == 0
    assert client.get(f"{asked}2024-06-01&change=nonsense").context["cl"].result_count == 0


def test_who_may_not_see_invoices_reads_nothing_of_fees() -> None:
    year_of(member({D(2024, 1, 1): "active"}), 2024, state="issued")
    office, reader = enter(superuser()).get(PAGE), enter(editor()).get(PAGE)
    assert [len(page.context["sections"]) for page in (office, reader)] == [4, 3]
    assert "/admin/members/membershipperiod/" in office.content.decode()
    page = reader.content.decode().partition('class="report"')[2]
    assert "/admin/members/membershipperiod/" not in page
    assert "/admin/members/invoice/" not in page
    book = openpyxl.load_workbook(io.BytesIO(enter(editor()).get(BOOK).content))
    assert not any("12000" in str(cell.value) for sheet in book for row in sheet for cell in row)
    assert enter(staff_with("members.view_invoice")).get(BOOK).status_code == 403


@pytest.mark.parametrize(
    ("asked", "wrong"),
    [
        *(({"day": day}, "day") for day in ("2099-01-01", "9999-12-31", "0001-01-01", "x")),
        ({"kind": "x"}, "kind"),
        ({"region": "9999"}, "region"),
    ],
    ids=["to come", "the end of time", "its beginning", "no day", "no kind", "no region"],
)
def test_what_cannot_be_reported_is_said_at_the_field(asked: dict, wrong: str) -> None:
    client = enter(superuser())
    page = client.get(PAGE, asked)
    assert (page.status_code, page.context["sections"], [*page.context["form"].errors]) == (200, [], [wrong])
    assert client.get(BOOK, asked)["Location"].startswith(f"{PAGE}?{wrong}=")


def figures(page: Any) -> list[list[Any]]:
    return [
        [cell.value for cell in line.cells] for one in page.context["sections"] for t in one.tables for line in t.lines
    ]


def test_the_spreadsheet_holds_what_the_page_shows_and_computes_nothing() -> None:
    region = Region.objects.get(code="RU-MOS")
    organisation = OrganisationFactory(short_name="=1+1", name="=1+1", region=region)
    year_of(member({D(2024, 1, 1): "active"}, organisation=organisation), 2024, state="issued")
    client = enter(superuser())
    asked = {"day": "2025-02-01", "region": str(region.pk)}
    page, answer = client.get(PAGE, asked), client.get(BOOK, asked)
    assert answer["Content-Disposition"] == 'attachment; filename="membership-2025-02-01.xlsx"'
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    about, *sheets = book.worksheets
    rows = [[*row] for sheet in sheets for row in sheet.iter_rows(min_row=2, values_only=True)]
    written = [
        [value.date() if isinstance(value, datetime.datetime) else value for value in row[1:] if value is not None]
        for row in rows
    ]
    assert written == [[value for value in line if value is not None] for line in figures(page)]
    assert "'=1+1" in [row[0] for row in rows]
    assert {cell.data_type for sheet in book for row in sheet for cell in row} <= {"s", "n", "d"}
    assert [str(row[1].value) for row in about][3] == region.title


def test_a_page_that_leaves_out_early_months_says_so() -> None:
    year_of(member({D(2022, 1, 1): "active"}), 2022, state="issued", issued_on=D(2022, 1, 1))
    client = enter(superuser())
    said = {}
    for day, months in (("2023-12-31", 24), ("2024-01-31", 25)):
        flows, _renewals, bills = client.get(PAGE, {"by": "month", "day": day}).context["sections"][1:]
        said[months] = flows.tables[0].title, len(flows.tables[0].lines), bills.tables[0].lines[-1].label
    assert said == {
        24: ("По месяцам", 24, "Всего"),
        25: (
            "По месяцам: последние 24 из 25, все\xa0— в\xa0скачиваемой таблице", 24, "Всего, вместе с\xa0более ранними",
        ),
    }  # fmt: skip


@pytest.mark.parametrize("members", [1, 3])
def test_a_report_asks_the_database_six_times(members: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(members):
        year_of(member({D(2024, 1, 1): "active"}, organisation__short_name=f"Школа {number}"), 2024, state="issued")
    client: Client = enter(superuser())
    client.get(PAGE)
    own_and_session = 6 + 3  # five reports and the regions; the session, its person, their second factor
    with django_assert_num_queries(own_and_session):
        client.get(PAGE)
    with django_assert_num_queries(own_and_session):
        client.get(BOOK)


def test_periods_are_for_reading(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(3):
        year_of(member({D(2024, 1, 1): "active"}, organisation__short_name=f"Школа {number}"), 2024)
    client = enter(superuser())
    client.get("/admin/members/membershipperiod/")
    with django_assert_num_queries(7):
        page = client.get("/admin/members/membershipperiod/")
    assert page.context["cl"].result_count == MembershipPeriod.objects.count() == 3

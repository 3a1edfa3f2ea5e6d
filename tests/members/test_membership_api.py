"""The membership of an organisation by the API: what its dashboard shows, to those who act for it alone."""

import datetime
from decimal import Decimal

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from members.models import InvoiceState, Kind, Organisation, Role, Tier
from tests.factories.members import (
    CertificateFactory,
    DocumentFactory,
    FeeFactory,
    InvoiceFactory,
    MembershipFactory,
    OrganisationFactory,
    PeriodFactory,
    RepresentativeFactory,
)

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/my/organisations/lyceum/membership/"


@pytest.fixture
def lyceum() -> Organisation:
    return OrganisationFactory(slug="lyceum")


@pytest.fixture
def program(lyceum: Organisation) -> Client:
    """Of a viewer: whoever acts for it sees its membership."""
    client = Client()
    client.force_login(RepresentativeFactory(organisation=lyceum, role=Role.VIEWER).user)
    return client


def test_it_is_what_the_dashboard_shows(lyceum: Organisation, program: Client) -> None:
    FeeFactory()
    membership = MembershipFactory(organisation=lyceum, started_on=datetime.date(2020, 1, 1))
    paid, open_ = (
        PeriodFactory(membership=membership, starts_on=datetime.date(year, 1, 1), ends_on=datetime.date(year, 12, 31))
        for year in (2020, 2021)
    )
    InvoiceFactory(period=paid, number="2020-1", state=InvoiceState.PAID, paid_on=datetime.date(2019, 12, 1))
    InvoiceFactory(
        period=open_, number="2021-1", issued_on=datetime.date(2020, 11, 2), due_on=datetime.date(2020, 12, 31),
        amount=Decimal("9000.50"), document=DocumentFactory(),
    )  # fmt: skip
    certificate = CertificateFactory(membership=membership, number="2020-0007")
    periods = [{"starts_on": f"{year}-01-01", "ends_on": f"{year}-12-31"} for year in (2021, 2020)]
    assert program.get(ADDRESS).json() == {
        "standing": {"tier": "full", "through": None},
        "membership": {
            "tier": "full", "status": "active", "started_on": "2020-01-01", "ended_on": None, "periods": periods,
            "settled_until": "2020-12-31", "next_from": "2022-01-01", "next_fee": "12000.00",
        },
        "invoices": [
            {"number": "2021-1", "issued_on": "2020-11-02", "due_on": "2020-12-31", "amount": "9000.50",
             "state": "issued", "paid_on": None, "period": periods[0], "file": None},
            {"number": "2020-1", "issued_on": "2019-11-02", "due_on": "2019-12-31", "amount": "12000.00",
             "state": "paid", "paid_on": "2019-12-01", "period": periods[1],
             "file": "http://testserver/invoices/2020-1/"},
        ],
        "certificates": [
            {"number": "2020-0007", "issued_on": "2020-12-16", "state": "valid",
             "verify": f"http://testserver/verify/{certificate.code}/"},
        ],
    }  # fmt: skip


def test_a_part_of_a_consortium_stands_through_it_and_has_nothing_of_its_papers(
    lyceum: Organisation, program: Client
) -> None:
    whole = OrganisationFactory(slug="whole", kind=Kind.CONSORTIUM, tier=Tier.FOUNDER)
    InvoiceFactory(period__membership=whole.memberships.get())
    lyceum.consortium = whole
    lyceum.save()
    assert program.get(ADDRESS).json() == {
        "standing": {"tier": "founder", "through": "whole"}, "membership": None, "invoices": [], "certificates": [],
    }  # fmt: skip


def test_a_membership_that_is_over_has_no_outlook(lyceum: Organisation, program: Client) -> None:
    MembershipFactory(organisation=lyceum, status="left", ended_on=datetime.date(2021, 5, 1))
    answer = program.get(ADDRESS).json()["membership"]
    assert [answer[name] for name in ("status", "ended_on", "settled_until", "next_from", "next_fee")] == [
        "left", "2021-05-01", None, None, None,
    ]  # fmt: skip


@pytest.mark.parametrize("role", Role.values)
def test_to_others_it_is_not_there(lyceum: Organisation, role: str) -> None:
    client = Client()
    client.force_login(RepresentativeFactory(role=role).user)
    assert client.get(ADDRESS).status_code == 404


def test_three_invoices_ask_as_much_as_one(
    lyceum: Organisation, program: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    FeeFactory()
    membership = MembershipFactory(organisation=lyceum)
    for number in range(3):
        start = datetime.date(2020 + number, 1, 1)
        period = PeriodFactory(membership=membership, starts_on=start, ends_on=start.replace(month=12, day=31))
        InvoiceFactory(period=period)
        CertificateFactory(membership=membership, withdrawn_on=datetime.date(2021, 1, 1 + number))
        program.get(ADDRESS)
        with django_assert_num_queries(12):
            program.get(ADDRESS)

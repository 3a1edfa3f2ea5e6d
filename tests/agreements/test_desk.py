"""The desk of agreements: which there are, what waits for the organisation, and which days are ahead."""

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agreements.desk.dates import asked_month, dates_of, months_later
from agreements.desk.waiting import waiting_for
from agreements.drafting.drafts import return_draft, submit
from agreements.fulfilment.obligations import report_progress
from agreements.models import Agreement, AgreementKind
from agreements.negotiating.versions import accept_version
from cluster_portal.pages.due import due_of
from members.models import Kind, Organisation, Role, User
from tests.events.test_registration_pages import text_of
from tests.factories import agreements as made
from tests.factories.members import OrganisationFactory, RepresentativeFactory

pytestmark = pytest.mark.django_db
LIST = "/dashboard/school/agreements/"


@pytest.fixture
def school() -> Organisation:
    return OrganisationFactory(slug="school", short_name="Школа", kind=Kind.SCHOOL)


@pytest.fixture
def company() -> Organisation:
    return OrganisationFactory(slug="company", short_name="Завод", kind=Kind.COMPANY)


@pytest.fixture
def head(school: Organisation, client: Client) -> User:
    user = RepresentativeFactory(organisation=school, role=Role.HEAD).user
    client.force_login(user)
    return user


def shown(client: Client, **asked: str) -> list[Agreement]:
    return [*client.get(LIST, asked).context["page"].object_list]


def pages_waiting(organisation: Organisation, user: User) -> list[tuple[str, int]]:
    return [(one.page, one.agreement.pk) for one in waiting_for(organisation, user)]


# --- Which there are -------------------------------------------------------------------------------------------


def test_the_list_is_narrowed_by_state_kind_and_words(
    client: Client, school: Organisation, company: Organisation, head: User
) -> None:
    draft = made.draft(company, initiator=school, subject="Инженерный класс")
    running = made.in_force(company, initiator=school, subject="Наставники", kind=AgreementKind.COOPERATION)
    theirs = made.in_negotiation(school, initiator=company, subject="Лаборатория")
    made.draft(school, initiator=company, subject="Чужой черновик")
    made.in_force(subject="Совсем чужое")
    assert {*shown(client)} == {draft, running, theirs}
    assert shown(client, state="in_force") == [running]
    assert shown(client, state="draft") == [draft]
    assert {*shown(client, state="open")} == {draft, theirs}
    assert shown(client, kind="membership") == []
    assert shown(client, q="класс") == [draft]
    assert shown(client, q=running.number) == [running]
    assert {*shown(client, q="Завод")} == {draft, running, theirs}
    assert {*shown(client, state="nonsense", kind="nonsense", page="9999")} == {draft, running, theirs}


def test_an_empty_desk_says_how_to_begin(client: Client, school: Organisation, head: User) -> None:
    assert "Подготовить соглашение" in text_of(client.get(LIST))
    viewer = Client()
    viewer.force_login(RepresentativeFactory(organisation=school, role=Role.VIEWER).user)
    assert "Подготовить соглашение" not in text_of(viewer.get(LIST))


# --- What waits -------------------------------------------------------------------------------------------------


def test_each_hears_of_what_they_are_to_do(school: Organisation, company: Organisation, head: User) -> None:
    other = RepresentativeFactory(organisation=school, role=Role.HEAD).user
    viewer = RepresentativeFactory(organisation=school, role=Role.VIEWER).user
    agreement = made.draft(company, initiator=school)
    assert pages_waiting(school, other) == []
    submit(agreement, by=head, approvers=[other])
    assert pages_waiting(school, other) == [("dashboard_agreement_review", agreement.pk)]
    assert pages_waiting(school, head) == pages_waiting(school, viewer) == []
    return_draft(agreement, by=other, reason="Нет срока")
    [returned] = waiting_for(school, head)
    assert (returned.page, returned.note) == ("dashboard_agreement_draft", "Нет срока")
    submit(agreement, by=head, approvers=[other])
    assert pages_waiting(school, head) == []


def test_what_is_to_be_accepted_waits_until_it_is(school: Organisation, company: Organisation, head: User) -> None:
    agreement = made.in_negotiation(school, initiator=company)
    assert pages_waiting(school, head) == [("dashboard_agreement", agreement.pk)]
    party = agreement.parties.get(organisation=school)
    accept_version(agreement, party=party, sha256=agreement.newest_version.sha256, by=head)
    assert pages_waiting(school, head) == []


def test_what_is_to_be_signed_waits_for_its_signatory_by_the_deadline(
    school: Organisation, company: Organisation, head: User
) -> None:
    signing = made.being_signed(school, initiator=company)
    viewer = RepresentativeFactory(organisation=school, role=Role.VIEWER).user
    [one] = waiting_for(school, head)
    assert one.by_day == timezone.localdate(signing.closes_at)
    assert waiting_for(school, viewer) == []
    assert str(one.what) in [due.title for due in due_of(school, head)]
    made.sign(signing.requests.get(party__organisation=school))
    assert waiting_for(school, head) == []


def test_what_the_other_side_reports_is_to_be_confirmed(
    school: Organisation, company: Organisation, head: User
) -> None:
    third = OrganisationFactory()
    agreement = made.in_force(company, third, initiator=school, promises=(made.promise(owner=2, beneficiary=1),))
    obligation = agreement.obligations.get()
    report_progress(obligation, organisation=company, by=made.head_of(company), text="Готово", amount=obligation.amount)
    assert [one.note for one in waiting_for(school, head)] == ["Пять совместных проектов"]
    assert waiting_for(company, made.head_of(company)) == waiting_for(third, made.head_of(third)) == []


def test_what_is_late_comes_first(school: Organisation, company: Organisation, head: User) -> None:
    made.in_negotiation(school, initiator=company)
    running = made.in_force(company, initiator=school, promises=(made.promise(),))
    running.obligations.update(due_on=timezone.localdate() - datetime.timedelta(days=1))
    first, second = waiting_for(school, head)
    assert (first.agreement, first.is_late, second.is_late) == (running, True, False)


# --- Days -------------------------------------------------------------------------------------------------------


def test_days_stand_in_their_months(client: Client, school: Organisation, company: Organisation, head: User) -> None:
    first = months_later(timezone.localdate().replace(day=1), 1)
    end = first + datetime.timedelta(days=70)
    due = first + datetime.timedelta(days=3)
    agreement = made.in_force(
        company,
        initiator=school,
        ends_on=end.isoformat(),
        renewal="automatic",
        notice_days=60,
        promises=(made.promise(due_on=due.isoformat()),),
    )
    planned = made.draft(company, initiator=school, planned_on=first)
    made.in_force(ends_on=end.isoformat())
    found = [(one.day, one.agreement) for _month, days in dates_of(school, first) for one in days]
    objection = end - datetime.timedelta(days=60)
    assert found == [(first, planned), (due, agreement), (objection, agreement), (end, agreement)]
    page = client.get(f"{LIST}dates/", {"from": f"{first:%Y-%m}"})
    assert "Последний день для возражения" in text_of(page)
    assert dates_of(school, months_later(first, -12)) == []


@pytest.mark.parametrize("typed", ["", "нет", "2026-13", "99999-01"])
def test_what_is_no_month_is_this_month(typed: str) -> None:
    assert asked_month(typed) == timezone.localdate().replace(day=1)


# --- As many queries for three as for one --------------------------------------------------------------------------


@pytest.mark.parametrize("page", [LIST, f"{LIST}dates/", "/dashboard/school/"])
def test_the_desk_asks_as_much_for_three_as_for_one(
    page: str, client: Client, school: Organisation, company: Organisation, head: User
) -> None:
    asked = []
    for _ in range(3):
        made.being_signed(company, initiator=school)
        made.in_negotiation(school, initiator=company)
        due = made.days_from(timezone.localdate(), 20)
        made.in_force(company, initiator=school, ends_on=due, promises=(made.promise(due_on=due),))
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(page).status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[2]

"""The overview of an organisation: what is due and by when, how things stand, the way to others one acts for."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cluster_portal.pages.due import due_of
from common.models import DocumentState
from members.applying.emails import token_of
from members.board.agendas import put_exclusion_on_agenda
from members.models import Kind, OfficeStatus, OfficeStatusChange, Organisation, Role, User
from tests.factories.members import (
    ApplicationFactory,
    BoardSessionFactory,
    CertificateFactory,
    InvoiceFactory,
    JoinRequestFactory,
    MembershipFactory,
    NotificationFactory,
    OfficeFactory,
    OfficeReportFactory,
    OrganisationFactory,
    ProfileChangeFactory,
    RepresentativeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
DAY = datetime.timedelta(days=1)


@pytest.fixture
def lyceum() -> Organisation:
    return OrganisationFactory(slug="lyceum", kind=Kind.CONSORTIUM)


@pytest.fixture
def head(lyceum: Organisation) -> User:
    return RepresentativeFactory(organisation=lyceum, role=Role.HEAD).user


@pytest.fixture
def client(head: User) -> Client:
    client = Client()
    client.force_login(head)
    return client


def read(client: Client, address: str = "/dashboard/lyceum/") -> str:
    return client.get(address).content.decode()


def due(organisation: Organisation, user: User) -> list[tuple[str, Any, bool]]:
    organisation.refresh_from_db()
    return [(one.title, one.by_day, one.is_overdue) for one in due_of(organisation, user)]


# --- What is due ----------------------------------------------------------------------------------------------


def test_nothing_due_says_what_one_may_do(client: Client) -> None:
    html = read(client)
    assert "Пока ничего делать не\xa0нужно" in html
    assert 'href="/organisations/lyceum/"' in html[html.index("Пока ничего делать не\xa0нужно") :]


def test_a_change_that_waits_is_due_at_the_office(lyceum: Organisation, head: User) -> None:
    change = ProfileChangeFactory(organisation=lyceum)
    day = timezone.localdate(change.due_at)
    assert due(lyceum, head) == [("Ассоциация проверяет изменение профиля", day, False)]


def test_a_refusal_stands_there_with_its_reason(lyceum: Organisation, head: User) -> None:
    ProfileChangeFactory(organisation=lyceum, state="declined", decided_at=timezone.now(), reason="Не то")
    assert [(one.title, one.note) for one in due_of(lyceum, head)] == [("Изменение профиля отклонено", "Не то")]


def test_an_old_refusal_is_forgotten(lyceum: Organisation, head: User) -> None:
    month_ago = timezone.now() - 30 * DAY
    ProfileChangeFactory(organisation=lyceum, state="declined", decided_at=month_ago, reason="Не то")
    assert due(lyceum, head) == []


@pytest.mark.parametrize(
    ("days_ago", "by_day"), [(334, None), (335, 30), (365, 0), (366, -1)], ids=["early", "soon", "today", "overdue"]
)
def test_the_profile_is_to_be_confirmed_each_year(
    lyceum: Organisation, head: User, days_ago: int, by_day: int | None
) -> None:
    Organisation.objects.filter(pk=lyceum.pk).update(profile_confirmed_on=TODAY - days_ago * DAY)
    expected = [] if by_day is None else [("Профиль по-прежнему верен?", TODAY + by_day * DAY, by_day < 0)]
    assert due(lyceum, head) == expected


def test_who_cannot_change_the_profile_is_not_asked_about_it(lyceum: Organisation) -> None:
    ProfileChangeFactory(organisation=lyceum)
    assert due(lyceum, RepresentativeFactory(organisation=lyceum, role=Role.VIEWER).user) == []


def test_a_certificate_without_its_pdf_is_told_of(lyceum: Organisation, head: User) -> None:
    certificate = CertificateFactory(membership__organisation=lyceum, number="2026-0007")
    assert due(lyceum, head) == []
    document = certificate.document
    document.state, document.error = DocumentState.FAILED, "typst"
    document.save()
    assert due(lyceum, head) == [("PDF свидетельства №\xa02026-0007 пока не удалось сделать", None, False)]


def test_an_office_without_news_for_a_year_is_overdue_until_something_is_told(lyceum: Organisation, head: User) -> None:
    office = OfficeFactory(organisation=lyceum, country="MN")
    closed = OfficeFactory(organisation=lyceum, country="BY", status=OfficeStatus.CLOSED)
    assert due(lyceum, head) == []
    year_ago = timezone.now() - 366 * DAY
    OfficeStatusChange.history.filter(office_id__in=[office.pk, closed.pk]).update(history_date=year_ago)
    assert due(lyceum, head) == [("О представительстве нет новостей год: Монголия", TODAY - DAY, True)]
    report = OfficeReportFactory(organisation=lyceum)
    for country, city, is_silenced in (("CN", "", False), ("MN", "Дархан", False), ("MN", "", True)):
        report.data |= {"country": country, "city": city}
        report.save()
        assert (due(lyceum, head) == []) is is_silenced
    report.delete()
    OfficeStatusChange.objects.create(office=office, position=2, status=OfficeStatus.OPEN)
    assert due(lyceum, head) == []


def test_a_fee_is_due_until_it_is_marked_as_paid(lyceum: Organisation, head: User) -> None:
    paid, unpaid, late = (
        InvoiceFactory(
            period__membership=MembershipFactory(organisation=lyceum, status=status), number=number, due_on=day
        )
        for number, status, day in (
            ("2026-0001", "left", TODAY),
            ("2026-0002", "left", TODAY),
            ("2026-0003", "active", TODAY - DAY),
        )
    )
    type(paid).objects.filter(pk=paid.pk).update(state="paid", paid_on=TODAY)
    assert due(lyceum, head) == [
        ("Членский взнос: счёт №\xa02026-0003", late.due_on, True),
        ("Членский взнос: счёт №\xa02026-0002", unpaid.due_on, False),
    ]
    assert due(lyceum, RepresentativeFactory(organisation=lyceum, role=Role.VIEWER).user) == []


def test_who_asks_to_act_waits_for_those_who_may_say_yes(lyceum: Organisation, head: User) -> None:
    JoinRequestFactory(organisation=lyceum, role=Role.COORDINATOR, user__last_name="Новая", user__first_name="Вера")
    assert due(lyceum, head) == [("Новая Вера просит роль в организации", None, False)]
    assert due(lyceum, RepresentativeFactory(organisation=lyceum, role=Role.COORDINATOR).user) == []


def test_an_exclusion_waits_for_an_answer_until_the_board_meets(lyceum: Organisation, head: User) -> None:
    membership = MembershipFactory(organisation=lyceum)
    session = BoardSessionFactory(held_on=TODAY + 20 * DAY)
    put_exclusion_on_agenda(membership, session=session, grounds="Не платит")
    [one] = due_of(lyceum, head)
    assert (one.by_day, one.url, one.note) == (session.held_on, "/dashboard/lyceum/membership/", "Основание: Не платит")
    assert due(lyceum, RepresentativeFactory(organisation=lyceum, role=Role.VIEWER).user) == []
    session.items.update(outcome="kept")
    assert due(lyceum, head) == []


def test_a_returned_application_is_due_to_who_sent_it(lyceum: Organisation, head: User) -> None:
    term = TODAY + 30 * DAY
    ApplicationFactory(applicant=head, state="returned", number="З-1", due_on=term)
    ApplicationFactory(applicant=head, state="in_review", number="З-2", due_on=term)
    assert due(lyceum, head) == [("Заявление З-1 возвращено с\xa0замечаниями", term, False)]
    assert due(lyceum, RepresentativeFactory(organisation=lyceum, role=Role.HEAD).user) == []


def test_what_is_overdue_comes_first_and_what_has_no_day_last(lyceum: Organisation, head: User) -> None:
    Organisation.objects.filter(pk=lyceum.pk).update(profile_confirmed_on=TODAY - 400 * DAY)
    ProfileChangeFactory(organisation=lyceum)
    certificate = CertificateFactory(membership__organisation=lyceum)
    certificate.document.state = DocumentState.FAILED
    certificate.document.save()
    rows = due(lyceum, head)
    assert [(day is not None, is_overdue) for _title, day, is_overdue in rows] == [
        (True, True),
        (True, False),
        (False, False),
    ]


# --- The rest of the overview ---------------------------------------------------------------------------------


def test_what_the_page_lacks_is_what_nobody_has_proposed_yet(client: Client, lyceum: Organisation) -> None:
    assert client.get("/dashboard/lyceum/").context["lacks"] == ["about", "directions", "website", "logo"]
    ProfileChangeFactory(organisation=lyceum, after={"website": "https://example.org"})
    Organisation.objects.filter(pk=lyceum.pk).update(about="<p>Лицей</p>")
    assert client.get("/dashboard/lyceum/").context["lacks"] == ["directions", "logo"]


def test_the_last_notifications_are_those_of_this_organisation(client: Client, head: User) -> None:
    NotificationFactory(user=head, title="О лицее", link="/dashboard/lyceum/profile/")
    NotificationFactory(user=head, title="О другой", link="/dashboard/lyceum-2/")
    NotificationFactory(title="Чужое", link="/dashboard/lyceum/")
    html = read(client)
    assert [title in html for title in ("О лицее", "О другой", "Чужое")] == [True, False, False]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_number_of_queries_does_not_grow_with_the_rows(
    client: Client, lyceum: Organisation, head: User, rows: int
) -> None:
    MembershipFactory(organisation=lyceum)
    for number in range(rows):
        RepresentativeFactory(organisation=lyceum)
        OfficeFactory(organisation=lyceum, country=("CN", "MN", "BY")[number])
        NotificationFactory(user=head, link="/dashboard/lyceum/")
        RepresentativeFactory(user=head)
        JoinRequestFactory(organisation=lyceum)
    OfficeStatusChange.history.update(history_date=timezone.now() - 400 * DAY)
    read(client)
    with CaptureQueriesContext(connection) as asked:
        read(client)
    assert len(asked) == 51


# --- The switch -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "folded"), [(2, False), (4, False), (5, True)])
def test_the_switch_stands_on_every_page_of_the_dashboard(
    client: Client, lyceum: Organisation, head: User, number: int, folded: bool
) -> None:
    others = [RepresentativeFactory(user=head).organisation for _ in range(number - 1)]
    for address in ("/dashboard/lyceum/", "/dashboard/lyceum/profile/", "/dashboard/lyceum/offices/"):
        html = read(client, address)
        switch = html[html.index("dashboard-switch") : html.index("dashboard-side")]
        assert [f'href="/dashboard/{other.slug}/"' in switch for other in others] == [True] * len(others)
        assert ("<details>" in switch) is folded


@pytest.mark.parametrize("page", ["profile", "membership"])
def test_account_pages_lead_back_to_the_organisation_of_last(client: Client, head: User, page: str) -> None:
    other = RepresentativeFactory(user=head, role=Role.HEAD).organisation
    for slug in ("lyceum", other.slug, "lyceum"):
        read(client, f"/dashboard/{slug}/{page}/")
        html = read(client, "/account/")
        assert f'<a href="/dashboard/{slug}/">' in html
        assert client.get("/dashboard/").headers["Location"] == f"/dashboard/{slug}/"


def test_who_acts_for_nobody_is_led_nowhere_from_the_account() -> None:
    client = Client()
    client.force_login(RepresentativeFactory(ended_at=timezone.now()).user)
    assert "/dashboard/" not in read(client, "/account/").partition("dashboard-side")[2].partition("</nav>")[0]


# --- One's own applications ----------------------------------------------------------------------------------


def test_an_applicant_finds_their_applications_with_no_organisation_yet() -> None:
    client, applicant = Client(), UserFactory()
    client.force_login(applicant)
    draft = ApplicationFactory(applicant=applicant, short_name="Искра")
    ApplicationFactory(short_name="Чужая")
    html = read(client, "/dashboard/")
    assert f'href="/join/applications/{token_of(draft)}/"' in html
    assert "Черновик" in html
    assert str(draft.next) in html
    assert "Чужая" not in html


@pytest.mark.parametrize("number", [1, 3])
def test_they_stand_on_the_overview_as_well_at_one_cost(client: Client, head: User, number: int) -> None:
    applications = [ApplicationFactory(applicant=head) for _ in range(number)]
    for application in applications:
        token_of(application)
    with CaptureQueriesContext(connection) as queries:
        html = read(client)
    assert all(f"/join/applications/{token_of(one)}/" in html for one in applications)
    about = [query["sql"] for query in queries if "application" in query["sql"].lower()]
    # With what is due: the agenda, what was returned, applications to groups of learners, teams and their challenges.
    assert len(about) == 7


def test_the_overview_shows_those_under_way_and_who_has_no_organisation_all(
    client: Client, lyceum: Organisation, head: User
) -> None:
    for state in ("draft", "returned", "declined", "withdrawn"):
        ApplicationFactory(applicant=head, state=state, number=f"З-{state}", short_name="")
    assert [f"З-{state}" in read(client) for state in ("draft", "returned", "declined", "withdrawn")] == [
        True, True, False, False,
    ]  # fmt: skip
    lyceum.representatives.update(ended_at=timezone.now())
    assert "З-declined" in read(client, "/dashboard/")

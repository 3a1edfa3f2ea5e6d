"""A consortium tells of its offices abroad, by a form and by the API; told twice, it is written once."""

import datetime
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from common.errors import RuleViolated
from members.models import Kind, OfficeStatusChange, Organisation, RepresentativeOffice, Role, User
from members.offices import report_turn, report_turn_once
from tests.factories.members import OfficeFactory, OrganisationFactory, RepresentativeFactory

pytestmark = pytest.mark.django_db
TURN: dict[str, Any] = {"country": "CN", "city": "", "status": "paused", "since": datetime.date(2026, 3, 1)}
POSTED = {"request_key": "k1", "country": "CN", "status": "paused", "since": "2026-03-01", "precision": "month"}


@pytest.fixture
def consortium() -> Organisation:
    return OrganisationFactory(slug="centre", kind=Kind.CONSORTIUM)


@pytest.fixture
def head(consortium: Organisation) -> User:
    return RepresentativeFactory(organisation=consortium, role=Role.HEAD).user


@pytest.fixture
def client(head: User) -> Client:
    client = Client()
    client.force_login(head)
    return client


def told() -> list[tuple[str, int, str]]:
    turns = OfficeStatusChange.objects.order_by("office__pk", "position")
    return [(turn.office.country, turn.position, turn.status) for turn in turns]


# --- What is reported ---------------------------------------------------------------------------------------


def test_a_turn_at_a_new_place_founds_an_office_and_the_next_follows_it(consortium: Organisation) -> None:
    report_turn(consortium, country="MN", city="Улан-Батор", city_en="Ulaanbaatar", status="in_talks")
    report_turn(consortium, country="MN", city="Улан-Батор", status="open", since=datetime.date(2026, 3, 1))
    report_turn(consortium, country="CN", status="open")
    assert told() == [("MN", 1, "in_talks"), ("MN", 2, "open"), ("CN", 1, "open")]
    assert RepresentativeOffice.objects.get(country="MN").city_en == "Ulaanbaatar"


def test_a_turn_before_the_last_known_one_is_refused(consortium: Organisation) -> None:
    report_turn(consortium, country="CN", status="open", since=datetime.date(2026, 3, 2))
    report_turn(consortium, country="CN", status="paused")
    with pytest.raises(RuleViolated, match="2 марта 2026") as refused:
        report_turn(consortium, **TURN)
    assert refused.value.code == "office_dates"
    report_turn(consortium, **TURN | {"since": datetime.date(2026, 3, 2)})
    assert OfficeStatusChange.objects.count() == 3


def test_only_a_consortium_has_offices() -> None:
    with pytest.raises(RuleViolated) as refused:
        report_turn(OrganisationFactory(kind=Kind.SCHOOL), **TURN)
    assert refused.value.code == "no_consortium"


@pytest.mark.django_db(transaction=True)
def test_turns_at_the_same_time_follow_each_other(consortium: Organisation) -> None:
    start = Barrier(6)

    def report() -> None:
        start.wait()
        report_turn(consortium, country="CN", status="open")
        connections.close_all()

    threads = [Thread(target=report) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [position for _, position, _ in told()] == [1, 2, 3, 4, 5, 6]


def test_a_turn_told_twice_is_written_once(consortium: Organisation, head: User) -> None:
    turns = {report_turn_once(consortium, by=head, key="k1", turn=TURN).pk for _ in range(3)}
    assert len(turns) == 1
    assert told() == [("CN", 1, "paused")]


def test_who_reported_stands_in_the_history(client: Client, head: User) -> None:
    client.post("/dashboard/centre/offices/", POSTED)
    history = [OfficeStatusChange.history.get(), RepresentativeOffice.history.get()]
    assert [row.history_user for row in history] == [head, head]


# --- The page -----------------------------------------------------------------------------------------------


def test_the_form_sent_twice_writes_once_and_the_public_page_shows_it(client: Client) -> None:
    for _ in range(2):
        assert client.post("/dashboard/centre/offices/", POSTED).status_code == 302
    assert told() == [("CN", 1, "paused")]
    page = Client().get("/organisations/centre/").content.decode()
    assert "Китай" in page
    assert "Март 2026" in page


def test_each_form_has_a_key_of_its_own(client: Client) -> None:
    forms = [client.get("/dashboard/centre/offices/").context["form"] for _ in range(2)]
    first, second = (form["request_key"].value() for form in forms)
    assert first != second


def test_a_form_with_a_mistake_keeps_what_was_typed_and_its_key(client: Client) -> None:
    tomorrow = (timezone.localdate() + datetime.timedelta(days=1)).isoformat()
    response = client.post("/dashboard/centre/offices/", POSTED | {"since": tomorrow, "note": "Переезд"})
    form = response.context["form"]
    assert form.errors == {"since": ["То, что впереди, ещё не случилось."]}
    assert (form["request_key"].value(), form["note"].value()) == ("k1", "Переезд")
    assert told() == []


def test_a_sent_form_that_was_changed_is_shown_with_the_reason_and_can_be_sent_again(client: Client) -> None:
    client.post("/dashboard/centre/offices/", POSTED)
    other = POSTED | {"status": "open", "note": "Снова открыто"}
    form = client.post("/dashboard/centre/offices/", other).context["form"]
    assert "уже отправ" in form.non_field_errors()[0]
    assert form["note"].value() == "Снова открыто"
    assert form["request_key"].value() != "k1"
    again = other | {"request_key": form["request_key"].value()}
    assert client.post("/dashboard/centre/offices/", again).status_code == 302
    assert told() == [("CN", 1, "paused"), ("CN", 2, "open")]


def test_a_viewer_reads_and_has_no_form(consortium: Organisation) -> None:
    OfficeFactory(organisation=consortium)
    client = Client()
    client.force_login(RepresentativeFactory(organisation=consortium, role=Role.VIEWER).user)
    page = client.get("/dashboard/centre/offices/").content.decode()
    assert "Китай" in page
    assert "request_key" not in page


# --- The API ------------------------------------------------------------------------------------------------

OFFICES = "/api/v1/organisations/centre/offices/"
REPORT: dict[str, Any] = {"country": "CN", "status": "paused", "since": "2026-03-01", "precision": "month"}


def report(client: Client, body: dict[str, object], **headers: str) -> tuple[int, dict[str, object]]:
    response = client.post(OFFICES, body, "application/json", headers=headers)
    return response.status_code, response.json()


def test_a_program_that_tries_again_gets_the_same_answer(client: Client) -> None:
    answers = [report(client, REPORT, **{"Idempotency-Key": "k1"}) for _ in range(2)]
    body = {**REPORT, "city": "", "city_en": "", "note": "", "note_en": ""}
    assert answers == [(201, body)] * 2
    assert told() == [("CN", 1, "paused")]
    turn = {name: body[name] for name in ("status", "since", "precision", "note", "note_en")}
    assert Client().get(OFFICES).json() == [{"country": "CN", "city": "", "city_en": "", "turns": [turn]}]


@pytest.mark.parametrize("key", ["", "k" * 65], ids=["none", "too long"])
def test_a_program_must_say_which_request_it_is(client: Client, key: str) -> None:
    status, body = report(client, REPORT, **{"Idempotency-Key": key})
    assert (status, [*body]) == (400, ["Idempotency-Key"])
    assert told() == []


def test_a_key_with_another_body_is_refused(client: Client) -> None:
    report(client, REPORT, **{"Idempotency-Key": "k1"})
    status, body = report(client, REPORT | {"status": "open"}, **{"Idempotency-Key": "k1"})
    assert (status, body["code"]) == (409, "idempotency_key_reused")
    assert told() == [("CN", 1, "paused")]


def test_a_mistake_is_told_by_field(client: Client) -> None:
    status, body = report(client, {"country": "EU", "status": "lost"}, **{"Idempotency-Key": "k1"})
    assert (status, sorted(body)) == (400, ["country", "status"])


def test_offices_cost_as_many_queries_for_three_as_for_one(
    consortium: Organisation, django_assert_num_queries: object
) -> None:
    for country in ("CN", "MN", "BY"):
        OfficeFactory(organisation=consortium, country=country)
        with django_assert_num_queries(3):  # type: ignore[operator]
            Client().get(OFFICES)

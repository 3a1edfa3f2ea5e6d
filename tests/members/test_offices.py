"""A consortium reports on its offices abroad, by forms and by the API; what the association accepts is public."""

import datetime
from typing import Any

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from common.errors import RuleViolated
from common.spoken import SpokenLanguagesFormField
from common.world import Pin, Place, World, place_of_country, place_of_zone
from members.models import (
    Kind,
    Notification,
    OfficeReport,
    OfficeStatusChange,
    OfficeYear,
    Organisation,
    RepresentativeOffice,
    Role,
    User,
)
from members.organisations.offices import (
    accept_office_report,
    decline_office_report,
    report_once,
    report_turn,
    report_year,
)
from tests.at_once import at_once
from tests.factories.members import (
    OfficeFactory,
    OrganisationFactory,
    RegionFactory,
    RepresentativeFactory,
    UserFactory,
)
from tests.office import enter, superuser

pytestmark = pytest.mark.django_db
TURN: dict[str, Any] = {"country": "CN", "city": "", "status": "paused", "since": datetime.date(2026, 3, 1)}
POSTED = {"request_key": "k1", "country": "CN", "status": "paused", "since": "2026-03-01", "precision": "month"}
PUBLIC = ("/organisations/centre/", "/organisations/centre/offices/")


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


def accepted(consortium: Organisation, **turn: Any) -> OfficeReport:
    return accept_office_report(report_turn(consortium, by=UserFactory(), **turn), by=UserFactory())


# --- What is reported ---------------------------------------------------------------------------------------


def test_a_turn_at_a_new_place_founds_an_office_and_the_next_follows_it(consortium: Organisation) -> None:
    accepted(consortium, country="MN", city="Улан-Батор", city_en="Ulaanbaatar", status="in_talks", languages=["mn"])
    accepted(consortium, country="MN", city="Улан-Батор", status="open", since=datetime.date(2026, 3, 1))
    accepted(consortium, country="CN", status="open")
    assert told() == [("MN", 1, "in_talks"), ("MN", 2, "open"), ("CN", 1, "open")]
    founded = RepresentativeOffice.objects.get(country="MN")
    assert (founded.city_en, founded.languages) == ("Ulaanbaatar", ["mn"])


def test_a_turn_before_the_last_known_one_is_refused(consortium: Organisation) -> None:
    accepted(consortium, country="CN", status="open", since=datetime.date(2026, 3, 2))
    accepted(consortium, country="CN", status="paused")
    with pytest.raises(RuleViolated, match="2\N{NO-BREAK SPACE}марта 2026") as refused:
        report_turn(consortium, by=UserFactory(), **TURN)
    assert refused.value.code == "office_dates"
    accepted(consortium, **TURN | {"since": datetime.date(2026, 3, 2)})
    assert OfficeStatusChange.objects.count() == 3


def test_what_no_longer_follows_when_it_is_accepted_is_refused_and_waits(consortium: Organisation) -> None:
    early = report_turn(consortium, by=UserFactory(), **TURN)
    accepted(consortium, **TURN | {"since": datetime.date(2026, 4, 1)})
    with pytest.raises(RuleViolated, match="1\N{NO-BREAK SPACE}апреля 2026"):
        accept_office_report(early, by=UserFactory())
    early.refresh_from_db()
    assert (early.state, len(told())) == ("waiting", 1)


def test_only_a_consortium_has_offices() -> None:
    with pytest.raises(RuleViolated) as refused:
        report_turn(OrganisationFactory(kind=Kind.SCHOOL), by=UserFactory(), **TURN)
    assert refused.value.code == "no_consortium"


def test_a_year_told_again_replaces_what_was_told(consortium: Organisation) -> None:
    office, head, staff = OfficeFactory(organisation=consortium), UserFactory(), UserFactory()
    for participants in (40, 45):
        told = report_year(consortium, by=head, office=office, year=2025, participants=participants, result="Школа")
        accept_office_report(told, by=staff)
    year = office.years.get()
    assert [year.participants, year.projects, year.result] == [45, None, "Школа"]


def test_a_year_of_anothers_office_is_refused(consortium: Organisation) -> None:
    with pytest.raises(RuleViolated) as refused:
        report_year(consortium, by=UserFactory(), office=OfficeFactory(), year=2025, participants=1)
    assert refused.value.code == "foreign_office"


@pytest.mark.django_db(transaction=True)
def test_one_report_accepted_at_the_same_time_by_many_is_one_turn(consortium: Organisation) -> None:
    report, staff = report_turn(consortium, by=UserFactory(), **TURN), UserFactory()
    at_once(*[lambda: accept_office_report(report, by=staff)] * 6)
    assert told() == [("CN", 1, "paused")]


def test_a_report_told_twice_is_one(consortium: Organisation, head: User) -> None:
    reports = {report_once(report_turn, consortium, by=head, key="k1", told=TURN).pk for _ in range(3)}
    assert (len(reports), OfficeReport.objects.count()) == (1, 1)


def test_heads_hear_of_the_decision_and_a_decided_report_stays_so(consortium: Organisation, head: User) -> None:
    staff = UserFactory()
    public, private = (report_turn(consortium, by=head, **TURN) for _ in range(2))
    accept_office_report(public, by=staff)
    for _ in range(2):
        decline_office_report(private, by=staff, reason="Нет источника")
    heard = Notification.objects.filter(user=head).order_by("pk").values_list("title", "text")
    assert [(title.replace("\N{NO-BREAK SPACE}", " "), text) for title, text in heard] == [
        ("Ваше сообщение о представительстве опубликовано: Китай", ""),
        ("Ваше сообщение о представительстве отклонено: Китай", "Причина: Нет источника"),
    ]
    with pytest.raises(RuleViolated) as refused:
        accept_office_report(private, by=staff)
    assert (refused.value.code, len(told())) == ("already_decided", 1)


# --- The office of the association --------------------------------------------------------------------------


def test_the_staff_accept_or_say_why_not(consortium: Organisation) -> None:
    reports = [report_turn(consortium, by=UserFactory(), **TURN) for _ in range(2)]
    places = [f"/admin/members/officereport/{report.pk}" for report in reports]
    staff = superuser()
    client = enter(staff)
    assert "Китай" in client.get(f"{places[0]}/change/").content.decode()
    client.post(f"{places[0]}/accept_this/", {})
    client.post(f"{places[1]}/decline_this/", {"reason": "Нет источника"})
    late = client.post(f"{places[0]}/decline_this/", {"reason": "Нет источника"})
    assert (late.status_code, 'value="Нет источника"' in late.content.decode()) == (409, True)
    decided = [*OfficeReport.objects.order_by("pk").values_list("state", "decided_by", "reason")]
    assert decided == [("accepted", staff.pk, ""), ("declined", staff.pk, "Нет источника")]
    assert [row.history_user for row in OfficeStatusChange.history.all()] == [staff]


# --- The page -----------------------------------------------------------------------------------------------


def test_the_form_sent_twice_is_one_report_and_the_public_pages_show_what_was_accepted(client: Client) -> None:
    for _ in range(2):
        assert client.post("/dashboard/centre/offices/", POSTED).status_code == 302
    report = OfficeReport.objects.get()
    assert "Китай" in client.get("/dashboard/centre/offices/").content.decode()
    for place in PUBLIC:
        assert "Китай" not in Client().get(place).content.decode()
    accept_office_report(report, by=UserFactory())
    for place in PUBLIC:
        page = Client().get(place, {"fresh": "1"}).content.decode().lower()
        assert "китай" in page
        assert "март 2026" in page


def test_a_year_is_reported_for_an_office_of_ones_own_alone(client: Client, consortium: Organisation) -> None:
    own, foreign = OfficeFactory(organisation=consortium), OfficeFactory()
    posted = {"year-request_key": "k", "year-year": "2025", "year-participants": "40"}
    form = client.post("/dashboard/centre/offices/", posted | {"year-office": foreign.pk}).context["form"]
    assert [*form.errors] == ["office"]
    empty = posted | {"year-office": own.pk, "year-participants": ""}
    assert client.post("/dashboard/centre/offices/", empty).context["form"].non_field_errors() == [
        "Укажите хотя бы одно число или расскажите словами."
    ]
    assert client.post("/dashboard/centre/offices/", posted | {"year-office": own.pk}).status_code == 302
    assert OfficeReport.objects.get().data["participants"] == 40


def test_the_page_of_the_offices_asks_as_much_for_three_as_for_one(
    consortium: Organisation, django_assert_num_queries: Any
) -> None:
    for number, country in enumerate(("CN", "MN", "BY"), 1):
        office = OfficeFactory(organisation=consortium, country=country)
        OfficeYear.objects.create(office=office, year=2025, events=number)
        with django_assert_num_queries(4):
            page = Client().get("/organisations/centre/offices/", {"fresh": str(number)}).content.decode()
        assert page.count('itemprop="addressCountry"') == number


def test_a_school_has_no_page_of_offices() -> None:
    OrganisationFactory(slug="school", kind=Kind.SCHOOL)
    assert Client().get("/organisations/school/offices/").status_code == 404


def test_each_form_has_a_key_of_its_own(client: Client) -> None:
    pages = [client.get("/dashboard/centre/offices/").context["form"] for _ in range(2)]
    first, second = (form["request_key"].value() for form in pages)
    assert first != second


def test_a_form_with_a_mistake_keeps_what_was_typed_and_its_key(client: Client) -> None:
    tomorrow = (timezone.localdate() + datetime.timedelta(days=1)).isoformat()
    response = client.post("/dashboard/centre/offices/", POSTED | {"since": tomorrow, "note": "Переезд"})
    form = response.context["form"]
    assert form.errors == {"since": ["То, что впереди, ещё не случилось."]}
    assert (form["request_key"].value(), form["note"].value()) == ("k1", "Переезд")
    assert not OfficeReport.objects.exists()


def test_a_sent_form_that_was_changed_is_shown_with_the_reason_and_can_be_sent_again(client: Client) -> None:
    client.post("/dashboard/centre/offices/", POSTED)
    other = POSTED | {"status": "open", "note": "Снова открыто"}
    form = client.post("/dashboard/centre/offices/", other).context["form"]
    assert "уже отправ" in form.non_field_errors()[0]
    assert form["note"].value() == "Снова открыто"
    assert form["request_key"].value() != "k1"
    again = other | {"request_key": form["request_key"].value()}
    assert client.post("/dashboard/centre/offices/", again).status_code == 302
    assert [report.data["status"] for report in OfficeReport.objects.order_by("pk")] == ["paused", "open"]


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
REPORT["languages"] = ["zh", "ru"]


def report(client: Client, body: dict[str, object], **headers: str) -> tuple[int, dict[str, object]]:
    response = client.post(OFFICES, body, "application/json", headers=headers)
    return response.status_code, response.json()


def test_a_program_that_tries_again_gets_the_same_answer(client: Client) -> None:
    answers = [report(client, REPORT, **{"Idempotency-Key": "k1"}) for _ in range(2)]
    body = {**REPORT, "city": "", "city_en": "", "note": "", "note_en": "", "state": "waiting"}
    assert answers == [(201, body)] * 2
    assert Client().get(OFFICES).json() == []
    accept_office_report(OfficeReport.objects.get(), by=UserFactory())
    office = RepresentativeOffice.objects.get()
    office.years.create(year=2025, events=3)
    turn = {name: body[name] for name in ("status", "since", "precision", "note", "note_en")}
    year = {"year": 2025, "participants": None, "projects": None, "events": 3, "agreements": None}
    years = [year | {"result": "", "result_en": ""}]
    place = {"country": "CN", "city": "", "city_en": "", "languages": ["zh", "ru"]}
    assert Client().get(OFFICES).json() == [{**place, "turns": [turn], "years": years}]


@pytest.mark.parametrize("key", ["", "k" * 65], ids=["none", "too long"])
def test_a_program_must_say_which_request_it_is(client: Client, key: str) -> None:
    status, body = report(client, REPORT, **{"Idempotency-Key": key})
    assert (status, [*body]) == (400, ["Idempotency-Key"])
    assert not OfficeReport.objects.exists()


def test_a_key_with_another_body_is_refused(client: Client) -> None:
    report(client, REPORT, **{"Idempotency-Key": "k1"})
    status, body = report(client, REPORT | {"status": "open"}, **{"Idempotency-Key": "k1"})
    assert (status, body["code"]) == (409, "idempotency_key_reused")
    assert OfficeReport.objects.count() == 1


def test_a_mistake_is_told_by_field(client: Client) -> None:
    status, body = report(client, {"country": "EU", "status": "lost", "languages": ["xx"]}, **{"Idempotency-Key": "k1"})
    assert (status, sorted(body)) == (400, ["country", "languages", "status"])


def test_offices_cost_as_many_queries_for_three_as_for_one(
    consortium: Organisation, django_assert_num_queries: object
) -> None:
    for country in ("CN", "MN", "BY"):
        OfficeFactory(organisation=consortium, country=country)
        with django_assert_num_queries(4):  # type: ignore[operator]
            Client().get(OFFICES)


# --- Languages and the map ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("китайский, Русский", ["zh", "ru"]),
        ("Chinese; ru, zh,", ["zh", "ru"]),
        ("", []),
    ],
)
def test_languages_are_typed_by_name_or_code(typed: str, codes: list[str]) -> None:
    assert SpokenLanguagesFormField(required=False).clean(typed) == codes


def test_a_language_that_is_none_is_named() -> None:
    with pytest.raises(ValidationError, match="клингонский"):
        SpokenLanguagesFormField().clean("русский, клингонский")


def test_languages_are_shown_as_they_may_be_typed() -> None:
    class Languages(forms.Form):
        spoken = SpokenLanguagesFormField()

    assert Languages(initial={"spoken": ["zh", "ru"]})["spoken"].value() == "китайский, русский"
    assert Languages({"spoken": "китайский, русский"}, initial={"spoken": ["zh", "ru"]}).has_changed() is False


def test_places_are_those_of_the_table_of_time_zones() -> None:
    place = place_of_zone("Asia/Ulaanbaatar")
    assert place
    assert (round(place.longitude, 2), round(place.latitude, 2)) == (106.88, 47.92)
    assert place_of_country("MN") == place
    assert place_of_country("BR") == place_of_zone("America/Sao_Paulo")
    assert place_of_country("BV") is None


def test_what_is_east_is_right_and_what_is_north_is_above_and_all_is_in_the_picture() -> None:
    minsk, hanoi, kemerovo = Place(27.6, 53.9), Place(105.8, 21.0), Place(86.1, 55.4)
    world = World([Pin(minsk, "", "open", ""), Pin(hanoi, "", "open", "")], home=kemerovo)
    points = [world.at(place) for place in (minsk, kemerovo, hanoi)]
    assert [point.x for point in points] == sorted(point.x for point in points)
    assert points[2].y > points[0].y > points[1].y
    assert all(0 < point.x < 100 and 0 < point.y < world.height for point in [*points, *world.dots])


def test_the_map_names_each_office_for_those_who_do_not_see_it(consortium: Organisation) -> None:
    consortium.region = RegionFactory(code="RU-MOS")
    consortium.save()
    OfficeFactory(organisation=consortium, country="CN")
    OfficeFactory(organisation=consortium, country="BV", status="closed")
    page = Client().get("/organisations/centre/offices/").content.decode()
    assert 'role="img" aria-label="Китай: Открыто"' in page
    assert "о-в Буве" in page

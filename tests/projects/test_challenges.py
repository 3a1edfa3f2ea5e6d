"""Challenges of companies: who sees which, and how one is reviewed and opened for teams."""

import datetime
import re
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, connection, transaction
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import RuleViolated
from members.models import Notification, Organisation, Region, Role, User
from projects.life.challenges import CHALLENGE_MOVES, lacking, move_challenge, possible_challenge_moves
from projects.life.machine import Who
from projects.models import PUBLIC_CHALLENGE_STATES, Challenge, ChallengeState, Criterion, Judge, TeamState
from projects.models.challenge import RESERVED_CHALLENGES
from projects.organising.challenges.drafts import OF_OPEN, create_challenge, edit_challenge
from projects.public.challenges.listing import ChallengeList
from tests.factories.members import OrganisationFactory, RepresentativeFactory, UserFactory
from tests.factories.projects import ChallengeFactory, TeamFactory
from tests.projects.test_projects import errors_of, send, typed
from tests.technoparks.test_public import read, statuses, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def plant() -> Organisation:
    return OrganisationFactory(slug="plant", short_name="Завод")


def test_the_table_of_moves_is_this() -> None:
    table = {name: (set(move.before), move.after, set(move.who)) for name, move in CHALLENGE_MOVES.items()}
    lead, staff = Who.LEAD, Who.STAFF
    assert table == {
        "submit": ({"draft"}, "review", {lead}),
        "withdraw": ({"review"}, "draft", {lead}),
        "return": ({"review"}, "draft", {staff}),
        "open": ({"draft", "review"}, "open", {staff}),
        "begin": ({"open"}, "work", {lead, staff}),
        "defend": ({"work"}, "defence", {lead, staff}),
        "complete": ({"defence"}, "completed", {lead, staff}),
        "cancel": ({"open", "work", "defence"}, "cancelled", {lead, staff}),
        "reopen": ({"cancelled"}, "open", {staff}),
    }


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(CHALLENGE_MOVES)), st.sampled_from(Who), st.sampled_from(["", "Нет срока"])),
        max_size=12,
    )
)
def test_whatever_is_asked_a_challenge_moves_as_the_table_says(asked: list[tuple[str, Who, str]]) -> None:
    with transaction.atomic():
        challenge = ChallengeFactory(state=ChallengeState.DRAFT)
        state, moved = ChallengeState.DRAFT, 0
        for name, who, reason in asked:
            rule = CHALLENGE_MOVES[name]
            _complete_for(name, challenge)
            may = state in rule.before and who in rule.who and not (rule.needs_reason and not reason)
            if state == rule.after:
                assert move_challenge(challenge, move=name, who=who, by=None, reason=reason).state == state
            elif may:
                state, moved = ChallengeState(rule.after), moved + 1
                assert move_challenge(challenge, move=name, who=who, by=None, reason=reason).state == state
            else:
                with pytest.raises(RuleViolated):
                    move_challenge(challenge, move=name, who=who, by=None, reason=reason)
            assert Challenge.objects.get(pk=challenge.pk).state == state
        history = [*challenge.moves.values_list("source", "target")]
        assert len(history) == moved
        assert [source for source, _target in history[1:]] == [target for _source, target in history[:-1]]
        transaction.set_rollback(True)


def _complete_for(move: str, challenge: Challenge) -> None:
    """What the move needs is there: each lack has a test of its own."""
    if move in ("begin", "defend") and not challenge.teams.at_work().exists():
        TeamFactory(challenge=challenge, state=TeamState.ACCEPTED)
    if move == "defend" and not challenge.judges.exists():
        Criterion.objects.create(challenge=challenge, name="Польза")
        for _number in range(2):
            Judge.objects.create(challenge=challenge, user=UserFactory())
    if move == "complete":
        challenge.judges.update(ready_at=timezone.now())
        Challenge.objects.filter(pk=challenge.pk).update(outcome="<p>Датчик</p>")


@pytest.mark.parametrize("move", ["submit", "open"])
def test_a_challenge_is_neither_sent_nor_opened_before_teams_know_what_they_join(move: str) -> None:
    bare: dict[str, Any] = dict.fromkeys(("summary", "about", "rights", "terms"), "")
    challenge = ChallengeFactory(state=ChallengeState.DRAFT, team_kinds=[], applications_until=None, **bare)
    assert [one.replace("\xa0", " ") for one in lacking(challenge)] == [
        "описание в одном предложении",
        "сама задача",
        "кто может подать заявку",
        "последний день приёма заявок",
        "кому принадлежит результат",
        "условия о правах и тайне",
    ]
    who = CHALLENGE_MOVES[move].who[0]
    with pytest.raises(RuleViolated) as refused:
        move_challenge(challenge, move=move, who=who, by=None)
    assert refused.value.code == "incomplete"
    assert move_challenge(ChallengeFactory(state="draft"), move=move, who=who, by=None).state == (
        CHALLENGE_MOVES[move].after
    )


def test_nobody_opens_a_challenge_to_which_nobody_may_apply_any_more() -> None:
    today = timezone.localdate()
    yesterday = today - datetime.timedelta(days=1)
    late = ChallengeFactory(state=ChallengeState.REVIEW, applications_until=yesterday)
    with pytest.raises(RuleViolated) as refused:
        move_challenge(late, move="open", who=Who.STAFF, by=None)
    assert refused.value.code == "too_late"
    Challenge.objects.update(applications_until=today)
    assert move_challenge(late, move="open", who=Who.STAFF, by=None).state == ChallengeState.OPEN
    assert Challenge.objects.taking_applications().get() == late
    Challenge.objects.update(applications_until=yesterday)
    assert not Challenge.objects.taking_applications().exists()


def test_a_challenge_is_its_companys_and_the_offices_until_it_is_open(plant: Organisation) -> None:
    hidden, shown = ChallengeFactory(company=plant, state=ChallengeState.DRAFT), ChallengeFactory(company=plant)
    own, stranger = RepresentativeFactory(organisation=plant, role=Role.VIEWER).user, RepresentativeFactory().user
    office = UserFactory(is_staff=True)
    seen = [{*Challenge.objects.visible_to(user)} for user in (AnonymousUser(), stranger, own, office)]
    assert seen == [{shown}, {shown}, {hidden, shown}, {hidden, shown}]


def test_the_company_hears_of_the_answer_each_in_their_own_language(plant: Organisation) -> None:
    challenge = ChallengeFactory(company=plant, name="Датчик", name_en="Sensor", state=ChallengeState.REVIEW)
    head = RepresentativeFactory(organisation=plant, role=Role.HEAD).user
    coordinator = RepresentativeFactory(organisation=plant, role=Role.COORDINATOR, user__language="en").user
    RepresentativeFactory(organisation=plant, role=Role.TEACHER)

    def told() -> dict[str, str]:
        made = {one.user: one.title.replace("\xa0", " ") for one in Notification.objects.select_related("user")}
        Notification.objects.all().delete()
        return {user.email: title for user, title in made.items()}

    move_challenge(challenge, move="return", who=Who.STAFF, by=None, reason="Нет чертежа")
    assert told() == {
        head.email: "Кейс возвращён вам: Датчик",
        coordinator.email: "The challenge is returned to you: Sensor",
    }
    move_challenge(challenge, move="submit", who=Who.LEAD, by=head)
    assert told() == {}
    move_challenge(challenge, move="open", who=Who.STAFF, by=None)
    assert told()[head.email] == "Кейс открыт для команд: Датчик"
    move_challenge(challenge, move="cancel", who=Who.LEAD, by=head, reason="Закрыта линия")
    assert told() == {coordinator.email: "The challenge is withdrawn: Sensor"}


@pytest.mark.parametrize(
    "wrong",
    [
        {"slug": "new"},
        {"grade_from": 9, "grade_to": 5},
        {"members_from": 6, "members_to": 2},
        {"members_from": 0},
        {"places": 0},
        {"applications_until": datetime.date(2026, 2, 1), "starts_on": datetime.date(2026, 2, 1)},
        {"ends_on": datetime.date(2026, 2, 1)},
        {"starts_on": datetime.date(2027, 2, 1), "ends_on": datetime.date(2027, 1, 1)},
    ],
    ids=lambda wrong: ", ".join(wrong),
)
def test_the_database_refuses_what_no_challenge_is(wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ChallengeFactory(**({"applications_until": None} | wrong))
    assert RESERVED_CHALLENGES == ("feeds", "new")


def test_the_office_opens_what_waits_and_keeps_what_was_read(office: Client, plant: Organisation) -> None:
    challenge = ChallengeFactory(company=plant, state=ChallengeState.REVIEW)
    place = f"/admin/projects/challenge/{challenge.pk}/"
    page = office.get(f"{place}change/").content.decode()
    assert [move for move in CHALLENGE_MOVES if f"{move}_this" in page] == ["return", "open"]
    assert "Challenges: open for teams?" in words(office.get("/admin/"))
    assert office.post(f"{place}return_this/", {"reason": ""}).status_code == 200
    assert office.post(f"{place}open_this/").status_code == 302
    challenge.refresh_from_db()
    assert challenge.state == ChallengeState.OPEN
    assert office.post(f"{place}delete/", {"post": "yes"}).status_code == 403
    assert office.post(f"{place}cancel_this/", {"reason": "Закрыта линия"}).status_code == 302
    assert [*challenge.moves.values_list("target", "reason")] == [("open", ""), ("cancelled", "Закрыта линия")]


def test_every_state_leads_on() -> None:
    assert [state.label for state in PUBLIC_CHALLENGE_STATES] == [
        "Приём заявок", "Команды работают", "Идёт защита", "Итоги подведены", "Отозван компанией",
    ]  # fmt: skip
    for state in ChallengeState:
        leads_on = possible_challenge_moves(Challenge(state=state), who=Who.STAFF)
        assert bool(leads_on) == (state != ChallengeState.COMPLETED)


# --- What everybody reads -------------------------------------------------------------------------------------


def found(query: str = "") -> list[str]:
    return [row.challenge.name for row in ChallengeList(QueryDict(query)).rows]


def in_days(number: int) -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=number)


def test_the_list_is_narrowed_by_words_and_filters_and_each_filter_counts_with_the_others(plant: Organisation) -> None:
    region = Region.objects.get(code="RU-PER")
    pump = ChallengeFactory(name="Насос", company=plant, team_kinds=["school", "mixed"], region=region)
    pump.directions.set([1])
    paint = ChallengeFactory(name="Краска", team_kinds=["research"], audience=["students"])
    over = ChallengeFactory(name="Мотор", applications_until=in_days(-1))
    for state in ("draft", "review", "cancelled"):
        ChallengeFactory(name="Тайна", state=state)
    assert found() == ["Краска", "Насос", "Мотор"]
    slug = pump.directions.get().slug
    for query in ("q=насосы", "q=заводом", "organisation=plant", "region=RU-PER", f"direction={slug}", "team=mixed"):
        assert found(query) == [pump.name], query
    assert found("stage=closed") == [over.name]
    assert found("audience=students&team=research") == [paint.name]
    assert {*found("audience=pupils")} == {pump.name, over.name}
    counted = ChallengeList(QueryDict("team=school")).counts
    assert (counted.total, counted["stage"]) == (2, {"open": 1, "closed": 1})
    assert counted["team"] == {"school": 2, "mixed": 1, "research": 1}


def test_who_closes_first_comes_first_and_then_who_has_closed_last() -> None:
    for name, days in (("Вчера", -1), ("Завтра", 1), ("Сегодня", 0), ("Давно", -30)):
        ChallengeFactory(name=name, applications_until=in_days(days))
    assert found() == ["Сегодня", "Завтра", "Вчера", "Давно"]
    assert found("stage=open") == ["Сегодня", "Завтра"]
    assert [one.takes_applications for one in Challenge.objects.soonest_first()] == [True, True, False, False]


def test_the_list_and_its_feed_and_the_api_have_the_same_filters(client: Client, plant: Organisation) -> None:
    ChallengeFactory(name="Датчик", company=plant, summary="Тепло & влага", team_kinds=["research"])
    ChallengeFactory(name="Краска")
    feed = client.get("/challenges/feed.rss?team=research").content.decode()
    assert re.findall(r"<item><title>(.*?)</title>", feed) == ["Завод: Датчик"]
    assert "Тепло &amp; влага" in feed
    [listed] = client.get("/api/v1/challenges/?team=research").json()["results"]
    assert (listed["name"], listed["company"]["slug"], listed["takes_applications"]) == ("Датчик", "plant", True)
    assert client.get("/api/v1/challenges/?team=castle").status_code == 400
    assert "castle" in read("/challenges/?team=castle")


def test_a_list_asks_as_much_for_three_challenges_as_for_one() -> None:
    def asked(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert Client().get(address).status_code == 200
        return len(queries)

    asked("/challenges/")  # what is known of regions and directions stays known
    numbers = {}
    for number in (1, 3):
        while Challenge.objects.count() < number:
            ChallengeFactory(region=Region.objects.get(code="RU-PER")).directions.set([1, 2])
        numbers[number] = [asked(f"{address}?n={number}") for address in ("/challenges/", "/api/v1/challenges/")]
    assert numbers[1] == numbers[3]


def test_the_page_says_what_a_team_joins_before_it_applies(plant: Organisation) -> None:
    challenge = ChallengeFactory(
        name="Датчик",
        company=plant,
        reward="Поездка на завод",
        mentor_hours=2,
        needs_nda=True,
        rights="company",
        places=1,
        starts_on=in_days(40),
        grade_from=8,
        grade_to=11,
    )
    page = read(f"/challenges/{challenge.slug}/").replace("\xa0", " ")
    for told in (
        "Завод", "Поездка на завод", "2 часа наставника", "Переходит к компании",
        "соглашение о неразглашении", "Права остаются у авторов", "1 место", "8–11-е классы", "Команда одной школы",
    ):  # fmt: skip
        assert told in page, told
    detail = Client().get(f"/api/v1/challenges/{challenge.slug}/").json()
    assert (detail["terms"], detail["needs_nda"], detail["rights"]) == (challenge.terms, True, "company")


def test_a_withdrawn_challenge_says_why_and_stands_in_no_list() -> None:
    challenge = ChallengeFactory(name="Датчик")
    move_challenge(challenge, move="cancel", who=Who.STAFF, by=None, reason="Закрыта линия")
    page = read(f"/challenges/{challenge.slug}/")
    assert "Закрыта линия" in page
    assert found() == []


def test_the_home_page_and_the_companys_show_what_is_open(plant: Organisation) -> None:
    ChallengeFactory(name="Датчик", company=plant)
    ChallengeFactory(name="Мотор", company=plant, applications_until=in_days(-1))
    ChallengeFactory(name="Тайна", company=plant, state=ChallengeState.REVIEW)
    home, own = read("/"), read("/organisations/plant/")
    assert [name in home for name in ("Датчик", "Мотор", "Тайна")] == [True, False, False]
    assert [name in own for name in ("Датчик", "Мотор", "Тайна")] == [True, True, False]


def test_what_renames_a_company_a_region_or_a_direction_renames_it_in_the_list(plant: Organisation) -> None:
    challenge = ChallengeFactory(company=plant, region=Region.objects.get(code="RU-PER"))
    plant.short_name = "Комбинат"
    plant.save()
    challenge.refresh_from_db()
    assert challenge.company_card is not None
    assert challenge.company_card["name"] == "Комбинат"
    assert found("q=комбинат") == [challenge.name]
    Region.objects.filter(code="RU-PER").update(name="Прикамье")
    assert found("q=прикамье") == [challenge.name]
    challenge.directions.set([1])
    direction = challenge.directions.get()
    direction.name = "Плетение"
    direction.save()
    assert found("q=плетение") == [challenge.name]
    plant.is_published = False
    plant.save()
    challenge.refresh_from_db()
    assert challenge.company_card is None


def test_a_challenge_of_a_company_that_is_not_on_the_portal_is_not_public(plant: Organisation) -> None:
    challenge = ChallengeFactory(company=plant)
    own = RepresentativeFactory(organisation=plant, role=Role.VIEWER).user
    place = f"/challenges/{challenge.slug}/"
    assert found() == [challenge.name]
    plant.is_published = False
    plant.save()
    assert statuses(place, None, own) == [404, 200]
    assert found() == []
    assert not Challenge.objects.taking_applications().exists()


# --- An organisation's own ------------------------------------------------------------------------------------

LIST = "/dashboard/plant/challenges/"


@pytest.fixture
def head(plant: Organisation, client: Client) -> User:
    user = RepresentativeFactory(organisation=plant, role=Role.HEAD).user
    client.force_login(user)
    return user


def test_a_company_sets_a_challenge_in_its_dashboard(client: Client, plant: Organisation, head: User) -> None:
    new = client.get(f"{LIST}new/")
    assert client.post(f"{LIST}new/", typed(new, name="Датчик", places=3)).status_code == 302
    challenge = Challenge.objects.get()
    assert (challenge.company, challenge.slug, challenge.state) == (plant, "datchik", "draft")
    place = f"{LIST}datchik/"
    assert "Чего не хватает" in read(place, head)
    assert client.post(f"{place}moves/submit/").status_code == 409
    said = {
        "summary": "Придумать датчик",
        "about": "Собрать и испытать.",
        "team_kinds": ["school", "mixed"],
        "applications_until": in_days(20).isoformat(),
        "rights": "shared",
        "terms": "Права общие.",
    }
    assert send(client, f"{place}edit/", **said).status_code == 302
    assert client.post(f"{place}moves/submit/").status_code == 302
    assert "Ассоциация смотрит" in read(f"{place}edit/", head)
    move_challenge(challenge, move="return", who=Who.STAFF, by=None, reason="Нет чертежа")
    assert "Нет чертежа" in read(place, head)
    assert client.post(f"{place}moves/submit/").status_code == 302
    move_challenge(challenge, move="open", who=Who.STAFF, by=None)
    assert read("/challenges/").count("Датчик") == 1
    assert client.get(f"{place}moves/open/").status_code == 404
    assert errors_of(client.post(f"{place}moves/cancel/", {"reason": " "})) == {"reason": ["Обязательное поле."]}
    assert client.post(f"{place}moves/cancel/", {"reason": "Закрыта линия"}).status_code == 302
    challenge.refresh_from_db()
    assert challenge.state == ChallengeState.CANCELLED
    assert challenge.moves.latest("pk").by == head


def test_sent_twice_it_is_made_once_and_two_of_one_name_have_two_addresses(
    client: Client, plant: Organisation, head: User
) -> None:
    form = typed(client.get(f"{LIST}new/"), name="Датчик")
    for _ in range(2):
        assert client.post(f"{LIST}new/", form).status_code == 302
    assert Challenge.objects.count() == 1
    slugs = [create_challenge(plant, typed={"name": "New"}, by=head, key=str(n)).slug for n in range(2)]
    assert slugs == ["new-2", "new-3"]


def test_of_an_open_challenge_teams_lose_nothing_that_they_were_offered(
    client: Client, plant: Organisation, head: User
) -> None:
    challenge = ChallengeFactory(company=plant, slug="sensor", places=3, applications_until=in_days(10))
    form = client.get(f"{LIST}sensor/edit/")
    assert {*form.context["form"].fields} == {*OF_OPEN, "request_key"}
    for wrong, code in (
        ({"terms": "<p>Всё наше.</p>"}, "checked"),
        ({"places": 2}, "fewer_places"),
        ({"applications_until": in_days(9)}, "earlier"),
        ({"applications_until": None}, "earlier"),
    ):
        with pytest.raises(RuleViolated) as refused:
            edit_challenge(challenge, typed=wrong)
        assert refused.value.code == code
    refused_page = send(client, f"{LIST}sensor/edit/", places=2)
    assert refused_page.status_code == 409
    assert "но не меньше" in words(refused_page)
    assert send(client, f"{LIST}sensor/edit/", places=4, applications_until=in_days(12).isoformat()).status_code == 302
    challenge.refresh_from_db()
    assert (challenge.places, challenge.applications_until) == (4, in_days(12))


@pytest.mark.parametrize("state", ["review", "cancelled"])
def test_what_is_looked_through_or_withdrawn_stays_as_it_is(state: str) -> None:
    with pytest.raises(RuleViolated) as refused:
        edit_challenge(ChallengeFactory(state=state), typed={"places": 9})
    assert refused.value.code == "other_state"
    assert Challenge.objects.get().places != 9


def test_days_that_do_not_go_together_are_said_and_nothing_typed_is_lost(
    client: Client, plant: Organisation, head: User
) -> None:
    days = {"applications_until": in_days(20).isoformat(), "starts_on": in_days(5).isoformat()}
    page = client.post(f"{LIST}new/", typed(client.get(f"{LIST}new/"), name="Датчик", **days))
    assert page.status_code == 200
    assert "после последнего дня" in words(page)
    assert in_days(5).isoformat() in page.content.decode()
    assert not Challenge.objects.exists()


@pytest.mark.parametrize("role", Role.values)
def test_only_head_and_coordinators_of_the_company_tend_it(client: Client, plant: Organisation, role: str) -> None:
    ChallengeFactory(company=plant, slug="sensor", state=ChallengeState.DRAFT)
    user = RepresentativeFactory(organisation=plant, role=role).user
    tends = role in (Role.HEAD, Role.COORDINATOR)
    client.force_login(user)
    pages = ("new/", "sensor/edit/", "sensor/moves/submit/")
    assert {client.get(f"{LIST}{page}").status_code for page in pages} == {200 if tends else 403}
    assert client.get(f"{LIST}sensor/").status_code == 200
    assert ("Управлять кейсом" in read("/challenges/sensor/", user)) == tends
    stranger = RepresentativeFactory(organisation__slug="school", role=Role.HEAD).user
    assert statuses("/challenges/sensor/", None, stranger, user) == [404, 404, 200]
    assert statuses("/dashboard/school/challenges/sensor/", stranger) == [404]

"""The defence: judges, scores that nobody reads before all are in, and the result."""

import datetime
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import RuleViolated
from common.personal_data import HOLDERS, Person
from members.models import Notification, Organisation, Role, User
from projects.life.challenges import move_challenge
from projects.life.defence import (
    MOST_CRITERIA,
    add_criterion,
    all_are_in,
    excuse_judge,
    finish_judging,
    name_judge,
    remove_criterion,
    remove_judge,
    results,
    write_result,
    write_sheet,
)
from projects.life.machine import Who
from projects.life.teams import move_team
from projects.models import Challenge, ChallengeState, Criterion, Judge, Score, ScoreSheet, Team, TeamState
from tests.at_once import in_thread, noted, wait_for_waiting
from tests.factories.members import OrganisationFactory, RepresentativeFactory, UserFactory
from tests.factories.projects import ChallengeFactory, TeamFactory
from tests.projects.test_projects import errors_of, send
from tests.projects.test_teams import refusal, told
from tests.technoparks.test_public import read, statuses, words

pytestmark = pytest.mark.django_db
PAGE = "/challenges/sensor/scores/"
COMPANY = "/dashboard/plant/challenges/sensor/"
SECRET = "Секретный отзыв судьи"


@pytest.fixture
def head() -> User:
    plant = OrganisationFactory(slug="plant", short_name="Завод")
    return RepresentativeFactory(organisation=plant, role=Role.HEAD).user


@pytest.fixture
def challenge(head: User) -> Challenge:
    """At work, with two teams, two criteria, and no judges."""
    plant = Organisation.objects.get(slug="plant")
    challenge = ChallengeFactory(slug="sensor", name="Датчик", company=plant, state=ChallengeState.WORK)
    school = OrganisationFactory(slug="school", short_name="Школа")
    for name, lead in (("Искра", school), ("Луч", OrganisationFactory())):
        TeamFactory(challenge=challenge, name=name, lead=lead, state=TeamState.ACCEPTED)
    for name, most in (("Польза", 10), ("Точность", 20)):
        Criterion.objects.create(challenge=challenge, name=name, most=most)
    return challenge


@pytest.fixture
def judges(challenge: Challenge) -> list[Judge]:
    return [name_judge(challenge, person=UserFactory()) for _number in range(2)]


@pytest.fixture
def defended(challenge: Challenge, judges: list[Judge]) -> Challenge:
    begun = move_challenge(challenge, move="defend", who=Who.LEAD, by=None)
    for judge in judges:
        judge.challenge = begun
    return begun


@pytest.fixture
def teacher(challenge: Challenge) -> User:
    return RepresentativeFactory(organisation=Organisation.objects.get(slug="school"), role=Role.TEACHER).user


def score(judge: Judge, *of_teams: tuple[int, int], comment: str = "") -> None:
    criteria = [*judge.challenge.criteria.all()]
    for team, points in zip(judge.challenge.teams.order_by("pk"), of_teams, strict=True):
        given = {one.pk: number for one, number in zip(criteria, points, strict=True)}
        write_sheet(judge, team, points=given, comment=comment, by=person(judge))


def person(judge: Judge) -> User:
    assert judge.user
    return judge.user


def finish(judge: Judge, *of_teams: tuple[int, int], comment: str = "") -> Judge:
    score(judge, *of_teams, comment=comment)
    return finish_judging(judge, by=person(judge))


def publish(challenge: Challenge, **awards: str) -> Challenge:
    of_teams = {challenge.teams.get(name=name).pk: award for name, award in awards.items()}
    write_result(challenge, outcome="<p>Два датчика</p>", outcome_en="", awards=of_teams)
    return move_challenge(challenge, move="complete", who=Who.LEAD, by=None)


# --- Before it begins ------------------------------------------------------------------------------------------


def test_a_defence_needs_teams_criteria_and_two_judges_of_none_of_the_teams(challenge: Challenge) -> None:
    def begun() -> str:
        return refusal(lambda: move_challenge(challenge, move="defend", who=Who.LEAD, by=None))

    first, second = UserFactory(), UserFactory()
    assert begun() == "incomplete"
    name_judge(challenge, person=first)
    assert begun() == "incomplete"
    name_judge(challenge, person=second)
    school = Organisation.objects.get(slug="school")
    joined = RepresentativeFactory(organisation=school, user=second, role=Role.VIEWER)  # after being named
    assert begun() == "incomplete"
    joined.delete()
    assert move_challenge(challenge, move="defend", who=Who.LEAD, by=None).state == ChallengeState.DEFENCE
    assert told()[first.email] == "Вы судите команды кейса: Датчик"


@pytest.mark.parametrize("missing", ["teams", "criteria"])
def test_without_teams_or_criteria_there_is_nothing_to_defend(
    missing: str, challenge: Challenge, judges: list[Judge]
) -> None:
    if missing == "teams":
        challenge.teams.update(state=TeamState.WITHDRAWN)
    else:
        challenge.criteria.all().delete()
    assert refusal(lambda: move_challenge(challenge, move="defend", who=Who.LEAD, by=None)) == "incomplete"


def test_nobody_of_a_team_judges_and_no_closed_account(challenge: Challenge, teacher: User) -> None:
    assert refusal(lambda: name_judge(challenge, person=teacher)) == "own_team"
    assert refusal(lambda: name_judge(challenge, person=UserFactory(is_active=False))) == "closed_account"
    once = UserFactory()
    assert name_judge(challenge, person=once) == name_judge(challenge, person=once)


def test_the_company_prepares_the_defence_on_its_page(client: Client, challenge: Challenge, head: User) -> None:
    colleague = RepresentativeFactory(organisation=Organisation.objects.get(slug="plant"), role=Role.VIEWER).user
    client.force_login(head)
    assert errors_of(send(client, f"{COMPANY}defence/", name="Красота", most="0"))["most"]
    assert send(client, f"{COMPANY}defence/", name="Польза", most="5").status_code == 409
    assert send(client, f"{COMPANY}defence/", name="Красота", most="5").status_code == 302
    assert "Красота до 5 баллов" in read("/challenges/sensor/")
    added = challenge.criteria.get(name="Красота")
    assert client.post(f"{COMPANY}defence/", {"remove": added.pk}).status_code == 302
    assert not challenge.criteria.filter(pk=added.pk).exists()
    judges = f"{COMPANY}defence/judges/"
    assert client.post(judges, {"add": UserFactory().pk}).status_code == 404  # only people of the company
    for who in (colleague, head):
        assert client.post(judges, {"add": who.pk}).status_code == 302
    assert client.post(judges, {"remove": challenge.judges.get(user=head).pk}).status_code == 302
    assert [judge.user for judge in challenge.judges.all()] == [colleague]


def test_once_judges_are_at_it_nothing_of_the_defence_changes(
    client: Client, defended: Challenge, judges: list[Judge], head: User
) -> None:
    typed = {"name": "Новый", "most": 5}
    assert refusal(lambda: add_criterion(defended, typed=typed, by=head, key="one")) == "other_state"
    criterion = defended.criteria.all()[0]
    assert refusal(lambda: remove_criterion(defended, criterion=criterion)) == "other_state"
    assert refusal(lambda: remove_judge(defended, judge=judges[0])) == "other_state"
    client.force_login(head)
    assert client.post(f"{COMPANY}defence/judges/", {"add": head.pk}).status_code == 302
    assert defended.judges.count() == 2  # now the association names them


def test_there_is_an_end_of_criteria(challenge: Challenge, head: User) -> None:
    for number in range(MOST_CRITERIA - 2):
        add_criterion(challenge, typed={"name": f"{number}", "most": 1}, by=head, key=f"{number}")
    typed = {"name": "Ещё", "most": 1}
    assert refusal(lambda: add_criterion(challenge, typed=typed, by=head, key="more")) == "too_many"


# --- Scores -----------------------------------------------------------------------------------------------------


def test_a_judge_gives_points_and_finishes(
    client: Client, defended: Challenge, judges: list[Judge], head: User
) -> None:
    user, first, second = person(judges[0]), *defended.teams.order_by("pk")
    useful, exact = defended.criteria.all()
    client.force_login(user)
    sheet = f"{PAGE}{first.pk}/"
    wrong = {f"points-{useful.pk}": "11", f"points-{exact.pk}": ""}
    assert errors_of(client.post(sheet, wrong)).keys() == wrong.keys()
    assert "Завершить оценку" not in read(PAGE, user)
    assert client.post(f"{PAGE}finish/").status_code == 302
    assert Judge.objects.get(pk=judges[0].pk).ready_at is None
    for team in (first, second):
        points = {f"points-{useful.pk}": "8", f"points-{exact.pk}": "15", "comment": SECRET}
        assert client.post(f"{PAGE}{team.pk}/", points).status_code == 302
    assert "Искра 23 балла" in read(PAGE, user)
    told()
    assert client.post(f"{PAGE}finish/").status_code == 302
    assert Judge.objects.get(pk=judges[0].pk).ready_at
    assert told() == {}
    assert client.post(sheet, points).status_code == 409
    finish(judges[1], (1, 1), (2, 2))
    assert told() == {head.email: "Все судьи поставили баллы: Датчик"}


def test_no_points_beyond_a_criterion_for_another_team_or_in_anothers_name(
    defended: Challenge, judges: list[Judge]
) -> None:
    useful, exact = defended.criteria.all()
    team, foreign = defended.teams.order_by("pk")[0], TeamFactory(state=TeamState.ACCEPTED)
    elsewhere = Criterion.objects.create(challenge=foreign.challenge, name="Чужой")

    def written(points: dict[int, int], at: Team = team, by: User | None = None) -> str:
        return refusal(lambda: write_sheet(judges[0], at, points=points, comment="", by=by or person(judges[0])))

    assert written({useful.pk: 11}) == "points"
    assert written({useful.pk: -1}) == "points"
    assert written({elsewhere.pk: 1}) == "points"
    assert written({useful.pk: 1}, at=foreign) == "other_team"
    assert written({exact.pk: 1}, by=person(judges[1])) == "not_asked"
    assert refusal(lambda: finish_judging(judges[0], by=person(judges[1]))) == "not_asked"
    RepresentativeFactory(organisation=Organisation.objects.get(slug="school"), user=person(judges[0]))
    assert written({useful.pk: 1}) == "own_team"
    assert not Score.objects.exists()


def test_nobody_judges_before_the_defence_or_after_the_result(challenge: Challenge, judges: list[Judge]) -> None:
    team, useful = challenge.teams.all()[0], challenge.criteria.all()[0]
    user = person(judges[0])

    def written() -> str:
        return refusal(lambda: write_sheet(judges[0], team, points={useful.pk: 1}, comment="", by=user))

    assert written() == "other_state"
    assert statuses(PAGE, user) == [404]
    Challenge.objects.update(state=ChallengeState.COMPLETED)
    assert written() == "other_state"


def routes(challenge: Challenge) -> list[str]:
    """Every page on which points or comments could stand."""
    mine = challenge.teams.get(name="Искра")
    return [
        "/challenges/sensor/", "/api/v1/challenges/sensor/", PAGE, f"{PAGE}{mine.pk}/",
        COMPANY, f"{COMPANY}defence/", f"{COMPANY}result/", f"{COMPANY}teams/{mine.pk}/",
        f"/dashboard/school/teams/{mine.pk}/", f"/admin/projects/challenge/{challenge.pk}/change/",
        f"/admin/projects/team/{mine.pk}/change/",
    ]  # fmt: skip


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def seen(challenge: Challenge, client: Client) -> list[str]:
    """Where that reader meets the points or the comment of the first judge."""
    found = []
    for address in routes(challenge):
        text = words(client.get(address))
        if SECRET in text or "973" in text or "974" in text:
            found.append(address)
    return found


def test_scores_stay_hidden_by_every_route_until_all_judges_are_in(
    office: Client, defended: Challenge, judges: list[Judge], head: User, teacher: User
) -> None:
    company, school, other = logged_in(head), logged_in(teacher), logged_in(person(judges[1]))
    defended.criteria.filter(name="Точность").update(most=987)
    finish(judges[0], (9, 973), (2, 3), comment=SECRET)
    assert results(defended) == []
    for reader in (company, school, other, office):
        assert seen(defended, reader) == []
    for address in routes(defended)[-2:]:
        assert office.get(address).status_code == 200  # and not the page that asks for a second factor
    shown = [str(entry) for one in HOLDERS["challenge_judges"].collect(
        Person(person(judges[0]), frozenset(), timezone.now())
    ) for entry in one]  # fmt: skip
    assert not any(SECRET in entry or "973" in entry for entry in shown)
    finish(judges[1], (10, 975), (4, 5))
    assert seen(defended, company) == [f"{COMPANY}result/"]  # of its company
    assert seen(defended, school) == []
    publish(defended)
    assert seen(defended, school) == [routes(defended)[8]]  # and of the team, once the result is published
    assert seen(defended, office) == []


def test_a_team_reads_its_own_points_alone(defended: Challenge, judges: list[Judge], teacher: User) -> None:
    finish(judges[0], (9, 17), (2, 3), comment=SECRET)
    finish(judges[1], (10, 18), (4, 6))
    publish(defended, Искра="winner")
    page = read(f"/dashboard/school/teams/{defended.teams.get(name='Искра').pk}/", teacher)
    assert ("9,5 из 10" in page, "17,5 из 20" in page, "27,0 из 30" in page, "Победитель" in page) == (True,) * 4
    assert "Луч" not in page
    for judge in judges:
        assert str(judge.user) not in page


def test_the_result_is_the_mean_and_equal_teams_share_a_place(challenge: Challenge) -> None:
    TeamFactory(challenge=challenge, name="Тень", state=TeamState.ACCEPTED)
    three = [name_judge(challenge, person=UserFactory()) for _number in range(3)]
    move_challenge(challenge, move="defend", who=Who.LEAD, by=None)
    for judge, best, last in zip(three, (10, 9, 9), (2, 1, 1), strict=True):
        judge.challenge.refresh_from_db()
        finish(judge, (best, 20), (1, last), (best, 20))
    ranked = [(one.place, one.team.name, one.total, one.most) for one in results(Challenge.objects.get())]
    assert ranked == [
        (1, "Искра", Decimal("29.3"), 30), (1, "Тень", Decimal("29.3"), 30), (3, "Луч", Decimal("2.3"), 30),
    ]  # fmt: skip


def test_a_team_that_leaves_during_the_defence_is_no_part_of_the_result(
    defended: Challenge, judges: list[Judge]
) -> None:
    finish(judges[0], (9, 17), (2, 3))
    finish(judges[1], (9, 17), (2, 3))
    move_team(defended.teams.get(name="Луч"), move="withdraw", who=Who.LEAD, by=None)
    assert [one.team.name for one in results(defended)] == ["Искра"]


@pytest.mark.parametrize("judges_number", [2, 4])
def test_a_result_costs_as_many_queries_however_many_judges_and_teams(judges_number: int, challenge: Challenge) -> None:
    for _number in range(judges_number):
        TeamFactory(challenge=challenge, state=TeamState.ACCEPTED)
    named = [name_judge(challenge, person=UserFactory()) for _number in range(judges_number)]
    begun = move_challenge(challenge, move="defend", who=Who.LEAD, by=None)
    for judge in named:
        judge.challenge = begun
        finish(judge, *[(1, 1)] * (2 + judges_number))
    with CaptureQueriesContext(connection) as queries:
        assert len(results(begun)) == 2 + judges_number
    assert len(queries) == 7


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["score", "finish", "excuse", "name"]), st.integers(0, 3)), max_size=12))
def test_whatever_judges_do_nothing_is_read_before_all_have_finished(asked: list[tuple[str, int]]) -> None:
    with transaction.atomic():
        challenge = ChallengeFactory(state=ChallengeState.WORK)
        team = TeamFactory(challenge=challenge, state=TeamState.ACCEPTED)
        criterion = Criterion.objects.create(challenge=challenge, name="Польза")
        people = [UserFactory() for _number in range(4)]
        for one in people[:2]:
            name_judge(challenge, person=one)
        begun = move_challenge(challenge, move="defend", who=Who.LEAD, by=None)
        for what, number in asked:
            judge = begun.judges.filter(user=people[number]).first()
            with suppress(RuleViolated):  # what may be asked when has tests of its own
                _act(what, begun, people[number], judge, team, criterion)
            left = begun.judges.filter(excused_at=None)
            assert left.count() >= 2
            assert bool(results(begun)) == (not left.filter(ready_at=None).exists())
        transaction.set_rollback(True)


def _act(what: str, challenge: Challenge, who: User, judge: Judge | None, team: Team, criterion: Criterion) -> None:
    match what, judge:
        case "name", _:
            name_judge(challenge, person=who)
        case "excuse", _:
            excuse_judge(challenge, person=who, reason="Болен")
        case "score", Judge():
            write_sheet(judge, team, points={criterion.pk: 1}, comment="", by=who)
        case "finish", Judge():
            finish_judging(judge, by=who)


# --- Who cannot go on, and the result ---------------------------------------------------------------------------


def test_the_association_names_and_excuses_judges_during_the_defence(
    office: Client, defended: Challenge, judges: list[Judge], head: User
) -> None:
    finish(judges[0], (9, 17), (2, 3))
    ill = person(judges[1])
    place = f"/admin/projects/challenge/{defended.pk}/"
    excused = {"email": ill.email, "reason": "Болен"}
    assert office.post(f"{place}excuse_judge_this/", excused).status_code == 409  # two are the fewest
    third = UserFactory(email="third@example.org")
    told()
    assert office.post(f"{place}name_judge_this/", {"email": third.email}).status_code == 302
    assert third.email in told()
    assert office.post(f"{place}excuse_judge_this/", {**excused, "reason": " "}).status_code == 200
    assert office.post(f"{place}excuse_judge_this/", excused).status_code == 302
    assert statuses(PAGE, ill) == [404]
    assert not all_are_in(defended)
    finish(defended.judges.get(user=third), (1, 1), (1, 1))
    assert all_are_in(defended)
    assert refusal(lambda: excuse_judge(defended, person=third, reason="Поздно")) == "other_state"
    assert refusal(lambda: name_judge(defended, person=UserFactory())) == "other_state"


def test_who_is_excused_last_opens_the_scores_and_does_not_count(
    defended: Challenge, judges: list[Judge], head: User
) -> None:
    third = name_judge(defended, person=UserFactory())
    score(third, (0, 0), (0, 0))
    for judge in judges:
        finish(judge, (9, 17), (2, 3))
    told()
    excuse_judge(defended, person=person(third), reason="Болен")
    assert head.email in told()
    assert [one.total for one in results(defended)] == [Decimal("26.0"), Decimal("5.0")]


def test_the_company_writes_the_result_and_publishes_it(
    client: Client, defended: Challenge, judges: list[Judge], head: User, teacher: User
) -> None:
    client.force_login(head)
    first, second = defended.teams.order_by("pk")
    first.participants.update(teacher=teacher)
    typed = {"outcome": "Два датчика", f"award-{second.pk}": "winner"}
    assert client.post(f"{COMPANY}result/", typed).status_code == 409
    assert client.post(f"{COMPANY}moves/complete/").status_code == 409
    for judge in judges:
        finish(judge, (2, 3), (9, 17))
    assert client.post(f"{COMPANY}moves/complete/").status_code == 409  # what has come of it is not written
    assert errors_of(client.post(f"{COMPANY}result/", {}))["outcome"]
    assert client.post(f"{COMPANY}result/", typed).status_code == 302
    for address in ("/challenges/sensor/", "/api/v1/challenges/sensor/"):
        assert "Два датчика" not in words(Client().get(f"{address}?before"))
    told()
    assert client.post(f"{COMPANY}moves/complete/").status_code == 302
    assert told() == {teacher.email: "Подведены итоги для команды «Искра»: Датчик"}
    page = read("/challenges/sensor/?after")
    assert "Два датчика" in page
    assert page.index("Луч") < page.index("Искра")
    assert "Победитель" in page
    assert "Два датчика" in words(Client().get("/api/v1/challenges/sensor/?after"))
    assert {*defended.teams.values_list("state", flat=True)} == {TeamState.FINISHED}
    assert client.post(f"{COMPANY}result/", typed).status_code == 409
    assert refusal(lambda: move_team(first, move="withdraw", who=Who.LEAD, by=None)) == "other_state"


def test_only_head_and_coordinators_write_the_result_and_everybody_of_the_company_reads_the_scores(
    client: Client, defended: Challenge, judges: list[Judge]
) -> None:
    viewer = RepresentativeFactory(organisation=Organisation.objects.get(slug="plant"), role=Role.VIEWER).user
    for judge in judges:
        finish(judge, (9, 17), (2, 3))
    client.force_login(viewer)
    assert "26,0 из 30" in words(client.get(f"{COMPANY}result/"))
    assert client.post(f"{COMPANY}result/", {"outcome": "Моё"}).status_code == 403


def test_whose_account_is_erased_keeps_nobody_waiting_and_finished_scores_stay(
    defended: Challenge, judges: list[Judge]
) -> None:
    finish(judges[0], (9, 17), (2, 3))
    erase = HOLDERS["challenge_judges"].erase
    assert erase
    for judge in judges:
        erase(Person(person(judge), frozenset(), timezone.now()))
    first, second = defended.judges.all()
    assert (first.user, first.excused_at, second.user) == (None, None, None)
    assert second.excused_at
    assert [one.total for one in results(defended)] == [Decimal("26.0"), Decimal("5.0")]


@pytest.mark.django_db(transaction=True)
def test_the_last_two_judges_finish_at_once_and_the_scores_open(defended: Challenge, judges: list[Judge]) -> None:
    for judge in judges:
        score(judge, (9, 17), (2, 3))

    first, second = judges
    outcomes: list[object] = []
    with transaction.atomic():
        finish_judging(first, by=person(first))
        thread = in_thread(lambda: noted(lambda: finish_judging(second, by=person(second)), outcomes))
        wait_for_waiting(1)  # for the challenge: until then neither knows of the other
    thread.join()
    assert [type(one) for one in outcomes] == [Judge]
    assert all_are_in(defended)
    assert Notification.objects.filter(key=f"scores {defended.pk}").count() == 1


@pytest.mark.parametrize(
    "wrong", [{"excused_at": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)}], ids=["excused late"]
)
def test_the_database_excuses_nobody_who_has_finished(
    wrong: dict[str, Any], defended: Challenge, judges: list[Judge]
) -> None:
    finish(judges[0], (9, 17), (2, 3))
    with pytest.raises(IntegrityError), transaction.atomic():
        Judge.objects.filter(pk=judges[0].pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        ScoreSheet.objects.create(judge=judges[0], team=defended.teams.order_by("pk")[0])

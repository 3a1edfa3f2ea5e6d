"""Teams at work: stages, what is handed in, and the company's answers."""

import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from members.models import Notification, Organisation, Role, User
from projects.life.challenges import move_challenge
from projects.life.machine import Who
from projects.life.sweep import STAGE_AHEAD, remind_of_stages
from projects.life.teams import move_team
from projects.life.work import MOST_STAGES, add_stage, answer_work, hand_in, remove_stage
from projects.models import Challenge, ChallengeStage, ChallengeState, StageWork, StageWorkState, Team, TeamState
from tests.factories.members import OrganisationFactory, RepresentativeFactory
from tests.factories.projects import ChallengeFactory, sent_team
from tests.projects.test_projects import errors_of, send
from tests.projects.test_teams import refusal, told
from tests.technoparks.test_public import read, statuses

pytestmark = pytest.mark.django_db
STAGES = "/dashboard/plant/challenges/sensor/stages/"


@pytest.fixture
def head() -> User:
    plant = OrganisationFactory(slug="plant", short_name="Завод")
    return RepresentativeFactory(organisation=plant, role=Role.HEAD).user


@pytest.fixture
def teacher() -> User:
    school = OrganisationFactory(slug="school", short_name="Школа")
    return RepresentativeFactory(organisation=school, role=Role.TEACHER).user


@pytest.fixture
def challenge(head: User) -> Challenge:
    return ChallengeFactory(slug="sensor", name="Датчик", company=Organisation.objects.get(slug="plant"))


@pytest.fixture
def team(challenge: Challenge, teacher: User) -> Team:
    """At work."""
    team = sent_team(challenge=challenge, lead=Organisation.objects.get(slug="school"), name="Искра")
    team.participants.update(teacher=teacher)
    accepted = move_team(team, move="accept", who=Who.COMPANY, by=None)
    accepted.challenge = move_challenge(challenge, move="begin", who=Who.LEAD, by=None)
    told()
    return accepted


@pytest.fixture
def stage(challenge: Challenge) -> ChallengeStage:
    return ChallengeStage.objects.create(
        challenge=challenge, name="Образец", expected="Видео", due_on=timezone.localdate() + datetime.timedelta(days=9)
    )


def handed(team: Team, stage: ChallengeStage, by: User, **more: Any) -> StageWork:
    return hand_in(team, stage=stage, by=by, **{"text": "<p>Готово</p>", "link": "", **more})


def test_work_begins_when_all_teams_are_answered_and_one_is_accepted(challenge: Challenge) -> None:
    def begun() -> str:
        return refusal(lambda: move_challenge(challenge, move="begin", who=Who.LEAD, by=None))

    assert begun() == "incomplete"
    accepted, waiting = sent_team(challenge=challenge), sent_team(challenge=challenge)
    move_team(accepted, move="accept", who=Who.COMPANY, by=None)
    assert begun() == "incomplete"
    move_team(waiting, move="decline", who=Who.COMPANY, by=None, reason="Мало опыта")
    Challenge.objects.update(applications_until=datetime.date(2020, 1, 1))  # over, as it is meant to be
    assert move_challenge(challenge, move="begin", who=Who.LEAD, by=None).state == ChallengeState.WORK
    assert refusal(lambda: sent_team(challenge=Challenge.objects.get())) == "closed"


def test_the_company_plans_stages_which_everybody_reads(client: Client, challenge: Challenge, head: User) -> None:
    client.force_login(head)
    assert errors_of(send(client, STAGES, name="Замысел"))["due_on"]
    due_on = timezone.localdate() + datetime.timedelta(days=20)
    typed = {"name": "Замысел", "expected": "Схема", "due_on": due_on.isoformat()}
    assert send(client, STAGES, **typed).status_code == 302
    [stage] = challenge.stages.all()
    assert "Замысел" in read("/challenges/sensor/")
    assert client.post(STAGES, {"remove": stage.pk}).status_code == 302
    assert not challenge.stages.exists()


def test_a_stage_in_which_something_is_handed_in_stays(
    challenge: Challenge, team: Team, stage: ChallengeStage, teacher: User
) -> None:
    handed(team, stage, teacher)
    assert refusal(lambda: remove_stage(challenge, stage=stage)) == "handed_in"


def test_stages_have_an_end_and_are_planned_only_before_the_defence(challenge: Challenge, head: User) -> None:
    typed = {"name": "Этап", "expected": "Схема", "due_on": timezone.localdate()}

    def added(key: str) -> ChallengeStage:
        return add_stage(challenge, typed=typed, by=head, key=key)

    assert added("one") == added("one")
    for number in range(1, MOST_STAGES):
        added(f"more-{number}")
    assert refusal(lambda: added("too many")) == "too_many"
    for state in ("review", "defence", "completed", "cancelled"):
        Challenge.objects.update(state=state)
        assert refusal(lambda: added("closed")) == "other_state"


def test_a_team_hands_in_and_the_company_answers(
    client: Client, team: Team, stage: ChallengeStage, teacher: User, head: User
) -> None:
    client.force_login(teacher)
    own = f"/dashboard/school/teams/{team.pk}/stages/{stage.pk}/"
    assert errors_of(client.post(own, {"text": "", "link": "x y"})).keys() == {"text", "link"}
    assert send(client, own, text="Собрали образец", link="https://video.example.org/1").status_code == 302
    assert told() == {head.email: "Команда «Искра» сдала работу: Образец"}
    client.force_login(head)
    page = f"/dashboard/plant/challenges/sensor/teams/{team.pk}/stages/{stage.pk}/"
    assert "Собрали образец" in read(page, head)
    assert client.post(page, {"said": "return", "remark": " "}).status_code == 409
    assert client.post(page, {"said": "return", "remark": "Нет замеров"}).status_code == 302
    assert told() == {teacher.email: "Компания вернула работу команды «Искра»: Образец"}
    assert "Нет замеров" in read(own, teacher)
    client.force_login(teacher)
    assert send(client, own, text="С замерами").status_code == 302
    told()
    client.force_login(head)
    assert client.post(page, {"said": "accept", "remark": ""}).status_code == 302
    assert told() == {teacher.email: "Компания приняла работу команды «Искра»: Образец"}
    assert client.post(page, {"said": "return", "remark": "Поздно"}).status_code == 409
    work = StageWork.objects.get()
    assert (work.state, work.by) == (StageWorkState.ACCEPTED, teacher)
    assert refusal(lambda: handed(team, stage, teacher)) == "accepted"


def test_answered_twice_alike_it_is_answered_once(team: Team, stage: ChallengeStage, teacher: User, head: User) -> None:
    work = handed(team, stage, teacher)
    answer_work(work, accepts=True, remark="", by=head)
    told()
    answer_work(work, accepts=True, remark="", by=head)
    assert told() == {}


def test_only_a_team_at_work_hands_in(team: Team, stage: ChallengeStage, teacher: User, challenge: Challenge) -> None:
    other = sent_team(challenge=ChallengeFactory())
    assert refusal(lambda: handed(other, stage, teacher)) == "other_state"
    move_team(team, move="withdraw", who=Who.LEAD, by=None)
    assert refusal(lambda: handed(team, stage, teacher)) == "other_state"
    Team.objects.filter(pk=team.pk).update(state=TeamState.ACCEPTED)
    Challenge.objects.filter(pk=challenge.pk).update(state=ChallengeState.DEFENCE)
    assert refusal(lambda: handed(team, stage, teacher)) == "other_state"


def test_work_is_read_by_the_team_and_the_company_alone(
    team: Team, stage: ChallengeStage, teacher: User, head: User
) -> None:
    handed(team, stage, teacher)
    viewer = RepresentativeFactory(organisation=Organisation.objects.get(slug="school"), role=Role.VIEWER).user
    stranger = RepresentativeFactory(role=Role.HEAD).user
    readers = (teacher, viewer, head, stranger, None)
    own, company = (
        f"/dashboard/school/teams/{team.pk}/stages/{stage.pk}/",
        f"/dashboard/plant/challenges/sensor/teams/{team.pk}/stages/{stage.pk}/",
    )
    assert statuses(own, *readers) == [200, 200, 404, 404, 302]
    assert statuses(company, *readers) == [404, 404, 200, 404, 302]
    client = Client()
    client.force_login(viewer)
    assert client.post(own, {"text": "Я тоже"}).status_code == 403


def test_a_stage_of_another_challenge_is_not_there(team: Team, teacher: User) -> None:
    other = ChallengeStage.objects.create(
        challenge=ChallengeFactory(), name="Чужой", expected="Схема", due_on=timezone.localdate()
    )
    assert statuses(f"/dashboard/school/teams/{team.pk}/stages/{other.pk}/", teacher) == [404]


def test_a_team_is_reminded_once_before_the_day_of_a_stage(team: Team, stage: ChallengeStage, teacher: User) -> None:
    assert remind_of_stages() == 0
    ChallengeStage.objects.update(due_on=timezone.localdate() + STAGE_AHEAD)
    assert (remind_of_stages(), remind_of_stages()) == (1, 1)
    assert Notification.objects.count() == 1
    [title] = told().values()
    assert title.startswith("Команде «Искра» пора сдавать работу")
    StageWork.objects.create(team=team, stage=stage, text="<p>Готово</p>", handed_in_at=timezone.now())
    assert remind_of_stages() == 0


@pytest.mark.parametrize("wrong", [{"state": "accepted"}, {"state": "returned", "answered_at": timezone.now()}])
def test_the_database_refuses_half_an_answer(
    wrong: dict[str, Any], team: Team, stage: ChallengeStage, teacher: User
) -> None:
    work = handed(team, stage, teacher)
    with pytest.raises(IntegrityError), transaction.atomic():
        StageWork.objects.filter(pk=work.pk).update(**wrong)

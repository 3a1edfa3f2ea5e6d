"""What a team and its company say of each other: each speaks before it reads."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from common.personal_data import HOLDERS, Person
from members.models import Notification, Organisation, Role, User
from projects.life.feedback import give_feedback, readable_by
from projects.models import FEEDBACK_WITHIN, FeedbackSide, Team, TeamFeedback, TeamMove, TeamState
from tests.at_once import at_once
from tests.factories.members import OrganisationFactory, RepresentativeFactory
from tests.factories.projects import ChallengeFactory, TeamFactory
from tests.projects.test_projects import errors_of, send
from tests.projects.test_teams import refusal, told
from tests.technoparks.test_public import read, statuses, words

pytestmark = pytest.mark.django_db
TEAM, COMPANY = FeedbackSide.TEAM, FeedbackSide.COMPANY


@pytest.fixture
def head() -> User:
    return RepresentativeFactory(organisation=OrganisationFactory(slug="plant"), role=Role.HEAD).user


@pytest.fixture
def team(head: User) -> Team:
    """Which has finished."""
    challenge = ChallengeFactory(slug="sensor", name="Датчик", company=Organisation.objects.get(slug="plant"))
    team = TeamFactory(
        challenge=challenge, lead=OrganisationFactory(slug="school"), name="Искра",
        state=TeamState.FINISHED, applied_at=timezone.now(),
    )  # fmt: skip
    TeamMove.objects.create(team=team, source=TeamState.ACCEPTED, target=TeamState.FINISHED)
    return team


@pytest.fixture
def teacher(team: Team) -> User:
    user = RepresentativeFactory(organisation=Organisation.objects.get(slug="school"), role=Role.TEACHER).user
    team.participants.update(teacher=user)
    return user


def say(team: Team, side: FeedbackSide, by: User, text: str = "") -> TeamFeedback:
    return give_feedback(team, side=side, rating=4, text=text, by=by)


def own(team: Team) -> str:
    return f"/dashboard/school/teams/{team.pk}/feedback/"


def of_company(team: Team) -> str:
    return f"/dashboard/plant/challenges/sensor/teams/{team.pk}/feedback/"


def end_the_term(team: Team) -> None:
    team.moves.update(at=timezone.now() - FEEDBACK_WITHIN)


def test_each_side_speaks_and_both_are_revealed_with_the_second(
    client: Client, office: Client, team: Team, head: User, teacher: User
) -> None:
    admin = f"/admin/projects/team/{team.pk}/change/"
    client.force_login(teacher)
    assert errors_of(client.post(own(team), {"rating": "6"}))["rating"]
    assert send(client, own(team), rating="5", text="Наставник помог").status_code == 302
    assert told() == {}
    assert "Наставник помог" in read(own(team), teacher)
    assert "Наставник помог" not in read(of_company(team), head)
    assert "Наставник помог" not in words(office.get(admin))
    client.force_login(head)
    assert send(client, of_company(team), rating="4", text="Сильная команда").status_code == 302
    title = "Отзывы открыты: команда «Искра», Датчик"
    assert told() == {head.email: title, teacher.email: title}
    for page, reader in ((own(team), teacher), (of_company(team), head)):
        assert all(said in read(page, reader) for said in ("Наставник помог", "Сильная команда"))
    assert "Наставник помог" in words(office.get(admin))
    assert client.post(of_company(team), {"rating": "1", "text": "Передумали"}).status_code == 409


def test_at_the_end_of_the_term_it_is_revealed_and_nobody_answers_what_they_read(
    team: Team, head: User, teacher: User
) -> None:
    say(team, TEAM, teacher, "Наставник помог")
    assert readable_by(team, COMPANY) == []
    end_the_term(team)
    assert [one.text for one in readable_by(team, COMPANY)] == ["Наставник помог"]
    assert refusal(lambda: say(team, COMPANY, head)) == "other_state"
    assert "Наставник помог" in read(of_company(team), head)


@pytest.mark.parametrize("state", [TeamState.ACCEPTED, TeamState.CALLED_OFF])
def test_there_is_nothing_to_say_before_the_result(state: TeamState, team: Team, head: User, teacher: User) -> None:
    team.moves.all().delete()
    Team.objects.update(state=state)
    assert statuses(own(team), teacher) == [404]
    assert statuses(of_company(team), head) == [404]
    assert refusal(lambda: say(team, TEAM, teacher)) == "other_state"


def test_each_side_speaks_once(team: Team, teacher: User) -> None:
    say(team, TEAM, teacher)
    assert refusal(lambda: say(team, TEAM, teacher)) == "given"


def test_who_may_not_speak_for_a_side_reads(team: Team, teacher: User, head: User) -> None:
    school, plant = Organisation.objects.get(slug="school"), Organisation.objects.get(slug="plant")
    for address, organisation in ((own(team), school), (of_company(team), plant)):
        viewer = RepresentativeFactory(organisation=organisation, role=Role.VIEWER).user
        assert statuses(address, viewer, RepresentativeFactory(role=Role.HEAD).user, None) == [200, 404, 302]
        client = Client()
        client.force_login(viewer)
        assert client.post(address, {"rating": "5"}).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_both_speak_at_once_and_both_are_told_once(team: Team, teacher: User, head: User) -> None:
    at_once(lambda: say(team, TEAM, teacher), lambda: say(team, COMPANY, head))
    assert TeamFeedback.objects.revealed().count() == 2
    assert Notification.objects.filter(key=f"feedback {team.pk}").count() == 2


@pytest.mark.parametrize("wrong", [{"rating": 0}, {"rating": 6}])
def test_the_database_refuses_other_ratings(wrong: dict[str, Any], team: Team, teacher: User) -> None:
    given = say(team, TEAM, teacher)
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamFeedback.objects.filter(pk=given.pk).update(**wrong)


def test_what_somebody_has_said_is_in_their_copy_and_stays(team: Team, teacher: User) -> None:
    say(team, TEAM, teacher, "Наставник помог")
    holder = HOLDERS["team_feedback"]
    person = Person(teacher, frozenset(), timezone.now())
    [record] = holder.collect(person)
    assert "Наставник помог" in {entry.shown for entry in record}
    assert holder.erase
    assert holder.erase(person) == 1
    assert TeamFeedback.objects.get().by is None

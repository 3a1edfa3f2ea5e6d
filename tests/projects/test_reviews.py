"""Experts on a challenge: whom the office asks, what they say, and when the company reads it."""

import datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from common.personal_data import HOLDERS, Person
from members.models import Organisation, Role, User
from projects.life.challenges import move_challenge
from projects.life.machine import Who
from projects.life.reviews import answer_review, ask_expert, decline_review
from projects.life.sweep import remind_of_reviews
from projects.models import Challenge, ChallengeReview, ChallengeState, Verdict
from tests.factories.members import OrganisationFactory, RepresentativeFactory, UserFactory
from tests.factories.projects import ChallengeFactory
from tests.projects.test_projects import errors_of, send
from tests.projects.test_teams import refusal, told
from tests.technoparks.test_public import read, statuses

pytestmark = pytest.mark.django_db
REMARKS = {"task": "Назовите, чем меряют шум", "terms": ""}
PAGE = "/challenges/drone/review/"


@pytest.fixture
def plant() -> Organisation:
    return OrganisationFactory(slug="plant", short_name="Завод")


@pytest.fixture
def challenge(plant: Organisation) -> Challenge:
    challenge = ChallengeFactory(slug="drone", name="Винт", company=plant, state=ChallengeState.DRAFT)
    return move_challenge(challenge, move="submit", who=Who.LEAD, by=None)


@pytest.fixture
def expert() -> User:
    return UserFactory(email="expert@example.org", last_name="Знатоков")


@pytest.fixture
def review(challenge: Challenge, expert: User) -> ChallengeReview:
    return ask_expert(challenge, expert=expert, by=UserFactory(is_staff=True))


def test_the_office_asks_an_expert_by_the_address_of_an_account(
    office: Client, challenge: Challenge, expert: User
) -> None:
    page = f"/admin/projects/challenge/{challenge.pk}/ask_expert_this/"
    assert office.post(page, {"email": "nobody@example.org"}).status_code == 200
    assert office.post(page, {"email": "Expert@example.org"}).status_code == 302
    assert office.post(page, {"email": "expert@example.org"}).status_code == 302  # asked already
    [review] = challenge.reviews.all()
    assert (review.expert, review.answer_by) == (expert, timezone.localdate() + datetime.timedelta(days=5))
    assert told() == {expert.email: "Ассоциация просит вас высказаться о кейсе: Винт"}
    assert "Знатоков" in office.get(f"/admin/projects/challenge/{challenge.pk}/change/").content.decode()


def test_who_is_asked_reads_the_challenge_until_the_association_has_answered(
    challenge: Challenge, expert: User, review: ChallengeReview
) -> None:
    def who_reads(address: str) -> list[int]:
        return statuses(address, expert, UserFactory(), None)

    assert who_reads("/challenges/drone/") == [200, 404, 404]
    assert who_reads(PAGE) == [200, 404, 302]
    assert "Высказаться как эксперт" in read("/challenges/drone/", expert)
    ask_expert(challenge, expert=UserFactory(), by=expert)
    assert [*Challenge.objects.visible_to(expert)] == [challenge]  # once, however many are asked
    move_challenge(challenge, move="return", who=Who.STAFF, by=None, reason="Уточните")
    assert who_reads("/challenges/drone/") == [404, 404, 404]


@pytest.mark.parametrize("state", ["draft", "open", "cancelled"])
def test_nobody_is_asked_of_what_is_not_looked_through(state: str, expert: User) -> None:
    assert refusal(lambda: ask_expert(ChallengeFactory(state=state), expert=expert, by=expert)) == "other_state"


def test_neither_the_company_nor_a_closed_account_is_an_expert(challenge: Challenge, plant: Organisation) -> None:
    own = RepresentativeFactory(organisation=plant, role=Role.VIEWER).user
    assert refusal(lambda: ask_expert(challenge, expert=own, by=own)) == "own_challenge"
    assert refusal(lambda: ask_expert(challenge, expert=UserFactory(is_active=False), by=own)) == "closed_account"


def test_the_expert_answers_with_remarks_which_the_company_reads_unsigned_once_the_association_has_answered(
    client: Client, challenge: Challenge, expert: User, review: ChallengeReview, plant: Organisation
) -> None:
    head = RepresentativeFactory(organisation=plant, role=Role.HEAD).user
    staff = UserFactory(is_staff=True, is_superuser=True)
    told()
    client.force_login(expert)
    assert errors_of(send(client, PAGE, verdict="remarks"))["__all__"]
    assert send(client, PAGE, verdict="remarks", **REMARKS).status_code == 302
    assert told() == {staff.email: "Эксперт высказался о кейсе: Винт"}
    assert send(client, PAGE, task="Назовите прибор").status_code == 302  # the rest stays as it was
    assert told() == {}
    page = "/dashboard/plant/challenges/drone/"
    assert "Назовите прибор" not in read(page, head)
    move_challenge(challenge, move="return", who=Who.STAFF, by=None, reason="Уточните")
    assert "Назовите прибор" in read(page, head)
    assert "Можно открыть после ответа на замечания" in read(page, head)
    assert "Знатоков" not in read(page, head)
    assert send(client, PAGE, verdict="open").status_code == 409


def test_who_declines_is_asked_no_more_until_the_office_asks_anew(
    client: Client, challenge: Challenge, expert: User, review: ChallengeReview
) -> None:
    client.force_login(expert)
    assert client.post(f"{PAGE}decline/").status_code == 302
    assert statuses(PAGE, expert) == [404]
    assert statuses("/challenges/drone/", expert) == [404]
    assert refusal(lambda: answer_review(review, verdict=Verdict.OPEN, remarks={}, by=expert)) == "not_asked"
    ask_expert(challenge, expert=expert, by=UserFactory())
    assert statuses(PAGE, expert) == [200]


def test_after_an_answer_nobody_declines_and_nobody_answers_for_another(expert: User, review: ChallengeReview) -> None:
    other = UserFactory()
    assert refusal(lambda: answer_review(review, verdict=Verdict.OPEN, remarks={}, by=other)) == "not_asked"
    answer_review(review, verdict=Verdict.OPEN, remarks={}, by=expert)
    assert refusal(lambda: decline_review(review, by=expert)) == "answered"


def test_when_the_company_has_sent_it_again_the_same_expert_may_be_asked_again(
    challenge: Challenge, expert: User, review: ChallengeReview
) -> None:
    answer_review(review, verdict=Verdict.REMARKS, remarks=REMARKS, by=expert)
    assert ask_expert(challenge, expert=expert, by=UserFactory()).verdict == Verdict.REMARKS
    move_challenge(challenge, move="return", who=Who.STAFF, by=None, reason="Уточните")
    move_challenge(challenge, move="submit", who=Who.LEAD, by=None)
    told()
    again = ask_expert(challenge, expert=expert, by=UserFactory())
    assert (again.pk, again.verdict, again.remarks.count()) == (review.pk, "", 1)
    assert set(told()) == {expert.email}


def test_an_expert_is_reminded_once_on_the_last_day(expert: User, review: ChallengeReview) -> None:
    told()
    assert remind_of_reviews() == 0
    ChallengeReview.objects.update(answer_by=timezone.localdate())
    assert (remind_of_reviews(), remind_of_reviews()) == (1, 0)
    assert told() == {expert.email: "Ассоциация ждёт вашего отзыва о кейсе: Винт"}


@pytest.mark.parametrize("silence", ["answered", "declined", "decided"])
def test_nobody_is_reminded_of_what_is_done(
    silence: str, challenge: Challenge, expert: User, review: ChallengeReview
) -> None:
    ChallengeReview.objects.update(answer_by=timezone.localdate())
    match silence:
        case "answered":
            answer_review(review, verdict=Verdict.OPEN, remarks={}, by=expert)
        case "declined":
            decline_review(review, by=expert)
        case _:
            move_challenge(challenge, move="open", who=Who.STAFF, by=None)
    assert remind_of_reviews() == 0


@pytest.mark.parametrize(
    "wrong", [{"verdict": "open"}, {"answered_at": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)}]
)
def test_the_database_refuses_half_an_answer(wrong: dict[str, Any], review: ChallengeReview) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ChallengeReview.objects.filter(pk=review.pk).update(**wrong)


def test_what_an_expert_has_said_is_in_the_copy_of_their_data_and_stays_unsigned(
    expert: User, review: ChallengeReview
) -> None:
    answer_review(review, verdict=Verdict.REMARKS, remarks=REMARKS, by=expert)
    holder = HOLDERS["challenge_reviews"]
    person = Person(expert, frozenset({expert.email}), timezone.now())
    [record] = holder.collect(person)
    assert {"Винт", "Задача: Назовите, чем меряют шум"} <= {entry.shown for entry in record}
    assert holder.erase
    assert holder.erase(person) == 1
    assert ChallengeReview.objects.get().expert is None
    assert ChallengeReview.objects.get().remarks.count() == 1

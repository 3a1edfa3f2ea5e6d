"""Challenges of companies: who sees which, and how one is reviewed and opened for teams."""

import datetime
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import RuleViolated
from members.models import Notification, Organisation, Role
from projects.life.challenges import CHALLENGE_MOVES, lacking, move_challenge, possible_challenge_moves
from projects.life.machine import Who
from projects.models import PUBLIC_CHALLENGE_STATES, Challenge, ChallengeState
from projects.models.challenge import RESERVED_CHALLENGES
from tests.factories.members import OrganisationFactory, RepresentativeFactory, UserFactory
from tests.factories.projects import ChallengeFactory
from tests.technoparks.test_public import words

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
        "cancel": ({"open"}, "cancelled", {lead, staff}),
        "reopen": ({"cancelled"}, "open", {staff}),
    }


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(CHALLENGE_MOVES)), st.sampled_from(Who), st.sampled_from(["", "Нет срока"])),
        max_size=8,
    )
)
def test_whatever_is_asked_a_challenge_moves_as_the_table_says(asked: list[tuple[str, Who, str]]) -> None:
    with transaction.atomic():
        challenge = ChallengeFactory(state=ChallengeState.DRAFT)
        state, moved = ChallengeState.DRAFT, 0
        for name, who, reason in asked:
            rule = CHALLENGE_MOVES[name]
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
    assert [f"{move}_this" in page for move in CHALLENGE_MOVES] == [False, False, True, True, False, False]
    assert "Challenges: open for teams?" in words(office.get("/admin/"))
    assert office.post(f"{place}return_this/", {"reason": ""}).status_code == 200
    assert office.post(f"{place}open_this/").status_code == 302
    challenge.refresh_from_db()
    assert challenge.state == ChallengeState.OPEN
    assert office.post(f"{place}delete/", {"post": "yes"}).status_code == 403
    assert office.post(f"{place}cancel_this/", {"reason": "Закрыта линия"}).status_code == 302
    assert [*challenge.moves.values_list("target", "reason")] == [("open", ""), ("cancelled", "Закрыта линия")]


def test_every_state_leads_on() -> None:
    assert [state.label for state in PUBLIC_CHALLENGE_STATES] == ["Приём заявок", "Отозван компанией"]
    for state in ChallengeState:
        assert possible_challenge_moves(Challenge(state=state), who=Who.STAFF)

"""Teams that answer a challenge: who forms one, what each organisation accepts, and the company's answer."""

import datetime
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import RuleViolated
from members.models import Notification, Organisation, Role, User
from projects.life import teams as life
from projects.life.challenges import move_challenge
from projects.life.machine import Who
from projects.life.sweep import ESCALATE_AFTER, remind_of_answers
from projects.life.teams import (
    ANSWER_WITHIN,
    TEAM_MOVES,
    answer_invitation,
    begin_team,
    edit_team,
    free_places,
    invite,
    lacking_of_team,
    move_team,
    possible_team_moves,
    uninvite,
)
from projects.life.terms import fingerprint_of
from projects.models import (
    Challenge,
    ChallengeState,
    ChallengeTerms,
    Team,
    TeamParticipant,
    TeamState,
)
from tests.at_once import at_once
from tests.factories.members import OrganisationFactory, RepresentativeFactory, UserFactory
from tests.factories.projects import ChallengeFactory, TeamFactory, joined_team, sent_team
from tests.projects.test_projects import errors_of, send, typed
from tests.technoparks.test_public import read, statuses, words

pytestmark = pytest.mark.django_db
TYPED = {"kind": "school", "name": "Искра", "idea": "<p>Соберём датчик.</p>"}


@pytest.fixture
def plant() -> Organisation:
    return OrganisationFactory(slug="plant", short_name="Завод")


@pytest.fixture
def school() -> Organisation:
    return OrganisationFactory(slug="school", short_name="Школа")


@pytest.fixture
def challenge(plant: Organisation) -> Challenge:
    return ChallengeFactory(slug="sensor", name="Датчик", company=plant, team_kinds=["school", "mixed"], places=2)


@pytest.fixture
def teacher(school: Organisation, client: Client) -> User:
    user = RepresentativeFactory(organisation=school, role=Role.TEACHER).user
    client.force_login(user)
    return user


def begun(challenge: Challenge, organisation: Organisation, by: User, **changes: Any) -> Team:
    asked: dict[str, Any] = {"people": 3, "read": fingerprint_of(challenge), "key": "one", "typed": TYPED} | changes
    return begin_team(challenge, organisation=organisation, by=by, **asked)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(RuleViolated) as refused:
        act()
    return refused.value.code


def told() -> dict[str, str]:
    made = {one.user: one.title.replace("\xa0", " ") for one in Notification.objects.select_related("user")}
    Notification.objects.all().delete()
    return {user.email: title for user, title in made.items()}


# --- The life of a team ---------------------------------------------------------------------------------------


def test_the_table_of_moves_is_this() -> None:
    table = {name: (set(move.before), move.after, set(move.who)) for name, move in TEAM_MOVES.items()}
    company, staff, active = Who.COMPANY, Who.STAFF, {"gathering", "applied", "accepted"}
    assert table == {
        "apply": ({"gathering"}, "applied", {Who.LEAD}),
        "accept": ({"applied"}, "accepted", {company, staff}),
        "decline": ({"applied"}, "declined", {company, staff}),
        "withdraw": (active, "withdrawn", {Who.LEAD, staff}),
        "finish": ({"accepted"}, "finished", {Who.CHALLENGE}),
        "call_off": (active, "called_off", {Who.CHALLENGE}),
    }


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(TEAM_MOVES)), st.sampled_from(Who), st.sampled_from(["", "Мало опыта"])),
        max_size=8,
    )
)
def test_whatever_is_asked_a_team_moves_as_the_table_says(asked: list[tuple[str, Who, str]]) -> None:
    with transaction.atomic():
        team = TeamFactory()
        state, moved = TeamState.GATHERING, 0
        for name, who, reason in asked:
            rule = TEAM_MOVES[name]
            may = state in rule.before and who in rule.who and not (rule.needs_reason and not reason)
            if state == rule.after:
                assert move_team(team, move=name, who=who, by=None, reason=reason).state == state
            elif may:
                state, moved = TeamState(rule.after), moved + 1
                assert move_team(team, move=name, who=who, by=None, reason=reason).state == state
            else:
                with pytest.raises(RuleViolated):
                    move_team(team, move=name, who=who, by=None, reason=reason)
            assert Team.objects.get(pk=team.pk).state == state
        history = [*team.moves.values_list("source", "target")]
        assert len(history) == moved
        assert [source for source, _target in history[1:]] == [target for _source, target in history[:-1]]
        transaction.set_rollback(True)


def test_every_state_says_who_may_go_on() -> None:
    active = {"gathering", "applied", "accepted"}
    for state in TeamState:
        assert bool(possible_team_moves(Team(state=state), who=Who.LEAD)) == (state in active)
    assert possible_team_moves(Team(state="applied"), who=Who.COMPANY) == ["accept", "decline"]


def test_a_team_begins_with_the_terms_that_were_read(challenge: Challenge, school: Organisation, teacher: User) -> None:
    team = begun(challenge, school, teacher)
    assert begun(challenge, school, teacher) == team
    own = team.participants.get()
    assert (own.organisation, own.is_lead, own.people, own.teacher, own.state) == (school, True, 3, teacher, "joined")
    assert own.terms is not None
    assert (own.terms.terms, own.terms.rights) == (challenge.terms, challenge.rights)
    read_before = fingerprint_of(challenge)
    Challenge.objects.update(terms="<p>Права переходят компании.</p>")
    other = {"key": "two", "typed": TYPED | {"name": "Волна"}}
    assert refusal(lambda: begun(challenge, school, teacher, read=read_before, **other)) == "terms"
    challenge.refresh_from_db()
    later = begun(challenge, school, teacher, **other).participants.get()
    assert later.terms is not None
    assert "переходят" in later.terms.terms
    own.refresh_from_db()
    assert "переходят" not in own.terms.terms
    assert ChallengeTerms.objects.count() == 2


def test_a_team_is_refused_that_the_challenge_does_not_take(
    challenge: Challenge, plant: Organisation, school: Organisation, teacher: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert refusal(lambda: begun(challenge, school, teacher, typed=TYPED | {"kind": "research"})) == "other_kind"
    assert refusal(lambda: begun(challenge, plant, teacher)) == "own_challenge"
    begun(challenge, school, teacher)
    assert refusal(lambda: begun(challenge, school, teacher, key="two")) == "name_taken"
    monkeypatch.setattr(life, "MOST_TEAMS", 1)
    more = {"key": "three", "typed": TYPED | {"name": "Волна"}}
    assert refusal(lambda: begun(challenge, school, teacher, **more)) == "too_many"
    Challenge.objects.update(applications_until=timezone.localdate() - datetime.timedelta(days=1))
    assert refusal(lambda: begun(challenge, school, teacher, key="four")) == "closed"
    assert refusal(lambda: move_team(Team.objects.get(), move="apply", who=Who.LEAD, by=None)) == "closed"
    assert Team.objects.get().state == TeamState.GATHERING


def test_a_team_is_sent_when_it_has_enough_people_and_all_have_answered(challenge: Challenge) -> None:
    team = TeamFactory(challenge=challenge, kind="mixed")
    assert lacking_of_team(team) == ["хотя бы две организации"]
    guest = OrganisationFactory()
    invite(team, organisation=guest, by=UserFactory())
    assert lacking_of_team(team) == ["хотя бы две организации", "ответы всех, кого вы позвали"]
    answer_invitation(team, organisation=guest, by=UserFactory(), joins=True, people=40, read=fingerprint_of(challenge))
    assert [one.replace("\xa0", " ") for one in lacking_of_team(team)] == ["от 2 до 6 человек"]
    TeamParticipant.objects.filter(organisation=guest).update(people=2)
    assert refusal(lambda: move_team(team, move="accept", who=Who.COMPANY, by=None)) == "other_state"
    sent = move_team(team, move="apply", who=Who.LEAD, by=None)
    assert sent.answer_by == timezone.localdate() + ANSWER_WITHIN
    for act in (
        lambda: edit_team(team, typed=TYPED, people=2),
        lambda: invite(team, organisation=OrganisationFactory(), by=UserFactory()),
        lambda: uninvite(team, link=team.participants.get(organisation=guest)),
        lambda: answer_invitation(team, organisation=guest, by=UserFactory(), joins=False),
    ):
        assert refusal(act) == "other_state"


def test_who_is_invited_joins_with_the_terms_or_says_no(
    challenge: Challenge, plant: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    team, guest, by = TeamFactory(challenge=challenge, kind="mixed"), OrganisationFactory(), UserFactory()
    with_terms: dict[str, Any] = {"joins": True, "people": 2, "read": fingerprint_of(challenge), "by": by}
    assert refusal(lambda: answer_invitation(team, organisation=guest, **with_terms)) == "not_invited"
    assert refusal(lambda: invite(team, organisation=plant, by=by)) == "own_challenge"
    hidden = OrganisationFactory(is_published=False)
    assert refusal(lambda: invite(team, organisation=hidden, by=by)) == "not_published"
    assert refusal(lambda: invite(TeamFactory(), organisation=guest, by=by)) == "one_school"
    for _ in range(2):
        invite(team, organisation=guest, by=by)
    assert refusal(lambda: answer_invitation(team, organisation=guest, **with_terms | {"read": "x"})) == "terms"
    answer_invitation(team, organisation=guest, by=by, joins=False)
    assert team.participants.taking_part().count() == 1
    invite(team, organisation=guest, by=by)
    answer_invitation(team, organisation=guest, **with_terms)
    assert (team.participants.joined().count(), team.people) == (2, 5)
    uninvite(team, link=team.participants.get(is_lead=True))
    assert team.participants.count() == 2
    monkeypatch.setattr(life, "MOST_ORGANISATIONS", 2)
    assert refusal(lambda: invite(team, organisation=OrganisationFactory(), by=by)) == "too_many"


def test_the_last_place_is_taken_once(challenge: Challenge) -> None:
    one, other, third = (sent_team(challenge=challenge) for _ in range(3))
    for team in (one, other):
        move_team(team, move="accept", who=Who.COMPANY, by=None)
    assert free_places(challenge) == 0
    assert refusal(lambda: move_team(third, move="accept", who=Who.COMPANY, by=None)) == "no_place"
    move_team(one, move="withdraw", who=Who.LEAD, by=None)
    assert move_team(third, move="accept", who=Who.COMPANY, by=None).state == TeamState.ACCEPTED


@pytest.mark.django_db(transaction=True)
def test_of_two_acceptances_of_the_last_place_at_once_one_holds() -> None:
    challenge = ChallengeFactory(places=1)
    teams = [sent_team(challenge=challenge) for _ in range(4)]

    def accept(team: Team) -> str:
        try:
            return move_team(team, move="accept", who=Who.COMPANY, by=None).state
        except RuleViolated as refused:
            return refused.code

    answers = at_once(*(partial(accept, team) for team in teams))
    assert sorted(map(str, answers)) == ["accepted", "no_place", "no_place", "no_place"]
    assert Team.objects.filter(state=TeamState.ACCEPTED).count() == 1


def test_a_withdrawn_challenge_takes_its_teams_along(challenge: Challenge, school: Organisation) -> None:
    head = RepresentativeFactory(organisation=school, role=Role.HEAD).user
    gathering, sent = TeamFactory(challenge=challenge, lead=school, name="Искра"), sent_team(challenge=challenge)
    declined = move_team(sent_team(challenge=challenge), move="decline", who=Who.COMPANY, by=None, reason="Нет")
    Notification.objects.all().delete()
    move_challenge(challenge, move="cancel", who=Who.STAFF, by=None, reason="Закрыта линия")
    states = [Team.objects.get(pk=team.pk).state for team in (gathering, sent, declined)]
    assert states == ["called_off", "called_off", "declined"]
    assert gathering.moves.get().reason == "Закрыта линия"
    assert told()[head.email] == "Кейс команды «Искра» отозван: Датчик"


def test_both_sides_hear_of_each_step_in_their_own_language(
    challenge: Challenge, plant: Organisation, school: Organisation, teacher: User
) -> None:
    director = RepresentativeFactory(organisation=plant, role=Role.HEAD).user
    english = RepresentativeFactory(organisation=plant, role=Role.COORDINATOR, user__language="en").user
    other_teacher = RepresentativeFactory(organisation=school, role=Role.TEACHER).user
    head = RepresentativeFactory(organisation=school, role=Role.HEAD).user
    team = begun(challenge, school, teacher)
    assert told() == {}
    move_team(team, move="apply", who=Who.LEAD, by=teacher)
    links = {*Notification.objects.values_list("link", flat=True)}
    assert links == {f"/dashboard/plant/challenges/sensor/teams/{team.pk}/"}
    assert told() == {
        director.email: "Команда «Искра» подала заявку: Датчик",
        english.email: "The team “Искра” applies: Датчик",
    }
    move_team(team, move="accept", who=Who.COMPANY, by=director)
    assert {*Notification.objects.values_list("link", flat=True)} == {f"/dashboard/school/teams/{team.pk}/"}
    heard = told()
    assert heard == dict.fromkeys((teacher.email, head.email), "Команда «Искра» принята: Датчик")
    assert other_teacher.email not in heard
    move_team(team, move="withdraw", who=Who.LEAD, by=head, reason="Заболели")
    assert {*told()} == {teacher.email, director.email, english.email}


def test_a_silent_company_is_reminded_once_and_then_the_office_is_told(
    challenge: Challenge, plant: Organisation
) -> None:
    director = RepresentativeFactory(organisation=plant, role=Role.HEAD).user
    office = UserFactory(is_staff=True, groups=["editors"])
    team = sent_team(challenge=challenge)
    Notification.objects.all().delete()
    assert remind_of_answers() == 0
    yesterday = timezone.localdate() - datetime.timedelta(days=1)
    Team.objects.update(answer_by=yesterday)
    assert [remind_of_answers() for _ in range(2)] == [1, 0]
    assert [*told()] == [director.email]
    Team.objects.update(answer_by=yesterday - ESCALATE_AFTER)
    assert [remind_of_answers() for _ in range(2)] == [1, 0]
    assert [*told()] == [office.email]
    move_team(team, move="decline", who=Who.STAFF, by=office, reason="Компания не отвечает")
    assert remind_of_answers() == 0


@pytest.mark.parametrize(
    "wrong",
    [{"people": 0}, {"terms": None}, {"accepted_at": None}, {"is_lead": True}],
    ids=lambda wrong: ", ".join(wrong),
)
def test_the_database_refuses_what_no_part_of_a_team_is(challenge: Challenge, wrong: dict[str, Any]) -> None:
    team = TeamFactory(challenge=challenge)
    part = joined_team(team, OrganisationFactory())
    with pytest.raises(IntegrityError), transaction.atomic():
        TeamParticipant.objects.filter(pk=part.pk).update(**wrong)


def test_the_database_refuses_two_teams_of_one_name_and_an_application_without_a_term(challenge: Challenge) -> None:
    team = TeamFactory(challenge=challenge)
    with pytest.raises(IntegrityError), transaction.atomic():
        Team.objects.create(challenge=challenge, kind="school", name=team.name, idea="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Team.objects.filter(pk=team.pk).update(state="applied")
    with pytest.raises(IntegrityError), transaction.atomic():
        joined_team(team, team.participants.get().organisation)


# --- Pages ----------------------------------------------------------------------------------------------------


def test_a_school_applies_and_a_company_answers(
    client: Client, challenge: Challenge, plant: Organisation, school: Organisation, teacher: User
) -> None:
    place_of_form = "/dashboard/school/teams/new/sensor/"
    assert place_of_form in client.get("/challenges/sensor/apply/").content.decode()
    form = client.get(place_of_form)
    assert "Права остаются у авторов" in words(form)
    lacks = errors_of(client.post(place_of_form, typed(form, kind="school", name="Искра", idea="Соберём.")))
    assert lacks == {"accepts": ["Обязательное поле."]}
    saved = client.post(place_of_form, typed(form, kind="school", name="Искра", idea="Соберём.", accepts="on"))
    team = Team.objects.get()
    assert saved["Location"] == f"/dashboard/school/teams/{team.pk}/"
    assert send(client, f"{saved['Location']}edit/", people=4, name="Искра 2").status_code == 302
    director = RepresentativeFactory(organisation=plant, role=Role.HEAD).user
    place = f"/dashboard/plant/challenges/sensor/teams/{team.pk}/"
    assert statuses(place, director) == [404]
    assert client.post(f"{saved['Location']}moves/apply/").status_code == 302
    assert "Ждёт ответа компании" in read(saved["Location"], teacher)
    company = Client()
    company.force_login(director)
    assert "Искра 2" in words(company.get("/dashboard/plant/challenges/sensor/"))
    assert "Команда «Искра 2» ждёт вашего ответа" in words(company.get("/dashboard/plant/")).replace("\xa0", " ")
    shown = words(company.get(place)).replace("\xa0", " ")
    for told_word in ("Соберём.", "4 человека", str(teacher), "условия кейса приняты"):
        assert told_word in shown, told_word
    assert errors_of(company.post(f"{place}moves/decline/", {"reason": ""})) == {"reason": ["Обязательное поле."]}
    assert company.post(f"{place}moves/accept/").status_code == 302
    public = read("/challenges/sensor/").replace("\xa0", " ")
    assert "Искра 2" in public
    assert "Свободно мест: 1 из 2" in public
    assert str(teacher) not in public
    assert client.post(f"{saved['Location']}moves/withdraw/").status_code == 302
    assert Team.objects.get().state == TeamState.WITHDRAWN


def test_a_team_of_two_schools_is_assembled_on_the_portal(
    client: Client, challenge: Challenge, school: Organisation, teacher: User
) -> None:
    other = OrganisationFactory(slug="lyceum", short_name="Лицей")
    guest = RepresentativeFactory(organisation=other, role=Role.TEACHER).user
    team = begun(challenge, school, teacher, typed=TYPED | {"kind": "mixed"})
    place = f"/dashboard/school/teams/{team.pk}/"
    assert "Лицей" in read(f"{place}organisations/?q=лицей", teacher)
    assert client.post(f"{place}organisations/", {"add": "lyceum"}).status_code == 302
    assert client.post(f"{place}moves/apply/").status_code == 409
    theirs = f"/dashboard/lyceum/teams/{team.pk}/"
    visitor = Client()
    visitor.force_login(guest)
    assert "Вас зовут в команды" in words(visitor.get("/dashboard/lyceum/teams/"))
    assert "Вашу организацию зовут" in words(visitor.get("/dashboard/lyceum/")).replace("\xa0", " ")
    assert visitor.post(f"{theirs}moves/apply/").status_code == 403
    assert visitor.get(f"{theirs}organisations/").status_code == 403
    assert send(visitor, f"{theirs}join/", people=2, accepts="on").status_code == 302
    assert client.post(f"{place}moves/apply/").status_code == 302
    assert Team.objects.get().people == 5
    assert visitor.post(f"{theirs}leave/").status_code == 302
    assert TeamParticipant.objects.joined().count() == 2


def test_what_has_changed_meanwhile_is_read_anew_and_nothing_typed_is_lost(
    client: Client, challenge: Challenge, school: Organisation, teacher: User
) -> None:
    place = "/dashboard/school/teams/new/sensor/"
    form = typed(client.get(place), kind="school", name="Искра", idea="Соберём.", accepts="on")
    Challenge.objects.update(terms="<p>Права переходят компании.</p>")
    refused = client.post(place, form)
    assert refused.status_code == 409
    assert "Права переходят компании" in words(refused)
    assert "Условия тем временем изменились" in words(refused)
    again = typed(refused)
    assert (again["name"], again.get("accepts")) == ("Искра", None)
    assert not Team.objects.exists()
    assert client.post(place, again | {"accepts": "on"}).status_code == 302
    own = TeamParticipant.objects.get()
    assert own.terms is not None
    assert "переходят" in own.terms.terms


def test_who_speaks_for_nobody_is_told_how_to_apply(client: Client, challenge: Challenge, plant: Organisation) -> None:
    client.force_login(RepresentativeFactory(organisation=plant, role=Role.HEAD).user)
    assert "Покажите этот кейс своему педагогу" in words(client.get("/challenges/sensor/apply/"))
    both = RepresentativeFactory(organisation__short_name="Школа один", role=Role.TEACHER).user
    RepresentativeFactory(organisation__short_name="Школа два", role=Role.HEAD, user=both)
    RepresentativeFactory(organisation__short_name="Школа три", role=Role.VIEWER, user=both)
    shown = read("/challenges/sensor/apply/", both)
    assert [name in shown for name in ("Школа один", "Школа два", "Школа три")] == [True, True, False]
    Challenge.objects.update(state=ChallengeState.CANCELLED)
    assert "Приём заявок на этот кейс окончен" in read("/challenges/sensor/apply/", both)


@pytest.mark.parametrize("role", Role.values)
def test_head_coordinators_and_teachers_speak_for_an_organisation_in_a_team(
    client: Client, challenge: Challenge, school: Organisation, role: str
) -> None:
    team = TeamFactory(challenge=challenge, lead=school)
    client.force_login(RepresentativeFactory(organisation=school, role=role).user)
    answer = 403 if role == Role.VIEWER else 200
    place = f"/dashboard/school/teams/{team.pk}/"
    pages = ("edit/", "organisations/", "moves/withdraw/", "join/")
    assert {client.get(f"{place}{page}").status_code for page in pages} == {answer}
    assert client.get("/dashboard/school/teams/new/sensor/").status_code == answer
    assert client.get(place).status_code == 200


def test_a_team_is_seen_by_its_organisations_and_once_sent_by_the_company(
    challenge: Challenge, plant: Organisation, school: Organisation
) -> None:
    team = TeamFactory(challenge=challenge, lead=school)
    own, director, stranger = (
        RepresentativeFactory(organisation=one, role=Role.HEAD).user
        for one in (school, plant, OrganisationFactory(slug="other"))
    )
    office = UserFactory(is_staff=True)

    def seen() -> list[bool]:
        return [Team.objects.visible_to(user).exists() for user in (own, director, stranger, office)]

    assert seen() == [True, False, False, True]
    move_team(team, move="apply", who=Who.LEAD, by=None)
    assert seen() == [True, True, False, True]
    assert statuses(f"/dashboard/other/teams/{team.pk}/", stranger) == [404]
    assert statuses(f"/dashboard/school/teams/{team.pk}/", stranger, director) == [404, 404]


def test_the_page_of_a_challenge_asks_as_much_for_three_teams_as_for_one(
    client: Client, challenge: Challenge, plant: Organisation
) -> None:
    Challenge.objects.update(places=10)
    client.force_login(RepresentativeFactory(organisation=plant, role=Role.HEAD).user)
    numbers: dict[int, list[int]] = {}
    for number in (0, 1, 3):  # what is known of regions and directions stays known from the first time on
        while challenge.teams.count() < number:
            team = sent_team(challenge=challenge)
            move_team(team, move="accept", who=Who.COMPANY, by=None)
        asked = []
        for page in ("/dashboard/plant/challenges/sensor/", "/challenges/sensor/"):
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200
            asked.append(len(queries))
        numbers[number] = asked
    assert numbers[1] == numbers[3]


def test_the_office_answers_in_the_place_of_a_silent_company(office: Client, challenge: Challenge) -> None:
    team = sent_team(challenge=challenge, name="Искра")
    Team.objects.update(answer_by=timezone.localdate() - datetime.timedelta(days=1))
    assert "Teams: the company is silent" in words(office.get("/admin/"))
    place = f"/admin/projects/team/{team.pk}/"
    page = office.get(f"{place}change/").content.decode()
    assert [move for move in TEAM_MOVES if f"{move}_this" in page] == ["accept", "decline", "withdraw"]
    assert office.get("/admin/projects/team/add/").status_code == 403
    assert office.post(f"{place}decline_this/", {"reason": ""}).status_code == 200
    assert office.post(f"{place}decline_this/", {"reason": "Компания не отвечает"}).status_code == 302
    assert [*team.moves.values_list("target", "reason")] == [("applied", ""), ("declined", "Компания не отвечает")]

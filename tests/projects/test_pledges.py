"""Pledges: given, delivered, confirmed by the receiver; added up, thanked for, counted by agreements."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.models import Agreement, Obligation, ObligationState
from cluster_portal.pages.due import due_of
from common.errors import RuleViolated
from members.models import Notification, Organisation, Role, User
from projects.life.machine import Who
from projects.life.pledges import MOST_PLEDGES, PLEDGE_MOVES, give_pledge, move_pledge, possible_pledge_moves
from projects.life.sweep import remind_of_pledges
from projects.models import (
    ParticipantRole,
    Pledge,
    PledgeKind,
    PledgeShown,
    PledgeState,
    Project,
    ProjectParticipant,
    ProjectState,
)
from projects.public.pledges import thanks, totals_by
from tests.at_once import at_once
from tests.factories.agreements import in_force, promise
from tests.factories.members import OrganisationFactory, RepresentativeFactory
from tests.factories.projects import ParticipantFactory, PledgeFactory, ProjectFactory
from tests.projects.test_projects import errors_of, send
from tests.projects.test_teams import refusal, told
from tests.technoparks.test_public import read, statuses

pytestmark = pytest.mark.django_db
GIVEN = "/dashboard/plant/projects/garden/pledges/"


@pytest.fixture
def receiver() -> User:
    """Head of the school, which leads the project."""
    school = OrganisationFactory(slug="school", short_name="Школа")
    return RepresentativeFactory(organisation=school, role=Role.HEAD).user


@pytest.fixture
def donor() -> User:
    """Head of the plant, its partner."""
    plant = OrganisationFactory(slug="plant", short_name="Завод")
    return RepresentativeFactory(organisation=plant, role=Role.HEAD).user


@pytest.fixture
def project(receiver: User, donor: User) -> Project:
    project = ProjectFactory(slug="garden", name="Теплица", lead=Organisation.objects.get(slug="school"))
    ParticipantFactory(project=project, organisation=Organisation.objects.get(slug="plant"))
    return project


@pytest.fixture
def pledge(project: Project) -> Pledge:
    """Twenty hours, in ten days."""
    return hours(project, 20)


def hours(project: Project, amount: int, **more: Any) -> Pledge:
    school, plant = (Organisation.objects.get(slug=slug) for slug in ("school", "plant"))
    due_on = timezone.localdate() + datetime.timedelta(days=10)
    told_of: dict[str, Any] = {"donor": plant, "receiver": school, "amount": amount, "due_on": due_on, "what": "Советы"}
    return PledgeFactory(project=project, **told_of | more)


def confirmed(pledge: Pledge, **delivered: Any) -> Pledge:
    sent = move_pledge(pledge, move="deliver", who=Who.DONOR, by=None, **delivered)
    return move_pledge(sent, move="confirm", who=Who.RECEIVER, by=None)


# --- The life of a pledge -------------------------------------------------------------------------------------


def test_the_table_of_moves_is_this() -> None:
    table = {name: (set(move.before), move.after, set(move.who)) for name, move in PLEDGE_MOVES.items()}
    gives, receives = {Who.DONOR, Who.STAFF}, {Who.RECEIVER, Who.STAFF}
    assert table == {
        "deliver": ({"pledged"}, "delivered", gives),
        "confirm": ({"delivered"}, "confirmed", receives),
        "refuse": ({"delivered"}, "pledged", receives),
        "withdraw": ({"pledged"}, "withdrawn", gives),
        "reopen": ({"confirmed", "withdrawn"}, "pledged", {Who.STAFF}),
    }
    assert {name for name, move in PLEDGE_MOVES.items() if move.needs_reason} == {"refuse", "withdraw", "reopen"}


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(PLEDGE_MOVES)), st.sampled_from(Who), st.sampled_from(["", "Не пришло"])),
        max_size=12,
    )
)
def test_whatever_is_asked_a_pledge_moves_as_the_table_says(asked: list[tuple[str, Who, str]]) -> None:
    with transaction.atomic():
        pledge = PledgeFactory()
        state, moved = PledgeState.PLEDGED, 0
        for name, who, reason in asked:
            rule = PLEDGE_MOVES[name]
            may = state in rule.before and who in rule.who and not (rule.needs_reason and not reason)
            if state == rule.after:
                assert move_pledge(pledge, move=name, who=who, by=None, reason=reason).state == state
            elif may:
                state, moved = PledgeState(rule.after), moved + 1
                assert move_pledge(pledge, move=name, who=who, by=None, reason=reason).state == state
            else:
                with pytest.raises(RuleViolated):
                    move_pledge(pledge, move=name, who=who, by=None, reason=reason)
            fresh = Pledge.objects.get(pk=pledge.pk)
            has_come = state in (PledgeState.DELIVERED, PledgeState.CONFIRMED)
            assert (fresh.state, fresh.delivered is not None) == (state, has_come)
            assert {*possible_pledge_moves(fresh, who=who)} == {
                name for name, move in PLEDGE_MOVES.items() if state in move.before and who in move.who
            }
        history = [*pledge.moves.values_list("source", "target")]
        assert len(history) == moved
        assert [source for source, _target in history[1:]] == [target for _source, target in history[:-1]]
        transaction.set_rollback(True)


def test_the_database_keeps_a_pledge_in_order(pledge: Pledge) -> None:
    school = Organisation.objects.get(slug="school")
    wrong: list[dict[str, Any]] = [
        {"amount": 0},
        {"source": "own"},
        {"kind": "money"},
        {"donor": school},
        {"state": "delivered"},
        {"delivered": 5},
        {"state": "confirmed", "delivered": 0, "delivered_on": timezone.localdate()},
    ]
    for values in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            Pledge.objects.update(**values)


def test_a_pledge_goes_to_confirmed_and_both_sides_hear_of_it(
    client: Client, project: Project, donor: User, receiver: User
) -> None:
    client.force_login(donor)
    due_on = (timezone.localdate() + datetime.timedelta(days=30)).isoformat()
    typed = {"kind": "hours", "what": "Советы инженеров", "amount": "20", "due_on": due_on}
    assert send(client, GIVEN, **{**typed, "kind": "money"}).status_code == 409  # where from?
    assert send(client, GIVEN, **{**typed, "amount": "-1"}).status_code == 409
    assert send(client, GIVEN, **typed).status_code == 302
    assert told() == {receiver.email: "Завод обещает вклад: Советы инженеров"}
    [pledge] = project.pledges.all()
    own = f"/dashboard/plant/pledges/{pledge.pk}/"
    assert client.post(f"{own}moves/confirm/").status_code == 409  # the receiver's
    assert errors_of(client.post(f"{own}moves/deliver/", {"delivered": "", "on": ""})).keys() == {"delivered", "on"}
    day = timezone.localdate()
    late = {"delivered": "18", "on": (day + datetime.timedelta(days=1)).isoformat()}
    assert client.post(f"{own}moves/deliver/", late).status_code == 409  # is still to come
    assert client.post(f"{own}moves/deliver/", {"delivered": "0", "on": day.isoformat()}).status_code == 409
    assert client.post(f"{own}moves/deliver/", {"delivered": "18", "on": day.isoformat()}).status_code == 302
    assert told() == {receiver.email: "Завод сообщает о передаче: Советы инженеров"}
    assert [due.title for due in due_of(pledge.receiver, receiver)] == [
        "Завод: вклад передан, подтвердите получение — Советы инженеров"
    ]
    client.force_login(receiver)
    theirs = f"/dashboard/school/pledges/{pledge.pk}/"
    assert errors_of(client.post(f"{theirs}moves/refuse/", {"reason": ""}))["reason"]
    assert client.post(f"{theirs}moves/refuse/", {"reason": "Пришли двое"}).status_code == 302
    assert told() == {donor.email: "Школа не подтверждает получение: Советы инженеров"}
    move_pledge(pledge, move="deliver", who=Who.DONOR, by=donor, delivered=Decimal(18))
    told()
    assert client.post(f"{theirs}moves/confirm/").status_code == 302
    assert told() == {donor.email: "Школа подтверждает получение: Советы инженеров"}
    assert client.get(f"{theirs}moves/nonsense/").status_code == 404
    shown = read("/projects/garden/")
    assert "Спасибо за помощь" in shown
    assert "Часы специалистов: обещано 20, получено 18" in shown


def test_who_has_delivered_does_not_confirm(project: Project, pledge: Pledge, donor: User) -> None:
    """One person may act for both organisations."""
    RepresentativeFactory(user=donor, organisation=pledge.receiver, role=Role.HEAD)
    sent = move_pledge(pledge, move="deliver", who=Who.DONOR, by=donor)
    assert refusal(lambda: move_pledge(sent, move="confirm", who=Who.RECEIVER, by=donor)) == "own_delivery"
    assert move_pledge(sent, move="confirm", who=Who.STAFF, by=donor).state == PledgeState.CONFIRMED


def test_a_pledge_withdrawn_and_delivered_at_once_is_one_of_both(transactional_db: None, pledge: Pledge) -> None:
    outcomes = at_once(
        lambda: move_pledge(pledge, move="deliver", who=Who.DONOR, by=None),
        lambda: move_pledge(pledge, move="withdraw", who=Who.DONOR, by=None, reason="Передумали"),
    )
    assert [one.code for one in outcomes if isinstance(one, RuleViolated)] == ["other_state"]
    assert pledge.moves.count() == 1


def test_pledges_are_of_participants_and_of_a_project_that_goes_on(project: Project, donor: User) -> None:
    school, plant = (Organisation.objects.get(slug=slug) for slug in ("school", "plant"))
    due_on = timezone.localdate()
    typed = {"kind": "hours", "what": "Советы", "amount": Decimal(2), "receiver": school, "due_on": due_on}

    def given_by(organisation: Organisation, key: str, **more: Any) -> Pledge:
        return give_pledge(project, donor=organisation, typed=typed | more, by=donor, key=key)

    assert given_by(plant, "one") == given_by(plant, "one")
    assert refusal(lambda: given_by(OrganisationFactory(), "foreign")) == "takes_no_part"
    assert refusal(lambda: given_by(plant, "to foreign", receiver=OrganisationFactory())) == "takes_no_part"
    assert refusal(lambda: given_by(school, "to itself")) == "inconsistent"
    for state in ("moderation", "completed", "stopped"):
        Project.objects.update(state=state)
        assert refusal(lambda: given_by(plant, "closed")) == "other_state"
    Project.objects.update(state=ProjectState.RUNNING)
    PledgeFactory.create_batch(MOST_PLEDGES - 1, project=project)
    assert refusal(lambda: given_by(plant, "too many")) == "too_many"


# --- Who reads what -------------------------------------------------------------------------------------------


def test_a_pledge_is_of_its_two_sides_and_the_lead_reads_those_of_the_project(
    project: Project, pledge: Pledge, donor: User, receiver: User
) -> None:
    partner, stranger = (RepresentativeFactory(role=Role.HEAD) for _number in range(2))
    ParticipantFactory(project=project, organisation=partner.organisation)
    viewer = RepresentativeFactory(organisation=pledge.donor, role=Role.VIEWER).user
    for slug, user, status in (("plant", donor, 200), ("school", receiver, 200), ("plant", viewer, 200)):
        assert statuses(f"/dashboard/{slug}/pledges/{pledge.pk}/", user) == [status]
    for other in (partner, stranger):
        assert statuses(f"/dashboard/{other.organisation.slug}/pledges/{pledge.pk}/", other.user) == [404]
    assert statuses(f"/dashboard/plant/pledges/{pledge.pk}/moves/deliver/", viewer) == [403]
    listed = f"/dashboard/{partner.organisation.slug}/projects/garden/pledges/"
    assert "Советы" in read(listed, partner.user)
    Pledge.objects.update(shown=PledgeShown.NAME)
    assert "Советы" not in read(listed, partner.user)
    assert "Советы" in read("/dashboard/school/projects/garden/pledges/", receiver)
    client = Client()
    client.force_login(viewer)
    assert client.post(GIVEN, {}).status_code == 403


def test_thanks_name_whom_they_may_and_how_much_where_they_may(project: Project) -> None:
    shy = OrganisationFactory(short_name="Скромный завод")
    hidden = OrganisationFactory(short_name="Тайный завод")
    gone = OrganisationFactory(short_name="Ушедший завод", is_published=False)
    for organisation in (shy, hidden, gone):
        ParticipantFactory(project=project, organisation=organisation)
    hours(project, 20)
    hours(project, 5, shown=PledgeShown.NOT)
    hours(project, 7, donor=shy, shown=PledgeShown.NAME)
    hours(project, 9, donor=hidden, shown=PledgeShown.NOT)
    hours(project, 9, donor=gone)
    withdrawn = hours(project, 100)
    move_pledge(withdrawn, move="withdraw", who=Who.DONOR, by=None, reason="Передумали")
    found = {one.organisation.title: [total.pledged for total in one.totals] for one in thanks(project)}
    assert found == {"Завод": [20], "Скромный завод": []}
    [told_of] = Client().get("/api/v1/projects/garden/").json()["thanks"]
    assert told_of == {
        "partner": "plant", "kind": "hours", "money_from": "", "pledged": "20.00", "confirmed": "0.00"
    }  # fmt: skip


def test_totals_are_by_partner_kind_and_source_of_money(project: Project, donor: User) -> None:
    confirmed(hours(project, 20), delivered=Decimal(15))
    hours(project, 10)
    for source, amount in (("own", 300_000), ("grant", 50_000)):
        hours(project, amount, kind=PledgeKind.MONEY, source=source)
    [partner] = totals_by("receiver", Pledge.objects.filter(donor__slug="plant"))
    assert [(one.kind, one.source, one.pledged, one.confirmed) for one in partner.totals] == [
        ("hours", "", 30, 15),
        ("money", "grant", 50_000, 0),
        ("money", "own", 300_000, 0),
    ]
    shown = read("/dashboard/plant/pledges/", donor).replace("\xa0", " ")
    assert "Деньги, ₽ (собственные средства): обещано 300 000" in shown
    client = Client()
    client.force_login(donor)
    table = b"".join(client.get("/dashboard/plant/pledges/export.csv")).decode("utf-8-sig")
    assert len(table.splitlines()) == 5
    assert "Теплица;Завод;Школа;Деньги, ₽;грант;Советы;50000.00" in table


def test_the_page_of_a_project_thanks_in_as_many_queries_however_many_give(project: Project) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            thanks(project)
        return len(asked)

    hours(project, 20)
    few = queries()
    for _number in range(4):
        organisation = OrganisationFactory()
        ParticipantFactory(project=project, organisation=organisation)
        hours(project, 3, donor=organisation)
    assert queries() == few


# --- Agreements count them ------------------------------------------------------------------------------------


@pytest.fixture
def owed(project: Project) -> Obligation:
    """Of the plant to the school: thirty places, by an agreement in force."""
    school, plant = (Organisation.objects.get(slug=slug) for slug in ("school", "plant"))
    agreement = in_force(plant, initiator=school, promises=(promise(owner=2, kind="places", amount="30"),))
    obligation = agreement.obligations.get()
    assert (obligation.owner, obligation.amount) == (plant, 30)
    return obligation


def places(project: Project, amount: int, **more: Any) -> Pledge:
    return hours(project, amount, kind=PledgeKind.PLACES, **more)


def test_what_is_confirmed_counts_for_the_obligation_by_itself(project: Project, owed: Obligation) -> None:
    first, second = (places(project, 20, obligation=owed) for _number in range(2))
    move_pledge(first, move="deliver", who=Who.DONOR, by=None)
    owed.refresh_from_db()
    assert owed.done == 0
    move_pledge(first, move="confirm", who=Who.RECEIVER, by=None)
    owed.refresh_from_db()
    assert (owed.done, owed.state) == (20, ObligationState.OPEN)
    confirmed(second, delivered=Decimal(12))
    owed.refresh_from_db()
    assert (owed.done, owed.state) == (32, ObligationState.FULFILLED)
    move_pledge(second, move="reopen", who=Who.STAFF, by=None, reason="Ошибка")
    owed.refresh_from_db()
    assert (owed.done, owed.state) == (20, ObligationState.OPEN)


def test_two_confirmed_at_once_both_count(transactional_db: None, project: Project, owed: Obligation) -> None:
    sent = [
        move_pledge(places(project, 10, obligation=owed), move="deliver", who=Who.DONOR, by=None)
        for _number in range(2)
    ]

    def confirming(one: Pledge) -> Any:
        return lambda: move_pledge(one, move="confirm", who=Who.RECEIVER, by=None)

    at_once(*map(confirming, sent))
    owed.refresh_from_db()
    assert owed.done == 20


def test_a_pledge_serves_an_obligation_of_its_kind_and_of_its_two_sides(
    client: Client, project: Project, owed: Obligation, donor: User
) -> None:
    client.force_login(donor)
    due_on = timezone.localdate().isoformat()
    typed = {"what": "Места", "amount": "5", "due_on": due_on, "obligation": owed.pk}
    assert send(client, GIVEN, kind="hours", **typed).status_code == 409
    stranger = OrganisationFactory()
    ParticipantFactory(project=project, organisation=stranger)
    assert send(client, GIVEN, kind="places", receiver=stranger.pk, **typed).status_code == 409
    Agreement.objects.update(state="terminated")
    assert "obligation" not in client.get(GIVEN).context["form"].fields
    Agreement.objects.update(state="active")
    assert send(client, GIVEN, kind="places", **typed).status_code == 302
    assert project.pledges.get().obligation == owed
    client.force_login(RepresentativeFactory(organisation=owed.agreement.initiator, role=Role.HEAD).user)
    other = client.get("/dashboard/school/projects/garden/pledges/")
    assert "obligation" not in other.context["form"].fields  # none of its own


# --- Reminders and the office ---------------------------------------------------------------------------------


def test_both_sides_are_reminded_once(project: Project, donor: User, receiver: User) -> None:
    with time_machine.travel(datetime.datetime(2026, 11, 24, 9, tzinfo=datetime.UTC), tick=False) as clock:
        pledge, seen = hours(project, 20), set[int]()

        def after(days: int) -> dict[str, str]:
            clock.move_to(datetime.datetime(2026, 11, 24, 9, tzinfo=datetime.UTC) + datetime.timedelta(days=days))
            remind_of_pledges()
            remind_of_pledges()
            fresh = Notification.objects.exclude(pk__in=seen).select_related("user")
            titles = {one.user.email: one.title for one in fresh}
            seen.update(fresh.values_list("pk", flat=True))
            return titles

        assert after(2) == {}
        assert after(3) == {donor.email: "Скоро срок вашего вклада: Советы"}
        assert after(11) == {donor.email: "Срок вашего вклада прошёл: Советы"}
        assert [due.is_overdue for due in due_of(pledge.donor, donor)] == [True]
        move_pledge(pledge, move="deliver", who=Who.DONOR, by=donor)
        seen.update(Notification.objects.values_list("pk", flat=True))
        assert after(17) == {}
        assert after(18) == {receiver.email: "Ждёт вашего подтверждения: Советы"}
        move_pledge(pledge, move="confirm", who=Who.RECEIVER, by=receiver)
        assert remind_of_pledges() == 0


def test_the_office_notes_what_was_promised_on_paper(office: Client, project: Project, donor: User) -> None:
    school, plant = (Organisation.objects.get(slug=slug) for slug in ("school", "plant"))
    form = {
        "project": project.pk, "donor": plant.pk, "receiver": school.pk, "kind": "money", "source": "",
        "amount": "300000", "due_on": "2027-01-10", "what": "Детали", "shown": "amounts",
        "moves-TOTAL_FORMS": 0, "moves-INITIAL_FORMS": 0,
    }  # fmt: skip
    add = "/admin/projects/pledge/add/"
    assert office.post(add, form).status_code == 200  # where from?
    assert office.post(add, form | {"source": "own", "receiver": OrganisationFactory().pk}).status_code == 200
    assert office.post(add, form | {"source": "own"}).status_code == 302
    pledge = Pledge.objects.get()
    page = f"/admin/projects/pledge/{pledge.pk}/"
    assert "300,000\xa0₽" in office.get("/admin/projects/pledge/").content.decode()
    assert office.post(f"{page}deliver_this/", {"delivered": "300000", "on": "2026-11-20"}).status_code == 302
    assert office.post(f"{page}confirm_this/").status_code == 302
    assert office.post(page, form | {"amount": "1", "source": "own"}).status_code == 302
    pledge.refresh_from_db()
    assert (pledge.state, pledge.amount) == (PledgeState.CONFIRMED, 300_000)  # what was agreed on stays


def test_whoever_leaves_still_gives_what_they_have_pledged(project: Project, pledge: Pledge, donor: User) -> None:
    ProjectParticipant.objects.filter(organisation=pledge.donor).exclude(role=ParticipantRole.LEAD).delete()
    assert confirmed(pledge).state == PledgeState.CONFIRMED

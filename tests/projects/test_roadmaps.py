"""Roadmaps: who says what of them, how dates slip and who is told, what waits for what, and how it is drawn."""

import datetime
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from cluster_portal.pages.due import due_of
from common.errors import RuleViolated
from members.models import Notification, Organisation, Role, User
from projects.life.machine import Who
from projects.life.roadmaps import (
    ITEM_MOVES,
    MOST_ITEMS,
    add_item,
    edit_item,
    move_item,
    possible_item_moves,
    remove_item,
    reschedule,
    waits_too_short,
)
from projects.life.sweep import remind_of_roadmaps
from projects.models import (
    ItemKind,
    ItemState,
    ParticipantRole,
    Project,
    ProjectState,
    RoadmapItem,
    Span,
)
from projects.organising.drafts import leave_project, remove_participant
from projects.public.roadmap import Roadmap, Timeline
from tests.at_once import at_once
from tests.factories.members import OrganisationFactory, RepresentativeFactory
from tests.factories.projects import ParticipantFactory, ProjectFactory, RoadmapItemFactory
from tests.projects.test_projects import errors_of, send
from tests.projects.test_teams import refusal, told
from tests.technoparks.test_public import read, statuses

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]
TODAY = datetime.date(2026, 11, 24)
OWN = "/dashboard/school/projects/garden/roadmap/"


def day(number: int) -> datetime.date:
    return TODAY + datetime.timedelta(days=number)


@pytest.fixture
def noon() -> Any:
    with time_machine.travel(datetime.datetime(2026, 11, 24, 9, tzinfo=datetime.UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def head() -> User:
    school = OrganisationFactory(slug="school", short_name="Школа")
    return RepresentativeFactory(organisation=school, role=Role.HEAD).user


@pytest.fixture
def engineer() -> User:
    plant = OrganisationFactory(slug="plant", short_name="Завод")
    return RepresentativeFactory(organisation=plant, role=Role.HEAD).user


@pytest.fixture
def project(head: User, engineer: User) -> Project:
    """Running; the school leads it, the plant is its partner."""
    project = ProjectFactory(slug="garden", name="Теплица", lead=Organisation.objects.get(slug="school"))
    ParticipantFactory(project=project, organisation=Organisation.objects.get(slug="plant"))
    return project


@pytest.fixture
def stage(project: Project) -> RoadmapItem:
    """Of the plant; from tomorrow for ten days."""
    return item(project, "Монтаж", 1, 10)


def item(project: Project, name: str, *days: int, owner: str = "plant", **more: Any) -> RoadmapItem:
    *first, last = map(day, days)
    kind = ItemKind.STAGE if first else ItemKind.MILESTONE
    of = Organisation.objects.get(slug=owner)
    starts_on = first[0] if first else None
    return RoadmapItemFactory(project=project, name=name, kind=kind, owner=of, starts_on=starts_on, due_on=last, **more)


def slip(item: RoadmapItem, days: int, by: User | None = None, reason: str = "Нет деталей") -> RoadmapItem:
    due_on = item.due_on + datetime.timedelta(days=days)
    return reschedule(item, starts_on=item.starts_on, due_on=due_on, reason=reason, by=by)


# --- Moves ----------------------------------------------------------------------------------------------------


def test_the_table_of_moves_is_this() -> None:
    table = {name: (set(move.before), move.after, set(move.who)) for name, move in ITEM_MOVES.items()}
    anybody, tending = {Who.OWNER, Who.LEAD, Who.STAFF}, {Who.LEAD, Who.STAFF}
    assert table == {
        "begin": ({"planned"}, "running", anybody),
        "finish": ({"planned", "running"}, "done", anybody),
        "drop": ({"planned", "running"}, "dropped", tending),
        "reopen": ({"done", "dropped"}, "planned", tending),
    }
    assert {name for name, move in ITEM_MOVES.items() if move.needs_reason} == {"drop", "reopen"}
    assert {name for name, move in ITEM_MOVES.items() if move.is_told} == {"finish", "drop", "reopen"}


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(ItemKind),
    st.lists(
        st.tuples(st.sampled_from(sorted(ITEM_MOVES)), st.sampled_from(Who), st.sampled_from(["", "Нет денег"])),
        max_size=12,
    ),
)
def test_whatever_is_asked_an_item_moves_as_the_table_says(kind: str, asked: list[tuple[str, Who, str]]) -> None:
    with transaction.atomic():
        starts_on = TODAY if kind == ItemKind.STAGE else None
        item = RoadmapItemFactory(kind=kind, starts_on=starts_on, due_on=TODAY)
        state, moved = ItemState.PLANNED, 0
        for name, who, reason in asked:
            rule = ITEM_MOVES[name]
            may = state in rule.before and who in rule.who and not (rule.needs_reason and not reason)
            may = may and not (name == "begin" and kind == ItemKind.MILESTONE)
            if state == rule.after:
                assert move_item(item, move=name, who=who, by=None, reason=reason).state == state
            elif may:
                state, moved = ItemState(rule.after), moved + 1
                assert move_item(item, move=name, who=who, by=None, reason=reason).state == state
            else:
                with pytest.raises(RuleViolated):
                    move_item(item, move=name, who=who, by=None, reason=reason)
            fresh = RoadmapItem.objects.get(pk=item.pk)
            assert (fresh.state, fresh.done_on is not None) == (state, state == ItemState.DONE)
        history = [*item.moves.values_list("source", "target")]
        assert len(history) == moved
        assert [source for source, _target in history[1:]] == [target for _source, target in history[:-1]]
        transaction.set_rollback(True)


def test_an_item_moves_while_its_project_goes_on(project: Project, stage: RoadmapItem) -> None:
    assert possible_item_moves(stage, who=Who.OWNER) == ["begin", "finish"]
    for state in ProjectState:
        Project.objects.update(state=state)
        fresh = RoadmapItem.objects.get()
        if state in (ProjectState.RUNNING, ProjectState.PAUSED):
            continue
        assert possible_item_moves(fresh, who=Who.LEAD) == []
        assert refusal(lambda one=fresh: move_item(one, move="begin", who=Who.LEAD, by=None)) == "other_state"  # type: ignore[misc]
        assert refusal(lambda one=fresh: slip(one, 3)) == "other_state"  # type: ignore[misc]


def test_what_has_happened_has_a_day_which_is_not_to_come(stage: RoadmapItem) -> None:
    def moved(move: str, on: int) -> RoadmapItem:
        return move_item(stage, move=move, who=Who.OWNER, by=None, on=day(on))

    assert refusal(lambda: moved("begin", 1)) == "to_come"
    assert moved("begin", -4).begun_on == day(-4)
    assert refusal(lambda: moved("finish", -5)) == "before_it_began"
    done = moved("finish", -2)
    assert (done.now, done.planned, done.slipped) == (Span(day(-4), day(-2)), Span(day(1), day(10)), -12)
    assert done.how.replace("\xa0", " ") == "Выполнено: 22 ноября 2026 г., на 12 дней раньше плана"
    open_again = move_item(done, move="reopen", who=Who.LEAD, by=None, reason="Ошибка")
    assert (open_again.begun_on, open_again.done_on, open_again.state) == (None, None, "planned")


def test_the_database_keeps_kinds_days_and_states_together(stage: RoadmapItem) -> None:
    wrong: list[dict[str, Any]] = [
        {"starts_on": None},
        {"kind": "milestone"},
        {"starts_on": day(11)},
        {"state": "done"},
        {"done_on": TODAY},
        {"state": "running"},
        {"state": "done", "begun_on": day(0), "done_on": day(-1)},
    ]
    for values in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            RoadmapItem.objects.update(**values)


# --- Dates ----------------------------------------------------------------------------------------------------


def test_a_roadmap_slips_and_all_participants_are_told(
    project: Project, stage: RoadmapItem, head: User, engineer: User
) -> None:
    harvest = item(project, "Урожай", 12, owner="school")
    harvest.after.set([stage])
    slip(stage, 5, by=engineer)
    again = slip(RoadmapItem.objects.get(pk=stage.pk), 16, by=engineer)
    assert (again.planned, again.now, again.slipped) == (Span(day(1), day(10)), Span(day(1), day(31)), 21)
    told_of = head.notifications.order_by("pk")
    assert [one.title.replace("\xa0", " ") for one in told_of] == [
        "Дорожная карта сдвинулась на 5 дней: Монтаж (Теплица)",
        "Дорожная карта сдвинулась на 16 дней: Монтаж (Теплица)",
    ]
    assert told_of[1].text.replace("\xa0", " ") == (
        "Срок был: 9 декабря 2026 г.\nСтал: 25 декабря 2026 г.\nПричина: Нет деталей\n\nОт этого зависят: Урожай"
    )
    assert not engineer.notifications.exists()  # who has said so
    assert waits_too_short(RoadmapItem.objects.get(pk=harvest.pk)) == [stage]
    shown = read("/projects/garden/roadmap/")
    for said in ("на 21 день позже плана", "сроки менялись 2 раза", "Нет деталей", "После: Монтаж"):
        assert said in shown.replace("\xa0", " ")


def test_sooner_and_another_beginning_are_told_in_their_own_words(stage: RoadmapItem, head: User) -> None:
    sooner = slip(stage, -2)
    assert told()[head.email] == "Раньше на 2 дня по дорожной карте: Монтаж (Теплица)"
    reschedule(sooner, starts_on=day(3), due_on=sooner.due_on, reason="Праздник", by=None)
    assert told()[head.email] == "Изменилось начало этапа: Монтаж (Теплица)"


def test_dates_change_with_a_reason_and_only_of_what_is_open(stage: RoadmapItem) -> None:
    assert refusal(lambda: slip(stage, 5, reason=" ")) == "reason_missing"
    assert refusal(lambda: slip(stage, -12)) == "inconsistent"  # ends before it begins
    assert slip(stage, 0, reason="").changes.count() == 0  # the same dates
    move_item(stage, move="finish", who=Who.OWNER, by=None)
    assert refusal(lambda: slip(stage, 5)) == "other_state"


def test_two_changes_at_once_stand_one_after_the_other(transactional_db: None, stage: RoadmapItem) -> None:
    """The second starts from what the first has left: no day is lost from the history."""
    at_once(lambda: slip(stage, 3), lambda: slip(stage, 9))
    first, second = stage.changes.all()
    assert first.due_before == day(10)
    assert second.due_before == first.due_after


# --- What waits for what --------------------------------------------------------------------------------------


def test_nothing_waits_for_itself_or_for_another_roadmap(project: Project, stage: RoadmapItem, head: User) -> None:
    harvest, sale = item(project, "Урожай", 12), item(project, "Продажа", 20)
    edit_item(harvest, typed={"after": [stage]}, by=head)
    edit_item(sale, typed={"after": [harvest]}, by=head)
    for others in ([sale], [stage], [harvest, sale]):
        assert refusal(lambda after=others: edit_item(stage, typed={"after": after}, by=head)) == "cycle"  # type: ignore[misc]
    foreign = RoadmapItemFactory()
    assert refusal(lambda: edit_item(stage, typed={"after": [foreign]}, by=head)) == "other_roadmap"
    assert not stage.after.exists()


def test_two_that_would_wait_for_each_other_at_once(
    transactional_db: None, project: Project, stage: RoadmapItem, head: User
) -> None:
    harvest = item(project, "Урожай", 12)
    outcomes = at_once(
        lambda: edit_item(harvest, typed={"after": [stage]}, by=head),
        lambda: edit_item(stage, typed={"after": [harvest]}, by=head),
    )
    assert [one.code for one in outcomes if isinstance(one, RuleViolated)] == ["cycle"]


# --- The lead draws it up -------------------------------------------------------------------------------------


def test_the_lead_adds_and_changes_and_the_owner_is_told(
    client: Client, project: Project, head: User, engineer: User
) -> None:
    client.force_login(head)
    plant = Organisation.objects.get(slug="plant")
    typed = {"name": "Монтаж", "owner": plant.pk, "due_on": day(9).isoformat()}
    assert send(client, OWN, **typed).status_code == 409  # a stage begins on a day
    assert errors_of(send(client, OWN, **{**typed, "owner": OrganisationFactory().pk}))["owner"]
    assert send(client, OWN, **typed, starts_on=day(2).isoformat()).status_code == 302
    assert told() == {engineer.email: "Ваша организация отвечает за пункт дорожной карты: Монтаж (Теплица)"}
    [added] = project.roadmap.all()
    page = f"{OWN}{added.pk}/edit/"
    assert "due_on" not in client.get(page).context["form"].fields  # what everybody has read
    school = Organisation.objects.get(slug="school")
    assert send(client, page, name="Сборка", owner=school.pk).status_code == 302
    added.refresh_from_db()
    assert (added.name, added.owner, added.due_on) == ("Сборка", school, day(9))
    assert refusal(lambda: edit_item(added, typed={"due_on": day(20)}, by=head)) == "dates"
    assert refusal(lambda: remove_item(added)) == "read"


def test_a_draft_is_changed_freely(client: Client, project: Project, stage: RoadmapItem, head: User) -> None:
    Project.objects.update(state=ProjectState.DRAFT)
    client.force_login(head)
    assert send(client, f"{OWN}{stage.pk}/edit/", due_on=day(30).isoformat()).status_code == 302
    stage.refresh_from_db()
    assert (stage.planned.last, stage.changes.count()) == (day(30), 0)
    assert client.post(OWN, {"remove": stage.pk}).status_code == 302
    assert not project.roadmap.exists()
    assert told() == {}


def test_a_roadmap_has_an_end_and_is_added_to_once(project: Project, head: User) -> None:
    school = Organisation.objects.get(slug="school")
    typed = {"kind": "milestone", "name": "Урожай", "owner": school, "due_on": day(5)}

    def added(key: str, **more: Any) -> RoadmapItem:
        return add_item(project, typed=typed | more, by=head, key=key)

    assert added("one") == added("one")
    assert refusal(lambda: added("two", owner=OrganisationFactory())) == "takes_no_part"
    RoadmapItemFactory.create_batch(MOST_ITEMS - 1, project=project, owner=school)
    assert refusal(lambda: added("too many")) == "many"
    for state in ("moderation", "completed", "stopped"):
        Project.objects.update(state=state)
        assert refusal(lambda: added("closed")) == "other_state"


def test_who_leaves_gives_to_the_lead_what_is_still_to_be_done(
    project: Project, stage: RoadmapItem, head: User, engineer: User
) -> None:
    done = item(project, "Замысел", -9, -5, state=ItemState.DONE, begun_on=day(-9), done_on=day(-5))
    plant, school = Organisation.objects.get(slug="plant"), Organisation.objects.get(slug="school")
    mentor = ParticipantFactory(project=project, organisation=plant, role=ParticipantRole.MENTOR)
    remove_participant(project, link=mentor)
    stage.refresh_from_db()
    assert stage.owner == plant  # still a partner
    leave_project(project, organisation=plant)
    stage.refresh_from_db()
    done.refresh_from_db()
    assert (stage.owner, done.owner) == (school, plant)
    assert told() == {head.email: "Ваша организация отвечает за пункт дорожной карты: Монтаж (Теплица)"}
    assert statuses(f"/dashboard/plant/projects/garden/roadmap/{stage.pk}/", engineer) == [404]


# --- Owners say how it goes -----------------------------------------------------------------------------------


def test_the_owner_says_how_it_goes_and_changes_nothing_else(
    client: Client, project: Project, stage: RoadmapItem, head: User, engineer: User
) -> None:
    own = item(project, "Урожай", 12, owner="school")
    client.force_login(engineer)
    base = "/dashboard/plant/projects/garden/roadmap/"
    assert client.get(f"{base}{own.pk}/").status_code == 200
    for refused in (f"{own.pk}/dates/", f"{own.pk}/moves/finish/", f"{stage.pk}/edit/"):
        assert client.get(base + refused).status_code == 403, refused
    assert client.post(base, {"name": "Своё"}).status_code == 403
    assert client.post(f"{base}{stage.pk}/moves/drop/", {"reason": "Не хотим"}).status_code == 409
    assert client.post(f"{base}{stage.pk}/moves/begin/", {"on": TODAY.isoformat()}).status_code == 302
    page = f"{base}{stage.pk}/dates/"
    assert "starts_on" not in client.get(page).context["form"].fields  # it has begun
    assert errors_of(client.post(page, {"due_on": day(20).isoformat(), "reason": ""}))["reason"]
    assert client.post(page, {"due_on": day(20).isoformat(), "reason": "Нет деталей"}).status_code == 302
    assert told() == {head.email: "Дорожная карта сдвинулась на 10 дней: Монтаж (Теплица)"}
    assert client.post(f"{base}{stage.pk}/moves/finish/", {"on": TODAY.isoformat()}).status_code == 302
    assert told() == {head.email: "Выполнено по дорожной карте: Монтаж (Теплица)"}
    assert client.post(page, {"due_on": day(30).isoformat(), "reason": "Ещё"}).status_code == 409
    assert client.get(f"{base}{stage.pk}/moves/nonsense/").status_code == 404


def test_the_lead_gives_up_and_opens_again(client: Client, stage: RoadmapItem, head: User, engineer: User) -> None:
    client.force_login(head)
    assert errors_of(client.post(f"{OWN}{stage.pk}/moves/drop/", {"reason": ""}))["reason"]
    assert client.post(f"{OWN}{stage.pk}/moves/drop/", {"reason": "Нет денег"}).status_code == 302
    assert told() == {engineer.email: "Отменено в дорожной карте: Монтаж (Теплица)"}
    assert "Отменено" in read("/projects/garden/roadmap/")
    assert client.post(f"{OWN}{stage.pk}/moves/reopen/", {"reason": "Нашли"}).status_code == 302
    assert told() == {engineer.email: "Снова открыто в дорожной карте: Монтаж (Теплица)"}


# --- Reminders ------------------------------------------------------------------------------------------------


def test_owners_are_reminded_once_and_the_lead_when_they_are_silent(
    noon: Any, stage: RoadmapItem, head: User, engineer: User
) -> None:
    def on(number: int) -> dict[str, str]:
        noon.move_to(datetime.datetime.combine(day(number), datetime.time(9), datetime.UTC))
        remind_of_roadmaps()
        remind_of_roadmaps()
        fresh = Notification.objects.exclude(pk__in=seen).select_related("user")
        titles = {one.user.email: one.title for one in fresh}
        seen.update(fresh.values_list("pk", flat=True))
        return titles

    seen: set[int] = set()
    assert on(2) == {}
    assert on(3) == {engineer.email: "Скоро срок: Монтаж (Теплица)"}
    assert on(10) == {}
    assert on(11) == {engineer.email: "Срок прошёл: Монтаж (Теплица)"}
    assert [due.title for due in due_of(stage.owner, engineer) if due.is_overdue] == ["По дорожной карте: Монтаж"]
    assert on(24) == {}
    assert on(25) == {head.email: "Нет вестей по дорожной карте: Монтаж (Теплица)"}
    slip(RoadmapItem.objects.get(), 30)
    seen.update(Notification.objects.values_list("pk", flat=True))
    assert on(33) == {engineer.email: "Скоро срок: Монтаж (Теплица)"}  # of the new day
    move_item(stage, move="finish", who=Who.OWNER, by=None)
    seen.update(Notification.objects.values_list("pk", flat=True))
    assert on(60) == {}


def test_nobody_is_reminded_of_what_rests_or_is_over(noon: Any, stage: RoadmapItem) -> None:
    for state in ("draft", "moderation", "paused", "completed", "stopped"):
        Project.objects.update(state=state)
        noon.move_to(datetime.datetime.combine(day(11), datetime.time(9), datetime.UTC))
        assert remind_of_roadmaps() == 0, state


# --- What everybody reads -------------------------------------------------------------------------------------


def test_the_page_of_a_project_shows_its_roadmap_and_the_file_has_the_same(
    project: Project, stage: RoadmapItem
) -> None:
    assert "Выполнено 0 из 1" in read("/projects/garden/")
    slip(stage, 5)
    lines = b"".join(Client().get("/projects/garden/roadmap.csv")).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Вид;Название;Кто отвечает;Начало по плану;Срок по плану")
    assert lines[1].replace("\xa0", " ") == (
        "Этап;Монтаж;Завод;2026-11-25;2026-12-04;2026-11-25;2026-12-09;;;Срок: 9 декабря 2026 г., на 5 дней позже плана"
    )


def test_a_roadmap_is_read_by_whoever_reads_its_project(
    project: Project, stage: RoadmapItem, head: User, engineer: User
) -> None:
    Project.objects.update(state=ProjectState.DRAFT)
    stranger = RepresentativeFactory(role=Role.HEAD).user
    for page in ("/projects/garden/roadmap/", "/projects/garden/roadmap.csv"):
        assert statuses(page, None, stranger, engineer, head) == [404, 404, 200, 200], page


def test_the_api_tells_plan_and_fact(project: Project, stage: RoadmapItem) -> None:
    harvest = item(project, "Урожай", 12, owner="school")
    harvest.after.set([stage])
    slip(stage, 5)
    told_of = Client().get("/api/v1/projects/garden/").json()["roadmap"]
    assert [one["name"] for one in told_of] == ["Урожай", "Монтаж"]
    assert told_of[1] | {"kind": "stage", "owner": "plant"} == told_of[1]
    assert (told_of[1]["planned_due_on"], told_of[1]["due_on"]) == ("2026-12-04", "2026-12-09")
    assert (told_of[1]["planned_starts_on"], told_of[0]["planned_starts_on"]) == ("2026-11-25", None)
    assert told_of[0]["after"] == [stage.pk]


def test_the_picture_has_every_day_in_its_place(project: Project, stage: RoadmapItem) -> None:
    item(project, "Урожай", 40)
    slip(stage, 20)
    roadmap = Roadmap.of(project)
    mounted, harvested = roadmap.drawn.lines
    assert mounted.planned
    assert mounted.planned.x == mounted.now.x
    assert 0 < mounted.planned.width < mounted.now.width < 100
    assert 0 < mounted.now.x < harvested.now.x < 100
    assert harvested.planned is None
    assert [label for _x, label in roadmap.drawn.ticks] == ["Дек 2026", "Янв 2027"]
    assert roadmap.drawn.today is not None
    assert roadmap.next == stage


@given(
    st.lists(st.tuples(st.integers(-4000, 4000), st.integers(0, 2000), st.integers(-500, 500)), min_size=1, max_size=9)
)
def test_whatever_the_days_the_picture_holds_them(spans: list[tuple[int, int, int]]) -> None:
    items = []
    for first, length, later in spans:
        one = RoadmapItem(pk=1, kind=ItemKind.STAGE, starts_on=day(first), due_on=day(first + length))
        one.begun_on = day(first + min(later, length))
        one._prefetched_objects_cache = {"changes": RoadmapItem.objects.none()}  # type: ignore[attr-defined]
        items.append(one)
    drawn = Timeline(items)
    for line in drawn.lines:
        for bar in filter(None, (line.now, line.planned)):
            assert 0 <= bar.x <= bar.x + bar.width <= 101
    assert 1 <= len(drawn.ticks) <= 5
    assert all(0 <= x <= 100 for x, _label in drawn.ticks)


def test_a_roadmap_is_read_in_as_many_queries_however_long_it_is(project: Project, stage: RoadmapItem) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as read_in:
            roadmap = Roadmap.of(Project.objects.get())
            assert [one.how and one.planned and [*one.after.all()] for one in roadmap.items]
            assert roadmap.drawn.lines
        return len(read_in)

    few = queries()
    for number in range(5):
        later = item(project, f"Этап № {number}", 2, 9 + number)
        later.after.set([stage])
        slip(later, 3)
    assert queries() == few


# --- The office -----------------------------------------------------------------------------------------------


def test_the_office_tends_a_roadmap_by_the_same_rules(
    office: Client, project: Project, stage: RoadmapItem, head: User
) -> None:
    page = f"/admin/projects/roadmapitem/{stage.pk}/"
    assert office.get("/admin/projects/roadmapitem/").status_code == 200
    assert office.post(f"{page}reschedule_this/", {"due_on": "2027-01-10", "reason": "Праздники"}).status_code == 409
    typed = {"starts_on": "2026-11-25", "due_on": "2027-01-10", "reason": "Праздники"}
    assert office.post(f"{page}reschedule_this/", typed).status_code == 302
    assert told()[head.email] == "Дорожная карта сдвинулась на 37 дней: Монтаж (Теплица)"
    assert office.post(f"{page}finish_this/", {"on": "2026-11-20"}).status_code == 302
    stage.refresh_from_db()
    assert (stage.state, stage.done_on) == ("done", datetime.date(2026, 11, 20))
    form = {
        "project": project.pk, "kind": "milestone", "name": "Урожай", "owner": OrganisationFactory().pk,
        "due_on": "2027-05-01",
        **{f"{name}-{key}": 0 for name in ("changes", "moves") for key in ("TOTAL_FORMS", "INITIAL_FORMS")},
    }  # fmt: skip
    assert office.post("/admin/projects/roadmapitem/add/", form).status_code == 200
    owner = Organisation.objects.get(slug="plant").pk
    assert office.post("/admin/projects/roadmapitem/add/", form | {"owner": owner}).status_code == 302
    assert project.roadmap.count() == 2

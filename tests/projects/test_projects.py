"""Projects: what everybody reads, who sees which, the life of one, and an organisation's own in its dashboard."""

import datetime
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.http import QueryDict
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from common.errors import RuleViolated
from common.models import OutgoingMail
from members.models import Kind, Notification, Organisation, Region, Role, User
from projects.life.projects import PROJECT_MOVES, Who, move_project, possible_moves
from projects.models import (
    PUBLIC_STATES,
    ParticipantRole,
    Project,
    ProjectMove,
    ProjectParticipant,
    ProjectResult,
    ProjectState,
)
from projects.models.project import RESERVED
from projects.organising import drafts
from projects.organising.drafts import add_participant, create_project, remove_result
from projects.policies import can_tend_project
from projects.public.listing import ProjectList, when
from tests.events.test_covers import picture
from tests.factories.agreements import concluded
from tests.factories.events import EventFactory
from tests.factories.members import OrganisationFactory, RepresentativeFactory, UserFactory
from tests.factories.projects import ParticipantFactory, ProjectFactory, ProjectResultFactory, ProjectUpdateFactory
from tests.factories.technoparks import LabFactory
from tests.technoparks.test_public import read, statuses, words

pytestmark = pytest.mark.django_db
LIST = "/dashboard/school/projects/"
NEW = {
    "kind": "joint",
    "name": "Умная теплица",
    "summary": "Школа и завод выращивают салат",
    "about": "Стенд, датчики, урожай.",
    "starts_on": "2026-09-01",
    "precision": "month",
}


@pytest.fixture
def school() -> Organisation:
    return OrganisationFactory(slug="school", short_name="Школа", kind=Kind.SCHOOL)


@pytest.fixture
def head(school: Organisation, client: Client) -> User:
    user = RepresentativeFactory(organisation=school, role=Role.HEAD).user
    client.force_login(user)
    return user


def found(query: str = "") -> list[str]:
    return [row.project.name for row in ProjectList(QueryDict(query)).rows]


def typed(page: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would send of the form on the page, with what a person has typed."""
    data = {}
    for bound in page.context["form"]:
        value = bound.value()
        if value not in (None, "", False):
            data[bound.html_name] = [getattr(one, "pk", one) for one in value] if isinstance(value, list) else value
    return data | changes


def send(client: Client, address: str, **changes: Any) -> Any:
    return client.post(address, typed(client.get(address), **changes))


def errors_of(response: Any) -> dict[str, list[str]]:
    return {name: [str(one) for one in errors] for name, errors in response.context["form"].errors.items()}


# --- What everybody reads -------------------------------------------------------------------------------------


def test_the_list_is_narrowed_by_words_and_filters_and_each_filter_counts_with_the_others() -> None:
    region = Region.objects.get(code="RU-PER")
    plant = OrganisationFactory(slug="plant", short_name="Завод «Лоретт»")
    tea = ProjectFactory(name="Чайный дом", kind="enterprise", region=region, audience=["pupils"])
    tea.directions.set([1])
    mill = ProjectFactory(name="Мельница", lead=plant, starts_on=datetime.date(2026, 1, 1), state="completed")
    ProjectFactory(name="Черновик", state=ProjectState.DRAFT, lead=plant)
    assert found() == ["Мельница", "Чайный дом"]
    for query in ("q=мельницы", "q=лорет", "organisation=plant", "state=completed", "audience=teachers"):
        assert found(query) == [mill.name], query
    slug = tea.directions.get().slug
    for query in ("q=пермский+предприятие", "region=RU-PER", f"direction={slug}", "kind=enterprise"):
        assert found(query) == [tea.name], query
    assert found("audience=pupils") == ["Мельница", "Чайный дом"]
    counted = ProjectList(QueryDict("kind=enterprise")).counts
    assert (counted.total, counted["kind"], counted["state"]) == (1, {"enterprise": 1, "joint": 1}, {"running": 1})
    listed = read("/projects/?organisation=plant&state=running")
    assert "Ничего не нашлось" in listed
    assert "Завод «Лоретт»" in listed


def test_the_list_and_its_feed_and_the_api_have_the_same_filters(client: Client) -> None:
    ProjectFactory(name="Чайный дом", kind="enterprise", summary="Чай & варенье")
    ProjectFactory(name="Мельница")
    feed = client.get("/projects/feed.rss?kind=enterprise").content.decode()
    assert re.findall(r"<item><title>(.*?)</title>", feed) == ["Чайный дом"]
    assert "Чай &amp; варенье" in feed
    listed = client.get("/api/v1/projects/?kind=enterprise").json()["results"]
    assert [one["name"] for one in listed] == ["Чайный дом"]
    assert client.get("/api/v1/projects/?kind=castle").status_code == 400
    assert "castle" in read("/projects/?kind=castle")


def test_a_list_asks_as_much_for_three_projects_as_for_one() -> None:
    def asked(address: str) -> int:
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert Client().get(address, headers={"cache-control": "no-cache"}).status_code == 200
        return len(queries)

    asked("/projects/")  # what is known of regions and directions stays known
    numbers = {}
    for number in (1, 3):
        while Project.objects.count() < number:
            project = ProjectFactory(lead=OrganisationFactory())
            ParticipantFactory(project=project)
            project.directions.set([1, 2])
        numbers[number] = [asked(f"{address}?n={number}") for address in ("/projects/", "/api/v1/projects/")]
    assert numbers[1] == numbers[3]


def test_the_page_tells_who_takes_part_how_it_goes_and_what_has_come_of_it(school: Organisation) -> None:
    lab = LabFactory(name="Цех")
    agreement = concluded(school, is_public=True)
    project = ProjectFactory(name="Теплица", lead=school, starts_on=datetime.date(2026, 9, 1), precision="month")
    ParticipantFactory(project=project, organisation__short_name="Завод", role=ParticipantRole.CUSTOMER)
    plant = project.participants.get(short_name="Завод")
    ParticipantFactory(project=project, organisation=plant, role=ParticipantRole.MENTOR)
    ParticipantFactory(project=project, organisation__short_name="Тень", organisation__is_published=False)
    project.labs.set([lab])
    project.agreements.set([agreement])
    ProjectUpdateFactory(project=project, name="Первый урожай")
    ProjectResultFactory(project=project, name="Чертежи")
    EventFactory(name="Защита", project=project)
    page = read("/projects/" + project.slug + "/")
    for told in (
        "Школа Головная организация", "Завод Заказчик, наставник",
        "Первый урожай", "Чертежи", "Цех", agreement.title, "Защита",
        "начало: сентябрь 2026",
    ):  # fmt: skip
        assert told in page, told
    assert "Тень" not in page
    detail = Client().get(f"/api/v1/projects/{project.slug}/").json()
    told_roles = [("Школа", "lead"), ("Завод", "customer"), ("Завод", "mentor")]
    assert [(one["name"], one["role"]) for one in detail["participants"]] == told_roles
    assert (detail["labs"], detail["agreements"]) == ([lab.pk], [agreement.reference])
    assert [one["url"] for one in detail["results"]] == ["https://report.example.org/"]
    assert [one["name"] for one in detail["updates"]] == ["Первый урожай"]


def test_an_event_names_its_project_and_is_found_by_it() -> None:
    shown, draft = ProjectFactory(name="Теплица"), ProjectFactory(name="Тайна", state=ProjectState.DRAFT)
    one, other = EventFactory(name="Защита", project=shown), EventFactory(name="Сбор", project=draft)
    assert "Теплица" in read(one.get_absolute_url())
    assert "Тайна" not in read(other.get_absolute_url())
    listed = Client().get(f"/api/v1/events/?project={shown.slug}").json()["results"]
    assert [event["name"] for event in listed] == ["Защита"]
    assert Client().get(f"/api/v1/events/?project={draft.slug}").json()["results"] == []
    known = [Client().get(f"/api/v1/events/{event.slug}/").json()["project"] for event in (one, other)]
    assert known == [shown.slug, None]
    assert "Теплица" in read(f"/events/?project={shown.slug}")


def test_an_organisation_shows_its_projects(school: Organisation) -> None:
    ProjectFactory(name="Теплица", lead=school)
    ProjectFactory(name="Тайна", lead=school, state=ProjectState.DRAFT)
    page = read("/organisations/school/")
    assert ("Теплица" in page, "Тайна" in page) == (True, False)


@pytest.mark.parametrize(
    ("first", "last", "precision", "said"),
    [
        (None, None, "day", ""),
        ((2026, 9, 1), None, "day", "начало: 1 сентября 2026 г."),
        ((2026, 9, 1), (2027, 5, 31), "day", "1 сентября 2026 г. – 31 мая 2027 г."),
        ((2026, 9, 1), (2026, 9, 30), "month", "Сентябрь 2026"),
        ((2026, 9, 1), (2027, 5, 1), "month", "Сентябрь 2026 – май 2027"),
        ((2022, 1, 1), (2024, 1, 1), "year", "2022–2024"),
    ],
)
def test_days_are_said_as_far_as_they_are_known(
    first: tuple[int, int, int] | None, last: tuple[int, int, int] | None, precision: str, said: str
) -> None:
    days = {name: day and datetime.date(*day) for name, day in (("starts_on", first), ("ends_on", last))}
    assert when(Project(state=ProjectState.RUNNING, precision=precision, **days)).replace("\xa0", " ") == said


def test_a_draft_is_its_participants_and_the_offices_alone(school: Organisation) -> None:
    project = ProjectFactory(lead=school, state=ProjectState.DRAFT)
    partner = ParticipantFactory(project=project).organisation
    own = [RepresentativeFactory(organisation=one, role=Role.VIEWER).user for one in (school, partner)]
    stranger, office = RepresentativeFactory().user, UserFactory(is_staff=True, groups=["editors"])
    assert statuses(f"/projects/{project.slug}/", None, stranger, *own) == [404, 404, 200, 200]
    assert Project.objects.visible_to(office).get() == project
    assert Client().get(f"/api/v1/projects/{project.slug}/").status_code == 404
    result = ProjectResultFactory(project=project, link="", file="results/x.pdf")
    assert statuses(f"/projects/{project.slug}/results/{result.pk}/", None, stranger) == [404, 404]


def test_what_renames_a_participant_a_region_or_a_direction_renames_it_in_the_list(school: Organisation) -> None:
    project = ProjectFactory(lead=school, region=Region.objects.get(code="RU-PER"))
    school.short_name = "Лицей"
    school.save()
    project.refresh_from_db()
    assert [card["name"] for card in project.participant_cards] == ["Лицей"]
    assert found("q=лицей") == [project.name]
    school.is_published = False
    school.save()
    project.refresh_from_db()
    assert project.participant_cards == []
    project.participant_links.all().delete()
    Region.objects.filter(code="RU-PER").update(name="Прикамье")
    assert found("q=прикамье") == [project.name]


def test_the_database_refuses_what_no_project_is() -> None:
    project = ProjectFactory(lead=OrganisationFactory())
    wrong: list[Any] = [
        lambda: ParticipantFactory(project=project, role=ParticipantRole.LEAD),
        lambda: ParticipantFactory(project=project, organisation=project.participants.get(), role=ParticipantRole.LEAD),
        lambda: ProjectFactory(starts_on=datetime.date(2026, 2, 1), ends_on=datetime.date(2026, 1, 1)),
        lambda: ProjectFactory(ends_on=datetime.date(2026, 1, 1)),
        lambda: ProjectFactory(grade_from=9, grade_to=5),
        lambda: ProjectFactory(slug="new"),
        lambda: ProjectResultFactory(project=project, link=""),
        lambda: ProjectResultFactory(project=project, file="results/x.pdf"),
    ]
    for make in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            make()
    assert set(RESERVED) == {"feeds", "new"}


# --- The life of a project ------------------------------------------------------------------------------------


def test_the_table_of_moves_is_this() -> None:
    table = {name: (set(move.before), move.after, set(move.who)) for name, move in PROJECT_MOVES.items()}
    lead, staff = Who.LEAD, Who.STAFF
    assert table == {
        "submit": ({"draft"}, "moderation", {lead}),
        "withdraw": ({"moderation"}, "draft", {lead}),
        "return": ({"moderation"}, "draft", {staff}),
        "publish": ({"draft", "moderation"}, "running", {staff}),
        "pause": ({"running"}, "paused", {lead, staff}),
        "resume": ({"paused"}, "running", {lead, staff}),
        "complete": ({"running"}, "completed", {lead, staff}),
        "stop": ({"running", "paused"}, "stopped", {lead, staff}),
        "reopen": ({"completed", "stopped"}, "running", {staff}),
    }


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(PROJECT_MOVES)), st.sampled_from(Who), st.sampled_from(["", "Нет денег"])),
        max_size=8,
    )
)
def test_whatever_is_asked_a_project_moves_as_the_table_says(asked: list[tuple[str, Who, str]]) -> None:
    with transaction.atomic():
        project = ProjectFactory(state=ProjectState.DRAFT, lead=OrganisationFactory())
        ProjectResultFactory(project=project)
        state, moved = ProjectState.DRAFT, 0
        for name, who, reason in asked:
            rule = PROJECT_MOVES[name]
            may = state in rule.before and who in rule.who and not (rule.needs_reason and not reason)
            if state == rule.after:
                assert move_project(project, move=name, who=who, by=None, reason=reason).state == state
            elif may:
                state, moved = ProjectState(rule.after), moved + 1
                assert move_project(project, move=name, who=who, by=None, reason=reason).state == state
            else:
                with pytest.raises(RuleViolated):
                    move_project(project, move=name, who=who, by=None, reason=reason)
            assert Project.objects.get(pk=project.pk).state == state
        history = [*project.moves.values_list("source", "target")]
        assert len(history) == moved
        assert [source for source, _target in history[1:]] == [target for _source, target in history[:-1]]
        transaction.set_rollback(True)


def test_a_project_is_not_sent_before_it_is_described_nor_completed_without_a_result() -> None:
    project = ProjectFactory(state=ProjectState.DRAFT, summary="", about="")
    with pytest.raises(RuleViolated) as refused:
        move_project(project, move="submit", who=Who.LEAD, by=None)
    assert refused.value.message.replace("\xa0", " ").endswith("головная организация, подробное описание")
    running = ProjectFactory()
    with pytest.raises(RuleViolated, match="результат"):
        move_project(running, move="complete", who=Who.LEAD, by=None)
    ProjectResultFactory(project=running)
    assert move_project(running, move="complete", who=Who.LEAD, by=None).state == ProjectState.COMPLETED


def test_participants_are_told_of_what_everybody_sees_and_the_lead_alone_of_what_is_returned(
    school: Organisation,
) -> None:
    project = ProjectFactory(name="Теплица", name_en="Greenhouse", lead=school, state=ProjectState.MODERATION)
    plant = ParticipantFactory(project=project).organisation
    head = RepresentativeFactory(organisation=school, role=Role.HEAD).user
    engineer = RepresentativeFactory(organisation=plant, role=Role.COORDINATOR, user__language="en").user
    RepresentativeFactory(organisation=plant, role=Role.VIEWER)
    both = RepresentativeFactory(organisation=school, role=Role.COORDINATOR).user
    RepresentativeFactory(organisation=plant, role=Role.HEAD, user=both)

    def told() -> dict[str, list[str]]:
        made: dict[str, list[str]] = {}
        for one in Notification.objects.order_by("pk"):
            made.setdefault(one.user.email, []).append(one.title.replace("\xa0", " "))
        Notification.objects.all().delete()
        return made

    move_project(project, move="return", who=Who.STAFF, by=None, reason="Нет сроков")
    returned = "Проект возвращён вам: Теплица"
    assert told() == {head.email: [returned], both.email: [returned]}
    move_project(project, move="submit", who=Who.LEAD, by=head)
    assert told() == {}
    move_project(project, move="publish", who=Who.STAFF, by=None)
    published = "Проект вашей организации опубликован: Теплица"
    assert told() == {
        head.email: [published],
        both.email: [published],
        engineer.email: ["A project of your organisation is published: Greenhouse"],
    }
    move_project(project, move="pause", who=Who.LEAD, by=head, reason="Ждём датчики")
    paused = told()
    assert sorted(paused) == sorted([both.email, engineer.email])
    assert paused[both.email] == ["Проект приостановлен: Теплица"]
    assert "Ждём датчики" in read(f"/projects/{project.slug}/")
    assert OutgoingMail.objects.filter(recipient=engineer.email).exists()


# --- In the dashboard -----------------------------------------------------------------------------------------


def test_a_project_is_described_sent_published_told_of_and_completed(
    client: Client, school: Organisation, head: User
) -> None:
    assert "пока нет проектов" in words(client.get(LIST))
    page = client.get(f"{LIST}new/")
    first, again = client.post(f"{LIST}new/", typed(page, **NEW)), client.post(f"{LIST}new/", typed(page, **NEW))
    project = Project.objects.get()
    place = f"{LIST}{project.slug}/"
    assert (first["Location"], again["Location"], project.slug) == (place, place, "umnaya-teplitsa")
    assert (project.state, project.about) == ("draft", "<p>Стенд, датчики, урожай.</p>")
    assert [*project.participant_links.values_list("organisation__slug", "role")] == [("school", "lead")]

    OrganisationFactory(slug="plant", short_name="Завод")
    assert "Завод" in words(client.get(f"{place}participants/?q=завод"))
    client.post(f"{place}participants/", {"add": "plant", "role": "customer"})
    client.post(f"{place}participants/", {"add": "plant", "role": "mentor"})
    client.post(f"{place}participants/", {"add": "plant", "role": "lead"})
    client.post(f"{place}participants/", {"remove": project.participant_links.get(role="mentor").pk})
    client.post(f"{place}participants/", {"remove": project.participant_links.get(role="lead").pk})
    assert {*project.participant_links.values_list("role", flat=True)} == {"lead", "customer"}

    assert client.post(f"{place}moves/submit/").status_code == 302
    assert send(client, f"{place}edit/", summary="Иначе").status_code == 409
    assert statuses(f"/projects/{project.slug}/", None) == [404]
    move_project(project, move="publish", who=Who.STAFF, by=None)
    assert Project.objects.public().get() == project

    assert "name" not in client.get(f"{place}edit/").context["form"].fields
    assert send(client, f"{place}edit/", summary="Иначе").status_code == 302
    assert send(client, f"{place}updates/", name="Собран стенд", about="Датчики *работают*").status_code == 302
    assert "Датчики <em>работают</em>" in project.updates.get().about
    refused = client.post(f"{place}moves/complete/")
    assert refused.status_code == 409
    file = SimpleUploadedFile("отчёт.png", picture(60, 40), "image/png")
    assert client.post(f"{place}results/", {"name": "Снимок стенда", "document": file}).status_code == 302
    assert client.post(f"{place}moves/complete/").status_code == 302
    shown = Client().get(f"/projects/{project.slug}/")
    for told in ("Иначе", "Собран стенд", "Снимок стенда", "Завершён"):
        assert told in words(shown), told
    result = project.results.get()
    answer = Client().get(f"/projects/{project.slug}/results/{result.pk}/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    client.post(f"{place}results/", {"remove": result.pk})
    assert project.results.count() == 1


@pytest.mark.parametrize(
    ("link", "with_file", "answer"),
    [("", False, 200), ("https://a.example.org/", True, 200), ("https://a.example.org/", False, 302), ("", True, 302)],
    ids=["nothing", "both", "address", "file"],
)
def test_a_result_is_a_file_or_an_address(
    client: Client, school: Organisation, head: User, link: str, with_file: bool, answer: int
) -> None:
    project = ProjectFactory(lead=school)
    sent: dict[str, Any] = {"name": "Отчёт", "link": link}
    if with_file:
        sent["document"] = SimpleUploadedFile("a.pdf", b"%PDF-1.7 report", "application/pdf")
    response = client.post(f"{LIST}{project.slug}/results/", sent)
    assert response.status_code == answer
    assert project.results.count() == (1 if answer == 302 else 0)


@pytest.mark.parametrize("role", Role.values)
def test_only_head_and_coordinators_of_the_lead_tend_a_project(client: Client, school: Organisation, role: str) -> None:
    project = ProjectFactory(lead=school)
    partner = ParticipantFactory(project=project, organisation__slug="plant").organisation
    tends = role in (Role.HEAD, Role.COORDINATOR)
    own, guest = (RepresentativeFactory(organisation=one, role=role).user for one in (school, partner))
    assert (can_tend_project(own, project), can_tend_project(guest, project)) == (tends, False)
    pages = ("edit/", "participants/", "updates/", "results/", "moves/pause/")
    for user, slug, status in ((own, "school", 200 if tends else 403), (guest, "plant", 403)):
        client.force_login(user)
        place = f"/dashboard/{slug}/projects/"
        assert client.get(f"{place}{project.slug}/").status_code == 200
        assert {client.get(f"{place}{project.slug}/{page}").status_code for page in pages} == {status}
        assert client.get(f"{place}new/").status_code == (200 if tends else 403)


def test_a_partner_leaves_and_the_lead_stays(client: Client, school: Organisation, head: User) -> None:
    project = ProjectFactory(lead=school)
    partner = ParticipantFactory(project=project, organisation__slug="plant").organisation
    client.post(f"{LIST}{project.slug}/leave/")
    assert project.participant_links.count() == 2
    teacher, boss = (RepresentativeFactory(organisation=partner, role=role).user for role in (Role.TEACHER, Role.HEAD))
    place = f"/dashboard/plant/projects/{project.slug}/leave/"
    client.force_login(teacher)
    assert client.post(place).status_code == 403
    client.force_login(boss)
    assert (client.get(place).status_code, client.post(place).status_code) == (405, 302)
    assert [*project.participants.all()] == [school]


def test_a_reason_is_said_and_stopping_is_confirmed_in_words(client: Client, school: Organisation, head: User) -> None:
    project = ProjectFactory(lead=school)
    place = f"{LIST}{project.slug}/moves/"
    assert errors_of(client.post(f"{place}pause/", {"reason": ""})) == {"reason": ["Обязательное поле."]}
    assert [*errors_of(client.post(f"{place}pause/", {"reason": "a\x00b"}))] == ["reason"]
    assert [*errors_of(client.post(f"{place}stop/", {"reason": "Нет денег", "words": "да"}))] == ["words"]
    assert client.post(f"{place}stop/", {"reason": "Нет денег", "words": "Мы прекращаем проект"}).status_code == 302
    assert client.get(f"{place}publish/").status_code == 404
    move = ProjectMove.objects.get()
    assert (move.target, move.by, move.reason) == ("stopped", head, "Нет денег")


def test_a_project_has_its_limits_and_keeps_what_it_shows(
    school: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = ProjectFactory(lead=school)
    with pytest.raises(RuleViolated, match="нет страницы"):
        add_participant(project, organisation=OrganisationFactory(is_published=False), role="partner")
    with pytest.raises(RuleViolated, match="одна"):
        add_participant(project, organisation=OrganisationFactory(), role="lead")
    monkeypatch.setattr(drafts, "MOST_PARTICIPANTS", 1)
    with pytest.raises(RuleViolated, match="не больше"):
        add_participant(project, organisation=OrganisationFactory(), role="partner")
    assert ProjectParticipant.objects.count() == 1
    result = ProjectResultFactory(project=project)
    move_project(project, move="complete", who=Who.LEAD, by=None)
    with pytest.raises(RuleViolated, match="хотя бы один"):
        remove_result(project, result=result)
    assert ProjectResult.objects.get() == result


def test_two_projects_of_one_name_have_addresses_of_their_own(school: Organisation, head: User) -> None:
    typed_ones = {"kind": "joint", "name": "New"}
    slugs = [create_project(school, typed=typed_ones, by=head, key=str(n)).slug for n in range(3)]
    assert slugs == ["new-2", "new-3", "new-4"]


def test_every_state_has_a_word_and_public_ones_lead_somewhere() -> None:
    assert [state.label for state in PUBLIC_STATES] == ["Идёт", "Приостановлен", "Завершён", "Прекращён"]
    for state in ProjectState:
        assert possible_moves(Project(state=state), who=Who.STAFF) or state in ("draft", "moderation")

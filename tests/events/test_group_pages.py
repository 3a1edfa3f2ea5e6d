"""A teacher registers a class, tends it, and hands parents their links; a parent answers."""

import io
import re
import zipfile
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from common.errors import RuleViolated
from common.models import OutgoingMail
from events.groups.consents import ask_parents, grant, mark_pupils, tokens_of
from events.groups.lists import rows_of
from events.models import ParentConsent, Registration, RegistrationState, Ticket, TicketPool
from events.registering.emails import registration_token
from events.registering.registrations import register_group
from members.consents.services import text_in_force
from members.models import Consent, Representative, Role, User
from tests.events.people import asked, guests
from tests.events.test_registration_pages import text_of
from tests.factories.events import EventFactory, PoolFactory
from tests.factories.members import OrganisationFactory, RepresentativeFactory, UserFactory

State = RegistrationState
pytestmark = pytest.mark.django_db
FORM = "/events/forum/register-group/"
LIST = "Иванова Анна, 8А\nПетров Пётр;8А\nСидоров Иван\t8Б\n\nкод-17\n"


@pytest.fixture
def pool() -> TicketPool:
    return PoolFactory(capacity=12, event=EventFactory(slug="forum"))


@pytest.fixture
def acting() -> Representative:
    return RepresentativeFactory(role=Role.TEACHER)


@pytest.fixture
def teacher(client: Client, acting: Representative) -> User:
    client.force_login(acting.user)
    return acting.user


def typed(pool: TicketPool, acting: Representative, **more: Any) -> dict[str, Any]:
    return {
        "request_key": "k1",
        "organisation": acting.organisation.pk,
        "group": "8А",
        "guests": LIST,
        "pool": pool.pk,
        "if_few": "all",
        "consent": text_in_force("registration").pk,
        **more,
    }


def group_of(pool: TicketPool, acting: Representative, number: int = 3) -> Registration:
    asks = asked(user=acting.user, organisation=acting.organisation)
    return register_group(pool.event, pool=pool, group="8А", guests=guests(number), asked=asks)[0]


def page_of(registration: Registration, rest: str = "") -> str:
    return f"/events/registrations/{registration_token(registration)}/group/{rest}"


# --- The list ---------------------------------------------------------------------------------------------------


def test_a_list_is_read_as_teachers_have_it() -> None:
    read = [(row.number, row.guest.name, row.guest.grade) for row in rows_of(LIST)]
    assert read == [(1, "Иванова Анна", "8А"), (2, "Петров Пётр", "8А"), (3, "Сидоров Иван", "8Б"), (5, "код-17", "")]


def test_a_list_is_shown_as_it_was_read_before_anything_is_kept(
    client: Client, pool: TicketPool, acting: Representative, teacher: User
) -> None:
    assert client.get(FORM).context["form"].errors == {}
    shown = client.post(FORM, typed(pool, acting))
    assert "Список: 4 ученика" in text_of(shown)
    assert "Все строки в порядке" in text_of(shown)
    assert not Registration.objects.exists()
    made = client.post(FORM, typed(pool, acting, register="yes"))
    registration = Registration.objects.get()
    assert made["Location"] == page_of(registration)
    assert (registration.group, registration.places, registration.state) == ("8А", 4, State.CONFIRMED)
    client.post(FORM, typed(pool, acting, register="yes"))
    assert Registration.objects.count() == 1


def test_what_is_wrong_stands_by_its_row_and_nothing_typed_is_lost(
    client: Client, pool: TicketPool, acting: Representative, teacher: User
) -> None:
    group_of(pool, acting, 1)  # «Ученик 0», 8А
    wrong = f"Ученик 0, 8А\n, 8А\nАнна, 8А\nанна,8а\n{'я' * 151}\n"
    response = client.post(FORM, typed(pool, acting, guests=wrong, register="yes"))
    problems = [[one.replace("\xa0", " ") for one in row.problems] for row in response.context["form"].rows]
    assert problems == [
        ["уже зарегистрирован на это мероприятие"],
        ["нет имени"],
        [],
        ["уже есть в списке, строка 3: если это разные люди, добавьте отчество"],
        ["длиннее 150 знаков"],
    ]
    assert response.context["form"]["guests"].value() == wrong
    assert Registration.objects.count() == 1


def sheet(*rows: tuple[str, ...]) -> SimpleUploadedFile:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return SimpleUploadedFile("8a.xlsx", buffer.getvalue())


def with_half_a_sheet() -> bytes:
    """A zip that is whole, of a table that is not."""
    cut = io.BytesIO()
    with zipfile.ZipFile(sheet(("Имя",), ("Ли Ян",))) as whole, zipfile.ZipFile(cut, "w") as broken:
        for name in whole.namelist():
            content = whole.read(name)
            broken.writestr(name, content[: len(content) // 2] if "sheet1" in name else content)
    return cut.getvalue()


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(
            lambda: sheet(("Класс", "Фамилия", "Имя", "Телефон"), ("8А", "Ли", "Ян", "+7")), id="xlsx with headings"
        ),
        pytest.param(
            lambda: SimpleUploadedFile("8a.csv", "ФИО;Класс\nЛи Ян;8А\n".encode("cp1251")), id="csv of Windows"
        ),
        pytest.param(lambda: SimpleUploadedFile("8a.csv", "Ли Ян,8А\n".encode()), id="csv without headings"),
    ],
)
def test_a_table_is_read_into_the_field(
    client: Client, pool: TicketPool, acting: Representative, teacher: User, table: Any
) -> None:
    form = client.post(FORM, typed(pool, acting, guests="", table=table())).context["form"]
    assert [(row.guest.name, row.guest.grade, row.problems) for row in form.rows] == [("Ли Ян", "8А", [])]
    assert form["guests"].value().split() == ["Ли", "Ян", "8А"]


@pytest.mark.parametrize("content", [b"PK\x03\x04 broken", with_half_a_sheet()], ids=["no zip", "half a sheet"])
def test_what_is_no_table_is_refused_in_words(
    client: Client, pool: TicketPool, acting: Representative, teacher: User, content: bytes
) -> None:
    broken = SimpleUploadedFile("8a.xlsx", content)
    form = client.post(FORM, typed(pool, acting, table=broken)).context["form"]
    assert form.errors["table"] == ["Это не\xa0таблица: выберите файл XLSX или CSV."]
    assert form["guests"].value() == LIST


def test_of_places_that_were_removed_meanwhile_the_list_stays(
    client: Client, pool: TicketPool, acting: Representative, teacher: User
) -> None:
    client.get(FORM)
    TicketPool.objects.filter(pk=pool.pk).delete()  # so that the form does not hear of it
    form = client.post(FORM, typed(pool, acting, register="1")).context["form"]
    assert form.non_field_errors() == ["Этих мест больше нет: выберите другие."]
    assert (form["group"].value(), form["guests"].value()) == ("8А", LIST)


def test_a_group_comes_in_whole_or_in_part(
    client: Client, pool: TicketPool, acting: Representative, teacher: User
) -> None:
    TicketPool.objects.update(capacity=3)
    client.post(FORM, typed(pool, acting, if_few="part", register="yes"))
    now, rest = Registration.objects.order_by("pk")
    assert [(one.places, one.state) for one in (now, rest)] == [(3, State.CONFIRMED), (1, State.WAITING)]
    assert "Другая часть группы: 1 место" in text_of(client.get(page_of(now)))


@pytest.mark.parametrize("role", [Role.VIEWER, None])
def test_groups_are_registered_by_those_who_teach(client: Client, pool: TicketPool, role: Role | None) -> None:
    person = RepresentativeFactory(role=role).user if role else UserFactory()
    client.force_login(person)
    assert "Группы регистрируют те, кто учит" in text_of(client.get(FORM))
    sent = {"group": "8А", "guests": LIST, "pool": pool.pk, "register": "yes", "request_key": "k1"}
    assert "Группы регистрируют те, кто учит" in text_of(client.post(FORM, sent))
    assert not Registration.objects.exists()


def test_a_group_comes_only_from_an_organisation_of_the_teacher(
    client: Client, pool: TicketPool, acting: Representative, teacher: User
) -> None:
    viewed = RepresentativeFactory(user=teacher, role=Role.VIEWER).organisation
    for other in (OrganisationFactory(), viewed):
        response = client.post(FORM, typed(pool, acting, organisation=other.pk, register="yes"))
        assert "organisation" in response.context["form"].errors


# --- The group --------------------------------------------------------------------------------------------------


def test_the_page_of_a_group_is_for_those_who_act_for_its_organisation(
    client: Client, pool: TicketPool, acting: Representative
) -> None:
    """A link alone opens no names of pupils, and whoever has left the school opens them no more."""
    registration = group_of(pool, acting)
    pages = [page_of(registration, rest) for rest in ("", "print/", "consents/")]
    assert {client.get(page)["Location"].partition("?")[0] for page in pages} == {"/account/login/"}
    colleague = RepresentativeFactory(organisation=acting.organisation, role=Role.COORDINATOR).user
    viewer = RepresentativeFactory(organisation=acting.organisation, role=Role.VIEWER).user
    acting.ended_at = timezone.now()
    acting.save()
    answers = {}
    for name, person in {"colleague": colleague, "viewer": viewer, "left": acting.user, "other": UserFactory()}.items():
        client.force_login(person)
        answers[name] = {client.get(page).status_code for page in pages}
    assert answers == {"colleague": {200}, "viewer": {404}, "left": {404}, "other": {404}}
    client.force_login(acting.user)
    cancel = f"/events/registrations/{registration_token(registration)}/cancel/"
    assert client.post(cancel).status_code == 404


def test_a_pupil_is_replaced_and_the_place_stays(
    client: Client, pool: TicketPool, acting: Representative, teacher: User
) -> None:
    registration = group_of(pool, acting)
    first, second, _third = registration.tickets.all()
    client.post(page_of(registration, f"guests/{first.pk}/"), {"name": "Новикова Яна", "grade": "8Б"})
    client.post(page_of(registration, f"guests/{second.pk}/remove/"))
    client.post(page_of(registration, f"guests/{second.pk}/remove/"))
    names = [*registration.tickets.standing().values_list("name", flat=True)]
    assert names == ["Ученик 2", "Новикова Яна"]
    registration.refresh_from_db()
    assert registration.places == 2


def test_a_group_has_a_code_for_all_and_a_ticket_for_each(
    client: Client, pool: TicketPool, acting: Representative, teacher: User
) -> None:
    registration = group_of(pool, acting)
    assert registration.group_code in text_of(client.get(page_of(registration)))
    printed = text_of(client.get(page_of(registration, "print/")))
    assert all(ticket.code in printed for ticket in registration.tickets.all())


# --- Parents ----------------------------------------------------------------------------------------------------


@pytest.fixture
def link(pool: TicketPool, acting: Representative) -> str:
    registration = group_of(pool, acting)
    ask_parents(registration)
    ask_parents(registration)
    ticket = registration.tickets.all()[0]
    return f"/events/consents/{tokens_of([ticket])[ticket.pk]}/"


def test_a_parent_sees_who_processes_what_and_grants(client: Client, link: str) -> None:
    shown = text_of(client.get(link))
    assert "Ученик 0, 8А" in shown
    assert "Имя, класс и отметка о том, что ученик пришёл" in shown
    assert not Consent.objects.exists()
    consent = text_in_force("pupil")
    answers = [client.post(link, {"parent": "Мария Иванова", "consent": consent.pk}) for _press in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    given = ParentConsent.objects.order_by("pk")[0]
    assert (given.state, given.parent, given.consent and given.consent.text) == ("granted", "Мария Иванова", consent)
    assert Consent.objects.count() == 1


def test_a_parent_who_withdraws_is_heard_by_the_teacher_and_nobody_knows_the_pupil_any_more(
    client: Client, link: str, acting: Representative
) -> None:
    client.post(link, {"parent": "Мария Иванова", "consent": text_in_force("pupil").pk})
    client.post(link, {"refuse": "yes"})
    client.post(link, {"refuse": "yes"})
    refused = ParentConsent.objects.order_by("pk")[0]
    assert (refused.state, refused.parent, refused.ticket.name, refused.ticket.grade) == ("refused", "", "", "")
    assert Consent.objects.get().withdrawn_at
    [letter] = OutgoingMail.objects.filter(subject__startswith="Родитель отказал")
    assert letter.recipient == acting.user.email
    assert "Ученик 0" not in letter.text


def test_after_a_refusal_the_place_stays_and_the_teacher_names_another(
    client: Client, link: str, acting: Representative, teacher: User
) -> None:
    client.post(link, {"refuse": "yes"})
    answer = client.post(link, {"parent": "Мария Иванова", "consent": text_in_force("pupil").pk})
    assert (answer.status_code, Consent.objects.exists()) == (200, False)
    assert "Вы отказались" in text_of(answer)
    with pytest.raises(RuleViolated) as too_late:
        grant(ParentConsent.objects.order_by("pk")[0], parent="Мария Иванова", text=text_in_force("pupil"))
    assert too_late.value.code == "pupil_gone"
    registration = Registration.objects.get()
    gone = registration.tickets.get(name="")
    shown = text_of(client.get(page_of(registration)))
    assert "1 родитель отказался" in shown
    assert "Свободное место" in shown
    assert gone.code not in text_of(client.get(page_of(registration, "print/")))
    assert client.get(page_of(registration, f"guests/{gone.pk}/consent/")).status_code == 404
    assert "имя удалено" in text_of(client.get(page_of(registration, f"guests/{gone.pk}/")))
    client.post(page_of(registration, f"guests/{gone.pk}/"), {"name": "Новикова Яна", "grade": "8Б"})
    states = [ticket.consent_state for ticket in registration.tickets.standing()]
    assert (states, registration.places) == (["asked", "asked", "unasked"], 3)


def test_what_the_school_has_on_paper_and_who_is_of_age_is_noted_by_the_teacher(
    client: Client, pool: TicketPool, acting: Representative, teacher: User
) -> None:
    registration = group_of(pool, acting, 4)
    tickets = [*registration.tickets.all()]

    def mark(as_: str, *chosen: Ticket) -> list[str]:
        sent = {"mark": as_, "tickets": [ticket.pk for ticket in chosen]}
        client.post(page_of(registration, "consents/mark/"), sent)
        return [ticket.consent_state for ticket in registration.tickets.select_related("parent_consent")]

    assert mark("paper", *tickets[:2]) == ["paper", "paper", "unasked", "unasked"]
    first = ParentConsent.objects.get(ticket=tickets[0])
    assert (first.paper_by, first.paper_at is not None) == (teacher, True)
    assert mark("paper", tickets[0]) == ["paper", "paper", "unasked", "unasked"]
    assert ParentConsent.objects.get(ticket=tickets[0]).paper_at == first.paper_at
    assert mark("adult", tickets[2]) == ["paper", "paper", "adult", "unasked"]
    client.post(page_of(registration, "consents/"))
    assert mark("pupil", tickets[1]) == ["paper", "asked", "adult", "asked"]
    assert mark("everybody", tickets[3]) == ["paper", "asked", "adult", "asked"]
    assert mark("paper") == ["paper", "asked", "adult", "asked"]
    assert "Даны: 1. Ещё нет: 2. 18 лет и старше: 1." in text_of(client.get(page_of(registration)))
    others = group_of(PoolFactory(event=pool.event), acting, 1).tickets.get()
    mark("adult", others)
    others.refresh_from_db()
    assert not others.is_adult


def test_a_parent_who_refuses_outweighs_a_paper(
    client: Client, link: str, acting: Representative, teacher: User
) -> None:
    registration = Registration.objects.get()
    first = registration.tickets.all()[0]
    mark_pupils([first], mark="paper", by=teacher)
    assert "Учитель отметил" in text_of(client.get(link))
    client.post(link, {"refuse": "yes"})
    mark_pupils([first], mark="paper", by=teacher)
    refused = ParentConsent.objects.get(ticket=first)
    assert (refused.state, refused.paper_at) == ("refused", None)


def test_a_parent_signs_with_a_name_and_a_tick(client: Client, link: str) -> None:
    response = client.post(link, {"parent": "", "consent": ""})
    assert {*response.context["form"].errors, *response.context["consent"].errors} == {"parent", "consent"}
    assert not Consent.objects.exists()


def test_the_link_of_a_pupil_who_was_taken_off_leads_nowhere(
    client: Client, link: str, pool: TicketPool, acting: Representative
) -> None:
    registration = Registration.objects.get()
    client.force_login(acting.user)
    client.post(page_of(registration, f"guests/{registration.tickets.all()[0].pk}/remove/"))
    assert client.get(link).status_code == 404
    assert client.get("/events/consents/forged/").status_code == 404


def test_links_are_made_once_and_sent_without_a_name(
    client: Client, pool: TicketPool, acting: Representative, teacher: User
) -> None:
    registration = group_of(pool, acting)
    client.post(page_of(registration, "consents/"))
    page = client.get(page_of(registration, "consents/")).content.decode()
    links = re.findall(r'value="https?://[^/"]+(/events/consents/[^"]+)"', page)
    assert len(links) == len({*links}) == 3
    ticket = registration.tickets.all()[0]
    client.post(page_of(registration, f"guests/{ticket.pk}/consent/"), {"email": "parent@example.org"})
    [letter] = OutgoingMail.objects.filter(recipient="parent@example.org")
    assert links[0] in letter.text
    assert ticket.name not in letter.text + letter.subject

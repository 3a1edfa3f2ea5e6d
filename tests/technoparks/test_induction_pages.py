"""Inductions in the account of a person, in the dashboards of guest and host, and in the office."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.personal_data import HOLDERS, Person
from members.models import Notification, Role, User
from technoparks.induction.journal import entries
from technoparks.induction.passing import revoke
from technoparks.models import Booking, BookingState, Induction, Instruction, Lab, QuizAttempt
from technoparks.retention import forget_inductions
from tests.factories.members import RepresentativeFactory, UserFactory
from tests.factories.technoparks import (
    EquipmentFactory,
    InstructionFactory,
    LabFactory,
    booked,
    guest,
    hour,
    inducted,
    manager,
)
from tests.technoparks.test_desk import client_of, page, sent, text

pytestmark = pytest.mark.django_db
S = BookingState


@pytest.fixture
def lab() -> Lab:
    return LabFactory(name="Лазерная")


@pytest.fixture
def instruction(lab: Lab) -> Instruction:
    return InstructionFactory(technopark=lab.technopark, labs=[lab], name="Лазер", needs_practice=True)


def of_host(lab: Lab) -> Client:
    return client_of(manager(lab))


# --- The person ---------------------------------------------------------------------------------------------------


def test_a_teacher_reads_answers_and_waits_for_the_practice(lab: Lab, instruction: Instruction) -> None:
    client = client_of(guest()[1])
    assert "Лазер" in text(client.get("/account/inductions/"))
    address = instruction.get_absolute_url()
    assert "Наденьте очки." in text(client.get(address))
    wrong = client.post(address, {"question_0": "1", "question_1": ["0", "2"]})
    assert "Верных ответов: 1 из 2, а нужно 80 %. Перечитайте текст." in text(wrong)
    assert 'value="1" required id="id_question_0_1" checked' in text(wrong)
    right = client.post(address, {"question_0": "0", "question_1": ["0", "2"]}, follow=True)
    assert "Теперь сотрудник технопарка проверит вас на практике." in text(right)
    assert "Проверьте себя" not in text(right)
    assert "Ждёт проверки на практике" in text(client.get("/account/inductions/"))


def test_an_answer_is_chosen(instruction: Instruction) -> None:
    answer = client_of(guest()[1]).post(instruction.get_absolute_url(), {"question_0": "7"})
    assert "Выберите ответ." in text(answer)
    assert QuizAttempt.objects.count() == 0


def test_who_answers_again_hears_that_they_wait(instruction: Instruction) -> None:
    teacher = guest()[1]
    inducted(teacher, instruction, completed_on=None, used_on=None)
    answer = client_of(teacher).post(instruction.get_absolute_url(), {"question_0": "0", "question_1": ["0", "2"]})
    assert (answer.status_code, Induction.objects.count()) == (409, 1)


def test_what_is_hidden_or_has_no_text_is_not_there(instruction: Instruction) -> None:
    client = client_of(guest()[1])
    assert client.get(instruction.get_absolute_url()).status_code == 200
    Instruction.objects.update(is_offered=False)
    assert client.get(instruction.get_absolute_url()).status_code == 404
    Instruction.objects.update(is_offered=True)
    type(instruction.technopark).objects.update(is_published=False)
    assert client.get(instruction.get_absolute_url()).status_code == 404
    assert client_of(manager(instruction.labs.all()[0])).get(instruction.get_absolute_url()).status_code == 200
    instruction.versions.all().delete()
    assert client_of(UserFactory(is_staff=True)).get(instruction.get_absolute_url()).status_code == 404


def test_the_newest_of_each_instruction_is_shown(instruction: Instruction) -> None:
    teacher = guest()[1]
    for day in (1, 2):
        inducted(teacher, instruction, valid_until=datetime.date(2020, 1, day), passed_at=hour(10, -day))
    shown = client_of(teacher).get("/account/inductions/").context["inductions"]
    assert [one.valid_until.day for one in shown] == [1]


# --- The guest ----------------------------------------------------------------------------------------------------


def test_the_form_of_booking_says_what_is_to_be_passed(lab: Lab, instruction: Instruction) -> None:
    machine = EquipmentFactory(lab=lab)
    InstructionFactory(technopark=lab.technopark, machines=[machine.kind], name="Гравёр")
    school, teacher = guest()
    inducted(teacher, instruction)
    address = page("dashboard_lab_book", school, lab.pk)
    shown = client_of(teacher).get(address)
    assert [(one.name, known) for one, known in shown.context["inductions"]] == [("Гравёр", False), ("Лазер", True)]
    Induction.objects.all().delete()
    refused = sent(client_of(teacher), address)
    assert (refused.status_code, "Сначала пройдите инструктаж: Лазер." in text(refused)) == (409, True)
    assert 'value="8 «Б»"' in text(refused)


def test_a_series_is_looked_at_with_what_is_to_be_passed(lab: Lab, instruction: Instruction) -> None:
    school, teacher = guest()
    refused = sent(client_of(teacher), page("dashboard_lab_book", school, lab.pk), weeks=3)
    assert (refused.status_code, "Сначала пройдите инструктаж: Лазер." in text(refused)) == (409, True)


def test_the_page_of_the_lab_tells_it_to_everybody(lab: Lab, instruction: Instruction) -> None:
    assert instruction.get_absolute_url() in text(Client().get(lab.get_absolute_url()))


def held(lab: Lab, instruction: Instruction) -> Booking:
    school, teacher = guest()
    known = inducted(teacher, instruction)
    booking = booked(lab, by=(school, teacher))
    revoke(known, by=manager(lab), reason="Работал без очков")
    return booking


def test_a_booking_on_hold_says_for_what_and_a_colleague_takes_it_over(lab: Lab, instruction: Instruction) -> None:
    booking = held(lab, instruction)
    colleague = RepresentativeFactory(organisation=booking.organisation, role=Role.TEACHER).user
    client = client_of(colleague)
    address = page("dashboard_booking", booking.organisation, booking.pk)
    assert instruction.get_absolute_url() in text(client.get(address))
    move = page("dashboard_booking_move", booking.organisation, booking.pk, "take_over")
    assert move in text(client.get(address))
    assert (client.post(move).status_code, Booking.objects.get().state) == (409, S.HELD)
    inducted(colleague, instruction)
    assert client.post(move).status_code == 302
    booking.refresh_from_db()
    assert (booking.person, booking.state) == (colleague, S.CONFIRMED)
    assert move not in text(client.get(address))


def test_the_host_takes_over_nothing(lab: Lab, instruction: Instruction) -> None:
    booking = held(lab, instruction)
    move = page("dashboard_booking_move", lab.technopark.host, booking.pk, "take_over")
    assert of_host(lab).post(move).status_code == 403


# --- The host -----------------------------------------------------------------------------------------------------


def typed(lab: Lab, **more: Any) -> dict[str, Any]:
    return {
        "technopark": lab.technopark_id,
        "name": "Лазерный станок",
        "kind": "primary",
        "labs": [lab.pk],
        "pass_percent": 80,
        "needed_from": timezone.localdate().isoformat(),
        "is_offered": "on",
        **more,
    }


QUESTIONS = "Что надеть?\n+ Очки\n- Шарф"


def test_a_manager_writes_an_instruction_and_bookings_need_it(lab: Lab) -> None:
    host = lab.technopark.host
    client = of_host(lab)
    new = client.post(page("dashboard_instruction_new", host), typed(lab))
    instruction = Instruction.objects.get()
    text_page = page("dashboard_instruction_text", host, instruction.pk)
    assert (new.status_code, new["Location"], [*instruction.labs.all()]) == (302, text_page, [lab])
    booked(lab)  # nothing to know yet
    wrong = client.post(text_page, {"text": "<p>Наденьте очки.</p>", "questions": "Что надеть?\n- Очки\n- Шарф"})
    assert "У вопроса «Что надеть?» нет верного ответа: поставьте перед ним +." in text(wrong)
    assert "Наденьте очки." in text(wrong)
    assert client.post(text_page, {"text": "<p>Наденьте очки.</p>", "questions": QUESTIONS}).status_code == 302
    assert Booking.objects.get().state == S.HELD
    [version] = instruction.versions.all()
    assert (version.number, version.questions[0]["right"]) == (1, [0])


def test_the_text_that_holds_is_in_the_form_and_changed_it_is_the_next_version(
    lab: Lab, instruction: Instruction
) -> None:
    client, address = of_host(lab), page("dashboard_instruction_text", lab.technopark.host, instruction.pk)
    form = client.get(address).context["form"]
    values = {name: form[name].value() or "" for name in ("text", "text_en", "questions")}
    assert client.post(address, values).status_code == 302
    assert instruction.versions.count() == 1
    client.post(address, {**values, "text": "<p>Наденьте фартук.</p>", "is_needed_anew": "on"})
    assert [(one.number, one.is_needed_anew) for one in instruction.versions.all()] == [(2, True), (1, False)]


def test_rules_are_changed_and_labs_of_others_are_not_offered(lab: Lab, instruction: Instruction) -> None:
    client, address = of_host(lab), page("dashboard_instruction", lab.technopark.host, instruction.pk)
    foreign = client.post(address, typed(lab, labs=[LabFactory().pk]))
    assert foreign.context["form"].errors.keys() == {"labs"}
    assert client.post(address, typed(lab, valid_days=90)).status_code == 302
    instruction.refresh_from_db()
    assert (instruction.name, instruction.valid_days) == ("Лазерный станок", 90)


def test_labs_are_of_the_same_technopark(lab: Lab) -> None:
    other = LabFactory(technopark__host=lab.technopark.host)
    wrong = of_host(lab).post(page("dashboard_instruction_new", lab.technopark.host), typed(lab, labs=[other.pk]))
    assert wrong.context["form"].errors == {"labs": ["Выберите лаборатории того же технопарка."]}


def test_a_manager_signs_and_revokes(lab: Lab, instruction: Instruction) -> None:
    host, teacher = lab.technopark.host, guest()[1]
    waiting = inducted(teacher, instruction, completed_on=None, used_on=None)
    client = of_host(lab)
    sign = page("dashboard_induction_move", host, waiting.pk, "sign-off")
    assert sign in text(client.get(page("dashboard_inductions", host)))
    assert client.post(sign).status_code == 302
    listed = client.get(page("dashboard_inductions", host))
    assert (listed.context["waiting"].count(), [*listed.context["page"].object_list]) == (0, [waiting])
    take = page("dashboard_induction_move", host, waiting.pk, "revoke")
    assert client.post(take, {"reason": ""}).context["form"].errors.keys() == {"reason"}
    assert client.post(take, {"reason": "Работал без очков"}).status_code == 302
    waiting.refresh_from_db()
    assert (waiting.completed_on, waiting.reason) == (timezone.localdate(), "Работал без очков")
    assert client.post(sign).status_code == 302  # it is signed already
    assert client.get(page("dashboard_induction_move", host, waiting.pk, "praise")).status_code == 404


def test_ones_own_practice_is_signed_by_somebody_else(lab: Lab, instruction: Instruction) -> None:
    host = manager(lab)
    waiting = inducted(host, instruction, completed_on=None, used_on=None)
    refused = client_of(host).post(page("dashboard_induction_move", lab.technopark.host, waiting.pk, "sign-off"))
    assert (refused.status_code, "Вашу практику подтверждает кто-то другой." in text(refused)) == (409, True)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, {"valid", "ended"}),
        ({"standing": "valid"}, {"valid"}),
        ({"standing": "waiting"}, {"waiting"}),
        ({"q": "вали"}, {"valid"}),
        ({"q": "nobody"}, set()),
        ({"standing": "nonsense"}, set()),
    ],
)
def test_who_has_passed_is_found(lab: Lab, instruction: Instruction, asked: dict[str, str], expected: set[str]) -> None:
    inducted(UserFactory(last_name="Валиева"), instruction)
    inducted(UserFactory(), instruction, valid_until=datetime.date(2020, 1, 1))
    inducted(UserFactory(), instruction, completed_on=None, used_on=None)
    inducted(UserFactory(), InstructionFactory())
    shown = of_host(lab).get(page("dashboard_inductions", lab.technopark.host), asked)
    assert {one.standing for one in shown.context["page"].object_list} == expected


def test_who_hosts_no_technopark_has_no_such_page() -> None:
    school, head = guest(Role.HEAD)
    assert client_of(head).get(page("dashboard_inductions", school)).status_code == 404


def test_a_page_of_many_asks_no_more(lab: Lab, instruction: Instruction) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            shown = client.get(page("dashboard_inductions", lab.technopark.host))
        assert len(shown.context["page"].object_list) == Induction.objects.count()
        return len(captured)

    client = of_host(lab)
    inducted(UserFactory(), instruction)
    asked()  # the session notes where one is
    of_one = asked()
    for _number in range(2):
        inducted(UserFactory(), InstructionFactory(technopark=lab.technopark))
    assert asked() == of_one


# --- The journal --------------------------------------------------------------------------------------------------


def journal(lab: Lab, **asked: Any) -> Any:
    days = {"technopark": lab.technopark_id, "first": "2026-09-01", "last": "2027-08-31", **asked}
    return of_host(lab).get(page("dashboard_inductions_journal", lab.technopark.host), days)


def test_the_journal_is_a_pdf_with_those_of_its_days(lab: Lab, instruction: Instruction) -> None:
    inside = datetime.date(2026, 9, 1)
    boss = manager(lab)
    inducted(UserFactory(last_name="Белова"), instruction, completed_on=inside, used_on=inside, signed_by=boss)
    inducted(UserFactory(), instruction, completed_on=datetime.date(2026, 8, 31), used_on=inside)
    inducted(UserFactory(), instruction, completed_on=None, used_on=None)
    answer = journal(lab)
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert answer["Content-Disposition"].endswith(f'inductions-{lab.technopark.slug}-2026-09-01-2027-08-31.pdf"')
    [row] = entries(lab.technopark, first=inside, last=datetime.date(2027, 8, 31))["rows"]
    assert "Белова" in row.pop("person")
    assert row == {
        "number": 1,
        "day": "01.09.2026",
        "kind": "Первичный",
        "instruction": "Лазер, редакция 1",
        "quiz": "2 из 2",
        "signed_by": str(boss),
        "until": "без срока",
        "revoked": "",
    }


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"last": "2026-08-31"}, "last"), ({"last": "2027-09-03"}, "last"), ({"first": "когда-то"}, "first")],
)
def test_a_journal_is_of_a_year_at_most(lab: Lab, asked: dict[str, str], field: str) -> None:
    answer = journal(lab, **asked)
    assert (answer.status_code, answer.context["form"].errors.keys()) == (400, {field})


def test_the_journal_of_another_technopark_is_not_there(lab: Lab) -> None:
    assert journal(lab, technopark=LabFactory().technopark_id).context["form"].errors.keys() == {"technopark"}


# --- The office, and what is kept ---------------------------------------------------------------------------------


def test_the_office_revokes_for_the_host(lab: Lab, instruction: Instruction, office: Client) -> None:
    teacher = guest()[1]
    known = inducted(teacher, instruction)
    address = f"/admin/technoparks/induction/{known.pk}/revoke_this/"
    assert str(known.person) in office.get(address).content.decode()
    sure = {"sure": "1", "reason": "Работал без очков"}
    assert office.post(address, sure).status_code == 302
    known.refresh_from_db()
    assert known.reason == "Работал без очков"
    assert Notification.objects.filter(user=teacher).count() == 1
    assert "Revoked" in office.get(address).content.decode()


def test_what_one_has_passed_is_told_and_erased(instruction: Instruction) -> None:
    teacher = guest()[1]
    inducted(teacher, instruction)
    QuizAttempt.objects.create(version=instruction.versions.get(), person=teacher, right=1, asked=2)
    holder, person = (
        HOLDERS["inductions"],
        Person(user=teacher, addresses=frozenset({teacher.email}), since=teacher.date_joined),
    )
    assert len([*holder.collect(person)]) == 2
    assert holder.erase
    holder.erase(person)
    assert (Induction.objects.count(), QuizAttempt.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("columns", "kept"),
    [
        ({}, 1),
        ({"valid_until": datetime.date(2020, 1, 1)}, 0),
        ({"used_on": datetime.date(2020, 1, 1)}, 0),
        ({"used_on": datetime.date(2020, 1, 1), "valid_until": datetime.date(2090, 1, 1)}, 1),
        ({"revoked_at": datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC), "reason": "—"}, 0),
        ({"completed_on": None, "used_on": None}, 1),
    ],
)
def test_what_ended_three_years_ago_is_forgotten(instruction: Instruction, columns: dict[str, Any], kept: int) -> None:
    person: User = UserFactory()
    inducted(person, instruction, **columns)
    old = QuizAttempt.objects.create(version=instruction.versions.get(), person=person, right=1, asked=2)
    QuizAttempt.objects.filter(pk=old.pk).update(at=hour(10, -31))
    forget_inductions()
    assert (Induction.objects.count(), QuizAttempt.objects.count()) == (kept, 0)

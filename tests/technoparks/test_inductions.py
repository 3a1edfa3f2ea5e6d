"""Who may book where an induction is needed, how it is got and lost, and what becomes of bookings then."""

import datetime
import re
from typing import Any

import pytest
from django.utils import timezone

from common.errors import RuleViolated
from members.models import Notification, Role, User
from technoparks.booking.bookings import approve, take_over
from technoparks.booking.knowledge import InductionMissing
from technoparks.booking.sweep import sweep
from technoparks.induction.passing import TRIES_A_DAY, answer_quiz, revoke, sign_off
from technoparks.induction.review import review_all
from technoparks.induction.writing import publish_version, read_questions, save_instruction, write_questions
from technoparks.models import Booking, BookingState, Induction, Instruction, InstructionVersion, Lab, QuizAttempt
from tests.factories.members import RepresentativeFactory
from tests.factories.technoparks import (
    QUESTIONS,
    RIGHT,
    EquipmentFactory,
    InstructionFactory,
    LabFactory,
    booked,
    guest,
    inducted,
    manager,
)

pytestmark = pytest.mark.django_db
S = BookingState
DAY = datetime.timedelta(days=1)


def today() -> datetime.date:
    return timezone.localdate()


@pytest.fixture
def lab() -> Lab:
    return LabFactory()


@pytest.fixture
def instruction(lab: Lab) -> Instruction:
    return InstructionFactory(technopark=lab.technopark, labs=[lab])


def refusal(lab: Lab, **more: Any) -> InductionMissing:
    with pytest.raises(InductionMissing) as refused:
        booked(lab, **more)
    return refused.value


def version_of(instruction: Instruction) -> InstructionVersion:
    version = instruction.current
    assert version
    return version


def states() -> list[str]:
    return [*Booking.objects.order_by("span").values_list("state", flat=True)]


# --- What bookings need -------------------------------------------------------------------------------------------


def test_who_has_not_passed_books_nothing_and_hears_what_is_to_be_passed(lab: Lab, instruction: Instruction) -> None:
    refused = refusal(lab)
    assert refused.message == f"Сначала пройдите инструктаж: {instruction.name}."
    assert refused.told()["instructions"] == [{"id": instruction.pk, "name": instruction.name}]
    assert Booking.objects.count() == 0


def test_who_has_passed_books(lab: Lab, instruction: Instruction) -> None:
    school, teacher = guest()
    inducted(teacher, instruction)
    assert booked(lab, by=(school, teacher)).state == S.CONFIRMED


def test_the_induction_of_another_person_or_technopark_counts_for_nothing(lab: Lab, instruction: Instruction) -> None:
    school, teacher = guest()
    inducted(manager(lab), instruction)
    inducted(teacher, InstructionFactory())
    assert refusal(lab, by=(school, teacher)).instructions == [instruction]


def test_it_is_valid_on_the_day_of_the_booking(lab: Lab, instruction: Instruction) -> None:
    school, teacher = guest()
    inducted(teacher, instruction, valid_until=today() + 7 * DAY)
    assert booked(lab, by=(school, teacher), days=7).state == S.CONFIRMED
    assert "Инструктаж действует только до" in refusal(lab, by=(school, teacher), days=8).message


@pytest.mark.parametrize(
    "columns",
    [
        pytest.param({"completed_on": None, "used_on": None}, id="waits for the practice"),
        pytest.param({"revoked_at": timezone.now(), "reason": "Работал без очков"}, id="revoked"),
        pytest.param({"used_on": datetime.date(2024, 1, 1)}, id="not used for long"),
    ],
)
def test_it_counts_for_nothing_while_it(lab: Lab, instruction: Instruction, columns: dict[str, Any]) -> None:
    Instruction.objects.update(idle_days=60)
    school, teacher = guest()
    inducted(teacher, instruction, **columns)
    refusal(lab, by=(school, teacher))


def test_what_was_used_lately_does_not_lapse(lab: Lab, instruction: Instruction) -> None:
    Instruction.objects.update(idle_days=30)
    school, teacher = guest()
    inducted(teacher, instruction)
    assert booked(lab, by=(school, teacher)).state == S.CONFIRMED
    Induction.objects.update(used_on=today() - 31 * DAY)
    refusal(lab, by=(school, teacher))


def test_a_machine_needs_its_own_induction(lab: Lab) -> None:
    machine = EquipmentFactory(lab=lab)
    instruction = InstructionFactory(technopark=lab.technopark, machines=[machine.kind])
    school, teacher = guest()
    booked(lab, by=(school, teacher))
    assert refusal(lab, by=(school, teacher), starts=12, ends=13, equipment=(machine.pk,)).instructions == [instruction]
    inducted(teacher, instruction)
    booked(lab, 12, 13, by=(school, teacher), equipment=(machine.pk,))


def test_what_is_not_in_use_or_has_no_text_yet_or_begins_later_is_not_needed(lab: Lab) -> None:
    InstructionFactory(technopark=lab.technopark, labs=[lab], is_offered=False)
    InstructionFactory(technopark=lab.technopark, labs=[lab], needed_from=today() + 8 * DAY)
    bare = InstructionFactory(technopark=lab.technopark, labs=[lab])
    bare.versions.all().delete()
    assert booked(lab, days=7).state == S.CONFIRMED
    refusal(lab, days=8)


def test_the_host_needs_it_as_well(lab: Lab, instruction: Instruction) -> None:
    refusal(lab, by=(lab.technopark.host, manager(lab)))


def test_a_request_is_not_approved_without_it(lab: Lab) -> None:
    Lab.objects.update(needs_approval=True)
    waits = booked(Lab.objects.get())
    instruction = InstructionFactory(technopark=lab.technopark, labs=[lab])
    with pytest.raises(InductionMissing):
        approve(waits, by=manager(lab))
    assert waits.person
    inducted(waits.person, instruction)
    assert approve(waits, by=manager(lab)).state == S.CONFIRMED


# --- The quiz and the practice ------------------------------------------------------------------------------------


def test_right_answers_make_an_induction(instruction: Instruction) -> None:
    _school, teacher = guest()
    attempt = answer_quiz(version_of(instruction), person=teacher, answers=RIGHT)
    assert (attempt.right, attempt.asked, attempt.is_passed) == (2, 2, True)
    [made] = Induction.objects.all()
    assert (made.person, made.kind, made.completed_on, made.valid_until) == (teacher, "primary", today(), None)
    assert Notification.objects.get().title == f"Инструктаж пройден: {instruction.name}"


@pytest.mark.parametrize("answers", [[[0], [0]], [[0], [0, 1, 2]], [[1], [0, 2]], [[], []]])
def test_wrong_or_half_an_answer_is_none(instruction: Instruction, answers: list[list[int]]) -> None:
    attempt = answer_quiz(version_of(instruction), person=guest()[1], answers=answers)
    assert (attempt.is_passed, Induction.objects.count()) == (False, 0)


def test_so_many_per_cent_are_enough(instruction: Instruction) -> None:
    Instruction.objects.update(pass_percent=50)
    version = InstructionVersion.objects.select_related("instruction").get()
    assert answer_quiz(version, person=guest()[1], answers=[[0], [1]]).is_passed


def test_after_five_tries_of_a_day_one_reads_again(instruction: Instruction) -> None:
    _school, teacher = guest()
    for _number in range(TRIES_A_DAY):
        answer_quiz(version_of(instruction), person=teacher, answers=[[1], [1]])
    with pytest.raises(RuleViolated) as refused:
        answer_quiz(version_of(instruction), person=teacher, answers=RIGHT)
    assert refused.value.code == "too_often"
    QuizAttempt.objects.update(at=timezone.now() - DAY)
    assert answer_quiz(version_of(instruction), person=teacher, answers=RIGHT).is_passed


def test_with_practice_it_counts_when_the_manager_has_signed(lab: Lab, instruction: Instruction) -> None:
    Instruction.objects.update(needs_practice=True, valid_days=90)
    school, teacher = guest()
    host = manager(lab)
    answer_quiz(version_of(Instruction.objects.get()), person=teacher, answers=RIGHT)
    refusal(lab, by=(school, teacher))
    assert Notification.objects.get(user=host).title == f"Ждут проверки на практике: {instruction.name}"
    waiting = Induction.objects.get()
    signed = sign_off(waiting, by=host)
    assert (signed.signed_by, signed.completed_on, signed.valid_until) == (host, today(), today() + 90 * DAY)
    assert sign_off(waiting, by=manager(lab)).signed_by == host
    booked(lab, by=(school, teacher))


def test_nobody_signs_for_themselves(lab: Lab, instruction: Instruction) -> None:
    host = manager(lab)
    waiting = inducted(host, instruction, completed_on=None, used_on=None)
    with pytest.raises(RuleViolated) as refused:
        sign_off(waiting, by=host)
    assert refused.value.code == "own_practice"


def test_who_waits_or_has_it_for_long_answers_no_more(instruction: Instruction) -> None:
    teacher = guest()[1]
    inducted(teacher, instruction, completed_on=None, used_on=None)
    with pytest.raises(RuleViolated) as refused:
        answer_quiz(version_of(instruction), person=teacher, answers=RIGHT)
    assert refused.value.code == "waits"
    Induction.objects.update(completed_on=today(), used_on=today())
    with pytest.raises(RuleViolated) as refused:
        answer_quiz(version_of(instruction), person=teacher, answers=RIGHT)
    assert refused.value.code == "valid"


def test_before_it_ends_it_is_repeated(instruction: Instruction) -> None:
    teacher = guest()[1]
    inducted(teacher, instruction, valid_until=today() + 10 * DAY)
    answer_quiz(version_of(instruction), person=teacher, answers=RIGHT)
    assert [one.kind for one in Induction.objects.order_by("pk")] == ["primary", "repeated"]


@pytest.mark.parametrize(
    ("columns", "completed", "until"),
    [
        ({}, "2026-09-05", None),
        ({"valid_days": 180}, "2026-09-05", "2027-03-04"),
        ({"ends_with_school_year": True}, "2026-09-05", "2027-08-31"),
        ({"ends_with_school_year": True}, "2026-08-31", "2026-08-31"),
        ({"ends_with_school_year": True}, "2027-01-20", "2027-08-31"),
        ({"ends_with_school_year": True, "valid_days": 30}, "2026-09-05", "2026-10-05"),
        ({"ends_with_school_year": True, "valid_days": 30}, "2027-08-20", "2027-08-31"),
    ],
)
def test_how_long_it_is_valid(columns: dict[str, Any], completed: str, until: str | None) -> None:
    found = Instruction(**columns).valid_until(datetime.date.fromisoformat(completed))
    assert found == (datetime.date.fromisoformat(until) if until else None)


# --- Losing it ----------------------------------------------------------------------------------------------------


@pytest.fixture
def teacher(lab: Lab, instruction: Instruction) -> User:
    """With two bookings, and a head at school."""
    school, teacher = guest()
    RepresentativeFactory(organisation=school, role=Role.HEAD)
    inducted(teacher, instruction)
    for day in (7, 14):
        booked(lab, by=(school, teacher), days=day)
    Notification.objects.all().delete()
    return teacher


def test_revoked_it_holds_what_is_to_come_and_each_hears_of_it_once(lab: Lab, teacher: User) -> None:
    host = manager(lab)
    known = Induction.objects.get()
    revoke(known, by=host, reason="Работал без очков")
    revoke(known, by=host, reason="Ещё раз")
    assert states() == [S.HELD, S.HELD]
    told = Notification.objects.order_by("title").values_list("user", "title")
    head = Notification.objects.exclude(user=teacher).get().user
    assert {*told} == {
        (teacher.pk, "2 бронирования приостановлены"),
        (head.pk, "2 бронирования приостановлены"),
        (teacher.pk, f"Инструктаж отозван: {known.version.instruction.name}"),
    }
    assert "Работал без очков" in Notification.objects.get(title__startswith="Инструктаж").text


def test_a_revocation_has_a_reason(lab: Lab, teacher: User) -> None:
    with pytest.raises(RuleViolated) as refused:
        revoke(Induction.objects.get(), by=manager(lab), reason=" ")
    assert (refused.value.code, states()) == ("reason_missing", [S.CONFIRMED, S.CONFIRMED])


def test_what_has_begun_goes_on(lab: Lab, teacher: User) -> None:
    begun = Booking.objects.order_by("span")[0]
    begun.span = begun.blocked = (timezone.now() - DAY / 24, timezone.now() + DAY / 24)
    begun.save()
    revoke(Induction.objects.get(), by=manager(lab), reason="Работал без очков")
    assert states() == [S.CONFIRMED, S.HELD]


def test_who_passes_anew_goes_on(instruction: Instruction, lab: Lab, teacher: User) -> None:
    revoke(Induction.objects.get(), by=manager(lab), reason="Работал без очков")
    Notification.objects.all().delete()
    answer_quiz(version_of(instruction), person=teacher, answers=RIGHT)
    assert states() == [S.CONFIRMED, S.CONFIRMED]
    titles = {*Notification.objects.filter(user=teacher).values_list("title", flat=True)}
    assert titles == {"2 бронирования снова подтверждены", f"Инструктаж пройден: {instruction.name}"}


def test_a_colleague_who_has_it_takes_over(lab: Lab, instruction: Instruction, teacher: User) -> None:
    revoke(Induction.objects.get(), by=manager(lab), reason="Работал без очков")
    first = Booking.objects.order_by("span")[0]
    colleague = RepresentativeFactory(organisation=first.organisation, role=Role.TEACHER).user
    with pytest.raises(InductionMissing):
        take_over(first, by=colleague)
    inducted(colleague, instruction)
    taken = take_over(first, by=colleague)
    assert (taken.person, states()) == (colleague, [S.CONFIRMED, S.HELD])
    assert [one.action for one in taken.moves.all()] == ["book", "hold", "take_over", "resume"]


def test_held_until_its_time_it_is_called_off(lab: Lab, teacher: User) -> None:
    revoke(Induction.objects.get(), by=manager(lab), reason="Работал без очков")
    first = Booking.objects.order_by("span")[0]
    first.span = first.blocked = (timezone.now(), timezone.now() + DAY / 24)
    first.save()
    Notification.objects.all().delete()
    sweep()
    assert states() == [S.CANCELLED, S.HELD]
    assert Notification.objects.filter(user=teacher, title__startswith="Отменено, так как осталось").count() == 1


def test_a_new_text_that_is_needed_holds_bookings_and_another_does_not(instruction: Instruction, teacher: User) -> None:
    def published(text: str, **more: Any) -> InstructionVersion:
        return publish_version(
            instruction, text=text, text_en="", questions=QUESTIONS, by=teacher, **{"is_needed_anew": False, **more}
        )

    assert published("<p>Наденьте защитные очки.</p>").number == 2
    assert states() == [S.CONFIRMED, S.CONFIRMED]
    newest = published("<p>Наденьте очки и фартук.</p>", is_needed_anew=True)
    assert (newest.number, states()) == (3, [S.HELD, S.HELD])
    assert published("<p>Наденьте очки и фартук.</p>") == newest
    answer_quiz(newest, person=teacher, answers=RIGHT)
    assert (states(), Induction.objects.latest("pk").kind) == ([S.CONFIRMED, S.CONFIRMED], "unplanned")
    with pytest.raises(RuleViolated) as refused:
        answer_quiz(instruction.versions.get(number=1), person=teacher, answers=RIGHT)
    assert refused.value.code == "old_version"


def test_what_is_needed_from_now_on_holds_who_lacks_it(lab: Lab, teacher: User) -> None:
    other = InstructionFactory(technopark=lab.technopark)
    other.needed_from = today() + 10 * DAY
    save_instruction(other, relations={"labs": [lab], "machines": []}, by=manager(lab))
    assert states() == [S.CONFIRMED, S.HELD]


def test_the_clock_holds_what_lapsed_and_counts_what_was_used(
    lab: Lab, instruction: Instruction, teacher: User
) -> None:
    Instruction.objects.update(idle_days=20)
    used = Booking.objects.order_by("span")[0]
    ended = timezone.now() - 15 * DAY
    used.span = used.blocked = (ended - DAY / 24, ended)
    used.state = S.USED
    used.save()
    assert review_all() == 0
    assert Induction.objects.get().used_on == timezone.localdate(ended)
    Induction.objects.update(used_on=today() - 21 * DAY)
    used.delete()
    assert (review_all(), states()) == (1, [S.HELD])
    assert review_all() == 0


# --- Questions ----------------------------------------------------------------------------------------------------

TYPED = """Что надеть перед работой?
+ Очки
- Шарф

Что делать при запахе гари?
+ Нажать «Стоп»
− Открыть окно
+ Позвать мастера
"""


def test_questions_are_typed_as_text_and_shown_so_again() -> None:
    assert read_questions(TYPED) == QUESTIONS
    assert read_questions(write_questions(QUESTIONS)) == QUESTIONS
    assert read_questions("\n \n") == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("+ Очки\n- Шарф", "Перед строкой «+ Очки» нет вопроса."),
        ("Что надеть?\n+ Очки", "У вопроса «Что надеть?» должно быть от двух до восьми ответов."),
        ("Что надеть?\n- Очки\n- Шарф", "У вопроса «Что надеть?» нет верного ответа: поставьте перед ним +."),
        (
            "Что надеть?\n+ Очки\nШарф",
            "Под вопросом «Что надеть?» каждая строка начинается с + или −, а за ним идёт текст.",
        ),
        (
            "Что надеть?\n+ Очки\n-",
            "Под вопросом «Что надеть?» каждая строка начинается с + или −, а за ним идёт текст.",
        ),
        ("\n\n".join(f"{n}?\n+ да\n- нет" for n in range(51)), "Не больше 50 вопросов."),
    ],
)
def test_what_is_wrong_with_questions_is_said(typed: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        read_questions(typed)

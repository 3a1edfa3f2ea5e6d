"""What organisations are offered and asked, as the office edits it."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from members.applying.questionnaire import Questionnaire, field_of, is_answered, questions_form
from members.models import JoinConditions, Kind, Question, QuestionType
from tests.factories.members import ApplicationFactory
from tests.office import enter, staff_with

pytestmark = pytest.mark.django_db


def question(**fields: Any) -> Question:
    return Question(**{"key": "new", "kinds": [Kind.SCHOOL], "label": "Вопрос", **fields})


def test_each_kind_has_its_terms_and_questions_from_the_beginning() -> None:
    assert {*JoinConditions.objects.values_list("kind", flat=True)} == {*Kind.values}
    for kind in Kind.values:
        asked = Question.objects.asked_of(kind)
        assert asked.filter(key="why", is_required=True).exists(), kind
        assert asked.documents().filter(is_required=True).exists(), kind


def test_every_question_and_every_term_stands_in_both_languages() -> None:
    for row in Question.objects.all():
        assert row.label_en, row.key
        assert len(row.choices.splitlines()) == len(row.choices_en.splitlines()), row.key
    for terms in JoinConditions.objects.all():
        for name in ("gets", "gives", "asked"):
            assert len(getattr(terms, name).splitlines()) == len(getattr(terms, f"{name}_en").splitlines())


def test_what_the_office_writes_stands_on_the_page_at_once(
    client: Client, office: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    client.get("/join/")
    terms = JoinConditions.objects.get(kind=Kind.SCHOOL)
    posted = {
        name: getattr(terms, name) for name in ("summary_en", "gets_en", "gives", "gives_en", "asked", "asked_en")
    }
    address = f"/admin/members/joinconditions/{terms.pk}/change/"
    with django_capture_on_commit_callbacks(execute=True):
        assert office.post(address, posted | {"summary": "Иначе", "gets": " Первое \n\n Второе "}).status_code == 302
    terms.refresh_from_db()
    assert (terms.gets, terms.is_open) == ("Первое\nВторое", False)
    html = client.get("/join/").content.decode()
    assert "Иначе" in html
    assert "?kind=company" in html
    assert "?kind=school" not in html


def test_the_page_names_the_documents_of_each_kind(client: Client) -> None:
    Question.objects.filter(key="statute").update(is_active=False)
    html = client.get("/join/").content.decode()
    company = html[html.index('id="company"') : html.index('id="research_institute"')]
    assert "Устав" in company
    assert "Положение" not in html


def test_the_page_costs_two_queries(client: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):
        client.get("/join/")


@pytest.mark.parametrize(
    ("type_", "typed", "clean"),
    [
        (QuestionType.LINE, "да", "да"),
        (QuestionType.TEXT, "да\nнет", "да\nнет"),
        (QuestionType.NUMBER, "12", 12),
        (QuestionType.YES_NO, "no", "no"),
        (QuestionType.CHOICE, "Один", "Один"),
        (QuestionType.SEVERAL, ["Один", "Два"], ["Один", "Два"]),
    ],
)
def test_each_type_of_question_takes_its_answer(type_: str, typed: Any, clean: Any) -> None:
    choices = "Один\nДва" if type_ in (QuestionType.CHOICE, QuestionType.SEVERAL) else ""
    assert field_of(question(type=type_, choices=choices)).clean(typed) == clean


@pytest.mark.parametrize(
    ("type_", "typed"),
    [
        (QuestionType.NUMBER, "-1"),
        (QuestionType.NUMBER, "много"),
        (QuestionType.DATE, "32.13.2026"),
        (QuestionType.YES_NO, "maybe"),
        (QuestionType.CHOICE, "Три"),
        (QuestionType.LINE, "x" * 301),
        (QuestionType.TEXT, "x" * 5001),
    ],
)
def test_and_no_other(type_: str, typed: str) -> None:
    field = field_of(question(type=type_, choices="Один\nДва" if type_ == QuestionType.CHOICE else ""))
    with pytest.raises(ValidationError):
        field.clean(typed)


def test_choices_are_kept_in_russian_and_shown_in_the_readers_language(english: None) -> None:
    [offers] = Question.objects.filter(key="offers")
    assert offers.pairs[0] == ("Задачи для команд", "Problems for teams")


@pytest.mark.parametrize(
    "wrong",
    [{"kinds": []}, {"type": QuestionType.CHOICE}, {"choices": "Один"}],
    ids=["of nobody", "nothing to choose", "nothing chooses"],
)
def test_the_database_refuses_a_question_that_cannot_be_asked(wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError):
        question(**wrong).save()


def test_english_choices_follow_the_russian_ones() -> None:
    with pytest.raises(ValidationError) as refused:
        question(type=QuestionType.CHOICE, choices="Один\nДва", choices_en="One").full_clean()
    assert [*refused.value.message_dict] == ["choices_en"]


def test_what_was_answered_is_switched_off_and_never_deleted(office: Client) -> None:
    [why, partners] = Question.objects.filter(key__in=["why", "partners"])
    ApplicationFactory()
    assert (is_answered(why), is_answered(partners)) == (True, False)
    for row in (why, partners):
        office.post(f"/admin/members/question/{row.pk}/delete/", {"post": "yes"})
    assert [*Question.objects.filter(key__in=["why", "partners"])] == [why]
    office.post("/admin/members/question/", {"action": "delete_selected", "_selected_action": [why.pk], "post": "yes"})
    assert Question.objects.filter(pk=why.pk).exists()


def test_a_question_that_is_switched_off_is_asked_of_nobody() -> None:
    Question.objects.filter(key="why").update(is_active=False)
    assert "q-why" not in Questionnaire(ApplicationFactory.build()).forms["questions"].fields


def test_the_office_makes_a_question_without_a_programmer(office: Client) -> None:
    posted = {"key": "age", "label": "Возраст", "kinds": ["school", "college"], "type": "number", "position": "5"}
    assert office.post("/admin/members/question/add/", posted | {"is_active": "on"}).status_code == 302
    [first, *_others] = questions_form([*Question.objects.asked_of("school")]).fields
    assert first == "q-age"


def test_the_form_is_shown_to_staff_as_its_applicants_meet_it() -> None:
    html = enter(staff_with("members.view_question")).get("/join/preview/company/").content.decode()
    assert 'name="q-offers"' in html
    assert 'name="q-engineering-pupils"' not in html
    assert enter(staff_with("members.view_organisation")).get("/join/preview/company/").status_code == 404
    assert enter(staff_with("members.view_question")).get("/join/preview/nothing/").status_code == 404

"""The turns of an application: who may make them, when, what comes of each, and who is told."""

import datetime
import re
from functools import partial
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import IntegrityError, connections, transaction
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from common.errors import RuleViolated
from common.models import OutgoingMail
from members.applying.drafts import (
    MOST_FILES,
    AlreadyKnown,
    attach_file,
    confirm_address,
    remove_file,
    save_step,
    start_application,
)
from members.applying.moves import MOVES, Asked, due_on, move_application
from members.applying.questionnaire import Questionnaire
from members.consents.services import publish_consent_text, text_in_force
from members.models import (
    OVER,
    ApplicationFile,
    ApplicationMove,
    ApplicationState,
    Consent,
    JoinConditions,
    MembershipApplication,
    Organisation,
    Question,
    Role,
    Tier,
    User,
    Who,
)
from tests.at_once import at_once
from tests.factories.members import (
    ApplicationFactory,
    MembershipFactory,
    OrganisationFactory,
    RepresentativeFactory,
    UserFactory,
    valid_inn,
    valid_ogrn,
)
from tests.office import staff_with, superuser

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n"
YESTERDAY = timezone.localdate() - datetime.timedelta(days=1)
START: dict[str, Any] = {
    "kind": "company",
    "name": "ООО «Робот»",
    "inn": valid_inn(1),
    "email": "anna@example.org",
    "language": "ru",
}


def charter(application: MembershipApplication, content: bytes = PDF, key: str = "charter") -> ApplicationFile:
    upload = ContentFile(content, name="Устав.pdf")
    return attach_file(application, question=Question.objects.get(key=key), upload=upload)


def consent() -> Asked:
    return Asked(consent=text_in_force("application"))


def submit(application: MembershipApplication, by: User | None = None) -> MembershipApplication:
    return move_application(application, action="submit", who=Who.APPLICANT, by=by, asked=consent())


def submitted(**fields: Any) -> MembershipApplication:
    application = ApplicationFactory(**fields)
    charter(application)
    return submit(application)


def in_state(state: str, **fields: Any) -> MembershipApplication:
    """As it would be after the turns that lead there."""
    ways = {
        "draft": [],
        "submitted": ["submit"],
        "in_review": ["submit", "take_up"],
        "returned": ["submit", "take_up", "return"],
        "on_agenda": ["submit", "take_up", "put_on_agenda"],
        "accepted": ["submit", "take_up", "put_on_agenda", "accept"],
        "declined": ["submit", "take_up", "put_on_agenda", "decline"],
        "member": ["submit", "take_up", "put_on_agenda", "accept", "enrol"],
        "withdrawn": ["submit", "withdraw"],
    }
    application = ApplicationFactory(**fields)
    charter(application)
    for action in ways[state]:
        application = turn(application, action)
    return application


def turn(application: MembershipApplication, action: str, by: User | None = None, **said: Any) -> MembershipApplication:
    who = MOVES[action].who[0]
    asked = consent() if action == "submit" else Asked(**{"reason": "Так решено", **said})
    return move_application(application, action=action, who=who, by=by, asked=asked)


def letters_to(address: str) -> list[OutgoingMail]:
    return [*OutgoingMail.objects.filter(recipient=address).order_by("pk")]


# --- The beginning -------------------------------------------------------------------------------------------


def test_a_guest_begins_and_is_asked_to_confirm_the_address_in_words_of_ours_alone() -> None:
    application = start_application(None, **START)
    assert (application.state, application.name, application.inn) == ("draft", START["name"], START["inn"])
    [letter] = letters_to("anna@example.org")
    assert START["name"] not in letter.subject + letter.text
    assert not application.confirmed_at


def test_who_has_an_account_confirms_nothing() -> None:
    anna = UserFactory(email="account@example.org", first_name="Анна", last_name="Волкова")
    application = start_application(anna, **START)
    assert application.email == "account@example.org"
    assert application.confirmed_at
    assert application.contact == "Волкова Анна"
    assert OutgoingMail.objects.count() == 0


def test_a_kind_that_is_closed_takes_no_applications() -> None:
    JoinConditions.objects.filter(kind="company").update(is_open=False)
    with pytest.raises(RuleViolated) as refused:
        start_application(None, **START)
    assert refused.value.code == "kind_closed"


@pytest.mark.parametrize("known", ["a member", "with people"])
def test_an_organisation_that_is_known_is_to_ask_its_people(known: str) -> None:
    organisation = OrganisationFactory(inn=START["inn"], tier=Tier.FULL if known == "a member" else None)
    if known == "with people":
        RepresentativeFactory(organisation=organisation)
    with pytest.raises(AlreadyKnown) as refused:
        start_application(UserFactory(), **START)
    assert refused.value.organisation == organisation
    assert MembershipApplication.objects.count() == 0


def test_one_that_the_directory_merely_lists_may_apply() -> None:
    organisation = OrganisationFactory(inn=START["inn"], city="Сургут")
    application = start_application(None, **START)
    assert application.organisation == organisation
    assert application.data["city"] == ["Сургут"]


def test_of_one_that_is_hidden_a_stranger_is_told_nothing_and_its_own_head_everything() -> None:
    hidden = OrganisationFactory(inn=START["inn"], city="Тайна", is_published=False)
    begun = start_application(UserFactory(), **START)
    assert begun.organisation == hidden
    assert {*begun.data} == {"contact_name", "name", "inn", "tier"}
    head = RepresentativeFactory(organisation=hidden, role=Role.HEAD).user
    assert start_application(head, **START).data["city"] == ["Тайна"]


@pytest.mark.parametrize(("role", "may"), [(Role.HEAD, True), (Role.COORDINATOR, True), (Role.VIEWER, False)])
def test_its_own_head_or_coordinator_begins_with_what_is_known(role: str, may: bool) -> None:
    person = RepresentativeFactory(organisation__inn=START["inn"], role=role)
    if not may:
        with pytest.raises(AlreadyKnown):
            start_application(person.user, **START)
        return
    application = start_application(person.user, **START)
    assert (application.organisation, application.data["ogrn"]) == (person.organisation, [person.organisation.ogrn])


@pytest.mark.parametrize("status", OVER)
def test_who_is_no_member_any_more_may_apply_anew(status: str) -> None:
    organisation = OrganisationFactory(inn=START["inn"])
    MembershipFactory(organisation=organisation, status=status, ended_on=YESTERDAY)
    head = RepresentativeFactory(organisation=organisation, role=Role.HEAD).user
    assert start_application(head, **START).organisation == organisation


def test_of_one_number_one_application_is_under_way_and_drafts_bind_nobody() -> None:
    first, second = (ApplicationFactory(inn=START["inn"]) for _ in range(2))
    charter(first), charter(second)
    submit(first)
    with pytest.raises(RuleViolated) as refused:
        submit(second)
    assert refused.value.code == "application_open"
    with pytest.raises(RuleViolated, match="уже подано"):
        start_application(UserFactory(), **START)
    turn(first, "withdraw")
    assert submit(second).state == "submitted"


@pytest.mark.django_db(transaction=True)
def test_of_one_ogrn_under_two_inns_one_application_is_under_way() -> None:
    ogrn, drafts = valid_ogrn(7), [ApplicationFactory(), ApplicationFactory()]
    for draft in drafts:
        save_step(draft, names=["ogrn"], typed={"ogrn": [ogrn]})
        charter(draft)
    outcomes = at_once(*(partial(submit, draft) for draft in drafts))
    [refused] = [one for one in outcomes if isinstance(one, RuleViolated)]
    assert refused.code == "application_open"
    assert MembershipApplication.objects.pending().count() == 1


def test_the_database_keeps_one_number_to_one_application() -> None:
    first, second = submitted(), submitted()
    with pytest.raises(IntegrityError), transaction.atomic():
        MembershipApplication.objects.filter(pk=second.pk).update(inn=first.inn)


def test_the_letter_confirms_the_address_it_went_to_and_no_other() -> None:
    application = ApplicationFactory(confirmed_at=None, email="anna@example.org")
    with pytest.raises(RuleViolated):
        confirm_address(application, email="other@example.org")
    once = confirm_address(application, email="anna@example.org").confirmed_at
    assert once
    assert confirm_address(application, email="anna@example.org").confirmed_at == once


# --- What is typed -------------------------------------------------------------------------------------------


def test_whatever_is_typed_is_kept_as_it_is() -> None:
    application = ApplicationFactory(data={"name": ["Было"]})
    typed = {"inn": ["77 07 не число"], "city": ["\0Сур"], "unknown": ["x"]}
    save_step(application, names=["inn", "city", "region"], typed=typed)
    application.refresh_from_db()
    assert application.data == {"name": ["Было"], "inn": ["77 07 не число"], "city": ["Сур"], "region": []}
    assert application.inn == "7707нечисло"


@pytest.mark.parametrize("state", [state for state in ApplicationState.values if state not in ("draft", "returned")])
def test_what_was_submitted_is_changed_by_nobody(state: str) -> None:
    application = in_state(state)
    with pytest.raises(RuleViolated):
        save_step(application, names=["city"], typed={"city": ["Другой"]})
    with pytest.raises(RuleViolated):
        charter(application, b"%PDF-1.7 other")
    with pytest.raises(RuleViolated):
        remove_file(application.files.get())
    application.refresh_from_db()
    assert (application.data["city"], application.files.count()) == (["Химки"], 1)


def test_a_file_sent_twice_is_kept_once_and_ten_are_enough() -> None:
    application = ApplicationFactory()
    assert charter(application) == charter(application)
    for number in range(1, MOST_FILES):
        charter(application, PDF + bytes([number]))
    with pytest.raises(RuleViolated) as refused:
        charter(application, PDF + b"eleventh")
    assert refused.value.code == "too_many_files"
    assert application.files.count() == MOST_FILES


def test_a_file_has_a_name_of_ours_and_keeps_that_of_its_owner_for_show() -> None:
    upload = ContentFile(PDF, name="../../../etc/Устав «Робота».exe")
    question = Question.objects.get(key="charter")
    file = attach_file(ApplicationFactory(), question=question, upload=upload)
    assert re.fullmatch(r"applications/[0-9a-f-]{36}\.pdf", str(file.file.name))
    assert "/" not in file.original_name


def test_a_removed_file_goes_with_the_commit(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    file = charter(ApplicationFactory())
    storage, name = file.file.storage, str(file.file.name)
    with django_capture_on_commit_callbacks(execute=True):
        remove_file(file)
        assert storage.exists(name)
    assert not storage.exists(name)


def test_a_full_disk_leaves_no_row(monkeypatch: pytest.MonkeyPatch) -> None:
    application = ApplicationFactory()

    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ApplicationFile._meta.get_field("file").storage, "_save", full)
    with pytest.raises(RuleViolated) as refused:
        charter(application)
    assert refused.value.code == "no_room"
    assert application.files.count() == 0


def test_what_is_no_document_is_refused() -> None:
    application = ApplicationFactory()
    with pytest.raises(ValidationError):
        charter(application, b"MZ")
    assert application.files.count() == 0


# --- Submitted -----------------------------------------------------------------------------------------------


@time_machine.travel("2026-12-10T10:00:00+03:00", tick=False)
def test_a_submission_has_a_number_a_term_and_its_answers_frozen_in_both_languages() -> None:
    first, second = submitted(), submitted()
    assert [first.number, second.number] == ["З-2026-0001", "З-2026-0002"]
    assert first.due_on == datetime.date(2026, 12, 15)  # Thursday and three working days
    Question.objects.filter(key="offers").update(label="Другое", label_en="Other")
    first.refresh_from_db()
    [offers] = [one for one in first.answers if one["name"] == "q-offers"]
    assert offers == {
        "step": "questions",
        "name": "q-offers",
        "label": "Что вы можете предложить",
        "label_en": "What you can offer",
        "shown": "Задачи для команд, Наставников",
        "shown_en": "Problems for teams, Mentors",
    }
    assert {one["name"]: one["shown"] for one in first.answers}["q-charter"] == "Устав.pdf"


def test_what_lacks_is_named_and_nothing_is_submitted_without_it() -> None:
    application = ApplicationFactory()
    del application.data["city"]
    application.data["inn"] = ["7700000000"]
    application.save()
    lacks = [(lack.step, lack.label) for lack in Questionnaire(application).lacks]
    assert lacks == [("organisation", "ИНН"), ("organisation", "Город"), ("documents", "Устав")]
    with pytest.raises(RuleViolated) as refused:
        submit(application)
    assert refused.value.code == "application_incomplete"


@pytest.mark.parametrize("website", [f"https://example.org/{'a' * 200}", "ftp://example.org/x", "javascript:alert(1)"])
def test_a_website_is_a_page_that_the_directory_can_keep(website: str) -> None:
    application = ApplicationFactory(besides={"website": [website]})
    charter(application)
    assert [lack.label for lack in Questionnaire(application).lacks] == ["Сайт"]


def test_digits_of_another_script_are_the_same_number() -> None:
    first, wide = submitted(), ApplicationFactory()
    charter(wide)
    save_step(wide, names=["inn"], typed={"inn": [first.inn.translate({ord("0") + n: 0xFF10 + n for n in range(10)})]})
    with pytest.raises(RuleViolated) as refused:
        submit(wide)
    assert refused.value.code == "application_open"


def test_the_address_must_be_confirmed() -> None:
    application = ApplicationFactory(confirmed_at=None)
    charter(application)
    with pytest.raises(RuleViolated) as refused:
        submit(application)
    assert refused.value.code == "address_not_confirmed"


def test_a_consent_is_asked_for_and_kept_with_the_version_of_its_text() -> None:
    application = ApplicationFactory()
    charter(application)
    with pytest.raises(RuleViolated) as refused:
        move_application(application, action="submit", who=Who.APPLICANT)
    assert refused.value.code == "consent_lacks"
    old = text_in_force("application")
    publish_consent_text("application", text="Иначе", text_en="Otherwise")
    with pytest.raises(RuleViolated):
        move_application(application, action="submit", who=Who.APPLICANT, asked=Asked(consent=old))
    submit(application)
    given = Consent.objects.get()
    assert (given.text.version, given.user) == (2, None)


def test_of_who_has_an_account_the_consent_stands_in_the_account() -> None:
    anna = UserFactory()
    application = ApplicationFactory(applicant=anna)
    charter(application)
    submit(application, by=anna)
    assert Consent.objects.get(user=anna).text == text_in_force("application")


def test_a_returned_one_keeps_its_number_and_its_consent() -> None:
    application = in_state("returned")
    again = submit(application)
    assert (again.number, again.consent, again.moves.count()) == (application.number, application.consent, 4)
    assert Consent.objects.count() == 1


# --- Every turn ----------------------------------------------------------------------------------------------

LEGAL = {(source, action) for action, move in MOVES.items() for source in move.sources}


@pytest.mark.parametrize("state", ApplicationState.values)
def test_from_each_state_only_the_turns_of_the_table_lead_on(state: str) -> None:
    for action, move in MOVES.items():
        with transaction.atomic():
            application = in_state(state)
            MembershipApplication.objects.filter(pk=application.pk).update(due_on=YESTERDAY)  # what a term ends, ends
            if (state, action) in LEGAL:
                assert turn(application, action, by=UserFactory()).state == move.target, action
            else:
                with pytest.raises(RuleViolated) as refused:
                    turn(application, action, by=UserFactory())
                assert refused.value.code == "application_moved", action
            transaction.set_rollback(True)


@pytest.mark.parametrize("action", MOVES)
def test_a_turn_is_made_by_nobody_else(action: str) -> None:
    application = in_state(MOVES[action].sources[0])
    for who in {*Who} - {*MOVES[action].who}:
        with pytest.raises(RuleViolated) as refused:
            move_application(application, action=action, who=who, asked=Asked(reason="Так"))
        assert refused.value.code == "not_yours"


@pytest.mark.parametrize(("action", "code"), [("return", "remarks_lack"), ("decline", "reason_lacks")])
def test_who_refuses_says_why(action: str, code: str) -> None:
    application = in_state(MOVES[action].sources[0])
    with pytest.raises(RuleViolated) as refused:
        turn(application, action, reason="")
    assert refused.value.code == code
    turn(application, action, reason="Нет устава")
    assert ApplicationMove.objects.get(action=action).reason == "Нет устава"


def test_each_turn_leaves_its_row() -> None:
    staff = UserFactory(first_name="Иван", last_name="Конторин")
    application = turn(submitted(), "take_up", by=staff)
    rows = application.moves.values_list("action", "source", "target", "who", "by", "who_named")
    assert [*rows] == [
        ("submit", "draft", "submitted", "applicant", None, "Ольга Контактная"),
        ("take_up", "submitted", "in_review", "staff", staff.pk, "Конторин Иван"),
    ]


def test_repeated_by_the_same_person_it_is_done_once() -> None:
    staff, application = UserFactory(), submitted()
    for _ in range(3):
        assert turn(application, "take_up", by=staff).state == "in_review"
    assert application.moves.count() == 2


def test_the_second_of_two_is_told_what_was_decided() -> None:
    application = in_state("in_review")
    turn(application, "put_on_agenda", by=UserFactory(first_name="Первая", last_name="Решила"))
    with pytest.raises(RuleViolated, match=r"В\xa0повестке совета.*Решила Первая"):
        turn(application, "return", by=UserFactory())


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_decides() -> None:
    application, start = in_state("in_review"), Barrier(2)
    people, outcomes = [UserFactory(), UserFactory()], []

    def decide(action: str, by: User) -> None:
        start.wait()
        try:
            outcomes.append(turn(application, action, by=by).state)
        except RuleViolated as error:
            outcomes.append(error.code)
        connections.close_all()

    actions = ("return", "put_on_agenda")
    threads = [Thread(target=decide, args=pair) for pair in zip(actions, people, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    application.refresh_from_db()
    assert sorted(outcomes) == sorted(["application_moved", application.state])
    assert ApplicationMove.objects.filter(source="in_review").count() == 1


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_however_many_come_at_once() -> None:
    applications = [ApplicationFactory() for _ in range(6)]
    for application in applications:
        charter(application)
    start = Barrier(len(applications))

    def send(application: MembershipApplication) -> None:
        start.wait()
        submit(application)
        connections.close_all()

    threads = [Thread(target=send, args=(application,)) for application in applications]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = MembershipApplication.objects.order_by("number").values_list("number", flat=True)
    assert [number[-4:] for number in numbers] == ["0001", "0002", "0003", "0004", "0005", "0006"]


@pytest.mark.django_db(transaction=True)
def test_of_two_applications_with_one_inn_that_are_submitted_at_once_one_is_taken() -> None:
    """Each has passed the check before the other was there."""
    drafts = [ApplicationFactory(inn=valid_inn(1)) for _ in range(2)]
    for draft in drafts:
        charter(draft)
    outcomes = at_once(*[partial(submit, draft) for draft in drafts])
    refused = [one for one in outcomes if isinstance(one, RuleViolated)]
    assert [one.code for one in refused] == ["application_open"]
    assert MembershipApplication.objects.filter(state="submitted").count() == 1


# --- Who is told ---------------------------------------------------------------------------------------------


def test_the_applicant_is_told_of_every_turn_in_their_language() -> None:
    in_state("declined", email="anna@example.org", language="en")
    subjects = [letter.subject.partition(": ")[2] for letter in letters_to("anna@example.org")]
    assert subjects == [
        "Submitted to the association",
        "Taken up by the office",
        "Put on the agenda of the board",
        "Declined by the board",
    ]
    assert "Так решено" in letters_to("anna@example.org")[-1].text


def test_remarks_stand_in_the_letter_beside_their_fields() -> None:
    application = in_state("in_review", email="anna@example.org")
    turn(application, "return", remarks={"q-charter": "Нет последней страницы", "city": ""}, reason="")
    text = letters_to("anna@example.org")[-1].text
    assert "Устав: Нет последней страницы" in text
    assert "Город" not in text
    application.refresh_from_db()
    assert application.remarks() == [("documents", "Устав", "Нет последней страницы")]


def test_those_who_review_are_told_of_what_comes_and_comes_back_and_nobody_else() -> None:
    reviewer, chief = staff_with("members.decide_application"), superuser()
    staff_with("members.view_membershipapplication")
    application = in_state("returned", email="anna@example.org")
    submit(application)
    for person in (reviewer, chief):
        assert [letter.subject.split()[0] for letter in letters_to(person.email)] == ["Новое", "Заявление"]
    assert {*OutgoingMail.objects.values_list("recipient", flat=True)} == {
        "anna@example.org", reviewer.email, chief.email,
    }  # fmt: skip


def test_terms_skip_the_weekend() -> None:
    with time_machine.travel("2026-12-11T10:00:00+03:00", tick=False):  # a Friday
        assert due_on("submitted") == datetime.date(2026, 12, 16)
        assert due_on("in_review") == datetime.date(2026, 12, 25)
        assert due_on("returned") == datetime.date(2027, 1, 10)
        assert due_on("on_agenda") is None


def test_an_organisation_of_the_directory_may_go_before_its_application() -> None:
    organisation = OrganisationFactory()
    application = ApplicationFactory(organisation=organisation)
    Organisation.objects.filter(pk=organisation.pk).delete()
    application.refresh_from_db()
    assert application.organisation is None

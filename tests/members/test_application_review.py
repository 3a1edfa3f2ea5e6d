"""The office at work on applications: the queue, the review on one screen, and what runs out."""

import datetime
import re
from typing import Any, cast

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from common.errors import RuleViolated
from common.models import OutgoingMail, PersonalDataView, SignedLink
from members.applying.drafts import save_step
from members.applying.emails import token_of
from members.applying.moves import move_application
from members.applying.terms import escalate, expire, forget, remind
from members.models import ApplicationState, Consent, MembershipApplication, User
from members.personal_data.erasure import erase_person
from tests.at_once import at_once
from tests.factories.members import ApplicationFactory, BoardSessionFactory, OrganisationFactory, UserFactory
from tests.members.accounts import confirmed
from tests.members.test_applications import charter, in_state, letters_to, submitted, turn
from tests.office import enter, staff_with, superuser

pytestmark = pytest.mark.django_db
LIST = "/admin/members/membershipapplication/"


def page_of(application: MembershipApplication, rest: str = "change") -> str:
    return f"{LIST}{application.pk}/{rest}/"


def later(days: int) -> Any:
    return time_machine.travel(timezone.now() + datetime.timedelta(days=days), tick=False)


# --- The review ----------------------------------------------------------------------------------------------


def test_a_review_shows_what_was_asked_and_answered_and_who_looks_is_logged(office: Client) -> None:
    application = submitted()
    html = office.get(page_of(application)).content.decode()
    assert "What you can offer" in html
    assert "Problems for teams, Mentors" in html
    assert PersonalDataView.objects.filter(record="members.membershipapplication").count() == 1


def test_a_file_is_opened_through_a_check_that_is_logged(office: Client) -> None:
    file = submitted().files.get()
    address = page_of(file.application, f"files/{file.pk}")
    assert office.get(address).status_code == 200
    assert PersonalDataView.objects.filter(record="members.applicationfile").count() == 1
    assert enter(staff_with("members.view_organisation")).get(address).status_code == 403
    assert office.get(page_of(submitted(), f"files/{file.pk}")).status_code == 404


@pytest.mark.parametrize(
    ("state", "buttons"),
    [
        ("submitted", ["take_up", "withdraw"]),
        ("in_review", ["put_on_agenda", "return", "withdraw"]),
        ("returned", ["withdraw"]),
        ("on_agenda", ["take_off", "withdraw"]),
        ("declined", []),
    ],
)
def test_buttons_are_those_of_the_table(office: Client, state: str, buttons: list[str]) -> None:
    review = office.get(page_of(in_state(state))).context["review"]
    assert [name for name, _title, _variant in review.buttons] == buttons


def test_a_draft_is_nothing_to_the_office(office: Client) -> None:
    draft = ApplicationFactory()
    assert [*office.get(LIST).context["cl"].result_list] == []
    assert office.get(page_of(draft)).status_code == 302
    assert office.post(page_of(draft, "move"), {"action": "withdraw"}).status_code == 404


def test_who_has_read_a_former_submission_is_told(office: Client) -> None:
    """Returned, changed and taken up again by a colleague, it is in review as before, with other answers."""
    application = in_state("in_review")
    seen = office.get(page_of(application)).context["review"].seen
    application = turn(application, "return")
    save_step(application, names=["city"], typed={"city": ["Пермь"]})
    turn(turn(application, "submit"), "take_up")
    posted = {"action": "put_on_agenda", "session": BoardSessionFactory().pk}
    page = office.post(page_of(application, "move"), posted | {"seen": seen})
    assert "submitted anew" in page.content.decode()
    application.refresh_from_db()
    assert application.state == "in_review"
    office.post(page_of(application, "move"), posted | {"seen": page.context["review"].seen})
    application.refresh_from_db()
    assert application.state == "on_agenda"


def test_remarks_go_back_to_the_applicant(office: Client) -> None:
    application = in_state("in_review", email="anna@example.org")
    posted = {"action": "return", "reason": "", "remark-city": "Какой город?", "remark-inn": " "}
    office.post(page_of(application, "move"), posted)
    application.refresh_from_db()
    assert application.state == "returned"
    assert [text for _step, _label, text in application.remarks()] == ["Какой город?"]
    assert "Какой город?" in letters_to("anna@example.org")[-1].text


def test_who_may_look_may_not_decide() -> None:
    client = enter(staff_with("members.view_membershipapplication"))
    application = submitted()
    page = client.get(page_of(application))
    assert page.status_code == 200
    assert page.context["review"].buttons == []
    assert client.post(page_of(application, "move"), {"action": "take_up"}).status_code == 403
    assert client.post(page_of(application), {"state": "member"}).status_code == 403
    application.refresh_from_db()
    assert application.state == "submitted"


@pytest.mark.parametrize("action", ["accept", "decline", "postpone", "enrol", "submit", "nonsense"])
def test_what_is_the_boards_or_the_applicants_has_no_button(office: Client, action: str) -> None:
    application = in_state("on_agenda")
    office.post(page_of(application, "move"), {"action": action, "reason": "Так"})
    application.refresh_from_db()
    assert application.state == "on_agenda"


def test_the_slower_of_two_is_told(office: Client) -> None:
    application = in_state("in_review")
    turn(application, "put_on_agenda", by=UserFactory(first_name="Первая", last_name="Решила"))
    page = office.post(page_of(application, "move"), {"action": "return", "reason": "Нет"}, follow=True)
    assert "Решила Первая was quicker" in page.content.decode()


TYPED = {"reason": "Спросите у ректора", "remark-city": "Какой город?"}


def test_a_refused_decision_is_shown_with_all_that_was_typed(office: Client) -> None:
    application, sessions = in_state("in_review"), [BoardSessionFactory(protocol_number=str(one)) for one in range(2)]
    posted = {**TYPED, "action": "put_on_agenda", "session": "0", "tier": "founder"}
    page = office.post(page_of(application, "move"), posted)
    html = page.content.decode()
    assert all(f">{words}</textarea>" in html for words in TYPED.values())
    assert re.search(r'<option value="founder"\s+selected', html)
    assert (page.status_code, told(page)) == (200, ["error"])
    BoardSessionFactory(held_on="2099-01-01", protocol_number="9")
    for session in sessions:
        refused = {**TYPED, "action": "return", "reason": "", "remark-city": " ", "session": session.pk}
        html = office.post(page_of(application, "move"), refused).content.decode()
        assert re.search(rf'<option value="{session.pk}"\s+selected', html)


@pytest.mark.parametrize("action", ["return", "withdraw"])
def test_who_was_slower_loses_no_word(office: Client, action: str) -> None:
    application = in_state("in_review")
    turn(application, action, by=UserFactory())
    html = office.post(page_of(application, "move"), {**TYPED, "action": "return"}).content.decode()
    assert all(f">{words}</textarea>" in html for words in TYPED.values())


def test_what_is_known_already_stands_beside(office: Client) -> None:
    earlier = in_state("withdrawn")
    application = submitted(inn=earlier.inn, short_name="Лицей робототехники", name="Лицей робототехники")
    same = OrganisationFactory(inn=application.inn)
    similar = OrganisationFactory(short_name="Лицей робототехнники")
    other = OrganisationFactory(short_name="Завод")
    review = office.get(page_of(application)).context["review"]
    assert review.same_number == [same]
    assert similar in review.similar
    assert other not in review.similar
    assert review.other_applications == [earlier]


def test_several_go_on_the_agenda_after_a_look_at_them(office: Client) -> None:
    ready, not_ready = in_state("in_review"), submitted()
    posted = {"action": "put_on_agenda", "_selected_action": [ready.pk, not_ready.pk]}
    preview = office.post(LIST, posted)
    assert [pk for pk, _words in preview.context["possible"]] == [ready.pk]
    assert preview.context["left_out"] == [(str(not_ready), "Submitted")]
    ready.refresh_from_db()
    assert ready.state == "in_review"
    assert office.post(LIST, {**posted, "sure": "1"}).context["form"].errors.keys() == {"session"}
    ready.refresh_from_db()
    assert ready.state == "in_review"  # no session was chosen
    chosen = {**posted, "sure": "1", "session": BoardSessionFactory().pk}
    assert told(office.post(LIST, chosen, follow=True)) == ["error", "success"]
    for application, state in ((ready, "on_agenda"), (not_ready, "submitted")):
        application.refresh_from_db()
        assert application.state == state
    elsewhere = {**chosen, "session": BoardSessionFactory(protocol_number="8").pk}
    assert told(office.post(LIST, elsewhere, follow=True)) == ["error", "error"]  # nothing done is no success


def told(page: Any) -> list[str]:
    return [one.level_tag for one in page.context["messages"]]


def test_what_is_overdue_stands_on_top(office: Client) -> None:
    for due, short_name in ((5, "Потом"), (-2, "Поздно"), (1, "Скоро")):
        application = submitted(short_name=short_name)
        day = timezone.localdate() + datetime.timedelta(days=due)
        MembershipApplication.objects.filter(pk=application.pk).update(due_on=day)
    html = office.get(LIST).content.decode()
    order = [html.index(name) for name in ("Поздно", "Скоро", "Потом")]
    assert order == sorted(order)
    only_late = office.get(f"{LIST}?term=over").content.decode()
    assert "Поздно" in only_late
    assert "Скоро" not in only_late
    assert "Поздно" in office.get("/admin/").content.decode()


def test_a_review_costs_as_much_for_three_files_as_for_one(office: Client, django_assert_max_num_queries: Any) -> None:
    application = ApplicationFactory()
    for number in range(3):
        charter(application, b"%PDF-" + bytes([number]))
    turn(application, "submit")
    with django_assert_max_num_queries(25):
        office.get(page_of(application))


def test_the_office_puts_another_tier_to_the_vote_and_a_founder_as_well(office: Client) -> None:
    wished, other = in_state("in_review", tier="associate"), in_state("in_review", tier="associate")
    session = BoardSessionFactory()
    html = office.get(page_of(wished)).content.decode()
    assert re.search(r'<option value="associate"\s+selected', html)
    for application, tier in ((wished, "no such tier"), (other, "founder")):
        posted = {"action": "put_on_agenda", "session": session.pk, "tier": tier}
        office.post(page_of(application, "move"), posted)
    assert [*session.items.values_list("application", "tier")] == [(wished.pk, "associate"), (other.pk, "founder")]


# --- Terms ---------------------------------------------------------------------------------------------------


def test_what_is_late_is_told_to_the_office_once_a_step() -> None:
    chief, application = superuser(), submitted()
    assert escalate() == 0
    with later(6):
        assert [escalate(), escalate()] == [1, 0]
        turn(application, "take_up")
        assert escalate() == 0
    with later(40):
        assert [escalate(), escalate()] == [1, 0]
        turn(application, "return")
    with later(90):
        assert escalate() == 0  # now it is the applicant who is late
    late = [letter for letter in letters_to(chief.email) if letter.subject.startswith("Просрочено")]
    assert len(late) == 2


def test_an_applicant_is_reminded_of_remarks_once_before_the_term() -> None:
    in_state("returned", email="anna@example.org")
    sent = len(letters_to("anna@example.org"))
    assert remind() == 0
    with later(24):
        assert [remind(), remind()] == [1, 0]
    assert len(letters_to("anna@example.org")) == sent + 1


def test_a_draft_is_told_of_at_ninety_days_and_gone_at_a_hundred_and_twenty(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    application = ApplicationFactory(email="anna@example.org")
    file = charter(application)
    token_of(application)
    storage, name = file.file.storage, str(file.file.name)
    for days, told, gone in ((89, 0, 0), (91, 1, 0), (119, 0, 0), (122, 0, 1)):
        with later(days), django_capture_on_commit_callbacks(execute=True):
            assert (remind(), forget()) == (told, gone), days
    assert MembershipApplication.objects.count() == 0
    assert SignedLink.objects.count() == 0
    assert not storage.exists(name)


@pytest.mark.django_db(transaction=True)
def test_of_two_runs_at_once_one_reminds_of_a_draft() -> None:
    draft = ApplicationFactory(email="anna@example.org")
    MembershipApplication.objects.filter(pk=draft.pk).update(updated_at=timezone.now() - datetime.timedelta(days=91))
    assert sorted(cast("list[int]", at_once(*[remind] * 4))) == [0, 0, 0, 1]
    assert len(letters_to("anna@example.org")) == 1


def test_a_draft_of_which_nobody_was_told_is_not_deleted_at_once() -> None:
    ApplicationFactory()
    with later(200):
        assert (forget(), remind(), forget()) == (0, 1, 0)


def test_nobody_is_written_to_who_has_not_confirmed_the_address() -> None:
    ApplicationFactory(confirmed_at=None)
    with later(91):
        assert remind() == 1
    assert OutgoingMail.objects.count() == 0


def test_a_returned_one_that_nobody_touches_ends_after_its_term() -> None:
    application = in_state("returned", email="anna@example.org")
    assert "Если не успеть к сроку" in letters_to("anna@example.org")[-1].text
    for days, told, ended in ((22, 0, 0), (24, 1, 0), (30, 0, 0), (32, 0, 1), (33, 0, 0)):
        with later(days):
            assert (remind(), expire()) == (told, ended), days
    application.refresh_from_db()
    last = application.moves.last()
    assert last
    assert (application.state, last.who, last.by, last.who_named) == ("withdrawn", "timer", None, "")
    letter = letters_to("anna@example.org")[-1]
    assert letter.subject.endswith("Отозвано: срок вышел")
    assert "Никто не ответил на замечания в срок." in letter.text


def test_a_returned_one_does_not_end_unwarned_nor_while_somebody_is_at_it() -> None:
    """The job has been down until the term was over; then the applicant begins to mend."""
    application = in_state("returned")
    with later(40):
        assert (expire(), remind(), expire()) == (0, 1, 0)
    with later(45):
        save_step(application, names=["city"], typed={"city": ["Сургут"]})
    with later(48):
        assert expire() == 0
    with later(53):
        assert [expire(), expire()] == [1, 0]


def test_the_term_is_looked_at_again_when_one_ends() -> None:
    with pytest.raises(RuleViolated) as refused:
        move_application(in_state("returned"), action="expire", who="timer")
    assert refused.value.code == "term_runs"


@pytest.mark.parametrize(("state", "gone"), [("withdrawn", 1), ("declined", 1), ("submitted", 0)])
def test_what_led_to_nothing_goes_after_three_years(state: str, gone: int) -> None:
    in_state(state)
    with later(3 * 365 - 1):
        assert forget() == 0
    with later(3 * 365 + 1):
        assert forget() == gone
    assert Consent.objects.count() == 1 - gone


# --- People --------------------------------------------------------------------------------------------------


def erase(person: User) -> None:
    erase_person(person, by=UserFactory(), reason="Запрос")


def test_an_erasure_takes_the_people_out_of_an_application_and_leaves_it_to_its_organisation() -> None:
    anna = confirmed(email="anna@example.org")
    application = in_state("submitted", applicant=anna, email=anna.email)
    erase(anna)
    application.refresh_from_db()
    words = f"{application.data} {application.answers} {application.email} {[*application.moves.values()]}"
    assert not [trace for trace in ("Контактная", "Главный", "anna@", "000-00") if trace in words]
    assert (application.state, application.applicant) == (ApplicationState.WITHDRAWN, None)
    assert "Химки" in words


def test_a_draft_goes_with_its_person_and_what_others_sent_stays() -> None:
    anna = confirmed(email="anna@example.org")
    ApplicationFactory(applicant=anna, email=anna.email)
    ApplicationFactory(email=anna.email)
    pretended = ApplicationFactory(email=anna.email, confirmed_at=None)
    other = ApplicationFactory()
    erase(anna)
    assert {*MembershipApplication.objects.all()} == {pretended, other}


@pytest.mark.parametrize(
    ("rights", "expected"),
    [
        (["view_membershipapplication", "decide_application"], ["how_to_reg"]),
        (["view_membershipapplication"], []),
        (["decide_application"], []),
        (["view_membershipapplication", "change_membershipapplication"], []),
    ],
)
def test_applications_wait_for_those_who_may_decide(rights: list[str], expected: list[str]) -> None:
    submitted()
    start = enter(staff_with(*(f"members.{right}" for right in rights))).get("/admin/")
    assert [queue.decision.icon for queue in start.context["queues"]] == expected

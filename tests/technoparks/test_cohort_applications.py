"""Applications to groups: who may apply, the answer of the host and its term, and what is kept of a learner."""

import datetime

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from common.errors import RuleViolated
from common.models import OutgoingMail
from members.consents.services import publish_consent_text, text_in_force
from members.models import Notification, Role
from technoparks.cohorts.applications import apply_for_pupils, apply_to, decline, enrol, queue, revoke_consent, withdraw
from technoparks.cohorts.cohorts import cancel_cohort
from technoparks.cohorts.sweep import remind_of_decisions
from technoparks.models import Audience, CohortApplication, CohortApplicationState, Enrolment, Whose
from tests.factories.cohorts import (
    CohortFactory,
    ProgrammeFactory,
    applied,
    coordinator,
    enrolled,
    gathering,
    learner,
    sender,
    sent,
)
from tests.factories.members import RepresentativeFactory, UserFactory
from tests.factories.technoparks import guest, hour

pytestmark = pytest.mark.django_db
A = CohortApplicationState


def refusal(call: object, *args: object, **more: object) -> str:
    with pytest.raises(RuleViolated) as refused:
        call(*args, **more)  # type: ignore[operator]
    return refused.value.code


# --- Applying -----------------------------------------------------------------------------------------------------


def test_a_parent_applies_and_the_consent_is_kept_by_its_version() -> None:
    cohort = gathering()
    parent = UserFactory()
    one = applied(cohort, parent)
    assert (one.state, one.whose, one.name, one.age, one.person) == (
        A.SUBMITTED,
        Whose.CHILD,
        "Анна Иванова",
        13,
        parent,
    )
    assert one.consent
    assert (one.consent.text, one.consent.withdrawn_at) == (text_in_force("learner"), None)
    term = one.decide_by - one.submitted_at if one.decide_by else None
    assert term == datetime.timedelta(days=cohort.programme.decision_days)
    assert [(move.action, move.by) for move in one.moves.all()] == [("apply", parent)]


def test_sent_twice_by_one_key_it_is_one_application() -> None:
    cohort, parent, text = gathering(), UserFactory(), text_in_force("learner")
    made = [
        apply_to(cohort, by=parent, learner=learner(), whose=Whose.CHILD, text=text, key="once") for _press in range(2)
    ]
    assert made[0] == made[1]
    assert CohortApplication.objects.count() == 1


def test_one_child_is_not_applied_for_twice_but_two_children_are() -> None:
    cohort, parent = gathering(), UserFactory()
    first = applied(cohort, parent)
    assert refusal(applied, cohort, parent, name="анна  иванова") == "known"
    applied(cohort, parent, name="Пётр Иванов")
    withdraw(first, by=parent)
    assert applied(cohort, parent).state == A.SUBMITTED
    assert applied(cohort, UserFactory()).state == A.SUBMITTED  # of the same name, by somebody else


@pytest.mark.parametrize(
    ("age", "code"), [(11, "other_age"), (12, ""), (15, ""), (16, "other_age"), (None, "age_missing")]
)
def test_the_age_decides_where_the_programme_has_limits(age: int | None, code: str) -> None:
    cohort = gathering()
    if code:
        assert refusal(applied, cohort, age=age) == code
    else:
        assert applied(cohort, age=age).age == age


def test_without_limits_no_age_is_kept() -> None:
    programme = ProgrammeFactory(audience=Audience.ADULTS, age_from=None, age_to=None)
    one = applied(gathering(programme=programme), whose=Whose.OWN, age=40)
    assert one.age is None
    assert one.consent
    assert one.consent.text.purpose == "learning"


def test_programmes_of_adults_are_for_adults_and_pupils_have_parents() -> None:
    adults = gathering(programme=ProgrammeFactory(audience=Audience.ADULTS, age_from=None, age_to=None))
    assert refusal(applied, adults) == "adults_only"
    assert refusal(applied, gathering(), whose=Whose.OWN) == "minor"


def test_a_consent_to_something_else_or_to_a_former_text_is_none() -> None:
    cohort, former = gathering(), text_in_force("learner")
    asked = {"by": UserFactory(), "learner": learner(), "whose": Whose.CHILD}
    assert refusal(apply_to, cohort, **asked, text=text_in_force("learning")) == "other_consent"
    publish_consent_text("learner", text="Новый", text_en="New")
    assert refusal(apply_to, cohort, **asked, text=former) == "consent_text_changed"
    assert CohortApplication.objects.count() == 0


@pytest.mark.parametrize("days", [0, 20])
def test_a_group_takes_applications_from_its_opening_until_a_day(days: int) -> None:
    assert refusal(applied, CohortFactory()) == "not_open"
    cohort = gathering()
    with time_machine.travel(hour(12, days)):
        if days:
            assert refusal(applied, cohort) == "not_open"
        else:
            assert applied(cohort).state == A.SUBMITTED


def test_a_school_applies_for_all_its_pupils_or_for_none() -> None:
    cohort, school = gathering(), guest()
    made = sent(cohort, school, "Анна Иванова", "Пётр Петров")
    assert [(one.name, one.grade, one.whose, one.consent) for one in made] == [
        ("Анна Иванова", "7А", Whose.SCHOOL, None),
        ("Пётр Петров", "7А", Whose.SCHOOL, None),
    ]
    organisation, teacher = school
    more = [learner("Новый"), learner("Старый", age=44)]
    with pytest.raises(RuleViolated) as refused:
        apply_for_pupils(cohort, organisation=organisation, by=teacher, learners=more)
    assert (refused.value.code, "2" in refused.value.message) == ("other_age", True)
    assert cohort.applications.count() == 2
    twice = [learner("Новый"), learner("новый")]
    assert refusal(apply_for_pupils, cohort, organisation=organisation, by=teacher, learners=twice) == "known"


# --- The answer ---------------------------------------------------------------------------------------------------


def test_who_is_enrolled_has_a_place_and_hears_of_it_without_a_name() -> None:
    cohort = gathering()
    one = applied(cohort)
    mail.outbox.clear()
    enrol([one], by=coordinator(cohort))
    one.refresh_from_db()
    place = one.enrolments.get()
    assert (one.state, one.decide_by) == (A.ENROLLED, None)
    assert (place.state, place.starts_on, place.cohort) == ("active", cohort.starts_on, cohort)
    assert Notification.objects.filter(user=one.person).count() == 1
    for told in Notification.objects.all():
        assert "Анна" not in told.title + told.text
    for letter in OutgoingMail.objects.all():
        assert "Анна" not in f"{letter.subject}{letter.text}{letter.html}"


def test_more_than_there_are_places_are_not_enrolled_and_none_of_them_is() -> None:
    cohort = gathering(places=2)
    three = [applied(cohort, name=name) for name in "АБВ"]
    assert refusal(enrol, three, by=coordinator(cohort)) == "full"
    assert Enrolment.objects.count() == 0
    enrol(three[:2], by=coordinator(cohort))
    enrol(three[:2], by=coordinator(cohort))
    assert Enrolment.objects.count() == 2


def test_the_waiting_list_is_in_turn_and_comes_before_who_is_new() -> None:
    cohort = gathering(places=3)
    boss = coordinator(cohort)
    first, second, new = (applied(cohort, name=name) for name in "АБВ")
    queue([first, second], by=boss)
    for one in (first, second, new):
        one.refresh_from_db()
    assert [first.turn, second.turn, new.turn] == [1, 2, None]
    assert refusal(enrol, [second], by=boss) == "out_of_turn"
    assert refusal(enrol, [new], by=boss) == "out_of_turn"
    enrol([first], by=boss)
    second.refresh_from_db()
    assert second.turn == 1
    enrol([second, new], by=boss)
    assert Enrolment.objects.count() == 3


def test_who_is_declined_reads_why_and_may_apply_again() -> None:
    cohort = gathering()
    one = applied(cohort)
    assert refusal(decline, [one], by=coordinator(cohort), reason="") == "reason_missing"
    decline([one], by=coordinator(cohort), reason="Группа для начинающих")
    told = Notification.objects.filter(user=one.person).get()
    assert "Группа для начинающих" in told.text
    applied(cohort, one.person)


def test_a_school_hears_once_of_several() -> None:
    cohort, school = gathering(), guest()
    made = sent(cohort, school, "Анна", "Пётр", "Мария")
    enrol(made, by=coordinator(cohort))
    assert Notification.objects.filter(user=school[1]).count() == 1


def test_of_two_groups_nobody_decides_at_once() -> None:
    first = applied(gathering())
    other = applied(gathering())
    assert refusal(enrol, [first, other], by=UserFactory()) == "several_groups"


@pytest.mark.parametrize("decide", [enrol, queue])
def test_what_was_withdrawn_is_not_decided(decide: object) -> None:
    cohort = gathering()
    one = applied(cohort)
    withdraw(one, by=sender(one))
    withdraw(one, by=sender(one))
    assert refusal(decide, [one], by=coordinator(cohort)) == "other_state"


def test_in_a_cancelled_group_nobody_is_enrolled() -> None:
    cohort = gathering()
    one = applied(cohort)
    cancel_cohort(cohort, by=coordinator(cohort), reason="нет")
    assert refusal(enrol, [one], by=coordinator(cohort)) == "other_state"


# --- The term -----------------------------------------------------------------------------------------------------


def test_after_the_term_the_host_is_reminded_once_and_then_the_office() -> None:
    cohort = gathering()
    host = coordinator(cohort)
    staff = UserFactory(is_staff=True, is_superuser=True)
    UserFactory(is_staff=True)  # has no right to applications
    applied(cohort, name="А"), applied(cohort, name="Б")
    now = timezone.now()
    assert remind_of_decisions() == 0
    with time_machine.travel(now + datetime.timedelta(days=7, hours=1)):
        assert (remind_of_decisions(), remind_of_decisions()) == (2, 0)
    with time_machine.travel(now + datetime.timedelta(days=10, hours=1)):
        assert (remind_of_decisions(), remind_of_decisions()) == (2, 0)
    late = Notification.objects.filter(key__contains="overdue")
    assert [one.user for one in late if one.user == host] == [host]
    assert [one.user for one in Notification.objects.filter(key__contains="very late")] == [staff]


def test_what_is_answered_is_late_no_more() -> None:
    cohort = gathering()
    one = applied(cohort)
    queue([one], by=coordinator(cohort))
    with time_machine.travel(timezone.now() + datetime.timedelta(days=30)):
        assert remind_of_decisions() == 0


# --- The consent --------------------------------------------------------------------------------------------------


def test_with_the_consent_the_name_and_the_place_go() -> None:
    cohort = gathering()
    place = enrolled(cohort)
    one = place.application
    told = Notification.objects.filter(user=sender(one))
    Notification.objects.bulk_create(
        Notification(user=sender(one), topic="cohorts", key=f"cohort application {key} queue", text="Анна подождёт")
        for key in (one.pk, f"{one.pk}0")
    )
    revoke_consent(one, by=sender(one))
    revoke_consent(one, by=sender(one))
    assert {*told.filter(text__contains="Анна").values_list("key", flat=True)} == {
        f"cohort application {one.pk}0 queue"
    }
    for row in (one, place):
        row.refresh_from_db()
    assert (one.name, one.age, one.shown_name != "") == ("", None, True)
    assert (place.state, one.forgotten_at is not None) == ("left", True)
    assert one.consent
    assert one.consent.withdrawn_at is not None


def test_before_the_answer_the_application_goes_with_the_consent() -> None:
    one = applied(gathering())
    revoke_consent(one, by=sender(one))
    one.refresh_from_db()
    assert (one.state, one.name) == (A.WITHDRAWN, "")


def test_the_teacher_of_the_group_hears_of_applications() -> None:
    cohort = CohortFactory()
    teacher = RepresentativeFactory(organisation=cohort.programme.technopark.host, role=Role.TEACHER).user
    applied(gathering(teacher=teacher, programme=cohort.programme))
    assert Notification.objects.filter(user=teacher).count() == 1

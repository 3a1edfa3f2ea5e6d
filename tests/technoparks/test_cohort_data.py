"""What is kept of learners, until when, and what the recount finds of groups."""

import datetime

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from common.documents import make_due
from common.models import Document
from common.personal_data import HOLDERS
from common.recounts import recount
from members.models import User
from members.personal_data import person_of
from members.personal_data.erasure import erase_person
from technoparks import retention
from technoparks.cohorts.applications import queue
from technoparks.cohorts.certificates import issue_certificates
from technoparks.cohorts.enrolments import transfer
from technoparks.models import Attendance, Cohort, CohortApplication, Enrolment, EnrolmentMove, ProgrammeCertificate
from technoparks.retention import KEPT_FOR, forget_learners_of_old
from tests.factories.cohorts import DAY, applied, coordinator, enrolled, gathering, sender, sent, taught
from tests.factories.members import RepresentativeFactory, UserFactory
from tests.factories.technoparks import guest

pytestmark = pytest.mark.django_db


def found() -> list[tuple[str, str]]:
    return [(one.invariant, one.figures) for one in recount()]


def names() -> set[str]:
    kept = [*CohortApplication.objects.values_list("name", flat=True)]
    return {*kept, *ProgrammeCertificate.objects.values_list("name", flat=True)} - {""}


@pytest.fixture
def certified() -> Enrolment:
    """Who has learnt to the end, with the paper made."""
    cohort = gathering()
    place = enrolled(cohort)
    taught(cohort, {place.pk: ["present"] * 4})
    issue_certificates(Cohort.objects.get(pk=cohort.pk), by=coordinator(cohort))
    make_due()
    return place


# --- Terms --------------------------------------------------------------------------------------------------------


def test_three_years_after_the_end_nobody_knows_who_learnt_and_the_certificate_holds(certified: Enrolment) -> None:
    ends = datetime.datetime.combine(certified.cohort.ends_on, datetime.time(12), datetime.UTC)
    with time_machine.travel(ends + KEPT_FOR):
        assert forget_learners_of_old() == 0
    assert names() == {"Анна Иванова"}
    with time_machine.travel(ends + KEPT_FOR + 2 * DAY):
        assert (forget_learners_of_old(), forget_learners_of_old()) == (1, 0)
    application = CohortApplication.objects.get()
    certificate = ProgrammeCertificate.objects.get()
    assert names() == set()
    assert (application.age, application.person, application.state) == (None, None, "enrolled")
    assert (certificate.is_valid, certificate.number != "", certificate.document) == (True, True, None)
    assert (Document.objects.count(), Attendance.objects.count()) == (0, 4)
    assert found() == []


def test_who_has_moved_on_is_kept_until_the_end_of_the_last_group(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 1)
    cohort = gathering()
    later = gathering(programme=cohort.programme)
    place = enrolled(cohort)
    gone = [applied(cohort, name=name) for name in ("Б", "В")]
    transfer(place, to=later, by=coordinator(cohort), reason="так")
    Enrolment.objects.filter(cohort=later).update(state="completed")
    long_ago = timezone.localdate() - KEPT_FOR - DAY
    Cohort.objects.filter(pk=cohort.pk).update(starts_on=long_ago - DAY, ends_on=long_ago, apply_until=long_ago)
    assert forget_learners_of_old() == len(gone)
    assert names() == {"Анна Иванова"}


# --- A person -----------------------------------------------------------------------------------------------------


def test_a_parent_who_is_erased_takes_the_child_along_and_the_place_is_free(certified: Enrolment) -> None:
    parent = sender(certified.application)
    running = enrolled(gathering(), parent, name="Пётр")
    waiting = applied(gathering(), parent, name="Мария")
    queue([waiting], by=coordinator(waiting.cohort))
    held = [{entry.key: entry.value for entry in record} for record in _held(parent)]
    assert {one.get("name") for one in held} >= {"Анна Иванова", "Пётр", "Мария"}
    assert sum("mark" in one for one in held) == 4
    erase_person(parent, by=UserFactory(), reason="Запрос")
    for row in (running, waiting):
        row.refresh_from_db()
    assert (names(), running.state, waiting.state) == (set(), "left", "withdrawn")
    assert not CohortApplication.objects.filter(person=parent).exists()
    assert not ProgrammeCertificate.objects.get().is_valid
    assert not EnrolmentMove.objects.exclude(reason="").exists()
    assert found() == []


def _held(person: User) -> list:
    return [*HOLDERS["cohort_applications"].collect(person_of(person))]


def test_a_teacher_who_is_erased_leaves_the_pupils_to_the_school() -> None:
    cohort, school = gathering(), guest()
    teacher = school[1]
    head = RepresentativeFactory(organisation=school[0], role="head").user
    [one] = sent(cohort, school, "Анна Иванова")
    Cohort.objects.filter(pk=cohort.pk).update(teacher=teacher)
    assert "name" not in {entry.key for record in _held(teacher) for entry in record}
    erase_person(teacher, by=UserFactory(), reason="Запрос")
    one.refresh_from_db()
    cohort.refresh_from_db()
    assert (one.name, one.state, one.person, cohort.teacher) == ("Анна Иванова", "submitted", head, None)


# --- The recount --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("UPDATE technoparks_cohort SET places = 1", [("cohort_places", "2 > 1")]),
        (
            "UPDATE technoparks_cohort SET state = 'planned'",
            [
                ("cohort_learners", "planned"),
                ("cohort_learners", "planned"),
                ("cohort_moves", "gathering ≠ planned"),
            ],
        ),
        (
            "UPDATE technoparks_cohortapplication SET state = 'withdrawn' WHERE state = 'submitted'",
            [("cohort_moves", "submitted ≠ withdrawn")],
        ),
        (
            "UPDATE technoparks_cohortapplicationmove SET target = 'declined' WHERE action = 'enrol'",
            [("cohort_moves", "declined ≠ enrolled"), ("cohort_moves", "declined ≠ enrolled")],
        ),
    ],
    ids=["too few places", "learners in a planned group", "withdrawn by hand", "another move"],
)
def test_what_was_written_past_the_services_is_found(statement: str, expected: list[tuple[str, str]]) -> None:
    cohort = gathering()
    enrolled(cohort)
    enrolled(cohort, name="Пётр")
    applied(cohort, name="Мария")
    assert found() == []
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert sorted(found()) == expected


def test_an_enrolment_that_nobody_granted_is_found() -> None:
    place = enrolled(gathering())
    EnrolmentMove.objects.all().delete()
    Enrolment.objects.filter(pk=place.pk).delete()
    assert found() == [("cohort_enrolled", "enrolled")]

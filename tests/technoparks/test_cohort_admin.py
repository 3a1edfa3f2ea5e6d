"""The office at work on programmes, groups and learners."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.documents import make_due
from common.models import PersonalDataView
from technoparks.cohorts.certificates import issue_certificates
from technoparks.cohorts.timetable import lessons_of
from technoparks.models import Cohort, CohortApplication, CohortApplicationState, Programme, ProgrammeCertificate
from tests.factories.cohorts import CohortFactory, applied, coordinator, enrolled, gathering, sender, taught
from tests.factories.members import RepresentativeFactory
from tests.members.test_admin import errors_of, fields_of, page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
A = CohortApplicationState
NAMES = ["programme", "cohort", "cohortapplication", "enrolment", "programmecertificate"]


def address(name: str, *args: object) -> str:
    return page(f"technoparks_{name}", *args)


def certified() -> ProgrammeCertificate:
    cohort = gathering()
    place = enrolled(cohort)
    taught(cohort, {place.pk: ["present"] * 4})
    issue_certificates(Cohort.objects.get(pk=cohort.pk), by=coordinator(cohort))
    return ProgrammeCertificate.objects.get(enrolment=place)


def chosen(office: Client, name: str, action: str, *rows: Any, **typed: str) -> Any:
    data = {"action": action, "_selected_action": [row.pk for row in rows], **typed}
    return office.post(address(f"{name}_changelist"), data, follow=True)


@pytest.mark.parametrize("name", NAMES)
def test_a_list_asks_as_much_for_three_rows_as_for_one(office: Client, name: str) -> None:
    def number_of_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert office.get(address(f"{name}_changelist")).status_code == 200
        return len(queries)

    certified()
    number_of_queries()
    few = number_of_queries()
    certified(), certified()
    assert number_of_queries() == few


def test_a_programme_is_entered_and_its_technopark_stays(office: Client) -> None:
    programme = CohortFactory().programme
    form = fields_of(office, address("programme_change", programme.pk))
    form |= {"name": "Другая", "technopark": CohortFactory().programme.technopark.pk}
    assert office.post(address("programme_change", programme.pk), form).status_code == 302
    changed = Programme.objects.get(pk=programme.pk)
    assert (changed.name, changed.technopark) == ("Другая", programme.technopark)
    wrong = office.post(address("programme_change", programme.pk), {**form, "age_from": "16", "age_to": "12"})
    assert "The age to which it is for is not below the age from which it is." in str(errors_of(wrong))


def test_an_open_group_is_left_as_it_was_booked(office: Client) -> None:
    cohort = gathering()
    form = fields_of(office, address("cohort_change", cohort.pk))
    office.post(
        address("cohort_change", cohort.pk), {**form, "name": "Другая", "places": "9", "starts_on": "2020-01-01"}
    )
    changed = Cohort.objects.get(pk=cohort.pk)
    assert (changed.name, changed.places, changed.starts_on) == ("Другая", cohort.places, cohort.starts_on)


def test_a_teacher_whom_the_office_names_takes_over_the_lessons(office: Client) -> None:
    cohort = gathering()
    teacher = RepresentativeFactory(organisation=cohort.programme.technopark.host).user
    form = fields_of(office, address("cohort_change", cohort.pk)) | {"teacher": teacher.pk}
    assert office.post(address("cohort_change", cohort.pk), form).status_code == 302
    assert Cohort.objects.get(pk=cohort.pk).teacher == teacher
    assert {one.person for one in lessons_of(cohort)} == {teacher}


def test_groups_are_opened_and_cancelled_after_a_preview(office: Client) -> None:
    planned, running = CohortFactory(), gathering()
    preview = chosen(office, "cohort", "open_groups", planned, running)
    assert planned.title in preview.content.decode()
    assert Cohort.objects.get(pk=planned.pk).state == "planned"
    chosen(office, "cohort", "open_groups", planned, sure="yes")
    assert Cohort.objects.get(pk=planned.pk).state == "gathering"
    chosen(office, "cohort", "cancel_groups", planned, sure="yes", reason="Ремонт")
    assert Cohort.objects.get(pk=planned.pk).state == "cancelled"


def test_applications_are_decided_for_the_host(office: Client) -> None:
    cohort = gathering(places=1)
    one, other, third = (applied(cohort, name=name) for name in "АБВ")
    answer = chosen(office, "cohortapplication", "enrol", one, other, sure="yes")
    assert any("0 places are free" in str(message) for message in answer.context["messages"])
    chosen(office, "cohortapplication", "queue", other, sure="yes")
    chosen(office, "cohortapplication", "decline", third, sure="yes", reason="Нет мест")
    states = [*CohortApplication.objects.order_by("pk").values_list("state", flat=True)]
    assert states == [A.ENROLLED, A.WAITING, A.DECLINED]


def test_who_looks_at_a_learner_is_noted_with_whose_they_are(office: Client) -> None:
    made = certified()
    place = made.enrolment
    for name, row in (("cohortapplication", place.application), ("enrolment", place), ("programmecertificate", made)):
        assert office.get(address(f"{name}_change", row.pk)).status_code == 200
    seen = PersonalDataView.objects.filter(person=sender(place.application)).values_list("record", flat=True)
    assert {*seen} == {
        "technoparks.cohortapplication",
        "technoparks.enrolment",
        "technoparks.programmecertificate",
    }


def test_a_certificate_is_read_and_revoked(office: Client) -> None:
    made = certified()
    file = address("programmecertificate_file", made.pk)
    assert office.get(file).status_code == 404
    make_due()
    assert b"".join(office.get(file).streaming_content)[:5] == b"%PDF-"  # type: ignore[attr-defined]
    assert office.post(address("programmecertificate_revoke_this", made.pk), {"reason": "Ошибка"}).status_code == 302
    made.refresh_from_db()
    assert (made.is_valid, made.reason) == (False, "Ошибка")

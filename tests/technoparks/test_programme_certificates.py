"""Certificates of programmes: to whom, with which number, and what they prove."""

import pytest
from django.test import Client
from django.utils import timezone

from common.documents import make_due
from common.errors import RuleViolated
from common.models import Document
from members.models import Notification
from technoparks.cohorts.applications import revoke_consent
from technoparks.cohorts.certificates import issue_by_decision, issue_certificates, revoke_certificate
from technoparks.models import Audience, Cohort, Enrolment, Mark, ProgrammeCertificate, Whose
from tests.factories.cohorts import ProgrammeFactory, coordinator, enrolled, gathering, sender, taught

pytestmark = pytest.mark.django_db
P, X, E = Mark.PRESENT, Mark.ABSENT, Mark.EXCUSED


def finished(*marks: list[str], **columns: object) -> tuple[Cohort, list[Enrolment]]:
    """A group with a learner for each list of marks."""
    cohort = gathering(**columns)
    who = [enrolled(cohort, name=f"Ученик {letter}") for letter, _given in zip("АБВГД", marks, strict=False)]
    taught(cohort, {one.pk: given for one, given in zip(who, marks, strict=True)})
    for one in who:
        one.refresh_from_db()
    cohort.refresh_from_db()
    return cohort, who


def refusal(call: object, *args: object, **more: object) -> str:
    with pytest.raises(RuleViolated) as refused:
        call(*args, **more)  # type: ignore[operator]
    return refused.value.code


def test_who_came_often_enough_gets_one_with_the_next_number() -> None:
    cohort, who = finished([P, P, P, X], [P, P, E, X], [P, P, P, P])
    boss = coordinator(cohort)
    assert (issue_certificates(cohort, by=boss), issue_certificates(cohort, by=boss)) == (2, 0)
    made = ProgrammeCertificate.objects.order_by("number")
    year = timezone.localdate().year
    assert [(one.enrolment, one.number, one.attended, one.name) for one in made] == [
        (who[0], f"П-{year}-0001", 75, "Ученик А"),
        (who[2], f"П-{year}-0002", 100, "Ученик В"),
    ]
    told = Notification.objects.filter(key__contains="certificate")
    assert {one.user for one in told} == {who[0].application.person, who[2].application.person}
    assert not any("Ученик" in one.title + one.text for one in told)


def test_before_the_end_of_the_group_nobody_gets_one() -> None:
    cohort = gathering()
    enrolled(cohort)
    assert refusal(issue_certificates, cohort, by=coordinator(cohort)) == "not_over"


def test_who_came_less_gets_one_by_decision_with_its_grounds() -> None:
    cohort, [ill] = finished([P, E, E, X])
    boss = coordinator(cohort)
    assert refusal(issue_by_decision, ill, by=boss, grounds=" ") == "reason_missing"
    made = issue_by_decision(ill, by=boss, grounds="Долго болел, сдал всё дома")
    assert made == issue_by_decision(ill, by=boss, grounds="Ещё раз")
    assert (made.attended, made.grounds) == (25, "Долго болел, сдал всё дома")


def test_a_revoked_one_is_replaced_by_another_number() -> None:
    cohort, [one] = finished([P, P, P, P])
    boss = coordinator(cohort)
    issue_certificates(cohort, by=boss)
    first = ProgrammeCertificate.objects.get()
    assert refusal(revoke_certificate, first, by=boss, reason="") == "reason_missing"
    revoke_certificate(first, by=boss, reason="Ошибка в имени")
    revoke_certificate(first, by=boss, reason="Ещё раз")
    first.refresh_from_db()
    assert (first.is_valid, first.reason, first.is_replaced) == (False, "Ошибка в имени", False)
    assert issue_certificates(cohort, by=boss) == 0
    second = issue_by_decision(one, by=boss, grounds="Взамен")
    assert (second.number.endswith("0002"), first.is_replaced) == (True, True)


def test_the_paper_is_made_and_anybody_verifies_it_by_the_initials_of_a_minor(client: Client) -> None:
    cohort, _who = finished([P, P, P, P])
    issue_certificates(cohort, by=coordinator(cohort))
    assert make_due() == 1
    made = ProgrammeCertificate.objects.get()
    assert made.document
    assert made.document.file.open("rb").read(5) == b"%PDF-"
    page = client.get(made.get_absolute_url()).content.decode()
    assert all(words in page for words in (made.number, "У. А.", cohort.programme.name))
    assert "Ученик" not in page
    revoke_certificate(made, by=coordinator(cohort), reason="Тайная причина")
    page = client.get(made.get_absolute_url()).content.decode()
    assert "больше не\N{NO-BREAK SPACE}действителен" in page
    assert "Тайная причина" not in page


def test_of_an_adult_who_applied_for_themselves_the_name_is_shown(client: Client) -> None:
    programme = ProgrammeFactory(audience=Audience.ADULTS, age_from=None, age_to=None)
    cohort = gathering(programme=programme)
    who = enrolled(cohort, name="Анна Фёдорова", whose=Whose.OWN)
    taught(cohort, {who.pk: [P, P, P, P]})
    issue_certificates(cohort, by=coordinator(cohort))
    assert "Анна Фёдорова" in client.get(ProgrammeCertificate.objects.get().get_absolute_url()).content.decode()


def test_with_the_consent_what_a_certificate_says_goes_and_its_number_stays(client: Client) -> None:
    cohort, [one] = finished([P, P, P, P])
    issue_certificates(cohort, by=coordinator(cohort))
    make_due()
    revoke_consent(one.application, by=sender(one.application))
    made = ProgrammeCertificate.objects.get()
    assert (made.name, made.document, made.is_valid) == ("", None, False)
    assert not Document.objects.exists()
    assert made.number in client.get(made.get_absolute_url()).content.decode()
    assert refusal(issue_by_decision, one, by=coordinator(cohort), grounds="так") == "not_finished"

"""The papers of a concluded agreement, and what they say of themselves."""

import datetime
import hashlib
import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from agreements.models import Agreement, Signature
from agreements.signing.packages import TEMPLATE, package_data
from agreements.signing.proof import what_was_checked
from agreements.terms import parsed
from common import documents
from common.models import Document, DocumentState
from members.models import Organisation, Role
from tests.factories import agreements as made
from tests.factories.members import OrganisationFactory, RepresentativeFactory

pytestmark = pytest.mark.django_db
ENGLISH = """The parties have agreed as follows.

# Subject

The parties run projects of pupils together.

- the school names who takes part;
- the company names mentors.

# Term

The agreement holds for a year."""


def typeset(agreement: Agreement) -> bytes:
    return documents.typeset(TEMPLATE, package_data(agreement), at=timezone.now())


def test_the_papers_are_made_after_the_last_signature_and_its_entry_is_in_them() -> None:
    agreement = made.concluded(promises=(made.promise(due_on="2027-05-31"),))
    assert agreement.package
    told = agreement.package.data
    last = agreement.history.order_by("-sequence")[0]
    assert (told["history"][-1]["sha256"], told["number"]) == (last.sha256, agreement.number)
    assert [one["party"] for one in told["signatures"]] == [
        one.organisation.name for one in agreement.parties.order_by("position")
    ]
    assert documents.make_due() == 1
    agreement.package.refresh_from_db()
    with agreement.package.file.open("rb") as file:
        content = file.read()
    assert content.startswith(b"%PDF")
    assert b"pdfaid:part" in content


def test_whoever_reads_the_agreement_has_its_papers_once_they_are_made() -> None:
    agreement = made.concluded()
    parties = [one.organisation for one in agreement.parties.all()]

    def statuses(organisation: Organisation, role: str) -> int:
        client = Client()
        client.force_login(RepresentativeFactory(organisation=organisation, role=role).user)
        place = reverse("agreements:dashboard_agreement_package", args=[organisation.slug, agreement.pk])
        return client.get(place).status_code

    assert {statuses(one, Role.HEAD) for one in parties} == {404}
    documents.make_due()
    assert {statuses(one, role) for one in parties for role in Role.values} == {200}
    assert statuses(OrganisationFactory(), Role.HEAD) == 404


@pytest.mark.parametrize("fault", ["no template", "no engine"])
def test_with_the_engine_down_it_is_concluded_all_the_same_and_the_papers_follow(
    fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: Client
) -> None:
    with monkeypatch.context() as broken:
        if fault == "no engine":
            broken.delattr(documents.typst, "compile")
        else:
            broken.setattr(documents, "TEMPLATES", tmp_path)
        agreement = made.in_force()
        assert (documents.sweep(), agreement.state, bool(agreement.number)) == (0, "active", True)
        assert agreement.package
        first = told(agreement.package)
        assert documents.sweep() == 0  # not again at once
        assert told(agreement.package) == first
        assert "Пакет готовится" in client.get(f"/verify/{agreement.code}/").content.decode()
        for wait in documents.MINUTES_BETWEEN:
            assert minutes_until(agreement.package) == wait
            Document.objects.update(due_at=timezone.now())
            documents.sweep()
    assert told(agreement.package) == (DocumentState.FAILED, len(documents.MINUTES_BETWEEN) + 1, "")
    assert [*agreement.history.filter(action="package")] == []
    Document.objects.update(due_at=timezone.now())
    assert documents.sweep() == 1
    agreement.package.refresh_from_db()
    [entry] = agreement.history.filter(action="package")
    assert entry.facts["package"] == agreement.package.sha256
    with agreement.package.file.open("rb") as file:
        assert hashlib.sha256(file.read()).hexdigest() == agreement.package.sha256
    assert agreement.package.sha256 in client.get(f"/verify/{agreement.code}/").content.decode()


def told(document: Document) -> tuple[str, int, str | None]:
    document.refresh_from_db()
    return document.state, document.attempts, document.file.name


def minutes_until(document: Document) -> int:
    document.refresh_from_db()
    return round((document.due_at - timezone.now()).total_seconds() / 60)


@pytest.mark.parametrize("english", ["", ENGLISH, "# Subject\n\nTogether."], ids=["none", "beside", "after"])
def test_texts_in_two_languages_stand_beside_each_other_or_one_after_the_other(english: str) -> None:
    agreement = made.concluded(clauses_en=parsed(english), prevails="ru", subject_en="Joint projects")
    assert typeset(agreement).startswith(b"%PDF")


def test_the_papers_say_all_that_an_agreement_can_hold() -> None:
    parent = made.in_force()
    school, company = (one.organisation for one in parent.parties.order_by("position"))
    agreement = made.concluded(
        company,
        initiator=school,
        parent=parent,
        relation="amendment",
        kind="internship",
        starts_on="2027-01-01",
        ends_on="2027-12-31",
        renewal="automatic",
        promises=(made.promise(), made.promise(owner=2, amount="", beneficiary=1)),
        details={"places": 5, "supervisor": "Инженер", "liability": "По закону", "has_minors": True},
    )
    told = package_data(agreement)
    assert told["parent"] == parent.number
    assert [one["value"] for one in told["details"]] == ["5", "Инженер", "По закону", "да"]
    assert told["promises"][1]["owner"] == company.title
    assert typeset(agreement).startswith(b"%PDF")


def test_the_square_code_leads_to_the_page_that_verifies() -> None:
    agreement = made.concluded()
    with override("en"):
        told = package_data(agreement)
    assert told["address"] == f"testserver/verify/{agreement.code}"
    assert told["signatures"][0]["way"] == "На\xa0бумаге"


@pytest.mark.parametrize("way", ["code", "paper", "qualified", "operator"])
def test_a_signature_claims_no_more_than_was_checked(way: str) -> None:
    with override("en"):
        said = what_was_checked(Signature(way=way))
    assert not re.search(r"handwritten|enhanced|is valid|\bqualified and", said)
    assert {
        "code": "It is no qualified one.",
        "paper": "has not been confirmed",
        "qualified": "chain to the loaded roots: not checked; revocation of the certificate: not checked",
        "operator": "was not verified on this portal",
    }[way] in said


def test_who_saw_the_original_and_who_confirmed_it_are_told_by_their_days() -> None:
    first, second = (datetime.datetime(2026, 11, day, 12, tzinfo=datetime.UTC) for day in (2, 3))
    with override("en"):
        said = what_was_checked(Signature(way="paper", seen_at=first, confirmed_at=second))
    assert said.endswith("seen on 2\xa0November 2026, and a second person confirmed it on 3\xa0November 2026.")


@pytest.mark.parametrize(("named", "is_said"), [(True, False), (None, False), (False, True)])
def test_a_certificate_of_another_organisation_is_told_to_everybody(named: bool | None, is_said: bool) -> None:
    with override("en"):
        said = what_was_checked(Signature(way="qualified", evidence={"certificate": {"organisation": named}}))
    assert ("names another organisation" in said) == is_said

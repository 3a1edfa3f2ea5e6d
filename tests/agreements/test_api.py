"""Agreements for programs: the register for all, own ones for who acts for a party."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from agreements.drafting.drafts import approve, return_draft, submit
from agreements.fulfilment.obligations import report_progress
from agreements.models import Acceptance, Agreement, ClauseComment, Obligation, ObligationReport, Party
from agreements.negotiating.versions import comment, propose_version
from agreements.terms import Terms, parsed
from members.models import Role, User
from tests.factories import agreements as made
from tests.factories.members import OrganisationFactory, RepresentativeFactory

pytestmark = pytest.mark.django_db
REGISTER, OWN = "/api/v1/agreements/", "/api/v1/my/agreements/"


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def head(party: Party) -> Client:
    return client_of(made.head_of(party.organisation))


def post(client: Client, address: str, data: dict[str, Any], *, key: str | None = None, status: int = 200) -> Any:
    headers = {"Idempotency-Key": key if key is not None else uuid4().hex} if key != "" else {}
    answer = client.post(address, data, "application/json", headers=headers)
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


# --- The register --------------------------------------------------------------------------------------------


def test_the_register_shows_what_is_numbered_and_public_and_what_is_announced() -> None:
    shown = made.in_force(promises=(made.promise(),))
    planned = made.in_negotiation(planned_on=timezone.localdate())
    made.concluded(is_public=False), made.in_negotiation()
    rows = Client().get(REGISTER).json()["results"]
    assert [row["reference"] for row in rows] == [f"planned-{planned.pk}", shown.number]
    assert {name: rows[1][name] for name in ("state", "subject", "obligations", "fulfilled", "is_entered")} == {
        "state": "active",
        "subject": "Совместные проекты школьников",
        "obligations": 1,
        "fulfilled": 0,
        "is_entered": False,
    }
    parties = [(one["position"], one["slug"]) for one in rows[1]["parties"]]
    assert parties == [(party.position, party.organisation.slug) for party in shown.parties.all()]


def test_one_of_the_register_tells_what_it_promises_and_nothing_more() -> None:
    agreement = made.in_force(promises=(made.promise(),))
    answer = Client().get(f"{REGISTER}{agreement.number}/").json()
    assert [(one["what"], one["owner"], one["amount"]) for one in answer["promises"]] == [
        ("Пять совместных проектов", 1, "5.00")
    ]
    assert {"terms", "content", "sha256", "author", "code"} & answer.keys() == set()


def test_what_is_not_public_is_not_there() -> None:
    hidden, draft = made.concluded(is_public=False), made.draft()
    for reference in (hidden.number, f"planned-{draft.pk}", "nonsense", "planned-x"):
        assert Client().get(f"{REGISTER}{reference}/").status_code == 404


def test_the_register_is_narrowed_and_says_what_it_does_not_know() -> None:
    agreement, _other = made.concluded(), made.in_force(kind="cooperation")
    slug = agreement.initiator.slug

    def numbers(**asked: Any) -> list[str]:
        return [row["number"] for row in Client().get(REGISTER, asked).json()["results"]]

    assert numbers(state="concluded") == numbers(organisation=slug) == [agreement.number]
    assert (len(numbers(kind="cooperation", year=timezone.localdate().year)), numbers(kind="practice")) == (2, [])
    assert {Client().get(REGISTER, asked).status_code for asked in ({"kind": "x"}, {"year": "x"})} == {400}


@pytest.mark.parametrize("address", [REGISTER, OWN])
def test_a_list_asks_as_much_for_three_rows_as_for_one(address: str) -> None:
    school = OrganisationFactory()
    client = client_of(made.head_of(school))

    def number_of_queries() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    made.in_force(initiator=school, promises=(made.promise(),))
    client.get(address)
    one = number_of_queries()
    made.in_force(initiator=school, promises=(made.promise(),)), made.in_force(initiator=school)
    assert number_of_queries() == one


# --- Own ones ------------------------------------------------------------------------------------------------


def test_own_ones_are_those_of_the_organisations_that_one_acts_for() -> None:
    agreement, draft = made.in_negotiation(), made.draft()
    school, company = agreement.parties.all()
    stranger = client_of(RepresentativeFactory(role=Role.HEAD).user)
    assert [row["id"] for row in head(school).get(OWN).json()["results"]] == [agreement.pk]
    assert [row["id"] for row in head(company).get(OWN).json()["results"]] == [agreement.pk]
    assert stranger.get(OWN).json()["results"] == []
    for rest in ("", "versions/", "obligations/", "remarks/"):
        assert stranger.get(f"{OWN}{agreement.pk}/{rest}").status_code == 404
    assert head(draft.parties.all()[1]).get(f"{OWN}{draft.pk}/").status_code == 404
    assert Client().get(OWN).status_code == 403


def test_who_acts_no_more_finds_nothing() -> None:
    agreement = made.in_negotiation()
    acts = agreement.initiator.representatives.get()
    acts.ended_at = timezone.now()
    acts.save()
    assert client_of(acts.user).get(f"{OWN}{agreement.pk}/").status_code == 404


def test_a_version_is_read_with_its_bytes_its_hash_and_its_clauses() -> None:
    agreement = made.in_negotiation()
    [version] = head(made.last_party(agreement)).get(f"{OWN}{agreement.pk}/versions/").json()
    newest = agreement.newest_version
    assert (version["number"], version["sha256"], version["content"]) == (1, newest.sha256, newest.content)
    assert [one["number"] for one in version["clauses"]] == ["", "1", "1.1", "1.1.1", "1.1.2", "2", "2.1"]


def test_a_version_is_accepted_by_its_hash_and_with_the_last_party_it_is_settled() -> None:
    agreement = made.in_negotiation()
    school, company = agreement.parties.all()
    address, sha256 = f"{OWN}{agreement.pk}/accept/", agreement.newest_version.sha256
    for party, state, accepted in (
        (school, "negotiation", [1]),
        (school, "negotiation", [1]),
        (company, "frozen", [1, 2]),
    ):
        answer = post(head(party), address, {"organisation": party.organisation.slug, "sha256": sha256})
        assert (answer["state"], answer["accepted"]) == (state, accepted)


def test_a_version_that_is_not_the_newest_is_refused_with_a_code() -> None:
    agreement = made.in_negotiation()
    school, company = agreement.parties.all()
    old = agreement.newest_version.sha256
    changed = made.terms(clauses=parsed(made.TEXT.replace("год", "два года")))
    propose_version(agreement, party=company, terms=changed, base=1, by=made.head_of(company.organisation))
    sent = {"organisation": school.organisation.slug, "sha256": old}
    assert post(head(school), f"{OWN}{agreement.pk}/accept/", sent, status=409)["code"] == "outdated_version"
    assert not Acceptance.objects.exists()


def test_nobody_accepts_for_a_party_that_they_do_not_act_for() -> None:
    agreement = made.in_negotiation()
    school, company = agreement.parties.all()
    sha256, address = agreement.newest_version.sha256, f"{OWN}{agreement.pk}/accept/"
    post(head(school), address, {"organisation": company.organisation.slug, "sha256": sha256}, status=400)
    reader = client_of(RepresentativeFactory(organisation=school.organisation, role=Role.VIEWER).user)
    post(reader, address, {"organisation": school.organisation.slug, "sha256": sha256}, status=403)
    another = RepresentativeFactory(user=made.head_of(school.organisation), role=Role.HEAD).organisation
    post(head(school), address, {"organisation": another.slug, "sha256": sha256}, status=400)
    assert not Acceptance.objects.exists()


def test_a_remark_stands_at_its_clause_and_once_for_its_key() -> None:
    agreement = made.in_negotiation()
    party = made.last_party(agreement)
    clause = Terms.of(agreement.newest_version.terms).clauses[-1].key
    sent = {"organisation": party.organisation.slug, "version": 1, "clause": clause, "text": "Лучше два года"}
    address = f"{OWN}{agreement.pk}/remarks/"
    first = post(head(party), address, sent, key="k", status=201)
    assert post(head(party), address, sent, key="k", status=201) == first
    assert post(head(party), address, sent | {"text": "Иное"}, key="k", status=409)["code"] == "idempotency_key_reused"
    assert post(head(party), address, sent, key="", status=400)
    assert [row["text"] for row in head(party).get(address).json()] == ["Лучше два года"]
    for wrong in ({"version": 7}, {"clause": "нет"}, {"text": ""}):
        post(head(party), address, sent | wrong, status=400)
    assert ClauseComment.objects.count() == 1


def test_what_was_written_before_it_was_sent_stays_with_who_drew_it_up() -> None:
    reviewer = RepresentativeFactory(role=Role.HEAD)
    agreement = made.draft(initiator=reviewer.organisation)
    author = RepresentativeFactory(organisation=agreement.initiator, role=Role.COORDINATOR).user
    school, company = agreement.parties.all()
    submit(agreement, by=author)
    first = agreement.newest_version
    comment(agreement, version=first, clause="", party=school, by=reviewer.user, text="Только между нами")
    return_draft(agreement, by=reviewer.user, reason="Срок короток")
    submit(agreement, by=author)
    approve(agreement, by=reviewer.user)
    versions, remarks = f"{OWN}{agreement.pk}/versions/", f"{OWN}{agreement.pk}/remarks/"
    assert [row["number"] for row in head(school).get(versions).json()] == [1, 2]
    assert [row["number"] for row in head(company).get(versions).json()] == [2]
    assert [row["text"] for row in head(school).get(remarks).json()] == ["Только между нами"]
    assert head(company).get(remarks).json() == []
    sent = {"organisation": company.organisation.slug, "version": 1, "text": "Откуда?"}
    post(head(company), remarks, sent, status=400)


def test_nothing_is_remarked_on_what_is_settled() -> None:
    agreement = made.frozen()
    party = made.last_party(agreement)
    sent = {"organisation": party.organisation.slug, "version": 1, "text": "Поздно"}
    assert post(head(party), f"{OWN}{agreement.pk}/remarks/", sent, status=409)["code"] == "other_state"


# --- What was promised ---------------------------------------------------------------------------------------


@pytest.fixture
def in_force() -> Agreement:
    return made.in_force(promises=(made.promise(),))


def test_progress_is_reported_by_one_side_and_confirmed_by_the_other(in_force: Agreement) -> None:
    school, company = in_force.parties.all()
    obligation = Obligation.objects.get()
    reports = f"{OWN}{in_force.pk}/obligations/{obligation.pk}/reports/"
    sent = {"text": "Пять проектов", "amount": "5"}
    report = post(head(school), reports, sent, key="k", status=201)
    assert post(head(school), reports, sent, key="k", status=201) == report
    assert (report["state"], report["organisation"]) == ("reported", school.organisation.slug)
    confirm = f"{OWN}{in_force.pk}/reports/{report['id']}/confirm/"
    own, other = ({"organisation": party.organisation.slug} for party in (school, company))
    post(head(school), confirm, own, status=403)
    for _again in range(2):
        assert post(head(company), confirm, other)["state"] == "confirmed"
    [told] = head(company).get(f"{OWN}{in_force.pk}/obligations/").json()
    assert (told["state"], told["done"], len(told["reports"])) == ("fulfilled", "5.00", 1)
    assert post(head(school), reports, sent, status=409)["code"] == "other_state"


def test_a_refusal_has_a_reason(in_force: Agreement) -> None:
    school, company = in_force.parties.all()
    by = made.head_of(school.organisation)
    obligation = Obligation.objects.get()
    report = report_progress(obligation, organisation=school.organisation, by=by, text="Пять", amount=Decimal(5))
    refuse = f"{OWN}{in_force.pk}/reports/{report.pk}/refuse/"
    sent = {"organisation": company.organisation.slug}
    post(head(company), refuse, sent, status=400)
    answer = post(head(company), refuse, sent | {"reason": "Было три"})
    assert (answer["state"], answer["reason"]) == ("refused", "Было три")
    confirm = refuse.replace("refuse", "confirm")
    assert post(head(company), confirm, sent, status=409)["code"] == "other_state"


def test_who_did_not_promise_it_reports_nothing(in_force: Agreement) -> None:
    address = f"{OWN}{in_force.pk}/obligations/{Obligation.objects.get().pk}/reports/"
    post(head(made.last_party(in_force)), address, {"text": "Пять", "amount": "5"}, status=403)
    other = made.in_force(promises=(made.promise(),)).obligations.get()
    foreign = f"{OWN}{in_force.pk}/obligations/{other.pk}/reports/"
    post(head(in_force.parties.all()[0]), foreign, {"text": "Пять", "amount": "5"}, status=404)
    assert not ObligationReport.objects.exists()


def test_an_amount_is_more_than_nothing_and_said(in_force: Agreement) -> None:
    address = f"{OWN}{in_force.pk}/obligations/{Obligation.objects.get().pk}/reports/"
    school = in_force.parties.all()[0]
    post(head(school), address, {"text": "Пять", "amount": "-1"}, status=400)
    assert post(head(school), address, {"text": "Пять"}, status=409)["code"] == "amount_missing"


def test_no_more_is_written_than_the_schema_names(in_force: Agreement) -> None:
    school = in_force.parties.all()[0]
    obligation = Obligation.objects.get()
    other = OrganisationFactory()
    sent = {
        "text": "Пять", "amount": "5", "state": "confirmed", "organisation": other.slug, "decided_at": "2026-01-01",
        "decided_by": made.head_of(other).pk, "by": made.head_of(other).pk, "obligation": 1, "file": "agreements/x.pdf",
    }  # fmt: skip
    post(head(school), f"{OWN}{in_force.pk}/obligations/{obligation.pk}/reports/", sent, status=201)
    report = ObligationReport.objects.get()
    assert (report.state, report.organisation, report.by) == (
        "reported",
        school.organisation,
        made.head_of(school.organisation),
    )
    assert (report.decided_at, report.file.name, report.obligation) == (None, "", obligation)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_the_api_changes_no_agreement_otherwise(in_force: Agreement, method: str) -> None:
    client = head(in_force.parties.all()[0])
    for address in (OWN, f"{OWN}{in_force.pk}/", REGISTER, f"{REGISTER}{in_force.number}/"):
        assert getattr(client, method)(address, {"subject": "Иное"}, "application/json").status_code == 405

"""What the recount finds of agreements, when somebody has written past the services."""

import datetime
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from agreements.fulfilment import counted, obligations
from agreements.fulfilment.obligations import decide_report, report_progress
from agreements.models import Agreement, Obligation
from agreements.negotiating.versions import accept_version, propose_version
from agreements.running.course import renew_by_itself
from agreements.terms import parsed
from common.invariants import INVARIANTS
from common.recounts import recount
from tests.factories import agreements as made
from tests.factories.members import OrganisationFactory

pytestmark = pytest.mark.django_db
YEAR = timezone.localdate().year


def write(statement: str, *values: int) -> None:
    """Past the services, and past the trigger that keeps the history."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(statement, values)
        assert cursor.rowcount > 0
        cursor.execute("SET LOCAL session_replication_role = origin")


def found() -> list[tuple[str, str, str]]:
    """Rule, kind of record, figures; but for the hashes, which many a stroke past the services breaks as well."""
    broken = [(one.invariant, one.record, one.figures) for one in recount()]
    return [one for one in broken if one[0] != "agreement_unchanged"]


def rules() -> set[str]:
    return {rule for rule, _record, _figures in found()}


@pytest.fixture
def negotiated() -> Agreement:
    """One party has accepted what the other has changed since."""
    agreement = made.in_negotiation()
    school, company = agreement.parties.all()
    by = made.head_of(school.organisation)
    accept_version(agreement, party=school, sha256=agreement.newest_version.sha256, by=by)
    changed = made.terms(clauses=parsed(made.TEXT.replace("год", "два года")))
    propose_version(agreement, party=company, terms=changed, base=1, by=made.head_of(company.organisation))
    return agreement


@pytest.fixture
def in_force() -> Agreement:
    """Of what is promised a part is done."""
    due = made.days_from(timezone.localdate(), 60)
    last = made.days_from(timezone.localdate(), 300)
    agreement = made.in_force(promises=(made.promise(due_on=due),), ends_on=last)
    school, company = (party.organisation for party in agreement.parties.all())
    report = report_progress(
        Obligation.objects.get(), organisation=school, by=made.head_of(school), text="Два проекта", amount=Decimal(2)
    )
    decide_report(report, organisation=company, by=made.head_of(company), confirms=True)
    return agreement


def test_what_the_services_make_is_right(negotiated: Agreement, in_force: Agreement) -> None:
    for make in (made.draft, made.frozen, made.being_signed, made.concluded):
        make()
    school, company = (party.organisation for party in in_force.parties.all())
    told = {"initiator": school, "parent": in_force}
    made.in_force(company, **told, relation="amendment", promises=(made.promise(),))
    made.in_force(company, **told, relation="termination")
    last = made.days_from(timezone.localdate(), 10)
    renew_by_itself(made.in_force(ends_on=last, renewal="automatic"))
    assert [*recount()] == []


def test_the_history_was_changed(negotiated: Agreement) -> None:
    write("UPDATE agreements_historyentry SET source = 'frozen' WHERE action = 'propose'")
    assert "agreement_unchanged" in {one.invariant for one in recount()}


def test_a_state_that_no_move_has_led_to(negotiated: Agreement) -> None:
    write("UPDATE agreements_agreement SET state = 'cancelled'")
    assert ("agreement_moves", "agreements.agreement", "negotiation ≠ cancelled") in found()


def test_a_move_from_a_state_that_was_not(negotiated: Agreement) -> None:
    write("UPDATE agreements_historyentry SET source = 'frozen' WHERE action = 'propose'")
    assert found() == [("agreement_moves", "agreements.agreement", "negotiation ≠ frozen")]


def test_a_version_that_was_not_the_newest_is_accepted(negotiated: Agreement) -> None:
    school = negotiated.parties.all()[0]
    write("UPDATE agreements_acceptance SET at = now() + interval '1 minute'")
    assert found() == [("agreement_outdated", "agreements.agreement", f"1: {school.pk}")]


def test_a_stranger_has_accepted(negotiated: Agreement) -> None:
    stranger = made.draft().parties.all()[0]
    write("UPDATE agreements_acceptance SET party_id = %s", stranger.pk)
    assert found() == [("agreement_outdated", "agreements.agreement", f"1: {stranger.pk}")]


@pytest.mark.parametrize(("make", "state"), [(made.frozen, "frozen"), (made.being_signed, "signing")])
def test_not_all_have_accepted_what_is_settled(make, state: str) -> None:
    make()
    write("DELETE FROM agreements_acceptance WHERE id = (SELECT max(id) FROM agreements_acceptance)")
    assert found() == [("agreement_accepted", "agreements.agreement", state)]


def test_all_have_accepted_and_it_is_negotiated_still() -> None:
    made.frozen()
    write("UPDATE agreements_agreement SET state = 'negotiation'")
    assert {"agreement_accepted", "agreement_moves"} == rules()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE agreements_signature SET content_sha256 = repeat('0', 64)",
        "UPDATE agreements_signingrequest SET state = 'asked'",
        "UPDATE agreements_signinground SET state = 'void'",
        "UPDATE agreements_version SET number = number - 1, sha256 = repeat('0', 64)",
        "INSERT INTO agreements_version (agreement_id, number, organisation_id, at, note, terms, content, sha256)"
        " SELECT agreement_id, 2, organisation_id, now() + interval '1 minute', '', '{}', '', repeat('1', 64)"
        " FROM agreements_version",
        "UPDATE agreements_signingrequest SET party_id = (SELECT max(id) FROM agreements_party)"
        " WHERE id = (SELECT min(id) FROM agreements_signingrequest)",
    ],
    ids=["other words", "no signature", "no round", "another text", "a later version", "a party was not asked"],
)
def test_not_all_have_signed_the_text_of_what_is_concluded(statement: str) -> None:
    agreement = made.concluded()
    made.draft()
    write(statement)
    assert found() == [("agreement_signed", "agreements.agreement", f"concluded: {agreement.number}")]


def test_a_round_is_completed_of_what_is_not_concluded() -> None:
    signing = made.being_signed()
    made.sign(signing.requests.all()[0])
    write("UPDATE agreements_signinground SET state = 'completed', closed_at = now()")
    assert rules() == {"agreement_signed", "agreement_rounds"}


def test_a_round_is_open_of_what_is_not_being_signed() -> None:
    made.concluded()
    write("UPDATE agreements_signinground SET state = 'open', closed_at = NULL")
    assert ("agreement_rounds", "agreements.agreement", "concluded") in found()


def test_a_number_was_given_that_no_agreement_has() -> None:
    made.concluded()
    write("UPDATE common_numberseries SET last = 2")
    assert found() == [("agreement_numbers", "common.numberseries", f"{YEAR}: 1 ≠ 2")]


@pytest.mark.parametrize(
    ("statement", "figures"),
    [
        ("UPDATE agreements_obligation SET done = 3", "open: 3.00 ≠ 2.00"),
        ("UPDATE agreements_obligationreport SET state = 'refused'", "open: 2.00 ≠ 0"),
        ("UPDATE agreements_obligation SET state = 'fulfilled'", "fulfilled: 2.00 ≠ 2.00"),
    ],
)
def test_what_is_done_was_not_confirmed(in_force: Agreement, statement: str, figures: str) -> None:
    write(statement)
    assert ("agreement_done", "agreements.obligation", figures) in found()


def test_linked_work_counts_with_what_was_confirmed(in_force: Agreement, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counted, "SOURCES", {})
    counted.register(counted.Source("tests", frozenset({"projects"}), lambda obligation: Decimal(1)))
    assert found() == [("agreement_done", "agreements.obligation", "open: 2.00 ≠ 3.00")]
    obligations.recount(in_force.obligations.get())
    assert found() == []


def test_a_term_runs_of_what_is_over(in_force: Agreement) -> None:
    write("UPDATE agreements_timer SET done_at = NULL WHERE kind = 'stale'")
    assert found() == [("agreement_terms", "agreements.timer", "stale: active")]


def test_a_term_runs_of_an_obligation_that_is_closed(in_force: Agreement) -> None:
    write("UPDATE agreements_obligation SET state = 'closed', closed_reason = 'Так'")
    assert {*found()} == {
        ("agreement_terms", "agreements.timer", "due_near: active"),
        ("agreement_terms", "agreements.timer", "due_passed: active"),
    }


def test_nothing_would_end_it(in_force: Agreement) -> None:
    write("UPDATE agreements_timer SET done_at = now() WHERE kind = 'end'")
    assert found() == [("agreement_endless", "agreements.agreement", "active: end")]


def test_nothing_would_bring_it_into_force() -> None:
    made.concluded()
    write("DELETE FROM agreements_timer WHERE kind = 'start'")
    assert found() == [("agreement_endless", "agreements.agreement", "concluded: start")]


def test_an_amendment_has_brought_other_words(in_force: Agreement) -> None:
    school, company = (party.organisation for party in in_force.parties.all())
    made.in_force(company, initiator=school, parent=in_force, relation="amendment", promises=(made.promise(),))
    write("UPDATE agreements_version SET sha256 = repeat('0', 64) WHERE amendment_id IS NOT NULL")
    assert [rule for rule, _record, _figures in found()] == ["agreement_kin"]


def test_it_was_renewed_and_nothing_goes_on() -> None:
    last = timezone.localdate() + datetime.timedelta(days=10)
    child = renew_by_itself(made.in_force(ends_on=last.isoformat(), renewal="automatic"))
    write("UPDATE agreements_agreement SET parent_id = NULL, relation = '' WHERE id = %s", child.pk)
    assert found() == [("agreement_kin", "agreements.agreement", ": renewed ← —")]


def test_it_amends_what_was_never_concluded() -> None:
    parent, child = made.draft(), made.draft(OrganisationFactory())
    write("UPDATE agreements_agreement SET parent_id = %s, relation = 'amendment' WHERE id = %s", parent.pk, child.pk)
    assert found() == [("agreement_kin", "agreements.agreement", "amendment: draft ← draft")]


def test_each_rule_of_agreements_is_broken_here_once() -> None:
    seen = {"moves", "outdated", "accepted", "signed", "rounds", "numbers", "done", "terms", "endless", "kin"}
    seen.add("unchanged")
    assert {name for name in INVARIANTS if name.startswith("agreement_")} == {f"agreement_{name}" for name in seen}

"""What somebody would try who means no good: each of these once went through."""

import time
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from agreements.drafting.drafts import approve, change_draft, return_draft, submit
from agreements.drafting.forms import DraftForm, PromiseForm
from agreements.fulfilment import counted
from agreements.fulfilment.obligations import close_open, decide_report, recount, report_progress
from agreements.models import Agreement, AgreementState, ClauseComment, Obligation, Signature
from agreements.negotiating.comparing import compared, compared_clauses
from agreements.negotiating.forms import TermsForm
from agreements.negotiating.versions import comment, propose_version
from agreements.signing.codes import send_code
from agreements.signing.paper import confirm_original, see_original, send_copy
from agreements.signing.qualified import sign_by_file
from agreements.signing.rules import join_rules
from agreements.terms import Terms, as_text, followed, parsed
from common.text import changed_words, in_both
from members.models import Organisation, Role, User
from tests.agreements.authority import Authority
from tests.agreements.test_life import refused
from tests.factories import agreements as made
from tests.factories.members import RepresentativeFactory, UserFactory

pytestmark = pytest.mark.django_db


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


# --- What was said before it was sent -----------------------------------------------------------------------------


@pytest.fixture
def returned_once() -> Agreement:
    """The first version was never sent to the other party; it asks for more than the second one."""
    agreement = made.draft(notice_days=90)
    author = made.head_of(agreement.initiator)
    reviewer = RepresentativeFactory(organisation=agreement.initiator, role=Role.COORDINATOR).user
    submit(agreement, by=author, approvers=[reviewer])
    own = agreement.parties.get(organisation=agreement.initiator)
    told: dict[str, Any] = {"clause": "", "party": own, "by": reviewer, "text": "Согласимся и на меньшее"}
    comment(agreement, version=agreement.newest_version, **told)
    return_draft(agreement, by=reviewer, reason="Слишком много")
    change_draft(agreement, lambda _before: made.terms(notice_days=30))
    submit(agreement, by=author, approvers=[reviewer])
    return approve(agreement, by=reviewer)


def test_by_the_api_a_party_reads_no_more_than_by_the_pages(returned_once: Agreement) -> None:
    other = made.last_party(returned_once)
    address = f"/api/v1/my/agreements/{returned_once.pk}"
    for person, numbers, remarks in (
        (made.head_of(returned_once.initiator), [1, 2], 1),
        (made.head_of(other.organisation), [2], 0),
    ):
        client = client_of(person)
        assert [one["number"] for one in client.get(f"{address}/versions/").json()] == numbers
        assert len(client.get(f"{address}/remarks/").json()) == remarks


def test_nobody_remarks_on_a_version_that_they_do_not_read(returned_once: Agreement) -> None:
    other = made.last_party(returned_once).organisation
    sent = {"organisation": other.slug, "version": 1, "text": "Что там было?"}
    headers = {"Idempotency-Key": uuid4().hex}
    address = f"/api/v1/my/agreements/{returned_once.pk}/remarks/"
    answer = client_of(made.head_of(other)).post(address, sent, "application/json", headers=headers)
    assert (answer.status_code, ClauseComment.objects.count()) == (400, 1)


# --- Signing ------------------------------------------------------------------------------------------------------


def test_who_has_signed_signs_no_second_time(tmp_path: Path) -> None:
    request = made.being_signed(ways={2: "qualified"}).requests.get(party__position=2)
    authority, by, sha256 = Authority(tmp_path), made.signatory_of(request), request.round.version.sha256
    files = [authority.issue(name).sign(request.round.version.content) for name in ("Первый", "Второй")]
    sign_by_file(request, by=by, sha256=sha256, file=files[0], name="a.sig")
    assert refused(sign_by_file, request, by=by, sha256=sha256, file=files[1], name="b.sig") == "signed_already"
    assert Signature.objects.count() == 1


def test_to_who_has_signed_no_code_is_sent() -> None:
    request = made.being_signed(ways={2: "code"}).requests.get(party__position=2)
    by = made.signatory_of(request)
    join_rules(request.party.organisation, by=by)
    made.sign(request)
    assert refused(send_code, request, by=by, sha256=request.round.version.sha256) == "signed_already"


def test_nobody_checks_the_copy_of_their_own_signature() -> None:
    request = made.being_signed().requests.get(party__position=2)
    signatory = made.signatory_of(request)
    sender = RepresentativeFactory(organisation=request.party.organisation, role=Role.COORDINATOR).user
    send_copy(request, by=sender, sha256=request.round.version.sha256, document=made.scan())
    own = (signatory, sender)
    User.objects.filter(pk__in=[one.pk for one in own]).update(is_staff=True, is_superuser=True)
    for by in own:
        assert refused(see_original, request, by=by) == "own_copy"
    see_original(request, by=UserFactory(is_staff=True))
    for by in own:
        assert refused(confirm_original, request, by=by) == "own_copy"


# --- Numbers and days ---------------------------------------------------------------------------------------------


def test_more_than_a_row_can_hold_is_not_counted() -> None:
    agreement = made.in_force(promises=(made.promise(kind="money", amount="999999999999.99"),))
    school, company = (party.organisation for party in agreement.parties.all())
    obligation = agreement.obligations.get()
    told: dict[str, Any] = {"organisation": school, "by": made.head_of(school), "text": "Перечислено"}
    reports = [report_progress(obligation, amount=Decimal("999999999999.98"), **told) for _twice in range(2)]
    decision: dict[str, Any] = {"organisation": company, "by": made.head_of(company)}
    decide_report(reports[0], confirms=True, **decision)
    assert refused(decide_report, reports[1], confirms=True, **decision) == "too_much"
    decide_report(reports[1], confirms=False, reason="Не было", **decision)
    assert Obligation.objects.get().done == Decimal("999999999999.98")


def test_what_is_over_is_opened_by_no_linked_work(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = {"number": 5}
    source = counted.Source("attack", frozenset({"projects"}), lambda obligation: Decimal(shown["number"]))
    monkeypatch.setitem(counted.SOURCES, "attack", source)
    agreement = made.in_force(promises=(made.promise(),))
    assert recount(agreement.obligations.get()).state == "fulfilled"
    close_open(agreement, reason="Кончилось")
    Agreement.objects.update(state=AgreementState.EXPIRED)
    shown["number"] = 1
    assert (recount(agreement.obligations.get()).state, Obligation.objects.get().done) == ("fulfilled", 5)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_days_at_the_ends_of_the_calendar_are_refused(day: str) -> None:
    """Concluded with such a day, it would never have come into force: the clock cannot count from it."""
    agreement = made.in_negotiation()
    terms = Terms.of(agreement.newest_version.terms)
    for form in (
        DraftForm({"starts_on": day, "ends_on": day, "planned_on": day}, agreement=agreement),
        TermsForm({"starts_on": day, "ends_on": day}, agreement=agreement, terms=terms, base=1),  # type: ignore[arg-type]
        PromiseForm({"due_on": day}, agreement=agreement),
    ):
        days = {"starts_on", "ends_on", "planned_on", "due_on"} & form.fields.keys()
        assert days <= form.errors.keys()


def test_a_party_that_has_become_another_one_meanwhile_is_told_of() -> None:
    agreement = made.in_negotiation()
    party = made.last_party(agreement)
    Organisation.objects.filter(pk=party.organisation_id).update(name="ООО «Иное»", inn="7707083893")
    told: dict[str, Any] = {"party": party, "base": 1, "by": made.head_of(party.organisation)}
    propose_version(agreement, terms=Terms.of(agreement.newest_version.terms), **told)
    before, after = agreement.versions.order_by("number")
    [term] = compared(before, after).terms
    new = "".join(words for words, differs in term.sides[1] if differs)
    assert ("«Иное»" in new, "7707083893" in new) == (True, True)


# --- The text -----------------------------------------------------------------------------------------------------


def test_no_sign_that_turns_the_direction_of_writing_stands_in_a_text() -> None:
    assert as_text(parsed("# Цена\n\nПлата \u202e000 001\u202c рублей\u200b.")) == "# Цена\n\nПлата 000 001 рублей."


REPEATED = ["раз", "два"] * 10_000


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param(REPEATED, REPEATED[::2], id="two clauses over and over"),
        pytest.param([str(one) for one in range(20_000)], [str(one) for one in range(20_000, 0, -1)], id="backwards"),
        pytest.param(
            [str(one) for one in range(20_000)],
            [str(one) if one % 2 else f"x{one}" for one in range(20_000)],
            id="each second one is new",
        ),
    ],
)
def test_no_text_takes_minutes_to_compare(old: list[str], new: list[str]) -> None:
    """While a version is made, nobody else appends to the history."""
    start = time.process_time()
    before, after = parsed("# Ч\n\n" + "\n\n".join(old)), parsed("# Ч\n\n" + "\n\n".join(new))
    compared_clauses(before, followed(after, before))
    changed_words(" ".join(old), " ".join(new))
    assert time.process_time() - start < 15


def test_what_stands_in_both_is_found_in_its_order() -> None:
    assert in_both("abcde", "abXde") == [(0, 0), (1, 1), (3, 3), (4, 4)]
    assert in_both("aba", "aaba") == [(0, 0), (1, 2), (2, 3)]
    assert in_both("abc", "") == in_both("", "abc") == in_both("abc", "def") == []
    assert in_both("xyab", "abxy") in ([(0, 2), (1, 3)], [(2, 0), (3, 1)])


def test_a_clause_that_was_moved_is_told_of() -> None:
    """Under another heading the same words mean something else."""
    old = parsed("# Школа\n\nПлатит.\n\n# Завод\n\nУчит.")
    new = followed(parsed("# Школа\n\nУчит.\n\n# Завод\n\nПлатит."), old)
    assert any(row.status != "same" for row in compared_clauses(old, new))


def test_a_clause_keeps_its_key_as_long_as_it_is_much_the_same() -> None:
    old = parsed("# Сроки\n\nСоглашение действует год.\n\nПрочее.\n\nПрочее.")
    new = followed(
        parsed("# Сроки\n\nСоглашение действует два года.\n\nИное условие сторон.\n\nПрочее.\n\nПрочее."), old
    )
    keys = [one.key for one in old]
    assert [keys.index(one.key) if one.key in keys else None for one in new] == [0, 1, None, 2, 3]

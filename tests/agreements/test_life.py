"""From a draft to the end, by the services alone."""

import datetime
import re

import pytest
import time_machine
from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from agreements import chain
from agreements.drafting.drafts import approve, change_draft, return_draft, set_parties, submit
from agreements.drafting.following import begin_following
from agreements.life.machine import MOVES, OTHER_TURNS, Who
from agreements.models import Acceptance, Agreement, AgreementState, HistoryEntry, RequestState, Timer, TimerKind
from agreements.negotiating.versions import OutdatedVersion, accept_version, propose_version, reopen
from agreements.running.course import give_notice, notice_ends_on, object_to_renewal
from agreements.running.sweep import sweep
from agreements.signing.rounds import cancel, decline, open_round, recall
from agreements.terms import Terms, parsed
from common.errors import RuleViolated
from members.models import Notification, Role
from tests.factories import agreements as made
from tests.factories.members import OrganisationFactory, RepresentativeFactory

pytestmark = pytest.mark.django_db
S = AgreementState


def refused(act, *args, **told) -> str:
    with pytest.raises(RuleViolated) as refusal, transaction.atomic():
        act(*args, **told)
    return refusal.value.code


def time_passes(agreement: Agreement, *kinds: str) -> None:
    """For these timers, or all of its own."""
    waiting = agreement.timers.waiting()
    if kinds:
        waiting = waiting.filter(kind__in=kinds)
    waiting.update(due_at=timezone.now())


def turns(agreement: Agreement) -> list[str]:
    return [*agreement.history.values_list("action", flat=True)]


# --- Drafts and reviews --------------------------------------------------------------------------------------


def test_a_draft_is_sent_once_all_is_there() -> None:
    agreement = made.draft(subject="", clauses=())
    head = made.head_of(agreement.initiator)
    with pytest.raises(RuleViolated) as refusal:
        submit(agreement, by=head)
    assert (refusal.value.code, refusal.value.message) == (
        "incomplete",
        "Не хватает: предмет соглашения, текст или документ с ним",
    )


def test_with_nobody_left_to_review_it_goes_to_the_parties() -> None:
    agreement = made.in_negotiation()
    assert (agreement.state, turns(agreement)) == (S.NEGOTIATION, ["submit", "approve"])
    assert agreement.newest_version.number == 1


def test_all_reviewers_approve_or_one_returns_it_with_a_reason() -> None:
    agreement = made.draft()
    head, other = (
        made.head_of(agreement.initiator),
        RepresentativeFactory(organisation=agreement.initiator, role=Role.HEAD).user,
    )
    submit(agreement, by=head, asks_office=True)
    assert refused(approve, agreement, by=head) == "not_asked"
    assert approve(agreement, by=other).state == S.REVIEW
    assert refused(return_draft, agreement, by=head, reason="", for_office=True) == "reason_missing"
    assert return_draft(agreement, by=head, reason="Нет срока", for_office=True).state == S.DRAFT
    submit(agreement, by=head, asks_office=True)
    approve(agreement, by=other)
    assert approve(agreement, by=head, for_office=True).state == S.NEGOTIATION
    assert [version.number for version in agreement.versions.all()] == [1, 2]


def test_a_draft_is_seen_by_none_but_those_who_draw_it_up() -> None:
    company = OrganisationFactory()
    agreement = made.draft(company)
    assert [*Agreement.objects.visible_to(made.head_of(company))] == []
    assert [*Agreement.objects.visible_to(made.head_of(agreement.initiator))] == [agreement]
    submit(agreement, by=made.head_of(agreement.initiator))
    assert [*Agreement.objects.visible_to(made.head_of(company))] == [agreement]
    assert [*Agreement.objects.visible_to(made.head_of(OrganisationFactory()))] == []


def test_what_was_sent_is_no_draft_any_more() -> None:
    agreement = made.in_negotiation()
    assert refused(change_draft, agreement, lambda terms: terms) == "other_state"
    assert refused(set_parties, agreement, parties=[]) == "other_state"


# --- Negotiation ---------------------------------------------------------------------------------------------


def test_a_new_version_resets_all_acceptances_and_what_is_old_is_not_accepted() -> None:
    agreement = made.in_negotiation()
    school, company = agreement.parties.all()
    first = agreement.newest_version
    by = made.head_of(company.organisation)
    accept_version(agreement, party=school, sha256=first.sha256, by=made.head_of(school.organisation))
    changed = made.terms(clauses=parsed(made.TEXT.replace("год", "два года")))
    second = propose_version(agreement, party=company, terms=changed, base=1, by=by, note="Срок")
    assert Acceptance.objects.filter(version=second).count() == 0
    assert refused(accept_version, agreement, party=company, sha256=first.sha256, by=by) == "outdated_version"
    assert propose_version(agreement, party=company, terms=changed, base=1, by=by) == second  # pressed twice
    with pytest.raises(OutdatedVersion):
        propose_version(agreement, party=school, terms=changed, base=1, by=made.head_of(school.organisation))
    assert refused(propose_version, agreement, party=company, terms=changed, base=2, by=by) == "same"
    assert made.accept_all(agreement).state == S.FROZEN


def test_clauses_keep_their_keys_through_the_versions() -> None:
    agreement = made.in_negotiation()
    before = Terms.of(agreement.newest_version.terms).clauses
    text = made.TEXT.replace("год.", "два года.").replace("# Предмет", "# Предмет\n\nСовсем другое условие в начале.")
    company = made.last_party(agreement)
    version = propose_version(
        agreement, party=company, terms=made.terms(clauses=parsed(text)), base=1, by=made.head_of(company.organisation)
    )
    after = Terms.of(version.terms).clauses
    assert {one.key for one in before} < {one.key for one in after}
    assert next(one.text for one in after if one.key == before[-1].key) == "Соглашение действует два года."


def test_what_was_agreed_on_can_be_taken_up_again() -> None:
    agreement = made.frozen()
    party = made.last_party(agreement)
    reopen(agreement, party=party, by=made.head_of(party.organisation), reason="Сменился директор")
    agreement.refresh_from_db()
    assert (agreement.state, Acceptance.objects.count()) == (S.NEGOTIATION, 0)


# --- Signing -------------------------------------------------------------------------------------------------


def test_with_the_last_signature_it_is_concluded_under_the_next_number() -> None:
    year = timezone.localdate().year
    agreement = made.concluded()
    assert (agreement.state, agreement.number) == (S.CONCLUDED, f"{year}-0001")
    assert agreement.concluded_on == timezone.localdate()
    assert agreement.package
    assert agreement.package.state == "waiting"
    assert made.concluded().number == f"{year}-0002"
    assert turns(agreement) == ["submit", "approve", "accept", "accept", "open", "sign", "sign"]


def test_one_after_the_other_the_next_is_asked_with_the_signature_before() -> None:
    signing = made.being_signed(OrganisationFactory(), OrganisationFactory(), signing_order="in_turn")
    first, second, third = signing.requests.order_by("turn")
    assert [one.state for one in (first, second, third)] == ["asked", "waiting", "waiting"]
    made.sign(first)
    second.refresh_from_db()
    assert second.state == RequestState.ASKED
    assert Timer.objects.waiting().filter(kind=TimerKind.SIGN_REMIND, subject=second.pk).count() == 3


def test_a_refusal_after_a_signature_voids_the_round_and_everybody_hears_of_it() -> None:
    signing = made.being_signed(OrganisationFactory(), OrganisationFactory())
    first, second, third = signing.requests.all()
    made.sign(first)
    Notification.objects.all().delete()
    agreement = decline(second, by=made.signatory_of(second), reason="Изменились планы")
    signing.refresh_from_db()
    assert (agreement.state, signing.state) == (S.NEGOTIATION, "void")
    told = Notification.objects.filter(title__startswith="Отказ от подписания")
    assert {one.user for one in told} == {first.party.signatory, third.party.signatory}
    assert all("Изменились планы" in one.text for one in told)


def test_it_is_recalled_before_the_first_signature_and_not_after() -> None:
    signing = made.being_signed()
    head = made.head_of(signing.agreement.initiator)
    assert recall(signing.agreement, by=head, reason="Опечатка").state == S.NEGOTIATION
    made.accept_all(signing.agreement)
    second = open_round(signing.agreement, by=head)
    made.sign(second.requests.all()[0])
    assert (second.number, refused(recall, signing.agreement, by=head, reason="Поздно")) == (2, "signed_already")


def test_the_deadline_voids_the_round_and_the_text_stands() -> None:
    signing = made.being_signed()
    made.sign(signing.requests.all()[0])
    time_passes(signing.agreement, TimerKind.SIGN_DEADLINE)
    assert sweep() == 1
    signing.agreement.refresh_from_db()
    assert signing.agreement.state == S.FROZEN
    assert open_round(signing.agreement, by=made.head_of(signing.agreement.initiator)).number == 2


def test_a_power_of_attorney_that_has_run_out_opens_no_signing() -> None:
    agreement = made.frozen()
    party = made.last_party(agreement)
    party.authority, party.authority_number = "power_of_attorney", "17"
    party.authority_until = timezone.localdate() - datetime.timedelta(days=1)
    party.save()
    assert refused(open_round, agreement, by=made.head_of(agreement.initiator)) == "no_authority"


def test_a_kind_allows_its_ways_of_signing_alone() -> None:
    agreement = made.draft(
        kind="deferred_employment",
        ways={1: "code"},
        details={
            "employer": "Завод",
            "job": "Инженер",
            "begins": "Диплом",
            "deadline": "2030-09-01",
            "consequences": "—",
        },
    )
    with pytest.raises(RuleViolated, match="способ подписания"):
        submit(agreement, by=made.head_of(agreement.initiator))


@pytest.mark.parametrize("make", [made.draft, made.in_negotiation, made.frozen, made.being_signed])
def test_what_is_not_concluded_is_called_off(make) -> None:
    agreement = make()
    agreement = getattr(agreement, "agreement", agreement)
    head = made.head_of(agreement.initiator)
    assert refused(cancel, agreement, who=Who.INITIATOR, by=head, reason="") == "reason_missing"
    assert cancel(agreement, who=Who.INITIATOR, by=head, reason="Передумали").state == S.CANCELLED
    assert not agreement.timers.waiting().exists()


def test_what_is_concluded_is_not_called_off() -> None:
    agreement = made.concluded()
    head = made.head_of(agreement.initiator)
    assert refused(cancel, agreement, who=Who.INITIATOR, by=head, reason="Передумали") == "other_state"


# --- In force, and the end -----------------------------------------------------------------------------------


def test_it_comes_into_force_on_its_first_day_and_its_promises_are_open() -> None:
    agreement = made.concluded(promises=(made.promise(due_on=made.days_from(timezone.localdate(), 60)),))
    assert sweep() == 1
    agreement.refresh_from_db()
    obligation = agreement.obligations.get()
    assert (agreement.state, obligation.owner, obligation.amount) == (S.ACTIVE, agreement.initiator, 5)
    due = Timer.objects.waiting().filter(subject=obligation.pk).values_list("kind", "step")
    assert {*due} == {("due_near", 30), ("due_near", 7), ("due_passed", 1), ("due_passed", 14)}


def test_it_ends_with_its_term_and_what_is_open_is_closed() -> None:
    last = timezone.localdate() + datetime.timedelta(days=100)
    agreement = made.in_force(ends_on=last.isoformat(), promises=(made.promise(),))
    steps = {*agreement.timers.waiting().values_list("kind", "step")}
    assert steps == {("end_near", 90), ("end_near", 30), ("end_near", 7), ("end", 0)}
    time_passes(agreement, TimerKind.END)
    sweep()
    agreement.refresh_from_db()
    assert (agreement.state, agreement.obligations.get().state) == (S.EXPIRED, "closed")


def test_it_renews_itself_unless_somebody_objects_in_time() -> None:
    last = timezone.localdate() + datetime.timedelta(days=100)
    agreement = made.in_force(ends_on=last.isoformat(), renewal="automatic", promises=(made.promise(),))
    time_passes(agreement, TimerKind.END)
    sweep()
    agreement.refresh_from_db()
    child = agreement.children.get()
    assert (agreement.state, child.state, child.relation) == (S.RENEWED, S.ACTIVE, "renewal")
    today, length = timezone.localdate(), datetime.timedelta(days=101)
    assert (child.starts_on, child.ends_on) == (today + length, last + length)
    assert child.obligations.get().state == "open"
    other = made.in_force(ends_on=last.isoformat(), renewal="automatic")
    party = made.last_party(other)
    object_to_renewal(other, party=party, by=made.head_of(party.organisation), reason="Хватит")
    time_passes(other, TimerKind.END)
    sweep()
    other.refresh_from_db()
    assert other.state == S.EXPIRED


@pytest.mark.parametrize("renewal", ["none", "automatic", "agreed"])
def test_what_the_parties_have_renewed_by_an_agreement_is_not_renewed_once_more(renewal: str) -> None:
    last = timezone.localdate() + datetime.timedelta(days=10)
    agreement = made.in_force(ends_on=last.isoformat(), renewal=renewal)
    school, company = (party.organisation for party in agreement.parties.all())
    first = made.days_from(last, 1)
    child = made.concluded(company, initiator=school, parent=agreement, relation="renewal", starts_on=first)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=11), tick=False):
        sweep()
    states = {one.pk: (one.state, one.ended_on) for one in Agreement.objects.all()}
    assert states == {agreement.pk: (S.RENEWED, last), child.pk: (S.ACTIVE, None)}


def test_an_objection_comes_too_late_within_the_days_of_notice() -> None:
    last = timezone.localdate() + datetime.timedelta(days=10)
    agreement = made.in_force(ends_on=last.isoformat(), renewal="automatic")
    party = made.last_party(agreement)
    told = {"party": party, "by": made.head_of(party.organisation), "reason": "Хватит"}
    assert refused(object_to_renewal, agreement, **told) == "too_late"


def test_one_party_gives_notice_and_it_ends_after_the_days_of_notice() -> None:
    agreement = made.in_force(promises=(made.promise(),))
    party = made.last_party(agreement)
    give_notice(agreement, party=party, by=made.head_of(party.organisation), reason="Нет людей")
    last = timezone.localdate() + datetime.timedelta(days=30)
    assert notice_ends_on(agreement) == last
    with time_machine.travel(timezone.now() + datetime.timedelta(days=33), tick=False):  # the sweep has stood still
        sweep()
    agreement.refresh_from_db()
    assert (agreement.state, agreement.obligations.get().state) == (S.TERMINATED, "closed")
    assert agreement.ended_on == last


def test_an_amendment_changes_the_terms_in_force_and_what_is_promised() -> None:
    kept, gone = made.promise(key="kept0000"), made.promise(key="gone0000", what="Экскурсии")
    agreement = made.in_force(promises=(kept, gone))
    school, company = (party.organisation for party in agreement.parties.all())
    more = made.promise(key="kept0000", amount="7")
    amendment = made.in_force(
        company, initiator=school, parent=agreement, relation="amendment", promises=(more, made.promise(key="new00000"))
    )
    agreement.refresh_from_db()
    assert (amendment.state, agreement.state, agreement.newest_version.amendment) == (S.ACTIVE, S.ACTIVE, amendment)
    states = {one.key: (one.state, one.amount) for one in agreement.obligations.all()}
    assert states == {"kept0000": ("open", 7), "gone0000": ("closed", 5), "new00000": ("open", 5)}


def test_all_sign_that_it_ends() -> None:
    agreement = made.in_force()
    school, company = (party.organisation for party in agreement.parties.all())
    last = made.days_from(timezone.localdate(), 300)
    amendment = made.in_force(company, initiator=school, parent=agreement, relation="amendment", ends_on=last)
    assert [*amendment.timers.waiting()] == []
    end = made.in_force(company, initiator=school, parent=agreement, relation="termination")
    for one in (agreement, amendment, end):
        one.refresh_from_db()
        assert (one.state, one.ended_on) == (S.TERMINATED, timezone.localdate())
    assert Notification.objects.filter(title__startswith="Расторгнуто").values("link").distinct().count() == 2


def test_what_depends_on_another_is_neither_given_notice_of_nor_followed() -> None:
    agreement = made.in_force()
    school, company = (party.organisation for party in agreement.parties.all())
    amendment = made.in_force(company, initiator=school, parent=agreement, relation="amendment")
    by, party = made.head_of(school), amendment.parties.all()[0]
    assert refused(give_notice, amendment, party=party, by=by, reason="Уходим") == "dependent"
    told = {"relation": "renewal", "organisation": school, "by": by, "key": "k"}
    assert refused(begin_following, amendment, **told) == "other_state"


def test_all_sign_that_it_ends_before_it_has_begun() -> None:
    agreement = made.concluded(starts_on=made.days_from(timezone.localdate(), 30))
    school, company = (party.organisation for party in agreement.parties.all())
    made.in_force(company, initiator=school, parent=agreement, relation="termination")
    agreement.refresh_from_db()
    assert (agreement.state, agreement.timers.waiting().exists()) == (S.TERMINATED, False)


def test_the_sweep_run_again_does_nothing() -> None:
    agreement = made.concluded()
    assert (sweep(), sweep()) == (1, 0)
    assert turns(agreement).count("start") == 1


# --- The chain -----------------------------------------------------------------------------------------------


def test_the_chain_verifies_and_a_changed_entry_is_found() -> None:
    agreement = made.in_force()
    chain.publish_head()
    assert [*chain.broken_links()] == []
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # past the trigger, as a superuser can
        cursor.execute("UPDATE agreements_historyentry SET action = 'sign' WHERE action = 'open'")
        cursor.execute("SET LOCAL session_replication_role = origin")
    changed = agreement.history.get(facts__round=1)
    assert [(one.what, one.where) for one in chain.broken_links()] == [("hash", str(changed.sequence))]


def test_an_entry_that_was_taken_out_is_found_and_an_end_that_was_cut_off() -> None:
    made.in_force()
    chain.publish_head()
    last = HistoryEntry.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM agreements_historyentry WHERE sequence IN (2, %s)", [last])
        cursor.execute("SET LOCAL session_replication_role = origin")
    found = {(one.what, one.where) for one in chain.broken_links()}
    assert found == {("gap", "2–2"), ("head", str(last))}


@pytest.mark.parametrize("change", ["UPDATE {} SET facts = '{{}}'", "DELETE FROM {}"], ids=["changed", "deleted"])
def test_the_database_changes_no_entry(change: str) -> None:
    made.in_negotiation()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(HistoryEntry._meta.db_table))


def test_a_person_is_taken_out_of_the_history_and_it_still_verifies() -> None:
    agreement = made.frozen()
    party = made.last_party(agreement)
    reopen(agreement, party=party, by=made.head_of(party.organisation), reason="Звонил Иван Иванович")
    HistoryEntry.objects.update(by=None, reason="")
    assert [*chain.broken_links()] == []


def test_every_move_of_the_table_has_a_name_to_be_told_by() -> None:
    assert all(str(move.done) for move in MOVES.values())


def test_whatever_else_stands_in_the_history_has_one_as_well() -> None:
    files = (settings.BASE_DIR / "agreements").rglob("*.py")
    actions = {one for file in files for one in re.findall(r'chain\.append\([^"]*"(\w+)"', file.read_text())}
    assert actions | {"report", "confirm", "refuse"} == OTHER_TURNS.keys()

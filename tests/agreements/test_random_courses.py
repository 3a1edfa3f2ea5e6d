"""Whatever everybody tries in whatever order: no state without its move, no effect lost or doubled, the chain holds."""

import os
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from agreements import chain
from agreements.annex.people import Told, erase_entry, name_person
from agreements.drafting.drafts import approve, change_draft, return_draft, submit, take_back
from agreements.drafting.following import begin_following
from agreements.fulfilment.obligations import decide_report, report_progress
from agreements.life.machine import MOVES, Who
from agreements.models import (
    NUMBERED,
    UNCONCLUDED,
    Acceptance,
    Agreement,
    AgreementState,
    ClauseComment,
    HistoryEntry,
    ObligationReport,
    ObligationState,
    Relation,
    ReportState,
    RequestState,
    RoundState,
    SigningCode,
    SigningRequest,
)
from agreements.negotiating.versions import accept_version, comment, propose_version, reopen, settle
from agreements.policies import (
    can_confirm_progress,
    can_draw_up_agreement,
    can_erase_from_annex,
    can_give_notice,
    can_negotiate,
    can_register_on_paper,
    can_report_progress,
    can_review_for_office,
    can_settle,
    can_steer_signing,
    can_tend_annex,
)
from agreements.running.course import give_notice, object_to_renewal
from agreements.running.sweep import sweep
from agreements.signing import codes, paper
from agreements.signing.qualified import sign_by_file
from agreements.signing.rounds import cancel, decline, open_round, recall
from agreements.signing.rules import join_rules
from agreements.terms import Terms, parsed
from common.errors import RuleViolated
from common.recounts import recount
from members.models import Role, User
from tests.agreements.authority import Authority, Signer
from tests.factories import agreements as made
from tests.factories.members import OrganisationFactory, RepresentativeFactory, UserFactory

pytestmark = pytest.mark.django_db
S = AgreementState
EXAMPLES = 400 if os.environ.get("FAULTS") == "full" else 8
DETAILS = {"places": 2, "supervisor": "Начальник цеха", "liability": "Школа", "has_minors": True}
CODE = "246810"
EVERYBODY = 10  # people of the world


class Denied(Exception):
    """The policy says no: the page would not have been there."""


@dataclass
class World:
    """Three organisations, a stranger among them by intent, two of the office, and one agreement with what follows it;
    ``agreement`` is the one that is worked on."""

    root: Agreement = field(init=False)
    agreement: Agreement = field(init=False)
    people: list[User] = field(init=False)

    def __post_init__(self) -> None:
        school, company, other, stranger = (OrganisationFactory() for _ in range(4))
        self.root = self.agreement = made.draft(
            company,
            other,
            initiator=school,
            kind="internship",
            details=DETAILS,
            ways={1: "code", 2: "paper", 3: "qualified"},
            ends_on=made.days_from(timezone.localdate(), 400),
            renewal="automatic",
            promises=(made.promise(due_on=made.days_from(timezone.localdate(), 90)),),
        )
        join_rules(school, by=made.head_of(school))
        office = [UserFactory(is_staff=True, is_superuser=True) for _ in range(2)]
        viewer = RepresentativeFactory(organisation=company, role=Role.VIEWER).user
        second = RepresentativeFactory(organisation=school, role=Role.HEAD).user
        heads = [made.head_of(one) for one in (school, company, other, stranger)]
        others = [
            RepresentativeFactory(organisation=school, role=role).user for role in (Role.COORDINATOR, Role.TEACHER)
        ]
        self.people = [*heads, second, viewer, *office, *others]

    def fresh(self) -> Agreement:
        """Of what follows, until it is in force or called off."""
        self.agreement.refresh_from_db()
        if self.agreement.state not in (*UNCONCLUDED, S.CONCLUDED):
            self.root.refresh_from_db()
            self.agreement = self.root
        return self.agreement

    def all(self) -> list[Agreement]:
        return [*Agreement.objects.filter(Q(pk=self.root.pk) | Q(parent=self.root) | Q(parent__parent=self.root))]


def allowed(answer: bool) -> None:
    if not answer:
        raise Denied


def party_of(world: World, person: User, policy: Callable[[Any, Any], bool]) -> Any:
    for party in world.agreement.parties.select_related("organisation"):
        if policy(person, party):
            return party
    raise Denied


def request_of(world: World, person: User) -> SigningRequest:
    """Any open part: whether it is theirs the service has to know."""
    requests = SigningRequest.objects.filter(round__agreement=world.agreement, round__state=RoundState.OPEN)
    own = requests.filter(party__signatory=person).first() or requests.order_by("-turn").first()
    if own is None:
        raise Denied
    return own


def do_write(world: World, person: User) -> None:
    allowed(can_draw_up_agreement(person, world.agreement.initiator))
    change_draft(world.agreement, lambda _before: made.terms(**_lasting(world)))


def do_submit(world: World, person: User) -> None:
    allowed(can_draw_up_agreement(person, world.agreement.initiator))
    submit(world.agreement, by=person, asks_office=True)


def do_approve(world: World, person: User) -> None:
    approve(world.agreement, by=person, for_office=can_review_for_office(person))


def do_return(world: World, person: User) -> None:
    return_draft(world.agreement, by=person, reason="Нет срока", for_office=can_review_for_office(person))


def do_take_back(world: World, person: User) -> None:
    allowed(can_draw_up_agreement(person, world.agreement.initiator))
    take_back(world.agreement, by=person, reason="Опечатка")


def do_propose(world: World, person: User) -> None:
    party = party_of(world, person, can_negotiate)
    version = world.agreement.newest_version
    if version is None:
        raise Denied
    text = f"{made.TEXT}\n\nДополнение {version.number}."
    terms = made.terms(clauses=parsed(text), **_lasting(world))
    propose_version(world.agreement, party=party, terms=terms, base=version.number, by=person)


def _lasting(world: World) -> dict[str, Any]:
    kept = Terms.of(world.agreement.terms)
    return {name: getattr(kept, name) for name in ("details", "promises", "ends_on", "renewal")}


def do_accept(world: World, person: User) -> None:
    party = party_of(world, person, can_negotiate)
    version = world.agreement.newest_version
    if version is None:
        raise Denied
    accept_version(world.agreement, party=party, sha256=version.sha256, by=person)


def do_reopen(world: World, person: User) -> None:
    reopen(world.agreement, party=party_of(world, person, can_negotiate), by=person, reason="Ошибка")


def do_open(world: World, person: User) -> None:
    allowed(can_steer_signing(person, world.agreement))
    open_round(world.agreement, by=person)


def do_recall(world: World, person: User) -> None:
    allowed(can_steer_signing(person, world.agreement))
    recall(world.agreement, by=person, reason="Опечатка")


def do_code(world: World, person: User) -> None:
    """Has one sent, and signs by it as if it had been this one."""
    request = request_of(world, person)
    sha256 = request.round.version.sha256
    SigningCode.objects.update(sent_at=timezone.now() - 2 * codes.AGAIN_AFTER)
    sent = codes.send_code(request, by=person, sha256=sha256)
    SigningCode.objects.filter(pk=sent.pk).update(code_hash=codes.make_password(CODE))
    codes.sign_by_code(request, by=person, sha256=sha256, code=CODE)


@cache
def signature(content: str) -> bytes:
    """By the one signer of the tests."""
    return signer().sign(content)


@cache
def signer() -> Signer:
    return Authority(Path(mkdtemp())).issue("Испытатель")


def do_file(world: World, person: User) -> None:
    request = request_of(world, person)
    version = request.round.version
    told: dict[str, Any] = {"sha256": version.sha256, "file": signature(version.content), "name": "a.sig"}
    sign_by_file(request, by=person, **told)


def do_send_copy(world: World, person: User) -> None:
    request = request_of(world, person)
    paper.send_copy(request, by=person, sha256=request.round.version.sha256, document=made.scan())


def do_see(world: World, person: User) -> None:
    allowed(can_register_on_paper(person))
    for request in _copies(world, RequestState.SENT):
        paper.see_original(request, by=person)


def do_confirm_copy(world: World, person: User) -> None:
    allowed(can_register_on_paper(person))
    for request in _copies(world, RequestState.SEEN):
        paper.confirm_original(request, by=person)


def do_reject(world: World, person: User) -> None:
    allowed(can_register_on_paper(person))
    for request in _copies(world, RequestState.SENT):
        paper.reject_copy(request, by=person, reason="Нет печати")


def _copies(world: World, state: str) -> list[SigningRequest]:
    return [*SigningRequest.objects.filter(round__agreement=world.agreement, round__state="open", state=state)]


def do_decline(world: World, person: User) -> None:
    decline(request_of(world, person), by=person, reason="Передумали")


def do_cancel(world: World, person: User) -> None:
    is_office = can_review_for_office(person)
    allowed(is_office or can_steer_signing(person, world.agreement))
    cancel(world.agreement, who=Who.OFFICE if is_office else Who.INITIATOR, by=person, reason="Отмена")


def do_object(world: World, person: User) -> None:
    party = party_of(world, person, can_negotiate)
    object_to_renewal(world.agreement, party=party, by=person, reason="Не продлеваем")


def do_notice(world: World, person: User) -> None:
    give_notice(world.agreement, party=party_of(world, person, can_give_notice), by=person, reason="Уходим")


def do_amend(world: World, person: User) -> None:
    _follow(world, person, Relation.AMENDMENT)


def do_renew(world: World, person: User) -> None:
    _follow(world, person, Relation.RENEWAL)


def do_terminate(world: World, person: User) -> None:
    _follow(world, person, Relation.TERMINATION)


def _follow(world: World, person: User, relation: Relation) -> None:
    party = party_of(world, person, lambda who, party: can_draw_up_agreement(who, party.organisation))
    told = {"organisation": party.organisation, "by": person, "key": uuid4().hex}
    world.agreement = begin_following(world.agreement, relation=relation, **told)


def do_comment(world: World, person: User) -> None:
    party, version = party_of(world, person, can_negotiate), world.agreement.newest_version
    if version is None:
        raise Denied
    comment(world.agreement, version=version, clause="", party=party, by=person, text="Где место?")


def do_settle(world: World, person: User) -> None:
    remark = ClauseComment.objects.filter(agreement=world.agreement, settled_at=None).first()
    if remark is None or not can_settle(person, remark):
        raise Denied
    settle(remark, by=person)


def do_annex(world: World, person: User) -> None:
    party = party_of(world, person, lambda who, party: can_tend_annex(who, party.organisation))
    told: dict[str, Any] = {"told": Told("Ученица"), "is_adult": False, "key": uuid4().hex}
    name_person(world.agreement, organisation=party.organisation, by=person, **told)


def do_erase(world: World, person: User) -> None:
    entry = world.agreement.annex.first()
    if entry is None or not can_erase_from_annex(person, entry.organisation):
        raise Denied
    erase_entry(entry, by=person)


def do_report(world: World, person: User) -> None:
    obligation = world.agreement.obligations.first()
    if obligation is None:
        raise Denied
    allowed(can_report_progress(person, obligation))
    report_progress(obligation, organisation=obligation.owner, by=person, text="Проект", amount=obligation.amount)


def do_decide(world: World, person: User) -> None:
    report = ObligationReport.objects.filter(obligation__agreement=world.agreement).last()
    if report is None:
        raise Denied
    for party in world.agreement.parties.select_related("organisation"):
        if can_confirm_progress(person, report.obligation, party.organisation):
            decide_report(report, organisation=party.organisation, by=person, confirms=True)
            return
    raise Denied


def do_clock(world: World, person: User) -> None:
    """The next timer of the agreement rings."""
    first = world.agreement.timers.waiting().order_by("due_at", "pk").first()
    if first:
        world.agreement.timers.filter(pk=first.pk).update(due_at=timezone.now())
    sweep()


Act = Callable[[World, User], None]
ACTS = [act for name, act in sorted(globals().items()) if name.startswith("do_")]
# What leads on from each state: without somebody going on most courses would end in the first ones.
TOWARDS: dict[str, list[Act]] = {
    S.DRAFT: [do_submit],
    S.REVIEW: [do_approve],
    S.NEGOTIATION: [do_accept],
    S.FROZEN: [do_open],
    S.SIGNING: [do_code, do_file, do_send_copy, do_see, do_confirm_copy],
    S.ACTIVE: [do_decide, do_report],
}
# And what leads back or away.
ASIDE: dict[str, list[Act]] = {
    S.DRAFT: [do_write, do_cancel],
    S.REVIEW: [do_return, do_take_back, do_cancel],
    S.NEGOTIATION: [do_propose, do_comment, do_settle, do_cancel],
    S.FROZEN: [do_reopen, do_cancel],
    S.SIGNING: [do_decline, do_recall, do_reject, do_cancel],
    S.ACTIVE: [do_object, do_notice, do_annex, do_amend, do_renew, do_terminate],
}
# How often somebody goes on; then an act aside by its number, or any act of anybody.
Leg = tuple[int, int | tuple[Act, int]]
onwards = st.sampled_from([0, 0, 1, 2, 4, 8, 16])
aside = st.one_of(st.integers(0, 5), st.tuples(st.sampled_from(ACTS), st.integers(0, EVERYBODY - 1)))
legs = st.lists(st.tuples(onwards, aside), min_size=3, max_size=9)
seen: Counter[str] = Counter()


def somebody(world: World, acts: Iterable[Act]) -> None:
    """The first of these acts that anybody may do."""
    for act in acts:
        for person in world.people:
            if tried(world, act, person):
                return


def tried(world: World, act: Act, person: User) -> bool:
    """Whether it has left a trace in the history; what was refused leaves none."""
    before = HistoryEntry.objects.count()
    try:
        with transaction.atomic():
            act(world, person)
    except (RuleViolated, Denied):
        assert HistoryEntry.objects.count() == before
        return False
    seen[act.__name__] += 1
    return HistoryEntry.objects.count() > before


def check_all(world: World) -> None:
    for agreement in world.all():
        check(agreement)
    numbers = sorted(Agreement.objects.exclude(number="").values_list("number", flat=True))
    assert [int(number.partition("-")[2]) for number in numbers] == [*range(1, len(numbers) + 1)]


def check(agreement: Agreement) -> None:
    moves = [*agreement.history.exclude(target="").order_by("sequence")]
    state = S.DRAFT
    for one in moves:
        assert (one.source, one.action) == (state, one.action)
        assert one.target in MOVES[one.action].after
        state = S(one.target)
    assert agreement.state == state
    newest = agreement.newest_version
    for accepted in Acceptance.objects.filter(version__agreement=agreement).exclude(version=newest):
        later = agreement.versions.filter(number=accepted.version.number + 1).get()
        assert accepted.at <= later.at
    if agreement.state == S.NEGOTIATION:
        assert newest.acceptances.count() < agreement.parties.count()
    goes_on = bool(moves) and moves[0].action == "prolong"  # by a clause of what was signed: nobody signs it
    if agreement.state in (S.FROZEN, S.SIGNING, *NUMBERED) and not goes_on:
        signed = agreement.versions.filter(amendment=None).latest("number")
        assert signed.acceptances.count() == agreement.parties.count()
        assert chain.hash_of(agreement.history.latest("sequence")) == agreement.history.latest("sequence").sha256
    assert agreement.rounds.filter(state=RoundState.OPEN).count() == (agreement.state == S.SIGNING)
    if agreement.state in NUMBERED and not goes_on:
        completed = agreement.rounds.get(state=RoundState.COMPLETED)
        assert {one.signature.content_sha256 for one in completed.requests.all()} == {completed.version.sha256}
        assert {one.state for one in completed.requests.all()} == {RequestState.SIGNED}
        assert [one.action for one in moves if one.target == S.CONCLUDED] == ["sign"]
    for obligation in agreement.obligations.all():
        confirmed = obligation.reports.filter(state=ReportState.CONFIRMED)
        assert obligation.done == sum(one.amount or 0 for one in confirmed)
        assert (obligation.state == ObligationState.OPEN) <= (agreement.state == S.ACTIVE)
    assert not (agreement.state in (S.CANCELLED, S.EXPIRED, S.TERMINATED) and agreement.timers.waiting().exists())


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.generate],
    derandomize=os.environ.get("FAULTS") != "full",
)
@given(course=legs)
@example(course=[(0, 0), (2, 0), (14, 1), (3, 0)])  # written; returned; in force, and notice is given
@example(course=[(1, 1), (14, 0), (3, 0)])  # taken back; objected to the renewal, expired
@example(course=[(7, 1), (8, 0), (5, 3)])  # recalled; declined after a signature; cancelled
@example(course=[(3, 0), (3, 0)])  # changed; negotiated anew
@example(course=[(9, 2)])  # a copy is rejected
@example(course=[(3, 1), (0, 2), (0, 0)])  # remarked on, settled, changed
@example(course=[(14, 2), (0, (do_erase, 0)), (0, 3), (13, 5), (16, 0)])  # a person named; amended; terminated by all
@example(course=[(14, 4), (13, 0)])  # renewed
def test_whatever_everybody_tries_the_rules_hold(course: list[Leg]) -> None:
    with transaction.atomic():
        world = World()
        for times, other in course:
            for _time in range(times):
                somebody(world, [*TOWARDS.get(world.fresh().state, []), do_clock])
                check_all(world)
            if isinstance(other, int):
                acts = ASIDE.get(world.fresh().state, [do_clock])
                somebody(world, [acts[other % len(acts)]])
            else:
                act, number = other
                for _pressed in range(2):
                    tried(world, act, world.people[number])
            check_all(world)
        assert [*chain.broken_links()] == []
        assert [(one.invariant, one.figures) for one in recount()] == []
        seen.update(f"{one.relation} {one.state}".strip() for one in world.all())
        transaction.set_rollback(True)


def test_the_courses_have_come_far() -> None:
    """Else the test above would show little."""
    assert {act.__name__ for act in ACTS if not seen[act.__name__]} == set()
    following = {"amendment terminated", "renewal active", "termination terminated"}
    ends = {"terminated", "expired", "renewed", "cancelled"} | following
    assert ends - seen.keys() == set()

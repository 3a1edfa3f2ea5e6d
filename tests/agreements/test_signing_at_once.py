"""Several who sign at the same moment, each by a connection of their own. `make faults` repeats each twenty times."""

from collections import Counter
from functools import partial

import pytest
from django.utils import timezone

from agreements import chain
from agreements.models import Agreement, RoundState, Signature, SigningRequest
from agreements.running.sweep import sweep
from agreements.signing.codes import send_code, sign_by_code
from agreements.signing.paper import confirm_original, see_original, send_copy
from agreements.signing.rounds import decline, open_round, recall
from agreements.signing.rules import join_rules
from common.errors import RuleViolated
from common.models import NumberSeries
from members.models import User
from tests.agreements.test_signing import code_in_letter
from tests.at_once import TIMES, at_once
from tests.factories import agreements as made
from tests.factories.members import OrganisationFactory, UserFactory

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("time", range(TIMES)),
    pytest.mark.faults,
]
MANY = 5


def signed_by_all(signing_keys: list[int]) -> list[object]:
    """Of each of these rounds all requests, at the same moment."""
    requests = SigningRequest.objects.filter(round__in=signing_keys)
    return at_once(
        *(partial(made.sign, one) for one in requests.select_related("round__agreement", "party__signatory"))
    )


def concluded_numbers() -> list[str]:
    return [*Agreement.objects.exclude(number="").order_by("number").values_list("number", flat=True)]


def test_two_last_signers_conclude_it_once_and_numbers_have_no_gap(time: int) -> None:
    rounds = [made.being_signed().pk for _number in range(MANY)]
    outcomes = signed_by_all(rounds)
    assert [one for one in outcomes if isinstance(one, Exception)] == []
    year = timezone.localdate().year
    assert concluded_numbers() == [f"{year}-{number:04}" for number in range(1, MANY + 1)]
    for agreement in Agreement.objects.all():
        assert (agreement.state, agreement.rounds.get().state) == ("concluded", RoundState.COMPLETED)
        targets = agreement.history.filter(action="sign").values_list("target", flat=True)
        assert [*targets] == ["signing", "concluded"]
        assert agreement.package
    assert NumberSeries.objects.get(name=f"agreement {year}").last == MANY
    assert [*chain.broken_links()] == []


def test_one_code_entered_ten_times_signs_once(time: int) -> None:
    request = made.being_signed(ways={2: "code"}).requests.get(party__position=2)
    by, sha256 = made.signatory_of(request), request.round.version.sha256
    join_rules(request.party.organisation, by=by)
    send_code(request, by=by, sha256=sha256)
    code = code_in_letter()
    outcomes = at_once(*[partial(sign_by_code, request, by=by, sha256=sha256, code=code)] * 10)
    assert {*outcomes} == {request.round.agreement}
    assert Signature.objects.count() == 1
    assert request.round.agreement.history.filter(action="sign").count() == 1


def test_guesses_at_the_same_moment_are_all_counted(time: int) -> None:
    request = made.being_signed(ways={2: "code"}).requests.get(party__position=2)
    by, sha256 = made.signatory_of(request), request.round.version.sha256
    join_rules(request.party.organisation, by=by)
    send_code(request, by=by, sha256=sha256)
    wrong = f"{(int(code_in_letter()) + 1) % 10**6:06}"
    outcomes = at_once(*[partial(sign_by_code, request, by=by, sha256=sha256, code=wrong)] * 10)
    codes = Counter(one.code for one in outcomes if isinstance(one, RuleViolated))
    assert codes == {"wrong_code": 5, "code_over": 5}


def test_one_signs_while_the_other_declines(time: int) -> None:
    signing = made.being_signed(OrganisationFactory(), OrganisationFactory())
    first, second, third = signing.requests.order_by("pk")
    made.sign(third)
    at_once(partial(made.sign, first), partial(decline, second, by=made.signatory_of(second), reason="Нет"))
    signing.refresh_from_db()
    signing.agreement.refresh_from_db()
    assert (signing.state, signing.agreement.state) == (RoundState.VOID, "negotiation")
    assert [*chain.broken_links()] == []


def test_the_last_signature_and_the_deadline(time: int) -> None:
    """Whichever comes first: concluded with all signatures, and by the same sweep in force; or void and unnumbered."""
    signing = made.being_signed()
    first, second = signing.requests.order_by("pk")
    made.sign(first)
    signing.agreement.timers.waiting().filter(kind="sign_deadline").update(due_at=timezone.now())
    at_once(partial(made.sign, second), sweep)
    signing.refresh_from_db()
    signing.agreement.refresh_from_db()
    ends = {("completed", "concluded", True), ("completed", "active", True), ("void", "frozen", False)}
    assert (signing.state, signing.agreement.state, bool(signing.agreement.number)) in ends


def test_the_first_signature_and_the_recall(time: int) -> None:
    signing = made.being_signed(OrganisationFactory(), OrganisationFactory())
    head = made.head_of(signing.agreement.initiator)
    request = signing.requests.last()
    assert request
    signed, recalled = at_once(
        partial(made.sign, request), partial(recall, signing.agreement, by=head, reason="Опечатка")
    )
    signing.refresh_from_db()
    if isinstance(recalled, Exception):
        assert (signing.state, signing.requests.filter(state="signed").count()) == (RoundState.OPEN, 1)
    else:
        assert (signing.state, isinstance(signed, Exception)) == (RoundState.VOID, True)


def test_opened_twice_at_once_is_one_round(time: int) -> None:
    agreement = made.frozen()
    head = made.head_of(agreement.initiator)
    outcomes = at_once(*[partial(open_round, agreement, by=head)] * 5)
    assert {*outcomes} == {agreement.rounds.get()}


def test_who_has_seen_it_does_not_confirm_it_at_the_same_moment(time: int) -> None:
    request = made.being_signed().requests.get(party__position=2)
    by = made.signatory_of(request)
    send_copy(request, by=by, sha256=request.round.version.sha256, document=made.scan())
    people: list[User] = [UserFactory(is_staff=True) for _number in range(2)]
    see_original(request, by=people[0])
    at_once(*[partial(confirm_original, request, by=one) for one in people * 3])
    signature = Signature.objects.get()
    assert (signature.seen_by, signature.confirmed_by) == tuple(people)
    assert request.round.agreement.history.filter(action="sign").count() == 1

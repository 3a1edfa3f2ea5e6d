"""Rounds, one-time codes, copies of paper and of operators, and the rules of signing, by the services alone."""

import datetime
import re
from typing import Any

import pytest
from django.utils import timezone

from agreements import chain
from agreements.models import RequestState, RulesAccession, Signature, SigningCode, SigningRequest, SigningWay
from agreements.signing.codes import HOLDS, MOST_ATTEMPTS, MOST_CODES, send_code, sign_by_code
from agreements.signing.paper import confirm_original, reject_copy, see_original, send_copy
from agreements.signing.rounds import decline, fingerprint, open_round, recall
from agreements.signing.rules import RULES, accession_of, join_rules, leave_rules
from agreements.terms import sha256_of
from common.errors import RuleViolated
from common.models import OutgoingMail
from members.models import Notification, Role, User
from tests.agreements.test_life import refused
from tests.factories import agreements as made
from tests.factories.members import OrganisationFactory, RepresentativeFactory, UserFactory

pytestmark = pytest.mark.django_db


def part(way: str, **changes: Any) -> SigningRequest:
    """Of the second of two parties, whose organisation has joined the rules where it signs by a code."""
    signing = made.being_signed(ways={2: way}, **changes)
    request = signing.requests.get(party__position=2)
    if way == SigningWay.CODE:
        join_rules(request.party.organisation, by=made.signatory_of(request))
    return request


def told(request: SigningRequest, **changes: Any) -> dict[str, Any]:
    return {"by": made.signatory_of(request), "sha256": request.round.version.sha256, **changes}


def code_sent(request: SigningRequest) -> str:
    """As its reader finds it in the last letter."""
    send_code(request, **told(request))
    return code_in_letter()


def code_in_letter() -> str:
    letter = OutgoingMail.objects.filter(purpose="signing_code").latest("pk")
    found = re.search(r"^\d{6}$", letter.text, re.MULTILINE)
    assert found
    return found[0]


def other(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def time_passes(request: SigningRequest, by: datetime.timedelta) -> None:
    for sent in SigningCode.objects.filter(request=request):
        SigningCode.objects.filter(pk=sent.pk).update(sent_at=sent.sent_at - by)


# --- The rules ----------------------------------------------------------------------------------------------------


def test_the_head_joins_the_rules_and_leaves_them() -> None:
    organisation = OrganisationFactory()
    head = made.head_of(organisation)
    accession = join_rules(organisation, by=head)
    assert (accession.text_sha256, accession.by, accession.name) == (sha256_of(RULES), head, str(head))
    assert join_rules(organisation, by=head) == accession
    leave_rules(organisation, by=head)
    assert accession_of(organisation) is None
    assert join_rules(organisation, by=head) != accession
    assert RulesAccession.objects.count() == 2


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.TEACHER, Role.VIEWER])
def test_nobody_else_joins_the_rules_or_leaves_them(role: str) -> None:
    organisation = OrganisationFactory()
    join_rules(organisation, by=made.head_of(organisation))
    for by in (RepresentativeFactory(organisation=organisation, role=role).user, made.head_of(OrganisationFactory())):
        assert refused(join_rules, organisation, by=by) == "not_head"
        assert refused(leave_rules, organisation, by=by) == "not_head"
    assert accession_of(organisation)


# --- By a code ----------------------------------------------------------------------------------------------------


def test_the_code_of_the_letter_signs() -> None:
    request = part("code")
    sign_by_code(request, code=code_sent(request), **told(request))
    signature = Signature.objects.get()
    sent = SigningCode.objects.get()
    assert signature.request.state == RequestState.SIGNED
    assert signature.content_sha256 == request.round.version.sha256
    assert signature.evidence == {
        "channel": "email",
        "address": made.signatory_of(request).email,
        "code_hash": sent.code_hash,
        "sent": sent.sent_at.isoformat(),
    }
    assert [*chain.broken_links()] == []


def test_the_code_itself_is_nowhere_but_in_the_letter() -> None:
    request = part("code")
    code = code_sent(request)
    sign_by_code(request, code=code, **told(request))
    kept = [*SigningCode.objects.values(), *Signature.objects.values(), *request.round.agreement.history.values()]
    assert code not in str([{name: value for name, value in row.items() if "hash" not in name} for row in kept])
    assert OutgoingMail.objects.get(purpose="signing_code").recipient == made.signatory_of(request).email


def test_sent_twice_the_same_code_signs_once() -> None:
    request = part("code")
    code = code_sent(request)
    for _time in range(2):
        sign_by_code(request, code=code, **told(request))
    assert request.round.agreement.history.filter(action="sign").count() == 1


def test_without_the_rules_no_code_is_sent_and_none_signs() -> None:
    request = part("code")
    code, organisation = code_sent(request), request.party.organisation
    leave_rules(organisation, by=made.head_of(organisation))
    assert refused(sign_by_code, request, code=code, **told(request)) == "rules_not_joined"
    assert refused(send_code, request, **told(request)) == "rules_not_joined"


def test_a_wrong_code_counts_as_an_attempt_and_after_five_the_right_one_is_over() -> None:
    request = part("code")
    code = code_sent(request)
    for _time in range(MOST_ATTEMPTS):
        with pytest.raises(RuleViolated, match="Код не подходит"):
            sign_by_code(request, code=other(code), **told(request))
    assert SigningCode.objects.get().attempts == MOST_ATTEMPTS
    assert refused(sign_by_code, request, code=code, **told(request)) == "code_over"


def test_a_code_holds_for_fifteen_minutes() -> None:
    request = part("code")
    code = code_sent(request)
    time_passes(request, HOLDS)
    assert refused(sign_by_code, request, code=code, **told(request)) == "code_over"


def test_the_next_code_comes_after_a_minute_and_the_one_before_holds_no_more() -> None:
    request = part("code")
    first = code_sent(request)
    assert refused(send_code, request, **told(request)) == "too_soon"
    time_passes(request, datetime.timedelta(minutes=1))
    second = code_sent(request)
    if first != second:
        assert refused(sign_by_code, request, code=first, **told(request)) == "wrong_code"
    sign_by_code(request, code=second, **told(request))
    assert Signature.objects.count() == 1


def test_ten_codes_a_day_are_the_most() -> None:
    request = part("code")
    for _time in range(MOST_CODES):
        send_code(request, **told(request))
        time_passes(request, datetime.timedelta(minutes=1))
    assert refused(send_code, request, **told(request)) == "too_many"


def test_a_code_of_an_address_that_was_left_signs_nothing() -> None:
    request = part("code")
    code, signatory = code_sent(request), made.signatory_of(request)
    signatory.email = "new@example.org"
    signatory.save()
    assert refused(sign_by_code, request, code=code, **told(request)) == "code_over"


def test_a_code_of_a_round_that_was_recalled_signs_nothing_later() -> None:
    request = part("code")
    code, head = code_sent(request), made.head_of(request.round.agreement.initiator)
    agreement = recall(request.round.agreement, by=head, reason="Опечатка")
    made.accept_all(agreement)
    again = open_round(agreement, by=head).requests.get(party=request.party)
    assert refused(sign_by_code, request, code=code, **told(request)) == "round_over"
    assert refused(sign_by_code, again, code=code, **told(again)) == "code_over"


def test_whoever_signs_by_a_code_signs_in_no_other_way() -> None:
    request = part("code")
    assert refused(send_copy, request, document=made.scan(), **told(request)) == "other_way"
    assert refused(send_code, part("paper"), **told(request)) == "other_way"


# --- Who ----------------------------------------------------------------------------------------------------------


def strangers(request: SigningRequest) -> dict[str, User]:
    ours = request.party.organisation
    return {
        "the sender": made.head_of(request.round.agreement.initiator),
        "another head of the party": RepresentativeFactory(organisation=ours, role=Role.HEAD).user,
        "a coordinator of the party": RepresentativeFactory(organisation=ours, role=Role.COORDINATOR).user,
        "the head of a third organisation": made.head_of(OrganisationFactory()),
        "the office": UserFactory(is_staff=True, is_superuser=True),
    }


def test_nobody_signs_but_the_signatory() -> None:
    request = part("code")
    code = code_sent(request)
    for by in strangers(request).values():
        assert refused(send_code, request, **told(request, by=by)) == "not_signatory"
        assert refused(sign_by_code, request, code=code, **told(request, by=by)) == "not_signatory"


def test_a_signatory_who_was_removed_signs_no_more() -> None:
    request = part("code")
    code, signatory = code_sent(request), made.signatory_of(request)
    signatory.representations.update(ended_at=timezone.now())
    assert refused(sign_by_code, request, code=code, **told(request)) == "not_signatory"
    assert refused(decline, request, by=signatory, reason="Ушёл") == "not_your_turn"


def test_a_power_of_attorney_that_has_run_out_meanwhile_signs_nothing() -> None:
    request = part("code")
    code, party = code_sent(request), request.party
    party.authority, party.authority_number = "machine_readable", "17"
    party.authority_until = timezone.localdate() - datetime.timedelta(days=1)
    party.save()
    assert refused(sign_by_code, request, code=code, **told(request)) == "no_authority"


def test_whose_turn_has_not_come_waits_and_is_told_when_it_has() -> None:
    request = part("paper", signing_order="in_turn")
    first = request.round.requests.get(party__position=1)
    assert refused(send_copy, request, document=made.scan(), **told(request)) == "not_your_turn"
    titles = Notification.objects.filter(title__contains="Совместные проекты").values_list("user", "title")
    assert {user for user, title in titles if "очередь" in title} == {made.signatory_of(first).pk}
    made.sign(first)
    assert {user for user, title in titles.all() if "очередь" in title} == {
        made.signatory_of(first).pk,
        made.signatory_of(request).pk,
    }


def test_other_words_are_not_signed() -> None:
    request = part("code")
    assert refused(send_code, request, **told(request, sha256="0" * 64)) == "other_content"


# --- On paper and with an operator --------------------------------------------------------------------------------


def registrar() -> User:
    return UserFactory(is_staff=True, is_superuser=True)


def test_a_copy_is_sent_seen_by_one_and_confirmed_by_another() -> None:
    request, first, second = part("paper"), registrar(), registrar()
    signature = send_copy(request, document=made.scan(), **told(request))
    assert (signature.request.state, signature.file_sha256) == ("sent", made.scan().sha256)
    see_original(request, by=first)
    assert see_original(request, by=first).seen_by == first
    assert refused(confirm_original, request, by=first) == "same_person"
    confirm_original(request, by=second)
    confirm_original(request, by=second)
    signature.refresh_from_db()
    assert (signature.request.state, signature.seen_by, signature.confirmed_by) == ("signed", first, second)
    turns = [*request.round.agreement.history.values_list("action", flat=True)]
    assert turns[-3:] == ["send_copy", "see", "sign"]


def test_what_is_not_seen_is_not_confirmed() -> None:
    request = part("paper")
    assert refused(see_original, request, by=registrar()) == "other_state"
    send_copy(request, document=made.scan(), **told(request))
    assert refused(confirm_original, request, by=registrar()) == "other_state"


def test_another_copy_takes_the_place_of_one_that_nobody_has_looked_at(
    django_capture_on_commit_callbacks: Any,
) -> None:
    request = part("paper")
    former = send_copy(request, document=made.scan(), **told(request)).file
    with django_capture_on_commit_callbacks(execute=True):
        send_copy(request, document=made.scan(b"%PDF-1.7 better"), **told(request))
    assert not former.storage.exists(str(former.name))
    assert Signature.objects.get().file.read() == b"%PDF-1.7 better"
    see_original(request, by=registrar())
    assert refused(send_copy, request, document=made.scan(), **told(request)) == "other_state"


def test_a_rejected_copy_is_asked_for_again_and_kept_nowhere(django_capture_on_commit_callbacks: Any) -> None:
    request = part("paper")
    copy = send_copy(request, document=made.scan(), **told(request)).file
    see_original(request, by=registrar())
    assert refused(reject_copy, request, by=registrar(), reason=" ") == "reason_missing"
    with django_capture_on_commit_callbacks(execute=True):
        reject_copy(request, by=registrar(), reason="Нет последней страницы")
    assert not copy.storage.exists(str(copy.name))
    request.refresh_from_db()
    assert (request.state, Signature.objects.count()) == ("asked", 0)
    told_to = Notification.objects.filter(user=made.signatory_of(request), text__contains="Нет последней страницы")
    assert told_to.exists()
    send_copy(request, document=made.scan(), **told(request))


def test_the_scan_of_a_signatory_without_an_account_is_sent_by_those_who_draw_up() -> None:
    agreement = made.frozen()
    party = made.last_party(agreement)
    party.signatory, party.signatory_name = None, "Пётр Петров"
    party.save()
    request = open_round(agreement, by=made.head_of(agreement.initiator)).requests.get(party=party)
    sha256, document = request.round.version.sha256, made.scan()
    viewer = RepresentativeFactory(organisation=party.organisation, role=Role.VIEWER).user
    for by in (viewer, made.head_of(agreement.initiator)):
        assert refused(send_copy, request, by=by, sha256=sha256, document=document) == "not_signatory"
    coordinator = RepresentativeFactory(organisation=party.organisation, role=Role.COORDINATOR).user
    signature = send_copy(request, by=coordinator, sha256=sha256, document=document)
    assert (signature.name, signature.by) == ("Пётр Петров", coordinator)


def test_a_copy_of_a_void_round_signs_nothing() -> None:
    """Sent, recalled, the text changed, opened anew: the paper of before is of other words."""
    request = part("paper")
    first = request.round.requests.get(party__position=1)
    for one in (first, request):
        send_copy(one, document=made.scan(), **told(one))
    see_original(first, by=registrar())
    head = made.head_of(request.round.agreement.initiator)
    agreement = recall(request.round.agreement, by=head, reason="Опечатка")
    made.accept_all(agreement)
    open_round(agreement, by=head)
    assert refused(see_original, request, by=registrar()) == "other_state"
    assert refused(confirm_original, first, by=registrar()) == "other_state"
    assert refused(reject_copy, first, by=registrar(), reason="Старый") == "other_state"


def test_of_an_operator_its_name_the_identifier_and_the_status_are_kept() -> None:
    request = part("operator")
    known: dict[str, Any] = {"operator": "Диадок", "identifier": "b7-17", "status": "Подписан"}
    for missing in known:
        some: dict[str, Any] = {**known, missing: ""}
        assert refused(send_copy, request, document=made.scan(), **told(request), **some) == "operator_missing"
    signature = send_copy(request, document=made.scan(), **told(request), **known)
    assert known.items() <= signature.evidence.items()
    send_copy(request, document=made.scan(), **told(request), **{**known, "status": "Доставлен"})
    assert Signature.objects.get().evidence["status"] == "Доставлен"
    see_original(request, by=registrar())
    confirm_original(request, by=registrar())
    request.refresh_from_db()
    assert request.state == RequestState.SIGNED


def test_a_changed_signature_is_another_than_the_history_has() -> None:
    request = part("code")
    sign_by_code(request, code=code_sent(request), **told(request))
    signature = Signature.objects.get()
    entry = request.round.agreement.history.get(action="sign")
    assert entry.facts["signature"] == fingerprint(signature)
    signature.evidence["address"] = "other@example.org"
    assert entry.facts["signature"] != fingerprint(signature)

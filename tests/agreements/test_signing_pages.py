"""The pages of signing: who opens which, and what each way asks and tells."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agreements.models import RequestState, Signature, SigningRequest
from agreements.signing.rules import accession_of, join_rules
from agreements.terms import sha256_of
from members.models import Role, User
from tests.agreements.authority import Authority
from tests.agreements.test_signing import code_in_letter
from tests.factories import agreements as made
from tests.factories.members import OrganisationFactory, RepresentativeFactory, UserFactory
from tests.office import enter, staff_with

pytestmark = pytest.mark.django_db
ALL = ["signing", "sign", "code", "decline", "signature", "content", "signed_text"]


def part(way: str, **changes: Any) -> SigningRequest:
    return made.being_signed(ways={2: way}, **changes).requests.get(party__position=2)


def address(request: SigningRequest, page: str = "sign", *, slug: str = "") -> str:
    keys: list[Any] = [slug or request.party.organisation.slug, request.round.agreement_id]
    if page in ("sign", "code", "decline", "signature"):
        keys.append(request.pk)
    return reverse(f"agreements:dashboard_agreement_{page}", args=keys)


def as_reader(user: User | None) -> Client:
    client = Client()
    if user:
        client.force_login(user)
    return client


def signatory(request: SigningRequest) -> Client:
    return as_reader(made.signatory_of(request))


def typed(request: SigningRequest, **changes: object) -> dict[str, object]:
    return {"sha256": request.round.version.sha256, **changes}


def text(response: Any) -> str:
    return " ".join(response.content.decode().split())


def state(request: SigningRequest) -> str:
    request.refresh_from_db()
    return request.state


# --- Who opens what -----------------------------------------------------------------------------------------------


def statuses(user: User | None, request: SigningRequest, *, slug: str = "") -> dict[str, set[int]]:
    """At each address, by GET and by POST."""
    client = enter(user) if user and user.is_staff else as_reader(user)
    found = {}
    for page in ALL:
        place = address(request, page, slug=slug)
        found[page] = {getattr(client, method)(place).status_code for method in ("get", "post")} - {405}
    return found


def everywhere(status: int) -> dict[str, set[int]]:
    return {page: {status} for page in ALL}


def test_the_sender_with_the_signatorys_link_gets_nowhere() -> None:
    request = part("paper")
    sender = made.head_of(request.round.agreement.initiator)
    assert statuses(sender, request) == everywhere(404)
    under_own_name = statuses(sender, request, slug=request.round.agreement.initiator.slug)
    assert {page: under_own_name[page] for page in ("sign", "code", "decline")} == {
        "sign": {404}, "code": {404}, "decline": {404},
    }  # fmt: skip
    assert state(request) == RequestState.ASKED


@pytest.mark.parametrize("role", Role.values)
def test_to_a_third_organisation_it_is_not_there(role: str) -> None:
    request = part("code")
    third = RepresentativeFactory(role=role)
    assert statuses(third.user, request) == everywhere(404)
    assert statuses(third.user, request, slug=third.organisation.slug) == everywhere(404)


def test_to_a_signatory_who_was_removed_it_is_not_there() -> None:
    request = part("code")
    person = made.signatory_of(request)
    person.representations.update(ended_at=timezone.now())
    assert statuses(person, request) == everywhere(404)


def test_an_anonymous_reader_is_asked_to_log_in() -> None:
    assert statuses(None, part("code")) == everywhere(302)


def test_the_office_is_no_party_by_that() -> None:
    assert statuses(UserFactory(is_staff=True, is_superuser=True), part("code")) == everywhere(404)


@pytest.mark.parametrize("way", ["code", "qualified"])
@pytest.mark.parametrize("role", Role.values)
def test_colleagues_of_the_signatory_see_how_far_it_is_and_do_not_sign(role: str, way: str) -> None:
    request = part(way)
    colleague = RepresentativeFactory(organisation=request.party.organisation, role=role).user
    found = statuses(colleague, request)
    assert found["signing"] == found["content"] == found["signed_text"] == {200}
    assert found["sign"] == found["code"] == {403}
    assert found["decline"] == ({200} if role == Role.HEAD else {403})
    assert found["signature"] == ({404} if role in (Role.HEAD, Role.COORDINATOR) else {403})


@pytest.mark.parametrize("way", ["paper", "operator"])
def test_a_coordinator_sends_the_copy_and_a_viewer_does_not(way: str) -> None:
    request = part(way)
    ours = request.party.organisation
    assert statuses(RepresentativeFactory(organisation=ours, role=Role.COORDINATOR).user, request)["sign"] == {200}
    assert statuses(RepresentativeFactory(organisation=ours, role=Role.VIEWER).user, request)["sign"] == {403}


# --- How far it is ------------------------------------------------------------------------------------------------


def test_the_page_says_who_is_asked_in_which_way_and_until_when() -> None:
    request = part("code")
    shown = text(signatory(request).get(address(request, "signing")))
    for words in ("Вас просят подписать", "Одноразовый код", "На бумаге", request.round.version.sha256):
        assert words in shown
    assert "63-ФЗ" in shown
    assert "действительна" not in shown


@pytest.mark.parametrize("way", ["code", "paper"])
def test_the_overview_leads_whoever_may_sign_there(way: str) -> None:
    request = part(way)
    overview = reverse(
        "agreements:dashboard_agreement", args=[request.party.organisation.slug, request.round.agreement_id]
    )
    viewer = RepresentativeFactory(organisation=request.party.organisation, role=Role.VIEWER).user
    assert address(request) in text(signatory(request).get(overview))
    assert address(request) not in text(as_reader(viewer).get(overview))
    made.sign(request)
    assert address(request) not in text(signatory(request).get(overview))


def test_it_is_opened_and_recalled_by_the_head_of_who_has_drawn_it_up() -> None:
    agreement = made.frozen()
    slug = agreement.initiator.slug
    open_page, recall_page = (
        reverse("agreements:dashboard_agreement_move", args=[slug, agreement.pk, move]) for move in ("open", "recall")
    )
    page = reverse("agreements:dashboard_agreement_signing", args=[slug, agreement.pk])
    coordinator = RepresentativeFactory(organisation=agreement.initiator, role=Role.COORDINATOR).user
    assert as_reader(coordinator).post(open_page, {"days": 30}).status_code == 403
    other = made.last_party(agreement).organisation
    foreign = reverse("agreements:dashboard_agreement_move", args=[other.slug, agreement.pk, "open"])
    assert as_reader(made.head_of(other)).post(foreign, {"days": 30}).status_code == 403
    head = as_reader(made.head_of(agreement.initiator))
    assert open_page in text(head.get(page))
    assert made.last_party(agreement).signatory_name in text(head.get(open_page))
    assert head.post(open_page, {"days": 0}).status_code == 200
    assert head.post(open_page, {"days": 10}).status_code == 302
    agreement.refresh_from_db()
    signing = agreement.rounds.get()
    assert (agreement.state, (signing.closes_at - signing.opened_at).days) == ("signing", 10)
    assert recall_page in text(head.get(page))
    assert head.post(recall_page, {"reason": ""}).status_code == 200
    assert head.post(recall_page, {"reason": "Опечатка"}).status_code == 302
    agreement.refresh_from_db()
    assert agreement.state == "negotiation"
    refusal = head.post(recall_page, {"reason": "Ещё раз"})
    assert (refusal.status_code, "Ещё раз" in text(refusal)) == (409, True)


def test_declined_with_a_reason_that_is_asked_for() -> None:
    request = part("paper")
    client, place = signatory(request), address(request, "decline")
    assert client.post(place, {"reason": " "}).status_code == 200
    assert state(request) == RequestState.ASKED
    assert client.post(place, {"reason": "Сменился директор"}).status_code == 302
    assert state(request) == RequestState.DECLINED


# --- The text -----------------------------------------------------------------------------------------------------


def test_the_file_of_the_text_is_the_bytes_that_are_hashed() -> None:
    request = part("qualified")
    response = signatory(request).get(address(request, "content"))
    assert sha256_of(response.content.decode()) == request.round.version.sha256
    assert response["Content-Disposition"].startswith("attachment")


def test_the_text_is_shown_from_these_bytes() -> None:
    request = part("code", promises=(made.promise(due_on="2030-05-01"),), details={"directions": "Робототехника"})
    version = request.round.version
    version.agreement.parties.update(signatory_name="Изменённый После")
    shown = text(signatory(request).get(address(request, "signed_text")))
    for words in ("школа называет участников", "Пять совместных проектов", "Робототехника", version.sha256):
        assert words in shown
    assert "Изменённый После" not in shown
    assert "изменён" not in shown


def test_a_text_that_was_changed_is_told_of() -> None:
    request = part("code")
    version = request.round.version
    version.content = version.content.replace("год", "век")
    version.save()
    assert "изменён после" in text(signatory(request).get(address(request, "signed_text")))


# --- By a code ----------------------------------------------------------------------------------------------------


def test_by_a_code_once_the_rules_are_joined() -> None:
    request = part("code")
    client, page = signatory(request), address(request)
    rules = reverse("agreements:dashboard_signing_rules", args=[request.party.organisation.slug])
    assert rules in text(client.get(page))
    assert client.post(rules, {}).status_code == 200
    assert accession_of(request.party.organisation) is None
    assert client.post(rules, {"accepts": "on"}).status_code == 302
    assert client.post(address(request, "code"), typed(request)).status_code == 302
    assert made.signatory_of(request).email in text(client.get(page))
    code = code_in_letter()
    wrong = client.post(page, typed(request, code=f"{(int(code) + 1) % 10**6:06}"))
    assert (wrong.status_code, "Код не подходит" in text(wrong)) == (409, True)
    assert client.post(page, typed(request, code=f" {code[:3]} {code[3:]} ")).status_code == 302
    assert state(request) == RequestState.SIGNED


def test_another_code_within_a_minute_is_refused_in_words() -> None:
    request = part("code")
    join_rules(request.party.organisation, by=made.signatory_of(request))
    client = signatory(request)
    client.post(address(request, "code"), typed(request))
    response = client.post(address(request, "code"), typed(request), follow=True)
    assert "через минуту" in text(response)
    assert request.codes.count() == 1


def test_the_head_alone_joins_the_rules_and_leaves_them() -> None:
    organisation = OrganisationFactory()
    place = reverse("agreements:dashboard_signing_rules", args=[organisation.slug])
    viewer = as_reader(RepresentativeFactory(organisation=organisation, role=Role.COORDINATOR).user)
    assert viewer.get(place).status_code == 200
    assert viewer.post(place, {"accepts": "on"}).status_code == 403
    head = as_reader(made.head_of(organisation))
    head.post(place, {"accepts": "on"})
    assert viewer.post(place, {"leave": "1"}).status_code == 403
    assert accession_of(organisation)
    head.post(place, {"leave": "1"})
    assert accession_of(organisation) is None


# --- With a file --------------------------------------------------------------------------------------------------


def test_a_signature_made_over_the_downloaded_file_counts_and_its_certificate_is_shown(tmp_path: Path) -> None:
    request = part("qualified")
    client = signatory(request)
    signer = Authority(tmp_path).issue("Иванов Иван")
    content = client.get(address(request, "content")).content
    refusal = client.post(
        address(request), typed(request, file=SimpleUploadedFile("a.sig", signer.sign(content + b" ")))
    )
    assert (refusal.status_code, "не соответствует" in text(refusal)) == (409, True)
    nothing = client.post(address(request), typed(request, file=SimpleUploadedFile("a.sig", b"%PDF")))
    assert (nothing.status_code, state(request)) == (409, "asked")
    file = signer.sign(content)
    assert client.post(address(request), typed(request, file=SimpleUploadedFile("a.sig", file))).status_code == 302
    shown = text(client.get(address(request, "signing")))
    for words in ("Иванов Иван", "Испытательный центр", "не проверено"):
        assert words in shown
    downloaded = client.get(address(request, "signature"))
    assert b"".join(downloaded) == file
    assert downloaded["Content-Disposition"] == 'attachment; filename="a.sig"'


# --- With a copy --------------------------------------------------------------------------------------------------


def pdf(name: str = "скан.pdf", content: bytes = b"%PDF-1.7 scan") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def test_a_scan_is_sent_and_is_nowhere_called_the_original() -> None:
    request = part("paper")
    client = signatory(request)
    bad = client.post(address(request), typed(request, file=pdf(content=b"MZ")))
    assert (bad.status_code, state(request)) == (200, "asked")
    assert client.post(address(request), typed(request, file=pdf())).status_code == 302
    assert state(request) == RequestState.SENT
    shown = text(client.get(address(request, "signing")))
    assert "Оригинал осмотрен" in shown
    sender = as_reader(made.head_of(request.round.agreement.initiator))
    place = address(request, "signature", slug=request.round.agreement.initiator.slug)
    assert b"".join(sender.get(place)) == b"%PDF-1.7 scan"


def test_with_an_operator_its_words_are_asked_and_shown() -> None:
    request = part("operator")
    client = signatory(request)
    missing = client.post(address(request), typed(request, file=pdf(), operator="Диадок"))
    assert (missing.status_code, state(request)) == (200, "asked")
    told = typed(request, file=pdf(), operator="Диадок", identifier="b7-17", status="Подписан")
    assert client.post(address(request), told).status_code == 302
    shown = text(client.get(address(request, "signing")))
    for words in ("Диадок", "b7-17", "Подписан"):
        assert words in shown


def test_what_was_signed_meanwhile_is_told_of() -> None:
    request = part("paper")
    client = signatory(request)
    client.get(address(request))
    made.sign(request)
    response = client.post(address(request), typed(request, file=pdf()))
    assert response.status_code == 409
    assert "подписывать нечего" in text(response)


# --- The registrar ------------------------------------------------------------------------------------------------

RIGHTS = ("agreements.view_signingrequest", "agreements.register_agreement")


def registrar() -> Client:
    return enter(staff_with(*RIGHTS))


def admin(name: str, *keys: object) -> str:
    return reverse(f"admin:agreements_signingrequest_{name}", args=keys)


def copy_sent(way: str = "paper") -> SigningRequest:
    request = part(way)
    told = {} if way == "paper" else {"operator": "Диадок", "identifier": "b7-17", "status": "Подписан"}
    signatory(request).post(address(request), typed(request, file=pdf(), **told))
    return request


def test_one_registrar_has_seen_it_and_another_confirms_it() -> None:
    request, first, second = copy_sent(), registrar(), registrar()
    assert request.round.agreement.subject in text(first.get(admin("changelist") + "?check=waiting"))
    assert first.post(admin("see_this", request.pk)).status_code == 302
    assert first.post(admin("confirm_this", request.pk)).status_code == 409
    assert state(request) == RequestState.SEEN
    assert second.post(admin("confirm_this", request.pk)).status_code == 302
    assert state(request) == RequestState.SIGNED
    assert request.round.agreement.subject not in text(first.get(admin("changelist") + "?check=waiting"))


def test_a_copy_is_rejected_with_a_reason() -> None:
    request, client = copy_sent("operator"), registrar()
    assert "b7-17" in text(client.get(admin("change", request.pk)))
    assert client.post(admin("reject_this", request.pk), {"reason": ""}).status_code == 200
    assert client.post(admin("reject_this", request.pk), {"reason": "Не читается"}).status_code == 302
    assert (state(request), Signature.objects.count()) == ("asked", 0)


def test_the_scan_is_sent_to_registrars_alone() -> None:
    request = copy_sent()
    place = admin("file", request.pk)
    assert b"".join(registrar().get(place)) == b"%PDF-1.7 scan"
    assert enter(staff_with("members.view_organisation")).get(place).status_code == 403
    assert signatory(request).get(place).status_code in (302, 403)
    reader = enter(staff_with("agreements.view_signingrequest")).post(admin("see_this", request.pk))
    assert (reader.status_code, state(request)) == (403, "sent")

"""A detached signature: what is found in it, and when it counts."""

import base64
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from agreements import chain
from agreements.models import RequestState, Signature, SigningRequest
from agreements.signing.openssl import LARGEST, NotASignature, look_at
from agreements.signing.qualified import sign_by_file
from common.errors import RuleViolated
from tests.agreements.authority import Authority, GostAuthority, Signer, has_gost
from tests.agreements.test_life import refused
from tests.factories import agreements as made
from tests.factories.members import OrganisationFactory

TEXT = "Стороны заключили соглашение.\r\nКонец.".encode()
needs_gost = pytest.mark.skipif(not has_gost(), reason="not installed: libengine-gost-openssl")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def signer(authority: Authority) -> Signer:
    return authority.issue("Иванов Иван Иванович", ogrn="1027700132195")


@pytest.fixture
def gost(tmp_path: Path) -> GostAuthority:
    return GostAuthority(tmp_path / "gost")


# --- What is found ------------------------------------------------------------------------------------------------


def test_a_signature_of_these_bytes_matches_and_says_whose_certificate_it_is(signer: Signer) -> None:
    found = look_at(signer.sign(TEXT), content=TEXT)
    assert (found.matches, found.chain, found.revocation) == (True, None, None)
    assert found.algorithm == "rsaEncryption, sha256"
    assert found.certificate
    assert found.certificate.subject == "Иванов Иван Иванович, ООО «Завод»"
    assert found.certificate.issuer == "Испытательный центр"
    assert found.certificate.ogrn == "1027700132195"
    assert found.certificate.holds_now
    assert found.signed_at


def test_one_changed_byte_does_not_match(signer: Signer) -> None:
    signature = signer.sign(TEXT)
    for place in (0, len(TEXT) - 1):
        changed = TEXT[:place] + bytes([TEXT[place] ^ 1]) + TEXT[place + 1 :]
        assert look_at(signature, content=changed).matches is False
    assert look_at(signature, content=TEXT.replace(b"\r\n", b"\n")).matches is False


def test_a_changed_signature_does_not_match(signer: Signer) -> None:
    signature = signer.sign(TEXT)
    changed = signature[:-1] + bytes([signature[-1] ^ 1])
    assert look_at(changed, content=TEXT).matches is False


def test_pem_and_its_letters_alone_are_read_as_well(signer: Signer) -> None:
    letters = base64.encodebytes(signer.sign(TEXT))
    assert look_at(letters, content=TEXT).matches is True
    assert look_at(signer.sign(TEXT, "-outform", "PEM"), content=TEXT).matches is True


def test_a_signature_that_brings_another_text_along_does_not_match(signer: Signer) -> None:
    assert look_at(signer.sign(b"another text", "-nodetach"), content=TEXT).matches is False


def test_a_digest_that_can_be_forged_is_not_checked(signer: Signer) -> None:
    assert look_at(signer.sign(TEXT, "-md", "sha1"), content=TEXT).matches is None


@pytest.mark.parametrize("file", [b"", b"%PDF-1.7", b"\x30\x03\x02\x01\x05", b"MAMCAQU=", b"\x30" + b"0" * LARGEST])
def test_what_is_no_signature_is_refused(file: bytes) -> None:
    with pytest.raises(NotASignature):
        look_at(file, content=TEXT)


def test_a_file_of_two_signatures_is_refused(authority: Authority, signer: Signer) -> None:
    other = authority.issue("Петров")
    both = signer.sign(TEXT, "-signer", str(other.certificate), "-inkey", str(other.certificate.with_suffix(".key")))
    with pytest.raises(NotASignature):
        look_at(both, content=TEXT)


def test_the_chain_leads_to_the_roots_that_are_loaded_or_it_does_not(
    signer: Signer, authority: Authority, settings: Settings, tmp_path: Path
) -> None:
    signature = signer.sign(TEXT)
    settings.SIGNATURE_ROOTS = authority.root
    assert look_at(signature, content=TEXT).chain is True
    other = Authority(tmp_path / "other", name="Другой центр")
    settings.SIGNATURE_ROOTS = other.root
    assert look_at(signature, content=TEXT).chain is False
    (tmp_path / "roots").mkdir()
    for number, root in enumerate((other.root, authority.root)):
        (tmp_path / "roots" / f"{number}.pem").write_bytes(root.read_bytes())
    settings.SIGNATURE_ROOTS = tmp_path / "roots"
    assert look_at(signature, content=TEXT).chain is True


def test_a_certificate_that_is_over_leads_to_no_root(authority: Authority, settings: Settings) -> None:
    settings.SIGNATURE_ROOTS = authority.root
    found = look_at(authority.issue("Бывший", ended=True).sign(TEXT), content=TEXT)
    assert (found.matches, found.chain) == (True, False)
    assert found.certificate
    assert not found.certificate.holds_now


def test_without_the_program_nothing_is_checked(signer: Signer, settings: Settings) -> None:
    signature = signer.sign(TEXT)
    settings.OPENSSL = "/nowhere/openssl"
    assert look_at(signature, content=TEXT).matches is None


def test_without_the_engine_rsa_is_checked_all_the_same(signer: Signer, settings: Settings) -> None:
    settings.GOST_ENGINE = "missing"
    assert look_at(signer.sign(TEXT), content=TEXT).matches is True


@needs_gost
def test_gost_is_checked_by_the_engine(gost: GostAuthority, settings: Settings) -> None:
    settings.SIGNATURE_ROOTS = gost.root
    signature = gost.issue("Иванов", ogrn="1027700132195").sign(TEXT)
    found = look_at(signature, content=TEXT)
    assert (found.matches, found.chain) == (True, True)
    assert found.algorithm.startswith("GOST R 34.10-2012")
    assert found.certificate
    assert (found.certificate.subject, found.certificate.ogrn) == ("Иванов", "1027700132195")
    assert look_at(signature, content=TEXT + b" ").matches is False


@needs_gost
def test_gost_is_not_checked_without_the_engine(gost: GostAuthority, settings: Settings) -> None:
    signature = gost.issue("Иванов", ogrn="1027700132195").sign(TEXT)
    settings.GOST_ENGINE = "missing"
    assert look_at(signature, content=TEXT).matches is None


@needs_gost
def test_five_megabytes_by_gost_take_no_minute(gost: GostAuthority) -> None:
    text = TEXT * (5 * 2**20 // len(TEXT))
    assert look_at(gost.issue("Иванов", ogrn="1").sign(text), content=text).matches is True


# --- When it counts -----------------------------------------------------------------------------------------------


def to_sign(**changes: Any) -> SigningRequest:
    """By the second of two parties; the first signs with a file as well."""
    company = OrganisationFactory(kind="company", ogrn="1027700132195")
    signing = made.being_signed(company, ways={1: "qualified", 2: "qualified"}, **changes)
    return signing.requests.get(party__position=2)


def upload(request: SigningRequest, file: bytes, *, name: str = "Договор.sig") -> Any:
    return sign_by_file(
        request, by=made.signatory_of(request), sha256=request.round.version.sha256, file=file, name=name
    )


@pytest.mark.django_db
def test_it_counts_with_what_was_found_as_its_evidence(signer: Signer) -> None:
    request = to_sign()
    file = signer.sign(request.round.version.content)
    upload(request, file)
    signature = Signature.objects.get()
    assert signature.request.state == RequestState.SIGNED
    assert signature.file.read() == file
    told = signature.evidence
    assert (told["matches"], told["chain"], told["revocation"]) == (True, None, None)
    assert told["certificate"]["subject"] == "Иванов Иван Иванович, ООО «Завод»"
    assert told["certificate"]["organisation"] is True
    assert told["name"] == "Договор.sig"
    assert [*chain.broken_links()] == []


@pytest.mark.django_db
def test_sent_again_it_counts_once(signer: Signer) -> None:
    request = to_sign()
    file = signer.sign(request.round.version.content)
    upload(request, file)
    upload(request, file)
    assert request.round.agreement.history.filter(action="sign").count() == 1


@pytest.mark.django_db
def test_with_the_last_file_it_is_concluded(authority: Authority, signer: Signer) -> None:
    request = to_sign()
    upload(request, signer.sign(request.round.version.content))
    first = request.round.requests.get(party__position=1)
    upload(first, authority.issue("Директор школы").sign(request.round.version.content))
    request.round.agreement.refresh_from_db()
    assert request.round.agreement.state == "concluded"


@pytest.mark.django_db
def test_of_a_changed_byte_it_does_not_count(signer: Signer) -> None:
    request = to_sign()
    file = signer.sign(request.round.version.content + " ")
    assert refused(upload, request, file) == "no_match"
    assert not Signature.objects.exists()


@pytest.mark.django_db
def test_what_was_not_checked_does_not_count(signer: Signer, settings: Settings) -> None:
    request = to_sign()
    file = signer.sign(request.round.version.content)
    settings.OPENSSL = "/nowhere/openssl"
    assert refused(upload, request, file) == "not_checked"


@pytest.mark.django_db
def test_a_certificate_that_is_over_does_not_count(authority: Authority) -> None:
    request = to_sign()
    file = authority.issue("Бывший", ended=True).sign(request.round.version.content)
    assert refused(upload, request, file) == "certificate_over"


@pytest.mark.django_db
def test_the_file_of_another_party_is_not_ones_own(signer: Signer) -> None:
    request = to_sign()
    first = request.round.requests.get(party__position=1)
    file = signer.sign(request.round.version.content)
    upload(first, file)
    assert refused(upload, request, file) == "not_your_certificate"
    assert refused(upload, request, signer.sign(request.round.version.content)) == "not_your_certificate"


@pytest.mark.django_db
def test_whom_the_certificate_names_stands_there_even_where_it_is_another(authority: Authority) -> None:
    request = to_sign()
    upload(request, authority.issue("Управляющий", ogrn="1037700255284").sign(request.round.version.content))
    assert Signature.objects.get().evidence["certificate"]["organisation"] is False


@pytest.mark.django_db
def test_it_is_of_the_words_that_were_shown(signer: Signer) -> None:
    request = to_sign()
    with pytest.raises(RuleViolated) as refusal:
        sign_by_file(request, by=made.signatory_of(request), sha256="0" * 64, file=signer.sign(TEXT), name="a.sig")
    assert refusal.value.code == "other_content"


@pytest.mark.django_db
def test_only_the_signatory_uploads_it(signer: Signer) -> None:
    request = to_sign()
    told = {"sha256": request.round.version.sha256, "name": "a.sig", "file": signer.sign(request.round.version.content)}
    sender = made.head_of(request.round.agreement.initiator)
    assert refused(sign_by_file, request, by=sender, **told) == "not_signatory"

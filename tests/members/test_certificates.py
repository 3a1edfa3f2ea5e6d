"""Certificates of membership: numbered without gaps, true to the membership, made whatever the engine does, read by
those whom they concern and verified by anybody."""

import datetime
import io
import json
import re
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
import time_machine
import typst
import zxingcpp
from django.conf import settings as portal
from django.core.files.storage import InMemoryStorage
from django.db import connection, connections
from django.db.models import ProtectedError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse, set_script_prefix
from django.utils import timezone, translation
from PIL import Image
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries, Settings

from common import documents
from common.errors import RuleViolated
from common.models import Document, DocumentState, NumberSeries
from members.membership.certificates import follow_membership, issue_certificate
from members.membership.life import change_membership_status, record_membership_start
from members.models import (
    CertificateState,
    Kind,
    Membership,
    MembershipCertificate,
    MembershipStatus,
    Representative,
    Role,
    Tier,
    User,
)
from members.organisations.services import delete_organisation
from tests.factories.members import (
    CertificateFactory,
    MembershipFactory,
    OrganisationFactory,
    RepresentativeFactory,
    UserFactory,
)
from tests.office import editor, enter, staff_with, superuser

pytestmark = pytest.mark.django_db
ACTIVE, SUSPENDED, ENDED = MembershipStatus.ACTIVE, MembershipStatus.SUSPENDED, MembershipStatus.ENDED
GRACE, LAPSED, LEFT = MembershipStatus.GRACE, MembershipStatus.LAPSED, MembershipStatus.LEFT
VALID, REPLACED, VOID = CertificateState.VALID, CertificateState.REPLACED, CertificateState.VOID
TODAY = datetime.date(2026, 12, 16)


@pytest.fixture(autouse=True)
def storage(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Document._meta.get_field("file"), "storage", InMemoryStorage())


@pytest.fixture(autouse=True)
def winter() -> object:
    with time_machine.travel(datetime.datetime(2026, 12, 16, 12, tzinfo=datetime.UTC), tick=False) as clock:
        yield clock


def issued(**membership: object) -> MembershipCertificate:
    return issue_certificate(MembershipFactory(**membership), by=None)


def again(certificate: MembershipCertificate) -> MembershipCertificate:
    return MembershipCertificate.objects.get(pk=certificate.pk)


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode())


def move(membership: Membership, status: str, on: datetime.date = TODAY) -> None:
    change_membership_status(membership, status=status, on=on, by=UserFactory(), reason="протокол 7")


# --- Issued, replaced, withdrawn -----------------------------------------------------------------------------


def test_a_certificate_says_what_held_on_its_day() -> None:
    staff = UserFactory()
    membership = MembershipFactory(tier=Tier.FOUNDER, started_on=datetime.date(2020, 9, 1))
    certificate = issue_certificate(membership, by=staff)
    organisation = membership.organisation
    assert (certificate.number, certificate.issued_on, certificate.issued_by) == ("2026-0001", TODAY, staff)
    assert (certificate.organisation, certificate.name, certificate.tier) == (
        organisation,
        organisation.name,
        Tier.FOUNDER,
    )
    assert (certificate.member_since, certificate.state) == (datetime.date(2020, 9, 1), VALID)
    assert certificate.document.state == DocumentState.WAITING


def test_asked_again_it_is_the_same() -> None:
    membership = MembershipFactory()
    first = issue_certificate(membership, by=None)
    assert issue_certificate(membership, by=UserFactory()) == first
    assert (MembershipCertificate.objects.count(), Document.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    "membership",
    [{"tier": Tier.PARTNER}, {"status": SUSPENDED}, {"status": LAPSED}, {"status": ENDED}],
    ids=["partner", "suspended", "lapsed", "ended"],
)
def test_who_is_no_member_gets_none(membership: dict) -> None:
    with pytest.raises(RuleViolated, match="только действующий член"):
        issued(**membership)
    assert not NumberSeries.objects.exists()


def test_numbers_begin_anew_with_the_year_of_the_association(winter: time_machine.Traveller) -> None:
    numbers = [issued().number, issued().number]
    winter.move_to(datetime.datetime(2026, 12, 31, 21, 0, tzinfo=datetime.UTC))  # midnight in Moscow
    assert [*numbers, issued().number] == ["2026-0001", "2026-0002", "2027-0001"]


@pytest.mark.parametrize(
    "change",
    [{"tier": Tier.FOUNDER}, {"started_on": datetime.date(2020, 9, 1)}],
    ids=["tier", "start"],
)
def test_what_changes_is_said_by_a_new_one_and_the_old_one_is_replaced(change: dict) -> None:
    old = issued(tier=Tier.FULL)
    Membership.objects.update(**change)
    follow_membership(old.membership, by=None)
    old, new = again(old), MembershipCertificate.objects.latest("pk")
    assert (old.state, old.withdrawn_on, old.replaced_by, old.ended_on) == (REPLACED, TODAY, new, TODAY)
    assert (new.state, new.number) == (VALID, "2026-0002")
    assert new.code != old.code


def test_a_renamed_organisation_gets_a_new_one_when_it_is_asked_for() -> None:
    old = issued()
    old.organisation.name = "Лицей «Новый»"
    old.organisation.save()
    assert again(old).name != "Лицей «Новый»"
    new = issue_certificate(old.membership, by=None)
    assert (new.name, again(old).state) == ("Лицей «Новый»", REPLACED)


def test_a_member_that_becomes_a_partner_has_none_and_back_again_a_new_one() -> None:
    first = issued(tier=Tier.FULL)
    Membership.objects.update(tier=Tier.PARTNER)
    follow_membership(first.membership, by=None)
    assert (again(first).state, again(first).ended_on) == (VOID, TODAY)
    Membership.objects.update(tier=Tier.FULL)
    follow_membership(first.membership, by=None)
    assert [one.state for one in MembershipCertificate.objects.order_by("pk")] == [VOID, VALID]


def test_it_holds_as_long_as_the_membership_does() -> None:
    certificate = issued()
    days = [datetime.date(2026, 12, day) for day in (17, 18, 19)]
    states: list[tuple[str, datetime.date | None]] = [(VALID, None)]
    for status, day in zip((SUSPENDED, ACTIVE, LEFT), days, strict=True):
        move(certificate.membership, status, day)
        states.append((again(certificate).state, again(certificate).ended_on))
    assert states == [(VALID, None), (VOID, days[0]), (VALID, None), (VOID, days[2])]
    assert MembershipCertificate.objects.count() == 1


def test_it_holds_in_grace_as_well() -> None:
    assert issued(status=GRACE).state == VALID


def test_a_tier_that_changed_while_suspended_is_said_when_the_membership_goes_on() -> None:
    old = issued(tier=Tier.FULL)
    move(old.membership, SUSPENDED)
    Membership.objects.update(tier=Tier.FOUNDER)
    follow_membership(old.membership, by=None)
    assert again(old).state == VOID
    move(old.membership, ACTIVE)
    assert [one.state for one in MembershipCertificate.objects.order_by("pk")] == [REPLACED, VALID]


@pytest.mark.parametrize(("tier", "number"), [(Tier.ASSOCIATE, 1), (Tier.PARTNER, 0)])
def test_a_new_member_gets_one_by_itself_and_a_partner_none(tier: Tier, number: int) -> None:
    record_membership_start(MembershipFactory(tier=tier), by=UserFactory())
    assert MembershipCertificate.objects.count() == number


def test_what_was_issued_stays_on_record(office: Client) -> None:
    certificate = issued()
    with pytest.raises(ProtectedError):
        delete_organisation(certificate.organisation)
    for address in (
        page("delete", certificate.membership_id),
        reverse("admin:members_organisation_delete", args=[certificate.organisation_id]),
    ):
        answer = office.post(address, {"post": "yes"})
        assert str(certificate) in str(answer.context["protected"])
    assert again(certificate).state == VALID


@pytest.mark.django_db(transaction=True)
def test_issued_at_once_to_many_and_twice_to_each_numbers_have_no_gap() -> None:
    memberships = MembershipFactory.create_batch(6)
    start = Barrier(12)
    failed = []

    def issue(membership: Membership) -> None:
        start.wait()
        try:
            issue_certificate(membership, by=None)
        except Exception as error:
            failed.append(error)
        connections.close_all()

    threads = [Thread(target=issue, args=[membership]) for membership in memberships * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    numbers = sorted(MembershipCertificate.objects.values_list("number", flat=True))
    assert numbers == [f"2026-{number:04}" for number in range(1, 7)]


# --- The PDF -------------------------------------------------------------------------------------------------


def made(certificate: MembershipCertificate) -> PdfReader:
    assert documents.make_due() == 1
    certificate = again(certificate)
    assert certificate.document.state == DocumentState.MADE, certificate.document.error
    return PdfReader(io.BytesIO(certificate.document.file.read()))


def words(pdf: PdfReader) -> str:
    [page] = pdf.pages
    return together(page.extract_text())


def together(text: str) -> str:
    """Without the spaces, which a reader of PDF guesses."""
    return re.sub(r"\s+", "", text)


def test_the_pdf_says_it_in_russian_and_in_english() -> None:
    OrganisationFactory(name="Ассоциация школьного кластера", name_en="School Cluster Association", is_association=True)
    member = OrganisationFactory(name='Лицей им. П. Л. Капицы "Физтех"', name_en="Phystech Lyceum", kind=Kind.SCHOOL)
    OrganisationFactory(tier=Tier.FULL, kind=Kind.COMPANY)
    certificate = issued(organisation=member, tier=Tier.FOUNDER, started_on=datetime.date(2020, 9, 1))
    pdf = made(certificate)
    text = words(pdf)
    for part in (
        "АССОЦИАЦИЯ ШКОЛЬНОГО КЛАСТЕРА", "School Cluster Association", "Свидетельство о членстве",
        "Certificate of Membership", "№ 2026-0001", "Лицей им. П. Л. Капицы «Физтех»", "Phystech Lyceum", "Учредитель",
        "Founder", "1 сентября 2020", "1 September 2020", "16 декабря 2026", "16 December 2026",
        f"testserver/verify/{certificate.code}",
    ):  # fmt: skip
        assert together(part) in text
    assert pdf.metadata
    assert pdf.metadata.title == "Свидетельство о членстве № 2026-0001"
    assert certificate.document.data["organisation"]["ru"] == "Лицей им.\xa0П.\xa0Л.\xa0Капицы «Физтех»"
    assert certificate.document.data["members"] == [Kind.COMPANY]


@pytest.mark.parametrize("letters", [10, 120, 300])
@pytest.mark.parametrize("kind", Kind.values)
def test_every_name_fits_one_page(kind: str, letters: int) -> None:
    name = ("Государственное «учреждение» " * 20)[:letters]
    OrganisationFactory.create_batch(3, tier=Tier.FULL)
    made(issued(organisation=OrganisationFactory(kind=kind, name=name, name_en=name)))


def test_the_square_code_leads_to_the_page_that_verifies_it() -> None:
    set_script_prefix("/en/")  # issued from an English page, it leads to the same
    certificate = issued()
    set_script_prefix("/")
    address = f"{portal.SITE_ADDRESS}/verify/{certificate.code}/"
    assert [code.text for code in zxingcpp.read_barcodes(seen(certificate.document))] == [address]
    assert Client().get(address).status_code == 200


def seen(document: Document) -> Image.Image:
    """The page as a scanner sees it."""
    source, data = documents.TEMPLATES / document.template, {"data": json.dumps(document.data)}
    picture = typst.compile(source, root=documents.TEMPLATES, sys_inputs=data, format="png", ppi=150)
    assert isinstance(picture, bytes)
    return Image.open(io.BytesIO(picture))


def test_a_failing_engine_blocks_no_membership_and_the_paper_comes_later(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, winter: time_machine.Traveller
) -> None:
    template = tmp_path / "pdf" / "members" / "membership_certificate.typ"
    template.parent.mkdir(parents=True)
    template.write_text("#broken")
    head = RepresentativeFactory(role=Role.HEAD)
    client = Client()
    client.force_login(head.user)
    dashboard = f"/dashboard/{head.organisation.slug}/"
    with monkeypatch.context() as patch:
        patch.setattr(documents, "TEMPLATES", tmp_path)
        record_membership_start(MembershipFactory(organisation=head.organisation), by=UserFactory())
        waiting = text_of(client.get(dashboard))
        documents.make_due()
    certificate = MembershipCertificate.objects.get()
    assert (certificate.state, certificate.document.state) == (VALID, DocumentState.FAILED)
    assert Client().get(certificate.get_absolute_url()).status_code == 200
    failed = text_of(client.get(dashboard))
    assert client.get(f"/certificates/{certificate.number}/").status_code == 404
    winter.shift(60)
    documents.make_due()
    ready = text_of(client.get(dashboard))
    assert client.get(f"/certificates/{certificate.number}/").status_code == 200
    assert ["PDF-файл готовится" in waiting, "PDF пока не удалось" in failed, "Скачать PDF" in ready] == [True] * 3


# --- Who reads it --------------------------------------------------------------------------------------------


def reader(who: str, certificate: MembershipCertificate) -> User:
    match who:
        case "stranger":
            return RepresentativeFactory(role=Role.HEAD).user
        case "removed":
            return RepresentativeFactory(organisation=certificate.organisation, ended_at=timezone.now()).user
        case "editor":
            return editor()
        case "staff of nothing":
            return staff_with()
        case "superuser":
            return superuser()
        case "closed":
            return UserFactory(is_staff=True, is_superuser=True, is_active=False)
        case "no staff, but the permission":
            user = staff_with("members.view_membership")
            user.is_staff = False
            user.save()
            return user
    return RepresentativeFactory(organisation=certificate.organisation, role=who).user


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        *[(role, True) for role in Role.values],
        ("stranger", False),
        ("removed", False),
        ("editor", True),
        ("superuser", True),
        ("staff of nothing", False),
        ("closed", False),
        ("no staff, but the permission", False),
    ],
)
def test_who_sees_a_certificate(who: str, sees: bool) -> None:
    certificate = CertificateFactory()
    found = MembershipCertificate.objects.visible_to(User.objects.get(pk=reader(who, certificate).pk))
    assert [*found] == ([certificate] if sees else [])


def test_rights_to_the_file_end_at_once() -> None:
    certificate = CertificateFactory()
    head = RepresentativeFactory(organisation=certificate.organisation, role=Role.HEAD)
    client = Client()
    client.force_login(head.user)
    address = reverse("members:certificate_file", args=[certificate.number])
    answers = [client.get(address).status_code]
    Representative.objects.update(ended_at=timezone.now())
    assert [*answers, client.get(address).status_code] == [200, 404]


def test_a_membership_that_moved_leaves_its_paper_with_whom_it_was_issued_to() -> None:
    certificate, other = CertificateFactory(), RepresentativeFactory(role=Role.HEAD)
    Membership.objects.update(organisation=other.organisation)
    assert not MembershipCertificate.objects.visible_to(other.user).exists()
    assert again(certificate).organisation != other.organisation


@pytest.mark.parametrize(
    ("prefix", "name"),
    [
        ("", "%D0%A1%D0%B2%D0%B8%D0%B4%D0%B5%D1%82%D0%B5%D0%BB%D1%8C%D1%81%D1%82%D0%B2%D0%BE"),
        ("/en", "Certificate of membership 2020-0007.pdf"),
    ],
)
def test_the_file_is_an_attachment_that_nothing_keeps(prefix: str, name: str, settings: Settings) -> None:
    certificate = CertificateFactory(number="2020-0007")
    client = Client()
    client.force_login(RepresentativeFactory(organisation=certificate.organisation).user)
    for location in ("", "/private/"):
        settings.PRIVATE_FILES_LOCATION = location
        response = client.get(f"{prefix}/certificates/2020-0007/")
        assert response.headers["Content-Disposition"].startswith("attachment; filename")
        assert name in response.headers["Content-Disposition"]
        assert response.headers["Cache-Control"] == "private, no-store"
        assert response.headers["Content-Type"] == "application/pdf"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        expected = f"{location}{certificate.document.file.name}" if location else None
        assert response.headers.get("X-Accel-Redirect") == expected
    assert Client().get("/certificates/2020-0007/").status_code == 302


@pytest.mark.parametrize("number", ["..", "%2e%2e%2fsecret", "..%2f..%2fetc%2fpasswd", "2020-0007%00", "%0d%0aX:y"])
def test_no_address_leads_to_another_file(number: str) -> None:
    client = enter(superuser())
    assert client.get(f"/certificates/{number}/").status_code == 404


# --- Who verifies it -----------------------------------------------------------------------------------------


def read(certificate: MembershipCertificate, language: str = "") -> str:
    response = Client().get(f"{language}/verify/{certificate.code}/")
    assert response.status_code == 200
    return text_of(response)


def test_anybody_reads_for_whom_it_is_and_that_it_is_valid() -> None:
    membership = MembershipFactory(tier=Tier.FOUNDER, started_on=datetime.date(2020, 9, 1))
    certificate = issue_certificate(membership, by=UserFactory(last_name="Тайная"))
    russian, english = read(certificate), read(certificate, "/en")
    for part in ("Свидетельство действует", "№ 2026-0001", certificate.name, "Учредитель", "1 сентября 2020"):
        assert part in russian
    for part in ("The certificate is valid", "№ 2026-0001", certificate.name, "Founder", "1 September 2020"):
        assert part in english
    assert "Тайная" not in russian + english
    assert 'content="noindex"' in russian


def test_anybody_reads_that_it_was_replaced_or_no_longer_holds() -> None:
    old = issued(tier=Tier.FULL)
    Membership.objects.update(tier=Tier.FOUNDER)
    new = issue_certificate(old.membership, by=None)
    assert "Свидетельство заменено" in read(old)
    assert "16 декабря 2026" in read(old)
    assert "Действительный член" in read(old)
    move(new.membership, LEFT, datetime.date(2026, 12, 20))
    assert "Свидетельство больше не действует" in read(new)
    assert "20 декабря 2026" in read(new)


def test_an_organisation_off_the_site_is_named_and_not_linked() -> None:
    certificate = CertificateFactory()
    link = f'href="/organisations/{certificate.organisation.slug}/"'
    assert link in read(certificate)
    certificate.organisation.is_published = False
    certificate.organisation.save()
    assert link not in read(certificate)
    assert certificate.name in read(certificate)


def test_a_code_may_be_typed_in_capitals_and_an_unknown_one_is_explained() -> None:
    certificate = issued()
    assert Client().get(f"/verify/{certificate.code.upper()}/").status_code == 200
    for prefix, words_of_it in (("", "Свидетельства с таким кодом нет"), ("/en", "There is no certificate with this")):
        response = Client().get(f"{prefix}/verify/none/")
        assert (response.status_code, words_of_it in text_of(response)) == (404, True)


def test_guessing_codes_is_limited_and_the_answer_is_kept_nowhere() -> None:
    answers = [Client().get("/verify/none/") for _time in range(31)]
    assert [answer.status_code for answer in answers] == [404] * 30 + [429]
    certificate = issued()
    answer = Client().get(f"/verify/{certificate.code}/", REMOTE_ADDR="10.0.0.1")
    assert "no-store" in answer.headers["Cache-Control"]


def test_a_moved_membership_is_seen_at_once() -> None:
    certificate = issued()
    assert "Свидетельство действует" in read(certificate)
    move(certificate.membership, SUSPENDED)
    assert "Свидетельство больше не действует" in read(certificate)


@pytest.mark.parametrize(("state", "queries"), [(ACTIVE, 2), (SUSPENDED, 3)])
def test_verifying_asks_little(state: str, queries: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    certificate = issued()
    if state != ACTIVE:
        move(certificate.membership, state)
    with django_assert_num_queries(queries):
        read(certificate)


# --- The office ----------------------------------------------------------------------------------------------


@pytest.fixture
def office() -> Client:
    return enter(superuser())


def page(name: str, *args: object) -> str:
    return reverse(f"admin:members_membership_{name}", args=args)


def test_a_membership_entered_or_changed_in_the_office_is_followed(office: Client) -> None:
    organisation = OrganisationFactory()
    form = {"organisation": organisation.pk, "tier": Tier.FULL, "started_on": "", "note": "", "note_en": ""}
    management = {
        f"{prefix}-{name}": "0"
        for prefix in ("certificates", "changes", "fee_reductions", "periods")
        for name in ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")
    }
    assert office.post(page("add"), form | management).status_code == 302
    first = MembershipCertificate.objects.get()
    assert office.post(page("change", first.membership_id), form | management | {"note": "x"}).status_code == 302
    assert MembershipCertificate.objects.count() == 1
    changed = form | management | {"tier": Tier.FOUNDER}
    assert office.post(page("change", first.membership_id), changed).status_code == 302
    assert [one.state for one in MembershipCertificate.objects.order_by("pk")] == [REPLACED, VALID]


def test_a_certificate_is_issued_from_the_page_of_its_membership_by_a_post(office: Client) -> None:
    membership = MembershipFactory()
    url = page("issue_certificate_this", membership.pk)
    assert office.get(url).status_code == 200
    assert not MembershipCertificate.objects.exists()
    for _time in range(2):
        assert office.post(url).headers["Location"] == page("change", membership.pk)
    certificate = MembershipCertificate.objects.get()
    shown = office.get(page("change", membership.pk)).content.decode()
    assert f'href="/verify/{certificate.code}/"' in shown
    documents.make_due()
    assert f'href="/certificates/{certificate.number}/"' in office.get(page("change", membership.pk)).content.decode()


def test_many_are_issued_at_once_and_who_gets_none_is_named(office: Client) -> None:
    member, partner = MembershipFactory(), MembershipFactory(tier=Tier.PARTNER)
    chosen = {"action": "issue_certificates", "_selected_action": [member.pk, partner.pk], "sure": "1"}
    response = office.post(page("changelist"), chosen, follow=True)
    texts = [str(message) for message in response.context["messages"]]
    assert [certificate.membership for certificate in MembershipCertificate.objects.all()] == [member]
    assert str(partner.organisation) in texts[0]
    assert len(texts) == 2


def test_a_failed_one_is_shown_with_its_error_and_made_again(
    office: Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    certificate = issued()
    with monkeypatch.context() as patch:
        patch.setattr(documents, "TEMPLATES", tmp_path)
        documents.make_due()
    shown = office.get(page("change", certificate.membership_id)).content.decode()
    assert "No such file" in shown
    assert page("make_certificate_again_this", certificate.membership_id) in shown
    office.post(page("make_certificate_again_this", certificate.membership_id))
    assert documents.make_due() == 1
    shown = office.get(page("change", certificate.membership_id)).content.decode()
    assert page("make_certificate_again_this", certificate.membership_id) not in shown


def test_editors_see_certificates_and_issue_none(english: None) -> None:
    certificate = CertificateFactory(membership__tier=Tier.FULL)
    client = enter(editor())
    assert certificate.number in client.get(page("change", certificate.membership_id)).content.decode()
    assert client.post(page("issue_certificate_this", certificate.membership_id)).status_code == 403


def test_the_dashboard_and_the_office_ask_as_much_for_many_as_for_one(office: Client) -> None:
    def counted(number: int) -> list[int]:
        head = RepresentativeFactory(role=Role.HEAD)
        membership = MembershipFactory(organisation=head.organisation)
        for place in range(number):
            standing = {"withdrawn_on": None if place == 0 else TODAY}
            CertificateFactory(membership=membership, **standing)
        client = Client()
        client.force_login(head.user)
        seen = []
        for visitor, url in (
            (client, f"/dashboard/{head.organisation.slug}/"),
            (office, page("change", membership.pk)),
        ):
            visitor.get(url)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                assert visitor.get(url).status_code == 200
            seen.append(len(queries))
        return seen

    assert counted(1) == counted(3)


def test_codes_are_unguessable_and_of_letters_that_nobody_mixes_up() -> None:
    codes = {CertificateFactory.build(document=None, membership=None, organisation=None, name="x", tier="full").code
             for _time in range(50)}  # fmt: skip
    assert len(codes) == 50
    assert {letter for code in codes for letter in code} <= {*"23456789abcdefghjkmnpqrstuvwxyz-"}
    with translation.override("en"):
        assert all(re.fullmatch(r"\w{4}(-\w{4}){3}", code) for code in codes)

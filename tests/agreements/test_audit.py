"""Whatever is changed behind the portal's back is found: in a text, a signature, the history or a file."""

import hashlib
from collections.abc import Callable
from decimal import Decimal
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from agreements import chain
from agreements.drafting.drafts import attach_file, submit
from agreements.fulfilment.obligations import report_progress
from agreements.models import Agreement, AgreementFile, ChainHead, HistoryEntry, ObligationReport, Signature, Version
from agreements.running.audit import audit
from agreements.signing.paper import confirm_original, see_original, send_copy
from agreements.signing.rounds import open_round
from agreements.terms import sha256_of
from common import documents
from common.jobs import JOBS
from common.models import Discrepancy, Document
from common.recounts import recount
from common.uploads import checked_document
from tests.factories import agreements as made
from tests.factories.members import UserFactory

pytestmark = pytest.mark.django_db


def findings() -> set[tuple[str, str]]:
    return {(finding.what, record._meta.model_name or "") for record, finding in audit()}


@pytest.fixture
def agreement() -> Agreement:
    """With an annex, scans, its package and a report with a file."""
    draft = made.draft(promises=(made.promise(),))
    head = made.head_of(draft.initiator)
    annex = checked_document(ContentFile(b"%PDF-1.7 annex", name="annex.pdf"))
    attach_file(draft, document=annex, title="Приложение", by=head)
    submit(draft, by=head)
    signing = open_round(made.accept_all(draft), by=head)
    first, second = UserFactory(), UserFactory()
    for request in signing.requests.order_by("pk"):
        scan = made.scan(f"%PDF-1.7 scan {request.pk}".encode())
        send_copy(request, by=made.signatory_of(request), sha256=signing.version.sha256, document=scan)
        see_original(request, by=first)
        confirm_original(request, by=second)
    documents.make_due()
    draft.refresh_from_db()
    with transaction.atomic():
        made.take_effect(made.locked_agreement(draft))
    evidence = checked_document(ContentFile(b"%PDF-1.7 report", name="report.pdf"))
    report_progress(
        draft.obligations.get(),
        organisation=draft.initiator,
        by=head,
        text="Два проекта",
        amount=Decimal(2),
        document=evidence,
    )
    chain.publish_head()
    return Agreement.objects.get(pk=draft.pk)


def test_where_nothing_was_changed_nothing_is_found(agreement: Agreement) -> None:
    draft = made.draft()
    attach_file(draft, document=made.scan(), title="Приложение", by=made.head_of(draft.initiator))
    made.in_negotiation()
    made.being_signed()
    assert findings() == set()
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert out.getvalue() == f"{HistoryEntry.objects.count()} entries of the history hold\n"


def test_a_renewed_and_an_amended_one_are_whole_as_well() -> None:
    parent = made.in_force(promises=(made.promise(key="kept0000"),))
    school, company = (party.organisation for party in parent.parties.all())
    made.in_force(company, initiator=school, parent=parent, relation="amendment")
    renewing = made.in_force(ends_on=made.days_from(timezone.localdate(), 100), renewal="automatic")
    renewing.timers.filter(kind="end").update(due_at=timezone.now())
    JOBS["sweep_agreements"].run()
    assert renewing.children.get().state == "active"
    assert findings() == set()


def change_word(agreement: Agreement) -> None:
    version = agreement.newest_version
    Version.objects.filter(pk=version.pk).update(content=version.content.replace("совместно", "врозь"))


def change_shown_word(agreement: Agreement) -> None:
    version = agreement.newest_version
    version.terms["clauses"][2]["text"] = "Другое условие."
    version.save()


def change_word_and_hash(agreement: Agreement) -> None:
    version = agreement.newest_version
    version.terms["subject"] = "Другой предмет"
    version.content = version.content.replace(agreement.subject, "Другой предмет")
    version.sha256 = sha256_of(version.content)
    version.save()


def change_name_in_signature(_agreement: Agreement) -> None:
    Signature.objects.filter(pk=Signature.objects.all()[0].pk).update(name="Кто-то другой")


def take_signature_out(_agreement: Agreement) -> None:
    Signature.objects.all()[0].delete()


def change_number(agreement: Agreement) -> None:
    Agreement.objects.filter(pk=agreement.pk).update(number="2026-9999")


def change_state(agreement: Agreement) -> None:
    Agreement.objects.filter(pk=agreement.pk).update(state="terminated")


def change_entry(agreement: Agreement) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE agreements_historyentry SET at = at + interval '1 day' WHERE action = 'open'")
        cursor.execute("SET LOCAL session_replication_role = origin")


def change_head(_agreement: Agreement) -> None:
    ChainHead.objects.update(sha256="0" * 64)


def change_byte(file) -> None:
    with file.open("rb") as opened:
        content = opened.read()
    file.storage.delete(str(file.name))
    file.storage.save(file.name, ContentFile(content[:-1] + bytes([content[-1] ^ 1])))


def change_annex(agreement: Agreement) -> None:
    change_byte(AgreementFile.objects.get().file)


def change_scan(agreement: Agreement) -> None:
    change_byte(Signature.objects.all()[0].file)


def change_hash_of_scan(agreement: Agreement) -> None:
    Signature.objects.filter(pk=Signature.objects.all()[0].pk).update(file_sha256="1" * 64)


def change_scan_and_hash(agreement: Agreement) -> None:
    signature = Signature.objects.all()[0]
    change_byte(signature.file)
    signature.file_sha256 = sha256_of_file(signature.file)
    signature.save()


def change_annex_and_hash(agreement: Agreement) -> None:
    annex = AgreementFile.objects.get()
    change_byte(annex.file)
    annex.sha256 = sha256_of_file(annex.file)
    annex.save()


def change_report_file_and_hash(agreement: Agreement) -> None:
    report = ObligationReport.objects.get()
    change_byte(report.file)
    report.file_sha256 = sha256_of_file(report.file)
    report.save()


def sha256_of_file(file) -> str:
    with file.storage.open(file.name) as opened:
        return hashlib.sha256(opened.read()).hexdigest()


def change_report_file(agreement: Agreement) -> None:
    change_byte(ObligationReport.objects.get().file)


def change_hash_of_report(agreement: Agreement) -> None:
    ObligationReport.objects.update(file_sha256="1" * 64)


def change_package(agreement: Agreement) -> None:
    assert agreement.package
    change_byte(agreement.package.file)


def change_package_and_hash(agreement: Agreement) -> None:
    package = agreement.package
    assert package
    change_byte(package.file)
    Document.objects.filter(pk=package.pk).update(sha256=sha256_of_file(package.file))


def take_package_out(agreement: Agreement) -> None:
    Agreement.objects.filter(pk=agreement.pk).update(package=None)


def lose_annex(agreement: Agreement) -> None:
    file = AgreementFile.objects.get().file
    file.storage.delete(str(file.name))


def take_annex_out(agreement: Agreement) -> None:
    AgreementFile.objects.all().delete()


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (change_word, {("version", "version")}),
        (change_shown_word, {("version", "version")}),
        (change_word_and_hash, {("version", "version"), ("version", "historyentry")}),
        (change_name_in_signature, {("signature", "signature"), ("signature", "historyentry")}),
        (take_signature_out, {("signature", "historyentry")}),
        (change_number, {("state", "agreement")}),
        (change_state, {("state", "agreement")}),
        (change_entry, {("hash", "historyentry")}),
        (change_head, {("head", "historyentry")}),
        (change_annex, {("file", "agreementfile")}),
        (take_annex_out, {("file", "version")}),
        (lose_annex, {("file", "agreementfile")}),
        (change_scan, {("file", "signature")}),
        (change_hash_of_scan, {("file", "signature"), ("signature", "signature"), ("signature", "historyentry")}),
        (change_scan_and_hash, {("signature", "signature"), ("signature", "historyentry")}),
        (change_annex_and_hash, {("file", "agreementfile"), ("file", "version")}),
        (change_report_file_and_hash, {("file", "obligationreport")}),
        (change_report_file, {("file", "obligationreport")}),
        (change_hash_of_report, {("file", "obligationreport")}),
        (change_package, {("package", "agreement")}),
        (change_package_and_hash, {("package", "agreement"), ("package", "historyentry")}),
        (take_package_out, {("package", "historyentry")}),
    ],
)
def test_a_change_is_found_and_named(
    agreement: Agreement, change: Callable[[Agreement], None], found: set[tuple[str, str]]
) -> None:
    change(agreement)
    assert findings() == found
    with pytest.raises(CommandError, match="finding"):
        call_command("verify_audit", stdout=StringIO())


def test_the_nightly_recount_tells_the_office(agreement: Agreement) -> None:
    change_word(agreement)
    recount()
    told = Discrepancy.objects.get(invariant="agreement_unchanged")
    assert (told.record, told.record_key) == ("agreements.version", agreement.newest_version.pk)


def test_the_head_is_published_once_a_day() -> None:
    made.in_negotiation()
    JOBS["publish_head"].run()
    made.in_negotiation()
    JOBS["publish_head"].run()
    head = ChainHead.objects.get()
    assert head.sequence == 2
    assert head.sha256 == HistoryEntry.objects.get(sequence=2).sha256


def test_the_clock_sweeps_what_is_due() -> None:
    agreement = made.concluded()
    JOBS["sweep_agreements"].run()
    agreement.refresh_from_db()
    assert agreement.state == "active"

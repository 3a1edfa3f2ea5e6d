"""Whether anything was changed behind the portal's back: the chain of the history, and against it the texts, the
signatures, the numbers and the files. Read in portions: it takes as much memory for a hundred thousand as for one."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from django.db.models import CharField, Exists, F, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.fields.files import FieldFile
from django.db.models.fields.json import KT
from django.db.models.functions import Cast

from agreements import chain
from agreements.chain import AT_ONCE, Finding
from agreements.models import (
    Agreement,
    AgreementFile,
    AgreementState,
    HistoryEntry,
    ObligationReport,
    RequestState,
    Signature,
    Version,
)
from agreements.signing.rounds import fingerprint
from agreements.terms import Terms, as_agreed, sha256_of
from common.models import DocumentState

CHUNK = 1024 * 1024  # bytes of a file
UNSETTLED = (AgreementState.DRAFT, AgreementState.CANCELLED)


def audit() -> Iterator[tuple[Model, Finding]]:
    """Each record that is not what it was, and what is wrong with it."""
    for finding in chain.broken_links():
        yield HistoryEntry(pk=int(finding.where.split("–")[0])), finding  # by its number in the chain
    yield from _found("version", Version.objects.select_related("agreement"), _texts)
    yield from _gone_texts()
    yield from _found("signature", _signed(), _signatures)
    yield from _gone_signatures()
    yield from _moved()
    for files in (_annexes, _copies, _evidence, _packages):
        yield from files()


def text_stands(version: Version) -> bool:
    """Its words have the hash that stands beside them, and the terms that are shown are those words."""
    if version.sha256 != sha256_of(version.content):
        return False
    agreed, shown = json.loads(version.content)["terms"], json.loads(json.dumps(as_agreed(Terms.of(version.terms))))
    return all(shown.get(name) == value for name, value in agreed.items())


def file_stands(file: FieldFile, sha256: str) -> bool:
    digest = hashlib.sha256()
    try:
        with file.open("rb") as opened:
            for chunk in opened.chunks(CHUNK):
                digest.update(chunk)
    except FileNotFoundError:
        return False
    return digest.hexdigest() == sha256


def _found(what: str, rows: QuerySet, wrong: Callable[[list[Any]], Iterable[Model]]) -> Iterator[tuple[Model, Finding]]:
    """What of ``rows`` is wrong, read in portions."""
    read = rows.order_by("pk").iterator(AT_ONCE)
    while some := [*islice(read, AT_ONCE)]:
        for one in wrong(some):
            yield one, Finding(what, f"{one._meta.model_name} {one.pk}")


# --- Texts -----------------------------------------------------------------------------------------------------------


def _texts(versions: list[Version]) -> Iterator[Version]:
    """Also where words and hash were changed together: the history knows the hash that was."""
    told = _told("version", {one.agreement_id for one in versions})
    for one in versions:
        if not text_stands(one) or (one.agreement_id, one.sha256) not in told:
            yield one


def _gone_texts() -> Iterator[tuple[Model, Finding]]:
    kept = Version.objects.filter(agreement=OuterRef("agreement"), sha256=OuterRef("version"))
    entries = HistoryEntry.objects.filter(facts__has_key="version").alias(version=KT("facts__version"))
    entries = entries.filter(~Exists(kept))
    yield from _found("version", entries, lambda some: some)


# --- Signatures ------------------------------------------------------------------------------------------------------


def _signed() -> QuerySet[Signature]:
    return Signature.objects.filter(request__state=RequestState.SIGNED).select_related("request__round")


def _signatures(signatures: list[Signature]) -> Iterator[Signature]:
    told = _told("signature", {one.request.round.agreement_id for one in signatures})
    return (one for one in signatures if (one.request.round.agreement_id, fingerprint(one)) not in told)


def _gone_signatures() -> Iterator[tuple[Model, Finding]]:
    yield from _found("signature", HistoryEntry.objects.filter(action="sign"), _without_signature)


def _without_signature(entries: list[HistoryEntry]) -> Iterator[HistoryEntry]:
    of_agreements = _signed().filter(request__round__agreement__in={one.agreement_id for one in entries})
    kept = {fingerprint(one) for one in of_agreements}
    return (one for one in entries if one.facts.get("signature") not in kept)


def _told(name: str, agreements: set[int]) -> set[tuple[int, str]]:
    entries = HistoryEntry.objects.filter(agreement__in=agreements, facts__has_key=name)
    return {*entries.values_list("agreement", f"facts__{name}")}


# --- Agreements ------------------------------------------------------------------------------------------------------


def _moved() -> Iterator[tuple[Model, Finding]]:
    """In another state, or under another number, than the history says."""
    moves = HistoryEntry.objects.filter(agreement=OuterRef("pk")).exclude(target="").order_by("-sequence")
    told = HistoryEntry.objects.alias(told=KT("facts__number"))
    numbered = told.filter(agreement=OuterRef("pk"), told=OuterRef("number"))
    agreements = Agreement.objects.annotate(last=Subquery(moves.values("target")[:1]))
    wrong = agreements.filter(
        Q(last__isnull=False) & ~Q(state=F("last"))
        | Q(last=None) & ~Q(state=AgreementState.DRAFT)
        | ~Q(number="") & ~Exists(numbered)
    )
    yield from _found("state", wrong, lambda some: some)


# --- Files -----------------------------------------------------------------------------------------------------------


def _annexes() -> Iterator[tuple[Model, Finding]]:
    """Until a draft is sent for review its documents come and go; then the text names the hash of each."""
    yield from _found("file", AgreementFile.objects.select_related("agreement"), _changed_annexes)
    own = Version.objects.filter(agreement=OuterRef("agreement"), amendment=None).order_by("-number")
    newest = Version.objects.filter(pk=Subquery(own.values("pk")[:1]), content__contains='"files":[{')
    yield from _found("file", newest.exclude(agreement__state__in=UNSETTLED), _without_annex)


def _changed_annexes(annexes: list[AgreementFile]) -> Iterator[AgreementFile]:
    told = _named_annexes(Version.objects.filter(agreement__in={one.agreement_id for one in annexes}))
    for one in annexes:
        is_told = one.agreement.state in UNSETTLED or (one.agreement_id, one.sha256) in told
        if not is_told or not file_stands(one.file, one.sha256):
            yield one


def _without_annex(versions: list[Version]) -> Iterator[Version]:
    annexes = AgreementFile.objects.filter(agreement__in={one.agreement_id for one in versions})
    kept = {*annexes.values_list("agreement", "sha256")}
    return (one for one in versions if not _named_annexes([one]) <= kept)


def _named_annexes(versions: Iterable[Version]) -> set[tuple[int, str]]:
    return {(one.agreement_id, file["sha256"]) for one in versions for file in json.loads(one.content)["files"]}


def _copies() -> Iterator[tuple[Model, Finding]]:
    """Scans, copies and files of signatures, those too that nobody has looked at yet."""
    rows = Signature.objects.exclude(file="")
    yield from _found("file", rows, lambda some: _changed(some, "file", "file_sha256"))


def _evidence() -> Iterator[tuple[Model, Finding]]:
    """Of reports on obligations; their hash stands in the history as well."""
    entries = HistoryEntry.objects.filter(action="report").alias(report=KT("facts__report"), file=KT("facts__file"))
    told = entries.filter(
        agreement=OuterRef("obligation__agreement"),
        report=Cast(OuterRef("pk"), CharField()),
        file=OuterRef("file_sha256"),
    )
    yield from _found("file", ObligationReport.objects.filter(~Exists(told)), lambda some: some)
    rows = ObligationReport.objects.filter(Exists(told)).exclude(file="")
    yield from _found("file", rows, lambda some: _changed(some, "file", "file_sha256"))


def _packages() -> Iterator[tuple[Model, Finding]]:
    """Their hash stands in the history as well."""
    entries = HistoryEntry.objects.filter(action="package").alias(package=KT("facts__package"))
    told = entries.filter(agreement=OuterRef("pk"), package=OuterRef("package__sha256"))
    made = Agreement.objects.filter(package__state=DocumentState.MADE).select_related("package")
    yield from _found("package", made.filter(~Exists(told)), lambda some: some)
    yield from _found(
        "package",
        made.filter(Exists(told)),
        lambda some: [one for one in some if not file_stands(one.package.file, one.package.sha256)],
    )
    kept = made.filter(pk=OuterRef("agreement"), package__sha256=OuterRef("package"))
    yield from _found("package", entries.filter(~Exists(kept)), lambda some: some)


def _changed(rows: Iterable[Any], file: str, sha256: str) -> Iterator[Any]:
    return (one for one in rows if not file_stands(getattr(one, file), getattr(one, sha256)))

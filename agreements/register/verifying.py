"""What is proven of a concluded agreement, to whoever holds its papers, and whether a file is one of ours."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from agreements import chain
from agreements.models import Agreement, ChainHead, HistoryEntry, Relation
from agreements.running.audit import text_stands
from agreements.signing.packages import signatures_of
from agreements.signing.proof import what_was_checked
from agreements.signing.rounds import fingerprint


class Ours(Enum):
    """Which of the files of an agreement it is."""

    PACKAGE = _("It is the package of papers of this agreement, byte for byte.")
    TEXT = _("It is the text of this agreement in the form that was signed, byte for byte.")
    ANNEX = _("It is a document that belongs to the text of this agreement, byte for byte.")
    SIGNATURE = _("It is the scan, the copy or the file of a signature to this agreement, byte for byte.")
    NONE = _("It is none of the files of this agreement. A file that was saved anew, or a scan, is another one.")


@dataclass(frozen=True, slots=True)
class Compared:
    sha256: str
    ours: Ours

    @property
    def is_ours(self) -> bool:
        return self.ours != Ours.NONE

    @property
    def said(self) -> str:
        return str(self.ours.value)


def concluded_by_code(code: str) -> Agreement | None:
    """Before an agreement is concluded there is nothing to prove, and its code is on no paper."""
    known = Agreement.objects.filter(number__gt="").select_related("package", "parent")
    return known.filter(code=code.lower()).first()


def proof_of(agreement: Agreement) -> dict[str, Any]:
    """The context of the page: organisations, ways and hashes, and nobody's name."""
    version = agreement.versions.filter(amendment=None).order_by("-number").first()
    last = agreement.history.order_by("-sequence").first()
    return {
        "agreement": agreement,
        "version": version,
        "parties": [one.organisation for one in agreement.parties.select_related("organisation").order_by("position")],
        "signatures": [
            {
                "party": one.request.party.organisation,
                "way": one.get_way_display(),
                "at": one.at,
                "proof": what_was_checked(one),
            }
            for one in signatures_of(agreement)
        ],
        "is_prolonged": agreement.relation == Relation.RENEWAL and agreement.history.filter(action="prolong").exists(),
        "is_whole": is_whole(agreement),
        "last": last,
        "head": ChainHead.objects.filter(sequence__gte=last.sequence).order_by("sequence").first() if last else None,
    }


def is_whole(agreement: Agreement) -> bool:
    """Whether its own entries, the texts that they name, its signatures and its package are still what they were. The
    whole chain is gone through at night (agreements.running.audit)."""
    entries = [*agreement.history.order_by("sequence")]
    before = dict(
        HistoryEntry.objects.filter(sequence__in=[one.sequence - 1 for one in entries]).values_list(
            "sequence", "sha256"
        )
    )
    stands = all(
        one.sha256 == chain.hash_of(one) and one.previous == before.get(one.sequence - 1, chain.BEGINNING)
        for one in entries
    )
    texts = {one.facts.get("version") for one in entries}
    signed = {one.facts.get("signature") for one in entries}
    package = agreement.package if agreement.package and agreement.package.is_made else None
    return (
        stands
        and (package is None or any(one.facts.get("package") == package.sha256 for one in entries))
        and all(one.sha256 in texts and text_stands(one) for one in agreement.versions.all())
        and all(fingerprint(one) in signed for one in signatures_of(agreement))
    )


def compared(agreement: Agreement, upload: UploadedFile) -> Compared:
    """Its hash is computed as it is read, and nothing of it is kept."""
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    sha256 = digest.hexdigest()
    return Compared(sha256, next((ours for ours, known in _known(agreement) if known == sha256), Ours.NONE))


def _known(agreement: Agreement) -> Iterator[tuple[Ours, str]]:
    if agreement.package:
        yield Ours.PACKAGE, agreement.package.sha256
    for sha256 in agreement.versions.values_list("sha256", flat=True):
        yield Ours.TEXT, sha256
    for sha256 in agreement.files.values_list("sha256", flat=True):
        yield Ours.ANNEX, sha256
    for one in signatures_of(agreement):
        yield Ours.SIGNATURE, one.file_sha256

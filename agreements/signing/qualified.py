"""The detached signature: made with the signatory's own program over exactly those bytes that are hashed, and counted
if it matches them. What else is known of it stands in the evidence, and nothing that was not checked (63-ФЗ, ст. 11).
"""

import hashlib
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from agreements.life.machine import Who
from agreements.models import Agreement, Party, RequestState, Signature, SigningRequest, SigningWay
from agreements.signing.openssl import Certificate, Findings, look_at
from agreements.signing.rounds import check_turn, count_signature, locked_request, signature_of
from agreements.terms import sha256_of
from common.errors import RuleViolated
from common.private_files import safe_name
from members.models import User


def sign_by_file(request: SigningRequest, *, by: User, sha256: str, file: bytes, name: str) -> Agreement:
    """Repeated, does nothing.

    Raises NotASignature, and RuleViolated where it does not match, could not be checked, its certificate does not hold
    today, or another party has signed with it.
    """
    content = request.round.version.content
    if sha256_of(content) != sha256:
        raise RuleViolated(_("These are not the words that are to be signed."), code="other_content")
    findings = look_at(file, content=content.encode())  # before anything is locked, as it takes a while
    return _count(request, by=by, sha256=sha256, file=file, name=name, findings=findings)


@transaction.atomic
def _count(request: SigningRequest, *, by: User, sha256: str, file: bytes, name: str, findings: Findings) -> Agreement:
    file_sha256 = hashlib.sha256(file).hexdigest()
    agreement, part = locked_request(request)
    if part.state == RequestState.SIGNED and part.signature.file_sha256 == file_sha256:
        return agreement
    if part.way != SigningWay.QUALIFIED:
        raise RuleViolated(_("This party signs in another way."), code="other_way")
    check_turn(agreement, part, by=by, sha256=sha256)
    certificate = _checked(findings)
    evidence = evidence_of(findings, part.party) | {"name": safe_name(name), "size": len(file)}
    others = Signature.objects.filter(request__round=part.round).exclude(by=by)  # one person may sign for two
    if others.filter(evidence__certificate__sha256=certificate.sha256).exists():
        raise RuleViolated(
            _("Another party has signed with this certificate. Upload the file of your own."),
            code="not_your_certificate",
        )
    signature = signature_of(
        part,
        by=by,
        file=ContentFile(file, name="signature.sig"),
        file_sha256=file_sha256,
        evidence=evidence,
    )
    signature.save()
    return count_signature(agreement, signature, who=Who.SIGNATORY, by=by)


def _checked(findings: Findings) -> Certificate:
    if findings.matches is False:
        text = _("The signature does not match the file that is to be signed. Download it again and sign it unchanged.")
        raise RuleViolated(text, code="no_match")
    if findings.matches is None or findings.certificate is None:
        text = _("The signature could not be checked here, so it does not count. Sign in another way.")
        raise RuleViolated(text, code="not_checked")
    if not findings.certificate.holds_now:
        raise RuleViolated(_("The certificate of this signature does not hold today."), code="certificate_over")
    return findings.certificate


def evidence_of(findings: Findings, party: Party) -> dict[str, Any]:
    certificate = findings.certificate
    told: dict[str, Any] = {
        "matches": findings.matches,
        "algorithm": findings.algorithm,
        "chain": findings.chain,
        "revocation": findings.revocation,
        "signed_at": findings.signed_at.isoformat() if findings.signed_at else "",
    }
    if certificate:
        told["certificate"] = {
            "subject": certificate.subject,
            "issuer": certificate.issuer,
            "serial": certificate.serial,
            "sha256": certificate.sha256,
            "from": certificate.starts_at.isoformat(),
            "until": certificate.ends_at.isoformat(),
            "organisation": names_party(certificate, party),
        }
    return told


def names_party(certificate: Certificate, party: Party) -> bool | None:
    """Whether the certificate names the party: that of an employee names no organisation (ст. 17.2), and that of a
    managing company another one."""
    organisation = party.organisation
    pairs = ((certificate.ogrn, organisation.ogrn), (certificate.inn, organisation.inn))
    said = [theirs == ours for theirs, ours in pairs if theirs and ours]
    return all(said) if said else None

"""What a detached signature shows of itself (CMS, CAdES), asked of OpenSSL: nothing else here knows the program.

It says which checks were made, and how they came out, and never that a signature is valid or qualified: for that the
accreditation of the centre, the revocation of the certificate and the power of attorney would have to be checked too
(63-ФЗ, ст. 11 and 17.2). ГОСТ Р 34.10-2012 needs the engine of Debian's libengine-gost-openssl; where it is missing,
such a signature is not checked.
"""

import base64
import binascii
import datetime
import re
import subprocess
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID, ObjectIdentifier
from django.conf import settings

LARGEST = 1024 * 1024  # bytes of a .sig: one with the lists of revoked certificates in it has some hundreds of kB
WITHIN = 10  # s
SEQUENCE = b"\x30"  # with which DER begins
GOST_KEYS = bytes.fromhex("2a850307010101")  # 1.2.643.7.1.1.1.*, as it stands in a certificate
# SHA-2 and ГОСТ Р 34.11-2012: for older digests another text with the same hash can be made.
DIGESTS = frozenset(
    {
        "2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.2", "2.16.840.1.101.3.4.2.3",
        "1.2.643.7.1.1.2.2", "1.2.643.7.1.1.2.3",
    }
)  # fmt: skip
# Order of ФСБ 795: who the certificate names. The personal number (СНИЛС) and the private INN stay in the file.
INN, INN_OF_ORGANISATION = ObjectIdentifier("1.2.643.3.131.1.1"), ObjectIdentifier("1.2.643.100.4")
OGRN = ObjectIdentifier("1.2.643.100.1")
NAMES = (NameOID.COMMON_NAME, NameOID.SURNAME, NameOID.GIVEN_NAME, NameOID.TITLE, NameOID.ORGANIZATION_NAME)

logger = structlog.get_logger(__name__)


class NotASignature(Exception):
    """The file holds none, or more than one."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """``inn`` and ``ogrn`` are those of an organisation; "" where it names none."""

    subject: str
    issuer: str
    serial: str
    starts_at: datetime.datetime
    ends_at: datetime.datetime
    inn: str
    ogrn: str
    sha256: str

    @property
    def holds_now(self) -> bool:
        return self.starts_at <= datetime.datetime.now(datetime.UTC) <= self.ends_at


@dataclass(frozen=True, slots=True)
class Findings:
    """None is what was not checked; revocation never is. ``signed_at``: what the clock of the signer said."""

    matches: bool | None
    algorithm: str = ""
    certificate: Certificate | None = None
    signed_at: datetime.datetime | None = None
    chain: bool | None = None
    revocation: None = None


def look_at(signature: bytes, *, content: bytes) -> Findings:
    """What the ``signature`` of these bytes shows. Raises NotASignature."""
    der = _der_of(signature)
    with TemporaryDirectory(prefix="signature-") as place:
        folder = Path(place)
        (folder / "signature").write_bytes(der)
        (folder / "content").write_bytes(content)
        try:
            return _look_within(folder, der, content)
        except (OSError, subprocess.TimeoutExpired):
            logger.exception("signature_not_checked")
            return Findings(None)


def _look_within(folder: Path, der: bytes, content: bytes) -> Findings:
    told = _cms(folder, "-cmsout", "-print", "-noout", "-in", "signature")
    if told is None:
        raise NotASignature
    signers = _SIGNER.findall(told)
    if len(signers) != 1:
        raise NotASignature
    digest, oid = signers[0]
    algorithm = ", ".join([*_ALGORITHM.findall(told)[:1], digest])
    known: dict[str, Any] = {"algorithm": algorithm, "signed_at": _time_in(told)}
    if oid not in DIGESTS or (GOST_KEYS in der and not _has_engine(settings.OPENSSL, settings.GOST_ENGINE)):
        return Findings(None, **known)
    asked = ("-verify", "-in", "signature", "-content", "content", "-binary")
    verified = _cms(folder, *asked, "-noverify", "-signer", "signer.pem", "-out", "read")
    # What it has read is compared as well: a signature may bring a content of its own along.
    if verified is None or (folder / "read").read_bytes() != content:
        return Findings(False, **known)
    try:
        certificate = _certificate_in((folder / "signer.pem").read_bytes())
    except ValueError:
        logger.exception("certificate_not_read")
        return Findings(None, **known)
    return Findings(True, certificate=certificate, chain=_chain(folder, asked), **known)


def _chain(folder: Path, asked: Sequence[str]) -> bool | None:
    """Whether the certificate leads to one of the roots that were loaded, and none of the machine's own."""
    roots = _roots()
    if not roots:
        return None
    (folder / "roots.pem").write_bytes(roots)
    alone = ("-no-CApath", "-no-CAstore", "-CAfile", "roots.pem", "-purpose", "any", "-out", "read")
    return _cms(folder, *asked, *alone) is not None


def _roots() -> bytes:
    """Of the file or the folder that SIGNATURE_ROOTS names, in PEM."""
    place = settings.SIGNATURE_ROOTS
    if place is None:
        return b""
    files = sorted(Path(place).iterdir()) if Path(place).is_dir() else [Path(place)]
    return b"\n".join(one.read_bytes() for one in files if one.is_file())


def _cms(folder: Path, *asked: str) -> str | None:
    """What OpenSSL says, or None where it refuses."""
    engine = settings.GOST_ENGINE
    load = ("-engine", engine) if _has_engine(settings.OPENSSL, engine) else ()
    done = _run(settings.OPENSSL, "cms", *load, "-inform", "DER", *asked, folder=folder)
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None


@cache
def _has_engine(program: str, engine: str) -> bool:
    return _run(program, "engine", engine).returncode == 0


def _run(*command: str, folder: Path | None = None) -> subprocess.CompletedProcess[bytes]:
    """Without a shell, and without the settings of the machine; names of files are ours."""
    told = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C", "OPENSSL_CONF": "/dev/null"}
    return subprocess.run(  # noqa: S603 - no word of a reader's is among them
        command, cwd=folder, env=told, stdin=subprocess.DEVNULL, capture_output=True, timeout=WITHIN, check=False
    )


# --- What is read -------------------------------------------------------------------------------------------------

# In the print of OpenSSL, where names are escaped: nobody writes a line of it.
_SIGNER = re.compile(r"^ {8}digestAlgorithm: *\n {10}algorithm: (.+) \(([\d.]+)\)$", re.MULTILINE)
_ALGORITHM = re.compile(r"^ {8}signatureAlgorithm: *\n {10}algorithm: (.+) \([\d.]+\)$", re.MULTILINE)
_TIME = re.compile(
    r"^ {12}object: signingTime \(1\.2\.840\.113549\.1\.9\.5\)\n {12}set:\n"
    r" {14}(?:UTCTIME|GENERALIZEDTIME):(\w{3} [ \d]\d [\d:]{8} \d{4}) GMT$",
    re.MULTILINE,
)


def _time_in(told: str) -> datetime.datetime | None:
    found = _TIME.search(told)
    if found is None:
        return None
    with suppress(ValueError):
        return datetime.datetime.strptime(found[1], "%b %d %H:%M:%S %Y").replace(tzinfo=datetime.UTC)
    return None


def _der_of(signature: bytes) -> bytes:
    """Programs write DER, PEM, or its letters alone."""
    if len(signature) > LARGEST:
        raise NotASignature
    if signature.startswith(SEQUENCE):
        return signature
    letters = re.sub(rb"-----[A-Z0-9 ]+-----|\s+", b"", signature)
    with suppress(binascii.Error):
        der = base64.b64decode(letters, validate=True)
        if der.startswith(SEQUENCE):
            return der
    raise NotASignature


def _certificate_in(pem: bytes) -> Certificate:
    read = x509.load_pem_x509_certificate(pem)
    said = {one.oid: str(one.value) for one in read.subject}
    inn = said.get(INN_OF_ORGANISATION) or said.get(INN, "")
    return Certificate(
        subject=_named(read.subject),
        issuer=_named(read.issuer),
        serial=f"{read.serial_number:X}",
        starts_at=read.not_valid_before_utc,
        ends_at=read.not_valid_after_utc,
        # Certificates of before 2021 have an organisation's in the place of a person's, filled up to twelve digits.
        inn=inn[2:] if inn.startswith("00") else inn if INN_OF_ORGANISATION in said else "",
        ogrn=said.get(OGRN, ""),
        sha256=read.fingerprint(hashes.SHA256()).hex(),
    )


def _named(name: x509.Name) -> str:
    said = {one.oid: str(one.value) for one in name if one.oid in NAMES}
    return ", ".join(dict.fromkeys(said[oid] for oid in NAMES if oid in said))

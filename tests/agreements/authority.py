"""A certificate authority of the tests, and the program of a signatory: openssl."""

import datetime
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID, ObjectIdentifier
from django.utils import timezone

PROGRAM = shutil.which("openssl")
OGRN = ObjectIdentifier("1.2.643.100.1")
YEAR = datetime.timedelta(days=365)


def openssl(*command: object) -> None:
    assert PROGRAM
    subprocess.run([PROGRAM, *map(str, command)], check=True, capture_output=True)


def has_gost() -> bool:
    asked = subprocess.run([PROGRAM, "engine", "gost"], capture_output=True, check=False) if PROGRAM else None
    return asked is not None and asked.returncode == 0


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody with a certificate, and the key to it."""

    folder: Path
    name: str
    engine: tuple[str, ...] = ()

    def sign(self, content: bytes | str, *options: str) -> bytes:
        """As a detached signature, in DER unless the ``options`` say otherwise."""
        text, made = self.folder / "text", self.folder / "text.sig"
        text.write_bytes(content.encode() if isinstance(content, str) else content)
        form = () if "-outform" in options else ("-outform", "DER")
        cms = ["cms", "-sign", "-binary", *self.engine, "-in", text, "-out", made, *form, *options]
        openssl(*cms, "-signer", self.certificate, "-inkey", self.folder / f"{self.name}.key")
        return made.read_bytes()

    @property
    def certificate(self) -> Path:
        return self.folder / f"{self.name}.pem"


class Authority:
    """With RSA. ``root`` is what the portal may load."""

    def __init__(self, folder: Path, *, name: str = "Испытательный центр") -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.key = rsa.generate_private_key(65537, 2048)
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = timezone.now()
        made = self._certificate(self.name, self.key.public_key(), now - YEAR, now + YEAR)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.root = folder / "root.pem"
        self.root.write_bytes(made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def issue(self, name: str, *, ogrn: str = "", ended: bool = False) -> Signer:
        key = rsa.generate_private_key(65537, 2048)
        said = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
        if ogrn:
            said += [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "ООО «Завод»"), x509.NameAttribute(OGRN, ogrn)]
        now = timezone.now()
        term = (now - YEAR, now - YEAR / 2) if ended else (now - YEAR / 2, now + YEAR / 2)
        made = self._certificate(x509.Name(said), key.public_key(), *term).sign(self.key, hashes.SHA256())
        file = f"signer-{len([*self.folder.iterdir()])}"
        (self.folder / f"{file}.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
        private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (self.folder / f"{file}.key").write_bytes(key.private_bytes(*private))
        return Signer(self.folder, file)

    def _certificate(
        self, subject: x509.Name, key: rsa.RSAPublicKey, starts: datetime.datetime, ends: datetime.datetime
    ) -> x509.CertificateBuilder:
        made = x509.CertificateBuilder().issuer_name(self.name).subject_name(subject).public_key(key)
        made = made.serial_number(x509.random_serial_number())
        return made.not_valid_before(starts).not_valid_after(ends)


class GostAuthority:
    """With ГОСТ Р 34.10-2012, by the engine."""

    ENGINE = ("-engine", "gost")

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.root = self._issue("root", "/CN=Испытательный центр ГОСТ").certificate

    def issue(self, name: str, *, ogrn: str) -> Signer:
        root = ("-CA", self.root, "-CAkey", self.folder / "root.key")
        return self._issue("signer", f"/CN={name}/OGRN={ogrn}", *root)

    def _issue(self, file: str, subject: str, *by: object) -> Signer:
        key = ("-newkey", "gost2012_256", "-pkeyopt", "paramset:A", "-nodes")
        made = ("-keyout", self.folder / f"{file}.key", "-out", self.folder / f"{file}.pem", "-days", 30)
        openssl("req", "-x509", *self.ENGINE, *key, *made, "-utf8", "-subj", subject, *by)
        return Signer(self.folder, file, self.ENGINE)

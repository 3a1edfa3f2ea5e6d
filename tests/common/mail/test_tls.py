"""The mail server proves who it is before it gets a password or a letter."""

import datetime
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import transaction
from pytest_django import Settings

from common.mail import relay
from common.mail.letters import Letter
from common.models import MailState, OutgoingMail
from tests.mail import Sink, listening

pytestmark = pytest.mark.django_db


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """Of localhost, with its key, vouched for by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]), datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = tmp_path / "certificate.pem"
    file.write_bytes(secret + made.public_bytes(pem))
    return file


@pytest.mark.parametrize("is_trusted", [True, False], ids=["known", "unknown"])
def test_a_letter_goes_only_to_a_server_whose_certificate_is_vouched_for(
    is_trusted: bool, certificate: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with transaction.atomic():
        Letter("Тема", "Текст\n", to=["reader@example.org"]).send()
    with listening(Sink(), tls_context=context, require_starttls=True) as sink:
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "localhost", sink.port, True
        relay.relay()
    expected = (MailState.SENT, 1) if is_trusted else (MailState.RETRY, 0)
    assert (OutgoingMail.objects.get().state, len(sink.letters)) == expected

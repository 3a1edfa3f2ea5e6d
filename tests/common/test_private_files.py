"""Private files: apart, readable to few, and sent as attachments whose names do no harm."""

import stat
from pathlib import Path
from types import ModuleType
from typing import cast

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, Storage
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404
from django.test import Client
from pytest_django import Settings

from cluster_portal import urls
from common.models import Document
from common.private_files import PrivateStorage, private_file_response, safe_name

CONTENT = b"%PDF-1.7 secret"


def file_in(storage: Storage, name: str = "documents/paper.pdf") -> FieldFile:
    field = Document._meta.get_field("file")
    file = FieldFile(Document(), field, name)
    file.storage = storage
    return file


@pytest.fixture
def kept() -> FieldFile:
    storage = InMemoryStorage()
    storage.save("documents/paper.pdf", ContentFile(CONTENT))
    return file_in(storage)


def test_a_file_is_apart_in_the_uploads_readable_to_few_and_has_no_address(tmp_path: Path, settings: Settings) -> None:
    settings.MEDIA_ROOT = tmp_path
    storage = PrivateStorage()
    name = storage.save("documents/paper.pdf", ContentFile(CONTENT))
    path = Path(storage.path(name))
    assert path == tmp_path / "private" / "documents" / "paper.pdf"
    assert [stat.S_IMODE(place.stat().st_mode) for place in (path, path.parent)] == [0o640, 0o750]
    with pytest.raises(ValueError, match="no address"):
        storage.url(name)


@pytest.mark.parametrize("name", ["../media/x.pdf", "/etc/passwd", "documents/../../x"])
def test_no_name_leads_out_of_the_folder(name: str, tmp_path: Path) -> None:
    with pytest.raises(SuspiciousFileOperation):
        PrivateStorage(location=tmp_path / "private").open(name)


@pytest.mark.django_db
def test_in_development_logos_have_an_address_and_nothing_else_of_the_uploads(
    tmp_path: Path, settings: Settings
) -> None:
    settings.DEBUG, settings.MEDIA_ROOT = True, tmp_path
    for name in ("logos/a.webp", "private/documents/a.pdf"):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_bytes(CONTENT)
    development = ModuleType("development")
    vars(development).update(vars(urls) | {"urlpatterns": [*urls.urlpatterns, *urls.uploads()]})
    settings.ROOT_URLCONF = development
    logo = cast("FileResponse", Client().get("/media/logos/a.webp"))
    assert b"".join(logo.streaming_content) == CONTENT  # type: ignore[arg-type]
    assert Client().get("/media/private/documents/a.pdf").status_code == 404


def test_in_development_the_portal_sends_the_file(kept: FieldFile) -> None:
    response = cast("FileResponse", private_file_response(kept, name="Бумага.pdf", content_type="application/pdf"))
    assert b"".join(response.streaming_content) == CONTENT  # type: ignore[arg-type]
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Cache-Control"] == "private, no-store"
    assert response.headers["Content-Disposition"] == (
        "attachment; filename*=utf-8''%D0%91%D1%83%D0%BC%D0%B0%D0%B3%D0%B0.pdf"
    )


def test_in_production_nginx_sends_it_and_the_portal_does_not_open_it(settings: Settings) -> None:
    settings.PRIVATE_FILES_LOCATION = "/private/"
    nowhere = file_in(InMemoryStorage(), "documents/a b\r\nX: y.pdf")
    response = private_file_response(nowhere, name="paper.pdf", content_type="application/pdf")
    assert response.headers["X-Accel-Redirect"] == "/private/documents/a%20b%0D%0AX%3A%20y.pdf"
    assert response.headers["Content-Disposition"] == 'attachment; filename="paper.pdf"'
    assert response.headers["Cache-Control"] == "private, no-store"
    assert getattr(response, "content", None) == b""


def test_a_file_that_is_gone_is_a_404() -> None:
    with pytest.raises(Http404):
        private_file_response(file_in(InMemoryStorage()), name="paper.pdf", content_type="application/pdf")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Свидетельство 2026-0007.pdf", "Свидетельство 2026-0007.pdf"),
        ("a.pdf\r\nSet-Cookie: x=y", "a.pdf Set-Cookie x=y"),
        ("../../etc/passwd", "etc passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ('a"; filename="b.exe', "a ; filename= b.exe"),
        ("paper\u202efdp.exe", "paper fdp.exe"),
        ("a\x00b.pdf", "a b.pdf"),
        ("half \ud800 letter.pdf", "half letter.pdf"),
        ("...", "file"),
        ("", "file"),
        ("я" * 300 + ".pdf", "я" * 116 + ".pdf"),
    ],
)
def test_a_name_does_no_harm(name: str, safe: str, kept: FieldFile) -> None:
    assert safe_name(name) == safe
    header = private_file_response(kept, name=name, content_type="application/pdf").headers["Content-Disposition"]
    assert header.startswith("attachment; filename")
    assert "\r" not in header
    assert "\n" not in header

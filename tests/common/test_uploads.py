"""Documents are told by their content, whatever they are called."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from common.uploads import MAX_MEGABYTES, checked_document


def word(*names: str, parts: str = "<xml/>") -> bytes:
    """``parts``: what it says of them."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("[Content_Types].xml", parts)
        for name in names:
            archive.writestr(name, "<xml/>")
    return buffer.getvalue()


def picture(kind: str, **saved: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(buffer, kind, **saved)
    return buffer.getvalue()


PDF = b"%PDF-1.7\n%text"
WORD = word("word/document.xml")
MACROS = '<Override PartName="/word/any.bin" ContentType="application/vnd.ms-office.vbaProject"/>'


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (PDF, "application/pdf"),
        (b"\n" * 100 + PDF, "application/pdf"),
        (picture("JPEG"), "image/jpeg"),
        (picture("PNG"), "image/png"),
        (WORD, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
    ids=["pdf", "pdf after a greeting", "jpeg", "png", "docx"],
)
def test_four_kinds_are_taken_and_called_what_they_are(content: bytes, kind: str) -> None:
    checked = checked_document(SimpleUploadedFile("Устав.hta", content))
    endings = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png"}
    assert (checked.content_type, checked.name) == (kind, f"Устав.{endings.get(kind, 'docx')}")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"MZ\x90\x00", "not_a_document"),
        (b"", "not_a_document"),
        (b"\n" * 1024 + PDF, "not_a_document"),
        (b"<script>" + PDF, "not_a_document"),
        (b"MZ\x90\x00" + PDF, "not_a_document"),
        (word("xl/workbook.xml"), "not_a_document"),
        (word("word/document.xml", "word/any.bin", parts=MACROS), "not_a_document"),
        (word("word/document.xml", parts=" " * 1024 * 1024 + " "), "not_a_document"),
        (b"PK\x03\x04 and then nothing", "not_a_document"),
        (b"\xff\xd8\xff and then nothing", "not_a_picture"),
        (PDF + b"x" * MAX_MEGABYTES * 2**20, "too_heavy"),
    ],
    ids=[
        "program",
        "empty",
        "sign too late",
        "also a page",
        "also a program",
        "table",
        "macros",
        "endless list",
        "broken archive",
        "broken picture",
        "too heavy",
    ],
)
def test_anything_else_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(ValidationError) as refused:
        checked_document(SimpleUploadedFile("charter.pdf", content))
    assert refused.value.code == code


def test_of_a_picture_nothing_is_kept_but_its_pixels() -> None:
    with_words = picture("JPEG", comment=b"secret words")
    kept = checked_document(SimpleUploadedFile("scan.jpg", with_words + b"trailing secret words"))
    content = kept.file.read()
    assert b"secret" not in content
    assert Image.open(io.BytesIO(content)).size == (40, 20)
    assert kept.size == len(content)

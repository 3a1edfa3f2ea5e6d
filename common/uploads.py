"""Documents that people send: told by their content, never by name or header, and stored under names of ours.

Four kinds are taken, each of which has a sign of its own, so no library is asked to guess among hundreds of types.
"""

import hashlib
import io
import zipfile
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image

from common.images import open_picture

MAX_MEGABYTES = 10
PDF_SIGN, JPEG_SIGN, PNG_SIGN, ZIP_SIGN = b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04"
PDF_SIGN_WITHIN = 1024  # bytes, as readers of PDF search for it
WORD_BODY, WORD_MACROS = "word/document.xml", "word/vbaProject.bin"
TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """``file`` is called by its ending alone; a picture is drawn anew: of the upload nothing but its pixels is left."""

    file: ContentFile
    content_type: str
    size: int
    sha256: str


def checked_document(upload: UploadedFile | ContentFile) -> CheckedDocument:
    """Raises ValidationError where it is too heavy, or neither PDF, JPEG, PNG nor a Word document without macros."""
    if (upload.size or 0) > MAX_MEGABYTES * 2**20:
        text = _("The file is larger than %(number)d MB.") % {"number": MAX_MEGABYTES}
        raise ValidationError(text, code="too_heavy")
    upload.seek(0)
    content = upload.read()
    ending = _ending_of(content)
    if ending in ("jpg", "png"):
        content = _drawn_anew(upload, ending)
    file = ContentFile(content, name=f"document.{ending}")
    return CheckedDocument(file, TYPES[ending], len(content), hashlib.sha256(content).hexdigest())


def _ending_of(content: bytes) -> str:
    if PDF_SIGN in content[:PDF_SIGN_WITHIN]:
        return "pdf"
    if content.startswith(JPEG_SIGN):
        return "jpg"
    if content.startswith(PNG_SIGN):
        return "png"
    if content.startswith(ZIP_SIGN) and _is_word(content):
        return "docx"
    raise ValidationError(_("This is not a PDF, JPEG, PNG or DOCX file."), code="not_a_document")


def _is_word(content: bytes) -> bool:
    """By the list of what is inside; nothing is unpacked."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {*archive.namelist()}
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    return WORD_BODY in names and WORD_MACROS not in names


def _drawn_anew(upload: UploadedFile | ContentFile, ending: str) -> bytes:
    """Pasted into a new picture: a copy would take comments and the like along."""
    picture = open_picture(upload, megabytes=MAX_MEGABYTES)
    mode, kind = ("RGB", "JPEG") if ending == "jpg" else ("RGBA", "PNG")
    fresh = Image.new(mode, picture.size)
    fresh.paste(picture.convert(mode))
    buffer = io.BytesIO()
    fresh.save(buffer, kind, quality=88)
    return buffer.getvalue()

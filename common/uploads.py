"""Documents that people send: told by their content, never by name or header, and stored under names of ours.

Four kinds are taken, each of which has a sign of its own, so no library is asked to guess among hundreds of types.
"""

import hashlib
import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePath

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image

from common.images import open_picture
from common.private_files import safe_name

MAX_MEGABYTES = 10
PDF_SIGN, JPEG_SIGN, PNG_SIGN, ZIP_SIGN = b"%PDF-", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04"
BEFORE_PDF = b"\xef\xbb\xbf \t\r\n\0"  # may stand before the sign; anything else there is another kind of file as well
WORD_BODY, WORD_PARTS = "word/document.xml", "[Content_Types].xml"
WORD_MACROS = b"vbaproject"
MAX_PARTS_LIST = 1024 * 1024  # bytes
TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """``name`` is what the sender calls it, with the ending of what it is; a picture is drawn anew: of the upload
    nothing but its pixels is left.
    """

    file: ContentFile
    name: str
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
    name = safe_name(f"{PurePath(safe_name(upload.name or '')).stem}.{ending}")
    return CheckedDocument(file, name, TYPES[ending], len(content), hashlib.sha256(content).hexdigest())


def _ending_of(content: bytes) -> str:
    if content[:1024].lstrip(BEFORE_PDF).startswith(PDF_SIGN):
        return "pdf"
    if content.startswith(JPEG_SIGN):
        return "jpg"
    if content.startswith(PNG_SIGN):
        return "png"
    if content.startswith(ZIP_SIGN) and _is_word(content):
        return "docx"
    raise ValidationError(_("This is not a PDF, JPEG, PNG or DOCX file."), code="not_a_document")


def _is_word(content: bytes) -> bool:
    """By its own list of parts, where macros have a type of theirs, however they are called."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {*archive.namelist()}
            if not {WORD_BODY, WORD_PARTS} <= names or archive.getinfo(WORD_PARTS).file_size > MAX_PARTS_LIST:
                return False
            parts = archive.read(WORD_PARTS)
    except (zipfile.BadZipFile, zlib.error, ValueError, RuntimeError):
        return False  # broken, encrypted, or packed in a way that Python cannot undo: refused in words by the caller
    return WORD_MACROS not in parts.lower()


def _drawn_anew(upload: UploadedFile | ContentFile, ending: str) -> bytes:
    """Pasted into a new picture: a copy would take comments and the like along."""
    picture = open_picture(upload, megabytes=MAX_MEGABYTES)
    mode, kind = ("RGB", "JPEG") if ending == "jpg" else ("RGBA", "PNG")
    fresh = Image.new(mode, picture.size)
    fresh.paste(picture.convert(mode))
    buffer = io.BytesIO()
    fresh.save(buffer, kind, quality=88)
    return buffer.getvalue()

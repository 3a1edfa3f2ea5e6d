"""Uploaded pictures: checked by content, re-encoded, kept under names of ours in a few fixed sizes."""

import io
import struct
import uuid
from collections.abc import Sequence
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

MAX_MEGABYTES = 5
MAX_PIXELS = 24_000_000
ACCEPTED_FORMATS = ("PNG", "JPEG", "WEBP")
LOGO_SIZES = (96, 192, 512)  # px, the longer side


def open_picture(upload: UploadedFile | ContentFile, *, megabytes: int = MAX_MEGABYTES) -> Image.Image:
    """The decoded picture, whatever the file claims to be by name or header.

    Raises ValidationError when it is too heavy, too large in pixels, or no picture of an accepted format.
    """
    if (upload.size or 0) > megabytes * 2**20:
        text = _("The file is larger than %(number)d MB.") % {"number": megabytes}
        raise ValidationError(text, code="too_heavy")
    try:
        upload.seek(0)
        picture = Image.open(upload, formats=ACCEPTED_FORMATS)
        if picture.width * picture.height > MAX_PIXELS:
            raise Image.DecompressionBombError
        picture.load()
    except Image.DecompressionBombError as error:
        raise ValidationError(_("The picture has more than 24 megapixels."), code="too_many_pixels") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise ValidationError(_("This is not a PNG, JPEG or WebP picture."), code="not_a_picture") from error
    return _upright(picture)


def _upright(picture: Image.Image) -> Image.Image:
    """Turned as the camera noted; a note that cannot be read turns nothing."""
    try:
        return ImageOps.exif_transpose(picture)
    except (SyntaxError, struct.error, ValueError, OSError):
        return picture


def as_webp(picture: Image.Image, side: int) -> ContentFile:
    """A fresh WebP no longer than ``side`` px: nothing of the upload but its pixels survives."""
    copy = picture.convert("RGBA")
    copy.thumbnail((side, side))
    buffer = io.BytesIO()
    copy.save(buffer, "WEBP", quality=86, method=4)
    return ContentFile(buffer.getvalue())


def random_name(folder: str) -> str:
    """A storage name of ours, ``<folder>/<32 hex>.webp``; the uploader's file name is never used."""
    return str(PurePosixPath(folder) / f"{uuid.uuid4().hex}.webp")


def variant_name(name: str, side: int) -> str:
    """The name of the copy of ``name`` that is ``side`` px long: ``a/b.webp`` → ``a/b-96.webp``."""
    path = PurePosixPath(name)
    return str(path.with_stem(f"{path.stem}-{side}"))


def srcset(url: str, sides: Sequence[int]) -> str:
    """The ``srcset`` attribute for the variants of the picture at ``url``."""
    return ", ".join(f"{variant_name(url, side)} {side}w" for side in sides)

"""Files that are not for everybody: apart from the public media, under names of ours, answered only by a view that
has asked whether the reader may have them."""

import unicodedata
from functools import partial
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

import structlog
from django.conf import settings
from django.core.files.storage import FileSystemStorage, Storage, storages
from django.db import transaction
from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header

LONGEST_NAME = 120  # letters: of Russian 240 bytes, and file systems take 255
NOT_IN_NAMES = '/\\:*?"<>|'

logger = structlog.get_logger(__name__)


class PrivateStorage(FileSystemStorage):
    """In a folder of the uploads, and so in each backup; readable to the portal and the server before it.
    A file of it has no address.
    """

    def __init__(self, **options: Any) -> None:
        modes = {"file_permissions_mode": 0o640, "directory_permissions_mode": 0o750}
        super().__init__(**{"location": Path(settings.MEDIA_ROOT) / "private", **modes, **options})

    def url(self, name: str | None) -> str:
        raise ValueError("a private file has no address; a view sends it")


def private_storage() -> Storage:
    return storages["private"]


def private_file_response(file: FieldFile, *, name: str, content_type: str) -> HttpResponseBase:
    """``file`` as an attachment called ``name``, kept by no cache. The caller has asked whether the reader may have it.

    Where PRIVATE_FILES_LOCATION names an internal location of nginx, nginx sends the file; otherwise the portal does.
    Raises Http404 where the file is gone.
    """
    response: HttpResponseBase
    if settings.PRIVATE_FILES_LOCATION:
        response = HttpResponse(content_type=content_type)
        response["X-Accel-Redirect"] = settings.PRIVATE_FILES_LOCATION + quote(str(file.name))
    else:
        try:
            response = FileResponse(file.open("rb"), content_type=content_type)
        except FileNotFoundError as error:
            logger.exception("private_file_gone", file=file.name)
            raise Http404 from error
    response["Content-Disposition"] = content_disposition_header(True, safe_name(name)) or "attachment"
    response["Cache-Control"] = "private, no-store"
    return response


def forget_file(file: FieldFile) -> None:
    """With the commit of what takes its row away; nothing where there is none."""
    if file:
        transaction.on_commit(partial(file.storage.delete, str(file.name)))


def safe_name(name: str) -> str:
    """A file name that ends no header, leaves no folder and that every system can write (RFC 6266, 4.3)."""
    kept = "".join(" " if letter in NOT_IN_NAMES or _is_control(letter) else letter for letter in name)
    words = PurePath(" ".join(kept.split()).strip(". ") or "file")
    return words.stem[: LONGEST_NAME - len(words.suffix)].rstrip() + words.suffix


def _is_control(letter: str) -> bool:
    """Also marks that turn the direction of writing, behind which an ending can hide, and halves of a character."""
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")

"""PDF by typst. A document is ordered within the transaction of its record and made after the commit, again and again
until it succeeds: an engine that fails never keeps the record from being."""

import hashlib
import json
import time
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import structlog
import typst
from celery import current_app
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from common.models import Document, DocumentState
from common.private_files import forget_file

TEMPLATES = settings.BASE_DIR / "templates"
MINUTES_BETWEEN = (1, 5, 15, 60, 180, 360, 720)  # after each attempt; the last one repeats
LONGEST_RUN = 4 * 60  # s, less than the time limit of a task
# An attempt without an outcome for so long has been killed: its task may not be at work any more.
CLAIM = timedelta(seconds=settings.CELERY_TASK_TIME_LIMIT + 60)
# To be kept for long and to be read aloud: PDF/A-2a (ISO 19005-2) and PDF/UA-1 (ISO 14289-1).
STANDARDS: list[Any] = ["a-2a", "ua-1"]

# By template: what is written elsewhere of a document that is made, in the same transaction or neither.
WITH_MADE: dict[str, Callable[[Document], None]] = {}

logger = structlog.get_logger(__name__)


def order_document(template: str, data: Mapping[str, Any]) -> Document:
    """A document of a typst template (``pdf/<app>/<name>.typ``) and ``data``, which the template finds as JSON.

    It is made when the running transaction has been committed.
    """
    return order_documents(template, [data])[0]


def order_documents(template: str, data: Iterable[Mapping[str, Any]]) -> list[Document]:
    """One for each of ``data``."""
    documents = Document.objects.bulk_create(Document(template=template, data=one) for one in data)
    transaction.on_commit(_make_soon, robust=True)
    return documents


def make_again(document: Document) -> None:
    """Without waiting for the next try. What is made already, is being made or waits for its first try, stays so."""
    failed = Document.objects.filter(pk=document.pk, state=DocumentState.FAILED, file="")
    if failed.update(state=DocumentState.WAITING, due_at=timezone.now(), attempts=0):
        transaction.on_commit(_make_soon, robust=True)


def forget_documents(keys: Collection[int]) -> None:
    """What stands in them and their files, with the transaction that runs. Nothing refers to them any more."""
    gone = [*Document.objects.filter(pk__in=keys).select_for_update()]
    for one in gone:
        forget_file(one.file)
    Document.objects.filter(pk__in=[one.pk for one in gone]).delete()


def _make_soon() -> None:
    """Without a broker the sweep finds the document half a minute later."""
    current_app.send_task("common.tasks.make_documents", retry=False)


def make_due() -> int:
    """Make what is due, oldest first; returns how many were made.

    An attempt is noted, with a file name of its own, and the note committed, before it begins: whatever the engine
    does to this process, the document comes up again, and not at once. Who comes then removes what it has left.
    """
    made, until = 0, time.monotonic() + LONGEST_RUN
    while time.monotonic() < until and (document := _claim()):
        made += _make(document)
    return made


def sweep() -> int:
    """Find what a lost message of the broker has left, and what a clock that was ahead has put off for too long."""
    latest = timezone.now() + timedelta(minutes=MINUTES_BETWEEN[-1])
    Document.objects.exclude(state=DocumentState.MADE).filter(due_at__gt=latest).update(due_at=timezone.now())
    return make_due()


@transaction.atomic
def _claim() -> Document | None:
    document = Document.objects.due().select_for_update(skip_locked=True).first()
    if document:
        if document.file:
            document.file.storage.delete(str(document.file.name))
            document.state, document.error = DocumentState.FAILED, gettext_noop("whoever was making it has vanished")
        document.file = f"documents/{document.key}-{uuid.uuid4()}.pdf"
        document.attempts += 1
        document.due_at = timezone.now() + CLAIM
        document.save(update_fields=["state", "error", "file", "attempts", "due_at"])
    return document


def _make(document: Document) -> bool:
    storage, name = document.file.storage, str(document.file.name)
    try:
        content = typeset(document.template, document.data, at=document.created_at)
        storage.save(name, ContentFile(content))
        is_made = _record_made(document, name, sha256=hashlib.sha256(content).hexdigest())
    except Exception as error:  # whatever is wrong with the engine, the template or the disk, it is tried again
        logger.exception("document_failed", document=document.pk, template=document.template)
        storage.delete(name)
        _record(document, name, state=DocumentState.FAILED, error=_words(error), file="", due_at=_next_try(document))
        return False
    if not is_made:
        storage.delete(name)
    return is_made


@transaction.atomic
def _record_made(document: Document, name: str, *, sha256: str) -> bool:
    is_made = _record(document, name, state=DocumentState.MADE, error="", sha256=sha256, made_at=timezone.now())
    if is_made and (write := WITH_MADE.get(document.template)):
        document.refresh_from_db(fields=["sha256"])
        write(document)
    return is_made


def _next_try(document: Document) -> datetime:
    minutes = MINUTES_BETWEEN[min(document.attempts, len(MINUTES_BETWEEN)) - 1]
    return timezone.now() + timedelta(minutes=minutes)


def _record(document: Document, name: str, **outcome: Any) -> bool:
    """Whether the attempt that writes the file of this ``name`` is still the last one."""
    return bool(Document.objects.filter(pk=document.pk, file=name).update(**outcome))


def _words(error: Exception) -> str:
    """Of typst with the place in the template."""
    return str(getattr(error, "diagnostic", "") or error or type(error).__name__)[:2000]


def typeset(template: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
    """The PDF of a template and its data, byte for byte the same each time. Raises typst.TypstError."""
    content = typst.compile(
        TEMPLATES / template,
        root=TEMPLATES,
        font_paths=_fonts(),
        sys_inputs={"data": json.dumps(data)},
        pdf_standards=STANDARDS,
        timestamp=int(at.timestamp()),
    )
    if not isinstance(content, bytes):
        raise TypeError("typst made no single file")
    return content


@cache
def _fonts() -> typst.Fonts:
    """Those inside the wheel: a page looks the same on every machine."""
    return typst.Fonts(include_system_fonts=False)

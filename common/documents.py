"""PDF by typst. A document is ordered within the transaction of its record and made after the commit, again and again
until it succeeds: an engine that fails never keeps the record from being."""

import hashlib
import json
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

import structlog
import typst
from celery import current_app
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import transaction
from django.utils import timezone

from common.models import Document, DocumentState

TEMPLATES = settings.BASE_DIR / "templates"
MINUTES_BETWEEN = (1, 5, 15, 60, 180, 360, 720)  # after each attempt; the last one repeats
LONGEST_RUN = 4 * 60  # s, less than the time limit of a task
# To be kept for long and to be read aloud: PDF/A-2a (ISO 19005-2) and PDF/UA-1 (ISO 14289-1).
STANDARDS: list[Any] = ["a-2a", "ua-1"]

logger = structlog.get_logger(__name__)


def order_document(template: str, data: Mapping[str, Any]) -> Document:
    """A document of a typst template (``pdf/<app>/<name>.typ``) and ``data``, which the template finds as JSON.

    It is made when the running transaction has been committed.
    """
    document = Document.objects.create(template=template, data=data)
    transaction.on_commit(_make_soon, robust=True)
    return document


def make_again(document: Document) -> None:
    """Without waiting for the next try. What is made already, or waits for its first try, stays as it is."""
    failed = Document.objects.filter(pk=document.pk, state=DocumentState.FAILED)
    if failed.update(state=DocumentState.WAITING, due_at=timezone.now(), attempts=0):
        transaction.on_commit(_make_soon, robust=True)


def _make_soon() -> None:
    """Without a broker the sweep finds the document half a minute later."""
    current_app.send_task("common.tasks.make_documents", retry=False)


def make_due() -> int:
    """Make what is due, oldest first; returns how many were made.

    An attempt is noted, with the time of the next one, and the note committed, before it begins: whatever the engine
    does to this process, the document comes up again, and not at once.
    """
    made, until = 0, time.monotonic() + LONGEST_RUN
    while time.monotonic() < until and (document := _claim()):
        made += _make(document)
    return made


@transaction.atomic
def _claim() -> Document | None:
    document = Document.objects.due().select_for_update(skip_locked=True).first()
    if document:
        if document.attempts and document.state == DocumentState.WAITING:
            document.state, document.error = DocumentState.FAILED, "whoever was making it has vanished"
        document.attempts += 1
        document.due_at = timezone.now() + timedelta(minutes=_pause(document.attempts))
        document.save(update_fields=["state", "error", "attempts", "due_at"])
    return document


def _pause(attempts: int) -> int:
    """Minutes until the next attempt."""
    return MINUTES_BETWEEN[min(attempts, len(MINUTES_BETWEEN)) - 1]


def _make(document: Document) -> bool:
    storage, name = document.file.storage, f"documents/{document.key}.pdf"
    try:
        content = typeset(document.template, document.data, at=document.created_at)
        _store(storage, name, content)
    except Exception as error:  # whatever is wrong with the engine, the template or the disk, it is tried again
        logger.exception("document_failed", document=document.pk, template=document.template)
        _record(document, state=DocumentState.FAILED, error=_words(error))
        return False
    made_now = _record(
        document,
        state=DocumentState.MADE,
        error="",
        file=name,
        sha256=hashlib.sha256(content).hexdigest(),
        made_at=timezone.now(),
    )
    if not made_now and not Document.objects.filter(pk=document.pk).exists():
        storage.delete(name)
    return made_now


def _store(storage: Storage, name: str, content: bytes) -> None:
    """Under exactly this name, so that what a killed attempt has left is written over."""
    storage.delete(name)
    try:
        storage.save(name, ContentFile(content))
    except BaseException:
        storage.delete(name)
        raise


def _record(document: Document, **changes: Any) -> bool:
    """Whether the document still waited for an outcome."""
    waiting = Document.objects.filter(pk=document.pk).exclude(state=DocumentState.MADE)
    return bool(waiting.update(**changes))


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

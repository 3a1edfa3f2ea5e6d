"""The copy of all that is held about a person: ordered in a transaction, made after it, kept for seven days."""

import io
import json
import time
import uuid
import zipfile
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import structlog
from celery import current_app
from django.core.files.base import ContentFile
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext_noop

from common.documents import CLAIM
from common.personal_data import HOLDERS, Person
from members.models import DataExport, ExportState, User
from members.notices.emails import data_export_ready
from members.people import locked_person
from members.personal_data import person_of

KEPT_FOR = timedelta(days=7)
ANOTHER_AFTER = timedelta(hours=1)  # a copy younger than that is the answer to who asks for one
MINUTES_BETWEEN = (1, 5, 15, 60, 180, 360, 720)  # after each attempt; the last one repeats
LONGEST_RUN = 4 * 60  # s, less than the time limit of a task
STYLES = Path(__file__).parents[1] / "data" / "export.css"

logger = structlog.get_logger(__name__)


@transaction.atomic
def request_export(user: User) -> DataExport:
    """One at a time: asked again, it is the copy that is being made, or was a moment ago. One that failed is tried
    at once."""
    locked_person(user)
    now = timezone.now()
    recent = DataExport.objects.filter(user=user, state=ExportState.READY, made_at__gt=now - ANOTHER_AFTER).first()
    if recent:
        return recent
    export, _new = DataExport.objects.pending().get_or_create(user=user)
    if export.has_failed:
        export.state, export.due_at, export.attempts = ExportState.QUEUED, now, 0
        export.save(update_fields=["state", "due_at", "attempts"])
    transaction.on_commit(_make_soon, robust=True)
    return export


def _make_soon() -> None:
    """Without a broker the sweep finds it a minute later."""
    current_app.send_task("members.tasks.make_exports", retry=False)


def make_due() -> int:
    """Make what is due, oldest first; returns how many were made. As with documents, an attempt is noted, with a file
    name of its own, and the note committed, before it begins: who comes then, also to erase the person, removes what
    it has left."""
    made, until = 0, time.monotonic() + LONGEST_RUN
    while time.monotonic() < until and (export := _claim()):
        made += _make(export)
    return made


@transaction.atomic
def _claim() -> DataExport | None:
    export = DataExport.objects.due().select_for_update(skip_locked=True, of=["self"]).select_related("user").first()
    if export:
        if export.file:
            export.file.storage.delete(str(export.file.name))
            export.state, export.error = ExportState.FAILED, gettext_noop("whoever was making it has vanished")
        export.file = f"exports/{export.key}-{uuid.uuid4()}.zip"
        export.attempts += 1
        export.due_at = timezone.now() + CLAIM
        export.save(update_fields=["state", "error", "file", "attempts", "due_at"])
    return export


def _make(export: DataExport) -> bool:
    storage, name = export.file.storage, str(export.file.name)
    try:
        storage.save(name, ContentFile(packed(person_of(export.user))))
        if _finish(export, name):
            return True
    except Exception as error:  # whatever is wrong, the office sees it, and it is tried again
        logger.exception("data_export_failed", export=export.pk)
        minutes = MINUTES_BETWEEN[min(export.attempts, len(MINUTES_BETWEEN)) - 1]
        due_at = timezone.now() + timedelta(minutes=minutes)
        failed = {"state": ExportState.FAILED, "error": repr(error)[:2000], "file": "", "due_at": due_at}
        DataExport.objects.pending().filter(pk=export.pk, file=name).update(**failed)
    storage.delete(name)
    return False


@transaction.atomic
def _finish(export: DataExport, name: str) -> bool:
    """Whether its person is still there, and the attempt that writes the file of this ``name`` the last one."""
    locked = DataExport.objects.pending().select_for_update().filter(pk=export.pk, file=name).first()
    if locked is None:
        return False
    now = timezone.now()
    locked.state, locked.error, locked.made_at, locked.expires_at = ExportState.READY, "", now, now + KEPT_FOR
    locked.save()
    with translation.override(locked.user.language):
        data_export_ready(locked).send()
    return True


def packed(person: Person) -> bytes:
    """A ZIP with a page for the person, in their language, and the same for programs."""
    with translation.override(person.user.language):
        parts = [(holder, list(holder.collect(person))) for holder in HOLDERS.values()]
        context = {"parts": parts, "made_at": timezone.now(), "person": person.user}
        page = render_to_string("members/data_export_page.html", context)
        data = {
            holder.name: [{entry.key: entry.value for entry in record} for record in records]
            for holder, records in parts
        }
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as files:
        files.writestr("data.html", page)
        files.writestr("data.css", STYLES.read_text(encoding="utf-8"))
        files.writestr("data.json", json.dumps(data, cls=_Encoder, ensure_ascii=False, indent=2))
    return archive.getvalue()


class _Encoder(DjangoJSONEncoder):
    def default(self, value: Any) -> Any:
        """What is no plain value says itself."""
        try:
            return super().default(value)
        except TypeError:
            return str(value)


@transaction.atomic
def remove_old_exports() -> int:
    """Seven days are over: the files go after the commit, the rows say that there was a copy."""
    over = DataExport.objects.select_for_update().filter(state=ExportState.READY, expires_at__lte=timezone.now())
    number = 0
    for export in over:
        transaction.on_commit(partial(export.file.storage.delete, str(export.file.name)))
        export.state, export.file.name = ExportState.EXPIRED, ""
        export.save(update_fields=["state", "file"])
        number += 1
    return number

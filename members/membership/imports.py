"""Tables of members that the office uploads: checked, and once confirmed carried out, by a worker."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import structlog
import tablib
from celery import current_app
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from simple_history.models import HistoricalRecords

from common import locks
from common.errors import RuleViolated
from common.tables import table_of
from members.membership.table import MembershipTable
from members.models import AT_WORK, ImportState, Membership, MembershipImport, User
from members.organisations.table_changes import TableResult

KEPT_FOR = timedelta(days=7)
ATTEMPTS = 3
PAUSE = timedelta(minutes=1)  # after an attempt that came to nothing
TELL_EACH = 20  # rows
PLACE = "import of members"

logger = structlog.get_logger(__name__)


@transaction.atomic
def upload_table(by: User, *, file_name: str, content: bytes) -> MembershipImport:
    """To be checked once the running transaction has been committed, in the language that is spoken now."""
    language = translation.get_language()
    table = MembershipImport.objects.create(by=by, file_name=file_name[-200:], content=content, language=language)
    transaction.on_commit(_work_soon, robust=True)
    return table


@transaction.atomic
def carry_out(table: MembershipImport, *, seen: str, by: User) -> MembershipImport:
    """``seen``: the fingerprint of what ``by`` has confirmed. Repeated, does nothing.

    Raises RuleViolated where that is not what the table would do, and where it has mistakes.
    """
    locked = MembershipImport.objects.select_for_update().defer("content").get(pk=table.pk)
    if locked.seen == seen and locked.state in (ImportState.CARRYING_OUT, ImportState.DONE):
        return locked
    if not locked.can_be_carried_out or locked.seen != seen:
        raise RuleViolated(_("Nothing is imported: this is no longer what you have looked at."), code="not_as_seen")
    locked.state, locked.confirmed_by, locked.has_changed = ImportState.CARRYING_OUT, by, False
    locked.due_at, locked.attempts = timezone.now(), 0
    locked.save(update_fields=["state", "confirmed_by", "has_changed", "due_at", "attempts"])
    transaction.on_commit(_work_soon, robust=True)
    return locked


def forget_old_imports() -> int:
    """Whatever became of them: what was imported stands in the journal of the office."""
    return MembershipImport.objects.filter(uploaded_at__lt=timezone.now() - KEPT_FOR).delete()[0]


# --- By a worker ---------------------------------------------------------------------------------------------


def _work_soon() -> None:
    """Without a broker the sweep finds it a minute later."""
    current_app.send_task("members.tasks.import_members", retry=False)


def work() -> None:
    """At the table that has waited longest; asked by many at once, one of them works.

    An attempt is noted, and the note committed, before it begins; what it writes, and its outcome, is one transaction.
    So a worker that is killed leaves everything as it was, and after ATTEMPTS the table is given up.
    """
    with locks.one_of(PLACE, 1) as is_free:
        table = _claim() if is_free else None
        if table:
            _attempt(table)
    if table and MembershipImport.objects.due().exists():
        _work_soon()


@transaction.atomic
def _claim() -> MembershipImport | None:
    table = MembershipImport.objects.due().select_for_update().first()
    if table:
        table.attempts += 1
        table.due_at = timezone.now() + PAUSE
        table.save(update_fields=["attempts", "due_at"])
    return table


def _attempt(table: MembershipImport) -> None:
    step = _check if table.state == ImportState.CHECKING else _import
    try:
        if table.attempts > ATTEMPTS:
            raise ChildProcessError("whoever was at work has vanished, again and again")
        with translation.override(table.language):
            step(table)
    except Exception as error:  # whatever it is, the office sees it, and it is tried again
        logger.exception("membership_import_failed", table=table.pk, attempt=table.attempts)
        state = ImportState.FAILED if table.attempts >= ATTEMPTS else table.state
        _this(table).update(state=state, error=repr(error)[:2000])
    finally:
        cache.delete(_key(table))


def _check(table: MembershipImport) -> None:
    result = _run(table, dry_run=True)
    _record(table, state=ImportState.CHECKED, found=result.found(), seen=result.fingerprint(), error="")


@transaction.atomic
def _import(table: MembershipImport) -> None:
    """All of what was seen, or nothing: where something else would happen by now, somebody looks at that first."""
    with transaction.atomic():
        result = _run(table, dry_run=False)
        is_as_seen = result.fingerprint() == table.seen
        transaction.set_rollback(not is_as_seen)
    outcome: dict[str, Any] = {"found": result.found(), "seen": result.fingerprint(), "error": ""}
    if is_as_seen:
        _note(table, result)
        outcome |= {"state": ImportState.DONE, "content": b"", "finished_at": timezone.now()}
    else:
        outcome |= {"state": ImportState.CHECKED, "has_changed": True}
    _record(table, **outcome)


def _run(table: MembershipImport, *, dry_run: bool) -> TableResult:
    try:
        dataset = table_of(table.file_name, bytes(table.content))
        if not len(dataset):
            raise ValidationError(_("The table has headings alone, and no rows."))
        return _imported(table, dataset, dry_run=dry_run)
    except ValidationError as error:
        refused = TableResult()
        refused.append_base_error(SimpleNamespace(error=error))
        return refused


def _imported(table: MembershipImport, dataset: tablib.Dataset, *, dry_run: bool) -> TableResult:
    def told(row: int) -> None:
        if row % TELL_EACH == 1:
            cache.set(_key(table), (row - 1, len(dataset)), 60)

    by = table.by if dry_run else table.confirmed_by
    with _in_the_name_of(by):
        return MembershipTable().import_data(
            dataset,
            dry_run=dry_run,
            use_transactions=True,
            rollback_on_validation_errors=True,
            user=by,
            file_name=table.file_name,
            told=told,
        )


@contextmanager
def _in_the_name_of(user: User | None) -> Iterator[None]:
    """The history names whoever is behind a request; a worker has none."""
    context = HistoricalRecords.context
    before = getattr(context, "request", None)
    context.request = SimpleNamespace(user=user)
    try:
        yield
    finally:
        if before is None:
            del context.request
        else:
            context.request = before


def _record(table: MembershipImport, **outcome: Any) -> None:
    """Raises what ends the transaction where the table was taken away, or its attempt was given up, meanwhile."""
    if not _this(table).update(**outcome):
        raise LookupError("somebody else has come to this table")


def _this(table: MembershipImport) -> QuerySet[MembershipImport]:
    """As the attempt at it has found it."""
    return MembershipImport.objects.filter(pk=table.pk, state=table.state, attempts=table.attempts)


def _note(table: MembershipImport, result: TableResult) -> None:
    """Who has imported what, when, and how much of it; what changes nothing is not noted."""
    if table.confirmed_by and (result.totals["new"] or result.totals["update"]):
        LogEntry.objects.create(
            user=table.confirmed_by,
            content_type=ContentType.objects.get_for_model(Membership),
            object_repr=table.file_name,
            action_flag=ADDITION,
            change_message=counted(result.totals),
        )


def counted(totals: dict[str, int]) -> str:
    numbers = {"new": totals["new"], "changed": totals["update"], "same": totals["skip"]}
    return _("Organisations added: %(new)d, changed: %(changed)d, as they were: %(same)d.") % numbers


# --- How far it is -------------------------------------------------------------------------------------------


def progress_of(table: MembershipImport) -> tuple[int, int] | None:
    """Rows that are done, and all of them. Kept in the cache, as what is at work shows nothing of itself in the
    database; None before the first row, and while the cache is away."""
    return cache.get(_key(table)) if table.state in AT_WORK else None


def _key(table: MembershipImport) -> str:
    return f"import of members {table.pk}"

"""While hosts are upgraded, the release before writes and reads on the new schema."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import DatabaseError, models, transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.migrations.loader import MigrationLoader

from tests.faults.stand import report

pytestmark = [pytest.mark.faults, pytest.mark.django_db]

OURS = {folder.parent.name for folder in Path(settings.BASE_DIR).glob("*/migrations")}
# Code from before these runs nowhere any more. A column goes one release after its last use: then raise them, to the
# migration with which it was used no more.
OLDEST = {"common": "0001_mail_and_jobs", "members": "0001_initial"}
# By type; the number is for all others. Nothing that migrations fill in has them.
NUMBER = 999
NOON = datetime(2026, 12, 16, 12, tzinfo=UTC)
VALUES: dict[str, Any] = {
    "ArrayField": [],
    "BinaryField": b"",
    "BooleanField": False,
    "CharField": "?",
    "DateField": date(2026, 12, 16),
    "DateTimeField": NOON,
    "DateTimeRangeField": DateTimeTZRange(NOON, NOON + timedelta(hours=1)),
    "FileField": "?",
    "JSONField": {},
    "SeatsField": (1,),
    "TimeField": time(12),
    "UUIDField": uuid4(),
}


def states() -> Iterator[tuple[str, list[type[models.Model]]]]:
    """Each migration with the models of its application as the code before it knows them."""
    loader = MigrationLoader(None)
    for app, name in sorted(loader.disk_migrations):
        if app in OURS and name > OLDEST.get(app, ""):
            known = loader.project_state((app, name), at_end=False).apps.get_models(include_auto_created=True)
            yield f"{app}.{name}", [model for model in known if model._meta.app_label == app]


def least(model: type[models.Model]) -> dict[str, Any]:
    """What must be given. Foreign keys lead nowhere: the database looks at them at the end of the transaction only."""
    given = {}
    for field in model._meta.concrete_fields:
        may_be_empty = field.null or (field.blank and field.empty_strings_allowed)
        if not (isinstance(field, models.AutoField) or field.has_default() or field.has_db_default() or may_be_empty):
            usual = VALUES.get(field.get_internal_type(), NUMBER)
            given[field.attname] = field.choices[0][0] if field.choices else usual
    return given


UNTRIED = "breaks a rule of its own time"  # the row of ``least`` does, so of the new schema it tells nothing


@transaction.atomic
def refusal(model: type[models.Model]) -> str:
    """Of a row that is written and read; empty where there is none."""
    try:
        model._default_manager.get(pk=model._default_manager.create(**least(model)).pk)
    except DatabaseError as error:
        broken: Any = error.__cause__
        known = {constraint.name for constraint in model._meta.constraints}
        known |= {f"{model._meta.db_table}_{field.column}_key" for field in model._meta.concrete_fields if field.unique}
        return UNTRIED if broken.diag.constraint_name in known else str(error).partition("\n")[0]
    finally:
        transaction.set_rollback(True)
    return ""


def test_code_from_before_each_migration_writes_and_reads_after_all_of_them() -> None:
    tried = [(before, model._meta.label, refusal(model)) for before, known in states() for model in known]
    untried = [case for case in tried if case[2] == UNTRIED]
    refused = [case for case in tried if case[2] not in ("", UNTRIED)]
    report(
        "after migrations the code from before each of them still writes and reads",
        f"{len(tried) - len(refused) - len(untried)} of {len(tried)} rows, of {len({case[0] for case in tried})} "
        f"states of the code; {len(untried)} tell nothing",
    )
    assert tried
    assert refused == []

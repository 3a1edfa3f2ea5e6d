"""What has outlived its term goes by itself."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common import retention
from common.models import DeadTask, IdempotencyKey, JobRun, MailAttachment, MailState, OutgoingMail
from common.retention import DEAD_TASKS, KEYS, LETTERS, forget
from tests.factories.common import OutgoingMailFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def written(age: timedelta, state: MailState) -> OutgoingMail:
    with time_machine.travel(timezone.now() - age, tick=False):
        moment = timezone.now()
        return OutgoingMailFactory(state=state, tried_at=moment, finished_at=moment)


@pytest.mark.parametrize(
    ("state", "is_kept"),
    [
        (MailState.SENT, False),
        (MailState.FAILED, False),
        (MailState.UNKNOWN, False),
        (MailState.QUEUED, True),
        (MailState.RETRY, True),
        (MailState.SENDING, True),
    ],
)
def test_old_letters_go_with_what_is_attached_unless_they_are_on_their_way(state: MailState, is_kept: bool) -> None:
    old, young = written(LETTERS + DAY, state), written(LETTERS - DAY, state)
    MailAttachment.objects.create(mail=old, name="a.txt", kind="text/plain", content=b"a")
    forget()
    assert {*OutgoingMail.objects.all()} == ({old, young} if is_kept else {young})
    assert MailAttachment.objects.exists() is is_kept


def test_letters_go_in_batches_and_neither_their_texts_nor_what_is_attached_are_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        mail = written(LETTERS + DAY, MailState.SENT)
        MailAttachment.objects.create(mail=mail, name="a.txt", kind="text/plain", content=b"a")
    with CaptureQueriesContext(connection) as queries:
        forget()
    assert not OutgoingMail.objects.exists()
    statements = [query["sql"] for query in queries if "common_outgoingmail" in query["sql"]]
    deleted = [one.partition(" IN (")[2] for one in statements if one.startswith('DELETE FROM "common_outgoingmail"')]
    assert [len(re.findall(r"\d+", one)) for one in deleted] == [2, 2, 1]
    read = {column for one in statements for column in re.findall(r'"(\w+)"', one.partition(" FROM ")[0])}
    assert read == {"common_outgoingmail", "id", "pk"}


def test_of_each_job_the_last_runs_stay_whatever_the_clock_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "JOB_RUNS", 2)
    now = timezone.now()
    for job, ages in {"often": [0, 1, 2, 3], "seldom": [900, 800]}.items():
        for age in sorted(ages, reverse=True):
            JobRun.objects.create(job=job, slot=now - age * DAY)
    with time_machine.travel(now + 365 * DAY):
        forget()
    left = [(run.job, (now - run.slot).days) for run in JobRun.objects.order_by("job", "-slot")]
    assert left == [("often", 0), ("often", 1), ("seldom", 800), ("seldom", 900)]


@pytest.mark.parametrize(
    ("model", "term", "fields"),
    [(IdempotencyKey, KEYS, {"key": ""}), (DeadTask, DEAD_TASKS, {"arguments": {"args": []}})],
)
def test_old_keys_and_failed_tasks_go(model: type[Model], term: timedelta, fields: dict[str, object]) -> None:
    kept = []
    for age in (term + DAY, term - DAY):
        with time_machine.travel(timezone.now() - age, tick=False):
            values = {name: value or str(age) for name, value in fields.items()}
            kept = [model._default_manager.create(**values)]
    forget()
    assert [*model._default_manager.all()] == kept

"""What need not be kept is not kept. The terms stand in docs/privacy.md, for people to read."""

from datetime import datetime, timedelta

from django.utils import timezone

from common.models import DeadTask, IdempotencyKey, JobRun, MailState, OutgoingMail

LETTERS = timedelta(days=180)  # who asks whether they were told asks within half a year
DEAD_TASKS = timedelta(days=90)
JOB_RUNS = 3000  # of each job, a day of the busiest: by number, as a clock that is ahead would forget what has run
KEYS = timedelta(days=7)  # no program tries for longer
BATCH = 1000  # letters

ON_THE_WAY = (MailState.QUEUED, MailState.RETRY, MailState.SENDING)


def forget() -> None:
    """Delete what has outlived its term; of each job the last runs stay, however old."""
    now = timezone.now()
    _forget_letters(now - LETTERS)
    DeadTask.objects.filter(failed_at__lt=now - DEAD_TASKS).delete()
    IdempotencyKey.objects.filter(created_at__lt=now - KEYS).delete()
    _forget_runs()


def _forget_letters(before: datetime) -> None:
    """Batch by batch and without their texts and attachments, which do not fit into memory."""
    old = OutgoingMail.objects.filter(created_at__lt=before).exclude(state__in=ON_THE_WAY)
    while batch := [*old.order_by("pk").values_list("pk", flat=True)[:BATCH]]:
        old.filter(pk__in=batch).only("pk").delete()


def _forget_runs() -> None:
    for job in JobRun.objects.order_by().values_list("job", flat=True).distinct():
        runs = JobRun.objects.filter(job=job)
        if last := runs.order_by("-pk").values_list("pk", flat=True)[JOB_RUNS:][:1].first():
            runs.filter(pk__lte=last).delete()

"""Periodic jobs. Beat is only a clock that ticks; what is due is decided by rows of the database."""

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import Promise

from common.models import JobRun


@dataclass(frozen=True, slots=True)
class Job:
    """``every`` cuts the time since the epoch (UTC) into slots, which begin ``offset`` later than whole ones."""

    name: str
    title: str | Promise
    run: Callable[[], object]
    every: timedelta
    offset: timedelta = timedelta()

    def slot(self, now: datetime) -> datetime:
        """When the slot began that ``now`` lies in."""
        since = now.timestamp() - self.offset.total_seconds()
        whole = since - since % self.every.total_seconds()
        return datetime.fromtimestamp(whole + self.offset.total_seconds(), UTC)


JOBS: dict[str, Job] = {}
LOST_AFTER = timedelta(minutes=7)  # longer than the time limit of a task
PAUSE = timedelta(minutes=10)  # after an error; in most cases a server is started again meanwhile
ATTEMPTS = 6  # in a slot, which may have room for fewer


def register(job: Job) -> Job:
    """Raises ValueError where another job has the name."""
    if JOBS.setdefault(job.name, job) is not job:
        raise ValueError(f"two jobs are called {job.name}")
    return job


def due() -> list[Job]:
    """Whose present slot nobody has claimed yet, or whose run there failed or was killed. A slot that was missed as
    all was down is run late, but not twice.
    """
    now = timezone.now()
    slots = {name: job.slot(now) for name, job in JOBS.items()}
    runs = JobRun.objects.filter(slot__in=set(slots.values())).exclude(_unsuccessful(now))
    claimed = set(runs.values_list("job", "slot"))
    return [job for name, job in JOBS.items() if (name, slots[name]) not in claimed]


def run(job: Job) -> bool:
    """Claim the present slot and run the job; False where another has claimed it."""
    now = timezone.now()
    claim, is_new = JobRun.objects.get_or_create(job=job.name, slot=job.slot(now))
    if not is_new and not _claim_again(claim, now):
        return False
    try:
        job.run()
        claim.error = ""
    except Exception:  # whatever it was is shown in the admin site, and raised again
        claim.error = traceback.format_exc()
        raise
    finally:
        claim.finished_at = timezone.now()
        claim.save(update_fields=["finished_at", "error"])
    return True


def _claim_again(claim: JobRun, now: datetime) -> int:
    """The error of the last attempt stays to be seen until one succeeds."""
    unsuccessful = JobRun.objects.filter(_unsuccessful(now), pk=claim.pk)
    return unsuccessful.update(started_at=now, finished_at=None, attempts=F("attempts") + 1)


def _unsuccessful(now: datetime) -> Q:
    """A run to be tried again: it failed a while ago, or was killed, so it is neither finished nor still at work."""
    failed = ~Q(error="") & Q(finished_at__lt=now - PAUSE)
    killed = Q(finished_at=None, started_at__lt=now - LOST_AFTER)
    return (failed | killed) & Q(attempts__lt=ATTEMPTS)

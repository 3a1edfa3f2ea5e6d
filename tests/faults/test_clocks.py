"""Two schedulers, and clocks that are wrong or jump."""

import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from common.models import JobRun
from tests.faults.clocks import IS_HERE, Clock
from tests.faults.conftest import FULL
from tests.faults.stand import beat, quick_worker, report, running, worker

pytestmark = [
    pytest.mark.faults,
    pytest.mark.skipif(not IS_HERE, reason="the wheel of libfaketime has a library for Linux on x86-64"),
    pytest.mark.django_db(transaction=True),
]

HOUR, DAY = 3600, 24 * 3600
BEFORE_SUMMER = datetime(2027, 3, 28, 0, 59, 58, tzinfo=UTC)  # two seconds later Berlin puts its clocks forward
BEFORE_WINTER = datetime(2027, 10, 31, 0, 59, 58, tzinfo=UTC)
MOMENTS = (0, HOUR, 0, DAY, 0, BEFORE_SUMMER, BEFORE_WINTER, 0) if FULL else (0, HOUR, 0, BEFORE_WINTER)


def ran(file: Path) -> Counter[str]:
    return Counter(file.read_text().split()) if file.exists() else Counter()


def claimed(jobs: Iterable[str]) -> Counter[str]:
    """How many different slots of them."""
    slots = JobRun.objects.filter(job__in=jobs).order_by().values_list("job", "slot").distinct()
    return Counter(job for job, _slot in slots)


def test_two_schedulers_of_which_one_is_an_hour_ahead(tmp_path: Path) -> None:
    runs, right, wrong = tmp_path / "runs", Clock(tmp_path / "right"), Clock(tmp_path / "wrong")
    machines = [quick_worker(clock.file.name, RUNS=runs, **clock.environment) for clock in (right, wrong)]
    with running(*machines):
        for offset in (0, HOUR, -HOUR, 0):
            wrong.set(offset)
            right.set(0)
            right.wait_for_slots(2)
            wrong.wait_for_slots(1)
        time.sleep(1)  # what has begun ends
    happened, slots = ran(runs), claimed(ran(runs))
    report(
        "with two schedulers, one at times an hour ahead or behind, each slot runs once and the next ones run",
        f"runs {dict(happened)}, slots {dict(slots)}",
    )
    assert happened == slots


def test_a_worker_whose_clock_is_ahead_of_that_of_beat(tmp_path: Path) -> None:
    runs, wrong = tmp_path / "runs", Clock(tmp_path / "wrong")
    wrong.set(HOUR)
    with running(beat(tmp_path), worker("ahead", "--include=tests.faults.quick", RUNS=runs, **wrong.environment)):
        took = wrong.wait_for_slots(2)
        time.sleep(1)
    happened, slots = ran(runs), claimed(ran(runs))
    report(
        "a worker an hour ahead of beat does its work, each slot once",
        f"two slots after {took:.1f} s with its start; runs {dict(happened)}, slots {dict(slots)}",
    )
    assert happened == slots


def test_a_clock_that_jumps(tmp_path: Path) -> None:
    runs, clock = tmp_path / "runs", Clock(tmp_path / "clock")
    waited = []
    with running(quick_worker("alone", RUNS=runs, **clock.environment)):
        for moment in MOMENTS:
            clock.set(moment)
            waited.append(clock.wait_for_slots(4 if isinstance(moment, datetime) else 1))
        time.sleep(1)
    happened, slots = ran(runs), claimed(ran(runs))
    report(
        "a clock that jumps an hour or a day and back, or meets summer and winter: no slot twice, the next ones run",
        f"the next ones within {max(waited[1:]):.0f} s of each jump; runs {dict(happened)}, slots {dict(slots)}",
    )
    assert happened == slots

"""Jobs that run by the clock, each slot once."""

import datetime
from collections.abc import Callable
from threading import Barrier, Thread

import pytest
import time_machine
from celery import shared_task
from django.db import connections
from django.utils import timezone

from common import jobs
from common.models import DeadTask, JobRun
from common.tasks import run_job

pytestmark = pytest.mark.django_db

NOON = datetime.datetime(2026, 12, 16, 12, 0, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)


class Counted:
    def __init__(self, *, fails: bool = False) -> None:
        self.runs = 0
        self.fails = fails
        self.then: Callable[[], None] = lambda: None

    def __call__(self) -> None:
        self.runs += 1
        self.then()
        if self.fails:
            raise ConnectionError("no way")


@pytest.fixture
def work() -> Counted:
    return Counted()


@pytest.fixture
def job(work: Counted, monkeypatch: pytest.MonkeyPatch) -> jobs.Job:
    job = jobs.Job("nightly", "Ночью", work, every=DAY, offset=3 * HOUR)
    monkeypatch.setattr(jobs, "JOBS", {"nightly": job})
    return job


@pytest.mark.parametrize(
    ("moment", "slot"),
    [
        pytest.param("2026-12-16 12:00", "2026-12-16 03:00", id="noon"),
        pytest.param("2026-12-16 03:00", "2026-12-16 03:00", id="its first moment"),
        pytest.param("2026-12-16 02:59:59", "2026-12-15 03:00", id="the moment before"),
    ],
)
def test_time_is_cut_into_slots(job: jobs.Job, moment: str, slot: str) -> None:
    def utc(text: str) -> datetime.datetime:
        return datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC)

    assert job.slot(utc(moment)) == utc(slot)


def test_a_slot_runs_once_and_the_next_one_runs_again(job: jobs.Job, work: Counted) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        assert [jobs.due(), jobs.run(job), jobs.run(job), jobs.due()] == [[job], True, False, []]
        clock.shift(15 * HOUR - datetime.timedelta(seconds=1))
        assert jobs.due() == []
        clock.shift(1)
        assert [jobs.due(), jobs.run(job)] == [[job], True]
    assert work.runs == 2


def test_a_clock_that_jumps_back_runs_nothing_twice(job: jobs.Job, work: Counted) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        jobs.run(job)
        clock.shift(-2 * HOUR)
        assert jobs.due() == []
        clock.shift(2 * DAY)
        jobs.run(job)
        clock.shift(-DAY)
        jobs.run(job)
        clock.shift(DAY)
        assert jobs.due() == []
    assert work.runs == 3


def test_a_run_leaves_its_duration_and_its_error(job: jobs.Job, work: Counted) -> None:
    work.fails = True
    with pytest.raises(ConnectionError):
        jobs.run(job)
    run = JobRun.objects.get()
    assert run.finished_at is not None
    assert "ConnectionError: no way" in run.error
    assert jobs.due() == []


def test_a_run_that_failed_is_tried_again_after_a_pause_and_shows_its_error_until_it_succeeds(
    job: jobs.Job, work: Counted
) -> None:
    work.fails = True
    with time_machine.travel(NOON, tick=False) as clock:
        with pytest.raises(ConnectionError):
            jobs.run(job)
        clock.shift(jobs.PAUSE)
        assert [jobs.due(), jobs.run(job)] == [[], False]
        clock.shift(1)
        work.fails = False
        work.then = lambda: seen.append("no way" in JobRun.objects.get().error)
        seen: list[bool] = []
        assert [jobs.due(), jobs.run(job), jobs.due(), jobs.run(job)] == [[job], True, [], False]
        clock.shift(jobs.PAUSE * 2)
        assert jobs.due() == []
    run = JobRun.objects.get()
    assert (work.runs, seen, run.error, run.attempts) == (2, [True], "", 2)


@pytest.mark.parametrize(
    ("every", "runs"), [(DAY, jobs.ATTEMPTS), (datetime.timedelta(minutes=30), 3), (datetime.timedelta(minutes=1), 1)]
)
def test_what_never_succeeds_is_given_up_until_the_next_slot(
    work: Counted, monkeypatch: pytest.MonkeyPatch, every: datetime.timedelta, runs: int
) -> None:
    work.fails = True
    job = jobs.Job("hopeless", "Зря", work, every=every)
    monkeypatch.setattr(jobs, "JOBS", {"hopeless": job})
    with time_machine.travel(NOON.replace(hour=0), tick=False) as clock:
        while job.slot(timezone.now()) == NOON.replace(hour=0):
            if jobs.due():
                with pytest.raises(ConnectionError):
                    jobs.run(job)
            clock.shift(60)
        assert (work.runs, jobs.due()) == (runs, [job])


def test_a_job_that_kills_its_worker_each_time_is_given_up_as_well(job: jobs.Job) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        JobRun.objects.create(job=job.name, slot=job.slot(NOON), attempts=jobs.ATTEMPTS)
        clock.shift(2 * jobs.LOST_AFTER)
        assert jobs.due() == []


def test_a_run_that_was_killed_is_taken_over_when_it_cannot_be_at_work_any_more(job: jobs.Job, work: Counted) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        JobRun.objects.create(job=job.name, slot=job.slot(NOON))
        clock.shift(jobs.LOST_AFTER)
        assert [jobs.due(), jobs.run(job)] == [[], False]
        clock.shift(1)
        assert [jobs.due(), jobs.run(job), jobs.due(), jobs.run(job)] == [[job], True, [], False]
    assert work.runs == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_schedulers_at_once_one_runs_the_job(job: jobs.Job, work: Counted) -> None:
    start = Barrier(8)
    answers: list[bool] = []

    def scheduler() -> None:
        start.wait()
        answers.append(jobs.run(job))
        connections.close_all()

    threads = [Thread(target=scheduler) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sorted(answers), work.runs) == ([False] * 7 + [True], 1)


def test_a_task_that_failed_for_good_waits_for_somebody() -> None:
    @shared_task(name="tests.greet")
    def greet(name: str, *, language: str) -> None:
        raise ConnectionError("no way")

    assert greet.apply(args=("Анна",), kwargs={"language": "ru"}).failed()
    dead = DeadTask.objects.get()
    assert (dead.name, dead.arguments, dead.error) == (
        "tests.greet",
        {"args": ["Анна"], "kwargs": {"language": "ru"}},
        "ConnectionError('no way')",
    )


def test_a_job_that_failed_waits_for_nobody(job: jobs.Job, work: Counted) -> None:
    work.fails = True
    assert run_job.apply(args=(job.name,)).failed()
    assert not DeadTask.objects.exists()

"""Tasks that belong to no domain, and the jobs that run by the clock."""

from datetime import timedelta
from typing import Any

from celery import Task, shared_task
from celery.signals import task_failure
from django.utils.translation import gettext_lazy as _

from common import documents, health, jobs, recounts, retention, staff_views
from common.mail import relay
from common.models import DeadTask

SWEEP_MAIL = jobs.register(
    jobs.Job("sweep_mail", _("Send the mail that was left"), relay.sweep, every=timedelta(seconds=30))
)
SWEEP_DOCUMENTS = jobs.register(
    jobs.Job("sweep_documents", _("Make the documents that were left"), documents.sweep, every=timedelta(seconds=30))
)
REMOVE_OLD_VIEWS = jobs.register(
    jobs.Job(
        "remove_old_views", _("Forget who looked at data a year ago"), staff_views.remove_old_views, timedelta(days=1)
    )
)

FORGET = jobs.register(
    jobs.Job(
        "forget",
        _("Delete what has outlived its term"),
        retention.forget,
        every=timedelta(days=1),
        offset=timedelta(hours=1, minutes=10),
    )
)
RECOUNT = jobs.register(
    jobs.Job(
        "check_invariants",
        _("Recount whatever must add up"),
        recounts.recount,
        every=timedelta(days=1),
        offset=timedelta(hours=2, minutes=10),
    )
)


@shared_task
def record_heartbeat() -> None:
    """Sent by beat, run by a worker: its mark proves that both live."""
    health.record_heartbeat()


@shared_task
def relay_mail() -> None:
    relay.relay()


@shared_task
def make_documents() -> None:
    documents.make_due()


@shared_task
def tick() -> None:
    """Sent by beat every few seconds."""
    for job in jobs.due():
        run_job.delay(job.name)


@shared_task
def run_job(name: str) -> None:
    jobs.run(jobs.JOBS[name])


@task_failure.connect
def keep_dead_task(
    sender: Task, args: list[Any], kwargs: dict[str, Any], exception: BaseException, **_others: object
) -> None:
    """A failed task waits in the admin for somebody who runs it again. A job is tried again without anybody."""
    if sender.name != run_job.name:
        DeadTask.objects.create(name=sender.name, arguments={"args": args, "kwargs": kwargs}, error=repr(exception))

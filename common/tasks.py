"""Tasks that belong to no domain."""

from celery import shared_task

from common import health


@shared_task
def record_heartbeat() -> None:
    """Sent by beat, run by a worker: its mark proves that both live."""
    health.record_heartbeat()

"""Tasks about people's data, and the terms after which they go."""

from datetime import timedelta

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from common import jobs
from members import data_exports, erasure

SWEEP_EXPORTS = jobs.register(
    jobs.Job("sweep_exports", _("Make the copies of data that were left"), data_exports.make_due, timedelta(minutes=1))
)
EXPIRE_EXPORTS = jobs.register(
    jobs.Job("expire_exports", _("Delete old copies of data"), data_exports.remove_old_exports, timedelta(hours=1))
)
REMOVE_UNCONFIRMED = jobs.register(
    jobs.Job(
        "remove_unconfirmed", _("Delete sign-ups that nobody confirmed"), erasure.remove_unconfirmed, timedelta(days=1)
    )
)


@shared_task
def make_exports() -> None:
    data_exports.make_due()

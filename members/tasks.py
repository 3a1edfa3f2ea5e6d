"""Jobs by the clock, and tasks about people's data."""

from datetime import timedelta

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from common import jobs
from members import data_exports, erasure, notifications, profile_confirmations, retention

# Every hour, for what a killed run has left: none but the first after six writes anything otherwise.
SEND_DIGESTS = jobs.register(
    jobs.Job(
        "send_notification_digests",
        _("Write the daily letters of notifications, at 6 a.m."),
        notifications.send_digests,
        every=timedelta(hours=1),
    )
)
DELETE_OLD_NOTIFICATIONS = jobs.register(
    jobs.Job(
        "delete_old_notifications",
        _("Delete notifications that are older than a year"),
        notifications.delete_old_notifications,
        every=timedelta(days=1),
        offset=timedelta(hours=1),
    )
)
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
FORGET_SESSIONS = jobs.register(
    jobs.Job("forget_sessions", _("Delete sessions that are over"), retention.forget_sessions, timedelta(days=1))
)
ASK_TO_CONFIRM = jobs.register(
    jobs.Job(
        "ask_to_confirm_profiles",
        _("Ask organisations once a year to confirm their profiles"),
        profile_confirmations.ask_to_confirm_profiles,
        every=timedelta(days=1),
        offset=timedelta(hours=7),
    )
)


@shared_task
def make_exports() -> None:
    data_exports.make_due()

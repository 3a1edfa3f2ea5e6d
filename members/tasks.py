"""Jobs by the clock."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from common import jobs
from members import notifications

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

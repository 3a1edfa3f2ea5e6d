"""Jobs by the clock, and tasks about people's data."""

from datetime import timedelta

from celery import shared_task
from django.utils.translation import gettext_lazy as _

from common import jobs
from members.acting import invitations, join_requests
from members.applying import terms as application_terms
from members.membership import imports as membership_imports
from members.membership import renewals
from members.notices import notifications
from members.organisations import profile_confirmations
from members.personal_data import erasure, retention
from members.personal_data import exports as data_exports

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
FORGET_INVITATIONS = jobs.register(
    jobs.Job(
        "forget_old_invitations",
        _("Delete old invitations"),
        invitations.forget_old_invitations,
        timedelta(days=1),
    )
)
FORGET_REQUESTS = jobs.register(
    jobs.Job(
        "forget_old_join_requests",
        _("Delete requests to join that were decided long ago"),
        join_requests.forget_old_requests,
        timedelta(days=1),
    )
)
# Before six, when the daily letters are written.
RENEW_AND_REMIND = jobs.register(
    jobs.Job(
        "renew_and_remind",
        _("Renew memberships, and remind of their fees"),
        renewals.renew_and_remind,
        every=timedelta(days=1),
        offset=timedelta(hours=1, minutes=30),
    )
)
ESCALATE_APPLICATIONS = jobs.register(
    jobs.Job(
        "escalate_applications",
        _("Tell the office of applications that are overdue"),
        application_terms.escalate,
        timedelta(hours=1),
    )
)
REMIND_APPLICANTS = jobs.register(
    jobs.Job(
        "remind_applicants",
        _("Remind applicants of remarks and of drafts"),
        application_terms.remind,
        timedelta(days=1),
        offset=timedelta(hours=6),
    )
)
EXPIRE_APPLICATIONS = jobs.register(
    jobs.Job(
        "expire_applications",
        _("End applications that were returned and that nobody touches"),
        application_terms.expire,
        timedelta(days=1),
        offset=timedelta(hours=6),
    )
)
FORGET_APPLICATIONS = jobs.register(
    jobs.Job(
        "forget_applications",
        _("Delete old drafts and applications that led to nothing"),
        application_terms.forget,
        timedelta(days=1),
    )
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


SWEEP_IMPORTS = jobs.register(
    jobs.Job(
        "sweep_imports", _("Import the tables of members that were left"), membership_imports.work, timedelta(minutes=1)
    )
)
FORGET_IMPORTS = jobs.register(
    jobs.Job(
        "forget_old_imports",
        _("Delete tables of members that were uploaded a week ago"),
        membership_imports.forget_old_imports,
        timedelta(days=1),
    )
)


@shared_task
def import_members() -> None:
    membership_imports.work()


@shared_task
def make_exports() -> None:
    data_exports.make_due()

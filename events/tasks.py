"""Jobs by the clock."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from common import jobs
from events import retention
from events.afterwards import asking
from events.life import moves
from events.registering import registrations
from events.telling import messages as event_messages
from events.telling import reminders

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

EXPIRE = jobs.register(
    jobs.Job(
        "expire_registrations", _("End registrations and offers whose term is over"), registrations.expire_due, MINUTE
    )
)
RETURN_QUOTAS = jobs.register(
    jobs.Job(
        "offer_returned_quotas",
        _("Offer places of quotas that have returned"),
        registrations.offer_returned_quotas,
        MINUTE,
    )
)
HOLD = jobs.register(jobs.Job("hold_events", _("Mark events that are over as held"), moves.hold_what_is_over, HOUR))
LOOK_AHEAD = jobs.register(
    jobs.Job("look_ahead", _("Ask who comes, and remind of events"), reminders.look_ahead, timedelta(minutes=10))
)
ESCALATE = jobs.register(
    jobs.Job("escalate_approvals", _("Tell of registrations that nobody approves"), reminders.escalate_approvals, HOUR)
)
SEND_MESSAGES = jobs.register(
    jobs.Job("send_event_messages", _("Tell the registered of events"), event_messages.send_waiting, MINUTE)
)
FORGET = jobs.register(
    jobs.Job(
        "forget_registrations",
        _("Delete who was registered for events of a year ago"),
        retention.forget_registrations,
        every=timedelta(days=1),
        offset=timedelta(hours=1, minutes=20),
    )
)
ARCHIVE = jobs.register(
    jobs.Job(
        "archive_events",
        _("Put events of a year ago into the archive"),
        moves.archive_what_is_long_over,
        every=timedelta(days=1),
        offset=timedelta(hours=1, minutes=25),
    )
)
LOOK_BACK = jobs.register(
    jobs.Job("look_back", _("Ask those who came what they think"), asking.look_back, timedelta(minutes=30))
)

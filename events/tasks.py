"""Jobs by the clock."""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _

from common import jobs
from events import event_messages, moves, registrations, reminders, retention
from events.afterwards import asking

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
LOOK_BACK = jobs.register(
    jobs.Job("look_back", _("Ask those who came what they think"), asking.look_back, timedelta(minutes=30))
)

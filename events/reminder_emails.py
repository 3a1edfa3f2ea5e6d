"""Letters by the clock before an event."""

from django.utils.translation import override

from common.mail.letters import Letter, compose
from events.emails import REGISTRATION, attach_calendar, context_of
from events.models import Registration, ReminderKind


def coming_asked(registration: Registration) -> Letter:
    key = f"coming {registration.pk} {registration.asked_at}"  # moved there and back, it is asked of the same time anew
    with override(registration.language):
        context = context_of(registration)
        return compose("events/coming_asked", to=registration.email, purpose=REGISTRATION, context=context, key=key)


def event_near(registration: Registration, *, kind: ReminderKind) -> Letter:
    key = f"{kind} before {registration.pk} {registration.event.starts_at}"
    with override(registration.language):
        context = {**context_of(registration), "kind": kind.value}
        letter = compose("events/event_near", to=registration.email, purpose=REGISTRATION, context=context, key=key)
        attach_calendar(letter, registration.event, method="REQUEST")
        return letter

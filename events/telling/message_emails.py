"""Letters to those who are registered for an event, of what has become of it, and what its organisers write."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from common.mail.letters import Letter, compose
from common.mail.purposes import Priority, Purpose, register
from events.models import EventMessage, MessageKind, Registration
from events.registering.emails import attach_calendar, context_of
from events.telling.facts import changes_between

# Each holds the address of a registration, so nobody but its reader may see it.
TOLD = register(Purpose("event_message", _("News of an event"), Priority.BULK, is_secret=True, resend=True))
CALLED_OFF = (MessageKind.POSTPONED, MessageKind.CANCELLED)


def event_told(registration: Registration, *, message: EventMessage) -> Letter:
    """Whoever is admitted gets it for their calendar: what is called off goes out of it, what is on comes in."""
    is_written = message.kind == MessageKind.WRITTEN
    with override(registration.language):
        letter = compose(
            "events/event_written" if is_written else "events/event_told",
            to=registration.email,
            purpose=TOLD,
            context={
                **context_of(registration),
                "message": message,
                "changes": changes_between(message.before, message.after),
            },
            key=f"event message {message.pk} {registration.pk}" if message.pk else "",
        )
        if registration.is_admitted and not is_written:
            method = "CANCEL" if message.kind in CALLED_OFF else "REQUEST"
            attach_calendar(letter, registration.event, method=method)  # type: ignore[arg-type]
    return letter

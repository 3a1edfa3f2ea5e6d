"""Letters about registrations. Each holds the address by which whoever has no account acts for theirs."""

from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from common.addresses import absolute, without_language
from common.mail.letters import Letter, compose
from common.mail.purposes import Priority, Purpose, register
from common.times import when_there_and_here
from events.models import Event, Registration, RegistrationState
from events.registering.calendar_files import NAME, Method, calendar_file, content_type
from members.organisations.reader_zones import zone_of_reader

# Its link shows the ticket and gives the place back, so nobody but its reader may see it.
REGISTRATION = register(Purpose("registration", _("Registration for an event"), is_secret=True, resend=True))
PROOF = register(
    Purpose("registration_proof", _("Address of a registration"), Priority.AWAITED, is_secret=True, resend=True)
)


TEMPLATES: dict[str, str] = {
    RegistrationState.PENDING: "events/registration_pending",
    RegistrationState.CONFIRMED: "events/registration_confirmed",
    RegistrationState.WAITING: "events/registration_waiting",
    RegistrationState.OFFERED: "events/registration_offered",
    RegistrationState.CANCELLED: "events/registration_cancelled",
    RegistrationState.DECLINED: "events/registration_declined",
    RegistrationState.EXPIRED: "events/registration_expired",
}


def registration_token(registration: Registration) -> str:
    """What stands in the address of a registration. The key is in the row, so no row of its own is kept for a link;
    the signature makes a stolen copy of the database useless."""
    return _signer().sign(registration.key)


def key_of(token: str) -> str:
    """ "" for one that is forged."""
    try:
        return _signer().unsign(token)
    except BadSignature:
        return ""


def registration_turned(registration: Registration, *, reason: str = "", had_place: bool = False) -> Letter:
    """What has become of it. Of an address that is not proved yet, only how to prove it: anybody can have that letter
    sent to anybody, so nothing in it is what somebody has typed.

    Who has a place gets the event for their calendar; who loses it (``had_place``), its end there.
    """
    has_to_prove = registration.is_active and not registration.is_proved
    with override(registration.language):
        letter = compose(
            "events/registration_begun" if has_to_prove else TEMPLATES[registration.state],
            to=registration.email,
            purpose=PROOF if has_to_prove else REGISTRATION,
            context={**context_of(registration), "reason": reason},
        )
        if registration.is_admitted:
            attach_calendar(letter, registration.event, method="REQUEST")
        elif had_place and not registration.is_active:
            attach_calendar(letter, registration.event, method="CANCEL")
    return letter


def context_of(registration: Registration) -> dict[str, Any]:
    """What every letter about a registration says. In the language that is active; for those ``to_write_to`` no
    query is made."""
    event = registration.event
    here = zone_of_reader(registration.user, registration.organisation) or event.time_zone
    return {
        "registration": registration,
        "event": event,
        "when": when_there_and_here(event, here, today=timezone.localdate()),
        "site": settings.SITE_ADDRESS,
        "address": address_of(registration),
    }


def address_of(registration: Registration) -> str:
    return absolute(without_language(reverse("events:registration", args=[registration_token(registration)])))


def attach_calendar(letter: Letter, event: Event, *, method: Method) -> None:
    if event.starts_at:
        letter.attach(NAME, calendar_file(event, method=method), content_type(method))


def _signer() -> Signer:
    return Signer(salt="events.registration", sep=".")

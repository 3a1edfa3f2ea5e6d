"""The letter that asks who came what they think."""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from common.addresses import absolute, without_language
from common.mail.letters import Letter, compose
from common.mail.purposes import Priority, Purpose, register
from common.times import when
from events.afterwards.feedback import closes_at
from events.models import Registration

# Whoever holds its link answers in the place of its reader. Nobody has asked for it, so it can be unsubscribed from.
FEEDBACK = register(
    Purpose("feedback", _("What you think of an event you were at"), Priority.BULK, is_service=False, is_secret=True)
)


def feedback_token(registration: Registration) -> str:
    """Good for one answer, and for nothing else that the link of a registration is good for."""
    return _signer().sign(registration.key)


def key_of(token: str) -> str:
    """ "" for one that is forged."""
    try:
        return _signer().unsign(token)
    except BadSignature:
        return ""


def feedback_asked(registration: Registration) -> Letter:
    event = registration.event
    address = without_language(reverse("events:feedback", args=[feedback_token(registration)]))
    with override(registration.language):
        context = {
            "registration": registration,
            "event": event,
            "when": when(event, today=timezone.localdate()),
            "closes": closes_at(event),
            "site": settings.SITE_ADDRESS,
            "address": absolute(address),
        }
        key = f"feedback {registration.pk}"
        return compose("events/feedback_asked", to=registration.email, purpose=FEEDBACK, context=context, key=key)


def _signer() -> Signer:
    return Signer(salt="events.feedback", sep=".")

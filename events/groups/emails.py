"""Letters about groups. No name of a pupil stands in any of them."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from common.addresses import absolute, without_language
from common.mail.letters import Letter, compose
from common.mail.purposes import Purpose, register
from events.models import Registration
from events.registering.emails import REGISTRATION, context_of

# Its link shows the name of a pupil, so nobody but its reader may see it.
PARENT = register(Purpose("parent_consent", _("Consent of a parent"), is_secret=True, resend=True))


def parent_asked(registration: Registration, *, to: str, token: str) -> Letter:
    with override(registration.language):
        context = {
            "event": registration.event,
            "organisation": registration.organisation,
            "site": settings.SITE_ADDRESS,
            "address": absolute(without_language(reverse("events:parent_consent", args=[token]))),
        }
        return compose("events/parent_asked", to=to, purpose=PARENT, context=context)


def parent_refused(registration: Registration) -> Letter:
    with override(registration.language):
        context = context_of(registration)
        return compose("events/parent_refused", to=registration.email, purpose=REGISTRATION, context=context)

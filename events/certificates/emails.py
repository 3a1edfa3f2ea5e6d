"""Letters about certificates of participants. They name no pupil, and no reason, as that might name one."""

from django.utils.translation import override

from common.mail.letters import Letter, compose
from events.models import ParticipantCertificate, Registration
from events.registering.emails import REGISTRATION, context_of


def certificates_issued(registration: Registration) -> Letter:
    """Once for a registration: those of a group are fetched together."""
    with override(registration.language):
        return compose(
            "events/certificates_issued",
            to=registration.email,
            purpose=REGISTRATION,
            context=context_of(registration),
            key=f"certificates of {registration.pk}",
        )


def certificate_turned(certificate: ParticipantCertificate) -> Letter:
    """That it is revoked, or issued in place of one that was."""
    registration = certificate.ticket.registration
    with override(registration.language):
        return compose(
            "events/certificate_turned",
            to=registration.email,
            purpose=REGISTRATION,
            context={**context_of(registration), "certificate": certificate},
            key=f"certificate {certificate.pk} {'valid' if certificate.is_valid else 'revoked'}",
        )

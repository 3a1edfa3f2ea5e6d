"""A year after an event nobody knows here any more who was registered for it, as the consents promise
(``members/data/consents_3.yaml``). The figures stay: from which organisation how many asked, had a place and came."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from events.certificates.services import forget_names
from events.models import ParentConsent, ParticipantCertificate, Registration, RegistrationMove, Ticket
from events.models.event import known_end
from events.models.registration import new_key

KEPT_FOR = timedelta(days=365)
AT_ONCE = 500  # registrations in a transaction


def forget_registrations() -> int:
    """In portions; killed between two of them, it goes on there the next time. Returns how many registrations."""
    kept = Registration.objects.filter(forgotten_at=None).alias(over_at=known_end("event__"))
    outlived = kept.filter(over_at__lt=timezone.now() - KEPT_FOR)
    forgotten = 0
    while portion := _forget_next([*outlived.order_by("pk")[:AT_ONCE]]):
        forgotten += portion
    return forgotten


@transaction.atomic
def _forget_next(portion: Sequence[Registration]) -> int:
    """Addresses by which people acted lead nowhere any more: a new key stands in none of them. What a certificate says
    goes with the name, and it holds still for whoever has the paper."""
    keys = [one.pk for one in portion]
    Ticket.objects.filter(registration__in=keys).update(name="", grade="")
    ParentConsent.objects.filter(ticket__registration__in=keys).update(parent="", paper_by=None)
    RegistrationMove.objects.filter(registration__in=keys).exclude(Q(reason="") & Q(by=None)).update(reason="", by=None)
    forget_names(ParticipantCertificate.objects.filter(ticket__registration__in=keys))
    for one in portion:
        one.key, one.name, one.email, one.answers, one.request_key = new_key(), "", "", {}, ""
        one.user, one.forgotten_at = None, timezone.now()
    names = ["key", "name", "email", "answers", "request_key", "user", "forgotten_at"]
    return Registration.objects.bulk_update(portion, names)

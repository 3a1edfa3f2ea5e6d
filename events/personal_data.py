"""What events hold about a person: their own registrations. Names of pupils are held by the school, which takes them
off its list; what is said of a group is the organisation's."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common.personal_data import Holder, Person, Record, described, register, told
from events.afterwards import personal_data as feedback  # noqa: F401 - before, as it finds its rows by these
from events.certificates.services import take_out
from events.models import ACTIVE, ParticipantCertificate, Registration, RegistrationMove, Ticket
from events.registering.registrations import end_of_erased


def _collect(person: Person) -> Iterator[Record]:
    registrations = Registration.objects.about(person).select_related("event", "pool", "organisation", "consent_text")
    for one in registrations.prefetch_related("tickets__check_ins"):
        names = ("event", "pool", "organisation", "name", "email", "group", "answers", "registered_at", "state")
        yield [
            *described(one, *names, "consent_text"),
            *([] if one.is_group else _entrances(one)),
        ]


def _entrances(registration: Registration) -> Record:
    """Tickets of a group are other people's."""
    return [
        told("came_at", _("came"), check_in.at)
        for ticket in registration.tickets.all()
        for check_in in ticket.check_ins.all()
    ] + [
        entry
        for certificate in ParticipantCertificate.objects.filter(ticket__registration=registration)
        for entry in described(certificate, "number", "name", "role", "hours", "issued_on", "revoked_at", "reason")
    ]


def _erase(person: Person) -> int:
    """A place that is to come goes to the next. A group stays with its organisation, without the name of who registered
    it; of what is over it remains that somebody had a place and came."""
    registrations = Registration.objects.about(person)
    to_come = registrations.filter(group="", state__in=ACTIVE, event__ends_at__gt=timezone.now())
    for one in to_come.select_related("event").order_by("event_id", "pk"):
        end_of_erased(one)
    keys = [*registrations.values_list("pk", flat=True)]
    Ticket.objects.filter(registration__in=keys, registration__group="").update(name="")
    take_out(ParticipantCertificate.objects.filter(ticket__registration__in=registrations.filter(group="")))
    RegistrationMove.objects.filter(registration__in=keys).update(reason="")
    return Registration.objects.filter(pk__in=keys).update(name="", email="", answers={}, user=None)


register(
    Holder(
        "registrations",
        _("Registrations for events"),
        ("events.Registration", "events.RegistrationMove", "events.ParticipantCertificate"),
        _collect,
        _erase,
    )
)

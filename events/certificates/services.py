"""Certificates of participants: for those who came, by the programme of the days on which they did."""

import datetime
from collections.abc import Collection, Sequence
from typing import Any

import segno
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.fields.files import FieldFile
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from common.documents import forget_documents, order_documents
from common.errors import RuleViolated
from common.numbers import next_numbers
from common.papers import day_in_words, days_in_words, in_both, printed_address
from common.shapes import SHAPES
from common.text import typographic
from events.certificates.emails import certificate_turned, certificates_issued
from events.models import (
    HAPPENED,
    AttendeeRole,
    Event,
    ParticipantCertificate,
    PoolKind,
    Registration,
    Ticket,
)
from events.registering.places import locked_event
from members.models import Kind, Organisation, User
from members.models.certificate import new_code

TEMPLATE = "pdf/events/participant_certificate.typ"
ROLES: dict[str, AttendeeRole] = {  # by the kind of the place
    PoolKind.SPEAKER: AttendeeRole.SPEAKER,
    PoolKind.ORGANISER: AttendeeRole.ORGANISER,
    PoolKind.JURY: AttendeeRole.JURY,
    PoolKind.HELPER: AttendeeRole.HELPER,
}


def can_be_issued(event: Event) -> bool:
    return event.is_over and event.state in HAPPENED


def deserving(event: Event) -> QuerySet[Ticket]:
    """Tickets of those who came, whether they have a certificate or not; the press writes about events instead."""
    came = Ticket.objects.standing().filter(registration__event=event, check_ins__isnull=False)
    return came.exclude(Q(name="") | Q(registration__pool__kind=PoolKind.PRESS)).distinct()


@transaction.atomic
def issue_certificates(event: Event, *, by: User) -> int:
    """To everybody who came and had none yet; returns to how many. Who had one revoked gets another by ``issue_anew``.

    Raises RuleViolated before the end of the event, and where it did not take place.
    """
    locked = locked_event(event)
    if not can_be_issued(locked):
        raise RuleViolated(_("Certificates are issued when the event is over."), code="not_over")
    waiting = deserving(locked).filter(certificates=None).select_related("registration__pool")
    tickets = [*waiting.prefetch_related("check_ins").order_by("pk")]
    if not tickets:
        return 0
    blank = [ParticipantCertificate(ticket=one, name=one.name, role=_role_of(one)) for one in tickets]
    made = _written(locked, blank, by=by)
    with_letters = {one.ticket.registration_id for one in made}
    readers = Registration.objects.filter(pk__in=with_letters, hold_until=None).exclude(email="")
    for registration in readers.to_write_to():
        certificates_issued(registration).send()
    return len(made)


@transaction.atomic
def revoke_certificate(certificate: ParticipantCertificate, *, by: User, reason: str) -> ParticipantCertificate:
    """Whoever verifies it is told so, and whose it is reads why. Repeated, does nothing."""
    locked = _locked(certificate)
    if locked.is_valid:
        locked.revoked_at, locked.revoked_by, locked.reason = timezone.now(), by, reason
        locked.save(update_fields=["revoked_at", "revoked_by", "reason"])
        _tell(locked)
    return locked


@transaction.atomic
def issue_anew(certificate: ParticipantCertificate, *, name: str, role: str, by: User) -> ParticipantCertificate:
    """Another one, with a number and a code of its own, in place of one that is revoked. Repeated, it is the one that
    was made.

    Raises RuleViolated while one of that person is valid that says something else, and of who is not known any more.
    """
    revoked = _locked(certificate)
    event = revoked.ticket.registration.event
    standing = ParticipantCertificate.objects.standing().filter(ticket=revoked.ticket_id).first()
    if standing and standing != revoked and (standing.name, standing.role) == (name, role):
        return standing
    if standing:
        text = _("Certificate № %(number)s of this person is valid: revoke it first.")
        raise RuleViolated(text % {"number": standing.number}, code="other_stands")
    ticket = deserving(event).filter(pk=revoked.ticket_id).first()
    if ticket is None or not can_be_issued(event):
        raise RuleViolated(_("Whose certificate it was is not known any more."), code="unknown")
    [made] = _written(event, [ParticipantCertificate(ticket=ticket, name=name, role=role)], by=by)
    _tell(made)
    return made


def _locked(certificate: ParticipantCertificate) -> ParticipantCertificate:
    """As it is under the lock of its event."""
    known = ParticipantCertificate.objects.select_related("ticket__registration__event")
    locked_event(known.get(pk=certificate.pk).ticket.registration.event)
    return known.get(pk=certificate.pk)


def _tell(certificate: ParticipantCertificate) -> None:
    registration = certificate.ticket.registration
    if registration.is_proved and registration.email:
        certificate_turned(certificate).send()


def take_out(certificates: QuerySet[ParticipantCertificate]) -> None:
    """Their people are erased: the numbers remain, which are not valid any more."""
    own = ParticipantCertificate.objects.filter(pk__in=[*certificates.values_list("pk", flat=True)])
    own.standing().update(revoked_at=timezone.now())
    forget_names(own)


def forget_names(own: QuerySet[ParticipantCertificate]) -> None:
    """What is printed on them goes, with the paper; number, event, role, hours and day remain."""
    papers = [*own.exclude(document=None).values_list("document", flat=True)]
    own.update(name="", reason="", document=None)
    forget_documents(papers)


def hours_of(event: Event, *, days: Collection[datetime.date]) -> int | None:
    """Whole hours of the programme on these ``days``, what runs in parallel once and breaks not at all; or what the
    event says of a day. None where neither is known."""
    if event.hours_a_day:
        return event.hours_a_day * len(days)
    timed = event.sessions.filter(is_break=False).order_by("starts_at")
    total, until = datetime.timedelta(), datetime.datetime.min.replace(tzinfo=datetime.UTC)
    for session in timed:
        starts, ends = session.starts_at, session.ends_at
        if starts and ends and starts.astimezone(event.zone).date() in days:
            total += max(ends - max(starts, until), datetime.timedelta())
            until = max(until, ends)
    return round(total.total_seconds() / 3600 + 1e-9) or None


def _role_of(ticket: Ticket) -> AttendeeRole:
    return ROLES.get(ticket.registration.pool.kind, AttendeeRole.PARTICIPANT)


def _written(event: Event, blank: Sequence[ParticipantCertificate], *, by: User) -> list[ParticipantCertificate]:
    """Those that say whose they are and in which role, with all the rest."""
    today, known = timezone.localdate(), dict[frozenset[datetime.date], int | None]()
    numbers = next_numbers(f"participant certificate {today.year}", len(blank))
    for one, number in zip(blank, numbers, strict=True):
        days = frozenset(check_in.day for check_in in one.ticket.check_ins.all())
        one.hours = known[days] if days in known else known.setdefault(days, hours_of(event, days=days))
        one.number, one.code = f"У-{today.year}-{number:04}", new_code()
        one.issued_on, one.issued_by = today, by
    common = _said_of(event)
    papers = order_documents(TEMPLATE, (common | _said_on(one) for one in blank))
    for certificate, document in zip(blank, papers, strict=True):
        certificate.document = document
    return ParticipantCertificate.objects.bulk_create(blank)


def _said_of(event: Event) -> dict[str, Any]:
    """What stands on all of its certificates."""
    organisers = [link.organisation for link in event.organiser_links.select_related("organisation")]
    association = Organisation.objects.filter(is_association=True).first()
    names = association or (organisers[0] if organisers else None)
    held_by = typographic(", ".join(one.short_name or one.name for one in organisers))
    return {
        "association": {
            "ru": typographic(names.name) if names else "",
            "en": names.name_en if names else "",
            "kind": names.kind if names else Kind.NONPROFIT,
        },
        "organiser": {"ru": held_by, "kind": organisers[0].kind if organisers else Kind.NONPROFIT},
        "others": [one.kind for one in organisers[1:]],
        "event": {"ru": typographic(event.name), "en": event.name_en},
        "days": in_both(lambda: _days(event)),
        "shapes": SHAPES,
    }


def _said_on(certificate: ParticipantCertificate) -> dict[str, Any]:
    address = printed_address(certificate)
    hours = certificate.hours
    return {
        "number": certificate.number,
        "name": typographic(certificate.name),
        "part": in_both(lambda: _part(certificate.role)),
        "hours": in_both(lambda: ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours})
        if hours
        else None,
        "issued": in_both(lambda: day_in_words(certificate.issued_on)),
        "address": address.partition("://")[2].rstrip("/"),
        "qr": segno.make_qr(address, error="m").svg_inline(border=0),
    }


def _part(role: str) -> str:
    """Of a man and of a woman alike; the name of the event follows."""
    said: dict[str, str] = {
        AttendeeRole.PARTICIPANT: pgettext("on a certificate", "This certificate confirms participation in"),
        AttendeeRole.SPEAKER: pgettext("on a certificate", "This certificate confirms a talk given at"),
        AttendeeRole.ORGANISER: pgettext("on a certificate", "This certificate confirms a part in the organisation of"),
        AttendeeRole.JURY: pgettext("on a certificate", "This certificate confirms work on the jury of"),
        AttendeeRole.HELPER: pgettext("on a certificate", "This certificate confirms help in holding"),
    }
    return said[role]


def _days(event: Event) -> str:
    """Only what is over has certificates, so both times are there."""
    first, last = (moment.astimezone(event.zone).date() for moment in (event.starts_at, event.ends_at) if moment)
    return days_in_words(first, last)


def ready_of(registrations: QuerySet[Registration]) -> QuerySet[ParticipantCertificate]:
    """Certificates that can be downloaded, of these registrations."""
    ready = ParticipantCertificate.objects.ready().filter(
        ticket__registration__in=registrations.order_by().values("pk")
    )
    return ready.select_related("document", "ticket__registration__event").order_by("number")


def file_of(certificate: ParticipantCertificate) -> FieldFile:
    """Of one that is ready."""
    if certificate.document is None:
        raise ValueError(f"{certificate} has no paper")
    return certificate.document.file

"""Consents of parents: asked by a signed link for each pupil, given or refused without an account, seen by the teacher.

The portal never learns which parent has which link: the teacher hands them over.
"""

from collections.abc import Collection
from typing import Literal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from common.links import link_tokens, subject_of
from events.certificates.services import take_out
from events.groups import emails
from events.models import ParentConsent, ParticipantCertificate, Registration, Ticket
from events.registering.registrations import locked_registration
from members.consents.services import end_consent, give_consent_without_account
from members.models import ConsentText, User

LINK = "consent of a parent"
PupilMark = Literal["paper", "adult", "pupil"]


def ask_parents(registration: Registration) -> None:
    """Of each pupil who has not been asked for yet; of adults nobody is. Repeated, does nothing."""
    unasked = registration.tickets.standing().filter(parent_consent=None, is_adult=False)
    ParentConsent.objects.bulk_create([ParentConsent(ticket=ticket) for ticket in unasked], ignore_conflicts=True)


def tokens_of(tickets: Collection[Ticket]) -> dict[int, str]:
    """Key of the ticket → what stands in the address for its parent."""
    tokens = link_tokens(LINK, subjects=[str(ticket.pk) for ticket in tickets])
    return {int(subject): token for subject, token in tokens.items()}


@transaction.atomic
def mark_pupils(tickets: Collection[Ticket], *, mark: PupilMark, by: User) -> None:
    """What the teacher says of these: that the school has the consent on paper, that they are adults, or that they are
    pupils of whom neither is known. What a parent says by the link stands above it. Repeated, does nothing."""
    keys = [ticket.pk for ticket in tickets]
    if mark == "paper":
        ParentConsent.objects.bulk_create([ParentConsent(ticket=ticket) for ticket in tickets], ignore_conflicts=True)
    asked = ParentConsent.objects.filter(ticket__in=keys, refused_at=None)
    if mark == "paper":
        asked.filter(paper_at=None).update(paper_at=timezone.now(), paper_by=by)
    else:
        asked.update(paper_at=None, paper_by=None)
    Ticket.objects.filter(pk__in=keys).update(is_adult=mark == "adult")


def asked_by(token: str) -> ParentConsent | None:
    """What the link asks of; None for a forged one, and where the pupil was taken off the list."""
    subject = subject_of(token, purpose=LINK)
    if subject is None:
        return None
    asked = ParentConsent.objects.filter(ticket=int(subject), ticket__removed_at=None)
    return asked.select_related("ticket__registration__event", "ticket__registration__organisation", "consent").first()


@transaction.atomic
def grant(asked: ParentConsent, *, parent: str, text: ConsentText) -> ParentConsent:
    """Repeated, it is the consent that stands. Raises RuleViolated where another version of the text came into force
    meanwhile, the pupil was taken off the list, or a parent has refused: by then nobody here knows who it was."""
    locked = _locked(asked)
    if locked.refused_at:
        gone = _("The name of the pupil is deleted. If you have changed your mind, tell the teacher.")
        raise RuleViolated(gone, code="pupil_gone")
    if not locked.consent_id:
        locked.consent, locked.parent = give_consent_without_account(text), parent
        locked.save(update_fields=["consent", "parent"])
    return locked


@transaction.atomic
def refuse(asked: ParentConsent) -> ParentConsent:
    """At once, or later, which withdraws the consent, on paper too. Who the pupil is is deleted with it (152-ФЗ ст. 21
    ч. 5), and so is what a certificate says; the place stays with the group. The teacher is told, and takes it off or
    brings another. Repeated, does nothing. Raises RuleViolated where the pupil was taken off the list."""
    locked_registration(asked.ticket.registration)  # before its people, as everywhere: nobody is let in meanwhile
    locked = _locked(asked)
    if locked.refused_at:
        return locked
    if locked.consent:
        end_consent(locked.consent)
    locked.consent, locked.parent, locked.refused_at = None, "", timezone.now()
    locked.paper_at = locked.paper_by = None
    locked.save(update_fields=["consent", "parent", "refused_at", "paper_at", "paper_by"])
    Ticket.objects.filter(pk=locked.ticket_id).update(name="", grade="")
    take_out(ParticipantCertificate.objects.filter(ticket=locked.ticket_id))
    emails.parent_refused(locked.ticket.registration).send()
    return locked


@transaction.atomic
def send_to_parent(ticket: Ticket, *, email: str) -> None:
    """The link, without the name of the pupil. The address stands in the letter alone."""
    ParentConsent.objects.get_or_create(ticket=ticket)
    emails.parent_asked(ticket.registration, to=email, token=tokens_of([ticket])[ticket.pk]).send()


def _locked(asked: ParentConsent) -> ParentConsent:
    rows = ParentConsent.objects.select_related("consent", "ticket__registration__event")
    locked = rows.select_for_update(of=["self"]).get(pk=asked.pk)
    if locked.ticket.removed_at:
        raise RuleViolated(_("This pupil is not on the list any more."), code="ticket_gone")
    return locked

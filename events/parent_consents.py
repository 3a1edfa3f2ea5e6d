"""Consents of parents: asked by a signed link for each pupil, given or refused without an account, seen by the teacher.

The portal never learns which parent has which link: the teacher hands them over.
"""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from common.links import link_tokens, subject_of
from events import group_emails as emails
from events.models import ParentConsent, Registration, Ticket
from members.consents import end_consent, give_consent_without_account
from members.models import ConsentText

LINK = "consent of a parent"


def ask_parents(registration: Registration) -> None:
    """Of each pupil who has not been asked for yet. Repeated, does nothing."""
    unasked = registration.tickets.standing().filter(parent_consent=None)
    ParentConsent.objects.bulk_create([ParentConsent(ticket=ticket) for ticket in unasked], ignore_conflicts=True)


def tokens_of(tickets: Collection[Ticket]) -> dict[int, str]:
    """Key of the ticket → what stands in the address for its parent."""
    tokens = link_tokens(LINK, subjects=[str(ticket.pk) for ticket in tickets])
    return {int(subject): token for subject, token in tokens.items()}


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
    meanwhile, or the pupil was taken off the list."""
    locked = _locked(asked)
    if not locked.consent_id:
        locked.consent, locked.parent, locked.refused_at = give_consent_without_account(text), parent, None
        locked.save(update_fields=["consent", "parent", "refused_at"])
    return locked


@transaction.atomic
def refuse(asked: ParentConsent) -> ParentConsent:
    """At once, or later, which withdraws the consent. The teacher is told, and takes the pupil off or brings another.
    Repeated, does nothing. Raises RuleViolated where the pupil was taken off the list."""
    locked = _locked(asked)
    if locked.refused_at:
        return locked
    if locked.consent:
        end_consent(locked.consent)
    locked.consent, locked.parent, locked.refused_at = None, "", timezone.now()
    locked.save(update_fields=["consent", "parent", "refused_at"])
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

"""What keeps a session of the board from being closed, in words; the office reads it on the session's page."""

from collections.abc import Iterator

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from members.board.agendas import lacks_of_notice
from members.board.enrolment import known_organisation
from members.models import (
    OVER,
    AgendaItem,
    AssociationRequisites,
    BoardSession,
    Fee,
    Kind,
    MembershipApplication,
    Organisation,
    Outcome,
    Role,
)


def mistakes(session: BoardSession) -> list[str]:
    """Nothing where it may be closed."""
    found = []
    if session.is_ahead:
        found.append(_("The session lies ahead."))
    if not session.protocol_number:
        found.append(_("The number of the protocol is missing."))
    if not (session.chair and session.secretary):
        found.append(_("Name the chair and the secretary: they sign the protocol."))
    if not session.has_quorum:
        told = {"present": session.present or 0, "seats": session.seats}
        found.append(_("There is no quorum: %(present)d of %(seats)d are present, more than half are needed.") % told)
    items = [*session.items.on_it().with_matter()]
    if not items:
        found.append(_("Nothing is on the agenda."))
    for item in items:
        found += [f"{item}: {mistake}" for mistake in _mistakes_of(item, session)]
    return [*found, *_enrolled_twice(items)]


def _mistakes_of(item: AgendaItem, session: BoardSession) -> list[str]:
    item.session = session
    if not item.is_postponed and item.votes is None:
        return [_("the votes are missing.")]
    found = []
    if not item.is_postponed and item.votes != session.present:
        told = {"votes": item.votes, "present": session.present or 0}
        found.append(_("%(votes)s votes of %(present)d present. Who did not vote has abstained.") % told)
    of_matter = _mistakes_of_application(item.application, item) if item.application else [lacks_of_notice(item)]
    return [*found, *filter(None, of_matter)]


def _mistakes_of_application(application: MembershipApplication, item: AgendaItem) -> list[str]:
    if application.submitted_at and localdate(application.submitted_at) > item.session.held_on:
        return [_("the application was submitted after the day of the session.")]
    if item.decision != Outcome.ACCEPTED:
        return [] if item.reason else [_("the reason is missing; the applicant reads it.")]
    known = known_organisation(application)
    if known and known.memberships.exclude(status__in=OVER).exists():
        return [_("“%(name)s” in the directory has its INN or OGRN, and is a member.") % {"name": known}]
    return [
        _lacks_of_invoice(item, kind=known.kind if known else application.kind),
        _lacks_of_head(application, known) if known else "",
    ]


def _lacks_of_invoice(item: AgendaItem, *, kind: str) -> str:
    fee = Fee.objects.valid_on(item.session.held_on).for_organisation_of(item.tier, kind).first()
    if fee is None:
        return _("No fee is set for: %(tier)s, %(kind)s.") % {
            "tier": item.get_tier_display(), "kind": Kind(kind).label,
        }  # fmt: skip
    if fee.amount and not AssociationRequisites.objects.exists():
        return _("No invoice without bank details: enter those of the association in the office first.")
    return ""


def _lacks_of_head(application: MembershipApplication, organisation: Organisation) -> str:
    """Where the address that would be invited as its head (``_give_it_a_head``) cannot be."""
    if application.applicant or organisation.representatives.heads().exists():
        return ""
    email = application.email.lower()
    acts = organisation.representatives.active().filter(user__email=email).exists()
    if acts or organisation.invitations.open().filter(email=email).exclude(role=Role.HEAD).exists():
        text = _("%(email)s has another role there, or an invitation to one. Change the role or revoke it first.")
        return text % {"email": email}
    return ""


def _enrolled_twice(items: list[AgendaItem]) -> Iterator[str]:
    told, enrolled = _("another application of this organisation is accepted."), set[object]()
    for item in items:
        if item.application and item.decision == Outcome.ACCEPTED:
            one = {item.application.inn, item.application.ogrn, known_organisation(item.application)} - {"", None}
            if one & enrolled:
                yield f"{item}: {told}"
            enrolled |= one

"""Sessions of the board: what the votes mean, and the decisions carried out in one transaction."""

import datetime
import hashlib
import json
from collections.abc import Iterator
from functools import partial
from typing import cast

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from common.caching import invalidate_public_pages
from common.documents import order_document
from common.errors import RuleViolated
from common.models import Document
from common.text import typographic
from members import board_emails as emails
from members.agendas import already_closed, lacks_of_notice, tell_of_exclusion
from members.applications import Asked, move_application
from members.invitations import invite
from members.invoices import bill_period
from members.memberships import Who as Mover
from members.memberships import change_membership_status, record_membership_start
from members.models import (
    OVER,
    AgendaItem,
    AssociationRequisites,
    BoardSession,
    Fee,
    Kind,
    Membership,
    MembershipApplication,
    MembershipStatus,
    Organisation,
    Outcome,
    Representative,
    Role,
    Tier,
    User,
    Who,
)
from members.notifications import Words
from members.questionnaire import Questionnaire
from members.services import free_slug, tell_of_role

TEMPLATE = "pdf/members/board_protocol.typ"
ACTIONS = {Outcome.ACCEPTED: "accept", Outcome.DECLINED: "decline", Outcome.POSTPONED: "postpone"}


# --- The decisions -------------------------------------------------------------------------------------------


def mistakes(session: BoardSession) -> list[str]:
    """What keeps the session from being closed, in words; nothing where it may be."""
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
    if item.decision != Outcome.ACCEPTED:
        return [] if item.reason else [_("the reason is missing; the applicant reads it.")]
    known = _known_organisation(application)
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
            one = {item.application.inn, item.application.ogrn, _known_organisation(item.application)} - {"", None}
            if one & enrolled:
                yield f"{item}: {told}"
            enrolled |= one


def _known_organisation(application: MembershipApplication) -> Organisation | None:
    """That which applies, if the directory has it, perhaps only since."""
    same = Organisation.objects.numbered(inn=application.inn, ogrn=application.ogrn)
    return application.organisation or same.first()


def fingerprint(session: BoardSession) -> str:
    """Of what the closing rests on: who sat, what is on the agenda, and how it was voted."""
    facts = ("held_on", "place", "seats", "present", "chair", "secretary", "protocol_number")
    votes = ("tier", "votes_for", "votes_against", "abstained", "is_postponed", "reason", "grounds")
    items = session.items.on_it().values_list("pk", "position", "application", "membership", *votes)
    rests_on = [[getattr(session, name) for name in facts], [*items]]
    return hashlib.sha256(json.dumps(rests_on, default=str).encode()).hexdigest()


@transaction.atomic
def close_session(session: BoardSession, *, by: User, seen: str | None = None) -> BoardSession:
    """Carry out what was voted: all of it or nothing. Members get their membership, certificate, first invoice and
    welcome letter, who is excluded loses theirs; the protocol is typeset after the commit. Repeated by the same person,
    does nothing.

    ``seen`` is the ``fingerprint`` of what the person has looked at. Raises RuleViolated with what is missing, where
    somebody else has closed it, and where something of it has changed since.
    """
    locked = BoardSession.objects.select_for_update(of=["self"]).select_related("closed_by").get(pk=session.pk)
    if locked.closed_at and locked.closed_by == by:
        return locked
    if locked.closed_at:
        raise RuleViolated(already_closed(locked), code="session_closed")
    if seen is not None and seen != fingerprint(locked):
        text = _("The votes or the agenda have changed while you were reading. Here is how they stand now.")
        raise RuleViolated(text, code="changed_meanwhile")
    if found := mistakes(locked):
        raise RuleViolated("\n".join(found), code="session_incomplete")
    locked.items.gone().delete()
    items = [*locked.items.with_matter()]
    for item in items:
        item.session = locked
        try:
            _decide(item, by=by)
        except RuleViolated as error:
            raise RuleViolated(f"{item}: {error.message}", code=error.code) from error
    locked.closed_at, locked.closed_by = timezone.now(), by
    locked.protocol = _order_protocol(locked, items)
    locked.save()
    invalidate_public_pages()
    return locked


def _decide(item: AgendaItem, *, by: User) -> None:
    item.outcome = item.decision
    item.save(update_fields=["outcome"])
    if item.application:
        _carry_out(item.application, item, by=by)
    elif item.membership:
        _carry_out_exclusion(item.membership, item, by=by)


def _carry_out(application: MembershipApplication, item: AgendaItem, *, by: User) -> None:
    reason = "\n".join(filter(None, (_said(item.session, application.language), item.reason)))
    move = partial(move_application, who=Who.BOARD, by=by, asked=Asked(reason=reason))
    application = move(application, action=ACTIONS[Outcome(item.outcome)])
    if item.outcome == Outcome.ACCEPTED:
        membership = _enrol(application, item, by=by)
        move(application, action="enrol")
        emails.member_welcomed(application, membership=membership, session=item.session).send()


def _carry_out_exclusion(membership: Membership, item: AgendaItem, *, by: User) -> None:
    """From the day of the session, or of what has happened to the membership since. Of an exclusion the move tells."""
    if item.outcome != Outcome.EXCLUDED:
        tell_of_exclusion(item, event="decided", words=partial(_words_of_staying, item))
        return
    last = membership.changes.last()
    item.membership = change_membership_status(
        membership,
        status=MembershipStatus.EXCLUDED,
        on=max(item.session.held_on, last.on) if last else item.session.held_on,
        by=by,
        reason=item.grounds,
        protocol=item.session.protocol_number,
        protocol_on=item.session.held_on,
        who=Mover.BOARD,
    )


def _words_of_staying(item: AgendaItem) -> Words:
    titles = {
        Outcome.KEPT: _("%(organisation)s stays a member: the board has voted against its exclusion"),
        Outcome.POSTPONED: _("The board has put off the exclusion of %(organisation)s"),
    }
    title = titles[Outcome(item.outcome)] % {"organisation": item.organisation}
    return Words(title, "\n".join(filter(None, (str(item.session), item.reason))))


def _said(session: BoardSession, language: str) -> str:
    with override(language):
        return str(session)


def _enrol(application: MembershipApplication, item: AgendaItem, *, by: User) -> Membership:
    """Make it a member on the day of the session."""
    organisation = _known_organisation(application) or _entered(application)
    MembershipApplication.objects.filter(pk=application.pk).update(organisation=organisation)
    membership = Membership.objects.create(
        organisation=organisation,
        tier=item.tier,
        started_on=item.session.held_on,
        note=_said(item.session, "ru"),
        note_en=_said(item.session, "en"),
    )
    record_membership_start(membership, by=by)
    bill_period(membership, starts_on=item.session.held_on, by=by)
    _give_it_a_head(application, organisation, by=by)
    return membership


def _entered(application: MembershipApplication) -> Organisation:
    """Into the directory, as it was submitted; what is wrong by the rules of today is left out."""
    name = application.short_name or application.name
    said = Questionnaire(application).cleaned
    return Organisation.objects.create(
        kind=application.kind,
        name=application.name,
        short_name=name[:80],
        slug=free_slug(name),
        inn=application.inn,
        ogrn=application.ogrn,
        region=said.get("region"),
        city=said.get("city", ""),
        website=said.get("website", ""),
        is_published=True,
    )


def _give_it_a_head(application: MembershipApplication, organisation: Organisation, *, by: User) -> None:
    """Whoever has applied speaks for it, unless somebody does; without an account, by an invitation."""
    if organisation.representatives.heads().exists():
        return
    position = Questionnaire(application).cleaned.get("contact_position", "")
    if application.applicant is None:
        email, language = application.email, application.language
        invite(organisation, email=email, role=Role.HEAD, position=position, by=by, language=language)
        return
    given, _made = Representative.objects.update_or_create(
        organisation=organisation,
        user=application.applicant,
        ended_at=None,
        defaults={"role": Role.HEAD},
        create_defaults={"role": Role.HEAD, "position": position},
    )
    tell_of_role(given)


# --- The protocol --------------------------------------------------------------------------------------------


def _order_protocol(session: BoardSession, items: list[AgendaItem]) -> Document:
    association = Organisation.objects.filter(is_association=True).first()
    with override(settings.LANGUAGE_CODE):  # the protocol is a Russian document
        data = {
            "association": typographic(association.name) if association else _("School Cluster Association"),
            "number": session.protocol_number,
            "held_on": _day(session.held_on),
            "place": session.place,
            "seats": session.seats,
            "present": session.present,
            "chair": session.chair,
            "secretary": session.secretary,
            "items": [_item_data(item) for item in items],
        }
        return order_document(TEMPLATE, data)


def _day(day: datetime.date | None) -> str:
    return date_format(day, "j E Y") if day else ""


def _item_data(item: AgendaItem) -> dict[str, object]:
    matter = item.application or cast("Membership", item.membership).organisation
    return {
        "is_exclusion": item.is_exclusion,
        "name": typographic(matter.name or matter.title),
        "inn": matter.inn,
        "kind": matter.kind,
        "kind_label": matter.get_kind_display(),
        "application": item.application.number if item.application else "",
        "tier": str(Tier(item.tier).label),
        "grounds": item.grounds,
        "paper_notice_on": _day(item.paper_notice_on),
        "votes": [item.votes_for, item.votes_against, item.abstained],
        "outcome": item.outcome,
        "excluded_on": _day(item.membership.ended_on) if item.membership else "",
        "reason": item.reason,
    }

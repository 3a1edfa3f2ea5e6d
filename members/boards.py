"""Sessions of the board: their agenda, what the votes mean, and the decisions carried out in one transaction."""

from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Max
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
from members.applications import Asked, move_application
from members.invitations import invite
from members.invoices import bill_period
from members.memberships import record_membership_start
from members.models import (
    OVER,
    AgendaItem,
    BoardSession,
    Membership,
    MembershipApplication,
    Organisation,
    Outcome,
    Region,
    Representative,
    Role,
    Tier,
    User,
    Who,
)
from members.services import free_slug, tell_of_role

TEMPLATE = "pdf/members/board_protocol.typ"
ACTIONS = {Outcome.ACCEPTED: "accept", Outcome.DECLINED: "decline", Outcome.POSTPONED: "postpone"}


# --- The agenda ----------------------------------------------------------------------------------------------


@transaction.atomic
def put_on_agenda(application: MembershipApplication, *, session: BoardSession, by: User) -> AgendaItem:
    """As the last item of this session, with the tier that was asked for. Repeated, gives the item that stands there.

    Raises RuleViolated where the session is closed, and where the application is not in review.
    """
    locked = open_session(session)
    if known := locked.items.filter(application=application, outcome="").first():
        return known
    application = move_application(application, action="put_on_agenda", who=Who.STAFF, by=by)
    last = locked.items.aggregate(last=Max("position"))["last"] or 0
    return locked.items.create(application=application, tier=application.tier, position=last + 1)


@transaction.atomic
def take_off_agenda(application: MembershipApplication, *, by: User) -> MembershipApplication:
    """Back into review, as long as the session is not closed. Repeated, does nothing."""
    for item in AgendaItem.objects.filter(application=application, outcome="").select_related("session"):
        open_session(item.session)
        item.delete()
    return move_application(application, action="take_off", who=Who.STAFF, by=by)


def open_session(session: BoardSession) -> BoardSession:
    """The session, held to the end of the transaction. Raises RuleViolated where it is closed."""
    locked = BoardSession.objects.select_for_update(of=["self"]).select_related("closed_by").get(pk=session.pk)
    if locked.closed_at:
        raise RuleViolated(_already_closed(locked), code="session_closed")
    return locked


def _already_closed(session: BoardSession) -> str:
    at = date_format(timezone.localtime(session.closed_at), "DATETIME_FORMAT")
    return _("The session was closed by %(who)s on %(time)s.") % {"who": session.closed_by or "—", "time": at}


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
    items = [*session.items.on_it().select_related("application")]
    if not items:
        found.append(_("Nothing is on the agenda."))
    for item in items:
        found += [f"{item}: {mistake}" for mistake in _mistakes_of(item, session)]
    return found


def _mistakes_of(item: AgendaItem, session: BoardSession) -> list[str]:
    found = []
    if not item.is_postponed and item.votes is None:
        return [_("the votes are missing.")]
    if not item.is_postponed and item.votes != session.present:
        told = {"votes": item.votes, "present": session.present or 0}
        found.append(_("%(votes)s votes of %(present)d present. Who did not vote has abstained.") % told)
    item.session = session
    if item.decision != Outcome.ACCEPTED and not item.reason:
        found.append(_("the reason is missing; the applicant reads it."))
    known = _known_organisation(item.application)
    if item.decision == Outcome.ACCEPTED and known and known.memberships.exclude(status__in=OVER).exists():
        found.append(_("“%(name)s” in the directory has its INN or OGRN, and is a member.") % {"name": known})
    return found


def _known_organisation(application: MembershipApplication) -> Organisation | None:
    """That which applies, if the directory has it, perhaps only since."""
    same = Organisation.objects.numbered(inn=application.inn, ogrn=application.ogrn)
    return application.organisation or same.first()


@transaction.atomic
def close_session(session: BoardSession, *, by: User) -> BoardSession:
    """Carry out what was voted: all of it or nothing. Members get their membership, certificate, first invoice and
    welcome letter; the protocol is typeset after the commit. Repeated by the same person, does nothing.

    Raises RuleViolated with what is missing, and where somebody else has closed it.
    """
    locked = BoardSession.objects.select_for_update(of=["self"]).select_related("closed_by").get(pk=session.pk)
    if locked.closed_at and locked.closed_by == by:
        return locked
    if locked.closed_at:
        raise RuleViolated(_already_closed(locked), code="session_closed")
    if found := mistakes(locked):
        raise RuleViolated("\n".join(found), code="session_incomplete")
    locked.items.gone().delete()
    items = [*locked.items.select_related("application")]
    for item in items:
        item.session = locked
        item.outcome = item.decision
        item.save(update_fields=["outcome"])
        _carry_out(item, by=by)
    locked.closed_at, locked.closed_by = timezone.now(), by
    locked.protocol = _order_protocol(locked, items)
    locked.save()
    invalidate_public_pages()
    return locked


def _carry_out(item: AgendaItem, *, by: User) -> None:
    reason = "\n".join(filter(None, (_said(item.session, item.application.language), item.reason)))
    move = partial(move_application, who=Who.BOARD, by=by, asked=Asked(reason=reason))
    application = move(item.application, action=ACTIONS[Outcome(item.outcome)])
    if item.outcome == Outcome.ACCEPTED:
        membership = _enrol(application, item, by=by)
        move(application, action="enrol")
        emails.member_welcomed(application, membership=membership, session=item.session).send()


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
    """Into the directory, as it was submitted."""
    name = application.short_name or application.name
    region = application.typed("region")
    return Organisation.objects.create(
        kind=application.kind,
        name=application.name,
        short_name=name[:80],
        slug=free_slug(name),
        inn=application.inn,
        ogrn=application.ogrn,
        region=Region.objects.filter(pk=region).first() if region.isdecimal() else None,
        city=application.typed("city"),
        website=application.typed("website"),
        is_published=True,
    )


def _give_it_a_head(application: MembershipApplication, organisation: Organisation, *, by: User) -> None:
    """Whoever has applied speaks for it, unless somebody does; without an account, by an invitation."""
    if organisation.representatives.heads().exists():
        return
    position = application.typed("contact_position")
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
            "held_on": date_format(session.held_on, "j E Y"),
            "place": session.place,
            "seats": session.seats,
            "present": session.present,
            "chair": session.chair,
            "secretary": session.secretary,
            "items": [_item_data(item) for item in items],
        }
        return order_document(TEMPLATE, data)


def _item_data(item: AgendaItem) -> dict[str, object]:
    application = item.application
    return {
        "name": typographic(application.name or application.title),
        "inn": application.inn,
        "kind": application.kind,
        "kind_label": application.get_kind_display(),
        "application": application.number,
        "tier": str(Tier(item.tier).label),
        "votes": [item.votes_for, item.votes_against, item.abstained],
        "outcome": item.outcome,
        "reason": item.reason,
    }

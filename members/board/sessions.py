"""The closing of a session of the board: its decisions carried out in one transaction."""

import hashlib
import json
from functools import partial

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from psycopg2.errors import UniqueViolation

from common.caching import invalidate_public_pages
from common.errors import RuleViolated
from members.applying.moves import Asked, move_application
from members.board import emails
from members.board.agendas import already_closed, tell_of_exclusion
from members.board.checks import mistakes
from members.board.enrolment import enrol
from members.board.protocols import order_protocol
from members.membership.life import Who as Mover
from members.membership.life import change_membership_status
from members.models import (
    AgendaItem,
    BoardSession,
    Membership,
    MembershipApplication,
    MembershipStatus,
    Outcome,
    User,
    Who,
)
from members.notices.notifications import Words

ACTIONS = {Outcome.ACCEPTED: "accept", Outcome.DECLINED: "decline", Outcome.POSTPONED: "postpone"}


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
        _carried_out(item, by=by)
    locked.closed_at, locked.closed_by = timezone.now(), by
    locked.protocol = order_protocol(locked, items)
    locked.save()
    invalidate_public_pages()
    return locked


def _carried_out(item: AgendaItem, *, by: User) -> None:
    """Whatever refuses it names the item."""
    try:
        with transaction.atomic():
            _decide(item, by=by)
    except RuleViolated as error:
        raise RuleViolated(f"{item}: {error.message}", code=error.code) from error
    except IntegrityError as error:
        if not isinstance(error.__cause__, UniqueViolation):
            raise
        told = _("somebody has entered this organisation or its membership at the same moment. Look at it once more.")
        raise RuleViolated(f"{item}: {told}", code="changed_meanwhile") from error


def _decide(item: AgendaItem, *, by: User) -> None:
    item.outcome = item.decision
    item.save(update_fields=["outcome"])
    if item.application:
        _carry_out(item.application, item, by=by)
    elif item.membership:
        _carry_out_exclusion(item.membership, item, by=by)


def _carry_out(application: MembershipApplication, item: AgendaItem, *, by: User) -> None:
    reason = "\n".join(filter(None, (item.session.said_in(application.language), item.reason)))
    move = partial(move_application, who=Who.BOARD, by=by, asked=Asked(reason=reason))
    application = move(application, action=ACTIONS[Outcome(item.outcome)])
    if item.outcome == Outcome.ACCEPTED:
        membership = enrol(application, item, by=by)
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

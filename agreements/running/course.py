"""What becomes of a concluded agreement by the clock and by its parties: in force, renewed, ended."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.drafting.drafts import make_version, write_columns
from agreements.fulfilment.obligations import close_open, follow_terms
from agreements.life import timers
from agreements.life.machine import MOVES, Who, check, locked_agreement, turn
from agreements.models import (
    IN_FORCE,
    Agreement,
    AgreementState,
    Party,
    Relation,
    Renewal,
    Timer,
    TimerKind,
    Version,
)
from agreements.signing.conclusion import give_number
from agreements.terms import Terms, continued
from common.errors import RuleViolated
from members.models import User
from members.notices.notifications import nobody_is_told


def take_effect(agreement: Agreement) -> None:
    """By the clock, of the locked agreement, once its first day has come. What it is to another happens to that one."""
    turn(agreement, "start", who=Who.TIMER, by=None)
    match agreement.relation:
        case Relation.AMENDMENT:
            _amend(agreement)
        case Relation.TERMINATION:
            _end_parent(agreement, "terminate")
        case Relation.RENEWAL:
            _end_parent(agreement, "renew")
            follow_terms(agreement, Terms.of(agreement.newest_version.terms))
        case _:
            follow_terms(agreement, Terms.of(agreement.newest_version.terms))


def _amend(amendment: Agreement) -> None:
    """The parent's terms in force have a version more: the words that were accepted and signed in the amendment."""
    parent = amendment.parent  # locked with it
    if parent is None or parent.state not in IN_FORCE:
        return  # it ended meanwhile: the amendment stands, and changes nothing
    last, signed = parent.newest_version, amendment.newest_version
    version = Version.objects.create(
        agreement=parent,
        number=last.number + 1,
        by=None,
        organisation=amendment.initiator,
        amendment=amendment,
        terms=signed.terms,
        content=signed.content,
        sha256=signed.sha256,
    )
    terms = Terms.of(version.terms)
    write_columns(parent, terms)
    turn(parent, "amend", who=Who.TIMER, by=None, version=version.sha256, amendment=amendment.pk)
    follow_terms(parent, terms, because=amendment)


def _end_parent(child: Agreement, action: str) -> None:
    parent = child.parent  # locked with it
    if parent and parent.state in MOVES[action].before:
        end(parent, action, facts={"child": child.pk})


def end(
    agreement: Agreement, action: str, *, last: datetime.date | None = None, facts: Mapping[str, Any] | None = None
) -> None:
    """By the clock, of the locked agreement: what is still open is closed with the reason. ``last``: its last day,
    where that is not today."""
    last = last or timezone.localdate()
    agreement.ended_on = min(agreement.ends_on or last, last)  # the clock comes after the last day
    turn(agreement, action, who=Who.TIMER, by=None, **(facts or {}))
    close_open(
        agreement, reason=_("The agreement has ended: %(how)s.") % {"how": agreement.get_state_display().lower()}
    )
    with nobody_is_told():  # as all have been told of the whole
        for dependent in agreement.children.filter(state=AgreementState.ACTIVE).exclude(relation=Relation.RENEWAL):
            dependent.ended_on = agreement.ended_on
            over = "terminate" if action == "terminate" else "expire"
            turn(dependent, over, who=Who.TIMER, by=None, parent=agreement.pk)


def end_or_renew(agreement: Agreement) -> None:
    """By the clock, after its last day. What the parties have agreed on for afterwards renews it; else one that renews
    itself, and to which nobody has objected in time, goes on as a child with the same terms for as long again."""
    following = agreement.children.filter(relation=Relation.RENEWAL, state__in=IN_FORCE).first()
    if following:
        end(agreement, "renew", facts={"child": following.pk})
    elif agreement.renewal == Renewal.AUTOMATIC and not has_objection(agreement):
        renew_by_itself(agreement)
    else:
        end(agreement, "expire")


def has_objection(agreement: Agreement) -> bool:
    return agreement.history.filter(action="object").exists()


def renew_by_itself(agreement: Agreement) -> Agreement:
    """Nobody signs: the parties have agreed on it when they signed. The same terms go on for as long again, under a
    number of their own; what is promised by a day is promised by as much later."""
    first, last = agreement.starts_on or agreement.concluded_on, agreement.ends_on
    if first is None or last is None:
        raise ValueError(f"{agreement} has no term to renew")
    longer = continued(Terms.of(agreement.newest_version.terms), first, last)
    child = Agreement(
        kind=agreement.kind,
        relation=Relation.RENEWAL,
        parent=agreement,
        initiator=agreement.initiator,
        author=agreement.author,
        is_public=agreement.is_public,
        shared_at=timezone.now(),
    )
    write_columns(child, longer)
    child.save()
    for party in agreement.parties.all():
        party.pk, party.agreement = None, child
        party.save(force_insert=True)
    make_version(child, longer, by=None, organisation=agreement.initiator)
    give_number(child, on=timezone.localdate())
    turn(child, "prolong", who=Who.TIMER, by=None, version=child.newest_version.sha256, number=child.number)
    take_effect(child)
    return child


@transaction.atomic
def object_to_renewal(agreement: Agreement, *, party: Party, by: User, reason: str) -> Agreement:
    """Repeated by the same party, does nothing.

    Raises RuleViolated where it does not renew itself, or the last day to object has passed.
    """
    locked = locked_agreement(agreement)
    check(locked, "object", who=Who.PARTY, reason=reason)
    if locked.renewal != Renewal.AUTOMATIC or locked.ends_on is None or locked.is_dependent:
        raise RuleViolated(_("This agreement does not renew itself."), code="no_renewal")
    if timezone.localdate() > timers.last_day_to_object(locked, locked.ends_on):
        raise RuleViolated(_("The last day to object has passed."), code="too_late")
    if locked.history.filter(action="object", facts__party=party.pk).exists():
        return locked
    turn(locked, "object", who=Who.PARTY, by=by, reason=reason, party=party.pk)
    return locked


@transaction.atomic
def give_notice(agreement: Agreement, *, party: Party, by: User, reason: str) -> Agreement:
    """It ends after the days of notice, or on its last day if that comes first. Repeated by anybody, does nothing."""
    locked = locked_agreement(agreement)
    if locked.timers.waiting().filter(kind=TimerKind.NOTICE_END).exists():
        return locked
    if locked.is_dependent:
        raise RuleViolated(
            _("It is over with the agreement that it belongs to: give notice of that one."), code="dependent"
        )
    turn(locked, "notice", who=Who.PARTY, by=by, reason=reason, party=party.pk)
    last = timezone.localdate() + datetime.timedelta(days=locked.notice_days)
    over = timers.midnight(last + datetime.timedelta(days=1))
    timers.start(locked, [(TimerKind.NOTICE_END, party.pk, 0, over)])
    return locked


def notice_ends_on(agreement: Agreement) -> datetime.date | None:
    """Its last day, where notice has been given."""
    timer = Timer.objects.filter(agreement=agreement, kind=TimerKind.NOTICE_END, done_at=None).first()
    return last_day_before(timer) if timer else None


def last_day_before(timer: Timer) -> datetime.date:
    """Of a timer that comes at midnight."""
    return timezone.localdate(timer.due_at) - datetime.timedelta(days=1)

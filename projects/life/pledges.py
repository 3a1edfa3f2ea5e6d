"""The life of a pledge: given, delivered, confirmed by the receiver; what is confirmed counts towards the obligation
that it serves."""

import datetime
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from agreements.fulfilment.counted import Source, register
from agreements.fulfilment.obligations import MOST, recount
from agreements.models import IN_FORCE, Obligation, ObligationKind
from common.errors import RuleViolated
from common.idempotency import once
from members.models import Organisation, User
from projects.life.consistency import check_constraints
from projects.life.locked import locked_project
from projects.life.machine import Move, Who, possible, refuse_unless
from projects.life.roadmaps import CHANGEABLE
from projects.models import Pledge, PledgeKind, PledgeMove, PledgeState, Project
from projects.telling.pledges import tell_of_pledge, tell_receiver

MOST_PLEDGES = 200  # of a project
PLEDGED, DELIVERED = PledgeState.PLEDGED, PledgeState.DELIVERED
CONFIRMED, WITHDRAWN = PledgeState.CONFIRMED, PledgeState.WITHDRAWN
# Which obligations a pledge may serve.
SERVES: dict[str, tuple[str, ...]] = {
    PledgeKind.MONEY: (ObligationKind.MONEY,),
    PledgeKind.EQUIPMENT: (ObligationKind.EQUIPMENT,),
    PledgeKind.HOURS: (ObligationKind.OTHER,),
    PledgeKind.PLACES: (ObligationKind.PLACES, ObligationKind.INTERNSHIPS),
}

# fmt: off
PLEDGE_MOVES: dict[str, Move] = {
    "deliver":  Move((PLEDGED,), DELIVERED, (Who.DONOR, Who.STAFF)),  # with how much
    "confirm":  Move((DELIVERED,), CONFIRMED, (Who.RECEIVER, Who.STAFF)),
    "refuse":   Move((DELIVERED,), PLEDGED, (Who.RECEIVER, Who.STAFF), needs_reason=True),
    "withdraw": Move((PLEDGED,), WITHDRAWN, (Who.DONOR, Who.STAFF), needs_reason=True),
    "reopen":   Move((CONFIRMED, WITHDRAWN), PLEDGED, (Who.STAFF,), needs_reason=True),
}
# fmt: on


@transaction.atomic
def give_pledge(project: Project, *, donor: Organisation, typed: Mapping[str, Any], by: User, key: str) -> Pledge:
    """Made once for one key. Raises RuleViolated past MOST_PLEDGES, unless both sides take part in the project and it
    may be changed, and for an obligation that it cannot serve."""
    locked = locked_project(project)
    if locked.state not in CHANGEABLE:
        text = _("Not possible now: the project has the state “%(state)s”.")
        raise RuleViolated(text % {"state": locked.get_state_display()}, code="other_state")

    def make() -> Pledge:
        if locked.pledges.count() >= MOST_PLEDGES:
            raise RuleViolated(_("%(number)d pledges are the most.") % {"number": MOST_PLEDGES}, code="too_many")
        pledge = Pledge(project=locked, donor=donor, **typed)
        check_pledge(pledge)
        pledge.save()
        tell_receiver(pledge, by=by)
        return pledge

    asked = {"donor": donor.pk, **typed}
    return once(make, model=Pledge, scope=f"pledge in project {locked.pk} by {by.pk}", key=key, asked=asked)


@transaction.atomic
def move_pledge(
    pledge: Pledge,
    *,
    move: str,
    who: Who,
    by: User | None,
    reason: str = "",
    delivered: Decimal | None = None,
    on: datetime.date | None = None,
    note: str = "",
) -> Pledge:
    """``delivered``: how much has come, all of it if None; ``on``: the day, today if None. Asked again for what it is
    already, does nothing.

    Raises RuleViolated where the move does not lead from the present state, is not of ``who`` or lacks its reason, for
    less than something delivered or a day to come, and where who has said that it is delivered would confirm it.
    """
    rule = PLEDGE_MOVES[move]
    locked = (
        Pledge.objects.select_for_update(of=("self",)).select_related("project", "donor", "receiver").get(pk=pledge.pk)
    )
    if locked.state == rule.after:
        return locked
    other = _("Not possible now: the pledge has the state “%(state)s”.") % {"state": locked.get_state_display()}
    refuse_unless(rule, state=locked.state, who=who, other_state=other, reason=reason, lacks=list)
    if move == "deliver":
        _set_delivered(locked, locked.amount if delivered is None else delivered, on or timezone.localdate(), note)
    elif rule.after in (PLEDGED, WITHDRAWN):
        locked.delivered = locked.delivered_on = None
        locked.note = ""
    last = locked.moves.last()
    if move == "confirm" and who == Who.RECEIVER and last and last.by and last.by == by:
        raise RuleViolated(_("You have said that it is delivered: somebody else confirms it."), code="own_delivery")
    source, locked.state = locked.state, rule.after
    locked.save()
    made = PledgeMove.objects.create(pledge=locked, source=source, target=locked.state, by=by, reason=reason)
    tell_of_pledge(made)
    if locked.obligation and CONFIRMED in (source, locked.state):
        recount(locked.obligation)
    return locked


def possible_pledge_moves(pledge: Pledge, *, who: Who) -> list[str]:
    return possible(PLEDGE_MOVES, state=pledge.state, who=who)


def obligations_for(donor: Organisation) -> QuerySet[Obligation]:
    """Those open ones with an amount that a pledge of the organisation could serve."""
    kinds = {kind for kinds in SERVES.values() for kind in kinds}
    found = Obligation.objects.open().filter(owner=donor, amount__isnull=False, kind__in=kinds)
    return found.filter(agreement__state__in=IN_FORCE).select_related("agreement")


def check_pledge(pledge: Pledge) -> None:
    """Raises RuleViolated unless both sides take part, and for an obligation that it cannot serve."""
    parts = {*pledge.project.participant_links.values_list("organisation", flat=True)}
    if not {pledge.donor_id, pledge.receiver_id} <= parts:
        raise RuleViolated(_("Both sides of a pledge take part in the project."), code="takes_no_part")
    check_constraints(pledge)
    if (obligation := pledge.obligation) is None:
        return
    is_party = obligation.agreement.parties.filter(organisation=pledge.receiver).exists()
    fits = obligation.kind in SERVES[pledge.kind] and is_party and obligation.is_owed_to(pledge.receiver)
    if not (fits and obligations_for(pledge.donor).filter(pk=obligation.pk).exists()):
        raise RuleViolated(_("This obligation is about something else, or towards somebody else."), code="obligation")


def _set_delivered(pledge: Pledge, delivered: Decimal, day: datetime.date, note: str) -> None:
    if not 0 < delivered < MOST:
        raise RuleViolated(_("Say how much: more than nothing."), code="amount")
    if day > timezone.localdate():
        raise RuleViolated(_("This day is still to come."), code="to_come")
    pledge.delivered, pledge.delivered_on, pledge.note = delivered, day, note


def _confirmed(obligation: Obligation) -> Decimal:
    found = Pledge.objects.filter(obligation=obligation, state=CONFIRMED).aggregate(sum=Sum("delivered"))
    return found["sum"] or Decimal()


CONFIRMED_PLEDGES = register(
    Source("pledges", frozenset(kind for kinds in SERVES.values() for kind in kinds), _confirmed)
)

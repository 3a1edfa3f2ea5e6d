"""The ladder of partners: interest, support, agreement. For the office alone."""

from django.db import transaction
from django.utils.translation import gettext as _

from common.errors import RuleViolated
from members.models import Partnership, PartnershipMove, PartnershipStep, User

OPEN = (PartnershipStep.INTEREST, PartnershipStep.SUPPORT, PartnershipStep.AGREEMENT)
# From a step to which others: people come nearer, step back, or go; who has gone begins anew.
MOVES: dict[str, frozenset[str]] = {
    **{step: frozenset(PartnershipStep) - {step} for step in OPEN},
    PartnershipStep.CLOSED: frozenset(),
}


@transaction.atomic
def record_partnership_start(partnership: Partnership, *, by: User | None) -> PartnershipMove:
    """After its row was made: the first row of its history. Repeated, does nothing."""
    locked = Partnership.objects.select_for_update().get(pk=partnership.pk)
    return locked.moves.first() or locked.moves.create(step=locked.step, by=by)


@transaction.atomic
def move_partnership(partnership: Partnership, *, step: str, by: User, reason: str = "") -> Partnership:
    """To ``step``, with a row of its history. Asked again for the same, does nothing.

    Raises RuleViolated for one that is closed, and for closing without a reason.
    """
    locked = Partnership.objects.select_for_update().get(pk=partnership.pk)
    if locked.step == step:
        return locked
    if step not in MOVES[locked.step]:
        text = _("This partnership is closed. A new one begins a new card.")
        raise RuleViolated(text, code="partnership_closed")
    if step == PartnershipStep.CLOSED and not reason:
        raise RuleViolated(_("Say why the partnership is closed."), code="reason_missing")
    locked.step = step
    if step == PartnershipStep.CLOSED:
        locked.closed_reason, locked.next_step, locked.next_on = reason, "", None
    locked.save(update_fields=["step", "closed_reason", "next_step", "next_on"])
    locked.moves.create(step=step, by=by, reason=reason)
    return locked

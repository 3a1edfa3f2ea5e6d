"""What a reader may have of an event at this moment: the pools of its places, and what is free in each for them."""

import math
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count
from django.utils.translation import gettext as _

from common.caching import kept_until_change
from events.models import Event, Registration, RegistrationQuestion, TicketPool, WaitingRule
from events.registering.places import FreePlaces


@dataclass(frozen=True, slots=True)
class Offer:
    """``free``: infinite where there is no limit. ``kept``: of it, for the reader's own organisations alone. ``turn``:
    the place on the waiting list of whoever comes next."""

    pool: TicketPool
    free: float
    kept: int
    turn: int

    @property
    def words(self) -> str:
        if self.free == math.inf:
            return _("there are places for all")
        if self.free <= 0:
            return _("waiting list, you will be no. %(turn)d") % {"turn": self.turn}
        said = _("places: %(number)d") % {"number": self.free}
        if not self.kept:
            return said
        return _("%(places)s, of them for your organisation: %(kept)d") % {"places": said, "kept": self.kept}


def offers_of(event: Event, *, own: Collection[int] = ()) -> list[Offer]:
    """``own``: keys of the organisations that the reader may come from. Two queries, however many pools there are."""
    pools = pools_of(event)
    free = FreePlaces.of_all(pools)
    queued = Registration.objects.queued().filter(pool__in=[pool.pk for pool in pools]).order_by()
    queues = dict(queued.values_list("pool").annotate(number=Count("pk")))
    return [_offer(pool, free[pool.pk], queues.get(pool.pk, 0), event, own) for pool in pools]


def _offer(pool: TicketPool, left: FreePlaces, queued: int, event: Event, own: Collection[int]) -> Offer:
    """As whoever registers is served: nobody overtakes those who wait, but for what is kept for their organisation."""
    kept = max((left.kept_for(organisation) for organisation in own), default=0)
    overtakes = not queued or event.waiting_rule == WaitingRule.FIRST_FITTING
    everybodys = max(0, left.everybodys) if overtakes else 0
    return Offer(pool, everybodys + kept, kept, queued + 1)


# What an organiser has written down is the same for every reader until somebody changes it.


def pools_of(event: Event) -> list[TicketPool]:
    return kept_until_change(f"pools of {event.pk}", lambda: [*event.pools.all()])


def questions_of(event: Event) -> list[RegistrationQuestion]:
    return kept_until_change(f"questions of {event.pk}", lambda: [*event.questions.all()])

"""How many places are free, and for whom: counted anew each time, under the lock of the event."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Subquery, Sum, Value
from django.utils.translation import gettext_lazy as _

from common.errors import RuleViolated
from common.locks import check_isolation
from events.models import Event, Quota, Registration, TicketPool

POOL_GONE = _("These places are not there any more: choose others.")


def locked_event(event: Event) -> Event:
    """The event as it is now; whoever else counts its places waits for the end of the transaction."""
    check_isolation()
    return Event.objects.select_for_update(no_key=True).get(pk=event.pk)


def current_pool(pool: TicketPool, *, event: Event) -> TicketPool:
    """The pool as it is now, with its queue: ``has_queue`` and ``last_number``. Raises RuleViolated for one that is
    none of ``event``, or none any more."""
    of_pool = Registration.objects.filter(pool=OuterRef("pk")).order_by()
    numbers = of_pool.filter(queue_number__isnull=False).order_by("-queue_number").values("queue_number")
    pools = TicketPool.objects.annotate(  # type: ignore[no-redef]
        has_queue=Exists(of_pool.queued()), last_number=Subquery(numbers[:1])
    )
    if current := pools.filter(pk=pool.pk, event=event).first():
        return current
    raise RuleViolated(str(POOL_GONE), code="pool_gone")


@dataclass(slots=True)
class FreePlaces:
    """``everybodys`` is infinite where a pool has no limit, and negative where more is promised than there is."""

    everybodys: float
    kept: dict[int, int]  # organisation → left of its quota

    @classmethod
    def of(cls, pool: TicketPool) -> "FreePlaces":
        """One query."""
        return cls.of_all([pool])[pool.pk]

    @classmethod
    def of_all(cls, pools: Collection[TicketPool]) -> "dict[int, FreePlaces]":
        """By the key of the pool; one query for all of them."""
        keys = [pool.pk for pool in pools]
        held = Registration.objects.holding().filter(pool__in=keys).order_by().values("pool", "organisation")
        sums = held.annotate(number=Sum("places"), is_quota=Value(False))
        quotas = Quota.objects.holding().filter(pool__in=keys).order_by().annotate(is_quota=Value(True))
        taken: dict[int, dict[int | None, int]] = {key: {} for key in keys}
        promised: dict[int, dict[int, int]] = {key: {} for key in keys}
        for key, organisation, number, is_quota in sums.values_list("pool", "organisation", "number", "is_quota").union(
            quotas.values_list("pool", "organisation", "places", "is_quota"), all=True
        ):
            (promised if is_quota else taken)[key][organisation] = number
        return {pool.pk: cls._left(pool, taken[pool.pk], promised[pool.pk]) for pool in pools}

    @classmethod
    def if_promised(cls, pool: TicketPool, promised: Mapping[int, int]) -> "FreePlaces":
        """With other quotas than there are: organisation → places."""
        held = Registration.objects.holding().filter(pool=pool.pk).order_by().values_list("organisation")
        return cls._left(pool, dict(held.annotate(number=Sum("places"))), promised)

    @classmethod
    def _left(cls, pool: TicketPool, taken: Mapping[int | None, int], promised: Mapping[int, int]) -> "FreePlaces":
        kept = {organisation: max(0, places - taken.get(organisation, 0)) for organisation, places in promised.items()}
        if pool.capacity is None:
            return cls(math.inf, kept)
        return cls(pool.capacity - sum(taken.values()) - sum(kept.values()), kept)

    def for_organisation(self, organisation: int | None) -> float:
        """For those who come from it, or from nowhere."""
        return max(0, self.everybodys) + self.kept_for(organisation)

    def kept_for(self, organisation: int | None) -> int:
        """No more than there is: the office may promise more, and take places away that are promised."""
        kept = self.kept.get(organisation, 0) if organisation else 0
        return int(min(kept, max(0, self.all_in_all)))

    def take(self, places: int, organisation: int | None) -> None:
        """What is kept for the organisation goes first."""
        own = min(places, self.kept_for(organisation))
        if organisation and own:
            self.kept[organisation] -= own
        self.everybodys -= places - own

    @property
    def all_in_all(self) -> float:
        return self.everybodys + sum(self.kept.values())

    @property
    def has_any(self) -> bool:
        return self.all_in_all > 0

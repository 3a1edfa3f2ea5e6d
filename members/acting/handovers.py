"""What a person owns in an organisation goes to somebody else when they leave. Each domain names its own kinds."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.utils.functional import Promise

from members.models import Handover, Organisation, Representative, Role, User


@dataclass(frozen=True, slots=True)
class Owned:
    """``hand_over(user, organisation, to)`` runs in the transaction that ends the role; ``name`` is written down."""

    name: str
    title: str | Promise
    count: Callable[[User, Organisation], int]
    hand_over: Callable[[User, Organisation, User], object]


OWNED: dict[str, Owned] = {}


def register(owned: Owned) -> Owned:
    """Raises ValueError where another kind has the name."""
    if OWNED.setdefault(owned.name, owned) is not owned:
        raise ValueError(f"two kinds of what is owned are called {owned.name}")
    return owned


def owned_by(user: User, *, organisation: Organisation) -> dict[str, int]:
    """Kind → how many, of those that there are."""
    counted = {name: owned.count(user, organisation) for name, owned in OWNED.items()}
    return {name: number for name, number in counted.items() if number}


def takers(organisation: Organisation, *, besides: User) -> list[User]:
    """Heads, then coordinators, who act for it and whose accounts are open."""
    acting = Representative.objects.active().filter(
        organisation=organisation, role__in=(Role.HEAD, Role.COORDINATOR), user__is_active=True
    )
    found = acting.exclude(user=besides).select_related("user").order_by("pk")
    return [one.user for one in sorted(found, key=lambda one: one.role != Role.HEAD)]


@transaction.atomic
def hand_over(user: User, *, organisation: Organisation, to: User, by: User) -> Handover | None:
    """All that ``user`` owns there, with a row that says so; None where there is nothing, so repeated as well."""
    owned = owned_by(user, organisation=organisation)
    if not owned:
        return None
    for name in owned:
        OWNED[name].hand_over(user, organisation, to)
    return Handover.objects.create(organisation=organisation, giver=user, taker=to, by=by, what=owned)


def hand_over_unasked(role: Representative, *, by: User) -> Handover | None:
    """To the head, or the coordinator, who has acted longest: of who is erased, or ended by the office, nobody asks."""
    possible = takers(role.organisation, besides=role.user)
    return hand_over(role.user, organisation=role.organisation, to=possible[0], by=by) if possible else None

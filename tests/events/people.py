"""What tests of events share."""

from events.models import Event, TicketPool
from events.registering.registrations import Asked, Guest
from members.models import Organisation, User


def asked(
    number: int = 1, *, user: User | None = None, organisation: Organisation | None = None, key: str = ""
) -> Asked:
    """What the guest of this number asks for."""
    email = user.email if user else f"guest-{number}@example.org"
    return Asked(name=f"Гость {number}", email=email, user=user, organisation=organisation, key=key)


def guests(number: int) -> list[Guest]:
    return [Guest(name=f"Ученик {place}", grade="8А") for place in range(number)]


def states(event: Event) -> list[str]:
    return [*event.registrations.order_by("pk").values_list("state", flat=True)]


def held(pool: TicketPool) -> int:
    return pool.registrations.holding().places()

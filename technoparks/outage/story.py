"""What became of the bookings that an outage has hit."""

from dataclasses import dataclass

from technoparks.booking.moves import MOVES
from technoparks.models import BookingMove, Equipment, Outage
from technoparks.outage.words import Fate, fate_said


@dataclass(frozen=True, slots=True)
class Chapter:
    move: BookingMove
    fate: Equipment | Fate

    @property
    def said(self) -> str:
        return fate_said(self.fate)


def story_of(outage: Outage) -> list[Chapter]:
    """Two queries."""
    moves = BookingMove.objects.filter(booking__lab=outage.equipment.lab_id, facts__outage=outage.pk)
    told = [*moves.select_related("booking__lab__technopark", "booking__organisation").order_by("booking__span", "pk")]
    machines = machines_in(told)
    return [Chapter(one, _fate(one, machines)) for one in told]


def machines_in(moves: list[BookingMove]) -> dict[int, Equipment]:
    """Those that the facts name, by their keys; none, without a query, where no machine was changed."""
    keys = {one.facts.get(name) for one in moves for name in ("machine", "instead")} - {None}
    return Equipment.objects.in_bulk(keys) if keys else {}


def _fate(move: BookingMove, machines: dict[int, Equipment]) -> Equipment | Fate:
    if MOVES[move.action].after:
        return Fate.CANCEL
    return machines.get(move.facts["instead"], Fate.WITHOUT)

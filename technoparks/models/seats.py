"""Seats of a lab by their numbers, 1, 2, 3 …: which of them a booking has."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

from django.db import models

Seats = tuple[int, ...]


class SeatsField(models.Field):
    """Numbers of seats as one ``int4multirange``, so an exclusion constraint keeps two bookings from one seat. In
    Python a tuple of numbers, ascending."""

    def db_type(self, connection: Any) -> str:
        return "int4multirange"

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Seats | None:
        return None if value is None else self.to_python(value)

    def to_python(self, value: Any) -> Any:
        if not isinstance(value, str):
            return value if value is None else tuple(sorted(value))
        bounds = [int(part.strip("[)")) for part in value.strip("{}").split(",") if part]
        return tuple(seat for first, end in zip(bounds[::2], bounds[1::2], strict=True) for seat in range(first, end))

    def get_prep_value(self, value: Iterable[int] | None) -> str | None:
        if value is None:
            return None
        return "{" + ",".join(f"[{first},{last + 1})" for first, last in runs(value)) + "}"

    def value_to_string(self, obj: models.Model) -> str:
        return self.get_prep_value(getattr(obj, self.attname)) or "{}"


def runs(seats: Iterable[int]) -> Iterator[tuple[int, int]]:
    """First and last of each unbroken run: 1, 2, 3, 7 → (1, 3), (7, 7)."""
    numbers = sorted(set(seats))
    breaks = [after for before, after in pairwise(numbers) if after > before + 1]
    ends = [before for before, after in pairwise(numbers) if after > before + 1]
    if numbers:
        yield from zip([numbers[0], *breaks], [*ends, numbers[-1]], strict=True)


def said(seats: Iterable[int]) -> str:
    """«1–3, 7»."""
    return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs(seats))

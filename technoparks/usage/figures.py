"""The figures of a technopark in a period, in queries whose number does not grow with the bookings."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import F

from members.models import Organisation
from technoparks.models import BookedFor, Lab
from technoparks.usage import measures
from technoparks.usage.asking import Asked
from technoparks.usage.measures import BOOKED, SUMS, S, Tally, tallies, time_of_any
from technoparks.usage.opening import Grid, open_grids
from technoparks.usage.periods import Period

Cell = tuple[int, int]  # weekday, hour
# Each booking falls apart into the hours that it lasts.
BY_HOUR = """
    SELECT day, hour, sum((least(stops, (hour + 1) * 3600) - greatest(starts, hour * 3600)) * seats)
    FROM ({booked}) AS booked (day, starts, stops, seats),
         generate_series(starts / 3600, (stops - 1) / 3600) AS hour
    GROUP BY day, hour
"""


@dataclass(frozen=True, slots=True)
class Room:
    """Seconds in which it is open, in which any of its seats is booked, and in which one is used."""

    opened: int = 0
    booked: Decimal = Decimal(0)
    used: Decimal = Decimal(0)

    def __add__(self, other: "Room") -> "Room":
        return Room(self.opened + other.opened, self.booked + other.booked, self.used + other.used)


class Usage:
    """``asked`` asks for the ``period``."""

    def __init__(self, asked: Asked, period: Period) -> None:
        self.asked, self.period = asked, period
        self.labs = asked.chosen_labs

    @cached_property
    def grids(self) -> dict[int, Grid]:
        return open_grids(self.labs, self.period.first, self.period.last)

    def opened(self, lab: Lab) -> int:
        """Seconds of its seats, as many as it has today."""
        return self.grids[lab.pk].total() * lab.seats

    @property
    def opened_in_all(self) -> int:
        return sum(map(self.opened, self.labs))

    @cached_property
    def open_week(self) -> Counter[Cell]:
        """Seconds of all seats, hour of the week by hour of the week."""
        week = Counter[Cell]()
        for lab in self.labs:
            week.update({cell: seconds * lab.seats for cell, seconds in self.grids[lab.pk].items()})
        return week

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        return self._grouped("lab", "kind")

    @cached_property
    def total(self) -> Tally:
        return tallies(self.rows, lambda row: None).get(None, Tally())

    @cached_property
    def by_lab(self) -> dict[int, Tally]:
        return tallies(self.rows, lambda row: row["lab"])

    @cached_property
    def by_kind(self) -> dict[str, Tally]:
        return tallies(self.rows, lambda row: row["kind"])

    @cached_property
    def by_state(self) -> dict[str, tuple[int, Decimal]]:
        """How many bookings, and the seconds of their seats, in any state."""
        found: dict[str, tuple[int, Decimal]] = {}
        for row in self.rows:
            number, seconds = found.get(row["state"], (0, Decimal(0)))
            found[row["state"]] = number + row["number"], seconds + row["seat_time"]
        return found

    @cached_property
    def by_guest(self) -> list[tuple[Organisation, Tally]]:
        """Those first who have booked most."""
        found = tallies(self._grouped("organisation"), lambda row: row["organisation"])
        guests = Organisation.objects.in_bulk([key for key, tally in found.items() if tally.number])
        pairs = [(guest, found[key]) for key, guest in guests.items()]
        return sorted(pairs, key=lambda pair: (-pair[1].booked, pair[0].sort_name))

    @cached_property
    def by_project(self) -> list[tuple[str, int, Tally]]:
        """By its title and the key of the guest; those first that have booked most."""
        found = tallies(
            self._grouped("title", "organisation", kind=BookedFor.PROJECT, state__in=BOOKED),
            lambda row: (row["title"], row["organisation"]),
        )
        pairs = sorted(found.items(), key=lambda pair: (-pair[1].booked, pair[0]))
        return [(title, guest, tally) for (title, guest), tally in pairs]

    def _grouped(self, *columns: str, **narrowed: Any) -> list[dict[str, Any]]:
        bookings = self.asked.bookings.filter(**narrowed).order_by()
        return [*bookings.values(*columns, "state").annotate(**SUMS)]

    @cached_property
    def rooms(self) -> dict[int, Room]:
        booked = self.asked.bookings.filter(state__in=BOOKED).order_by().alias(kept=measures.kept)
        rows = booked.values("lab").annotate(
            any_booked=time_of_any("kept", state__in=BOOKED), any_used=time_of_any("kept", state=S.USED)
        )
        found = {row["lab"]: (row["any_booked"], row["any_used"] or Decimal(0)) for row in rows}
        nothing = Decimal(0), Decimal(0)
        return {lab.pk: Room(self.grids[lab.pk].total(), *found.get(lab.pk, nothing)) for lab in self.labs}

    @cached_property
    def week(self) -> dict[Cell, Decimal]:
        """Seconds of booked seats, hour of the week by hour of the week."""
        zone = self.asked.technopark.time_zone
        placed = self.asked.bookings.filter(state__in=BOOKED).order_by()
        placed = placed.annotate(day=measures.weekday(zone), starts=measures.second(zone))
        placed = placed.annotate(stops=F("starts") + measures.seconds, of_seats=measures.seats)
        query, parameters = placed.values_list("day", "starts", "stops", "of_seats").query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(BY_HOUR.format(booked=query), parameters)
            return {(day, hour): seconds for day, hour, seconds in cursor.fetchall()}


def hours_of(cells: Iterable[Cell]) -> range:
    """From the earliest to the latest."""
    hours = {hour for _weekday, hour in cells}
    return range(min(hours), max(hours) + 1) if hours else range(0)

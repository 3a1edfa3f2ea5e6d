"""A map of the world without a map service: where people keep time, as dots, and what is shown among them.

The places are those of the time zones (tzdata's zone.tab, in the public domain): there is one at least for nearly each
country, and more where more people live.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import NamedTuple

WIDTH = 100.0  # of the picture, in its own units
NARROWEST = 70.0  # degrees: what is nearer would stand on bare paper
MARGIN = 14.0  # degrees about what is shown
FLATTENED = math.cos(math.radians(45))  # of an equirectangular projection that is true at 45°
# Where the first place of a country in the table is far from where most of it is.
MAIN_ZONES = {"AU": "Australia/Sydney", "BR": "America/Sao_Paulo", "CA": "America/Toronto", "RU": "Europe/Moscow"}


class Place(NamedTuple):
    longitude: float
    latitude: float


@lru_cache
def _table() -> list[tuple[str, str, Place]]:
    """(country, zone, place) of each line, written as ``CN +3114+12128 Asia/Shanghai``."""
    text = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return [(row[0], row[2], _place(row[1])) for row in rows]


def _place(written: str) -> Place:
    """ISO 6709: ±DDMM[SS]±DDDMM[SS]."""
    latitude, longitude = re.findall(r"[+-]\d+", written)
    return Place(_degrees(longitude, 3), _degrees(latitude, 2))


def _degrees(written: str, digits: int) -> float:
    sign, number = -1 if written[0] == "-" else 1, written[1:].ljust(digits + 4, "0")
    return sign * (int(number[:digits]) + int(number[digits : digits + 2]) / 60 + int(number[digits + 2 :]) / 3600)


def zones() -> list[str]:
    return [zone for _country, zone, _place in _table()]


def place_of_zone(zone: str) -> Place | None:
    return next((place for _country, name, place in _table() if name == zone), None)


def place_of_country(code: str) -> Place | None:
    """The first place of it in the table, which is most often the capital; None for islands without people."""
    if code in MAIN_ZONES:
        return place_of_zone(MAIN_ZONES[code])
    return next((place for country, _zone, place in _table() if country == code), None)


@dataclass(frozen=True, slots=True)
class Pin:
    place: Place
    title: str
    state: str  # a class of components/world_map.css
    label: str  # all of it in words


class Point(NamedTuple):
    x: float
    y: float


@dataclass(frozen=True)
class World:
    """The part of the world that holds all pins and their home."""

    pins: Sequence[Pin]
    home: Place | None = None
    home_title: str = ""

    @cached_property
    def _window(self) -> tuple[float, float, float]:
        """West, north, and how many degrees of longitude are in sight. The sides are as 2 to 1, or higher."""
        shown = [pin.place for pin in self.pins] + ([self.home] if self.home else [])
        west, east = min(p.longitude for p in shown) - MARGIN, max(p.longitude for p in shown) + MARGIN
        south, north = min(p.latitude for p in shown) - MARGIN / 2, max(p.latitude for p in shown) + MARGIN / 2
        wide = max(east - west, NARROWEST, (north - south) / FLATTENED * 1.6)
        return (west + east - wide) / 2, north, wide

    @property
    def height(self) -> float:
        shown = [pin.place.latitude for pin in self.pins] + ([self.home.latitude] if self.home else [])
        return round(self.at(Place(0, min(shown) - MARGIN / 2)).y, 1)

    def at(self, place: Place) -> Point:
        west, north, wide = self._window
        scale = WIDTH / wide
        x, y = (place.longitude - west) * scale, (north - place.latitude) * scale / FLATTENED
        return Point(round(x, 1), round(y, 1))

    @property
    def grid(self) -> tuple[list[float], list[float]]:
        """Where the meridians and the parallels of each tenth degree run: their x and their y."""
        meridians = [self.at(Place(degree, 0)).x for degree in range(-360, 361, 10)]
        parallels = [self.at(Place(0, degree)).y for degree in range(-80, 81, 10)]
        return [x for x in meridians if 0 < x < WIDTH], [y for y in parallels if 0 < y < self.height]

    @property
    def dots(self) -> list[Point]:
        """Of all places in sight."""
        points = {self.at(place) for _country, _zone, place in _table()}
        return sorted(point for point in points if 0 < point.x < WIDTH and 0 < point.y < self.height)

"""A map of regions as a grid of squares, one a region, darker with a larger figure."""

from dataclasses import dataclass
from typing import Protocol, Self


class Placed(Protocol):
    title: str
    mark: str
    tile_row: int | None
    tile_column: int | None


@dataclass(frozen=True, slots=True)
class Tile:
    row: int
    column: int
    mark: str  # two or three letters
    title: str
    number: int
    url: str = ""
    chosen: bool = False

    @classmethod
    def of_region(cls, region: Placed, *, number: int, url: str = "", chosen: bool = False) -> Self:
        """The region must have a place on the map."""
        assert region.tile_row is not None  # noqa: S101
        assert region.tile_column is not None  # noqa: S101
        return cls(region.tile_row, region.tile_column, region.mark, region.title, number, url, chosen)

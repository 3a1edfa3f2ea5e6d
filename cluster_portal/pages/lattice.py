"""The picture of who works with whom: organisations on the points of a triangular lattice, bonds between them.

The bonds are memberships of the association until agreements bring their own.
"""

import itertools
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Self

from members.models import Organisation

STEP = 100  # units of the picture between neighbouring points


@dataclass(frozen=True, slots=True)
class Node:
    x: float
    y: float
    organisation: Organisation
    ring: int  # 0 is the association itself


@dataclass(frozen=True, slots=True)
class Bond:
    start: Node
    end: Node


@dataclass(frozen=True, slots=True)
class Lattice:
    nodes: list[Node]
    bonds: list[Bond]

    @classmethod
    def of(cls, organisations: Iterable[Organisation]) -> Self:
        """Place the association in the middle, members nearest to it, the others around; always the same way."""
        ranked = sorted(organisations, key=lambda one: (not one.is_association, one.tier is None, one.sort_name))
        nodes = [Node(x, y, organisation, ring) for (x, y, ring), organisation in zip(_points(), ranked, strict=False)]
        return cls(nodes, [Bond(nodes[0], node) for node in nodes[1:] if node.organisation.tier])


def _points() -> Iterator[tuple[float, float, int]]:
    """The middle, then ring by ring outwards, each clockwise from the left."""
    yield 0, 0, 0
    ring = 0
    while True:
        ring += 1
        corners = [(math.cos(math.pi * (1 + turn / 3)), math.sin(math.pi * (1 + turn / 3))) for turn in range(7)]
        for (x, y), (next_x, next_y) in itertools.pairwise(corners):
            for step in range(ring):
                share = step / ring
                yield (
                    round(STEP * ring * (x + (next_x - x) * share), 1),
                    round(STEP * ring * (y + (next_y - y) * share), 1),
                    ring,
                )

"""The picture of who works with whom: organisations on the points of a triangular lattice, bonds between them.

The bonds are agreements in force, and on the home page memberships of the association and parts of a consortium.
"""

import itertools
import math
import textwrap
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from agreements.register.bonds import Pair
from members.models import Organisation

STEP = 112  # units of the picture between neighbouring points; a unit is about a pixel
HALF = STEP // 2
ROW = round(STEP * math.sin(math.pi / 3))
LINE = 14  # between the lines of a name
NAME_WIDTH, NAME_LINES = 13, 3  # letters and lines that fit between neighbours
WIDTH, HEIGHT = 600, 500  # of the picture, its middle at 0, 0
BEND = 0.16  # of the length of a bond, how far its middle handle stands aside
GAP = 25  # from the middle of a node to the nearest line of its name


@dataclass(frozen=True, slots=True)
class Node:
    x: int
    y: int
    organisation: Organisation
    ring: int  # 0 is the association itself

    @property
    def lines(self) -> list[tuple[int, str]]:
        """The name broken to fit, with the height of each line: over the upper nodes, under the others."""
        name = self.organisation.title.replace("\N{NO-BREAK SPACE}", " ")  # a break there is better than in a word
        lines = textwrap.wrap(name, NAME_WIDTH, max_lines=NAME_LINES, placeholder="…", break_on_hyphens=False)
        top = self.y - GAP + 8 - LINE * (len(lines) - 1) if self.y < 0 else self.y + GAP + 6
        return [(top + LINE * number, line) for number, line in enumerate(lines)]


@dataclass(frozen=True, slots=True)
class Bond:
    start: Node
    end: Node
    is_part: bool = False  # of a consortium
    agreements: int = 0  # in force; without one, and no part, it is a membership

    @property
    def is_far(self) -> bool:
        return max(self.start.ring, self.end.ring) > 1

    @property
    def path(self) -> str:
        """Straight between neighbours; bent past the nodes that may stand between others."""
        x, y = self.end.x - self.start.x, self.end.y - self.start.y
        bend = 0 if math.hypot(x, y) < STEP * 1.1 else BEND
        middle_x, middle_y = self.start.x + x / 2 - y * bend, self.start.y + y / 2 + x * bend
        return f"M{self.start.x} {self.start.y}Q{middle_x:.0f} {middle_y:.0f} {self.end.x} {self.end.y}"


@dataclass(frozen=True, slots=True)
class Lattice:
    nodes: list[Node]
    bonds: list[Bond]

    @property
    def ground(self) -> str:
        """The path of the bare lattice behind the nodes."""
        rows = [f"M{-WIDTH // 2} {number * ROW}h{WIDTH}" for number in range(-2, 3)]
        lean = HEIGHT * STEP // (2 * ROW)  # how far a slanting line runs sideways over the height
        slants = [
            f"M{number * STEP - side * lean // 2} {-HEIGHT // 2}l{side * lean} {HEIGHT}"
            for number in range(-4, 5)
            for side in (1, -1)
        ]
        return "".join(rows + slants)

    @classmethod
    def of(cls, organisations: Iterable[Organisation], pairs: Sequence[Pair] = ()) -> Self:
        """Place the association in the middle, members nearest to it, the others around; always the same way."""
        weight = _weights(pairs)
        ranked = sorted(
            organisations, key=lambda one: (not one.is_association, not one.tier, -weight[one.pk], one.sort_name)
        )
        known = {one.pk for one in ranked}
        ties = [(one.consortium_id, one.pk) for one in ranked if one.consortium_id in known]
        if ranked and ranked[0].is_association:
            ties += [(ranked[0].pk, one.pk) for one in ranked[1:] if one.tier]
        at = _placed(ranked, [*ties, *((pair.one, pair.other) for pair in pairs)])
        parts = {(one.consortium_id, one.pk) for one in ranked}
        bonds = [Bond(at[one], at[other], is_part=(one, other) in parts) for one, other in ties]
        return cls([*at.values()], _bonds(at, pairs) + bonds)

    @classmethod
    def bound(cls, organisations: Iterable[Organisation], pairs: Sequence[Pair]) -> Self:
        """Place whoever has most agreements in the middle; always the same way."""
        weight = _weights(pairs)
        ranked = sorted(organisations, key=lambda one: (-weight[one.pk], one.sort_name))
        at = _placed(ranked, [(pair.one, pair.other) for pair in pairs])
        return cls([*at.values()], _bonds(at, pairs))


def _weights(pairs: Iterable[Pair]) -> Counter[int]:
    weight = Counter[int]()
    for pair in pairs:
        weight.update({pair.one: pair.agreements, pair.other: pair.agreements})
    return weight


def _placed(ranked: Sequence[Organisation], ties: Iterable[tuple[int, int]]) -> dict[int, Node]:
    """The first in the middle, and each after it as near as can be to those that it is tied to."""
    partners = defaultdict[int, list[int]](list)
    for one, other in ties:
        partners[one].append(other)
        partners[other].append(one)
    free, at = [*itertools.islice(_points(), len(ranked))], dict[int, Node]()
    for organisation in ranked:
        near = [at[partner] for partner in partners[organisation.pk] if partner in at]
        point = min(free, key=lambda point: sum(math.dist(point[:2], (one.x, one.y)) for one in near))
        free.remove(point)
        at[organisation.pk] = Node(point[0], point[1], organisation, point[2])
    return at


def _bonds(at: Mapping[int, Node], pairs: Iterable[Pair]) -> list[Bond]:
    return [
        Bond(at[pair.one], at[pair.other], agreements=pair.agreements)
        for pair in pairs
        if pair.one in at and pair.other in at
    ]


def _points() -> Iterator[tuple[int, int, int]]:
    """The middle, then ring by ring outwards; every other point of a ring first, so that few stand well apart."""
    yield 0, 0, 0
    corners = [(-STEP, 0), (-HALF, -ROW), (HALF, -ROW), (STEP, 0), (HALF, ROW), (-HALF, ROW)]
    for ring in itertools.count(1):
        points = [
            (x * (ring - step) + next_x * step, y * (ring - step) + next_y * step, ring)
            for (x, y), (next_x, next_y) in itertools.pairwise([*corners, corners[0]])
            for step in range(ring)
        ]
        yield from points[::2]
        yield from points[1::2]

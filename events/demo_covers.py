"""Covers for the demonstration: the lattice of the association, drawn anew for each event."""

import io
import math
import random
from itertools import combinations

from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from events.covers import SHAPE

FINE = 2  # drawn larger and made smaller, for smooth edges
STEP = 150  # px between the nodes of a row
GROUND, INK = (244, 246, 251), (203, 212, 233)
COLOURS = [(30, 64, 175), (14, 116, 144), (180, 83, 9), (107, 33, 168), (21, 128, 61)]
CORNERS = (48, 4, 6, 4)  # of a school, a college, a university and a company
TURNS = (0, 45, 0, 0)  # degrees


def lattice(seed: str) -> ContentFile:
    """The same for the same ``seed``."""
    chance = random.Random(seed)  # noqa: S311
    picture = Image.new("RGB", (SHAPE[0] * FINE, SHAPE[1] * FINE), GROUND)
    draw, step = ImageDraw.Draw(picture), STEP * FINE
    rows = [
        [(x * step + (y % 2) * step / 2, y * step * math.sqrt(3) / 2) for x in range(-1, SHAPE[0] // STEP + 2)]
        for y in range(-1, SHAPE[1] // STEP + 3)
    ]
    nodes = [node for row in rows for node in row]
    lines = [pair for pair in combinations(nodes, 2) if math.dist(*pair) < step * 1.1]
    for pair in lines:
        draw.line(pair, fill=INK, width=2 * FINE)
    for pair in chance.sample(lines, len(lines) // 10):
        draw.line(pair, fill=COLOURS[0], width=7 * FINE)
    for x, y in nodes:
        kind, colour = chance.randrange(len(CORNERS)), chance.choice(COLOURS)
        size = chance.choice((10, 10, 16, 30)) * FINE
        draw.regular_polygon((x, y, size), CORNERS[kind], rotation=TURNS[kind], fill=colour)
    buffer = io.BytesIO()
    picture.resize(SHAPE, Image.Resampling.LANCZOS).save(buffer, "PNG")
    return ContentFile(buffer.getvalue())

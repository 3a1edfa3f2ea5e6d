from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from common.world import WIDTH, Point, World

register = template.Library()
LINE = 5.2  # between two labels that would stand on each other
LABEL = 34  # the width that a label may need


@register.simple_tag
def world_map(world: World) -> SafeString:
    """Dots where people live, bonds from home to each pin, and their names; a list in words stands beside it."""
    home = world.at(world.home) if world.home else None
    pins = [(pin, world.at(pin.place)) for pin in world.pins]
    meridians, parallels = world.grid
    grid = "".join(f"M{x} 0V{world.height}" for x in meridians) + "".join(f"M0 {y}H100" for y in parallels)
    dots = "".join(f"M{point.x} {point.y}h0" for point in world.dots)
    bonds = "".join(f"M{home.x} {home.y}L{point.x} {point.y}" for _pin, point in pins) if home else ""
    marks = "".join(f'<circle class="{pin.state}" cx="{point.x}" cy="{point.y}" r="1.5"/>' for pin, point in pins)
    names = [(point, pin.title) for pin, point in pins]
    if home:
        marks += f'<path class="home" d="M{home.x} {home.y - 2}l2 2l-2 2l-2-2z"/>'
        names.append((home, world.home_title))
    words = "; ".join(pin.label for pin, _point in pins)
    return mark_safe(  # noqa: S308 - every value is escaped
        f'<svg class="world-map" viewBox="0 0 {WIDTH:g} {world.height}" role="img" aria-label="{escape(words)}">'
        f'<path class="grid" d="{grid}"/><path class="dots" d="{dots}"/><path class="bonds" d="{bonds}"/>'
        f"{marks}{_names(names)}</svg>"
    )


def _names(names: list[tuple[Point, str]]) -> str:
    """Each above its point, off the bonds; of two that meet the lower one moves down."""
    drawn, taken = [], list[Point]()
    for point, name in sorted(names, key=lambda named: named[0].y):
        y = point.y - 2.4
        for other in taken:
            if abs(other.x - point.x) < LABEL and abs(other.y - y) < LINE:
                y = other.y + LINE
        taken.append(Point(point.x, y))
        is_right = point.x > WIDTH - LABEL / 2
        x = point.x + (1.5 if is_right else -1.5)
        drawn.append(f'<text x="{x:.1f}" y="{y:.1f}"{" class=end" if is_right else ""}>{escape(name)}</text>')
    return "".join(drawn)

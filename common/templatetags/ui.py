"""Template tags and filters of the interface, at hand in every template without a load.

What a page draws by the hundred (tiles, choices of a filter, shapes) is made here by plain functions: a template
loop over it would cost more than the queries behind it.
"""

import datetime
from collections.abc import Iterable, Mapping
from functools import lru_cache
from html import escape, unescape
from typing import Any, Protocol
from xml.etree import ElementTree

from django import template
from django.core.paginator import Paginator
from django.template import Context
from django.template.defaultfilters import date as format_date
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _
from lucide.templatetags.lucide import lucide

from common import images, querystring
from common.countries import country_name
from common.shapes import SHAPES
from common.spoken import language_name
from common.text import kept_together
from common.tiles import Tile
from common.view_settings import ViewSettings

register = template.Library()
register.filter(kept_together)  # of what the office wrote


@register.simple_tag
@lru_cache
def node(kind: str, label: str = "") -> SafeString:
    """The shape of a kind; with a ``label`` it speaks for itself, without one it stands beside words."""
    voice = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return mark_safe(f'<svg class="node" viewBox="0 0 20 20" {voice}>{SHAPES[kind]}</svg>')  # noqa: S308


@register.simple_tag
def shape(kind: str) -> SafeString:
    """What ``node`` draws, to be put into another picture."""
    return mark_safe(SHAPES[kind])  # noqa: S308


@register.simple_tag
@lru_cache
def icon(name: str) -> SafeString:
    """An icon of Lucide, as large as the text beside it, silent to screen readers; base.css says how lines look."""
    drawn = ElementTree.fromstring(lucide(name))  # noqa: S314 - from the package, not from a reader
    lines = "".join(ElementTree.tostring(line, "unicode").strip() for line in drawn)
    return mark_safe(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{lines}</svg>')  # noqa: S308


@register.inclusion_tag("components/event_sections.html", takes_context=True)
def page_sections(context: Context, sections: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Title and address of each page; the one that is read, or under which the read one stands, is marked."""
    path, found = context["request"].path, [*sections]
    under = max((url for _title, url in found if path.startswith(url)), key=len, default="")
    marks = {under: "page" if under == path else "true"}
    return {"sections": [(title, url, marks.get(url, "")) for title, url in found]}


STEPS = 4  # of darkness of a tile
EASTERN = 9  # column from which a tile's name opens to the left
HUES = 13  # of static/css/tokens.css


@register.simple_tag
def tile_map(tiles: Iterable[Tile]) -> SafeString:
    """The map of regions; a region without anything is a plain square, the others lead to what is there."""
    tiles = sorted(tiles, key=lambda tile: (tile.row, tile.column))
    most = max((tile.number for tile in tiles), default=0)
    drawn, place = [], (0, -1)
    for tile in tiles:
        follows = place == (tile.row, tile.column - 1)
        place = (tile.row, tile.column)
        classes = [] if follows else [f"c{tile.column}"]
        if tile.number or tile.chosen:
            classes.append(f"t{darkness(tile.number, most)}")
            if tile.column >= EASTERN:
                classes.append("e")
            current = ' aria-current="true"' if tile.chosen else ""
            drawn.append(
                f'<a href="{escape(tile.url)}" class="{" ".join(classes)}"{current}>'
                f"{escape(tile.mark)}<i> {escape(tile.title)}: {tile.number}</i></a>"
            )
        else:
            column = f' class="{classes[0]}"' if classes else ""
            drawn.append(f"<s{column}>{escape(tile.mark)}</s>")
    return mark_safe("".join(drawn))  # noqa: S308


class Choice(Protocol):
    value: str
    label: str
    number: int
    chosen: bool


@register.simple_tag
def map_choices(name: str, options: Iterable[Choice], places: Mapping[str, Tile]) -> SafeString:
    """The boxes of a facet laid out as a map of regions; on a phone, and to a screen reader, they are a list.

    What has no place on the map stands under it. What nothing stands behind is left out, and is a bare tile.
    """
    most = max((tile.number for tile in places.values()), default=0)
    drawn = []
    for option in options:
        tile = places.get(option.value)
        at = f"r{tile.row} c{tile.column}" if tile else "off"
        if not (option.number or option.chosen):
            if tile:
                drawn.append(f'<s class="{at}">{escape(tile.mark)}</s>')
            continue
        drawn.append(
            f'<label class="{at} t{darkness(option.number, most)}">'
            f'<input type="checkbox" name="{name}" value="{escape(option.value)}"{" checked" if option.chosen else ""}>'
            f"{escape(tile.mark) if tile else ''}<i> {escape(option.label)}: {option.number}</i></label>"
        )
    return mark_safe("".join(drawn))  # noqa: S308


def darkness(number: int, most: int) -> int:
    """0 for nothing, then 1…STEPS by halves of the largest: figures of regions differ by orders."""
    if not number:
        return 0
    step = STEPS
    while step > 1 and number * 2 ** (STEPS - step + 1) <= most:
        step -= 1
    return step


@register.simple_tag
def choices(name: str, options: Iterable[Choice], mark: str = "") -> SafeString:
    """The boxes of a facet, with the shape of a "kind" or the colour of a "hue" as ``mark`` before each label."""
    drawn = []
    for position, option in enumerate(options):
        opening = "<label>" if option.number or option.chosen else '<label class="none">'
        picture = ""
        if mark == "kind":
            picture = node(option.value)
        elif mark == "hue":
            picture = f'<i data-hue="{position % HUES}"></i>'
        drawn.append(
            f'{opening}<input type="checkbox" name="{name}" value="{escape(option.value)}"'
            f"{' checked' if option.chosen else ''}>{picture}{escape(option.label)}<b>{option.number}</b></label>"
        )
    return mark_safe("".join(drawn))  # noqa: S308


@register.simple_tag
def view_choices(current: ViewSettings) -> SafeString:
    """The form fields of the settings of the view."""
    return _view_choices(current, get_language())


@lru_cache
def _view_choices(current: ViewSettings, language: str) -> SafeString:
    titles = {"scheme": _("Colours"), "size": _("Size of text"), "spacing": _("Spacing"), "images": _("Pictures")}
    groups = []
    for name, labels in ViewSettings.CHOICES.items():
        boxes = "".join(
            f'<label><input type="radio" name="{name}" value="{value}"'
            f"{' checked' if value == getattr(current, name) else ''}>{escape(str(label))}</label>"
            for value, label in labels.items()
        )
        groups.append(f"<fieldset><legend>{escape(titles[name])}</legend>{boxes}</fieldset>")
    return mark_safe("".join(groups))  # noqa: S308


@register.simple_tag(takes_context=True)
def query(context: dict[str, Any], **changes: object) -> str:
    """``?…`` of this page with the changes; None takes a value away."""
    changed = context["request"].GET
    for name, value in changes.items():
        if value is None:
            changed = changed.copy()
            changed.pop(name, None)
        else:
            changed = changed.copy()
            changed[name] = str(value)
        if name != querystring.PAGE:
            changed.pop(querystring.PAGE, None)
    return f"?{changed.urlencode()}"


@register.filter
def rich(html: str) -> SafeString:
    """Rich text of a member, cleaned when it was saved (common/html.py)."""
    return mark_safe(html)  # noqa: S308


@register.filter
def plain(html: str) -> str:
    """The words of rich text alone, for what shows no markup."""
    return unescape(strip_tags(html))


@register.filter
def partial_date(day: datetime.date | None, precision: str = "day") -> str:
    """A date as far as it is known: «16 декабря 2022 г.», «Декабрь 2022», «2022 год» or that it is not known."""
    if day is None:
        return _("date unknown")
    formats = {"year": pgettext("format of a year that is all of a date", "Y"), "month": "F Y", "day": "DATE_FORMAT"}
    return format_date(day, formats[precision])


@register.filter
def srcset(url: str) -> str:
    """The sizes in which a logo is stored."""
    return images.srcset(url, images.LOGO_SIZES)


@register.filter
def page_range(paginator: Paginator, number: int) -> Iterable[int | str]:
    """The first and the last page, those about ``number``, and ellipses between."""
    return paginator.get_elided_page_range(number, on_each_side=1, on_ends=1)


@register.filter
def country(code: str) -> str:
    """The name of a country in the reader's language, by its code of ISO 3166-1."""
    return country_name(code)


@register.filter
def language(code: str) -> str:
    """The name of a language in that of the reader, by its code of ISO 639-1."""
    return language_name(code)


@register.filter
def bare_address(url: str) -> str:
    """The address of a site as people write it."""
    return url.partition("://")[2].rstrip("/")

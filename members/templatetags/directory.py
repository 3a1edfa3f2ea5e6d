"""What the directory draws by the hundred: a template loop over it would cost more than the query behind it."""

from collections.abc import Iterable
from functools import lru_cache
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from common.templatetags.ui import node
from members.organisations.directory import Row

register = template.Library()


@register.simple_tag
def organisation_rows(rows: Iterable[Row]) -> SafeString:
    """The items of the list, each with its shape, name, place, directions and role."""
    return mark_safe("".join(map(_item, rows)))  # noqa: S308 - every value is escaped below


@lru_cache
def _tag(hue: int, title: str) -> str:
    return f'<span class="tag" data-hue="{hue}">{escape(title)}</span>'


def _item(row: Row) -> str:
    about = " · ".join(filter(None, (row.kind_label, row.place)))
    tags = "".join(_tag(hue, title) for hue, title in row.directions)
    directions = f'<p class="tags">{tags}</p>' if tags else ""
    role = f'<span class="tag tag-line">{escape(row.role)}</span>' if row.role else ""
    return (
        f"<li>{node(row.kind)}<div>"
        f'<h3><a href="{row.url}">{escape(row.title)}</a></h3>'
        f"<p>{escape(about)}</p>"
        f"{directions}</div>"
        f"{role}</li>"
    )

"""What the directory draws by the hundred: a template loop over it would cost more than the query behind it."""

from collections.abc import Iterable
from html import escape

from django import template
from django.utils.safestring import SafeString, mark_safe

from common.templatetags.ui import node
from members.directory import Row

register = template.Library()


@register.simple_tag
def organisation_rows(rows: Iterable[Row]) -> SafeString:
    """The items of the list, each with its shape, name, place, directions and role."""
    return mark_safe("".join(map(_item, rows)))  # noqa: S308 - every value is escaped below


def _item(row: Row) -> str:
    organisation = row.organisation
    about = " · ".join(filter(None, (row.kind, row.place)))
    tags = "".join(f'<span class="tag" data-hue="{hue}">{escape(title)}</span>' for hue, title in row.directions)
    directions = f'<p class="tags">{tags}</p>' if tags else ""
    role = f'<span class="tag tag-line">{escape(row.tier)}</span>' if row.tier else ""
    return (
        f"<li>{node(organisation.kind)}<div>"
        f'<h3><a href="{organisation.get_absolute_url()}">{escape(organisation.title)}</a></h3>'
        f"<p>{escape(about)}</p>"
        f"{directions}</div>"
        f"{role}</li>"
    )

"""New rows at addresses made of their names."""

from collections.abc import Iterable
from typing import Any

from common.locks import hold
from common.text import free_slug, slug_of


def save_at_free_slug(row: Any, *, reserved: Iterable[str] = ()) -> None:
    """Two of one name, at once even, do not take the same; ``reserved`` are words of fixed addresses."""
    model = type(row)
    hold(f"address of {model.__name__}")
    otherwise = model.__name__.lower()
    alike = model._default_manager.filter(slug__startswith=slug_of(row.name, longest=70) or otherwise)
    row.slug = free_slug(row.name, {*reserved, *alike.values_list("slug", flat=True)}, otherwise=otherwise)
    row.save()

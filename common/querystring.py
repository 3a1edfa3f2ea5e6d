"""Addresses of the same list with one choice more or less."""

from django.http import QueryDict

PAGE = "page"


def adding(query: QueryDict, name: str, value: str) -> str:
    """``?…`` with ``name=value`` besides what is there; the page number goes, as the list becomes another."""
    changed = _first_page(query)
    if value not in changed.getlist(name):
        changed.appendlist(name, value)
    return f"?{changed.urlencode()}"


def removing(query: QueryDict, name: str, value: str | None = None) -> str:
    """``?…`` without ``name=value``, or without ``name`` at all where no value is given."""
    changed = _first_page(query)
    left = [other for other in changed.getlist(name) if value is not None and other != value]
    changed.setlist(name, left)
    return f"?{changed.urlencode()}"


def setting(query: QueryDict, name: str, value: object) -> str:
    """``?…`` with ``name`` having just this value."""
    changed = query.copy()
    changed[name] = str(value)
    return f"?{changed.urlencode()}"


def _first_page(query: QueryDict) -> QueryDict:
    changed = query.copy()
    changed.pop(PAGE, None)
    return changed

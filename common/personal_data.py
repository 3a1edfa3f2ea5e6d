"""What the portal holds about a person, and who holds it. Each app names its own holders in its ``personal_data.py``:
what they know goes into the copy that a person may ask for, and goes when the person is erased."""

import datetime
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Field, Model
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.timezone import is_aware, localtime
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Person:
    """``addresses`` in lower case: those that are theirs now, as they have shown. Of any other, a former one too,
    nobody knows whose it is today. What went to one before ``since`` was for somebody else.
    """

    user: Any
    addresses: frozenset[str]
    since: datetime.datetime


class Entry(NamedTuple):
    """``key`` and ``value`` are for programs, the other two for people."""

    key: str
    label: str
    value: Any
    shown: str


Record = list[Entry]


@dataclass(frozen=True, slots=True)
class Holder:
    """``models``: labels of those it answers for. ``erase`` returns how many rows it took a person out of, and runs in
    the transaction of the erasure; a holder without it keeps nothing that tells who the person was. ``hold`` locks what
    others lock before the person and then write rows of theirs under; it runs before the person is locked.
    """

    name: str
    title: str | Promise
    models: tuple[str, ...]
    collect: Callable[[Person], Iterable[Record]]
    erase: Callable[[Person], int] | None = None
    hold: Callable[[Person], object] | None = None


HOLDERS: dict[str, Holder] = {}


def register(holder: Holder) -> Holder:
    """In the order in which they are shown and erased. Raises ValueError where another holder has the name."""
    if HOLDERS.setdefault(holder.name, holder) is not holder:
        raise ValueError(f"two holders are called {holder.name}")
    return holder


def described(row: Model, *names: str) -> Record:
    """These fields of the row."""
    return [_entry(row, row._meta.get_field(name)) for name in names]


def told(key: str, label: str | Promise, value: Any, shown: Any = None) -> Entry:
    return Entry(key, capfirst(str(label)), value, _shown(value if shown is None else shown))


def _entry(row: Model, field: Any) -> Entry:
    value = getattr(row, field.name)
    raw = str(value) if isinstance(value, Model) else value
    shown = getattr(row, f"get_{field.name}_display")() if isinstance(field, Field) and field.choices else value
    return Entry(field.name, capfirst(str(field.verbose_name)), raw, _shown(shown))


def _shown(value: Any) -> str:
    match value:
        case None | "":
            return "—"
        case bool():
            return _("yes") if value else _("no")
        case datetime.datetime():
            return date_format(localtime(value) if is_aware(value) else value, "DATETIME_FORMAT")
        case datetime.date():
            return date_format(value)
    return str(value)

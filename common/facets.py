"""Filters of a list: what an address asks for, how many stand behind each choice, and what the page shows of both."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any, ClassVar, Self, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import CharField, Count, F, Func, Q, QuerySet, Value
from django.http import QueryDict
from django.urls import get_script_prefix
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common import querystring

Rows = TypeVar("Rows", bound=QuerySet)

PER_PAGE = 20
MOST_PAGES = 500  # beyond that one narrows the list, and the database does not count off hundreds of thousands
EVERY = ""  # the facet of the one value "": how many there are in all


@dataclass(frozen=True, slots=True)
class Facet:
    """``condition`` narrows a list to chosen values; ``value`` is that of a row which is counted."""

    condition: Callable[[tuple[str, ...]], Q]
    value: Any

    @classmethod
    def of(cls, column: str) -> Self:
        return cls(lambda chosen: Q((f"{column}__in", chosen)), F(column))

    @classmethod
    def of_many(cls, column: str) -> Self:
        """Of an array: a row counts for each of its values."""
        return cls(lambda chosen: Q((f"{column}__overlap", chosen)), each_of(F(column)))


def each_of(array: Any) -> Func:
    return Func(array, function="unnest", output_field=CharField())


class Counts(dict[str, dict[str, int]]):
    """Facet → value → number of rows."""

    @property
    def total(self) -> int:
        return self[EVERY].get("", 0)

    @classmethod
    def of(cls, rows: Mapping[str, QuerySet], facets: Mapping[str, Facet]) -> Self:
        """Count the rows given for each facet, and in all those of EVERY; one union, so one query."""
        values = {EVERY: Value("")} | {name: facet.value for name, facet in facets.items()}
        first, *others = (_numbers(name, rows[name], value) for name, value in values.items())
        counts = cls({name: {} for name in values})
        for name, value, number in first.union(*others, all=True):
            if value is not None:
                counts[name][value] = number
        return counts


def _numbers(name: str, rows: QuerySet, value: Any) -> QuerySet:
    values = rows.order_by().annotate(facet=Value(name), value=value).values_list("facet", "value")
    return values.annotate(number=Count("pk"))


@dataclass(frozen=True)
class Selection:
    """What an address asks of a list; a field of its own for each of FACETS. Values nobody knows stand in ``unknown``
    and narrow nothing."""

    FACETS: ClassVar[Mapping[str, Facet]]

    words: str = ""
    sort: str = ""
    unknown: tuple[str, ...] = ()
    is_english: bool = False

    @classmethod
    def read(cls, query: QueryDict, known: Mapping[str, Container[str]], **more: Any) -> Self:
        """``known`` are the values of each parameter, of which ``sort`` has one and a facet any number."""
        asked = {
            name: [value for value in dict.fromkeys(query.getlist(name)) if value] for name in known if name in query
        }
        unknown = tuple(value for name, values in asked.items() for value in values if value not in known[name])
        chosen = {name: tuple(value for value in values if value in known[name]) for name, values in asked.items()}
        sort = "".join(chosen.pop("sort", ())[:1])
        words, is_english = query.get("q", "").strip(), get_language() == "en"
        unknown += more.pop("unknown", ())
        return cls(words=words, sort=sort, unknown=unknown, is_english=is_english, **chosen, **more)

    def chosen(self, name: str) -> tuple[str, ...]:
        return getattr(self, name)

    @property
    def narrows(self) -> bool:
        return bool(self.words or any(map(self.chosen, self.FACETS)))

    def narrowed(self, rows: Rows, *, leave_out: str = EVERY) -> Rows:
        conditions = (
            facet.condition(self.chosen(name))
            for name, facet in self.FACETS.items()
            if name != leave_out and self.chosen(name)
        )
        return rows.filter(*conditions)

    def counts(self, rows: QuerySet) -> Counts:
        """How many there are in all, and behind each choice with the other filters as they are; one query."""
        return Counts.of({name: self.narrowed(rows, leave_out=name) for name in (EVERY, *self.FACETS)}, self.FACETS)


@dataclass(frozen=True, slots=True)
class Option:
    """A choice of a facet with the number of rows behind it."""

    value: str
    label: str
    number: int
    chosen: bool


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is on, and the address of the same list without it."""

    label: str
    url: str


class FilteredList(ABC):
    """A list with its choices, chips and pages."""

    query: QueryDict
    selection: Selection

    @property
    @abstractmethod
    def counts(self) -> Counts: ...

    @abstractmethod
    def labels_of(self, name: str) -> Mapping[str, str]:
        """What the choices of a facet are called, in their order and the language of the reader."""

    @property
    @abstractmethod
    def stamp(self) -> str:
        """Another one whenever the numbers, or who may see them, may be others."""

    @cached_property
    def page(self) -> Page:
        """Of positions in the list: the counts know how many there are, and only the rows of these are read."""
        positions = range(min(self.counts.total, MOST_PAGES * PER_PAGE))
        return Paginator(positions, PER_PAGE).get_page(self.query.get("page"))

    @cached_property
    def panel_key(self) -> str:
        """Alike where the filters and their numbers are alike; each kind of list has its own."""
        asked = (
            f"{type(self).__name__} {self.stamp} {get_language()} {get_script_prefix()} {self.first_page.urlencode()}"
        )
        return blake2b(asked.encode(), digest_size=16).hexdigest()

    @property
    def chips(self) -> list[Chip]:
        words = self.selection.words
        chips = [Chip(_("“%s”") % words, querystring.removing(self.query, "q"))] if words else []
        for name in self.selection.FACETS:
            chips += [
                Chip(self.labels_of(name)[value], querystring.removing(self.query, name, value))
                for value in self.selection.chosen(name)
            ]
        return chips

    def options(self, name: str) -> list[Option]:
        numbers, chosen = self.counts[name], self.selection.chosen(name)
        return [
            Option(value, label, numbers.get(value, 0), value in chosen)
            for value, label in self.labels_of(name).items()
        ]

    @property
    def first_page(self) -> QueryDict:
        """What was asked, but for the number of the page."""
        query = self.query.copy()
        query.pop(querystring.PAGE, None)
        return query

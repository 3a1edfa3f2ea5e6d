"""One reading of the register: what was asked, what was found, and which choices stand beside it."""

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

from django.db.models import Count, Q
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from agreements.models import (
    UNCONCLUDED,
    Agreement,
    AgreementKind,
    AgreementState,
    Obligation,
    ObligationState,
    Relation,
)
from agreements.models.agreement import AgreementQuerySet
from agreements.register.filters import STATES, Selection
from common import querystring
from common.caching import kept_until_change, public_stamp
from common.facets import Chip, Counts, FilteredList, Option
from common.search import some_of
from members.models import Organisation
from members.organisations.filters import Overview

# The columns of a row, as tuples: a page of twenty costs no objects.
SHOWN = (
    "pk",
    "number",
    "kind",
    "relation",
    "parent__number",
    "state",
    "subject",
    "subject_en",
    "concluded_on",
    "planned_on",
    "planned_at",
    "ends_on",
    "ended_on",
    "party_cards",
)
AT_ONCE = 500  # rows of an export


@dataclass(frozen=True, slots=True)
class PartyCard:
    kind: str
    title: str
    slug: str  # "" where the organisation has no public page

    @property
    def url(self) -> str:
        return Organisation.get_absolute_url(self)


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of its obligations are fulfilled; none are counted that an amendment has closed."""

    fulfilled: int
    number: int


@dataclass(frozen=True, slots=True)
class Row:
    """An agreement in words of the reader's language."""

    pk: int
    number: str
    kind: str
    relation: str
    parent: str
    state: str
    label: str
    title: str
    concluded_on: datetime.date | None
    planned_on: datetime.date | None
    planned_at: str
    ends_on: datetime.date | None
    ended_on: datetime.date | None
    parties: tuple[PartyCard, ...]
    progress: Progress | None

    @property
    def is_planned(self) -> bool:
        return self.state in UNCONCLUDED

    @property
    def is_past_plan(self) -> bool:
        return self.planned_on is not None and self.planned_on < timezone.localdate()

    @property
    def reference(self) -> str:
        return self.number or f"planned-{self.pk}"

    @property
    def url(self) -> str:
        return Agreement.get_absolute_url(self)


def cards_of(stored: Iterable[dict[str, str]]) -> tuple[PartyCard, ...]:
    english = get_language() == "en"
    return tuple(PartyCard(one["kind"], (english and one["name_en"]) or one["name"], one["slug"]) for one in stored)


def progress_of(agreements: Iterable[int]) -> dict[int, Progress]:
    counted = (
        Obligation.objects.filter(agreement__in=[*agreements])
        .exclude(state=ObligationState.CLOSED, agreement__state__in=(AgreementState.CONCLUDED, AgreementState.ACTIVE))
        .order_by()
        .values("agreement")
        .annotate(number=Count("pk"), fulfilled=Count("pk", filter=Q(state=ObligationState.FULFILLED)))
    )
    return {one["agreement"]: Progress(one["fulfilled"], one["number"]) for one in counted}


class Register(FilteredList):
    selection: Selection

    def __init__(self, query: QueryDict) -> None:
        self.query = query
        self.overview = Overview.load()
        self.selection = Selection.asked(query, self.overview)

    @property
    def stamp(self) -> str:
        return public_stamp()

    @cached_property
    def _found(self) -> AgreementQuerySet:
        """Those that the words mean: decided once, for the rows and for the counts."""
        return self.selection.found()

    @property
    def agreements(self) -> AgreementQuerySet:
        return self.selection.of(self._found)

    @cached_property
    def counts(self) -> Counts:
        return kept_until_change(f"agreements:{self.panel_key}", lambda: self.selection.counts(self._found))

    @property
    def rows(self) -> list[Row]:
        """Those of the page."""
        positions = cast("range", self.page.object_list)
        if not positions:
            return []
        found = self.agreements
        if self.selection.words and not self.selection.sort:
            return self.as_rows([*some_of(found, positions).values_list(*SHOWN)])
        return self.as_rows([*found.values_list(*SHOWN)[positions.start : positions.stop]])

    def few(self, number: int) -> list[Row]:
        """For pages that show a few."""
        return self.as_rows([*self.agreements.values_list(*SHOWN)[:number]])

    @property
    def all_rows(self) -> Iterator[Row]:
        """Those of all pages, in memory that does not grow with them."""
        some: list[tuple[Any, ...]] = []
        for row in self.agreements.values_list(*SHOWN).iterator(AT_ONCE):
            some.append(row)
            if len(some) == AT_ONCE:
                yield from self.as_rows(some)
                some = []
        yield from self.as_rows(some)

    def as_rows(self, found: list[tuple[Any, ...]]) -> list[Row]:
        english, progress = get_language() == "en", progress_of(row[0] for row in found)
        kinds, relations = dict(AgreementKind.choices), dict(Relation.choices)
        rows = []
        for pk, number, kind, relation, parent, state, subject, subject_en, *days, place, ends, ended, cards in found:
            concluded_on, planned_on = days
            rows.append(
                Row(
                    pk,
                    number,
                    kind=str(kinds[kind]),
                    relation=str(relations.get(relation, "")),
                    parent=parent or "",
                    state=state,
                    label=state_said(state),
                    title=(english and subject_en) or subject,
                    concluded_on=concluded_on,
                    planned_on=planned_on,
                    planned_at=place,
                    ends_on=ends,
                    ended_on=ended,
                    parties=cards_of(cards),
                    progress=progress.get(pk),
                )
            )
        return rows

    def labels_of(self, name: str) -> dict[str, str]:
        match name:
            case "region":
                return self.overview.labels.region
            case "year":
                years = {*self.counts["year"], *self.selection.year}
                return {year: year for year in sorted(years, reverse=True)}
            case "kind":
                return {kind: str(label) for kind, label in AgreementKind.choices}
        return {state: str(label) for state, label in STATES.items()}

    def _some(self, name: str) -> list[Option]:
        """Choices with anything behind them."""
        return [option for option in self.options(name) if option.number or option.chosen]

    @property
    def kinds(self) -> list[Option]:
        return self._some("kind")

    @property
    def states(self) -> list[Option]:
        return self._some("state")

    @property
    def years(self) -> list[Option]:
        return self._some("year")

    @property
    def regions(self) -> list[Option]:
        return self._some("region")

    @property
    def chips(self) -> list[Chip]:
        chips = super().chips
        if slug := self.selection.organisation:
            party = Organisation.objects.published().filter(slug=slug).first()
            url = querystring.removing(self.query, "organisation")
            chips.append(Chip(party.title if party else slug, url))
        return chips

    @property
    def rss_url(self) -> str:
        return f"{reverse('agreements:agreement_feed')}?{self.first_page.urlencode()}"

    @property
    def export_url(self) -> str:
        return f"{reverse('agreements:agreement_export')}?{self.first_page.urlencode()}"


def state_said(state: str) -> str:
    """To everybody, what is not concluded yet is planned."""
    return str(STATES["planned" if state in UNCONCLUDED else state])

"""Who of the registered of an event is asked for: by words, state, pool, where they come from, who came, what waits."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.db.models import Case, CharField, Exists, F, OuterRef, Q, Value, When
from django.db.models.functions import Cast, Coalesce, Lower, Now, NullIf, Replace
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from common import facets
from common.facets import EVERY, Facet, each_of
from common.search import LONGEST, MOST_WORDS
from common.text import fold
from events.models import ACTIVE, Came, CheckIn, Event, RegistrationState, Ticket
from events.models.registration import RegistrationQuerySet


def _plain(name: Any) -> Replace:
    return Replace(Lower(name), Value("ё"), Value("е"))


ALONE = "-"  # stands for those who come from no organisation, and of whose region nothing is known
CAME = Exists(CheckIn.objects.filter(ticket__registration=OuterRef("pk"), ticket__removed_at=None))
TO_DECIDE = Q(state=RegistrationState.PENDING, hold_until=None)
OVERDUE = TO_DECIDE & Q(decide_by__lte=Now())
UNPROVED = Q(state__in=ACTIVE, hold_until__isnull=False)
WAITS = {
    "decision": (TO_DECIDE, _("the organiser’s decision")),
    "overdue": (OVERDUE, _("the decision, and its term is over")),
    "address": (UNPROVED, _("the proof of the address")),
}
WORDS = ArrayField(CharField())
BY_NAME = _plain(Coalesce(NullIf("group", Value("")), "name"))
ORDERS: dict[str, tuple[Any, ...]] = {
    "": ("-registered_at", "-pk"),
    "name": (BY_NAME, "pk"),
    "organisation": (F("organisation__sort_name").asc(nulls_last=True), BY_NAME, "pk"),
    "turn": ("pool__position", "pool", F("queue_number").asc(nulls_last=True), "registered_at", "pk"),
}
SORTS = {"": _("newest first"), "name": _("by name"), "organisation": _("by organisation"), "turn": _("in turn")}


def _named(column: str) -> Facet:
    """Besides the named, those of whom there is nothing to name."""

    def condition(chosen: tuple[str, ...]) -> Q:
        named = Q((f"{column}__in", chosen))
        return named | Q((column, None)) if ALONE in chosen else named

    return Facet(condition, Coalesce(column, Value(ALONE)))


def _waiting_for(chosen: tuple[str, ...]) -> Q:
    found = Q(pk=None)
    for name in chosen:
        found |= WAITS[name][0]
    return found


def _who_came(chosen: tuple[str, ...]) -> Q:
    return Q(*([] if len(chosen) > 1 else [CAME if chosen == (Came.YES,) else ~CAME]))


FACETS = {
    "state": Facet.of("state"),
    "pool": Facet(lambda chosen: Q(pool__in=chosen), Cast("pool", CharField())),
    "organisation": _named("organisation__slug"),
    "region": _named("organisation__region__code"),
    "came": Facet(_who_came, Case(When(CAME, then=Value(Came.YES)), default=Value(Came.NO), output_field=CharField())),
    "door": Facet(
        lambda chosen: Q(at_the_door__in=[value == Came.YES for value in chosen]),
        Case(When(at_the_door=True, then=Value(Came.YES)), default=Value(Came.NO), output_field=CharField()),
    ),
    "wait": Facet(
        _waiting_for,
        each_of(
            Case(
                When(OVERDUE, then=Value(["decision", "overdue"], WORDS)),
                When(TO_DECIDE, then=Value(["decision"], WORDS)),
                When(UNPROVED, then=Value(["address"], WORDS)),
                output_field=WORDS,
            )
        ),
    ),
}


@dataclass(frozen=True)
class Selection(facets.Selection):
    """What an address asks of the registered. What has ended is shown to who asks for its state or looks for words."""

    FACETS = FACETS

    state: tuple[str, ...] = ()
    pool: tuple[str, ...] = ()
    organisation: tuple[str, ...] = ()
    region: tuple[str, ...] = ()
    came: tuple[str, ...] = ()
    door: tuple[str, ...] = ()
    wait: tuple[str, ...] = ()

    @classmethod
    def asked(cls, query: QueryDict, labels: Mapping[str, Container[str]]) -> Self:
        return cls.read(query, {**labels, "sort": SORTS})

    def found(self, event: Event) -> RegistrationQuerySet:
        """Those who are meant by the words: each of them in the name, the group, the address, of whoever comes or on a
        ticket."""
        found = event.registrations.alias(plain=_plain("name"), plain_group=_plain("group"))
        for word in fold(self.words[:LONGEST]).split()[:MOST_WORDS]:
            tickets = Ticket.objects.standing().filter(registration=OuterRef("pk")).alias(plain=_plain("name"))
            on_ticket = Exists(tickets.filter(Q(plain__contains=word) | Q(code=word.upper())))
            own = Q(plain__contains=word) | Q(plain_group__contains=word) | Q(email__contains=word)
            found = found.filter(own | Q(group_code=word.upper()) | Q(on_ticket))
        return found

    def narrowed(self, rows: Any, *, leave_out: str = EVERY) -> Any:
        narrowed = super().narrowed(rows, leave_out=leave_out)
        if self.words or self.state or leave_out == "state":
            return narrowed
        return narrowed.filter(state__in=ACTIVE)

    def of(self, event: Event) -> RegistrationQuerySet:
        """In order; those who wait alone, in their turn."""
        waiting = self.state == (RegistrationState.WAITING,)
        order = self.sort or ("turn" if waiting else "")
        return self.narrowed(self.found(event)).order_by(*ORDERS[order])

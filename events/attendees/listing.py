"""The list of the registered as its page shows it, in a number of queries that does not grow with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from common.facets import MOST_PAGES, Counts, FilteredList, Option
from events.attendees.selection import ALONE, SORTS, WAITS, Selection
from events.models import Came, CheckIn, Event, Registration, RegistrationState, Ticket, TicketPool
from events.models.registration import RegistrationQuerySet
from members.models import Organisation

ON_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Summary:
    """Places, not registrations: a class of twelve is twelve. ``capacity`` is None where there is no limit."""

    confirmed: int
    offered: int
    waiting: int
    pending: int
    came: int
    capacity: int | None


class Attendees(FilteredList):
    def __init__(self, event: Event, query: QueryDict) -> None:
        self.event = event
        self.query = query
        self.selection: Selection = Selection.asked(query, self.labels)

    @cached_property
    def pools(self) -> list[TicketPool]:
        return [*self.event.pools.all()]

    @cached_property
    def labels(self) -> dict[str, dict[str, str]]:
        organisations = Organisation.objects.filter(pk__in=self.event.registrations.values("organisation"))
        come_from = [*organisations.select_related("region").order_by("sort_name")]
        regions = {one.region.code: one.region.title for one in come_from if one.region}
        return {
            "state": {value: str(label) for value, label in RegistrationState.choices},
            "pool": {str(pool.pk): pool.title for pool in self.pools},
            "organisation": {one.slug: one.title for one in come_from} | {ALONE: _("by themselves")},
            "region": dict(sorted(regions.items(), key=lambda one: one[1])) | {ALONE: _("Not known")},
            "came": {Came.YES: _("came"), Came.NO: _("did not come")},
            "door": {Came.NO: _("registered before"), Came.YES: _("without registration, at the door")},
            "wait": {name: str(label) for name, (_condition, label) in WAITS.items()},
        }

    def labels_of(self, name: str) -> Mapping[str, str]:
        return self.labels[name]

    @cached_property
    def counts(self) -> Counts:
        return self.selection.counts(self.selection.found(self.event))

    @property
    def stamp(self) -> str:
        """Nothing of this list is kept for anybody."""
        return ""

    @cached_property
    def page(self) -> Page:
        positions = range(min(self.counts.total, MOST_PAGES * ON_A_PAGE))
        return Paginator(positions, ON_A_PAGE).get_page(self.query.get("page"))

    @cached_property
    def rows(self) -> list[Registration]:
        first = (self.page.number - 1) * ON_A_PAGE
        keys = [*self.meant.values_list("pk", flat=True)[first : first + ON_A_PAGE]]
        found = detailed(Registration.objects.filter(pk__in=keys)).in_bulk()
        return [found[key] for key in keys if key in found]

    @property
    def meant(self) -> RegistrationQuerySet:
        return self.selection.of(self.event)

    @cached_property
    def summary(self) -> Summary:
        states = ("confirmed", "offered", "waiting", "pending")
        sums = {state: Sum("places", filter=Q(state=state), default=0) for state in states}
        capacities = [pool.capacity for pool in self.pools]
        return Summary(
            **self.event.registrations.aggregate(**sums),
            came=Ticket.objects.filter(registration__event=self.event).came().count(),
            capacity=None if None in capacities else sum(filter(None, capacities)),
        )

    @property
    def choices(self) -> list[tuple[str, str, list[Option]]]:
        """Of each filter its name, what it is called, and what is there to choose."""
        titles = {
            "state": _("State"),
            "pool": _("Pool of places"),
            "organisation": _("Come from"),
            "region": _("Region"),
            "came": pgettext("people", "Came"),
            "door": _("How they came to it"),
            "wait": _("Wait for"),
        }
        return [(name, title, self._choices(name)) for name, title in titles.items()]

    def _choices(self, name: str) -> list[Option]:
        """None where there is nothing to choose between."""
        found = [option for option in self.options(name) if option.number or option.chosen]
        return found if len(found) > 1 or any(option.chosen for option in found) else []

    @property
    def sorts(self) -> list[tuple[str, str]]:
        return [(value, str(label)) for value, label in SORTS.items()]


def detailed(registrations: RegistrationQuerySet) -> RegistrationQuerySet:
    """Each with its pool and organisation; ``number_came`` of its people, and when the first did; of who waits the
    ``place_in_turn``."""
    came = Ticket.objects.filter(registration=OuterRef("pk")).came().order_by().values("registration")
    ahead = Registration.objects.filter(
        state=RegistrationState.WAITING, pool=OuterRef("pool"), queue_number__lte=OuterRef("queue_number")
    )
    return registrations.select_related("pool", "organisation").annotate(
        number_came=Subquery(came.annotate(number=Count("pk")).values("number")),
        came_at=Subquery(CheckIn.objects.filter(ticket__registration=OuterRef("pk")).values("at")[:1]),
        place_in_turn=Subquery(ahead.order_by().values("pool").annotate(number=Count("pk")).values("number")),
    )

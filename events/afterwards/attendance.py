"""Who registered for an event, who had a place and who came, counted in people. A report and the lists behind its
numbers read the same rows."""

import datetime
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import TruncHour

from events.models import ACTIVE, CheckIn, Event, Registration, RegistrationState, Ticket
from events.models.registration import RegistrationQuerySet
from members.models import Organisation

Key = tuple[int, int | None]  # pool, organisation
HOUR = datetime.timedelta(hours=1)


@dataclass(slots=True)
class Tally:
    """In people. Who came without having registered counts in ``walk_ins`` alone."""

    registered: int = 0
    confirmed: int = 0
    came: int = 0
    walk_ins: int = 0

    def add(self, other: "Tally") -> None:
        self.registered += other.registered
        self.confirmed += other.confirmed
        self.came += other.came
        self.walk_ins += other.walk_ins


class Attendance:
    """Read in four queries, however many have registered."""

    def __init__(self, event: Event) -> None:
        self.event = event
        self.states = Counter[str]()
        self.cells: dict[Key, Tally] = {}
        counted = of_event(event).values("pool", "organisation", "state", "at_the_door").order_by()
        for row in counted.annotate(people=Sum("places")):
            self._count_registered(row)
        for person in _who_came(event):
            tally = self.cells.setdefault((person["pool"], person["organisation"]), Tally())
            if person["at_the_door"]:
                tally.walk_ins += person["people"]
            else:
                tally.came += person["people"]
        self.hours = _hours(event)
        keys = {organisation for _pool, organisation in self.cells if organisation}
        named = Organisation.objects.filter(pk__in=keys).select_related("region").order_by("sort_name")
        self.organisations = {one.pk: one for one in named}

    def _count_registered(self, row: Mapping[str, Any]) -> None:
        if row["at_the_door"]:
            return
        self.states[row["state"]] += row["people"]
        tally = self.cells.setdefault((row["pool"], row["organisation"]), Tally())
        tally.registered += row["people"]
        if row["state"] == RegistrationState.CONFIRMED:
            tally.confirmed += row["people"]

    @property
    def total(self) -> Tally:
        return self.by(lambda pool, organisation: None).get(None, Tally())

    def by(self, group_of: Callable[[int, int | None], Hashable]) -> dict[Any, Tally]:
        found: dict[Any, Tally] = {}
        for (pool, organisation), tally in self.cells.items():
            found.setdefault(group_of(pool, organisation), Tally()).add(tally)
        return found

    def region_of(self, organisation: int | None) -> int | None:
        return self.organisations[organisation].region_id if organisation else None


def of_event(event: Event) -> RegistrationQuerySet:
    """Without those that ended before anybody showed that the address was theirs: a typing error is nobody."""
    return Registration.objects.filter(event=event).filter(Q(hold_until=None) | Q(state__in=ACTIVE))


def arrived(event: Event) -> QuerySet[CheckIn]:
    """Entrances: a person one on each day. Of who was taken off the list afterwards none."""
    return CheckIn.objects.filter(ticket__registration__in=of_event(event), ticket__removed_at=None)


def _who_came(event: Event) -> Iterable[Mapping[str, Any]]:
    came = Ticket.objects.standing().filter(registration__in=of_event(event), check_ins__isnull=False).order_by()
    return came.values(
        pool=F("registration__pool"),
        organisation=F("registration__organisation"),
        at_the_door=F("registration__at_the_door"),
    ).annotate(people=Count("pk", distinct=True))


def _hours(event: Event) -> list[tuple[datetime.datetime, int]]:
    """By the clock of the place, of each day from the first hour in which somebody came to the last."""
    hours = arrived(event).order_by().values(hour=TruncHour("at", tzinfo=event.zone))
    rows = hours.annotate(people=Count("pk"))
    found = {row["hour"]: row["people"] for row in rows}
    shown: list[tuple[datetime.datetime, int]] = []
    for hour in sorted(found):
        while shown and shown[-1][0].date() == hour.date() and shown[-1][0] + HOUR < hour:
            shown.append((shown[-1][0] + HOUR, 0))
        shown.append((hour, found[hour]))
    return shown

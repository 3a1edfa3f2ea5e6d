"""The report of an event: tables whose numbers lead to the registrations that they count, where a list has them."""

import datetime
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from common.charts import Bar
from common.report_tables import Cell, Line, Section, Table, Text
from events.afterwards.attendance import HOUR, Attendance, Tally
from events.models import ACTIVE, Event, RegistrationState, TicketPool

Group = tuple[int | None, Text, dict[str, str]]  # key, label, what its list is asked for
NONE = "-"  # in the address of the list of registrations: without an organisation, without a region
NOTE = gettext_lazy(
    "Counted are people. Registered: whatever became of it. Came: who had registered and whose entrance was noted. Who "
    "came without having registered stands apart."
)
NOTE_OF_HOURS = gettext_lazy("By the clock of the place. Who came on several days counts on each of them.")
HEADS = (
    pgettext_lazy("how many people", "Registered"),
    gettext_lazy("Had a place"),
    gettext_lazy("Came"),
    gettext_lazy("Came without registration"),
)


class EventReport:
    """``list_url``: the address of the registrations, whose filters the numbers lead to; "" for who may not read it."""

    def __init__(self, event: Event, *, list_url: str) -> None:
        self.event, self.list_url = event, list_url
        self.found = Attendance(event)

    def cell(self, number: int, **asked: str) -> Cell:
        return Cell(number, f"{self.list_url}?{urlencode(asked)}" if self.list_url and number else "")

    @property
    def figures(self) -> list[tuple[Text, Cell]]:
        return [*zip(HEADS, self._cells(self.found.total), strict=True)]

    @property
    def share(self) -> Cell:
        """Of those who had a place, how many came."""
        total = self.found.total
        return Cell(Decimal(total.came) / total.confirmed if total.confirmed else None, is_share=True)

    def sections(self) -> list[Section]:
        return [self.hours(), self.pools(), self.organisations(), self.regions(), self.states()]

    def hours(self) -> Section:
        bars = [Bar(self._hour(hour), number) for hour, number in self.found.hours]
        lines = [Line(bar.label, [Cell(bar.number)]) for bar in bars]
        table = Table(_("Entrances by hour"), _("Hour"), [_("Entrances")], lines)
        return Section(_("When they came"), NOTE_OF_HOURS, [table], chart=_("Entrances by hour"), bars=bars)

    def pools(self) -> Section:
        tallies = self.found.by(lambda pool, organisation: pool)
        pools = [(pool.pk, pool.title, {"pool": str(pool.pk)}) for pool in TicketPool.objects.filter(event=self.event)]
        return self._section(_("By pool"), _("Pool of places"), tallies, pools)

    def organisations(self) -> Section:
        tallies = self.found.by(lambda pool, organisation: organisation)
        named: list[Group] = [
            (key, one.title, {"organisation": one.slug}) for key, one in self.found.organisations.items()
        ]
        alone: Group = (None, _("By themselves"), {"organisation": NONE})
        return self._section(_("By organisation"), _("Organisation"), tallies, [*_largest(named, tallies), alone])

    def regions(self) -> Section:
        """With a chart where there is something to compare."""
        tallies = self.found.by(lambda pool, organisation: self.found.region_of(organisation))
        regions = {one.region.pk: one.region for one in self.found.organisations.values() if one.region}
        named: list[Group] = [(key, one.title, {"region": one.code}) for key, one in regions.items()]
        unknown: Group = (None, _("Not known"), {"region": NONE})
        groups = [*_largest(named, tallies), unknown]
        section = self._section(_("By region"), _("Region"), tallies, groups)
        bars = [
            Bar(label, tallies[key].came, url=self._cells(tallies[key], **asked)[2].url)
            for key, label, asked in groups
            if key in tallies
        ]
        note = _("The region is that of the organisation which they named.")
        chart = _("Who came, by region")
        return Section(section.title, note, section.tables, chart=chart, bars=bars if len(bars) > 1 else [])

    def states(self) -> Section:
        """What has ended leads nowhere: the list holds those besides whose address nobody has proved."""
        lines = [
            Line(state.label, [self.cell(number, state=state, door="no") if state in ACTIVE else Cell(number)])
            for state in RegistrationState
            if (number := self.found.states[state])
        ]
        lines.append(Line(_("In all"), [Cell(self.found.states.total())], is_total=True))
        table = Table(_("By state"), _("State"), [_("People")], lines)
        return Section(_("What became of the registrations"), "", [table])

    def _section(self, title: str, first: str, tallies: dict[Any, Tally], groups: Iterable[Group]) -> Section:
        lines = [Line(label, self._cells(tallies[key], **asked)) for key, label, asked in groups if key in tallies]
        lines.append(Line(_("In all"), self._cells(self.found.total), is_total=True))
        return Section(title, "", [Table(title, first, HEADS, lines)])

    def _cells(self, tally: Tally, **asked: str) -> list[Cell]:
        return [
            Cell(tally.registered),
            self.cell(tally.confirmed, **asked, door="no", state=RegistrationState.CONFIRMED),
            self.cell(tally.came, **asked, door="no", came="yes"),
            self.cell(tally.walk_ins, **asked, door="yes", came="yes"),
        ]

    def _hour(self, hour: datetime.datetime) -> str:
        span = f"{hour:%H}:00–{hour + HOUR:%H}:00"
        days = {one.date() for one, _number in self.found.hours}
        return f"{date_format(hour, 'j E')}, {span}" if len(days) > 1 else span


def _largest(groups: list[Group], tallies: dict[Any, Tally]) -> list[Group]:
    """First those from whom most came."""

    def size(group: Group) -> tuple[int, int]:
        tally = tallies.get(group[0], Tally())
        return -(tally.came + tally.walk_ins), -tally.registered

    return sorted(groups, key=size)

"""The report of a technopark: sections of tables whose numbers lead to the bookings behind them."""

from collections.abc import Iterable
from decimal import Decimal
from functools import cached_property

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from common.charts import Bar
from common.report_tables import Cell, Line, Section, Table, Text
from technoparks.models import BookedFor, BookingState, Lab, PupilYear
from technoparks.usage.asking import Asked, direction_of, directions_of
from technoparks.usage.figures import Room, Usage, hours_of
from technoparks.usage.heat import Heat, HeatCell, HeatRow
from technoparks.usage.measures import S, Tally, hours
from technoparks.usage.overview import OfTechnopark
from technoparks.usage.periods import Period

SHOWN = 10  # guests and projects on the page; the spreadsheet has all
OPEN = pgettext_lazy("seat-hours", "Open")
BOOKED_HEAD = pgettext_lazy("hours", "Booked")
USED = pgettext_lazy("hours", "Took place")
MISSED = pgettext_lazy("hours", "Nobody came")
TAKEN = pgettext_lazy("hours", "Taken")
PEOPLE = gettext_lazy("Person-hours")
NUMBER = gettext_lazy("Bookings")
RULES: tuple[tuple[Text, Text], ...] = (
    (
        gettext_lazy("Seat-hours"),
        gettext_lazy(
            "Everything is counted in seat-hours, hours times seats: two seats for three hours are six of them. "
            "Whoever has the whole room has all its seats."
        ),
    ),
    (
        OPEN,
        gettext_lazy(
            "All seats of the room while it is open: opening hours without public holidays, and with exceptions. "
            "Seats and opening hours are those of today, for what is over as well."
        ),
    ),
    (
        BOOKED_HEAD,
        gettext_lazy(
            "What was confirmed, whatever became of it: still ahead, on hold, took place, or nobody came. Not booked "
            "is what waits for an answer, was declined, not answered in time or cancelled."
        ),
    ),
    (USED, gettext_lazy("Guests checked in; where nobody checks in, the time of the booking is over.")),
    (
        MISSED,
        gettext_lazy(
            "Booked, but nobody checked in: the whole of the booking. Released of it is the time from which on the "
            "seats were free again; whoever took them then counts anew."
        ),
    ),
    (TAKEN, gettext_lazy("Booked without what was released, as a share of what was open.")),
    (
        PEOPLE,
        gettext_lazy("People times hours of what took place. Who comes with the pupils counts as well."),
    ),
    (
        gettext_lazy("Room-hours"),
        gettext_lazy("Time in which at least one seat of the room is booked, without what was released."),
    ),
    (
        gettext_lazy("Period"),
        gettext_lazy("A booking belongs to the day on which it begins, by the clock of the technopark."),
    ),
)


class UsageReport:
    """``list_url``: the address of the list of bookings, whose filters the numbers lead to; ``own_url`` that of the
    report."""

    def __init__(self, asked: Asked, period: Period, *, list_url: str, own_url: str, is_whole: bool = False) -> None:
        self.asked, self.list_url, self.own_url, self.is_whole = asked, list_url, own_url, is_whole
        self.usage = Usage(asked, period)

    def cell(self, time: Decimal | int, **asked: object) -> Cell:
        """Of seconds, in hours."""
        return Cell(hours(time), self._list(**asked) if time else "", places=1)

    def number(self, number: int, **asked: object) -> Cell:
        return Cell(number, self._list(**asked) if number else "")

    def _list(self, **asked: object) -> str:
        return self.list_url + self.asked.address(**asked)

    @property
    def figures(self) -> list[tuple[Text, Cell, Text]]:
        """Each with what stands under it."""
        total, opened = self.usage.total, self.usage.opened_in_all
        released = _("of them released: %(hours)s") % {"hours": self.cell(total.released).text}
        return [
            (OPEN, Cell(hours(opened), "#by-lab" if opened else "", places=1), ""),
            (BOOKED_HEAD, self.cell(total.booked, state="booked"), ""),
            (USED, self.cell(total.used, state=S.USED), ""),
            (MISSED, self.cell(total.missed, state=S.MISSED), released if total.missed else ""),
            (TAKEN, _share(total.taken, opened), ""),
            (PEOPLE, self.cell(total.people, state=S.USED), ""),
        ]

    def sections(self) -> list[Section]:
        return [self.plan(), *(section for _name, section in self.tables())]

    def tables(self) -> list[tuple[str, Section]]:
        """With the names of their places on the page."""
        found = {
            "by-lab": self.labs(),
            "by-direction": self.directions(),
            "by-organisation": self.guests(),
            "by-kind": self.kinds(),
            "by-project": self.projects(),
            "by-state": self.states(),
            "rooms": self.rooms(),
        }
        return [(name, section) for name, section in found.items() if section]

    # --- Plan and fact ----------------------------------------------------------------------------------------------

    def plan(self) -> Section:
        """Hours that were to be had and what became of them; pupils that were planned and came."""
        tables = [self._pupils()] if self._years else []
        total = self.usage.total
        parts: dict[Text, tuple[Decimal | int, str]] = {
            OPEN: (self.usage.opened_in_all, "#by-lab"),
            BOOKED_HEAD: (total.booked, self._list(state="booked")),
            USED: (total.used, self._list(state=S.USED)),
            MISSED: (total.missed, self._list(state=S.MISSED)),
        }
        bars = [Bar(label, round(hours(time)), url=url if time else "") for label, (time, url) in parts.items()]
        return Section(_("Plan and fact"), "", tables, chart=_("Seat-hours of the period"), bars=bars)

    @cached_property
    def _years(self) -> list[PupilYear]:
        return [*self.asked.technopark.pupil_years.all()]

    def _pupils(self) -> Table:
        lines = [
            Line(one.period, [Cell(one.planned), Cell(one.actual), _share(one.actual, one.planned)])
            for one in self._years
        ]
        heads = [pgettext("pupils", "Planned"), pgettext("pupils", "Came"), pgettext("pupils", "Of the plan")]
        return Table(_("Pupils by year"), _("Year"), heads, lines)

    # --- Hours ------------------------------------------------------------------------------------------------------

    def labs(self) -> Section:
        lines = [self._line(lab.title, [lab], lab.get_absolute_url(), lab=lab.pk) for lab in self.usage.labs]
        return self._with_open(_("By laboratory"), _("Laboratory"), lines)

    def directions(self) -> Section:
        lines = [
            self._line(
                title,
                [lab for lab in self.usage.labs if direction_of(lab) == slug],
                self.own_url + self.asked.address(direction=slug),
                direction=slug,
            )
            for slug, title in directions_of(self.usage.labs).items()
        ]
        return self._with_open(_("By direction"), _("Direction"), lines)

    def _line(self, label: str, labs: list[Lab], url: str, **asked: object) -> Line:
        """``url``: where its opening hours are told."""
        tally, opened = Tally(), 0
        for lab in labs:
            tally += self.usage.by_lab.get(lab.pk, Tally())
            opened += self.usage.opened(lab)
        return Line(label, self._cells(tally, opened, url, **asked))

    def _with_open(self, title: str, first: str, lines: list[Line]) -> Section:
        total = Line(_("In all"), self._cells(self.usage.total, self.usage.opened_in_all), is_total=True)
        heads = [OPEN, BOOKED_HEAD, USED, MISSED, TAKEN, PEOPLE]
        return Section(title, "", [Table(title, first, heads, [*lines, total])])

    def _cells(self, tally: Tally, opened: int, url: str = "", **asked: object) -> list[Cell]:
        [_number, booked, used, missed, people] = self._of_bookings(tally, **asked)
        return [Cell(hours(opened), url, places=1), booked, used, missed, _share(tally.taken, opened), people]

    def guests(self) -> Section | None:
        guests = self.usage.by_guest
        shown = guests if self.is_whole else guests[:SHOWN]
        lines = [Line(guest.title, self._of_bookings(tally, guest=guest.slug)) for guest, tally in shown]
        hidden = len(guests) - len(shown)
        note = _("Those who have booked most; the spreadsheet has all %(number)s.") % {"number": len(guests)}
        return self._of_lines(_("By organisation"), _("Organisation"), lines, note if hidden else "")

    def kinds(self) -> Section | None:
        lines = [
            Line(kind.label, self._of_bookings(self.usage.by_kind[kind], kind=kind))
            for kind in BookedFor
            if kind in self.usage.by_kind and self.usage.by_kind[kind].number
        ]
        return self._of_lines(_("For whom"), pgettext("bookings", "For whom"), lines)

    def projects(self) -> Section | None:
        guests, projects = {guest.pk: guest for guest, _tally in self.usage.by_guest}, self.usage.by_project
        lines = [
            Line(
                f"{title} · {guests[key].title}",
                self._of_bookings(tally, kind=BookedFor.PROJECT, title=title, guest=guests[key].slug),
            )
            for title, key, tally in (projects if self.is_whole else projects[:SHOWN])
        ]
        title, hidden = _("By project"), len(projects) - len(lines)
        note = _("Those with the most hours; the spreadsheet has all %(number)s.") % {"number": len(projects)}
        heads = [NUMBER, BOOKED_HEAD, USED, MISSED, PEOPLE]
        return Section(title, note if hidden else "", [Table(title, _("Project"), heads, lines)]) if lines else None

    def _of_lines(self, title: str, first: str, lines: list[Line], note: str = "") -> Section | None:
        total = Line(_("In all"), self._of_bookings(self.usage.total), is_total=True)
        heads = [NUMBER, BOOKED_HEAD, USED, MISSED, PEOPLE]
        return Section(title, note, [Table(title, first, heads, [*lines, total])]) if lines else None

    def _of_bookings(self, tally: Tally, **asked: object) -> list[Cell]:
        return [
            self.number(tally.number, **asked, state="booked"),
            self.cell(tally.booked, **asked, state="booked"),
            self.cell(tally.used, **asked, state=S.USED),
            self.cell(tally.missed, **asked, state=S.MISSED),
            self.cell(tally.people, **asked, state=S.USED),
        ]

    def states(self) -> Section | None:
        found = self.usage.by_state
        lines = [
            Line(state.label, [self.number(found[state][0], state=state), self.cell(found[state][1], state=state)])
            for state in BookingState
            if state in found
        ]
        title = _("What became of the bookings")
        table = Table(title, _("State"), [NUMBER, _("Seat-hours")], lines)
        return Section(title, "", [table]) if lines else None

    def rooms(self) -> Section:
        rooms = self.usage.rooms
        lines = [
            Line(lab.title, self._of_room(rooms[lab.pk], lab.get_absolute_url(), lab=lab.pk)) for lab in self.usage.labs
        ]
        total = Line(_("In all"), self._of_room(sum(rooms.values(), start=Room())), is_total=True)
        title = _("Rooms, in room-hours")
        heads = [OPEN, BOOKED_HEAD, USED, TAKEN]
        note = _("However many seats are booked at once, an hour of the room is one hour.")
        return Section(title, note, [Table(title, _("Laboratory"), heads, [*lines, total])])

    def _of_room(self, room: Room, url: str = "", **asked: object) -> list[Cell]:
        return [
            Cell(hours(room.opened), url, places=1),
            self.cell(room.booked, **asked, state="booked"),
            self.cell(room.used, **asked, state=S.USED),
            _share(room.booked, room.opened),
        ]

    # --- The week ---------------------------------------------------------------------------------------------------

    def heat(self) -> Heat:
        """Booked seat-hours, hour of the week by hour of the week."""
        booked, opened = self.usage.week, self.usage.open_week
        known = {cell for cell in (*booked, *opened) if booked.get(cell) or opened[cell]}
        rows = [
            HeatRow(
                f"{hour:02}:00",
                [
                    self._heat_cell(weekday, hour, booked.get((weekday, hour), Decimal(0)), opened)
                    for weekday in range(7)
                ],
            )
            for hour in hours_of(known)
        ]
        return Heat(_("Booked seat-hours by weekday and hour"), rows)

    def _heat_cell(self, weekday: int, hour: int, booked: Decimal, opened: "dict[tuple[int, int], int]") -> HeatCell:
        seats = opened[weekday, hour]
        url = self._list(state="booked", weekday=weekday, hour=hour) if booked else ""
        share = booked / seats if seats else Decimal(bool(booked))
        return HeatCell(hours(booked), share, url, WEEKDAYS[weekday], is_open=bool(seats or booked))

    def week(self) -> Section:
        """The same as a table, for the spreadsheet."""
        heat = self.heat()
        lines = [Line(row.label, [one.cell for one in row.cells]) for row in heat.rows]
        table = Table(heat.title, _("Hour"), [*WEEKDAYS.values()], lines)
        return Section(_("By hour of the week"), _("Booked seat-hours, by the clock of the technopark."), [table])


def _share(part: Decimal | int | None, whole: int | None) -> Cell:
    return Cell(Decimal(part) / whole if whole and part is not None else None, is_share=True)


def section_of_technoparks(found: Iterable[tuple[OfTechnopark, str]]) -> Section:
    """Each with the address of its report."""
    lines, total, opened = list[Line](), Tally(), 0
    for one, url in found:
        lines.append(Line(one.technopark.title, _in_hours(one.tally, one.opened, url)))
        total, opened = total + one.tally, opened + one.opened
    lines.append(Line(_("In all"), _in_hours(total, opened, ""), is_total=True))
    title = _("By technopark")
    heads = [OPEN, BOOKED_HEAD, USED, MISSED, TAKEN, PEOPLE]
    note = _("In seat-hours, hours times seats; each technopark by its own clock. The numbers lead to its report.")
    return Section(title, note, [Table(title, _("Technopark"), heads, lines)])


def _in_hours(tally: Tally, opened: int, url: str) -> list[Cell]:
    [was_open, *booked] = [
        Cell(hours(time), url if time else "", places=1)
        for time in (opened, tally.booked, tally.used, tally.missed, tally.people)
    ]
    return [was_open, *booked[:3], _share(tally.taken, opened), booked[3]]

"""What the page of a technopark shows, in a number of queries that does not depend on its labs and sites."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.dates import WEEKDAYS

from common.charts import Bar, longest
from common.times import day_said, within
from members.models import Direction
from technoparks.booking.free import Calendar, taken_of
from technoparks.booking.hours import DAY, open_days
from technoparks.models import (
    Lab,
    OpeningException,
    PupilYear,
    SiteCount,
    StatusChange,
    Technopark,
)
from technoparks.public.figures import pupil_bars, site_bars
from technoparks.public.listing import Row, rows_of
from technoparks.public.programmes import ProgrammeRow, programmes_of
from technoparks.public.week import Cell, cells_of, hours_of

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User

SHOWN_DAYS = 7  # in which something may be free


@dataclass(frozen=True, slots=True)
class Free:
    """Of the next days: the first hour that can be booked, and how many hours of those that are left have free
    seats."""

    first: Cell | None
    hours: int
    of_hours: int

    @property
    def when(self) -> str:
        """«26 ноября, четверг, 10:00», by the clock of the lab."""
        if self.first is None or self.first.span is None:
            return ""
        starts = self.first.span[0]
        day = day_said(starts.date(), today=timezone.localdate())
        return f"{day}, {within(WEEKDAYS[starts.weekday()])}, {starts:%H:%M}"


@dataclass(frozen=True, slots=True)
class LabRow:
    lab: Lab
    free: Free | None  # of what cannot be booked, nothing is said


class TechnoparkPage:
    """Its parts are read when they are drawn."""

    def __init__(self, technopark: Technopark, user: "User | AnonymousUser") -> None:
        self.technopark = technopark
        self.user = user

    @cached_property
    def changes(self) -> list[StatusChange]:
        return [*self.technopark.status_changes.all()]

    @property
    def change(self) -> StatusChange | None:
        return next((one for one in reversed(self.changes) if one.status == self.technopark.status), None)

    @cached_property
    def directions(self) -> list[Direction]:
        return [*self.technopark.directions.all()]

    @cached_property
    def pupils(self) -> list[Bar]:
        return pupil_bars(PupilYear.objects.filter(technopark=self.technopark))

    @property
    def most_pupils(self) -> int:
        return longest(self.pupils)

    @cached_property
    def site_counts(self) -> list[SiteCount]:
        return [*self.technopark.site_counts.all()] if self.technopark.is_network else []

    @property
    def counted_sites(self) -> list[Bar]:
        return site_bars(self.site_counts)

    @property
    def most_sites(self) -> int:
        return longest(self.counted_sites)

    @cached_property
    def sites(self) -> list[Row]:
        if not self.technopark.is_network:
            return []
        return rows_of(Technopark.objects.visible_to(self.user).filter(network=self.technopark).with_status())

    @cached_property
    def labs(self) -> list[LabRow]:
        if self.technopark.is_network:
            return []
        return with_free_time(self.technopark, self.user)

    @cached_property
    def programmes(self) -> list[ProgrammeRow]:
        return [] if self.technopark.is_network else programmes_of(self.technopark, self.user)


def with_free_time(technopark: Technopark, user: "User | AnonymousUser") -> list[LabRow]:
    """Four queries, for as many labs as there are."""
    now = timezone.now()
    first = now.astimezone(technopark.zone).date()
    last = first + (SHOWN_DAYS - 1) * DAY
    unlike = OpeningException.objects.filter(day__range=(first, last))
    visible = Lab.objects.visible_to(user).filter(technopark=technopark).with_takes_bookings()
    related = visible.select_related("direction")
    labs = [*related.prefetch_related("opening_hours", Prefetch("opening_exceptions", unlike, to_attr="unlike"))]
    taken = taken_of(labs, now, now + (SHOWN_DAYS + 1) * DAY)
    rows = []
    for lab in labs:
        lab.technopark = technopark
        if not lab.takes_bookings:
            rows.append(LabRow(lab, None))
            continue
        days = open_days(lab, first, last, lab.unlike)
        calendar = Calendar(lab, taken[lab.pk], [])
        cells = [cell for day in days for cell in cells_of(day, calendar, hours_of([day]), now=now)]
        left = [cell for cell in cells if cell.state not in ("closed", "past")]
        found = [cell for cell in left if cell.is_bookable]
        rows.append(LabRow(lab, Free(next(iter(found), None), len(found), len(left))))
    return rows

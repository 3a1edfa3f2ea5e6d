"""How long labs are open in a period, hour of the week by hour of the week: days of a weekday times its hours, and then
what is unlike other days."""

import datetime
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from technoparks.booking.hours import days, holiday_on
from technoparks.models import Lab, OpeningException

HOUR = 3600  # s
Hours = list[tuple[datetime.time, datetime.time]]
Grid = Counter[tuple[int, int]]  # weekday, hour of the day → s


def open_grids(labs: Sequence[Lab], first: datetime.date, last: datetime.date) -> dict[int, Grid]:
    """By the key of the lab, by the clock of the wall and the hours that it has today. One query, where the opening
    hours are at hand."""
    period = [*days(first, last)]
    every = Counter(day.weekday() for day in period)
    off = {day for day in period if holiday_on(day)}
    working = every - Counter(day.weekday() for day in off)
    unlike = defaultdict(list)
    for one in OpeningException.objects.filter(lab__in=labs, day__range=(first, last)):
        unlike[one.lab_id].append(one)
    return {lab.pk: _grid(lab, working if lab.keeps_holidays else every, unlike[lab.pk], off) for lab in labs}


def _grid(lab: Lab, numbers: Counter[int], unlike: Iterable[OpeningException], off: set[datetime.date]) -> Grid:
    weekly: defaultdict[int, Hours] = defaultdict(list)
    for one in lab.opening_hours.all():
        weekly[one.weekday].append((one.opens, one.closes))
    grid = Grid()
    for weekday, hours in weekly.items():
        _add(grid, weekday, hours, numbers[weekday])
    for exception in unlike:
        weekday = exception.day.weekday()
        if not (lab.keeps_holidays and exception.day in off):
            _add(grid, weekday, weekly[weekday], -1)
        if exception.opens and exception.closes:
            _add(grid, weekday, [(exception.opens, exception.closes)], 1)
    return grid


def _add(grid: Grid, weekday: int, hours: Hours, times: int) -> None:
    for opens, closes in hours:
        begins, ends = _seconds(opens), _seconds(closes)
        for hour in range(begins // HOUR, -(-ends // HOUR)):
            grid[weekday, hour] += times * (min(ends, (hour + 1) * HOUR) - max(begins, hour * HOUR))


def _seconds(time: datetime.time) -> int:
    return time.hour * HOUR + time.minute * 60 + time.second

"""What the page of a lab says besides its week: rules of booking and hours in words, equipment by class."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from common.times import TO, within
from technoparks.models import Equipment, EquipmentStatus, Instruction, Lab, OpeningHours, with_documents, with_outages

HOUR = 60


@dataclass(frozen=True, slots=True)
class Shelf:
    """Machines of one class; ``working`` of them work."""

    title: str
    machines: list[Equipment]

    @property
    def working(self) -> int:
        return sum(one.outage is None for one in self.machines)


def with_instructions(labs: "QuerySet[Lab]") -> "QuerySet[Lab]":
    """``instructions_needed`` in each or at its machines, for its page; they come along in the same query."""
    there = Q(labs=OuterRef("pk")) | Q(machines__equipment__lab=OuterRef("pk"))
    offered = Instruction.objects.offered().filter(there, technopark=OuterRef("technopark")).order_by("name", "pk")
    told = offered.values(told=JSONObject(pk="pk", name="name", name_en="name_en"))
    return labs.annotate(instructions_needed=ArraySubquery(told))


class LabPage:
    """``lab`` with_instructions. Read in two queries, besides the opening hours, which the week has read."""

    def __init__(self, lab: Any) -> None:
        self.lab = lab

    @cached_property
    def shelves(self) -> list[Shelf]:
        there = self.lab.equipment.exclude(status=EquipmentStatus.RETIRED).select_related("kind")
        there = with_documents(with_outages(there))
        by_class = groupby(there.order_by("kind__name", "name", "pk"), key=lambda one: one.kind)
        return [Shelf(kind.title, [*machines]) for kind, machines in by_class]

    @property
    def instructions(self) -> list[Instruction]:
        return [Instruction(**one) for one in self.lab.instructions_needed]

    @property
    def hours(self) -> list[tuple[str, str]]:
        return hours_said(self.lab.opening_hours.all())

    @property
    def rules(self) -> list[str]:
        return rules_of(self.lab)


def hours_said(hours: Iterable[OpeningHours]) -> list[tuple[str, str]]:
    """Days that are alike together: «пн–пт», «09:00–18:00»."""
    of_day = dict.fromkeys(range(7), "")
    for one in hours:
        span = f"{one.opens:%H:%M}{TO}{one.closes:%H:%M}"
        of_day[one.weekday] = ", ".join(filter(None, (of_day[one.weekday], span)))
    joined: list[tuple[int, int, str]] = []
    for day, said in of_day.items():
        if joined and joined[-1][2] == said:
            joined[-1] = (joined[-1][0], day, said)
        else:
            joined.append((day, day, said))
    return [
        (_day(first) if first == last else f"{_day(first)}{TO}{_day(last)}", said or _("closed"))
        for first, last, said in joined
    ]


def _day(weekday: int) -> str:
    return within(WEEKDAYS_ABBR[weekday])


def rules_of(lab: Lab) -> list[str]:
    """Sentences, for whoever wants to book."""
    who = (
        _("Members of the association book it.")
        if lab.is_for_members
        else _("Any organisation of the portal books it: its head, coordinators and teachers.")
    )
    what = _("Some of the seats or the whole room.") if lab.by_seats else _("Only the whole room.")
    length = _("From %(shortest)s to %(longest)s; times begin and end every %(step)s.") % {
        "shortest": minutes_between(lab.shortest_minutes),
        "longest": minutes_between(lab.longest_minutes),
        "step": minutes_said(lab.step_minutes),
    }
    return [who, what, _answer(lab), length, _ahead(lab), *_besides(lab)]


def _answer(lab: Lab) -> str:
    if not lab.needs_approval:
        return _("A booking is confirmed at once.")
    text = ngettext(
        "The host answers within %(number)d hour; until then the time is kept for you.",
        "The host answers within %(number)d hours; until then the time is kept for you.",
        lab.approval_hours,
    )
    return text % {"number": lab.approval_hours}


def _ahead(lab: Lab) -> str:
    days = ngettext("%(number)d day", "%(number)d days", lab.days_ahead) % {"number": lab.days_ahead}
    if not lab.notice_hours:
        return _("Not further ahead than %(days)s.") % {"days": days}
    return _("Not further ahead than %(days)s and not later than %(hours)s before.") % {
        "days": days,
        "hours": minutes_said(lab.notice_hours * HOUR),
    }


def _besides(lab: Lab) -> Iterable[str]:
    if lab.buffer_minutes:
        yield _("After each booking %(time)s are left to tidy up.") % {"time": minutes_said(lab.buffer_minutes)}
    if lab.least_age:
        yield _("People work here from the age of %(number)s.") % {"number": lab.least_age}
    if lab.needs_supervisor:
        yield _("An adult of the guests is present all the time.")
    if lab.check_in_minutes:
        text = _("Whoever has not checked in %(time)s after the beginning gives the seats back.")
        yield text % {"time": minutes_said(lab.check_in_minutes)}
    if lab.keeps_holidays:
        yield _("Closed on public holidays.")


def minutes_said(minutes: int) -> str:
    """«90 минут», «2 часа»."""
    if minutes % HOUR:
        return ngettext("%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}
    hours = minutes // HOUR
    return ngettext("%(number)d hour", "%(number)d hours", hours) % {"number": hours}


def minutes_between(minutes: int) -> str:
    """After “from” or “to”: «90 минут», «2 часов»."""
    if minutes % HOUR:
        return npgettext("after “from”", "%(number)d minute", "%(number)d minutes", minutes) % {"number": minutes}
    hours = minutes // HOUR
    return npgettext("after “from”", "%(number)d hour", "%(number)d hours", hours) % {"number": hours}

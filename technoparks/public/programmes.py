"""What everybody may read of programmes and their groups."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from technoparks.cohorts.timetable import week_said
from technoparks.models import Audience, Cohort, CohortState, Programme, Technopark

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User

TURN = [CohortState.GATHERING, CohortState.RUNNING, CohortState.PLANNED]


@dataclass(frozen=True, slots=True)
class Group:
    """``week``: «пн, ср 16:00–17:30»."""

    cohort: Cohort
    week: str


def groups_of(programme: Programme, user: "User | AnonymousUser") -> list[Group]:
    """Those that gather first; what is over is left out. Two queries."""
    shown = Cohort.objects.visible_to(user).filter(programme=programme, state__in=TURN).with_taken().told()
    found = sorted(shown.prefetch_related("hours"), key=lambda one: (TURN.index(CohortState(one.state)), one.starts_on))
    return [Group(one, week_said(one.hours.all())) for one in found]


@dataclass(frozen=True, slots=True)
class ProgrammeRow:
    """``gathering``: groups that take applications."""

    programme: Programme
    gathering: int


def programmes_of(technopark: Technopark, user: "User | AnonymousUser") -> list[ProgrammeRow]:
    """For pupils first. Two queries, for as many as there are."""
    visible = Programme.objects.visible_to(user).filter(technopark=technopark).select_related("direction")
    programmes = sorted(visible, key=lambda one: (one.audience != Audience.PUPILS, one.title))
    taking = dict.fromkeys((one.pk for one in programmes), 0)
    groups = Cohort.objects.visible_to(user).filter(programme__in=taking)
    for cohort in groups.select_related("programme__technopark"):
        taking[cohort.programme_id] += cohort.takes_applications
    for one in programmes:
        one.technopark = technopark
    return [ProgrammeRow(one, taking[one.pk]) for one in programmes]

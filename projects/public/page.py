"""What the page of a project shows, read in a number of queries that does not depend on its participants."""

from functools import cached_property
from typing import TYPE_CHECKING

from agreements.models import Agreement
from members.audience import grades_said
from members.models import Audience, Direction
from members.organisations.filters import Overview
from projects.models import Project, ProjectMove, ProjectResult, ProjectState, ProjectUpdate
from projects.policies import can_tend_project
from projects.public.listing import Participant, participants_of, when
from projects.public.pledges import Partner, thanks
from projects.public.roadmap import Roadmap
from technoparks.models import Lab

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from members.models import User


class ProjectPage:
    """Its parts are read when they are drawn."""

    def __init__(self, project: Project, user: "User | AnonymousUser") -> None:
        self.project = project
        self.user = user

    @cached_property
    def participants(self) -> list[Participant]:
        return participants_of(self.project)

    @cached_property
    def directions(self) -> list[Direction]:
        return Overview.load().directions_of(self.project.direction_slugs)

    @property
    def when(self) -> str:
        return when(self.project)

    @property
    def audience(self) -> str:
        return ", ".join(str(Audience(one).label) for one in self.project.audience).capitalize()

    @property
    def grades(self) -> str:
        return grades_said(self.project.grade_from, self.project.grade_to)

    @cached_property
    def updates(self) -> list[ProjectUpdate]:
        return [*self.project.updates.all()]

    @cached_property
    def thanks(self) -> list[Partner]:
        return thanks(self.project)

    @cached_property
    def roadmap(self) -> Roadmap:
        return Roadmap.of(self.project)

    @cached_property
    def results(self) -> list[ProjectResult]:
        results = [*self.project.results.all()]
        for one in results:
            one.project = self.project
        return results

    @cached_property
    def agreements(self) -> list[Agreement]:
        """Those that stand in the public register."""
        return [*self.project.agreements.shown().order_by("-pk")]

    @cached_property
    def labs(self) -> list[Lab]:
        return [*self.project.labs.visible_to(self.user).select_related("technopark").order_by("technopark", "name")]

    @cached_property
    def reason(self) -> str:
        """Why it rests, in the words of whoever did it."""
        if self.project.state not in (ProjectState.PAUSED, ProjectState.STOPPED):
            return ""
        last = ProjectMove.objects.filter(project=self.project, target=self.project.state).last()
        return last.reason if last else ""

    @cached_property
    def may_tend(self) -> bool:
        return can_tend_project(self.user, self.project)

"""Rows as they are now; whoever else changes them waits for the end of the transaction.

A challenge is locked before its teams.
"""

from projects.models import Challenge, Project, Team


def locked_project(project: Project) -> Project:
    return Project.objects.select_for_update(no_key=True).get(pk=project.pk)


def locked_challenge(challenge: Challenge) -> Challenge:
    return Challenge.objects.select_for_update(no_key=True).get(pk=challenge.pk)


def locked_team(team: Team) -> Team:
    """And its organisations, which nobody changes otherwise."""
    locked = Team.objects.select_for_update(no_key=True, of=("self",)).select_related("challenge__company")
    return locked.get(pk=team.pk)

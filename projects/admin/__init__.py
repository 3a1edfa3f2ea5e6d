"""The association's office at work on projects."""

from projects.admin import challenges, pledges, projects, roadmaps, teams

__all__ = ["challenges", "pledges", "projects", "roadmaps", "teams"]

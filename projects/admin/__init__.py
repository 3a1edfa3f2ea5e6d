"""The association's office at work on projects."""

from projects.admin import challenges, projects, roadmaps, teams

__all__ = ["challenges", "projects", "roadmaps", "teams"]

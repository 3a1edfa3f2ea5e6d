"""The association's office at work on projects."""

from projects.admin import challenges, projects, teams

__all__ = ["challenges", "projects", "teams"]

"""The association's office at work on projects."""

from projects.admin import challenges, projects

__all__ = ["challenges", "projects"]

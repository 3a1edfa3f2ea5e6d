"""The association's office at work on projects."""

from projects.admin import projects

__all__ = ["projects"]

"""The office is the same for all apps."""

from tests.members.conftest import english, office

__all__ = ["english", "office"]

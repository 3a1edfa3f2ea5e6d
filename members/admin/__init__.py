"""The association's staff at work on people and organisations."""

from members.admin import applications, consents, joining, memberships, organisations, people, privacy, taxonomy

__all__ = ["applications", "consents", "joining", "memberships", "organisations", "people", "privacy", "taxonomy"]

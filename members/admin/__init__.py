"""The association's staff at work on people and organisations."""

from members.admin import consents, fees, memberships, organisations, people, privacy, taxonomy

__all__ = ["consents", "fees", "memberships", "organisations", "people", "privacy", "taxonomy"]

"""The association's staff at work on people and organisations."""

from members.admin import arrivals, consents, fees, memberships, organisations, people, privacy, taxonomy

__all__ = ["arrivals", "consents", "fees", "memberships", "organisations", "people", "privacy", "taxonomy"]

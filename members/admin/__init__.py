"""The association's staff at work on people and organisations."""

from members.admin import memberships, organisations, people, taxonomy

__all__ = ["memberships", "organisations", "people", "taxonomy"]

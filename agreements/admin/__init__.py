"""The association's office at work on agreements."""

from agreements.admin import agreements, copies, obligations, records, templates

__all__ = ["agreements", "copies", "obligations", "records", "templates"]

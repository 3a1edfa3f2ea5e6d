"""The association's office at work on agreements."""

from agreements.admin import agreements, obligations, records, templates

__all__ = ["agreements", "obligations", "records", "templates"]

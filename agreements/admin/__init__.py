"""The association's staff at work on agreements."""

from agreements.admin import copies

__all__ = ["copies"]

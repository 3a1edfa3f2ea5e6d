"""Addresses of the portal's own pages, in either language: English pages stand under ``/en``."""

from django.conf import settings
from django.urls import get_script_prefix
from django.utils.translation import get_language

ENGLISH_PREFIX = "/en"


def without_language(path: str) -> str:
    """``/en/join/``, as ``reverse`` gives it to an English reader → ``/join/``."""
    return f"/{path.removeprefix(get_script_prefix())}"


def absolute(path: str, *, language: str = "") -> str:
    """For letters: ``/join/`` with the host, in ``language`` or in the one that is active."""
    prefix = ENGLISH_PREFIX if (language or get_language()) == "en" else ""
    return f"{settings.SITE_ADDRESS}{prefix}{path}"


def webcal(address: str) -> str:
    """Opens the program that keeps the reader's calendar, and has it come back for changes."""
    return f"webcal://{address.partition('://')[2]}"


def here(path: str) -> str:
    """``/join/`` in the language of the page that is being made."""
    return get_script_prefix() + path.removeprefix("/")

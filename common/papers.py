"""What stands on papers, in both languages, and where anybody sees whether they hold."""

import datetime
from collections.abc import Callable
from typing import Protocol

from django.conf import settings
from django.urls import get_script_prefix
from django.utils import translation
from django.utils.formats import date_format


class HasAddress(Protocol):
    def get_absolute_url(self) -> str: ...


def in_both(text: Callable[[], str]) -> dict[str, str]:
    """What ``text`` gives in each language, on one line."""
    said = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            said[language] = text().replace(" ", "\N{NO-BREAK SPACE}")
    return said


def day_in_words(day: datetime.date) -> str:
    return date_format(day, "j E Y" if translation.get_language() == "ru" else "j F Y")


def days_in_words(first: datetime.date, last: datetime.date) -> str:
    """«5–9 июля 2026»."""
    if first == last:
        return day_in_words(first)
    is_one_month = (first.year, first.month) == (last.year, last.month)
    return f"{first.day}–{day_in_words(last)}" if is_one_month else f"{day_in_words(first)} – {day_in_words(last)}"


def printed_address(paper: HasAddress) -> str:
    """Of the page that verifies it: with the host, and not in the language of whoever had it issued."""
    return f"{settings.SITE_ADDRESS}/{paper.get_absolute_url().removeprefix(get_script_prefix())}"

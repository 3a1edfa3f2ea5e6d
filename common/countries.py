"""Countries by their codes of ISO 3166-1, named in the reader's language."""

import re

from babel import Locale
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from common.text import fold

# What ISO leaves to users or keeps for unions and islands without a code of their own, and what is no code of it.
NO_COUNTRY = re.compile(r"AA|Q[M-Z]|X[A-Z]|ZZ|EU|EZ|UN|AC|CP|CQ|DG|EA|IC|TA|\d+")


def country_name(code: str) -> str:
    return Locale(get_language() or "ru").territories.get(code, code)


def country_codes() -> list[str]:
    return sorted(code for code in map(str, Locale("en").territories) if not NO_COUNTRY.fullmatch(code))


def country_choices() -> list[tuple[str, str]]:
    """For a field of a form, in the order of the names."""
    named = [(code, country_name(code)) for code in country_codes()]
    return [("", _("Choose a country")), *sorted(named, key=lambda pair: fold(pair[1]))]

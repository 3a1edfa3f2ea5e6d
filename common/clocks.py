"""The clocks that people live by: those of the country as people call them, those of the world by their cities."""

from typing import Any

from babel import Locale
from babel.core import get_global
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, pgettext
from django.utils.translation import gettext as _

from common.text import fold
from common.world import zones

# From west to east. Any other is told by its distance from UTC.
CLOCKS = {
    "Europe/Kaliningrad": gettext_lazy("Kaliningrad time"),
    "Europe/Moscow": gettext_lazy("Moscow time"),
    "Europe/Samara": gettext_lazy("Samara time"),
    "Asia/Yekaterinburg": gettext_lazy("Yekaterinburg time"),
    "Asia/Omsk": gettext_lazy("Omsk time"),
    "Asia/Novosibirsk": gettext_lazy("Novosibirsk time"),
    "Asia/Krasnoyarsk": gettext_lazy("Krasnoyarsk time"),
    "Asia/Irkutsk": gettext_lazy("Irkutsk time"),
    "Asia/Yakutsk": gettext_lazy("Yakutsk time"),
    "Asia/Vladivostok": gettext_lazy("Vladivostok time"),
    "Asia/Magadan": gettext_lazy("Magadan time"),
    "Asia/Kamchatka": gettext_lazy("Kamchatka time"),
}


def clocks_of_the_country() -> list[tuple[str, str]]:
    """For a field of a form."""
    return [(zone, capfirst(str(name))) for zone, name in CLOCKS.items()]


def zone_choices() -> list[tuple[str, Any]]:
    """All that one can live by, or none; for the field of a record."""
    cities = _cities()
    named = [(zone, cities.get(zone) or zone.rpartition("/")[2].replace("_", " ")) for zone in zones()]
    elsewhere = [pair for pair in named if pair[0] not in CLOCKS]
    return [
        ("", pgettext("of a time zone", "Not chosen")),
        (_("Time zones of Russia"), clocks_of_the_country()),
        (_("Other cities and islands"), sorted(elsewhere, key=lambda pair: fold(pair[1]))),
    ]


def _cities() -> dict[str, str]:
    """Where their names are no more than the zone's own, there are none. Babel has some by what the zone was called."""
    renamed, known = get_global("zone_aliases"), Locale(get_language() or "ru").time_zones
    return {renamed.get(zone, zone): names["city"] for zone, names in known.items() if "city" in names}

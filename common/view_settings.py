"""Settings for readers who see badly: scheme, size, spacing and images, kept in a cookie, no JavaScript needed.

Source of the list: GOST R 52872-2019 and the habit of Russian public sites. The pages conform without them.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class ViewSettings:
    COOKIE_NAME: ClassVar = "view"
    # The first choice of each is what a reader has who never chose.
    CHOICES: ClassVar[dict[str, dict[str, str | Promise]]] = {
        "scheme": {
            "auto": _("As on the device"),
            "light": _("Light"),
            "dark": _("Dark"),
            "contrast": _("Black on white"),
            "night": _("White on black"),
            "blue": _("Dark blue on light blue"),
        },
        "size": {"normal": _("Normal"), "large": _("Large"), "huge": _("Very large")},
        "spacing": {"normal": _("Normal"), "wide": _("Wide")},
        "images": {"on": _("Shown"), "off": _("Replaced by their descriptions")},
    }

    scheme: str = "auto"
    size: str = "normal"
    spacing: str = "normal"
    images: str = "on"

    @classmethod
    def from_cookie(cls, value: str) -> Self:
        """The settings in ``value``, as written by ``cookie_value``; whatever is unknown there counts as not chosen."""
        chosen = dict(pair.split(".", 1) for pair in value.split("_") if "." in pair)
        return cls(**{name: chosen[name] for name in cls.CHOICES if chosen.get(name) in cls.CHOICES[name]})

    @property
    def cookie_value(self) -> str:
        """Only what differs from the first choice, in one order: ``scheme.dark_size.large``."""
        return "_".join(
            f"{name}.{chosen}"
            for name, choices in self.CHOICES.items()
            if (chosen := getattr(self, name)) != next(iter(choices))
        )

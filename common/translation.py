"""Content in two languages: Russian is the original, English stands beside it and may be missing."""

from django.db import models
from django.utils.translation import get_language, gettext


class Translated:
    """Read ``<field>_en`` to an English reader where it is filled, else ``<field>``.

    ``title = Translated("name")`` makes ``organisation.title`` right for the reader's language.
    """

    def __init__(self, field: str) -> None:
        self.field = field

    def __get__(self, instance: models.Model | None, owner: type | None = None) -> str:
        if instance is None:
            return self.field
        if get_language() == "en" and (english := getattr(instance, f"{self.field}_en")):
            return english
        return getattr(instance, self.field)


def reason(error: str) -> str:
    """Why something failed, as it was stored: ours in the reader's language, those of others as they are."""
    return gettext(error) if error else ""

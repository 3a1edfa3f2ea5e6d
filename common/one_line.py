"""Words of one line: names stand in letters, where a line of its own would look like the portal's; and lists of such
lines."""

import re
import unicodedata
from typing import Any

from django.db import models

_IN_PLACE_OF = {"Cc": " ", "Zl": " ", "Zp": " ", "Cf": ""}  # controls, ends of lines; what is not seen at all


def one_line(text: str) -> str:
    """Without controls and invisible signs, spaces single; a non-breaking space stays what it is."""
    shown = "".join(_IN_PLACE_OF.get(unicodedata.category(letter), letter) for letter in text)
    return re.sub(" +", " ", shown).strip()


class OneLineField(models.CharField):
    """Whoever writes, a form, a provider or a script, the row holds one line."""

    def to_python(self, value: Any) -> Any:
        return one_line(value) if isinstance(value, str) else super().to_python(value)

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """The object says what the row says; what the database is to say by itself, it says."""
        value = super().pre_save(model_instance, add)
        if hasattr(value, "resolve_expression"):
            return value
        value = self.to_python(value)
        setattr(model_instance, self.attname, value)
        return value


class LinesField(models.TextField):
    """A list, one thing a line: no line is empty."""

    def to_python(self, value: Any) -> Any:
        return "\n".join(filter(None, map(one_line, value.splitlines()))) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = self.to_python(super().pre_save(model_instance, add))
        setattr(model_instance, self.attname, value)
        return value

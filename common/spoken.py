"""Languages that people speak, by their codes of ISO 639-1, named in the reader's language."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from babel import Locale
from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from common.text import fold


def language_name(code: str) -> str:
    return Locale(get_language() or "ru").languages.get(code, code)


def language_names(codes: Iterable[str]) -> str:
    return ", ".join(map(language_name, codes))


@lru_cache
def language_codes() -> list[str]:
    return sorted(code for code in map(str, Locale("en").languages) if len(code) == 2)


@lru_cache
def _codes_by_name() -> dict[str, str]:
    """By their names in Russian and English, and by the codes themselves."""
    named = {fold(Locale(locale).languages[code]): code for locale in ("ru", "en") for code in language_codes()}
    return {**named, **{code: code for code in language_codes()}}


class SpokenLanguagesFormField(forms.CharField):
    """Names or codes with commas between them: a list of 180 boxes would be for nobody."""

    default_error_messages = {"unknown": _("No such language: %(name)s.")}

    def prepare_value(self, value: Any) -> Any:
        return language_names(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        names = filter(None, (name.strip() for name in re.split(r"[,;]", super().to_python(value) or "")))
        return [*dict.fromkeys(map(self._code, names))]

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != (initial or [])
        except forms.ValidationError:
            return True

    def _code(self, name: str) -> str:
        code = _codes_by_name().get(fold(name))
        if code is None:
            raise forms.ValidationError(self.error_messages["unknown"], code="unknown", params={"name": name})
        return code


class SpokenLanguagesField(ArrayField):
    """Codes in the order in which they were given."""

    def __init__(self, verbose_name: Any = None, **options: Any) -> None:
        super().__init__(models.CharField(max_length=2), **{**options, "verbose_name": verbose_name})

    def deconstruct(self) -> Any:
        name, path, args, options = super().deconstruct()
        del options["base_field"]
        return name, path, args, options

    def formfield(self, **options: Any) -> Any:
        given = {name: value for name, value in options.items() if name in ("required", "label", "widget", "help_text")}
        defaults = {"required": not self.blank, "label": self.verbose_name, "help_text": self.help_text}
        return SpokenLanguagesFormField(**{**defaults, **given})

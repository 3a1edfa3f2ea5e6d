"""Translations without the system's gettext: strings are found, merged and compiled by Babel.

English stands in the code and needs no catalogue. ``locale/ru`` holds our strings; ``locale/libraries/ru`` those
of installed packages that have no Russian, or a poor one, and is written by hand.
"""

import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

from common.text import kept_together

LANGUAGE = "ru"
# Name of a function → which of its arguments are texts; (n, "c") is the context.
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
LEFT_OUT = {"tests", "benchmarks", "var"}
_COUNT = re.compile(r"(%\((?:number|count|days)\)[ds]) (?=\w)")  # and what is counted


def catalogue_path() -> Path:
    return settings.BASE_DIR / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def found() -> Catalog:
    """Every text of the code and the templates, with the files it stands in."""
    catalogue = Catalog(locale=LANGUAGE, project="Cluster Portal", charset="utf-8")
    for path in _sources():
        name = path.relative_to(settings.BASE_DIR).as_posix()
        for _line, text, comments, context in extract("python", _as_python(path), KEYWORDS, ["Translators:"]):
            catalogue.add(text, locations=[(name, 0)], auto_comments=comments, context=context)
    return catalogue


def stored() -> Catalog:
    with catalogue_path().open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def update() -> int:
    """Bring the stored catalogue in line with the code; returns how many texts still wait for a translation."""
    catalogue = stored()
    catalogue.update(found(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with catalogue_path().open("wb") as file:
        write_po(file, catalogue, width=110, sort_by_file=True, include_lineno=False)
    return sum(not is_translated(message.string) for message in catalogue if message.id)


def compile_catalogues() -> None:
    """Write the binary catalogues that are older than their texts."""
    for folder in settings.LOCALE_PATHS:
        for source in Path(folder).glob("*/LC_MESSAGES/*.po"):
            target = source.with_suffix(".mo")
            if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
                continue
            with source.open("rb") as texts, target.open("wb") as binary:
                write_mo(binary, as_printed(read_po(texts, locale=source.parts[-3])))


def as_printed(catalogue: Catalog) -> Catalog:
    """With the spaces that keep words together, which nobody should have to type or to see in the source."""
    for message in catalogue:
        if message.id:  # not the header
            forms = [_COUNT.sub("\\1\N{NO-BREAK SPACE}", kept_together(form)) for form in forms_of(message.string)]
            message.string = forms[0] if isinstance(message.string, str) else tuple(forms)
    return catalogue


def forms_of(string: str | Sequence[str] | None) -> Sequence[str]:
    return [string] if isinstance(string, str) else string or ()


def is_translated(string: str | Sequence[str] | None) -> bool:
    return bool(string) if string is None or isinstance(string, str) else all(string)


def _sources() -> Iterator[Path]:
    for folder in sorted(settings.BASE_DIR.iterdir()):
        if folder.is_dir() and folder.name not in LEFT_OUT and not folder.name.startswith("."):
            for path in sorted(folder.rglob("*")):
                if path.suffix in (".py", ".html", ".txt") and "migrations" not in path.parts:
                    yield path


def _as_python(path: Path) -> io.BytesIO:
    """The file itself, or what Django makes of a template for gettext, without the indents that mean nothing there."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        text = "\n".join(line.strip() for line in templatize(text).splitlines())
    return io.BytesIO(text.encode())

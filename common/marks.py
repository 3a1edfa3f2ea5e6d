"""Rich text as people type it who know no HTML: simple marks, which are a small part of Markdown, and back."""

import re
from typing import Any

from bs4 import NavigableString
from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy as _
from markdown_it import MarkdownIt
from markdownify import MarkdownConverter

from common.html import LONGEST, as_words, sanitise

MARKS = ["list", "blockquote", "heading", "emphasis", "link", "newline", "escape"]
YEAR = re.compile(r"^((?:[ >]|[-*+] |\d{1,2}[.)] )*\d{3,9})([.)])", re.MULTILINE)  # also in a list or a quote
INSIDE_A_LINE = re.compile(r"[\\*\[\]]|(?<!\w)_|_(?!\w)")
AT_ITS_START = re.compile(r"^( *(?:\d{1,2}(?=[.)](?:\s|$))|(?=(?:[-+]|#{1,6})(?:\s|$)|>)))")
BREAKS_AN_ADDRESS = re.compile(r"[()<>\\\s]")


class Reader(MarkdownIt):
    """Knows the marks alone: HTML is text like any other, and there are neither pictures nor code."""

    def __init__(self) -> None:
        super().__init__("zero", {"breaks": True})
        self.enable(MARKS)

    def normalizeLink(self, url: str) -> str:  # noqa: N802  # the name is the library's
        """An address as people say it, without its scheme, leads there as well; Cyrillic ones stay readable."""
        if ":" in url or url.startswith(("/", "#")):
            return url
        return f"mailto:{url}" if "@" in url else f"https://{url}"


class Writer(MarkdownConverter):
    """Escapes what would be read as a mark, and nothing else: «C++» stays readable."""

    def escape(self, text: str, parent_tags: Any) -> str:
        return INSIDE_A_LINE.sub(r"\\\g<0>", text)

    def process_text(self, el: NavigableString, parent_tags: Any = None) -> str:
        text = str(super().process_text(el, parent_tags))  # type: ignore[misc]  # not in its stubs
        before = el.previous_sibling
        inside = isinstance(before, NavigableString) or getattr(before, "name", None) in ("a", "em", "strong")
        return text if inside else AT_ITS_START.sub(r"\1\\", text)

    def convert_a(self, el: Any, text: str, parent_tags: Any) -> str:
        el["href"] = BREAKS_AN_ADDRESS.sub(lambda sign: f"%{ord(sign[0]):02X}", el.get("href", ""))
        return str(super().convert_a(el, text, parent_tags))  # type: ignore[misc]

    def convert_br(self, el: Any, text: str, parent_tags: Any) -> str:
        return " " if "_inline" in parent_tags else "\n"


def from_marks(typed: str) -> str:
    """Clean HTML. A number of three digits or more begins no list: it is a year."""
    reader = Reader()
    tokens = reader.parse(YEAR.sub(r"\1\\\2", typed))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = "h3" if token.tag <= "h3" else "h4"  # those above are the page's own
    return sanitise(reader.renderer.render(tokens, reader.options, {}))


def to_marks(html: str) -> str:
    writer = Writer(autolinks=False, bullets="-", heading_style="atx", wrap=True, wrap_width=None)
    try:
        return str(writer.convert(html)).strip()
    except RecursionError:  # a thousand quotes in each other, which only a machine writes: their words are left
        return as_words(html)


class Typed(str):
    """What a person has typed, unlike what is stored."""

    __slots__ = ()


class RichTextFormField(forms.CharField):
    """For a RichTextField: shows its HTML as marks, and gives HTML back."""

    widget = forms.Textarea

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.help_text = self.help_text or _(
            "A blank line begins a paragraph; “- ” a list, “1. ” a numbered one, “### ” a heading, “> ” a quote; "
            "**bold**, *emphasis*, [words](address)"
        )
        self.validators.append(MaxLengthValidator(LONGEST))

    def bound_data(self, data: Any, initial: Any) -> Any:
        return initial if self.disabled else Typed(data or "")

    def prepare_value(self, value: Any) -> Any:
        return value if value is None or isinstance(value, Typed) else to_marks(value)

    def clean(self, value: Any) -> str:
        return from_marks(super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(to_marks(initial or ""), (data or "").replace("\r\n", "\n").strip())

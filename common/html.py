"""Rich text written by members: cleaned when saved, so that what is stored is safe to show."""

import html
import re
from typing import Any

import nh3
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.html import linebreaks, strip_tags

ALLOWED_TAGS = {"p", "br", "strong", "em", "ul", "ol", "li", "a", "h3", "h4", "blockquote"}
LONGEST = 20_000  # characters as typed; a megabyte is too much for the search, and deep nesting for the sanitiser
TAG = re.compile(r"<[a-zA-Z/!]")
END_OF_LINE = re.compile(r"</(?:p|li|h3|h4|blockquote)>|<br>")
LINK = re.compile(r'<a\b[^>]*?href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)


def sanitise(text: str) -> str:
    """Keep plain formatting and links; drop scripts, styles, images and every other attribute."""
    clean = nh3.clean(
        text,
        tags=ALLOWED_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="nofollow noopener",
    )
    return clean.replace("&nbsp;", "\u00a0").strip()  # a person meets this text again in a form


def with_paragraphs(text: str) -> str:
    """Text without any tag as HTML: a blank line parts paragraphs. Other text as it is."""
    plain = html.unescape(text).strip()
    return linebreaks(plain, autoescape=True) if plain and not TAG.search(text) else text


def as_words(text: str) -> str:
    """Clean rich text as plain words: a line for each paragraph, and after a link where it leads."""
    plain = html.unescape(strip_tags(END_OF_LINE.sub("\n", LINK.sub(r"\2 (\1)", text))))
    return "\n".join(line for line in map(str.strip, plain.splitlines()) if line)


class RichTextField(models.TextField):
    """HTML that is sanitised before every save, bulk inserts included."""

    default_validators = [MaxLengthValidator(LONGEST)]

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return sanitise(with_paragraphs(value)) if isinstance(value, str) else value

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        clean = self.get_prep_value(getattr(model_instance, self.attname))
        setattr(model_instance, self.attname, clean)
        return clean

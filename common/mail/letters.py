"""Letters: plain text first, and HTML drawn from it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import css_inline
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from common.mail.purposes import SYSTEM, Purpose

ADDRESS = re.compile(r"https?://\S+")
CODE = re.compile(r"[\d-]{4,12}")
_inliner = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)


class Letter(EmailMultiAlternatives):
    """A message with what the outgoing mail keeps besides: its purpose, and the key of the intent that it serves."""

    def __init__(self, *args: Any, purpose: Purpose = SYSTEM, key: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.purpose = purpose
        self.key = key


def compose(
    template: str, *, to: str, purpose: Purpose, context: dict[str, Any] | None = None, key: str = ""
) -> Letter:
    """A letter in the language that is active: ``emails/<template>.txt``, whose first line is the subject.

    HTML is drawn from the text, or comes from ``emails/<template>.html`` by the caller's own ``attach_alternative``.
    """
    rendered = render_to_string(f"emails/{template}.txt", context)
    subject, _line, text = rendered.strip().partition("\n")
    return Letter(subject, text.strip() + "\n", to=[to], purpose=purpose, key=key)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, with the addresses that stand on lines of their own, or a code to be read off."""

    lines: Sequence[str]
    address: str = ""
    is_code: bool = False


def as_html(subject: str, text: str) -> str:
    """The letter as a page of its own, styles at each element, as mail programs want them."""
    body, _line, signature = text.partition("\n—\n")
    context = {"subject": subject, "blocks": list(map(_block, _paragraphs(body))), "signature": signature.strip()}
    return _inliner.inline(render_to_string("emails/layout.html", context))


def _paragraphs(text: str) -> list[list[str]]:
    return [part.strip().splitlines() for part in re.split(r"\n\s*\n", text) if part.strip()]


def _block(lines: list[str]) -> Block:
    if len(lines) == 1 and CODE.fullmatch(lines[0]):
        return Block(lines, is_code=True)
    if ADDRESS.fullmatch(lines[-1]):
        return Block(lines[:-1], address=lines[-1])
    return Block(lines)

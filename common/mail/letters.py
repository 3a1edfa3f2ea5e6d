"""Letters: plain text first, and HTML drawn from it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import css_inline
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils.translation import get_language

from common.mail.purposes import SYSTEM, Purpose
from common.mail.subscriptions import WayOut

SIGNATURE = "\n—\n"  # the line that everything below belongs to
ADDRESS = re.compile(r"https?://\S+")
CODE = re.compile(r"[\d-]{4,12}")
_inliner = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)


class Letter(EmailMultiAlternatives):
    """A message with what the outgoing mail keeps besides: its purpose, the key of the intent that it serves, and the
    language that it was written in."""

    def __init__(self, *args: Any, purpose: Purpose = SYSTEM, key: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.purpose = purpose
        self.key = key
        self.language = get_language() or settings.LANGUAGE_CODE


def compose(
    template: str, *, to: str, purpose: Purpose, context: dict[str, Any] | None = None, key: str = ""
) -> Letter:
    """A letter in the language that is active: ``emails/<template>.txt``, whose first line is the subject.

    HTML is drawn from the text, or comes from ``emails/<template>.html`` by the caller's own ``attach_alternative``.
    """
    drawn = get_template(f"emails/{template}.txt").template  # type: ignore[attr-defined]
    rendered = drawn.render(Context(context, autoescape=False))  # plain text has quotes, and no entities
    subject, _line, text = rendered.strip().partition("\n")
    return Letter(subject, text.strip() + "\n", to=[to], purpose=purpose, key=key)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, with the addresses that stand on lines of their own, or a code to be read off."""

    lines: Sequence[str]
    address: str = ""
    is_code: bool = False


def as_html(subject: str, text: str, way_out: WayOut | None = None) -> str:
    """The letter as a page of its own, styles at each element, as mail programs want them."""
    body, _line, signature = text.partition(SIGNATURE)
    context = {
        "subject": subject,
        "blocks": list(map(_block, _paragraphs(body))),
        "signature": signature.strip(),
        "way_out": way_out,
    }
    return _inliner.inline(render_to_string("emails/layout.html", context))


def with_way_out(text: str, way_out: WayOut) -> str:
    """The text, with the way out below its signature."""
    body = text.rstrip()
    return f"{body}\n{'' if SIGNATURE in body else SIGNATURE}\n{way_out.line}\n"


def with_way_out_in_html(html: str, way_out: WayOut) -> str:
    """HTML of the caller's own, with the way out at its end."""
    body, end, rest = html.rpartition("</body>")
    return (body or rest) + render_to_string("emails/way_out.html", {"way_out": way_out}) + (end + rest if end else "")


def _paragraphs(text: str) -> list[list[str]]:
    return [part.strip().splitlines() for part in re.split(r"\n\s*\n", text) if part.strip()]


def _block(lines: list[str]) -> Block:
    if len(lines) == 1 and CODE.fullmatch(lines[0]):
        return Block(lines, is_code=True)
    if ADDRESS.fullmatch(lines[-1]):
        return Block(lines[:-1], address=lines[-1])
    return Block(lines)

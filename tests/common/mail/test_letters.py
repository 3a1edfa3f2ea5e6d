"""What a letter looks like."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import translation

from common.mail.letters import Block, _block, _paragraphs, as_html, compose
from common.mail.purposes import SYSTEM


def test_a_text_falls_into_paragraphs_codes_and_addresses() -> None:
    text = "Здравствуйте!\n\nВот код:\n\n1234-5678\n\nИли пройдите по ссылке:\nhttps://example.org/a?b=1\n"
    assert list(map(_block, _paragraphs(text))) == [
        Block(["Здравствуйте!"]),
        Block(["Вот код:"]),
        Block(["1234-5678"], is_code=True),
        Block(["Или пройдите по ссылке:"], address="https://example.org/a?b=1"),
    ]


def test_html_says_what_the_text_says_and_escapes_it() -> None:
    html = as_html("Тема <1>", "Привет, <b>!\n\nСюда:\nhttps://example.org/?a=1&b=2\n\n—\nАссоциация\nexample.org\n")
    assert "Привет, &lt;b&gt;!" in html
    assert "Тема &lt;1&gt;</h1>" in html
    assert 'href="https://example.org/?a=1&amp;b=2"' in html
    assert "Ассоциация<br>" in html


def test_styles_stand_at_the_elements_and_the_dark_ones_in_the_head() -> None:
    html = as_html("Тема", "Текст")
    assert '<h1 style="' in html
    assert "prefers-color-scheme: dark" in html
    assert "{" not in html.partition("</head>")[2]


def test_a_letter_speaks_the_language_of_its_reader() -> None:
    with translation.override("en"):
        html = as_html("Subject", "Here:\nhttps://example.org/\n")
    assert '<html lang="en">' in html
    assert "Open the page" in html


def test_plain_text_has_quotes_and_no_entities() -> None:
    with override_settings(TEMPLATES=in_memory({"emails/plain.txt": "О «{{ name }}»\n\n{{ name }}\n"})):
        letter = compose("plain", to="reader@example.org", purpose=SYSTEM, context={"name": 'ООО "Рога & Копыта"'})
    assert (letter.subject, letter.body) == ('О «ООО "Рога & Копыта"»', 'ООО "Рога & Копыта"\n')


def in_memory(templates: dict[str, str]) -> list[dict[str, object]]:
    loaders = [("django.template.loaders.locmem.Loader", templates)]
    return [{"BACKEND": "django.template.backends.django.DjangoTemplates", "OPTIONS": {"loaders": loaders}}]


FOLDERS = [Path(settings.BASE_DIR, "templates"), *Path(settings.BASE_DIR).glob("*/templates")]
LETTERS = sorted(letter for folder in FOLDERS for letter in folder.rglob("email*/**/*.txt"))


@pytest.mark.parametrize("letter", LETTERS, ids=lambda letter: "/".join(letter.parts[-3:]))
def test_the_lines_of_a_letter_begin_at_the_margin(letter: Path) -> None:
    """A text goes out as it is written: drawn in, it would be ragged, and its paragraphs one."""
    assert [line for line in letter.read_text().splitlines() if line != line.lstrip()] == []

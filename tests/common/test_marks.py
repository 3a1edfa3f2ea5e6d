import re
from itertools import chain

import pytest
import yaml
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from common.html import LONGEST, sanitise, with_paragraphs
from common.marks import RichTextFormField, from_marks, to_marks
from members.demo.stories import DATA


def meaning(html: str) -> str:
    """Without the white space that a browser does not show around tags."""
    return re.sub(r"\s*(</?(?:p|br|ul|ol|li|h3|h4|blockquote)>)\s*", r"\1", html)


@pytest.mark.parametrize(
    ("html", "marks"),
    [
        pytest.param("<p>а</p><p>б<br>в</p>", "а\n\nб\nв", id="paragraphs and lines"),
        pytest.param("<p>а</p><ul><li>б<ul><li>в</li></ul></li><li>г</li></ul>", "а\n\n- б\n  - в\n- г", id="lists"),
        pytest.param("<ol><li>а</li><li>б</li></ol><p>в</p>", "1. а\n2. б\n\nв", id="numbered list"),
        pytest.param("<p><strong>а</strong> и <em>б</em></p>", "**а** и *б*", id="bold and emphasis"),
        pytest.param("<h3>а</h3><h4>б</h4>", "### а\n\n#### б", id="headings"),
        pytest.param("<blockquote><p>а</p><p>б</p></blockquote>", "> а\n>\n> б", id="quote"),
        pytest.param(
            '<p><a href="https://школа.рф/о_нас" rel="nofollow noopener">сайт [1]</a></p>',
            r"[сайт \[1\]](https://школа.рф/о_нас)",
            id="link",
        ),
        pytest.param(
            "<p>C++, я_ты, AT&amp;T, 5 &lt; 7 - да. 1945. 2.0</p>", "C++, я_ты, AT&T, 5 < 7 - да. 1945. 2.0", id="signs"
        ),
        pytest.param(
            "<p>- а</p><p># б</p><p>&gt; в</p><p>2) г</p>", "\\- а\n\n\\# б\n\n\\> в\n\n2\\) г", id="no marks"
        ),
        pytest.param(r"<p>a*b* _в_ \ [г](д)</p>", r"a\*b\* \_в\_ \\ \[г\](д)", id="no marks inside a line"),
        pytest.param("<p>1945. Год</p>", "1945. Год", id="year"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_html_is_shown_as_marks_and_comes_back(html: str, marks: str) -> None:
    assert to_marks(html) == marks
    assert meaning(from_marks(marks)) == html


@pytest.mark.parametrize(
    ("typed", "html"),
    [
        pytest.param("<script>x()</script>", "<p>&lt;script&gt;x()&lt;/script&gt;</p>", id="script"),
        pytest.param("<b onclick=x>а</b> &nbsp;", "<p>&lt;b onclick=x&gt;а&lt;/b&gt; &amp;nbsp;</p>", id="HTML"),
        pytest.param("[а](javascript:x)", "<p>[а](javascript:x)</p>", id="link to a script"),
        pytest.param("# а\n\n###### б", "<h3>а</h3><h4>б</h4>", id="headings of the page"),
        pytest.param("Учим:\r\n* а\r\n* б", "<p>Учим:</p><ul><li>а</li><li>б</li></ul>", id="list after a line"),
        pytest.param("    `а`", "<p>`а`</p>", id="no code"),
        pytest.param(
            "[а](school.example.org) [б](office@example.org)",
            '<p><a href="https://school.example.org" rel="nofollow noopener">а</a> '
            '<a href="mailto:office@example.org" rel="nofollow noopener">б</a></p>',
            id="addresses as they are said",
        ),
    ],
)
def test_what_else_is_typed_is_harmless_and_as_meant(typed: str, html: str) -> None:
    assert meaning(from_marks(typed)) == html


def test_descriptions_of_the_demo_come_back() -> None:
    entries = yaml.safe_load(DATA.read_text())["organisations"]
    texts = [sanitise(with_paragraphs(text)) for text in chain(*((e["about"], e["about_en"]) for e in entries))]
    assert len(texts) > 20
    assert [meaning(from_marks(to_marks(text))) for text in texts] == [meaning(text) for text in texts]


WORDS = st.lists(
    st.sampled_from(
        [
            "лицей",
            "«да»",
            "*",
            "_",
            "[",
            "](",
            "-",
            "+",
            "#",
            "&gt;",
            "1.",
            "12)",
            "2024.",
            "\\",
            "&amp;",
            "&lt;p&gt;",
            "`",
            "~",
            "=",
        ]
    ),
    min_size=1,
    max_size=6,
).map(" ".join)
LINES = st.tuples(WORDS, st.sampled_from(["{}", "<strong>{}</strong>", "<em>{}</em>", "{}<br>{}"])).map(
    lambda pair: pair[1].format(pair[0], pair[0])
)
BLOCKS = st.tuples(
    st.sampled_from(
        [
            *("<p>{}</p>", "<h3>а {}</h3>", "<ul><li>{}</li><li>б</li></ul><p>в</p>", "<ol><li>{}</li></ol><p>г</p>"),
            "<blockquote><p>{}</p></blockquote>",
        ]
    ),
    LINES,
).map(lambda pair: pair[0].format(pair[1].replace("<br>", " ") if "h3" in pair[0] else pair[1]))


@given(st.lists(BLOCKS, min_size=1, max_size=4).map("".join))
def test_whatever_is_written_comes_back(html: str) -> None:
    assert meaning(from_marks(to_marks(html))) == meaning(html)


def test_the_deepest_text_is_shown_as_its_words() -> None:
    assert to_marks("<blockquote>" * 1500 + "а" + "</blockquote>" * 1500) == "а"


def test_the_field_refuses_what_is_too_long_before_it_reads_it() -> None:
    field = RichTextFormField()
    assert field.clean("а" * LONGEST) == f"<p>{'а' * LONGEST}</p>"
    with pytest.raises(ValidationError, match=str(LONGEST)):
        field.clean("а" * (LONGEST + 1))

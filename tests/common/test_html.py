from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.html import ALLOWED_TAGS, RichTextField, sanitise
from tests.factories.members import OrganisationFactory


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        pytest.param("<p>Лицей <strong>да</strong></p>", "<p>Лицей <strong>да</strong></p>", id="plain formatting"),
        pytest.param("<script>alert(1)</script><p>а</p>", "<p>а</p>", id="script with its text"),
        pytest.param("<style>p{}</style>а", "а", id="style with its text"),
        pytest.param('<p onclick="x()" style="color:red" class="a">а</p>', "<p>а</p>", id="attributes"),
        pytest.param('<img src=x onerror="x()">а', "а", id="image"),
        pytest.param("<h1>а</h1>", "а", id="heading of the page"),
        pytest.param(
            '<a href="https://example.org/" target="_blank">а</a>',
            '<a href="https://example.org/" rel="nofollow noopener">а</a>',
            id="link elsewhere",
        ),
        pytest.param('<a href="javascript:x()">а</a>', '<a rel="nofollow noopener">а</a>', id="javascript link"),
        pytest.param('<a href=" jAvA&#x0A;script:x()">а</a>', '<a rel="nofollow noopener">а</a>', id="hidden link"),
        pytest.param('<a href="data:text/html,x">а</a>', '<a rel="nofollow noopener">а</a>', id="data link"),
        pytest.param("<svg><script>x()</script></svg>", "", id="script in a picture"),
        pytest.param("<scr<script>ipt>x()</script>", "ipt&gt;x()", id="script in pieces"),
        pytest.param("<!-- a --><p>б", "<p>б</p>", id="comment and open tag"),
        pytest.param("  \n ", "", id="white space"),
    ],
)
def test_only_plain_formatting_and_links_are_kept(written: str, kept: str) -> None:
    assert sanitise(written) == kept


class Inspector(HTMLParser):
    """Notes what a browser would find."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.schemes: set[str] = set()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.schemes |= {urlsplit(value or "").scheme for name, value in attrs if name == "href"}


PIECES = st.sampled_from(
    [
        *("<", ">", "</", "/>", "script", "svg", "math", "p", "a", "style", "template", " href=", " onload=", '"', "'"),
        *("javascript:", "data:", "https://example.org", "&#106;", "\x00", "<!--", "-->", "<![CDATA[", "]]>", "=", " "),
    ]
)


@given(st.lists(PIECES | st.text(max_size=4), max_size=40).map("".join))
def test_no_garbage_gets_a_script_through(written: str) -> None:
    found = Inspector(clean := sanitise(written))
    assert found.tags <= ALLOWED_TAGS
    assert found.attributes <= {"href", "rel"}
    assert found.schemes <= {"", "http", "https", "mailto"}
    assert sanitise(clean) == clean


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        pytest.param("Первый\r\n\r\nВторой\nи третий", "<p>Первый</p>\n\n<p>Второй<br>и третий</p>", id="blank line"),
        pytest.param("Лицей & школа, 5 < 7", "<p>Лицей &amp; школа, 5 &lt; 7</p>", id="signs"),
        pytest.param("Лицей &amp; школа", "<p>Лицей &amp; школа</p>", id="signs written as HTML"),
        pytest.param("<p>а</p>\n\nб", "<p>а</p>\n\nб", id="HTML"),
        pytest.param(" \n\n ", "", id="white space"),
    ],
)
def test_text_without_tags_keeps_its_paragraphs(typed: str, kept: str) -> None:
    field = RichTextField()
    assert field.get_prep_value(typed) == kept
    assert field.get_prep_value(kept) == kept


@pytest.mark.django_db
def test_what_is_stored_is_clean_however_it_is_written() -> None:
    from members.models import Organisation

    dirty, clean = "<p onclick='x()'>а</p><script>x()</script>", "<p>а</p>"
    saved = OrganisationFactory(about=dirty)
    assert saved.about == clean
    Organisation.objects.filter(pk=saved.pk).update(about_en=dirty)
    [created] = Organisation.objects.bulk_create([OrganisationFactory.build(about=dirty)])
    stored = Organisation.objects.in_bulk()
    assert (stored[saved.pk].about, stored[saved.pk].about_en, stored[created.pk].about) == (clean, clean, clean)

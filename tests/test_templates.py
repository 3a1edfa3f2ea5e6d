"""The guard against unknown variables bites, and only where it should."""

import pytest
from django.template import Context, Origin, Template

from tests.templates import OURS, UnknownVariableError


def render(source: str, *, folder: str) -> str:
    return Template(source, origin=Origin(f"{folder}/page.html", "page.html")).render(Context({"known": "1"}))


@pytest.mark.parametrize(
    "source",
    [
        "{{ unknown }}",
        "{{ known.unknown }}",
        "{{ unknown|length }}",
        "{% with name=unknown %}{{ name }}{% endwith %}",
        "{% include unknown %}",
    ],
)
def test_an_unknown_variable_in_a_template_of_ours_is_an_error(source: str) -> None:
    with pytest.raises(UnknownVariableError, match=r"page\.html, line 1: .*unknown"):
        render(source, folder=OURS)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ known }}", "1"),
        ("{{ unknown|default:'none' }}", "none"),
        ("{% if unknown %}yes{% else %}no{% endif %}", "no"),
        ("{% for one in unknown %}{% empty %}nothing{% endfor %}", "nothing"),
    ],
)
def test_a_template_may_ask_whether_there_is_one(source: str, text: str) -> None:
    assert render(source, folder=OURS) == text


def test_templates_of_packages_are_left_in_peace() -> None:
    assert render("{{ unknown }}{{ unknown|default:'none' }}{{ unknown|length }}", folder="/package/") == "none0"

import pytest
from django.http import QueryDict

from common import querystring


@pytest.mark.parametrize(
    ("query", "address"),
    [
        pytest.param("", "?kind=school", id="the first choice"),
        pytest.param("kind=college", "?kind=college&kind=school", id="one more of the same"),
        pytest.param("kind=school", "?kind=school", id="what is chosen already stays once"),
        pytest.param("q=a+b&page=3", "?q=a+b&kind=school", id="the page number goes"),
    ],
)
def test_a_choice_is_added(query: str, address: str) -> None:
    assert querystring.adding(QueryDict(query), "kind", "school") == address


@pytest.mark.parametrize(
    ("query", "value", "address"),
    [
        pytest.param("kind=school&kind=college&page=2", "school", "?kind=college", id="one of two"),
        pytest.param("kind=school&q=x", "school", "?q=x", id="the only one"),
        pytest.param("kind=school&kind=college&q=x", None, "?q=x", id="all of them"),
        pytest.param("q=x", "school", "?q=x", id="what was not chosen"),
        pytest.param("kind=school", None, "?", id="nothing is left"),
    ],
)
def test_a_choice_is_removed(query: str, value: str | None, address: str) -> None:
    assert querystring.removing(QueryDict(query), "kind", value) == address


def test_a_page_is_set_and_all_else_stays() -> None:
    query = QueryDict("kind=school&kind=college&page=2")
    assert querystring.setting(query, "page", 3) == "?kind=school&kind=college&page=3"
    assert query.urlencode() == "kind=school&kind=college&page=2"

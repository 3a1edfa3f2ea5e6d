import datetime
import re
from dataclasses import dataclass
from xml.etree import ElementTree

import pytest
from django.core.paginator import Paginator
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from common.templatetags import ui
from common.tiles import Tile
from common.view_settings import ViewSettings
from members.models import Kind


def test_every_kind_has_a_shape_of_its_own() -> None:
    assert set(ui.SHAPES) == set(Kind.values)
    assert len(set(ui.SHAPES.values())) == len(ui.SHAPES)


def parsed(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(html)  # noqa: S314 - our own


def test_a_shape_beside_words_is_silent_and_alone_it_speaks() -> None:
    assert parsed(ui.node("school")).attrib["aria-hidden"] == "true"
    alone = parsed(ui.node("school", "Школа «Луч» & Co"))
    assert (alone.attrib["role"], alone.attrib["aria-label"]) == ("img", "Школа «Луч» & Co")


@pytest.mark.parametrize(
    ("number", "step"), [(0, 0), (1, 1), (12, 1), (13, 2), (25, 2), (26, 3), (50, 3), (51, 4), (100, 4)]
)
def test_a_tile_is_darker_with_each_doubling(number: int, step: int) -> None:
    assert ui.darkness(number, most=100) == step


def tile(row: int, column: int, number: int = 0, *, title: str = "Край", chosen: bool = False) -> Tile:
    return Tile(row, column, "КР", title, number, f"?region={row}-{column}&q=a", chosen)


def drawn(*tiles: Tile) -> list[ElementTree.Element]:
    return list(parsed(f"<div>{ui.tile_map(tiles)}</div>"))


def test_a_tile_names_its_column_only_after_a_gap() -> None:
    tiles = drawn(tile(0, 3), tile(0, 4), tile(0, 6), tile(1, 7))
    assert [one.get("class") for one in tiles] == ["c3", None, "c6", "c7"]


def test_only_regions_with_something_are_links() -> None:
    empty, full = drawn(tile(0, 0), tile(0, 1, 5))
    assert empty.tag == "s"
    assert (full.tag, full.get("href"), "".join(full.itertext())) == ("a", "?region=0-1&q=a", "КР Край: 5")


def test_a_chosen_region_can_be_told_and_left_even_when_empty() -> None:
    (chosen,) = drawn(tile(0, 0, chosen=True))
    assert (chosen.tag, chosen.get("aria-current")) == ("a", "true")


def test_names_on_the_map_are_escaped() -> None:
    assert "<script>" not in ui.tile_map([tile(0, 0, 1, title="<script>")])


@dataclass
class Option:
    value: str
    label: str
    number: int
    chosen: bool = False


def boxes(html: str) -> list[ElementTree.Element]:
    well_formed = re.sub("(<input[^>]*?)(?: checked)?>", r"\1/>", html)
    return list(parsed(f"<div>{well_formed}</div>"))


def test_a_facet_dims_what_nothing_stands_behind() -> None:
    labels = boxes(ui.choices("kind", [Option("school", "Школа", 2), Option("college", "Колледж", 0)], mark="kind"))
    assert [("".join(label.itertext()), label.get("class")) for label in labels] == [
        ("Школа2", None),
        ("Колледж0", "none"),
    ]


def test_boxes_of_regions_stand_at_their_places_on_the_map() -> None:
    options = [Option("A", "Амур", 2), Option("B", "Брест", 1), Option("V", "Вятка", 0), Option("G", "Горы", 0, True)]
    places = {"A": tile(1, 2, 2), "V": tile(0, 3), "G": tile(4, 12, chosen=True)}
    amur, brest, vyatka, mountains = boxes(ui.map_choices("region", options, places))
    assert (amur.tag, amur.get("class"), "".join(amur.itertext())) == ("label", "r1 c2 t4", "КР Амур: 2")
    assert (brest.get("class"), "".join(brest.itertext())) == ("off t3", " Брест: 1")
    assert (vyatka.tag, vyatka.get("class")) == ("s", "r0 c3")
    assert (mountains.tag, mountains.get("class")) == ("label", "r4 c12 t0")


def test_values_of_a_facet_are_escaped() -> None:
    assert '"><b>' not in ui.choices("kind", [Option('"><b>', "<i>", 1)])


def test_settings_of_the_view_are_offered_with_the_present_ones_chosen() -> None:
    html = ui.view_choices(ViewSettings(scheme="night"))
    assert 'name="scheme" value="night" checked' in html
    assert html.count(" checked") == len(ViewSettings.CHOICES)


@pytest.mark.parametrize(
    ("tag", "address"),
    [
        ("{% query page=3 %}", "?kind=school&amp;page=3"),
        ("{% query sort='new' %}", "?kind=school&amp;sort=new"),
        ("{% query kind=None %}", "?"),
    ],
)
def test_a_link_keeps_the_query_and_any_other_list_begins_at_its_first_page(tag: str, address: str) -> None:
    request = RequestFactory().get("/", {"kind": "school", "page": "2"})
    assert Template(tag).render(Context({"request": request})) == address


@pytest.mark.parametrize(
    ("precision", "text"), [("year", "2020"), ("month", "December 2020"), ("day", "16\N{NO-BREAK SPACE}December 2020")]
)
def test_a_date_is_written_as_far_as_it_is_known(precision: str, text: str) -> None:
    with translation.override("en"):
        assert ui.partial_date(datetime.date(2020, 12, 16), precision) == text


def test_a_date_nobody_knows_is_said_to_be_unknown() -> None:
    with translation.override("en"):
        assert ui.partial_date(None) == "date unknown"


@pytest.mark.parametrize(("language", "name"), [("ru", "Китай"), ("en", "China")])
def test_a_country_is_named_in_the_language_of_the_reader(language: str, name: str) -> None:
    with translation.override(language):
        assert ui.country("CN") == name


def test_a_site_is_written_without_its_protocol() -> None:
    assert ui.bare_address("https://example.org/") == "example.org"


def test_pages_far_away_are_left_out() -> None:
    assert [*ui.page_range(Paginator(range(200), 10), 10)] == [1, "…", 9, 10, 11, "…", 20]
